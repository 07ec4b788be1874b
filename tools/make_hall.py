"""Makes a hall for looking at: 8,000 cadres at 75 sites of a made-up city in the middle of a sitting, in a folder that must not exist yet.

    python -m tools.make_hall FOLDER [PEOPLE]

Then QUIZ_INSTANCE=FOLDER quiz serve, and log in as `organiser` (the password is printed). Papers are drawn from the shipped banks; who has
started, is not heard of, has unsent answers or has handed in is chosen by a fixed stream of chance. Nobody in it exists.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from quiz.banks.lint import lint_paths
from quiz.core.access import Role, command_line
from quiz.core.blueprint import Blueprint, Cell, Section
from quiz.core.plan import SittingPlan
from quiz.core.question import QuestionType
from quiz.core.roster import Cadre, Group, Roster, Unit, UnitKind
from quiz.core.rule import Rule
from quiz.core.seed import Stream
from quiz.settings import load_settings, shipped
from quiz.storage import migrate, sittings
from quiz.storage.engine import make_engine, writing
from quiz.storage.tables import AttemptRow, CadreRow, HallEventRow, PaperRow, PresenceRow, ResponseRow, SittingRow, UnitRow
from quiz.usecases import grading, pausing, publishing, rosters, scheduling, voiding
from quiz.usecases.accounts import create_account
from quiz.usecases.places import PlaceKind

SITES = 75
SITTING = "hall"
PASSWORD = "look-at-the-hall"  # noqa: S105  of a folder made for looking
SEED = bytes(range(32))
LATE, VOID = "H00021", "H00030"
"""Who sent an answer after handing in, and whose attempt was made void."""

TOWNS = [
    "青石",
    "白杨",
    "柳河",
    "东岭",
    "西坪",
    "南溪",
    "北塬",
    "石桥",
    "清水",
    "红山",
    "双桥",
    "长坡",
    "龙泉",
    "凤台",
    "高庙",
    "大湾",
    "小河",
    "金谷",
    "银滩",
    "玉屏",
    "松林",
    "竹园",
    "梅川",
    "兰亭",
    "荷塘",
]
SUFFIXES = ("镇", "乡", "街道")
FAMILY, GIVEN = (
    "王李张刘陈杨赵黄周吴徐孙马朱胡郭何林高罗",
    ["志明", "建华", "秀兰", "春燕", "文静", "晓东", "海涛", "丽娟", "国强", "玉梅", "永刚", "雪梅"],
)


def make(folder: Path, people: int, now: datetime) -> str:
    """Make the hall as it stands at `now`, forty minutes after the beginning; return the sitting's code."""
    os.environ["QUIZ_INSTANCE"] = str(folder)
    settings = load_settings()
    engine = make_engine(settings.database_url)
    migrate.upgrade(engine)
    chief, opens = command_line("tools"), now - timedelta(minutes=40)
    found = lint_paths([shipped("question_banks")], settings.zone)
    plan = SittingPlan(SITTING, "全市干部应知应会测试", "hall", Group(), opens, opens + timedelta(hours=2))
    with writing(engine) as db:
        publishing.publish(db, chief, opens, found.questions, [_blueprint()], pictures=found.pictures)
        rosters.load_roster(db, chief, opens, _roster(people))
        create_account(db, chief, opens, "organiser", "总考务", PASSWORD, [Role.ORGANISER])
        scheduling.create_sitting(db, chief, opens - timedelta(days=1), plan, settings.zone, SEED)
    with writing(engine) as db:
        sitting = sittings.get_sitting(db, SITTING)
        assert sitting is not None
        _sit(db, sitting, now)
    with writing(engine) as db:
        pausing.pause(db, chief, SITTING, PlaceKind.SITE, "T07", "停电，已联系供电所", now - timedelta(minutes=6))
        voiding.void(db, chief, SITTING, VOID, "经核对照片，不是本人", now - timedelta(minutes=4))
        (seat,) = sittings.seats_of_sitting(db, sitting, numbers=[LATE])
        assert seat.attempt is not None
        grading.grade(db, seat.attempt, "submitted", now - timedelta(minutes=5))
    engine.dispose()
    return SITTING


def _blueprint() -> Blueprint:
    """Forty questions of any area, none of them local."""
    kinds = (
        ("单项选择题", QuestionType.SINGLE, 20, "1"),
        ("多项选择题", QuestionType.MULTIPLE, 10, "2"),
        ("判断题", QuestionType.TRUE_FALSE, 10, "1"),
    )
    sections = tuple(Section(title, kind, Decimal(each), (Cell(count),), Rule()) for title, kind, count, each in kinds)
    return Blueprint("hall", "应知应会", 60, Decimal(30), sections)


def _roster(people: int) -> Roster:
    """A city of 75 towns with two villages each; everyone has a name out of a few."""
    units = [Unit("CITY", "青岚市", UnitKind.COUNTY)]
    cadres = []
    for n in range(SITES):
        town = f"T{n + 1:02}"
        units.append(Unit(town, f"{TOWNS[n % 25]}{SUFFIXES[n // 25]}", UnitKind.TOWNSHIP, "CITY"))
        units += [Unit(f"{town}V{v}", f"{TOWNS[(n + 7 * v) % 25]}村", UnitKind.VILLAGE, town) for v in (1, 2)]
    for n in range(people):
        town = f"T{n % SITES + 1:02}"
        unit = town if n // SITES % 3 else f"{town}V{n // SITES % 2 + 1}"
        name = FAMILY[n % len(FAMILY)] + GIVEN[n // len(FAMILY) % len(GIVEN)]
        cadres.append(Cadre(f"H{n:05}", name, unit))
    return Roster(tuple(units), tuple(cadres))


def _sit(db: Session, sitting: SittingRow, now: datetime) -> None:
    """Let most have started, some have handed in, some be unheard of; a site or two in trouble."""
    chance = Stream(SEED, "hall")
    papers = db.execute(
        select(PaperRow.id, PaperRow.cadre_id, PaperRow.questions, UnitRow.path, CadreRow.number)
        .join(UnitRow, UnitRow.id == PaperRow.unit_id)
        .join(CadreRow, CadreRow.id == PaperRow.cadre_id)
    ).all()
    attempts, presences, responses, events = [], [], [], []
    for number, (paper, cadre, questions, path, staff) in enumerate(papers, 1):
        town = path.split("/")[2] if path.count("/") > 2 else ""
        luck, bad = chance.below(1000), {"T23": 420, "T41": 200}.get(town, 8)
        luck = {LATE: 900, VOID: 500}.get(staff, luck)
        started = sitting.opens_at + timedelta(seconds=chance.below(900))
        heard = now - timedelta(seconds=chance.below(30) if chance.below(1000) >= bad else 150 + chance.below(900))
        if luck < 30:  # not there
            continue
        moved, left = int(chance.below(100) < 2 or staff == LATE), int(chance.below(100) < 5 or staff == LATE)
        unsent = 1 + chance.below(9) if chance.below(1000) < bad // 2 else 0
        kinds = ["device", "address"] * moved + ["left"] * left
        events += [_event(sitting, paper, kind, heard) for kind in kinds]
        presences.append(_presence(sitting, paper, started, heard, unsent, moved, left))
        if luck < 60:  # in the waiting room
            continue
        done = luck > 880
        submitted = now - timedelta(seconds=chance.below(600)) if done else None
        closed = {"submitted_at": submitted, "closed_by": "trainee" if done else None}
        times = {"started_at": started, "deadline_at": started + timedelta(minutes=sitting.minutes)}
        attempts.append({"id": number, "sitting_id": sitting.id, "paper_id": paper, "cadre_id": cadre, "turn": 1, "device": "a", **times, **closed})
        slots = len(json.loads(questions))
        responses += _responses(sitting, number, range(1, slots + 1 if done else 1 + chance.below(slots)), started)
        if staff == LATE:
            late = {"state": "late", "slot": 7, "seq": 1_000_900, "received_at": now - timedelta(minutes=1), "made_at": now - timedelta(minutes=12)}
            responses.append({**responses[-1], **late})
    db.execute(insert(AttemptRow), attempts)
    db.execute(insert(PresenceRow), presences)
    db.execute(insert(ResponseRow), responses)
    db.execute(insert(HallEventRow), events)


def _presence(sitting: SittingRow, paper: int, first: datetime, heard: datetime, unsent: int, moved: int, left: int) -> dict[str, object]:
    return {
        "sitting_id": sitting.id, "paper_id": paper, "first_at": first, "seen_at": heard, "device": f"d{paper:x}", "address": "192.0.2.7", "turn": 1,
        "unsent": unsent, "unsent_since": heard if unsent else None, "devices": moved, "addresses": moved, "lefts": left,
    }  # fmt: skip


def _event(sitting: SittingRow, paper: int, kind: str, at: datetime) -> dict[str, object]:
    details = {"device": f"c{paper:x} → d{paper:x}", "address": "192.0.2.4 → 192.0.2.7"}
    common = {"sitting_id": sitting.id, "paper_id": paper, "kind": kind, "at": at, "received_at": at}
    return {**common, "seconds": 25 if kind == "left" else 0, "detail": details.get(kind, "")}


def _responses(sitting: SittingRow, attempt: int, slots: Sequence[int], started: datetime) -> list[dict[str, object]]:
    common = {"sitting_id": sitting.id, "attempt_id": attempt, "value": '["A"]', "device": "a", "state": "accepted", "made_at": None}
    return [{**common, "slot": slot, "seq": 1_000_000 + slot, "received_at": started + timedelta(seconds=30 * slot)} for slot in slots]


def main(folder: str, people: str = "8000") -> None:
    """Make it, and say how to look at it."""
    from quiz.cli.console import Console

    path = Path(folder).resolve()
    path.mkdir(parents=True)
    make(path, int(people), Console().now())
    print(f"QUIZ_INSTANCE={path} quiz serve\norganiser {PASSWORD}\n/sittings/{SITTING}/hall")


if __name__ == "__main__":
    main(*sys.argv[1:])

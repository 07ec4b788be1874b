"""A made county of any size that sits one real paper of the shipped banks, and what somebody at a browser does there."""

from __future__ import annotations

import asyncio
import json
import random
import re
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benchmarks.http import FORM, Connection, Phase, each
from quiz.banks.lint import lint_paths
from quiz.core.access import Role, command_line
from quiz.core.admission import ALPHABET, LENGTH
from quiz.core.blueprint import Blueprint
from quiz.core.collector import settle
from quiz.core.paper import Slot
from quiz.core.plan import SittingPlan
from quiz.core.question import QuestionType
from quiz.core.roster import Cadre, Group, Post, PostKind, Roster
from quiz.core.shown import as_shown
from quiz.core.sitting import Release
from quiz.settings import shipped
from quiz.storage import accounts, migrate, rosters
from quiz.storage.engine import make_engine, reading, writing
from quiz.storage.papers import read_paper
from quiz.storage.sittings import get_sitting, seats_of_sitting
from quiz.storage.tables import AccountRow, AttemptRow, GradingRow, MarkRow, PaperRow, ResponseRow
from quiz.usecases import admission, publishing, scheduling
from quiz.usecases.passwords import HASHER
from quiz.usecases.rosters import load_roster

ZONE = ZoneInfo("Asia/Shanghai")
SITTING, BLUEPRINT, PROFILE = "made", "cadre-general", "qinglan-2026h1"
PASSWORD = "correct horse 9"  # noqa: S105  of a county that is thrown away
SEED = 7
JSON = {"Content_Type": "application/json", "Accept": "application/json"}


@dataclass
class Sitter:
    """Somebody at a browser: log-in, paper, cookies, the numbers of the saves, and those that were confirmed."""

    login: str
    code: str
    slots: tuple[Slot, ...]
    connection: Connection
    chance: random.Random
    admission: str = ""
    csrf: str = ""
    seq: int = 0
    confirmed: dict[int, tuple[int, list[str]]] = field(default_factory=dict)
    """By sequence number: slot and value."""


def make_county(url: str, count: int, key: str = "", cut: Callable[[Blueprint], Blueprint] = lambda whole: whole) -> dict[str, str]:
    """Publish the shipped banks, and schedule a sitting for so many made cadres, each with an account; return their admission codes under `key`.

    `cut` makes of the blueprints those that are published.
    """
    engine, chief, now = make_engine(url), command_line("benchmark"), datetime.now(UTC)
    migrate.upgrade(engine)
    found = lint_paths([shipped("question_banks")], ZONE)
    places = [post.place for roster in found.rosters for cadre in roster.cadres for post in cadre.posts if post.kind is PostKind.TOWNSHIP_STAFF]
    towns = sorted({place for place in places if place.startswith("T")})
    cadres = tuple(
        Cadre(f"M{n:06}", f"考生{n:06}", town, posts=(Post(PostKind.TOWNSHIP_STAFF, town, date(2025, 1, 1)),))
        for n, town in ((n, towns[n % len(towns)]) for n in range(count))
    )
    with writing(engine) as db:
        publishing.publish(
            db, chief, now, (*found.questions, *found.templates), tuple(map(cut, found.blueprints)), found.profiles, pictures=found.pictures
        )
        load_roster(db, chief, now, Roster(tuple(unit for roster in found.rosters for unit in roster.units), cadres))
        rows, password = rosters.cadre_rows(db), HASHER.hash(PASSWORD)
        for cadre in cadres:
            account = AccountRow(login=cadre.number.lower(), name=cadre.name, password_hash=password, cadre_id=rows[cadre.number].id, created_at=now)
            accounts.save_account(db, account, [Role.TRAINEE])
    plan = SittingPlan(SITTING, "测试", BLUEPRINT, Group(), now - timedelta(minutes=1), now + timedelta(hours=8), PROFILE, 240, Release.ON_SUBMIT)
    with writing(engine) as db:
        scheduling.create_sitting(db, chief, now - timedelta(hours=1), plan, ZONE, bytes(32))
    with writing(engine) as db:
        made = admission.make_slips(db, chief, SITTING, now, lambda: "".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))
        admission.store_slips(db, chief, now, made, key)
    engine.dispose()
    return {slip.number.lower(): slip.code for slip in made.slips}


def make_sitters(url: str, port: int, codes: dict[str, str]) -> list[Sitter]:
    """Return somebody for every paper of the sitting, with their admission code."""
    engine = make_engine(url)
    with reading(engine) as db:
        sitting = get_sitting(db, SITTING)
        assert sitting is not None
        seats = [(seat.cadre.number.lower(), seat.paper.code, read_paper(seat.paper).slots) for seat in seats_of_sitting(db, sitting)]
    engine.dispose()
    sitters = [Sitter(login, code, slots, Connection(port), random.Random(login), codes.get(login, "")) for login, code, slots in seats]  # noqa: S311
    settle()  # else this process stops for a quarter of a second now and then, and calls it the server's delay
    return sitters


def some_answer(slot: Slot, chance: random.Random) -> list[str]:
    """Return what somebody could answer, right or wrong, as it is stored."""
    kind = slot.question.type
    if kind is QuestionType.FILL_IN:
        return [str(chance.randrange(1, 60)) for _ in slot.question.blanks]
    ids = [option.id for option in slot.question.options]
    return sorted(chance.sample(ids, 2 if kind is QuestionType.MULTIPLE else 1))


def item_of(slot: Slot, value: list[str], seq: int) -> dict[str, object]:
    """Return a save as the page's script sends it: it names options by their place."""
    return {"slot": slot.number, "value": list(as_shown(slot.question, tuple(value))), "seq": seq, "age": 0}


# --- what sitters do ------------------------------------------------------------------------------------------------------------------------


def token_in(page: bytes) -> str:
    """Return the token that a page carries for its forms or its script."""
    found = re.search(rb'name="csrf[_-]token" (?:value|content)="([^"]+)"', page)
    return found[1].decode() if found else ""


async def see_log_in(sitter: Sitter, phase: Phase) -> None:
    """Open the log-in page."""
    reply = await phase.call(sitter.connection, 200, "GET", "/login")
    sitter.csrf = token_in(reply.body) if reply else ""


async def log_in(sitter: Sitter, phase: Phase) -> None:
    """Send name and password."""
    form = {"csrf_token": sitter.csrf, "login": sitter.login, "password": PASSWORD}
    await phase.call(sitter.connection, 302, "POST", "/login", urlencode(form).encode(), **FORM)


async def see_admission(sitter: Sitter, phase: Phase) -> None:
    """Open the page where a code is typed."""
    reply = await phase.call(sitter.connection, 200, "GET", "/admit")
    sitter.csrf = token_in(reply.body) if reply else ""


async def come_in(sitter: Sitter, phase: Phase) -> None:
    """Send the code on the slip."""
    form = {"csrf_token": sitter.csrf, "code": sitter.admission}
    await phase.call(sitter.connection, 302, "POST", "/admit", urlencode(form).encode(), **FORM)


async def see_notice(sitter: Sitter, phase: Phase) -> None:
    """Open the notice of the sitting."""
    reply = await phase.call(sitter.connection, 200, "GET", f"/papers/{sitter.code}")
    sitter.csrf = token_in(reply.body) if reply else ""


async def start(sitter: Sitter, phase: Phase) -> None:
    """Press start."""
    await phase.call(sitter.connection, 303, "POST", f"/papers/{sitter.code}/start", urlencode({"csrf_token": sitter.csrf}).encode(), **FORM)


async def see_paper(sitter: Sitter, phase: Phase) -> None:
    """Open the sitting page."""
    reply = await phase.call(sitter.connection, 200, "GET", f"/papers/{sitter.code}/sit")
    sitter.csrf = token_in(reply.body) if reply else ""


async def take_desk(sitter: Sitter, phase: Phase) -> None:
    """Take the desk, as the page does when it opens."""
    body = json.dumps({"device": "made"}).encode()
    reply = await phase.call(sitter.connection, 200, "POST", f"/papers/{sitter.code}/desk", body, **JSON, X_CSRFToken=sitter.csrf)
    sitter.seq = json.loads(reply.body)["first_seq"] if reply else sitter.seq


async def save(sitter: Sitter, phase: Phase, meant: float | None = None) -> None:
    """Save the answer to one question as the page's script does; it counts as confirmed only by the server's word."""
    number, slot = sitter.seq, sitter.slots[sitter.seq % len(sitter.slots)]
    sitter.seq += 1
    value = some_answer(slot, sitter.chance)
    body = json.dumps({"device": "made", "items": [item_of(slot, value, number)]}).encode()
    reply = await phase.call(sitter.connection, 200, "POST", f"/papers/{sitter.code}/responses", body, meant, **JSON, X_CSRFToken=sitter.csrf)
    if reply and json.loads(reply.body)["items"][0].get("state") == "accepted":
        sitter.confirmed[number] = (slot.number, value)


async def submit(sitter: Sitter, phase: Phase) -> None:
    """Hand in."""
    form = {"csrf_token": sitter.csrf, "unsent": "[]", "device": "made"}
    await phase.call(sitter.connection, 303, "POST", f"/papers/{sitter.code}/submit", urlencode(form).encode(), **FORM)


async def see_result(sitter: Sitter, phase: Phase) -> None:
    """Open the result."""
    await phase.call(sitter.connection, 200, "GET", f"/papers/{sitter.code}/result")


async def saves_closed(sitters: Sequence[Sitter], phase: Phase, count: int) -> None:
    """Every sitter sends `count` saves, each as soon as the last is confirmed."""

    async def act(sitter: Sitter) -> None:
        for _ in range(count):
            await save(sitter, phase)

    await each(sitters, act)


async def saves_open(sitters: Sequence[Sitter], phase: Phase, rate: float, seconds: float) -> None:
    """Saves arrive at random moments, `rate` a second on average, from one sitter after the other; who is still waiting sends late."""
    chance, moment = random.Random(SEED), time.perf_counter() + 0.2  # noqa: S311
    ends = moment + seconds
    queues: list[list[float]] = [[] for _ in sitters]
    number = 0
    while moment < ends:
        queues[number % len(sitters)].append(moment)
        moment += chance.expovariate(rate)
        number += 1

    async def act(sitter: Sitter, moments: list[float]) -> None:
        for meant in moments:
            await asyncio.sleep(max(0.0, meant - time.perf_counter()))
            await save(sitter, phase, meant)

    await asyncio.gather(*(act(sitter, moments) for sitter, moments in zip(sitters, queues, strict=True)))


# --- was it all kept? ------------------------------------------------------------------------------------------------------------------------


Saves = dict[tuple[str, int], tuple[int, list[str], str]]
"""Saves by paper and number: slot, value and what became of each."""


def confirmed_saves(sitters: Sequence[Sitter]) -> Saves:
    """Return what has been confirmed to these sitters up to now."""
    return {(sitter.code, seq): (slot, value, "accepted") for sitter in sitters for seq, (slot, value) in dict(sitter.confirmed).items()}


def lost_saves(db: Session, confirmed: Saves) -> list[tuple[str, int]]:
    """Return those of the confirmed saves that are not in the database as they were sent, by paper and number."""
    query = select(PaperRow.code, ResponseRow.seq, ResponseRow.slot, ResponseRow.value, ResponseRow.state)
    rows = db.execute(query.join(AttemptRow, AttemptRow.id == ResponseRow.attempt_id).join(PaperRow, PaperRow.id == AttemptRow.paper_id))
    kept = {(code, seq): (slot, json.loads(value), state) for code, seq, slot, value, state in rows}
    return [key for key, value in confirmed.items() if kept.get(key) != value]


def verify(url: str, sitters: Sequence[Sitter]) -> bool:
    """Look for every confirmed save and every mark in the database, and say what is there; False when anything is missing."""
    engine = make_engine(url)
    with reading(engine) as db:
        confirmed = confirmed_saves(sitters)
        lost, rows = len(lost_saves(db, confirmed)), db.scalar(select(func.count()).select_from(ResponseRow)) or 0
        attempts = db.scalar(select(func.count()).select_from(AttemptRow)) or 0
        gradings = db.scalar(select(func.count(func.distinct(GradingRow.attempt_id)))) or 0
        marks = db.scalar(select(func.count()).select_from(MarkRow)) or 0
    engine.dispose()
    slots = sum(len(sitter.slots) for sitter in sitters)
    print(
        f"confirmed saves {len(confirmed)}, of which lost or changed {lost}; rows {rows}; attempts {attempts},"
        f" marked {gradings} of {len(sitters)}; marks {marks} of {slots}"
    )
    return not lost and gradings == len(sitters) and marks == slots

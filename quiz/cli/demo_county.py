"""The demo: shipped banks and the fictional county, a log-in for each role, a text to read, a sitting open now, one with results, one to mark."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from quiz.banks.lint import lint_paths
from quiz.cli.console import Console
from quiz.core.access import Actor, Role
from quiz.core.message import QuizError, say
from quiz.core.paper import Paper, Slot
from quiz.core.plan import SittingPlan
from quiz.core.question import QuestionType
from quiz.core.review import Step
from quiz.core.roster import Group
from quiz.core.saving import Save
from quiz.core.seed import Stream
from quiz.core.sitting import Release
from quiz.settings import shipped
from quiz.storage import accounts, papers, sittings
from quiz.storage import rosters as stored
from quiz.storage.engine import reading, writing
from quiz.storage.tables import SittingRow
from quiz.usecases import attempts, handing_in, publishing, reviewing, rosters, scheduling
from quiz.usecases.accounts import create_account

PASSWORD = "qinglan-2026"  # noqa: S105  printed for everyone who runs the demo
TRAINEE = "C0035"
PROFILE = "qinglan-2026h1"
LOG_INS = (
    ("c0035", say("考生")),
    ("setter", say("命题人")),
    ("reader", say("审题人")),
    ("organiser", say("组考")),
    ("marker", say("阅卷")),
    ("inspector", say("督查")),
    ("head", say("单位负责人（青溪镇）")),
)
HEADED = "T01"
"""The town whose head has a log-in."""

TO_MARK, WRITING = "demo-written", "T02"
"""The sitting whose short answers wait for a marker, and the town that sat it: not the one whose head reads who should learn again."""
DEMO_SEED = hashlib.sha256(b"kaoxue demo").digest()
"""The past demo sitting is the same everywhere; the open one as well: nothing in it is secret."""

PAST_FORMS = 2
"""Forms of the past sitting: so few that enough people have met each question for its analysis to say something."""

HARDEST = 45
"""By so many percent a question lowers the chance of knowing it, at most."""


def prepare(engine: Engine, console: Console) -> None:
    """Bring the demo to where a newcomer can start; what is there already stays."""
    actor, now = console.actor, console.now()
    with reading(engine) as db:
        is_fresh = accounts.get_account(db, "organiser") is None
    if is_fresh:
        _load(engine, console, actor, now)
    today = now.astimezone(console.settings.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    _complete(engine, actor, now)
    with reading(engine) as db:
        is_open = any(_lasts(row, now) for row in sittings.list_sittings(db) if row.code.startswith("demo-quick"))
    if is_open:
        return
    console.say(say("正在组卷……"))
    with writing(engine) as db:
        for plan in _open_plans(today):
            if sittings.get_sitting(db, plan.code) is None:
                scheduling.create_sitting(db, actor, now, plan, console.settings.zone, DEMO_SEED)
        if sittings.get_sitting(db, TO_MARK) is None:
            _written_sitting(db, console, actor, today)


def _complete(engine: Engine, actor: Actor, now: datetime) -> None:
    """Make the log-ins that only look on, mark or lead a unit, also where the demo is older than they are."""
    wanted = (
        ("marker", "阅卷（演示）", Role.MARKER, ""),
        ("inspector", "督查（演示）", Role.INSPECTOR, ""),
        ("head", "青溪镇负责人（演示）", Role.ORGANISER, HEADED),
    )
    with writing(engine) as db:
        for login, name, role, unit in wanted:
            if accounts.get_account(db, login) is None:
                create_account(db, actor, now, login, name, PASSWORD, [role], unit=unit)


def _lasts(row: SittingRow, now: datetime) -> bool:
    """True while the sitting is open and stays so for a day."""
    return row.opens_at <= now and row.closes_at > now + timedelta(days=1)


def _load(engine: Engine, console: Console, actor: Actor, now: datetime) -> None:
    console.say(say("正在发布样题、导入虚构县花名册……"))
    found = lint_paths([shipped("question_banks")], console.settings.zone)
    if found.diagnostics:
        console.report(found.diagnostics)
        raise QuizError("bad_bank", say("随附题库有错误。"))
    with writing(engine) as db:
        publishing.publish(db, actor, now, (*found.questions, *found.templates), found.blueprints, found.profiles, pictures=found.pictures)
        for roster in found.rosters:
            rosters.load_roster(db, actor, now, roster)
        create_account(db, actor, now, TRAINEE, _name(db), PASSWORD, [Role.TRAINEE], TRAINEE)
        author = create_account(db, actor, now, "setter", "命题人（演示）", PASSWORD, [Role.SETTER])
        create_account(db, actor, now, "reader", "审题人（演示）", PASSWORD, [Role.SETTER])
        create_account(db, actor, now, "organiser", "组考（演示）", PASSWORD, [Role.ORGANISER, Role.MARKER])
        _proposal(db, Actor(author.name, {Role.SETTER: "/"}, author.id), now)
    console.say(say("正在模拟一场已经结束的考试……"))
    with writing(engine) as db:
        _past_sitting(db, console, actor, now)


def _proposal(db: Session, author: Actor, now: datetime) -> None:
    """A small text that waits for its second reader, so that a newcomer can try the review."""
    text = Path(__file__).with_name("demo_proposal.yaml").read_text("utf-8")
    row = reviewing.save(db, author, now - timedelta(hours=3), None, "饮水安全：补充管护责任（演示）", text)
    reviewing.take(db, author, now - timedelta(hours=2), row.id, Step.SUBMIT, "", faults=0)


def _name(db: Session) -> str:
    return stored.cadre_rows(db, [TRAINEE])[TRAINEE].name


def _open_plans(today: datetime) -> list[SittingPlan]:
    day = f"{today:%Y-%m-%d}"
    return [
        SittingPlan(
            code=f"demo-quick-{day}",
            title="青岚县干部应知应会小测（演示）",
            blueprint="cadre-quick",
            profile=PROFILE,
            group=Group(),
            opens_at=today,
            closes_at=today + timedelta(days=7),
            release=Release.ON_SUBMIT,
        ),
        SittingPlan(
            code=f"demo-full-{day}",
            title="青岚县2026年度干部应知应会测试（演示）",
            blueprint="cadre-by-post",
            profile=PROFILE,
            group=Group(),
            opens_at=today + timedelta(days=3, hours=9),
            closes_at=today + timedelta(days=3, hours=11),
            release=Release.ON_CLOSE,
        ),
    ]


def _past_sitting(db: Session, console: Console, actor: Actor, now: datetime) -> None:
    """A quick sitting of last month which most cadres sat, by the same use cases as a live one, at times that are past."""
    opens = now.astimezone(console.settings.zone).replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=21)
    title = "青岚县干部应知应会小测（上期，演示）"
    plan = SittingPlan("demo-past", title, "cadre-quick", Group(), opens, opens + timedelta(hours=2), PROFILE, forms=PAST_FORMS)
    row = scheduling.create_sitting(db, actor, opens - timedelta(days=7), plan, console.settings.zone, DEMO_SEED)
    _sit(db, row, opens, "demo")


def _sit(db: Session, row: SittingRow, opens: datetime, label: str) -> None:
    """Let most of its people sit a sitting, by chance that `label` tells from other sittings'."""
    for seat in sittings.seats_of_sitting(db, row):
        chance = Stream(DEMO_SEED, f"{label}/{seat.cadre.number}")
        if chance.below(100) < 6 and seat.cadre.number != TRAINEE:
            continue  # absent
        person = Actor(name=seat.cadre.name, roles={Role.TRAINEE: "/"}, cadre_number=seat.cadre.number)
        started = opens + timedelta(seconds=chance.below(1800))
        attempts.start(db, person, seat.paper.code, started)
        saves = _simulated(papers.read_paper(seat.paper), chance)
        handing_in.submit(db, person, seat.paper.code, saves, "demo", started + timedelta(seconds=240 + chance.below(700)))


def _written_sitting(db: Session, console: Console, actor: Actor, today: datetime) -> None:
    """A sitting of one town three days ago, whose short answers wait for a marker."""
    opens = today - timedelta(days=3) + timedelta(hours=9)
    plan = SittingPlan(
        TO_MARK, "竹垭镇干部综合测试（待阅卷，演示）", "cadre-deep", Group(units=(WRITING,)), opens, opens + timedelta(hours=2), PROFILE
    )
    row = scheduling.create_sitting(db, actor, opens - timedelta(days=1), plan, console.settings.zone, DEMO_SEED)
    _sit(db, row, opens, "written")


def _simulated(paper: Paper, chance: Stream) -> list[Save]:
    """Responses of somebody who knows up to 55 to 110 % of the paper, less of its harder questions.

    On form B those who know take another option than the key of the first question, so that its analysis shows what a wrong key looks like.
    """
    skill = 55 + chance.below(56)
    values = []
    for slot in paper.slots:
        knows = chance.below(100) < skill - Stream(DEMO_SEED, f"hard/{slot.question.uid}").below(HARDEST)
        if chance.below(100) < 97:
            values.append((slot.number, _misled(slot, knows, chance) if (paper.form, slot.number) == ("B", 1) else _answer(slot, knows, chance)))
    return [Save(number, value, seq) for seq, (number, value) in enumerate(values, 1)]


def _misled(slot: Slot, knows: bool, chance: Stream) -> list[str]:
    """The answer to a question whose key is wrong: who knows takes the first other option, who does not any of them."""
    ids = sorted(option.id for option in slot.question.options)
    return [next(option for option in ids if option not in slot.question.key) if knows else ids[chance.below(len(ids))]]


def _answer(slot: Slot, knows: bool, chance: Stream) -> list[str]:
    question = slot.question
    if question.type is QuestionType.FILL_IN:
        return [blank.answers[0] if knows else "不清楚" for blank in question.blanks]
    if question.type is QuestionType.SHORT_ANSWER:
        points = [point.text for point in question.points]
        return ["；".join(points[: 1 + chance.below(len(points))]) if knows and points else "不清楚"]
    if question.type.is_pairs:
        return sorted(question.key) if knows else sorted(question.key)[:1]
    if knows:
        return sorted(question.key)
    if question.type is QuestionType.MULTIPLE and chance.below(2):
        return sorted(question.key)[:-1]
    ids = sorted(option.id for option in question.options)
    return [ids[chance.below(len(ids))]]  # who does not know guesses

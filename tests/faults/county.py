"""A county for faults: so many cadres with papers of eight questions in a sitting that is open now, and a log-in of each that is there already."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from quiz.core.access import Actor, Role, command_line
from quiz.core.paper import Slot
from quiz.core.plan import SittingPlan
from quiz.core.roster import Cadre, Group, Post, PostKind, Roster, Unit, UnitKind
from quiz.core.sitting import Release
from quiz.storage import accounts, rosters
from quiz.storage.engine import make_engine, reading, writing
from quiz.storage.papers import read_paper
from quiz.storage.sittings import get_sitting, seats_of_sitting
from quiz.storage.tables import AccountRow
from quiz.usecases import attempts, publishing, scheduling
from quiz.usecases.log_ins import token_digest
from quiz.usecases.passwords import HASHER
from quiz.usecases.rosters import load_roster
from tests.faults.page import Person
from tests.web.world import PASSWORD, ZONE, make_blueprint, make_questions

SITTING = "faults"
OPENED = timedelta(hours=5)
"""How long the sitting has been open."""

LASTS = timedelta(hours=4)
"""How long an attempt lasts."""

CHIEF = command_line("tests")


def make_county(url: str, count: int) -> None:
    """Fill a migrated database with so many cadres, an account and a live log-in for each, and a sitting with a paper for each."""
    engine, now = make_engine(url), datetime.now(UTC)
    before = now - OPENED - timedelta(hours=3)
    cadres = tuple(
        Cadre(f"F{n:03}", f"考生{n:03}", "T01", posts=(Post(PostKind.TOWNSHIP_STAFF, "T01", date(2025, 1, 1)),)) for n in range(1, count + 1)
    )
    units = (Unit("QL", "青岚县", UnitKind.COUNTY), Unit("T01", "柳溪镇", UnitKind.TOWNSHIP, "QL"))
    password = HASHER.hash(PASSWORD)
    with writing(engine) as db:
        load_roster(db, CHIEF, before, Roster(units, cadres))
        publishing.publish(db, CHIEF, before, make_questions(), [make_blueprint()])
        rows = rosters.cadre_rows(db)
        for cadre in cadres:
            login = cadre.number.lower()
            row = AccountRow(login=login, name=cadre.name, password_hash=password, cadre_id=rows[cadre.number].id, created_at=before)
            accounts.save_account(db, row, [Role.TRAINEE])
            accounts.save_login(db, token_digest(token_of(login)), row.id, now, now + timedelta(hours=16))
    minutes = int(LASTS.total_seconds() // 60)
    plan = SittingPlan(SITTING, "测试", "small", Group(), now - OPENED, now + timedelta(hours=8), minutes=minutes, release=Release.ON_SUBMIT)
    with writing(engine) as db:
        scheduling.create_sitting(db, CHIEF, before, plan, ZONE, bytes(range(32)))
    engine.dispose()


def token_of(login: str) -> str:
    """Return the token of somebody's log-in, which their browser keeps as a cookie."""
    return f"the token of {login}".replace(" ", "-")


def people(url: str) -> list[Person]:
    """Return everybody with their paper, in the order of their numbers."""
    engine = make_engine(url)
    with reading(engine) as db:
        sitting = get_sitting(db, SITTING)
        assert sitting is not None
        seats = {seat.cadre.number: (seat.paper.code, read_paper(seat.paper).slots) for seat in seats_of_sitting(db, sitting)}
    engine.dispose()
    return [
        Person(number, code, {slot.number: slot.question for slot in slots}, _answers(slots), token_of(number.lower()))
        for number, (code, slots) in sorted(seats.items())
    ]


def start_earlier(url: str, person: Person, ago: timedelta) -> datetime:
    """Let somebody have started so long ago; return their deadline."""
    engine = make_engine(url)
    actor = Actor(person.number, {Role.TRAINEE: "/"}, cadre_number=person.number)
    with writing(engine) as db:
        deadline = attempts.start(db, actor, person.code, datetime.now(UTC) - ago).deadline_at
    engine.dispose()
    return deadline


def _answers(slots: tuple[Slot, ...]) -> dict[int, list[list[str]]]:
    """By slot what somebody might answer: the key is among it."""
    out = {}
    for slot in slots:
        singles = [[option.id] for option in slot.question.options]
        blanks = [[blank.answers[0] for blank in slot.question.blanks], ["3"] * len(slot.question.blanks)]
        out[slot.number] = [*singles, sorted(slot.question.key)] if singles else blanks
    return out

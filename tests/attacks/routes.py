"""Every route of the site with who may use it. A route that stands in the application and not here fails test_roles.py: write down who it is for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

from flask import Flask
from PIL import Image
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from quiz.core.access import Role, command_line
from quiz.core.answer_sheet import sheet_id
from quiz.core.correction import Remedy
from quiz.core.picture import Upload
from quiz.core.practice import PRACTICE_TAG, Kind
from quiz.core.roster import Group
from quiz.core.sample import By
from quiz.core.scan import Doubt, ScannedPage, SheetReading, SlotReading, State
from quiz.storage import accounts as account_rows
from quiz.storage import pictures, practice
from quiz.storage.certificates import save_certificates
from quiz.storage.engine import writing
from quiz.storage.papers import read_paper
from quiz.storage.rosters import cadre_rows, get_cadre_row
from quiz.storage.sittings import get_sitting, seats_of_sitting
from quiz.storage.tables import AccountRow, CertificateRow
from quiz.usecases import admission, correcting, publishing, reviewing, sampling, scanning
from quiz.usecases.correcting import Wish as Correction
from quiz.usecases.sampling import Wish
from tests.web.world import NINE, SITTING, Person, engine_of, make_questions, paper_code, schedule
from tests.words import words

TRAINEE, SETTER, ORGANISER, MARKER, INSPECTOR = "q001", "setter", "organiser", "marker", "inspector"
STRANGER, NO_ROLE, VISITOR = "a stranger", "nobody", "a visitor by code"
STAFF = frozenset({SETTER, ORGANISER, MARKER, INSPECTOR})

EVERYBODY = frozenset({STRANGER, NO_ROLE, VISITOR, TRAINEE, *STAFF})
LOGGED_IN = EVERYBODY - {STRANGER}
WITH_ACCOUNT = LOGGED_IN - {VISITOR}
SITTERS = frozenset({TRAINEE, VISITOR})
TRAINEES = frozenset({TRAINEE})
SETTERS, ORGANISERS, MARKERS = frozenset({SETTER}), frozenset({ORGANISER}), frozenset({MARKER})
READERS = frozenset({ORGANISER, INSPECTOR})
ITEM_READERS = READERS | SETTERS
OWN = frozenset({TRAINEE})
"""What is a person's own over the years: a code opens one sitting only."""

ROUTES = {
    "account.home": LOGGED_IN,
    "account.log_in": EVERYBODY,
    "account.log_out": EVERYBODY,
    "account.password": WITH_ACCOUNT,
    "account.picture": LOGGED_IN,
    "account.static": EVERYBODY,
    "account.switch_language": EVERYBODY,
    "admission.admit": EVERYBODY,
    "admission.slips": ORGANISERS,
    "answering.answer": ORGANISERS | MARKERS,
    "answering.home": ORGANISERS | MARKERS,
    "answering.window": ORGANISERS,
    "appealing.report": SITTERS,
    "blueprints.edit": SETTERS,
    "blueprints.generate": SETTERS,
    "blueprints.home": SETTERS | ORGANISERS,
    "blueprints.new": SETTERS,
    "blueprints.preview": SETTERS,
    "blueprints.show": SETTERS | ORGANISERS,
    "blueprints.work": SETTERS,
    "booklets.download": SETTERS | ORGANISERS,
    "booklets.home": SETTERS | ORGANISERS,
    "certificates.check": EVERYBODY,
    "certificates.file": READERS,
    "certificates.home": READERS,
    "certificates.issue": ORGANISERS,
    "certificates.my_file": OWN,
    "certificates.withdraw": ORGANISERS,
    "health.is_ready": EVERYBODY,
    "health.lives": EVERYBODY,
    "health.metrics": EVERYBODY,  # on this machine itself: tests/web/test_health.py
    "items.export": ITEM_READERS,
    "items.home": ITEM_READERS,
    "items.item": ITEM_READERS,
    "items.paper": ITEM_READERS,
    "items.similar": READERS,
    "items.sitting": ITEM_READERS,
    "learning.home": TRAINEES,
    "learning.place": TRAINEES,
    "learning.practice": TRAINEES,
    "learning.start": TRAINEES,
    "lockdown.tell": SITTERS,
    "marker.desk": MARKERS,
    "marker.give_back": MARKERS,
    "marker.home": MARKERS,
    "marker.judge": MARKERS,
    "marker.overview": MARKERS,
    "marker.take": MARKERS,
    "rejudging.decided": MARKERS,
    "rejudging.judge_again": MARKERS,
    "mistakes.of_all": SITTERS,
    "mistakes.of_paper": SITTERS,
    "oral.home": READERS,
    "oral.households": SITTERS,
    "oral.village": READERS,
    "organiser.amend": ORGANISERS,
    "organiser.batch": ORGANISERS,
    "organiser.batch_files": ORGANISERS,
    "organiser.cadre": READERS,
    "organiser.change_time": ORGANISERS,
    "organiser.correct": ORGANISERS,
    "organiser.correct_question": ORGANISERS,
    "organiser.correction": READERS,
    "organiser.correction_notice": READERS,
    "organiser.decide_late": ORGANISERS,
    "organiser.draw": ORGANISERS,
    "organiser.export": READERS,
    "organiser.hall": READERS,
    "organiser.hall_clock": ORGANISERS,
    "organiser.hall_give_back": ORGANISERS,
    "organiser.hall_pause": ORGANISERS,
    "organiser.hall_resume": ORGANISERS,
    "organiser.home": READERS | MARKERS,
    "organiser.make_up": ORGANISERS,
    "organiser.new": ORGANISERS,
    "organiser.markers": READERS,
    "organiser.notice": READERS,
    "organiser.papers": ORGANISERS,
    "organiser.proof": READERS,
    "organiser.release": ORGANISERS,
    "organiser.restore": ORGANISERS,
    "organiser.retry": ORGANISERS,
    "organiser.roster": ORGANISERS,
    "organiser.roster_example": ORGANISERS,
    "organiser.sitting": READERS,
    "organiser.times": ORGANISERS,
    "organiser.void": ORGANISERS,
    "presence.pulse": SITTERS,
    "auditing.check": READERS,
    "auditing.home": READERS,
    "records.check": OWN | READERS,
    "records.home": READERS,
    "records.mine": OWN,
    "records.my_print": OWN,
    "records.my_table": OWN,
    "records.print_": READERS,
    "records.show": READERS,
    "records.table": READERS,
    "samples.draw": ORGANISERS,
    "samples.home": READERS,
    "samples.new": ORGANISERS,
    "samples.proof": READERS,
    "samples.show": READERS,
    "samples.sitting": ORGANISERS,
    "reports.circular": ORGANISERS,
    "reports.compare": READERS,
    "reports.export": READERS,
    "reports.export_over_time": READERS,
    "reports.over_time": READERS,
    "reports.paper": READERS,
    "reports.print_several": READERS,
    "reports.sitting": READERS,
    "retraining.home": ORGANISERS,
    "retraining.unit": ORGANISERS,
    "saving.save": SITTERS,
    "saving.take_desk": SITTERS,
    "scans.choose": ORGANISERS | MARKERS,
    "scans.confirm": ORGANISERS | MARKERS,
    "scans.copy": READERS,
    "scans.cut": ORGANISERS | MARKERS,
    "scans.decide": ORGANISERS | MARKERS,
    "scans.doubts": ORGANISERS | MARKERS,
    "scans.drop": ORGANISERS | MARKERS,
    "scans.home": ORGANISERS | MARKERS,
    "scans.key": ORGANISERS | MARKERS,
    "scans.keying": ORGANISERS | MARKERS,
    "scans.my_copy": SITTERS,
    "scans.page": ORGANISERS | MARKERS,
    "scans.page_image": ORGANISERS | MARKERS,
    "scans.sheet": ORGANISERS | MARKERS,
    "scans.upload": ORGANISERS,
    "setter.coverage": SETTERS,
    "setter.home": SETTERS,
    "setter.question": SETTERS,
    "trainee.home": SITTERS,
    "trainee.paper": SITTERS,
    "trainee.result": SITTERS,
    "trainee.save_section": SITTERS,
    "trainee.sit": SITTERS,
    "trainee.start": SITTERS,
    "trainee.submit": SITTERS,
    "trainee.summary": SITTERS,
    "trainee.time_left": SITTERS,
    "workbench.history": SETTERS,
    "workbench.lapses": SETTERS,
    "workbench.new": SETTERS,
    "workbench.picture": SETTERS,
    "workbench.print_proof": SETTERS,
    "workbench.proposal": SETTERS,
    "workbench.proposals": SETTERS,
    "workbench.retire": SETTERS,
}

NOT_THERE = frozenset({"organiser.batch_files", "rejudging.decided", "rejudging.judge_again", "scans.choose", "scans.copy", "scans.my_copy"})
"""Routes that tell even their own people 404 as they are asked here: no corrected copy while a sitting is open, no choice of a page without its
paper, no files before anything was printed, nothing to judge again before anything was. The tests of their pages show them open."""

NAMED_IN_QUERY = {"organiser.correct_question": ("uid",)}
"""What pages read behind the question mark, by the names of `cases`."""

JSON_CALLS = frozenset({"lockdown.tell", "presence.pulse", "saving.save", "saving.take_desk"})
LAST = ("trainee.submit", "account.log_out")
CODE = "23456789ABCD"
PAST = "past"
"""A sitting that is over, with a correction."""

SAMPLE = "audit-1"
A_SAVE = {"device": "d", "items": [{"slot": 1, "value": ["a"], "seq": 1}]}


def picture() -> tuple[str, bytes]:
    """Return a small picture as it is stored: its digest and its bytes."""
    out = BytesIO()
    Image.new("L", (4, 4)).save(out, "PNG")
    return hashlib.sha256(out.getvalue()).hexdigest(), out.getvalue()


def furnish(engine: Engine) -> None:
    """Store what routes name: pictures, a proposal, a sample, certificates, practice, a scan, an earlier sitting with a correction."""
    digest, content = picture()
    with writing(engine) as session:
        pictures.save_pictures(session, {digest: content})
        author = account_rows.get_account(session, SETTER)
        assert author is not None
        actor = account_rows.actor_of(session, author)
        upload = Upload("p.png", digest, 4, 4, len(content))
        chief = command_line("tests")
        sampling.freeze_sample(session, chief, NINE, NINE.date(), Wish(SAMPLE, "抽考", Group(), By.NOTHING, 1, "公开摇号"))
        _certify(session)
        sampling.draw(session, chief, SAMPLE, "1 2 3", NINE)
        reviewing.save(session, actor, NINE, None, "稿", "category: general/water\nquestions: []\n", [(upload, content)])
        practised = replace(make_questions()[0], uid="practised", stem=f"练习题。{words('练习')}", tags=(PRACTICE_TAG,))
        publishing.publish(session, command_line("tests"), NINE, [practised])
        cadre = get_cadre_row(session, "Q001")
        assert cadre is not None
        practice.save_set(session, cadre.id, Kind.DAILY, None, NINE.date(), ["practised"], NINE)
    with writing(engine) as session:
        scanning.take_pages(session, command_line("tests"), [scan(session)], SITTING, NINE + timedelta(minutes=1))
    schedule(engine, PAST, opens_at=NINE - timedelta(hours=20))
    with writing(engine) as session:
        correcting.apply(session, command_line("tests"), PAST, Correction("single-1", Remedy.FULL), "答案有误", NINE)


def _certify(session: Session) -> None:
    """Store a certificate of each trainee: whether they hold is not asked."""
    sitting, people = get_sitting(session, SITTING), cadre_rows(session)
    assert sitting is not None
    common = {"sitting_id": sitting.id, "unit": "", "title": "证", "least": 0, "score": 0, "valid_from": NINE.date(), "valid_to": NINE.date()}
    rows = [
        CertificateRow(**common, cadre_id=people[f"Q00{n}"].id, number=f"KX2026-00000{n}", code=f"C{n}", name="某", at=NINE, actor="tests")
        for n in (1, 2)
    ]
    save_certificates(session, rows)


def scan(session: Session) -> ScannedPage:
    """Return a scanned sheet of Q002, with a place in doubt."""
    sitting = get_sitting(session, SITTING)
    assert sitting is not None
    paper = seats_of_sitting(session, sitting, numbers=["Q002"])[0].paper
    out = BytesIO()
    Image.new("L", (840, 1188), 255).save(out, "PNG")
    pose = tuple(Decimal(number) for number in (4, 0, 0, 0, 4, 0, 0, 0, 1))
    slots = [SlotReading(slot.number, State.BLANK, 100) for slot in read_paper(paper).slots]
    read = SheetReading(1, 1, (replace(slots[0], state=State.DOUBTFUL, doubt=Doubt.FAINT), *slots[1:]), pose=pose, dpi=100)
    digest = hashlib.sha256(out.getvalue()).hexdigest()
    return ScannedPage("a.png", out.getvalue(), "png", digest, sheet_id(paper.code, paper.digest, 1), read)


@dataclass(frozen=True, slots=True)
class Case:
    """One route with one method, at an address that exists for the trainee q001."""

    endpoint: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()

    def ask(self, person: Person, **options: object) -> TestResponse:
        """Send what the page would send, with the token; forms as empty as they may be."""
        if self.method not in ("GET", "HEAD"):
            options |= {"headers": {"X-CSRFToken": person.token}, **({"json": A_SAVE} if self.endpoint in JSON_CALLS else {"data": {}})}
        with person.client.open(self.path, method=self.method, query_string=dict(self.query), **options) as reply:  # type: ignore[arg-type]
            reply.get_data()  # before it is closed: files are read as they are sent
            return reply


def cases(app: Flask, methods: tuple[str, ...] = ("GET", "POST"), **instead: object) -> list[Case]:
    """Return every route of the application with each of its methods, those that end something last.

    `instead` gives other values for the parts of addresses.
    """
    digest, _ = picture()
    paper = paper_code(engine_of(app), "Q001")
    out = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (LAST.index(rule.endpoint) if rule.endpoint in LAST else -1, rule.endpoint)):
        named = {"/papers": paper, "/blueprints": "small", "/samples": SAMPLE, "/sittings/<code>/corrections": PAST}
        code = next((name for start, name in named.items() if rule.rule.startswith(start)), SITTING)
        values: dict[str, object] = {
            "code": code,
            "number": "Q002",
            "uid": "single-1",
            "proposal_id": 1,
            "digest": digest,
            "name": "style.css",
            "kind": "xlsx",
            "serial": "KX2026-000002",
            "own": "KX2026-000001",
            "unit": "T01",
            "set_number": 1,
            "place": 1,
            "scan": 1,
            "slot": 1,
            "blank": 0,
            "paper": paper_code(engine_of(app), "Q002") if "/sheets/" in rule.rule else paper,
            **instead,
        }
        if "<int:number>" in rule.rule:
            values["number"] = 99 if "number" in instead else 1
        query = tuple((name, str(values[name])) for name in NAMED_IN_QUERY.get(rule.endpoint, ()))
        out += [Case(rule.endpoint, method, address(app, rule, values), query) for method in sorted(rule.methods or ()) if method in methods]
    return out


def address(app: Flask, rule: Rule, values: dict[str, object]) -> str:
    """Return an address of a route."""
    unknown = rule.arguments - values.keys()
    assert not unknown, f"{rule.endpoint}: give {sorted(unknown)} a value in tests/attacks/routes.py"
    with app.test_request_context():
        return str(app.url_map.bind("localhost").build(rule.endpoint, {name: values[name] for name in rule.arguments}))


def enter(app: Flask, who: str) -> Person:
    """Return a persona of the table, at a browser of their own."""
    person = Person(app)
    if who == VISITOR:
        chief, engine = command_line("tests"), engine_of(app)
        with writing(engine) as session:
            made = admission.make_slips(session, chief, SITTING, NINE, lambda: CODE, numbers=["Q001"])
            admission.store_slips(session, chief, NINE, made, app.config["SECRET_KEY"])
        assert person.post("/admit", {"code": CODE}).status_code == 302
    elif who != STRANGER:
        person.sign_in(who)
    return person


def is_let_in(reply: TestResponse) -> bool:
    """True when a reply is neither a refusal nor the way to the log-in page."""
    return reply.status_code not in (401, 403) and not (reply.location or "").startswith("/login?")


def roles_of(login: str, engine: Engine) -> set[Role]:
    """Return the roles of an account, to see that the personas are what their names say."""
    with writing(engine) as session:
        account: AccountRow | None = account_rows.get_account(session, login)
        assert account is not None
        return set(account_rows.actor_of(session, account).roles)

"""Attacks 13, 14, 15 and 30: script, template syntax and formulas in every text that people give, seen in every page, print, export and log line."""

from __future__ import annotations

import ast
import csv
import io
import json
import logging
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import Engine
from sqlalchemy.orm import Session

import quiz
from quiz.core.access import Role, command_line
from quiz.core.blueprint import Blueprint, Cell, Section
from quiz.core.correction import Remedy
from quiz.core.plan import SittingPlan
from quiz.core.question import Question, QuestionType, Source
from quiz.core.roster import Cadre, Group, Post, PostKind, Roster, Unit, UnitKind
from quiz.core.rule import Rule
from quiz.core.sample import By
from quiz.core.sitting import Release
from quiz.formats.csv_table import write_csv
from quiz.storage.certificates import save_certificates
from quiz.storage.engine import writing
from quiz.storage.rosters import get_cadre_row
from quiz.storage.sittings import get_sitting
from quiz.storage.tables import CertificateRow
from quiz.usecases import accounts, correcting, extending, passwords, publishing, rosters, sampling, scheduling
from quiz.usecases.correcting import Wish as Correction
from quiz.usecases.sampling import Wish
from quiz.web import start_logging
from tests.attacks.routes import cases
from tests.web.world import NINE, PASSWORD, ZONE, Clock, Person, make_questions, paper_code

HOSTILE = "\"'><xss a=1>{{1337*1337}}{%x%}${1337*1337}{0.__class__}%(x)s"
"""Breaks out of attributes and elements, and is template syntax of four kinds."""

MARK = "<xss a=1>"
SUM = str(1337 * 1337)
RUNS = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFiles?|OpenAction|URI)\b")
"""What a print must not hold."""

DOWNLOAD = re.compile(r"(inline|attachment)?(; filename=\"?[\w.-]+\"?)?(; filename\*=UTF-8''[\w.%-]+)?")
"""How a file is called that is sent: by a name that is one."""

WHERE = "hostile"
CHECKED = "234567ABCDEF"
"""What stands on a certificate, for whoever asks whether it holds."""

FORMULAS = ("=1+1", "+1", "-1+1", "@SUM(1)", "＝1+1", "＋1", "－1", "＠A1", "\t=1", '=HYPERLINK("http://evil.example","x")', "=cmd|' /C calc'!A0")


def hostile_question(question: Question) -> Question:
    """Return a question all of whose texts are hostile."""
    options = tuple(replace(option, text=HOSTILE + option.id) for option in question.options)
    return replace(
        question,
        uid=f"h-{question.uid}",
        category="hostile/all",
        stem=HOSTILE + question.stem,
        options=question.options if question.type is QuestionType.TRUE_FALSE else options,
        explanation=HOSTILE,
        source=Source(HOSTILE, HOSTILE, HOSTILE, HOSTILE),
        topic=HOSTILE,
        department=HOSTILE,
        tags=(HOSTILE,),
        true_sentence=HOSTILE,
        valid_to=date(2026, 12, 31),
    )


@pytest.fixture
def hostile(app: Flask, web_engine: Engine, clock: Clock) -> str:
    """The county with a unit, a cadre, a bank, a blueprint and a sitting full of hostile texts, sat and marked; the code of the paper."""
    chief, before = command_line(HOSTILE), NINE - timedelta(days=1)
    kinds = (QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.TRUE_FALSE, QuestionType.FILL_IN)
    sections = tuple(Section(HOSTILE, kind, 2, (Cell(2, categories=("hostile",)),), Rule()) for kind in kinds)  # type: ignore[arg-type]
    blueprint = Blueprint(WHERE, HOSTILE, 60, 1, sections, notes=(HOSTILE,))  # type: ignore[arg-type]
    units = (Unit("H01", HOSTILE, UnitKind.TOWNSHIP, "QL"),)
    cadre = Cadre("H001", HOSTILE, "H01", (HOSTILE,), (Post(PostKind.TOWNSHIP_STAFF, "H01", date(2025, 1, 1), title=HOSTILE),))
    plan = SittingPlan(WHERE, HOSTILE, WHERE, Group(units=("H01",)), NINE, NINE + timedelta(hours=2), release=Release.ON_CLOSE)
    with writing(web_engine) as session:
        rosters.load_roster(session, chief, before, Roster(units, (cadre,)))
        publishing.publish(session, chief, before, [hostile_question(question) for question in make_questions()], [blueprint])
        for login, roles, number in (("h001", [Role.TRAINEE], "H001"), ("chief", [role for role in Role if role is not Role.TRAINEE], "")):
            accounts.create_account(session, chief, before, login, HOSTILE, PASSWORD, roles, number)
        scheduling.create_sitting(session, chief, before, plan, ZONE, bytes(32))
        extending.extend(session, chief, WHERE, "H001", 5, HOSTILE, NINE)
        sampling.freeze_sample(session, chief, NINE, NINE.date(), Wish(WHERE, HOSTILE, Group(units=("H01",)), By.NOTHING, 1, HOSTILE))
        sampling.draw(session, chief, WHERE, HOSTILE, NINE)
        save_certificates(session, [hostile_certificate(session)])
    code, person = paper_code(web_engine, "H001", WHERE), Person(app, "h001")
    person.post(f"/papers/{code}/start")
    person.save(code, 7, [HOSTILE, HOSTILE], 1, device=HOSTILE)
    person.post(f"/papers/{code}/submit", {"device": HOSTILE})
    organiser = Person(app, "chief")
    organiser.post("/bank/proposals/new", {"title": HOSTILE, "source": f"# {HOSTILE}\ncategory: {json.dumps(HOSTILE)}\nquestions: []\n"})
    organiser.post("/bank/questions/h-single-1/retire", {"reason": HOSTILE})
    organiser.post(f"/sittings/{WHERE}/cadres/H001/void", {"number": "H001", "reason": HOSTILE})
    organiser.post(f"/sittings/{WHERE}/cadres/H001/restore", {"reason": HOSTILE})
    return code


def hostile_certificate(session: Session) -> CertificateRow:
    """Return a certificate of the hostile cadre: whether it holds is not asked."""
    sitting, cadre = get_sitting(session, WHERE), get_cadre_row(session, "H001")
    assert sitting is not None
    assert cadre is not None
    words = {"unit": HOSTILE, "title": HOSTILE, "name": HOSTILE, "actor": HOSTILE, "number": "KX2026-000001", "code": CHECKED}
    days = {"valid_from": NINE.date(), "valid_to": NINE.date() + timedelta(days=99)}
    return CertificateRow(sitting_id=sitting.id, cadre_id=cadre.id, least=0, score=0, at=NINE, **words, **days)


class Seen(HTMLParser):
    """What a browser makes of a page: its elements, and its texts with the values of its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.add(name)
            self.texts.append(value or "")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def faults(page: str) -> list[str]:
    """Return what a page should not be made of."""
    seen = Seen(page)
    out = [tag for tag in seen.tags if tag in ("xss", "script") and ("xss" in tag or "<script>" in page)]
    out += [name for name in seen.attributes if not name.replace("-", "").isalnum() or name.startswith("on") or name == "style"]
    return out + ([SUM] if SUM in page else [])


def shows(page: str) -> bool:
    """True when the hostile text stands in a page's own part as the text that it is; who is logged in stands above it on every page."""
    return any(MARK in text for text in Seen(page.partition("<main")[2]).texts)


def objects_of(pdf: bytes) -> bytes:
    """Return what a print is made of without what is drawn, whose packed bytes may spell any short word by chance."""
    return re.sub(rb"\bstream\r?\n.*?endstream\b", b"", pdf, flags=re.DOTALL)


def read_page(content: bytes, kind: str) -> tuple[list[str], bool]:
    """Return what a page, a print or a table should not be made of, and whether the hostile text stands in it."""
    if kind == "text/html":
        page = content.decode()
        return faults(page), shows(page)
    if kind == "application/pdf":
        document = pypdfium2.PdfDocument(content)
        text = "".join(page.get_textpage().get_text_bounded() for page in document).replace("\r\n", "").replace(" ", "")
        document.close()
        return [word.decode() for word in RUNS.findall(objects_of(content))] + ([SUM] if SUM in text else []), MARK.replace(" ", "") in text
    if kind.endswith("spreadsheetml.sheet"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [archive.read(name) for name in archive.namelist()]
        return [word.decode() for word in (b"<f>", b"<xss") for part in parts if word in part], any(b"&lt;xss" in part for part in parts)
    return [], False


ALWAYS_SHOWN = {
    "admission.slips", "answering.home", "appealing.report", "blueprints.edit", "blueprints.home", "blueprints.show", "certificates.check",
    "marker.desk", "marker.home", "marker.overview", "organiser.amend", "organiser.batch", "organiser.cadre", "organiser.correct",
    "organiser.correct_question", "organiser.draw", "organiser.hall", "organiser.home", "organiser.new", "organiser.notice", "organiser.release",
    "organiser.roster", "organiser.sitting", "organiser.times", "records.home", "records.mine", "records.show", "retraining.home",
    "retraining.unit", "samples.home", "samples.new", "samples.show", "samples.sitting", "scans.home", "setter.home", "setter.question",
    "trainee.home", "trainee.paper", "trainee.result", "workbench.history", "workbench.lapses", "workbench.proposal", "workbench.proposals",
}  # fmt: skip
"""The pages and prints on which one of the hostile texts stands whenever it is."""

SHOWN_AFTERWARDS = ALWAYS_SHOWN | {
    "certificates.home", "certificates.my_file", "items.home", "items.item", "items.paper", "items.similar", "items.sitting", "learning.home",
    "mistakes.of_all", "mistakes.of_paper", "organiser.correction", "organiser.correction_notice", "organiser.make_up", "reports.circular",
    "reports.compare", "reports.over_time", "reports.paper", "reports.print_several", "reports.sitting",
}  # fmt: skip


@pytest.mark.parametrize(("at", "wanted"), [("open", ALWAYS_SHOWN), ("over", SHOWN_AFTERWARDS)], ids=["open", "over"])
def test_hostile_texts_are_texts_on_every_page(app: Flask, web_engine: Engine, hostile: str, clock: Clock, at: str, wanted: set[str]) -> None:
    if at == "over":
        clock.at = NINE + timedelta(hours=3)
        with writing(web_engine) as session:
            correcting.apply(session, command_line(HOSTILE), WHERE, Correction("h-single-1", Remedy.FULL), HOSTILE, clock())
    wrong, shown = [], set()
    for login in ("h001", "chief"):
        person = Person(app, login)
        names = {"code": hostile if login == "h001" else WHERE, "number": "H001", "uid": "h-single-1", "name": "h-single-1", "unit": "H01"}
        for language in ("zh", "en"):
            person.post("/language", {"language": language})
            for case in cases(app, ("GET",), **names):
                path = case.path.replace("/papers/" + WHERE, "/papers/" + hostile).replace("/corrections/99", "/corrections/1")
                with person.client.get(path, query_string={**dict(case.query), "code": CHECKED}) as reply:
                    content = reply.get_data()
                assert reply.status_code < 500, path
                found, is_shown = read_page(content, reply.mimetype)
                name = reply.headers.get("Content-Disposition", "")
                wrong += [f"{path}: {fault}" for fault in (found if DOWNLOAD.fullmatch(name) else [*found, name])]
                shown |= {case.endpoint} if reply.status_code == 200 and is_shown else set()
    assert wrong == []
    assert sorted(wanted - shown) == [], "the text was not where this test looked"


def test_the_sitting_page_holds_hostile_stems_options_and_answers(app: Flask, web_engine: Engine, hostile: str, clock: Clock) -> None:
    with writing(web_engine) as session:
        extending.reopen(session, command_line("x"), WHERE, "H001", 5, "r", clock())
    person = Person(app, "h001")
    for page in ("sit", "sit?section=4", "summary"):
        text = person.get(f"/papers/{hostile}/{page}").text
        assert faults(text) == []
        assert shows(text)


def test_what_people_say_of_each_others_work_and_how_they_call_their_files_are_texts_too(
    app: Flask, web_engine: Engine, hostile: str, clock: Clock
) -> None:
    """A report, its answer, a marker's comment, the name of a picture."""
    sitter, chief = Person(app, "h001"), Person(app, "chief")
    assert sitter.post(f"/papers/{hostile}/report", {"slot": "1", "text": HOSTILE}).status_code == 303
    overview = chief.get(f"/marking/{WHERE}").text
    uid = re.search(r'name="uid" value="([^"]+)"', overview)[1]  # type: ignore[index]
    desk = chief.post(f"/marking/{WHERE}/take", {"uid": uid, "blank": "0"}, follow_redirects=True).text
    digest = re.search(r'name="digest" value="([^"]+)"', desk)[1]  # type: ignore[index]
    judged = chief.post(f"/marking/{WHERE}/desk?uid={uid}&blank=0", {"digest": digest, "verdict": "wrong", "reason": HOSTILE})
    assert judged.status_code == 303
    picture = BytesIO()
    Image.new("L", (4, 4)).save(picture, "PNG")
    fields = {"title": "图", "source": "category: hostile/all\nquestions: []\n", "pictures": (BytesIO(picture.getvalue()), f"{MARK}.png")}
    draft = chief.post("/bank/proposals/new", fields, content_type="multipart/form-data")
    pages = [desk, chief.get(f"/sittings/{WHERE}/appeals").text, sitter.get(f"/papers/{hostile}/report").text, chief.get(str(draft.location)).text]
    clock.at = NINE + timedelta(hours=3)
    number = re.search(r'name="appeal" value="(\d+)"', chief.get(f"/sittings/{WHERE}/appeals").text)[1]  # type: ignore[index]
    answered = chief.post(f"/sittings/{WHERE}/appeals", {"appeal": number, "verdict": "rejected", "reason": HOSTILE})
    assert answered.status_code == 303
    pages += [
        chief.get(f"/sittings/{WHERE}/appeals?all=1").text,
        sitter.get(f"/papers/{hostile}/result?show=all").text,
        chief.get(f"/sittings/{WHERE}/cadres/H001").text,
    ]
    assert [n for n, page in enumerate(pages) if faults(page) or not shows(page)] == []


SEARCHES = (
    "/bank?text={}", "/bank?category={}", "/bank?type={}&area={}&level={}&on={}", "/bank?offset={}", "/bank/coverage?on={}", "/bank/lapses?days={}",
    "/sittings/demo?unit={}&standing={}&order={}&down={}&done={}", "/sittings/demo/hall?site={}&unit={}&state={}&q={}&offset={}",
    "/blueprints/small?on={}&profile={}", "/bank/proposals/1?done={}&offset={}", "/login?next={}", "/marking/demo?regraded={}",
)  # fmt: skip


@pytest.mark.parametrize("address", SEARCHES)
@pytest.mark.parametrize(
    "text", [HOSTILE, "' OR 1=1 --", "%' UNION SELECT password_hash FROM account --", "\\", "%", "_", "\x00", "'; DROP TABLE audit; --"]
)
def test_what_is_searched_filtered_and_sorted_by_is_a_text(app: Flask, web_engine: Engine, address: str, text: str) -> None:
    """19 as well: a filter in SQL's own words finds what holds them, which is nothing."""
    from urllib.parse import quote

    who = "setter" if address.startswith("/bank") else "marker" if address.startswith("/marking") else "organiser"
    reply = Person(app, who).get(address.replace("{}", quote(text)))
    assert reply.status_code in (200, 302, 400, 404)
    assert faults(reply.text) == []
    assert "argon2" not in reply.text


@pytest.mark.parametrize(("text", "found"), [("单选第1号", 1), ("%", 0), ("' OR '1'='1", 0), ("\\", 0), ("单选第%号", 0), ("单选第_号", 0)])
def test_a_search_takes_no_word_for_a_pattern(app: Flask, text: str, found: int) -> None:
    page = Person(app, "setter").get("/bank", query_string={"text": text}).text
    assert page.count('href="/bank/questions/') == found


def test_sorting_by_what_is_no_column_is_sorting_by_none(app: Flask) -> None:
    organiser = Person(app, "organiser")
    plain = organiser.get("/sittings/demo").text
    for order in ("password_hash", "name; DROP TABLE audit", "__class__"):
        reply = organiser.get("/sittings/demo", query_string={"order": order})
        assert reply.status_code == 200
        page = reply.text
        assert [line for line in page.splitlines() if "<td" in line] == [line for line in plain.splitlines() if "<td" in line]


# --- prints and exports ------------------------------------------------------------------------------------------------------------------------


def test_prints_hold_hostile_texts_as_texts_and_nothing_that_runs(app: Flask, hostile: str) -> None:
    chief = Person(app, "chief")
    prints = [
        chief.post(f"/sittings/{WHERE}/papers.pdf", {"who": "all", "size": "A4", "with_key": "y"}),
        chief.get(f"/sittings/{WHERE}/notice.pdf"),
        chief.post(f"/sittings/{WHERE}/slips", {"unit": ""}),
    ]
    for reply in prints:
        assert reply.mimetype == "application/pdf", reply.text[:500]
        assert read_page(reply.data, reply.mimetype) == ([], True)
        document = pypdfium2.PdfDocument(reply.data)
        text = "".join(page.get_textpage().get_text_bounded() for page in document).replace("\r\n", "").replace(" ", "")
        document.close()
        assert "{{1337*1337}}" in text


@pytest.fixture
def formulas(app: Flask, web_engine: Engine, clock: Clock) -> None:
    """Cadres whose names a spreadsheet would run, in units with such names, who sat."""
    chief, before = command_line("tests"), NINE - timedelta(days=1)
    units = tuple(Unit(f"F{n:02}", text, UnitKind.TOWNSHIP, "QL") for n, text in enumerate(FORMULAS))
    cadres = tuple(Cadre(f"F{n:03}", text, f"F{n:02}") for n, text in enumerate(FORMULAS))
    with writing(web_engine) as session:
        rosters.load_roster(session, chief, before, Roster(units, cadres))
        plan = SittingPlan("formulas", "=1+1", "small", Group(units=tuple(unit.code for unit in units)), NINE, NINE + timedelta(hours=2))
        scheduling.create_sitting(session, chief, before, plan, ZONE, bytes(32))


def test_no_export_of_results_runs_a_name(app: Flask, formulas: None) -> None:
    content = Person(app, "organiser").get("/sittings/formulas/results.xlsx").data
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if isinstance(cell.value, str)} <= {"s", "inlineStr"}
    assert set(FORMULAS) <= {cell.value for cell in cells}
    assert not any(cell.hyperlink for cell in cells)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert not any(b"<f>" in archive.read(name) or b"externalLink" in archive.read(name) for name in archive.namelist())


def test_no_list_of_first_passwords_runs_a_name(app: Flask, web_engine: Engine, formulas: None, clock: Clock) -> None:
    with writing(web_engine) as session:
        first = {number: passwords.make_first_password("first-4-password") for number in accounts.without_account(session, command_line("tests"))}
        issued = accounts.issue_passwords(session, command_line("tests"), clock(), first)
    out = io.StringIO(newline="")
    write_csv(["单位", "姓名"], [[item.unit, item.name] for item in issued], out)
    rows = list(csv.reader(io.StringIO(out.getvalue().removeprefix("\ufeff"), newline="")))[1:]
    named = [cell for row in rows for cell in row if any(cell.lstrip("'") == text for text in FORMULAS)]
    assert len(named) == 2 * len(FORMULAS)
    assert all(cell.startswith("'") for cell in named)


def test_tables_are_written_in_one_way_each() -> None:
    """Every CSV by `csv_table`, which quotes; every Excel cell by `write_string` or a number's own method, never by `write`, which guesses."""
    wrong = []
    for path in Path(quiz.__file__).parent.rglob("*.py"):
        text = path.read_text("utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value
                if isinstance(owner, ast.Name) and owner.id == "csv" and node.func.attr in ("writer", "DictWriter") and path.name != "csv_table.py":
                    wrong.append(f"{path.name}:{node.lineno}")
                if "sheet" in ast.unparse(owner) and node.func.attr in (
                    "write",
                    "write_row",
                    "write_column",
                    "write_formula",
                    "write_url",
                    "write_rich_string",
                ):
                    wrong.append(f"{path.name}:{node.lineno}")
    assert wrong == []


# --- 30: what is typed reaches no log line -----------------------------------------------------------------------------------------------------


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The log of a server that writes a line for every request."""
    before, levels = logging.root.handlers[:], {name: logging.getLogger(name).level for name in ("", "quiz", "waitress.queue")}
    stream = io.StringIO()
    start_logging(log_all=True, stream=stream)
    yield stream
    logging.root.handlers[:] = before
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def test_nobody_writes_a_line_of_their_own_into_the_log(app: Flask, log: io.StringIO, trainee: Person, code: str) -> None:
    forged = 'x\r\n{"time": "2026-12-01", "level": "ERROR", "event": "forged"}\r\n\x1b[2Jforged\u2028'
    stranger = Person(app)
    stranger.post("/login", {"login": forged, "password": forged})
    stranger.post("/admit", {"code": forged})
    stranger.get("/nothing", query_string={"next": forged}, headers={"User-Agent": "forged", "Referer": "forged", "X-Request-ID": "forged"})
    stranger.client.open("/forged%0d%0aforged", method="FORGED")
    trainee.post(f"/papers/{code}/start")
    trainee.post_json(f"/papers/{code}/responses", {"device": forged, "items": [{"slot": 1, "value": [forged], "seq": 1}]})
    trainee.post(f"/papers/{code}/submit", {"unsent": json.dumps([{"slot": 7, "value": [forged, forged], "seq": 9}]), "device": forged})
    for _ in range(200):
        stranger.post("/admit", {"code": "23456789WXYZ"}, environ_base={"REMOTE_ADDR": "forged\r\nforged"})
    lines = log.getvalue().splitlines()
    assert len(lines) > 100
    assert all(json.loads(line)["event"] for line in lines)
    assert "forged" not in log.getvalue()

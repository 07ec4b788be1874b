"""Attack 4: the key, an explanation or a mark is sought before its release: in pages, JSON, PDF, sources, attributes, orders, caches, side doors."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, update
from werkzeug.test import TestResponse

from quiz.core.access import Role, command_line
from quiz.core.blueprint import Blueprint, Cell, Section
from quiz.core.paper import hide_key
from quiz.core.plan import SittingPlan
from quiz.core.question import Blank, BlankKind, Level, Point, Question, QuestionType, Revision, Source
from quiz.core.roster import Group
from quiz.core.rule import Rule
from quiz.core.shown import as_stored
from quiz.core.sitting import DELIVERY_MINUTES, Release
from quiz.storage.engine import reading, writing
from quiz.storage.sittings import get_sitting
from quiz.storage.tables import AccountRow
from quiz.usecases import accounts, admission, extending, handing_in, publishing, results, scheduling
from tests.assembly.made import paper_of
from tests.attacks.routes import CODE, VISITOR, cases, enter, furnish
from tests.attacks.test_content import objects_of
from tests.web.world import (
    NINE,
    PASSWORD,
    SECRET_WORD,
    ZONE,
    Clock,
    Person,
    engine_of,
    make_app,
    make_longer_questions,
    make_questions,
    paper_code,
    schedule,
)

People = Callable[[str], Person]
ALL = "every-type"
CLOSED = NINE + timedelta(hours=2)
OVER = CLOSED + timedelta(minutes=DELIVERY_MINUTES, seconds=1)
"""From here on nobody's answers can come in any more."""


# --- a page is the same whatever its key -----------------------------------------------------------------------------------------------------


def of_each_type() -> list[Question]:
    """One question of every type that stands in a slot, with something in every field."""
    found = {question.type: question for question in [*make_questions(), *make_longer_questions()]}
    return [found[kind] for kind in QuestionType if kind is not QuestionType.CASE]


def twin(question: Question, ids: list[str]) -> Question:
    """Return a question that looks the same on paper: all that does not stand there is another, its options have other ids and another is right."""
    options = question.options
    if not question.keep_order:
        options = tuple(replace(option, id=name, share=Decimal(7)) for option, name in zip(options, ids, strict=False))
    names = [option.id for option in options]
    key = frozenset(f"{place}{name}" for place, name in enumerate(names, 1)) if question.type.is_pairs else frozenset(names[-1:])
    return replace(
        question,
        uid="another",
        category="general/other",
        area="health",
        department="别的部门",
        level=Level.APPLICATION,
        topic="别的知识点",
        source=Source("别的文件", "别的机关", "别的条款", "别的文号", date(2020, 1, 1)),
        explanation="别的解析",
        valid_from=date(2020, 1, 1),
        options=options,
        key=key if options else frozenset(),
        blanks=tuple(Blank(("别的答案",), BlankKind.TEXT, tolerance="", weight=Decimal(3)) for _ in question.blanks),
        true_sentence="别的句子",
        jurisdiction="别的地方",
        tags=("别的标签",),
        difficulty=Decimal("0.9"),
        weight_class="别的",
        points=(Point("别的要点", Decimal(9)),) if question.points else (),
        model_answer="别的回答" if question.points else "",
        not_with=("别的题",),
    )


@settings(deadline=None, max_examples=25)
@given(st.permutations("ABCDEFGH"))
def test_the_source_of_a_page_depends_on_nothing_that_is_not_on_it(ids: list[str]) -> None:
    app = page_maker()
    for question in of_each_type():
        pages = set()
        for asked in (question, twin(question, ids)):
            names = ["1a", "2b"] if asked.type.is_pairs else ["b"] if asked.options and not asked.keep_order else []
            stored = as_stored(asked, names)
            assert isinstance(stored, list)
            with app.test_request_context("/"):
                macros = app.jinja_env.get_template("_macros/question.html").make_module()
                pages.add(str(macros.question(hide_key(asked), 1, tuple(stored), "sit")))  # type: ignore[attr-defined]
        assert len(pages) == 1, question.type


_makers: list[Flask] = []


def page_maker() -> Flask:
    """Return an application without a database, which pages of a question do not need."""
    if not _makers:
        _makers.append(make_app("sqlite:///none", Path(), Clock()))
    return _makers[0]


def test_where_the_key_stands_does_not_depend_on_where_the_bank_has_it() -> None:
    """Every paper shuffles, so that over many papers a key stands in every place about as often, whatever its letter in the bank."""
    plan = Blueprint("b", "t", 60, Decimal(1), (Section("单选", QuestionType.SINGLE, Decimal(1), (Cell(1),), Rule()),))
    question = replace(of_each_type()[0], keep_order=False)
    counts = {letter: [0, 0, 0, 0] for letter in "AD"}
    for letter, places in counts.items():
        for n in range(200):
            paper = paper_of(plan, [Revision(1, "d", replace(question, key=frozenset(letter)))], b"%d" % n)
            assert paper is not None
            places[[option.id for option in paper.slots[0].question.options].index(letter)] += 1
    assert all(30 <= count <= 75 for places in counts.values() for count in places), counts


# --- all that a trainee can fetch -------------------------------------------------------------------------------------------------------------


def secret_questions() -> list[Question]:
    """Questions of every type whose every hidden text holds the secret word, with uids that stand nowhere else."""
    out = []
    for question in [*make_questions(), *make_longer_questions()]:
        hidden = {
            "topic": f"{SECRET_WORD}知识点",
            "department": f"{SECRET_WORD}部门",
            "tags": (f"{SECRET_WORD}标签",),
            "explanation": f"{SECRET_WORD}解析",
            "true_sentence": f"{SECRET_WORD}正确说法",
            "source": Source(f"{SECRET_WORD}文件", f"{SECRET_WORD}机关", f"{SECRET_WORD}条款", f"{SECRET_WORD}文号"),
            "weight_class": "",
        }
        parts = tuple(replace(part, uid=f"secret-{question.uid}#{n}", **hidden) for n, part in enumerate(question.parts, 1))
        blanks = tuple(replace(blank, answers=(f"{SECRET_WORD}{n}",), kind=BlankKind.TEXT) for n, blank in enumerate(question.blanks))
        out.append(replace(question, uid=f"secret-{question.uid}", parts=parts, blanks=blanks, **hidden))
    return out


def schedule_all(engine: Engine, release: Release) -> None:
    """Schedule a sitting with questions of every type."""
    kinds = (
        (QuestionType.SINGLE, 2), (QuestionType.MULTIPLE, 2), (QuestionType.TRUE_FALSE, 2), (QuestionType.FILL_IN, 2), (QuestionType.ORDERING, 1),
        (QuestionType.MATCHING, 1), (QuestionType.SHORT_ANSWER, 1), (QuestionType.CASE, 1),
    )  # fmt: skip
    sections = tuple(Section(kind.value, kind, Decimal(2), (Cell(count, categories=("secret",)),), Rule()) for kind, count in kinds)
    questions = [replace(question, category="secret/all") for question in secret_questions()]
    chief, before = command_line("tests"), NINE - timedelta(days=1)
    plan = SittingPlan(ALL, "全题型", ALL, Group(), NINE, CLOSED, release=release)
    with writing(engine) as session:
        publishing.publish(session, chief, before, questions, [Blueprint(ALL, "全题型", 60, Decimal(5), sections)])
        scheduling.create_sitting(session, chief, before, plan, ZONE, bytes(range(32)))


ASKED_FOR = "secret-order"
"""The uid that is tried in addresses; a refusal may say it back."""


def text_of(reply: TestResponse) -> str:
    """Return what a reply says, as a page or in print."""
    if reply.mimetype != "application/pdf":
        return reply.get_data().decode(errors="replace")
    document = pypdfium2.PdfDocument(reply.get_data())
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def everything(app: Flask, person: Person, code: str, web_engine: Engine) -> list[str]:
    """Return all that the site answers to a trainee now: every page and call, with what is said in headers, as HTML and as JSON."""
    out = []
    for case in cases(app, ("GET", "POST"), code=code, uid=ASKED_FOR):
        if case.endpoint in ("account.log_out", "trainee.submit", "trainee.start", "account.static", "health.metrics"):
            continue
        for accept in ("text/html", "application/json"):
            reply = case.ask(person) if accept == "text/html" else person.client.get(case.path, headers={"Accept": accept}, json={})
            out.append(f"{reply.headers} {text_of(reply)}".replace(case.path, "").replace(ASKED_FOR, ""))
    for page in ("sit?section=5", "sit?section=8", "result?late=3", "result?review=1&key=1&print=1&release=1"):
        out.append(person.get(f"/papers/{code}/{page}").text)
    slots = 15
    for slot in range(1, slots + 1):
        out.append(person.post_json(f"/papers/{code}/responses", {"device": "d", "items": [{"slot": slot, "value": [], "seq": slot}]}).text)
    return out


def secrets_in(texts: list[str], engine: Engine) -> list[str]:
    """Return what must not be there and is."""
    with reading(engine) as session:
        row = get_sitting(session, ALL)
        assert row is not None
        seed = row.seed.hex()
    told = "\n".join(texts)
    secrets = (SECRET_WORD, "secret-", "secret/all", seed, "正确答案：", 'class="score"', "needs_review", "verdict ")
    return [secret for secret in secrets if secret in told]


@pytest.mark.parametrize("who", ["q001", VISITOR])
@pytest.mark.parametrize("release", list(Release))
def test_nothing_is_told_before_its_time(app: Flask, web_engine: Engine, clock: Clock, who: str, release: Release) -> None:
    schedule_all(web_engine, release)
    code = paper_code(web_engine, "Q001", ALL)
    clock.at = NINE - timedelta(minutes=20)
    person = enter_for_all(app, who)
    assert secrets_in(everything(app, person, code, web_engine), web_engine) == [], "before it opens"
    clock.at = NINE
    assert secrets_in(everything(app, person, code, web_engine), web_engine) == [], "before the start"
    person.post(f"/papers/{code}/start")
    assert secrets_in(everything(app, person, code, web_engine), web_engine) == [], "at work"
    clock.at = NINE + timedelta(minutes=30)
    person.post(f"/papers/{code}/submit")
    score = ['class="score"', "verdict "] if release is Release.ON_SUBMIT else []
    assert secrets_in(everything(app, person, code, web_engine), web_engine) == score, "handed in, others are at work"
    clock.at = CLOSED + timedelta(minutes=DELIVERY_MINUTES)
    assert secrets_in(everything(app, person, code, web_engine), web_engine) == score, "closed, others' answers may come in"
    clock.at = OVER
    seen = secrets_in(everything(app, person, code, web_engine), web_engine)
    if release is Release.MANUAL:
        assert seen in ([], [seed_of(web_engine)]), "over, not released"
        with writing(web_engine) as session:
            results.release(session, command_line("tests"), ALL, clock())
        seen = secrets_in(everything(app, person, code, web_engine), web_engine)
    assert {SECRET_WORD, "正确答案：", 'class="score"'} <= set(seen), "this test looks where it is to be seen"


def seed_of(engine: Engine) -> str:
    with reading(engine) as session:
        row = get_sitting(session, ALL)
        assert row is not None
        return row.seed.hex()


def enter_for_all(app: Flask, who: str) -> Person:
    """Come in as somebody who sits the sitting of all types, by account or by code."""
    if who != VISITOR:
        return enter(app, who)
    chief, person = command_line("tests"), Person(app)
    with writing(engine_of(app)) as session:
        made = admission.make_slips(session, chief, ALL, NINE, lambda: CODE, numbers=["Q001"])
        admission.store_slips(session, chief, NINE, made, app.config["SECRET_KEY"])
    assert person.post("/admit", {"code": CODE}).status_code == 302
    return person


def test_more_time_for_somebody_keeps_the_key_from_everybody(app: Flask, web_engine: Engine, clock: Clock) -> None:
    schedule_all(web_engine, Release.ON_CLOSE)
    code, person = paper_code(web_engine, "Q001", ALL), enter(app, "q001")
    person.post(f"/papers/{code}/start")
    person.post(f"/papers/{code}/submit")
    clock.at = CLOSED - timedelta(minutes=1)
    with writing(web_engine) as session:
        extending.extend(session, command_line("tests"), ALL, "Q002", 60, "停电", clock())
    clock.at = OVER
    assert secrets_in(everything(app, person, code, web_engine), web_engine) == []
    clock.at = OVER + timedelta(minutes=60)
    assert SECRET_WORD in person.get(f"/papers/{code}/result").text


def test_a_score_waits_while_answers_may_still_be_delivered(app: Flask, web_engine: Engine, clock: Clock) -> None:
    schedule_all(web_engine, Release.ON_SUBMIT)
    code, person = paper_code(web_engine, "Q001", ALL), enter(app, "q001")
    person.post(f"/papers/{code}/start")
    clock.go_on(minutes=61)
    with writing(web_engine) as session:
        assert handing_in.close_expired(session, clock()) == 1
    assert 'class="score"' not in person.get(f"/papers/{code}/result").text
    clock.go_on(minutes=DELIVERY_MINUTES)
    assert 'class="score"' in person.get(f"/papers/{code}/result").text


# --- caches, prints and the other doors -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["q001", "organiser", "setter", "marker"])
def test_no_cache_keeps_what_somebody_saw(app: Flask, web_engine: Engine, who: str) -> None:
    furnish(web_engine)
    person = enter(app, who)
    for case in cases(app):
        kept = case.ask(person).headers.get("Cache-Control", "as anybody likes")
        if case.endpoint == "account.static":
            assert "private" not in kept
        elif case.endpoint.endswith(".picture"):
            assert "no-store" in kept or kept.startswith("private"), case
        else:
            assert kept == "no-store", case


def test_a_printed_paper_without_key_has_none_in_text_or_metadata(app: Flask, web_engine: Engine) -> None:
    schedule_all(web_engine, Release.ON_CLOSE)
    organiser = enter(app, "organiser")
    for with_key in (False, True):
        fields = {"who": "all", "size": "A4", **({"with_key": "y"} if with_key else {})}
        reply = organiser.post(f"/sittings/{ALL}/papers.pdf", fields)
        assert reply.status_code == 200
        document = pypdfium2.PdfDocument(BytesIO(reply.data))
        told = "".join(page.get_textpage().get_text_bounded() for page in document) + str(document.get_metadata_dict())
        document.close()
        assert (SECRET_WORD in told.replace("\r\n", "")) == with_key
        assert with_key or not re.search(rb"secret-|/(JavaScript|EmbeddedFiles|AA)\b", objects_of(reply.data))


@pytest.fixture
def candidate(app: Flask, web_engine: Engine) -> Person:
    """王秀英, who sits the sitting of all types and is organiser, marker and inspector as well."""
    schedule_all(web_engine, Release.ON_CLOSE)
    roles = [Role.TRAINEE, Role.ORGANISER, Role.MARKER, Role.INSPECTOR]
    with writing(web_engine) as session:
        session.execute(update(AccountRow).where(AccountRow.login == "q001").values(cadre_id=None))
        accounts.create_account(session, command_line("tests"), NINE, "both", "王秀英", PASSWORD, roles, "Q001")
    return Person(app, "both")


def test_a_candidate_looks_through_none_of_the_organisers_doors(app: Flask, web_engine: Engine, candidate: Person, clock: Clock) -> None:
    code = paper_code(web_engine, "Q002", ALL)
    other = Person(app, "q002")
    other.post(f"/papers/{code}/start")
    other.save(code, 7, ["十三来个", "某镇"], 1)
    other.post(f"/papers/{code}/submit")
    told = []
    for case in cases(app, ("GET", "POST"), code=ALL):
        if case.path.startswith(("/sittings/", "/marking/")):
            told.append(case.ask(candidate).get_data())
    told.append(candidate.post(f"/sittings/{ALL}/papers.pdf", {"who": "all", "size": "A4", "with_key": "y"}).get_data())
    assert secrets_in([text.decode("utf-8", "replace") for text in told], web_engine) == []
    assert not any("单选第".encode() in text for text in told)
    assert sum(text.startswith(b"%PDF") for text in told) == 1, "the notice, which is for everybody, and no paper or slip"
    clock.at = OVER
    assert SECRET_WORD in candidate.get(f"/sittings/{ALL}/cadres/Q002").text


@pytest.mark.parametrize("who", ["organiser", "inspector"])
def test_the_seed_and_the_proof_wait_for_the_end(app: Flask, web_engine: Engine, clock: Clock, who: str) -> None:
    """With the seed anybody could draw everyone's paper."""
    schedule_all(web_engine, Release.ON_CLOSE)
    person, seed = enter(app, who), seed_of(web_engine)
    for at, is_told in ((NINE, False), (CLOSED + timedelta(minutes=DELIVERY_MINUTES), False), (OVER, True)):
        clock.at = at
        pages = [person.get(f"/sittings/{ALL}").text, person.post(f"/sittings/{ALL}/proof.json").text]
        document = pypdfium2.PdfDocument(BytesIO(person.get(f"/sittings/{ALL}/notice.pdf").data))
        pages.append("".join(page.get_textpage().get_text_bounded() for page in document).replace("\r\n", "").replace(" ", ""))
        document.close()
        assert [seed in page.replace(" ", "") for page in pages] == [is_told] * 3


def test_another_sittings_end_tells_nothing_of_this_one(app: Flask, web_engine: Engine, clock: Clock) -> None:
    """Two sittings draw from one bank: the first one's results come while the second is open, as whoever plans them must know."""
    schedule(web_engine, "later", Release.ON_CLOSE, NINE + timedelta(hours=1))
    person = enter(app, "q001")
    code = paper_code(web_engine, "Q001", "later")
    clock.at = NINE + timedelta(hours=2, minutes=20)
    person.post(f"/papers/{code}/start")
    person.post(f"/papers/{code}/submit")
    assert SECRET_WORD not in person.get(f"/papers/{code}/result").text

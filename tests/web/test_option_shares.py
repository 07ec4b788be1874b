"""What each option earns, on pages: for setters always, for those who sit it never before the key, and gone from a question whose key was changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pypdfium2
import pytest
from sqlalchemy import Engine

from quiz.core.access import Actor, Role, command_line
from quiz.core.blueprint import Blueprint, Cell, Section
from quiz.core.frozen import freeze
from quiz.core.plan import SittingPlan
from quiz.core.question import Option, Question, QuestionType
from quiz.core.roster import Group
from quiz.core.rule import Rule, RuleName
from quiz.core.saving import Save
from quiz.storage.engine import reading, writing
from quiz.storage.papers import read_paper, read_without_key
from quiz.storage.sittings import get_sitting, seats_of_sitting
from quiz.usecases import attempts, handing_in, publishing, scheduling
from tests.web.world import NINE, ZONE, Clock, Person, make_questions, paper_code

People = Callable[..., Person]
SITTING = "shares"
SHARES = (Decimal("61.73"), Decimal("-48.19"), Decimal("38.27"), Decimal(0))
TOLD = ("61.73", "48.19", "38.27")
QUESTION = f"/sittings/{SITTING}/correct/question?uid=shared"


def shared() -> Question:
    base = next(question for question in make_questions() if question.type is QuestionType.MULTIPLE)
    options = tuple(Option(letter, f"做法{letter}", share=share) for letter, share in zip("ABCD", SHARES, strict=True))
    return replace(base, uid="shared", stem="按比例计分的题（　　）。", topic="比例", options=options, key=frozenset("AC"))


@pytest.fixture
def sitting(web_engine: Engine) -> Engine:
    """A sitting of one question, marked by shares, that begins at nine."""
    section = Section("多项选择题", QuestionType.MULTIPLE, Decimal(2), (Cell(1, topics=("比例",)),), Rule(RuleName.OPTION_SHARES))
    plan = SittingPlan(SITTING, "按比例计分", SITTING, Group(), NINE, NINE + timedelta(hours=2), forms=1)
    with writing(web_engine) as db:
        publishing.publish(db, command_line("tests"), NINE, [shared()], [Blueprint(SITTING, "卷", 60, Decimal(1), (section,))])
        scheduling.create_sitting(db, command_line("tests"), NINE - timedelta(hours=3), plan, ZONE, bytes(range(32)))
    return web_engine


def sit(engine: Engine, number: str, chosen: list[str]) -> None:
    person, code = Actor(number, {Role.TRAINEE: "/"}, cadre_number=number), paper_code(engine, number, SITTING)
    with writing(engine) as db:
        attempts.start(db, person, code, NINE + timedelta(minutes=1))
        handing_in.submit(db, person, code, [Save(1, chosen, 1)], "d", NINE + timedelta(minutes=9))


def as_printed(engine: Engine) -> str:
    """The shares by the letters of the one paper that all share."""
    with reading(engine) as db:
        options = read_paper(seats_of_sitting(db, get_sitting(db, SITTING))[0].paper).slots[0].question.options
    return "，".join(f"{letter} {option.share}%".replace("-", "−") for letter, option in zip("ABCD", options, strict=True))


def test_nobody_who_sits_it_sees_a_share_before_the_key(person: People, sitting: Engine, clock: Clock) -> None:
    cadre, path = person("q001"), f"/papers/{paper_code(sitting, 'Q001', SITTING)}"
    clock.go_on(minutes=1)
    pages = [cadre.get(path).text, cadre.post(f"{path}/start").text, cadre.get(f"{path}/sit").text, cadre.get("/").text]
    assert "各选项按命题时定的比例得分或扣分，本题扣完为止，不选不得分" in pages[2]
    assert "按比例计分的题" in pages[2]
    with reading(sitting) as db:
        seat = seats_of_sitting(db, get_sitting(db, SITTING))[0]
        pages.append(str(freeze(read_without_key(seat.paper))))
    assert not [told for page in pages for told in TOLD if told in page]


def test_after_release_the_mark_is_told_with_the_shares(person: People, sitting: Engine, clock: Clock) -> None:
    sit(sitting, "Q001", ["A"])
    clock.go_on(hours=3)
    for page in (
        person("q001").get(f"/papers/{paper_code(sitting, 'Q001', SITTING)}/result").text,
        person("organiser").get(f"/sittings/{SITTING}/cadres/Q001").text,
    ):
        assert "得1.23分（满分2分）" in page  # 2·61.73 %, rounded half up
        assert "少选：选对1项，应选2项，没有错选。" in page
        assert f"各选项的比例：{as_printed(sitting)}" in page.replace("\u00a0", " ")


def test_setters_see_shares_beside_the_key(person: People, sitting: Engine) -> None:
    page = person("setter").get("/bank/questions/shared").text
    seen, known = page.split('id="known"')
    assert not [told for told in TOLD if told in seen]
    assert "A 61.73%，B −48.19%，C 38.27%，D 0%" in known.replace("\u00a0", " ")


def test_the_printed_key_gives_the_shares_and_the_paper_none(person: People, sitting: Engine, clock: Clock) -> None:
    paper = printed(person("organiser"))
    assert "按比例计分的题" in paper
    assert "各选项按命题时定的比例得分或扣分" in paper
    assert not [told for told in TOLD if told in paper]
    clock.go_on(hours=3)
    assert f"各选项的比例：{as_printed(sitting)}。" in printed(person("organiser"), with_key="y")


def printed(who: Person, **more: str) -> str:
    answer = who.post(f"/sittings/{SITTING}/papers.pdf", {"who": "all", "size": "A4", **more})
    assert answer.status_code == 200
    document = pypdfium2.PdfDocument(BytesIO(answer.data))
    return "".join(page.get_textpage().get_text_range() for page in document).replace("\r\n", "").replace("\ufffe", "")


def test_another_key_takes_the_shares_with_it_and_says_so(person: People, sitting: Engine, clock: Clock) -> None:
    """AB was 2·(61.73 − 48.19) %; with the key AB it is right, and A alone, 1.23 before, is one of two."""
    sit(sitting, "Q001", ["A", "B"])
    sit(sitting, "Q002", ["A"])
    clock.go_on(hours=3)
    office = person("organiser")
    told = "新答案的各项平均得分，有错选不得分"
    assert told in office.get(QUESTION).text
    seen = office.post(QUESTION, {"remedy": "new_key", "key": ["A", "B"], "reason": "文件已修订"}).text
    assert told in seen.split('id="preview"')[1].split("</section>")[0]
    text = " ".join(seen.split())
    assert [f'<span class="under">{label}' in seen for label in ("0<", "0.2<", "1.2<", "1.8+<")] == [True] * 4
    assert "0.27→2" in text
    assert "1.23→1" in text
    full = office.post(QUESTION, {"remedy": "full", "reason": "x"}).text
    assert told not in full.split('id="preview"')[1].split("</section>")[0]

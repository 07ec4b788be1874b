"""Rows 19 and 20: a bank file that is only half there, and questions that are edited or taken out of use while people sit them."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from quiz.banks.lint import lint_paths
from quiz.core.question import Question, QuestionType
from quiz.settings import shipped
from quiz.storage.bank_mark import bank_mark
from quiz.storage.engine import make_engine, reading, writing
from quiz.storage.tables import AttemptRow, GradingRow, MarkRow, PaperRow
from quiz.usecases import publishing, reviewing
from tests.faults.conftest import Hall
from tests.faults.county import CHIEF
from tests.faults.page import open_all, run
from tests.faults.server import quiz
from tests.web.world import ZONE, make_questions

# --- row 19 ----------------------------------------------------------------------------------------------------------------------------------

FILES = ("general/water.yaml", "township/three-categories.yaml", "profiles/qinglan.yaml")


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_breaks_off_within_a_line_is_refused_wherever_it_breaks_off(tmp_path: Path, name: str) -> None:
    whole, chance = (shipped("question_banks") / name).read_bytes(), random.Random(name)
    part = tmp_path / "question_banks" / name
    part.parent.mkdir(parents=True)
    for _ in range(25):
        cut = chance.randrange(1, len(whole))
        if whole[cut - 1 : cut] == b"\n":
            continue
        part.write_bytes(whole[:cut])
        found = lint_paths([part], ZONE)
        assert found.errors, (cut, whole[max(0, cut - 60) : cut].decode("utf-8", "replace"))
        assert all(error.file.endswith(name) and error.line >= 1 for error in found.errors)


def test_a_folder_with_a_broken_file_publishes_nothing_and_names_every_line(folder: Path, tmp_path: Path) -> None:
    """The whole file beside it is not published either: half a change is no change."""
    url, bank = f"sqlite:///{folder / 'quiz.sqlite3'}", tmp_path / "question_banks" / "general"
    bank.mkdir(parents=True)
    whole = (shipped("question_banks") / "general" / "water.yaml").read_text("utf-8")
    (bank / "water.yaml").write_text(whole, "utf-8")
    broken = (shipped("question_banks") / "general" / "housing.yaml").read_text("utf-8").replace("    key: A\n", "    key: Z\n", 2)
    (bank / "housing.yaml").write_text(broken[:-40], "utf-8")
    with reading(make_engine(url)) as db:
        before = bank_mark(db)
    told = quiz(folder, "bank", "publish", str(bank.parent))
    assert told.returncode == 1
    lines = [number for number, line in enumerate(broken.splitlines(), 1) if line == "    key: Z"]
    assert len(lines) == 2
    for line in (*lines, broken[:-40].count("\n") + 1):
        assert f"housing.yaml:{line}:" in told.stderr
    with reading(make_engine(url)) as db:
        assert bank_mark(db) == before


# --- row 20 ----------------------------------------------------------------------------------------------------------------------------------


def test_questions_edited_and_retired_in_use_change_nothing_for_those_who_sit_and_nothing_of_their_marks(shared_hall: Hall) -> None:
    early, later = shared_hall.pages(2)

    async def before() -> str:
        await open_all([early])
        return (await early.ask("GET", f"{early.address}/sit")).body.decode()

    async def after() -> list[str]:
        seen = [(await early.ask("GET", f"{early.address}/sit")).body.decode()]
        await open_all([later])  # whose paper was drawn before the edit as well
        seen.append((await later.ask("GET", f"{later.address}/sit")).body.decode())
        for page in (early, later):
            for slot, question in page.person.questions.items():
                page.answer(slot, right_answer(question))
            await page.keep_delivering()
            assert (await page.post("submit", unsent="[]", device="phone")).status == 303
        return seen

    was = run([early], before())
    edit_everything(shared_hall.url)
    seen = run([early, later], after())
    for page in (was, *seen):
        assert "改过的题干" not in page
        assert "号：" in page
    assert [score_of(shared_hall.url, page.person.code) for page in (early, later)] == [(8, True), (8, True)]


def edit_everything(url: str) -> None:
    """Give every question another text and another key, and take half of them out of use."""
    engine, now = make_engine(url), datetime.now(UTC)
    wrong = {
        QuestionType.SINGLE: {"key": frozenset("B")},
        QuestionType.MULTIPLE: {"key": frozenset("CD")},
        QuestionType.TRUE_FALSE: {"key": frozenset("F")},
    }
    edited = [replace(one, stem=one.stem.replace("号：", "改过的题干："), **wrong.get(one.type, {})) for one in make_questions()]
    with writing(engine) as db:
        assert len(publishing.publish(db, CHIEF, now, edited).revised) == 8
        for one in edited[::2]:
            reviewing.retire(db, CHIEF, now, one.uid, "条款已修改")
    engine.dispose()


def right_answer(question: Question) -> list[str]:
    return [blank.answers[0] for blank in question.blanks] or sorted(question.key)


def score_of(url: str, code: str) -> tuple[int, bool]:
    """Return how many marks an attempt has, and whether all of them are full."""
    query = select(MarkRow).join(GradingRow, GradingRow.id == MarkRow.grading_id).join(AttemptRow, AttemptRow.id == GradingRow.attempt_id)
    with reading(make_engine(url)) as db:
        marks = list(db.scalars(query.join(PaperRow, PaperRow.id == AttemptRow.paper_id).where(PaperRow.code == code)))
    return len(marks), all(mark.mark == mark.max_mark for mark in marks)

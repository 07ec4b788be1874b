"""A sitting marks every odd response of the marking table, once saved and handed in, as documented; what is refused leaves nothing behind.

The rows that cost marks are those of a contest, in which a total may fall below 0."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from quiz.core.blueprint import Blueprint, Cell, Section
from quiz.core.contest import Contest
from quiz.core.hundredths import round_mark
from quiz.core.message import QuizError
from quiz.core.question import TRUE_OPTIONS, Option, Point, QuestionType
from quiz.usecases import publishing, results, scheduling
from tests.marking_rows import ROWS, Row

EXAM, CONTEST = [row for row in ROWS if not row.is_for_contests], [row for row in ROWS if row.is_for_contests]


def asked(county, at, row: Row):
    """The row's question; its topic says which row it is of."""
    shares = {letter: Decimal(share) for letter, share in (part.split("=") for part in row.shares.split(",") if part)}
    lettered = tuple(Option(c, f"选项{c}{at}", share=shares.get(c)) for c in "ABCDE"[: row.options])
    options = TRUE_OPTIONS if row.kind is QuestionType.TRUE_FALSE else lettered
    is_text = row.kind.is_text
    key = frozenset(row.key.split(",") if row.kind.is_pairs else row.key)
    prompts = tuple(Option(c, f"左{c}{at}") for c in "123") if row.kind is QuestionType.MATCHING else ()
    points = (Point("要点", Decimal(row.full)),) if row.kind is QuestionType.SHORT_ANSWER else ()
    made = county.make_question(f"row-{at}")
    return replace(
        made, type=row.kind, topic=f"row-{at}", stem=made.stem + "____" * len(row.blanks), options=() if is_text else options,
        key=frozenset() if is_text else key, blanks=row.blanks, prompts=prompts, points=points, keep_order=row.kind is QuestionType.TRUE_FALSE,
    )  # fmt: skip


@pytest.mark.parametrize(("stored", "contest"), [(EXAM, Contest.NO), (CONTEST, Contest.BELOW_ZERO)], ids=["exam", "contest"])
def test_every_row_is_marked_as_documented(empty, county, stored, contest):
    sections = tuple(
        Section(f"第{at}行", row.kind, Decimal(row.full), (Cell(1, topics=(f"row-{at}",)),), row.rule) for at, row in enumerate(stored)
    )  # fmt: skip
    plan = Blueprint("rows", "表", 600, Decimal(0) if contest.takes_marks else Decimal(1), sections, contest=contest)
    empty.do(publishing.publish, county.ADMIN, county.NOW, [asked(county, at, row) for at, row in enumerate(stored)], [plan])
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, replace(county.sitting_plan(), blueprint="rows"), county.ZONE, county.SEED)
    empty.start()
    refused = set()
    for at, row in enumerate(stored):
        try:
            empty.save(at + 1, list(row.response), at + 1)
        except QuizError as error:
            refused.add((row.name, error.code))
    empty.submit()
    assert refused == {(row.name, row.why) for row in stored if row.is_refused}
    found = empty.do(results.read_result, county.ADMIN, "s1", "C1", county.OPENS + timedelta(hours=3))
    told = {row.name: told_of(found.marks[at + 1]) for at, row in enumerate(stored)}
    assert told == {row.name: wanted(row) for row in stored}
    assert found.graded.score == sum(mark.mark for mark in found.marks.values())
    assert found.graded.pending == sum(mark.needs_review for mark in found.marks.values())


def told_of(mark):
    return mark.mark, mark.why.value, mark.rule, mark.revision


def wanted(row: Row):
    if row.is_refused:
        return 0, "blank", row.rule, 1
    return round_mark(Fraction(row.mark)), row.why, row.rule, 1

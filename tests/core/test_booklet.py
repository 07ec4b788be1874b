"""What a booklet says of each type of question: what is right and nothing else; documents, dates, ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from quiz.core.booklet import make_booklet, make_entry
from quiz.core.coverage import SOON_DAYS
from quiz.core.question import TRUE_OPTIONS, Blank, BlankKind, Label, Level, Option, Point, Question, QuestionType, Source

DAY = date(2026, 11, 22)
SOURCE = Source("供水办法", "县政府", "第三条", "县政发〔2026〕1号", date(2026, 1, 1))
OPTIONS = tuple(Option(letter, f"选项{letter}") for letter in "ABCD")
BASE = Question(
    "q", QuestionType.SINGLE, "general/water", "water", "县水利局", "应当先（　　）。", Level.RECALL, "供水", SOURCE, "先核实\n再报告。",
    date(2026, 1, 1), options=OPTIONS, key=frozenset("B"),
)  # fmt: skip

MONTHS = Blank(("12", "十二"), BlankKind.NUMBER, "个月")
PROMPTS = (Option("1", "住房"), Option("2", "饮水"))
POINTS = (Point("先核实", Decimal(2)), Point("再报告", Decimal(2)))


def words(question: Question) -> str:
    """Everything that an entry says in its lessons."""
    entry = make_entry(1, question)
    return "".join("".join(piece.text for piece in lesson.sentence) + "|".join(lesson.answers) for lesson in entry.lessons)


@pytest.mark.parametrize(
    ("kind", "parts", "said"),
    [
        (QuestionType.SINGLE, {}, "应当先（　　）。选项B"),
        (QuestionType.MULTIPLE, {"key": frozenset("AC")}, "应当先（　　）。选项A|选项C"),
        (QuestionType.TRUE_FALSE, {"stem": "须先鉴定。（　　）", "options": TRUE_OPTIONS, "key": frozenset("T")}, "须先鉴定。"),
        (QuestionType.TRUE_FALSE, {"stem": "由村负责。", "key": frozenset("F"), "true_sentence": "由县负责。"}, "由县负责。"),
        (QuestionType.TRUE_FALSE, {"stem": "由村负责。", "key": frozenset("F"), "options": TRUE_OPTIONS}, "由村负责。错误"),
        (QuestionType.FILL_IN, {"stem": "自____起，____。", "blanks": (MONTHS, Blank(("自治",)))}, "自12个月起，自治。"),
        (QuestionType.FILL_IN, {"stem": "为____个月。", "blanks": (MONTHS,)}, "为12个月。"),
        (QuestionType.ORDERING, {"key": frozenset({"1B", "2A", "3D", "4C"})}, "应当先（　　）。①选项B　②选项A　③选项D　④选项C"),
        (QuestionType.MATCHING, {"prompts": PROMPTS, "key": frozenset({"1C", "2A"})}, "应当先（　　）。住房——选项C|饮水——选项A"),
        (QuestionType.SHORT_ANSWER, {"options": (), "points": POINTS}, "应当先（　　）。先核实|再报告"),
        (QuestionType.SHORT_ANSWER, {"options": (), "model_answer": "先核实。", "points": POINTS}, "应当先（　　）。先核实。"),
    ],
)  # fmt: skip
def test_it_says_what_is_right_and_nothing_else(kind: QuestionType, parts: dict, said: str) -> None:
    assert words(replace(BASE, type=kind, **parts)) == said


def test_a_case_is_its_situation_and_what_each_part_teaches() -> None:
    case = replace(BASE, type=QuestionType.CASE, stem="某村停水。", options=(), parts=(BASE, replace(BASE, key=frozenset("C"))))
    entry = make_entry(1, case)
    assert entry.situation == "某村停水。"
    assert [lesson.answers for lesson in entry.lessons] == [("选项B",), ("选项C",)]


def test_answers_in_a_sentence_stand_out() -> None:
    question = replace(BASE, type=QuestionType.FILL_IN, stem="自____起。", blanks=(Blank(("12",)),))
    (lesson,) = make_entry(1, question).lessons
    assert [(piece.text, piece.known) for piece in lesson.sentence] == [("自", False), ("12", True), ("起。", False)]


def test_a_document_stands_once_with_its_clauses_and_what_rests_on_them() -> None:
    other = replace(SOURCE, clause="第五条")
    questions = [
        replace(BASE, uid=f"q{i}", topic=f"t{i}", source=source) for i, source in enumerate((SOURCE, other, SOURCE, replace(SOURCE, number=None)))
    ]
    documents = make_booklet(questions, (), DAY).documents()
    assert [(one.number, one.clauses) for one in documents] == [(1, (("第三条", (1, 3)), ("第五条", (2,)))), (2, (("第三条", (4,)),))]


def test_what_ends_is_told_by_day_and_what_ends_soon_as_soon() -> None:
    soon, later = DAY + timedelta(days=SOON_DAYS), DAY + timedelta(days=SOON_DAYS + 1)
    questions = [replace(BASE, uid=f"q{i}", topic=f"t{i}", valid_to=end) for i, end in enumerate((later, None, soon, later))]
    endings = make_booklet(questions, (), DAY).endings()
    assert [(one.day, one.is_soon, one.numbers) for one in endings] == [(soon, True, (3,)), (later, False, (1, 4))]


def test_entries_stand_by_area_and_topic_and_samples_are_counted() -> None:
    confirmed = replace(BASE, uid="b", area="monitoring", label=Label.CONFIRMED)
    booklet = make_booklet([replace(BASE, uid="a"), confirmed], (), DAY)
    assert [(entry.number, entry.uid, entry.is_sample) for entry in booklet.entries] == [(1, "b", False), (2, "a", True)]
    assert booklet.samples == 1

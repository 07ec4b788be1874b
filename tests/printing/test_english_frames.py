"""Prints in English whose contents are all Latin: whatever Chinese is left in them is ours, and forgotten."""

import io
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from quiz.core.admission import Slip
from quiz.core.booklet import BookletKind, make_booklet
from quiz.core.marking import mark_response
from quiz.core.message import say_day
from quiz.core.mistakes import Lost, Mistake, MistakeBook
from quiz.core.oral import OralHousehold, OralItem, OralList
from quiz.core.paper import Candidate
from quiz.core.question import Blank, Option, Point, QuestionType, Source
from quiz.core.room_list import Listed
from quiz.core.rule import Rule
from quiz.printing.answer_sheet_pdf import print_answer_sheets
from quiz.printing.book_page import BookSize, Layout
from quiz.printing.book_sheets import Style
from quiz.printing.booklet_pdf import print_booklet
from quiz.printing.job import PrintJob
from quiz.printing.key_pdf import print_keys
from quiz.printing.mistakes_pdf import print_mistakes
from quiz.printing.oral_pdf import print_oral
from quiz.printing.paper_pdf import print_papers
from quiz.printing.room_pdf import print_room
from quiz.printing.slips_pdf import print_slips
from quiz.translation import translator
from tests.printing.conftest import _make_paper, _make_question
from tests.printing.test_room_pdf import room

EN = translator("en")
DAY = date(2026, 6, 3)
CHINESE = re.compile(r"[\u3001-\u3009\u300c-\u303f\u3400-\u9fff\uff01-\uff60]")
MEANT = re.compile(r"《[^》]*》（No\.7(，Body，2021年4月29日)?）|《[^》]*》|\d{1,3}．|[A-F]．|（　*）|／|\d－[A-F]，?|＿")
"""What stays as a Chinese paper has it in every language: how a Chinese document is cited, the dot behind numbers and letters, the bracket to
answer in, the bar between accepted answers, the pairs of a matching, the
rule to write on."""
ANN = Candidate("Ann", "Q1", "Water", "Clerk", "1")
PLAIN = Style(BookSize.A5, Layout.PAGES)


def question(uid, kind, stem, **more):
    options = tuple(Option(letter, f"choice {letter}") for letter in "ABCD")
    fields = {"options": options if kind not in (QuestionType.FILL_IN, QuestionType.SHORT_ANSWER) else (), "key": frozenset("B")} | more
    source = Source("Law", "Body", "Article 5", "No. 7", date(2021, 4, 29))
    return replace(_make_question(uid, kind, stem, **fields), source=source, explanation="Because.")


def questions():
    """One of each type, with all that its print can tell."""
    truth = {"options": (Option("T", "true"), Option("F", "false")), "key": frozenset("F"), "true_sentence": "It is not so."}
    points = (Point("first", Decimal(2)), Point("second", Decimal(3)))
    blanks = (Blank(("one", "1"), group="g"), Blank(("two",), group="g"))
    return [
        question("s", QuestionType.SINGLE, "Which is it?", valid_to=date(2026, 7, 31)),
        question("m", QuestionType.MULTIPLE, "Which are they?", key=frozenset("AC")),
        question("t", QuestionType.TRUE_FALSE, "It is so.", **truth),
        question("f", QuestionType.FILL_IN, "It is ____ and ____.", blanks=blanks),
        question("o", QuestionType.ORDERING, "Put them in order.", key=frozenset({"1A", "2B", "3C", "4D"})),
        question("p", QuestionType.MATCHING, "Match them.", prompts=(Option("1", "left"), Option("2", "right")), key=frozenset({"1C", "2A"})),
        question("a", QuestionType.SHORT_ANSWER, "Tell us why.", points=points, model_answer="Because of this."),
    ]


def paper():
    made = _make_paper([*questions(), question("c#1", QuestionType.SINGLE, "And then?")], form="B", title="Test", notes=("Use a pen.",))
    return replace(made, slots=tuple(replace(s, case="c", situation="A story.", part=1) if s.question.uid == "c#1" else s for s in made.slots))


def wrong_answers(out):
    slots = [slot for slot in paper().slots if slot.question.type is not QuestionType.SHORT_ANSWER]
    lost = [Mistake(slot, (), mark_response(slot.question, (), Decimal(2), Rule())) for slot in slots]
    print_mistakes(MistakeBook("Ann", DAY, (Lost("Test", DAY, tuple(lost)),)), out, style=PLAIN, translate=EN)


def asked_aloud(out):
    items = (OralItem("What is it?", "this", source=questions()[0].source, is_sample=True, valid_to=DAY),)
    home = OralHousehold("House 1", ("Ann", "Bob"), (OralItem("How many live there?"),))
    print_oral(OralList("Village", DAY, DAY, "ledger", ("Ann", "Bob"), items, items, (home,)), out, EN)


def listed():
    people = tuple(Listed(n, f"Name {n}", f"Q{n}", "Water", "AB"[n % 2], f"CODE-{n}") for n in range(1, 40))
    return room(1, title="Test", when="3 Jun 2026", site="School", room_name="Hall", people=people)


def slips(out):
    made = [Slip("Ann", "Q1", "Water", "01-01", "A", "23456789ABCD", "School")]
    print_slips(made, out, title="Test", when="3 Jun 2026", address="https://exam.example.cn/admit", translate=EN)


DOCUMENTS = {
    "paper": lambda out: print_papers([PrintJob(paper(), ANN)], out, translate=EN, separator=listed()),
    "key": lambda out: print_keys([PrintJob(paper(), ANN)], out, translate=EN),
    "answer sheet": lambda out: print_answer_sheets([PrintJob(paper(), ANN)], out, translate=EN),
    "room": lambda out: print_room(listed(), out, EN),
    "slips": slips,
    "pocket book": lambda out: print_booklet(make_booklet(questions(), (), DAY), out, style=PLAIN, translate=EN),
    "card": lambda out: print_booklet(make_booklet(questions(), (), DAY), out, kind=BookletKind.CARD, style=PLAIN, translate=EN),
    "wrong answers": wrong_answers,
    "oral questions": asked_aloud,
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_chinese_word_or_mark_of_ours_is_left(name, read_pages):
    out = io.BytesIO()
    DOCUMENTS[name](out)
    text = "".join(page.text for page in read_pages(out.getvalue()))
    assert len(text) > 100
    assert CHINESE.findall(MEANT.sub("", text)) == [], text


@pytest.mark.parametrize("month", range(1, 13))
def test_a_day_is_written_as_each_language_writes_it(month):
    assert say_day(date(2026, month, 3)).render() == f"2026年{month}月3日"
    assert say_day(date(2026, month, 3)).render(EN) == f"3 {date(2026, month, 3):%b} 2026"

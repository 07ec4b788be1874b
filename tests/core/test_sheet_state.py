"""Where a sheet stands: what holds it up, what a person's word settles, and that nothing is guessed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from quiz.core.paper import Paper, PaperSection, Slot
from quiz.core.question import TRUE_OPTIONS, Blank, Level, Option, Question, QuestionType, Source
from quiz.core.rule import Rule
from quiz.core.scan import Doubt, SheetReading, SlotReading, State
from quiz.core.sheet_state import ANSWERS, Confirm, Decision, Hold, Kind, PageScan, state_of

NUMBER = "QL0042"
FIELDS = ("c", "water", "d")


def question(kind, **more):
    source = Source("文件", "机关", "第一条")
    return Question(kind.value, kind, *FIELDS, "题干", Level.RECALL, "t", source, "解析", date(2021, 1, 1), **more)


OPTIONS = tuple(Option(letter, letter) for letter in "CABD")
QUESTIONS = (
    question(QuestionType.SINGLE, options=OPTIONS, key=frozenset("A")),
    question(QuestionType.MULTIPLE, options=OPTIONS, key=frozenset("AB")),
    question(QuestionType.TRUE_FALSE, options=TRUE_OPTIONS, key=frozenset("T")),
    question(QuestionType.ORDERING, options=OPTIONS[:3], key=frozenset({"1A", "2B", "3C"})),
    question(QuestionType.FILL_IN, blanks=(Blank(("12",)), Blank(("镇",)))),
)
PAPER = Paper(
    "P",
    "s",
    "t",
    60,
    Decimal(10),
    Decimal(6),
    tuple(PaperSection("x", q.type, Decimal(2), Rule()) for q in QUESTIONS),
    tuple(Slot(n, n - 1, q, 1, "d", Decimal(2), "c") for n, q in enumerate(QUESTIONS, 1)),
)


def read(slot, *filled, state=None, blank=0, doubt=Doubt.NONE):
    return SlotReading(slot, state or (State.ACCEPTED if filled else State.BLANK), 90, tuple(filled), blank, doubt)


FIRST = SheetReading(1, 2, (read(1, (0, 1)), read(2, (0, 0), (0, 2)), read(3, (0, 0))), "0042------")
SECOND = SheetReading(2, 2, (read(4, (0, 1), (1, 2), (2, 0)), read(5), read(5, blank=1)))
BOTH = (PageScan(1, FIRST), PageScan(2, SECOND))


def stands(*scans, decisions=(), **more):
    return state_of(PAPER, NUMBER, scans, decisions, **more)


def mark(scan, slot, *value, blank=0):
    return Decision(Kind.MARK, scan, value, slot, blank)


def say(word):
    return Decision(Kind.CONFIRM, 0, (word.value,))


def test_a_whole_sheet_without_doubt_is_ready_and_says_what_the_page_would_have_sent():
    state = stands(*BOTH)
    assert state.is_ready
    assert state.responses == {1: ("A",), 2: ("B", "C"), 3: ("T",), 4: ("1A", "2B", "3C"), 5: ()}


def test_nothing_is_no_sheet_and_holds_nothing_unless_its_answers_count():
    assert stands().holds == ()
    gone = [Decision(Kind.DROP, 1), Decision(Kind.DROP, 2)]
    assert stands(*BOTH, decisions=gone).holds == ()
    assert stands(*BOTH, decisions=gone, is_stored=True).holds == (Hold.MISSING_PAGE,)


def test_a_missing_page_is_named_and_nothing_is_told_of_the_rest():
    for scan, missing in ((BOTH[0], (2,)), (BOTH[1], (1,))):
        state = stands(scan)
        assert state.holds == (Hold.MISSING_PAGE,)
        assert state.missing == missing
        assert state.responses == {}


def test_the_same_page_again_changes_nothing_and_another_is_a_conflict_until_one_is_dropped():
    again = PageScan(3, replace(FIRST, dpi=150))
    assert stands(*BOTH, again) == stands(*BOTH)
    other = PageScan(3, replace(FIRST, slots=(read(1, (0, 3)), *FIRST.slots[1:])))
    state = stands(*BOTH, other)
    assert state.holds == (Hold.CONFLICT,)
    assert state.conflicts == ((1, 3),)
    assert state.responses == {}
    assert stands(*BOTH, other, decisions=[Decision(Kind.DROP, 3)]).responses[1] == ("A",)
    assert stands(*BOTH, other, decisions=[Decision(Kind.DROP, 1)]).responses[1] == ("D",)


def test_a_page_that_asks_more_than_another_of_it_is_a_conflict_too():
    doubtful = PageScan(3, replace(FIRST, slots=(replace(FIRST.slots[0], state=State.DOUBTFUL), *FIRST.slots[1:])))
    assert Hold.CONFLICT in stands(*BOTH, doubtful).holds


def test_every_doubt_waits_for_its_own_decision_and_the_newest_counts():
    first = replace(FIRST, slots=(read(1, (0, 1), (0, 2), state=State.DOUBTFUL, doubt=Doubt.SEVERAL), *FIRST.slots[1:]))
    second = replace(SECOND, slots=(SECOND.slots[0], read(5, state=State.WRITTEN), read(5, blank=1)))
    scans = (PageScan(1, first), PageScan(2, second))
    state = stands(*scans)
    assert state.holds == (Hold.DOUBT,)
    assert [(place.scan_id, place.page, place.reading.slot) for place in state.places] == [(1, 1, 1), (2, 2, 5)]
    half = stands(*scans, decisions=[mark(1, 1, "C")])
    assert [place.reading.slot for place in half.places] == [5]
    done = stands(*scans, decisions=[mark(1, 1, "C"), mark(2, 5, "十二"), mark(1, 1, "D")])
    assert done.is_ready
    assert (done.responses[1], done.responses[5]) == (("D",), ("十二", ""))
    nothing = stands(*scans, decisions=[mark(1, 1), mark(2, 5)])
    assert (nothing.responses[1], nothing.responses[5]) == ((), ())


def test_what_was_accepted_can_be_corrected_too():
    assert stands(*BOTH, decisions=[mark(1, 1, "B")]).responses[1] == ("B",)


@pytest.mark.parametrize(
    ("grid", "is_other"),
    [
        ("0042------", False),
        ("----------", False),
        ("00?2------", False),
        ("0043------", True),
        ("042-------", True),
        ("00421-----", True),
        ("", False),
    ],
)
def test_a_number_of_somebody_else_is_named_and_an_empty_or_unclear_one_is_not(grid, is_other):
    scans = (PageScan(1, replace(FIRST, number=grid)), BOTH[1])
    assert stands(*scans).holds == ((Hold.NUMBER,) if is_other else ())
    assert stands(*scans, decisions=[say(Confirm.NUMBER)]).is_ready


EMPTY = SheetReading(1, 2, (read(1), read(2), read(3)), "", State.ACCEPTED)


def test_the_invigilators_mark_makes_an_absence_only_on_an_empty_sheet():
    state = stands(PageScan(1, EMPTY))
    assert (state.is_absent, state.holds, state.is_ready) == (True, (), False)
    for reading in (replace(FIRST, absent=State.ACCEPTED), replace(FIRST, absent=State.DOUBTFUL), replace(EMPTY, absent=State.DOUBTFUL)):
        scans = (PageScan(1, reading), BOTH[1])
        assert Hold.ABSENCE in stands(*scans).holds
        assert stands(*scans, decisions=[say(Confirm.SAT)]).is_ready
        absent = stands(*scans, decisions=[say(Confirm.SAT), say(Confirm.ABSENT)])
        assert (absent.is_absent, absent.holds) == (True, ())


def test_answers_from_a_screen_are_never_overwritten_without_a_word():
    assert stands(*BOTH, sat_online=True).holds == (Hold.SAT_ONLINE,)
    assert stands(*BOTH, sat_online=True, decisions=[say(Confirm.PAPER)]).is_ready
    aside = stands(*BOTH, sat_online=True, decisions=[say(Confirm.PAPER), say(Confirm.ONLINE)])
    assert (aside.is_aside, aside.holds, aside.is_ready) == (True, (), False)


def test_a_sheet_that_turns_up_after_the_results_waits_for_a_word():
    assert stands(*BOTH, is_late=True).holds == (Hold.LATE,)
    assert stands(*BOTH, is_late=True, decisions=[say(Confirm.LATE)]).is_ready


def test_what_was_keyed_in_is_never_overwritten_by_a_scan_that_says_otherwise_without_a_word():
    keyed = stands(*BOTH).responses
    assert stands(*BOTH, keyed=keyed).is_ready
    other = keyed | {1: ("B",)}
    assert stands(*BOTH, keyed=other).holds == (Hold.KEYED,)
    assert stands(*BOTH, keyed=other, decisions=[say(Confirm.READ)]).is_ready
    assert stands(*BOTH, keyed=other, decisions=[say(Confirm.KEYED)]).is_aside
    unclear = PageScan(1, replace(FIRST, slots=(read(1, state=State.DOUBTFUL), *FIRST.slots[1:])))
    for scans in ((BOTH[0],), (unclear, BOTH[1])):
        state = stands(*scans, keyed=other)
        assert (state.is_aside, state.holds) == (True, ())


def test_every_hold_is_settled_by_a_page_a_decision_or_a_word():
    by_word = set(ANSWERS)
    assert set(Hold) - by_word == {Hold.MISSING_PAGE, Hold.CONFLICT, Hold.DOUBT}
    assert {word for words in ANSWERS.values() for word in words} == set(Confirm)

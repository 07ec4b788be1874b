"""Typing a sheet: what a typist writes is read as the page would have sent it, and what is no answer is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.core.keying import agreed, differing, fields_of, read_keyed
from quiz.core.question import QuestionType
from quiz.core.response import check_response
from tests.core.test_sheet_state import PAPER

SINGLE, MULTIPLE, SENTENCE, ORDER, BLANKS = 1, 2, 3, 4, 5


@pytest.mark.parametrize(
    ("slot", "typed", "response"),
    [
        (SINGLE, "b", ("A",)),
        (SINGLE, " Ｂ ", ("A",)),
        (SINGLE, "", ()),
        (MULTIPLE, "a c", ("B", "C")),
        (MULTIPLE, "DA", ("C", "D")),
        (SENTENCE, "√", ("T",)),
        (SENTENCE, "1", ("T",)),
        (SENTENCE, "对", ("T",)),
        (SENTENCE, "正确", ("T",)),
        (SENTENCE, "×", ("F",)),
        (SENTENCE, "错误", ("F",)),
        (SENTENCE, "f", ("F",)),
        (SENTENCE, "0", ("F",)),
        (ORDER, "BCA", ("1A", "2B", "3C")),
        (ORDER, "b-a", ("1A", "3C")),
        (ORDER, "", ()),
    ],
)
def test_what_is_typed_is_what_the_page_would_have_sent(slot, typed, response):
    responses, faults = read_keyed(PAPER, {slot: [typed]})
    assert faults == {}
    assert responses[slot] == response


@pytest.mark.parametrize(
    ("slot", "typed"),
    [
        (SINGLE, "AB"),
        (SINGLE, "E"),
        (SINGLE, "1"),
        (MULTIPLE, "AA"),
        (MULTIPLE, "AZ"),
        (SENTENCE, "X√"),
        (SENTENCE, "2"),
        (ORDER, "AB"),
        (ORDER, "ABD"),
    ],
)
def test_what_is_no_answer_is_refused_with_its_slot(slot, typed):
    responses, faults = read_keyed(PAPER, {slot: [typed]})
    assert set(faults) == {slot}
    assert slot not in responses


def test_blanks_have_a_field_each_and_empty_ones_are_nothing():
    assert [fields_of(slot) for slot in PAPER.slots] == [1, 1, 1, 1, 2]
    assert read_keyed(PAPER, {BLANKS: [" 12 ", ""]})[0][BLANKS] == ("12", "")
    assert read_keyed(PAPER, {BLANKS: ["", " "]})[0][BLANKS] == ()
    assert read_keyed(PAPER, {})[0] == {slot.number: () for slot in PAPER.slots}


@given(st.text(max_size=12))
def test_whatever_is_typed_is_an_answer_to_the_question_or_a_fault(text):
    responses, faults = read_keyed(PAPER, {slot.number: [text] for slot in PAPER.slots if slot.question.type is not QuestionType.FILL_IN})
    for slot in PAPER.slots:
        assert (slot.number in responses) != (slot.number in faults)
        if slot.number in responses:
            assert check_response(slot.question, list(responses[slot.number])) == responses[slot.number]


def test_two_keyings_agree_or_a_third_settles_what_differs():
    one, other = {1: ("A",), 2: ()}, {1: ("B",), 2: ()}
    assert differing(one, other) == [1]
    assert agreed([one]) is None
    assert agreed([one, other]) is None
    assert agreed([one, dict(one)]) == one
    assert agreed([one, other, {1: ("C",)}]) == {1: ("C",), 2: ()}

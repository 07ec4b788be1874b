"""Options by the names of a page: there and back, and nothing of the bank's order in them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.core.message import QuizError
from quiz.core.question import Option, QuestionType
from quiz.core.response import check_response
from quiz.core.shown import as_shown, as_stored
from tests.core.test_longer_types import ITEMS, MATCHING, ORDERING, SHORT, question

MULTIPLE = question(QuestionType.MULTIPLE, options=ITEMS, key=frozenset("AB"))
SINGLE = question(QuestionType.SINGLE, options=ITEMS, key=frozenset("A"))
TRUE_FALSE = question(QuestionType.TRUE_FALSE, options=(Option("T", "正确"), Option("F", "错误")), key=frozenset("T"))


def test_a_name_is_the_place_on_the_paper():
    shown = MULTIPLE.with_options(tuple(reversed(ITEMS)))  # D C B A stand as a b c d
    assert as_shown(shown, ("A", "C")) == ("b", "d")
    assert as_stored(shown, ["d", "b"]) == ["A", "C"]
    shown = ORDERING.with_options(tuple(reversed(ITEMS)))
    assert as_shown(shown, ("1B", "2A")) == ("1c", "2d")
    assert as_stored(shown, ["1c", "2d", ""]) == ["1B", "2A", ""]


@given(st.permutations(ITEMS), st.data())
def test_there_and_back(order, data):
    for asked in (MULTIPLE, ORDERING, MATCHING):
        shown = asked.with_options(tuple(order))
        names = [option.id for option in order] if asked is MULTIPLE else [f"{place}{option.id}" for place, option in zip("123", order, strict=False)]
        response = tuple(sorted(data.draw(st.sets(st.sampled_from(names)))))
        assert check_response(shown, as_stored(shown, list(as_shown(shown, response)))) == response


@pytest.mark.parametrize("asked", [SINGLE, MULTIPLE, ORDERING, MATCHING], ids=lambda asked: asked.type.value)
@pytest.mark.parametrize("name", ["A", "e", "?", "ａ", "aa", " a"])
def test_an_id_is_no_name(asked, name):
    """The answer to a save that named an id would tell where that option stands."""
    value = [f"1{name}"] if asked.type.is_pairs else [name]
    with pytest.raises(QuizError, match="bad_response"):
        check_response(asked, as_stored(asked, value))


def test_texts_and_true_or_false_stay_as_they_are():
    assert as_stored(SHORT, ["a"]) == ["a"]
    assert as_shown(SHORT, ("a",)) == ("a",)
    assert as_stored(TRUE_FALSE, ["T"]) == ["T"]
    assert as_shown(TRUE_FALSE, ("F",)) == ("F",)


@pytest.mark.parametrize("value", [None, "a", 7, {"a": 1}, [1], [["a"]], [None]])
def test_what_is_no_response_is_refused_as_ever(value):
    for asked in (SINGLE, ORDERING, replace(SINGLE, type=QuestionType.MULTIPLE)):
        with pytest.raises(QuizError, match="bad_response"):
            check_response(asked, as_stored(asked, value))

"""Hints for markers and how markers agree: what keywords find, what a negation flags, and coefficients with their arithmetic."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.core.agreement import agreement, weighted_kappa
from quiz.core.hints import Piece, hints_for
from quiz.core.question import Point
from tests.core.test_longer_types import SHORT

ASKED = replace(
    SHORT,
    points=(
        Point("核实家庭收入", Decimal(2), ("收入", "家庭收入")),
        Point("民主评议", Decimal(3), ("评议",)),
        Point("公示", Decimal(5)),
    ),
)


def test_keywords_are_found_where_they_stand_the_longer_first():
    found = hints_for(ASKED, "先核实家庭收入，再评议。")
    assert found.pieces == (Piece("先核实"), Piece("家庭收入", 1), Piece("，再"), Piece("评议", 2), Piece("。"))
    assert [hint.found for hint in found.points] == [("家庭收入",), ("评议",), ()]
    assert found.share == Fraction(5, 10)
    assert found.has_any


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("要评议", True),
        ("不评议", False),
        ("不需要评议", False),  # within four characters
        ("不属于这里说的，评议", True),  # further away
        ("没有评议", False),
        ("不评议，但后来评议了", True),  # once denied, once not
        ("未经过评议", False),
        ("", False),
    ],
)
def test_a_negation_just_before_flags_the_point(text, met):
    assert hints_for(ASKED, text).points[1].is_met is met


def test_letters_are_found_in_any_case_and_nothing_is_found_without_keywords():
    asked = replace(SHORT, points=(Point("x", Decimal(1), ("GDP", " ")),))
    assert hints_for(asked, "按gdp算").pieces[1] == Piece("gdp", 1)
    assert hints_for(SHORT, "核实收入").share == 0
    assert hints_for(replace(SHORT, points=()), "x").points == ()
    assert hints_for(asked, "İGDP").points[0].found == ("GDP",)  # a letter that folds into two


@given(st.text(alphabet="收入家庭评议不没有核实，。", max_size=40))
def test_the_pieces_are_the_answer(text):
    found = hints_for(ASKED, text)
    assert "".join(piece.text for piece in found.pieces) == text
    assert 0 <= found.share <= 1


def shares(*pairs):
    return [(Fraction(a, 10), Fraction(b, 10)) for a, b in pairs]


def test_kappa_by_hand():
    """Marks (of 10) 1–1, 2–2, 3–2: squared differences 0, 0, 1, mean 1/3. By chance, over all nine combinations of {1,2,3} and {1,2,2}:
    0+1+1 + 1+0+0 + 4+1+1 = 9, mean 1. Kappa is 1 − 1/3."""
    assert weighted_kappa(shares((1, 1), (2, 2), (3, 2))) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("pairs", "kappa"),
    [
        ([(n, n) for n in range(10)], 1.0),
        ([(0, 10), (10, 0)], -1.0),
        ([(5, 5)] * 12, None),  # nothing varies
        ([], None),
    ],
)
def test_kappa_at_its_ends(pairs, kappa):
    assert weighted_kappa(shares(*pairs)) == (None if kappa is None else pytest.approx(kappa))


def test_agreement_counts_and_gives_no_coefficient_of_few():
    pairs = shares((5, 5), (5, 6), (5, 7), (5, 8))
    found = agreement(pairs, Fraction(2, 10))
    assert (found.pairs, found.exact, found.adjacent, found.difference, found.kappa) == (4, 1, 3, Fraction(6, 40), None)
    enough = agreement(shares(*[(n, n) for n in range(10)]), Fraction(0))
    assert (enough.exact, enough.kappa) == (10, 1.0)
    assert agreement([], Fraction(0)).difference == 0


@given(st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10)), min_size=1, max_size=20))
def test_kappa_is_what_the_definition_says(pairs):
    """Against the sum over all combinations, with the two markers in either order."""
    expected = sum((a - b) ** 2 for a, _ in pairs for _, b in pairs) / len(pairs) ** 2
    observed = sum((a - b) ** 2 for a, b in pairs) / len(pairs)
    found = weighted_kappa(shares(*pairs))
    if expected == 0:
        assert found is None
    else:
        assert found == pytest.approx(1 - observed / expected)
        assert weighted_kappa(shares(*[(b, a) for a, b in pairs])) == pytest.approx(found)

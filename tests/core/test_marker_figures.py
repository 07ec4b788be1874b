"""Strict and lenient markers: worked by hand, and what holds whatever they gave."""

from fractions import Fraction
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.core.marker_figures import FEWEST, Given, marker_figures
from quiz.core.statistics.spread import mean_interval, times

MARGIN = Fraction(1, 5)


def text(*shares, markers="ABC"):
    """A text that A, B and, where there is a third share, C as arbiter gave these fifths of the marks."""
    return [Given(markers[at], f"阅卷{markers[at]}", at + 1, Fraction(share, 5)) for at, share in enumerate(shares)]


def test_a_strict_marker_worked_by_hand():
    """Twenty texts: A gives a fifth less in ten of them and the same in ten. Mean −0.1; s² = 20·0.01/19 and s/√n = 0.022942, times t(19) = 2.0930."""
    rows = {row.marker: row for row in marker_figures([text(2, 3), text(3, 3)] * 10, MARGIN)}
    strict, lenient = rows["A"], rows["B"]
    assert (strict.compared, strict.lean, lenient.lean) == (20, pytest.approx(-0.1), pytest.approx(0.1))
    half = 2.0930 * sqrt(20 * 0.01 / 19 / 20)
    assert (strict.interval.low, strict.interval.high) == (pytest.approx(-0.1 - half, abs=1e-5), pytest.approx(-0.1 + half, abs=1e-5))
    assert strict.verdict().render() == "同一份作答比别人平均少给10.0%（95%区间5.2%至14.8%）"
    assert lenient.verdict().render() == "同一份作答比别人平均多给10.0%（95%区间5.2%至14.8%）"
    assert (strict.texts, strict.mean, strict.bands) == (20, Fraction(1, 2), (0, 10, 10, 0))


def test_too_few_texts_and_no_difference_say_so():
    (few, _) = marker_figures([text(0, 5)] * (FEWEST - 1), MARGIN)
    assert (few.compared, few.lean, few.verdict().render()) == (19, None, "和别人评过同一份的不足20份，不作比较")
    (even, _) = marker_figures([text(2, 3), text(3, 2)] * 10, MARGIN)
    assert even.verdict().render() == "与同评的人没有明显差别"


def test_to_whom_an_arbiter_came_nearer():
    """Fifths: 5 and 1 with 4 (nearer to A), 4 and 2 with 3 (to neither), 3 and 2 with 2 (within the margin, changed later), 5 and 0 (waits)."""
    rows = {row.marker: row for row in marker_figures([text(5, 1, 4), text(4, 2, 3), text(3, 2, 2), text(5, 0), text(5)], MARGIN)}
    assert [(rows[m].differed, rows[m].nearer, rows[m].farther, rows[m].arbitrated) for m in "ABC"] == [(3, 1, 0, 0), (3, 0, 1, 0), (0, 0, 0, 3)]
    assert (rows["A"].texts, rows["A"].bands, rows["A"].compared) == (5, (0, 0, 2, 3), 4)
    assert (rows["C"].texts, rows["C"].mean, rows["C"].bands) == (0, None, (0, 0, 0, 0))


def test_two_of_one_name_are_two_and_the_order_is_by_name():
    given_twice = [[Given("account:9", "王芳", 1, Fraction(1)), Given("account:3", "王芳", 2, Fraction(0))], text(1, 1)]
    assert [(row.marker, row.name) for row in marker_figures(given_twice, MARGIN)] == [
        ("account:3", "王芳"), ("account:9", "王芳"), ("A", "阅卷A"), ("B", "阅卷B"),
    ]  # fmt: skip
    assert marker_figures([], MARGIN) == []


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=FEWEST, max_size=60))
def test_what_one_gives_more_the_other_gives_less(pairs):
    one, other = marker_figures([text(*pair) for pair in pairs], MARGIN)
    assert one.lean == pytest.approx(-other.lean)
    assert one.interval.low == pytest.approx(-other.interval.high)
    assert one.interval.low <= one.lean <= one.interval.high
    assert sum(one.bands) == one.texts == len(pairs)
    assert one.differed == other.differed == sum(abs(a - b) > 1 for a, b in pairs)


@pytest.mark.parametrize(("freedom", "t"), [(9, 2.262), (19, 2.093), (29, 2.045), (60, 2.000), (120, 1.980), (10**6, 1.960)])
def test_students_t_as_tables_print_it(freedom, t):
    """Any table of Student's distribution, two-sided 5 %."""
    assert times(freedom) == pytest.approx(t, abs=6e-4)


def test_a_mean_of_one_value_has_no_interval():
    assert mean_interval(1, 0.5, 0.25) is None
    assert mean_interval(2, 1.0, 0.5).low == 0.5

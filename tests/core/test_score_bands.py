"""How scores spread: bands of a tenth, and that a few people in one are never told apart, by the sum of all neither."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from quiz.core.score_bands import score_bands
from quiz.core.statistics import gates


def told(counts, full="100"):
    return [band.people for band in score_bands(counts, Decimal(full))]


def test_bands_hold_their_lower_end_and_the_last_the_full_marks():
    found = score_bands({0: 5, 6: 20, 9: 6, 10: 4}, Decimal(120))
    assert [band.people for band in found] == [5, 0, 0, 0, 0, 0, 20, 0, 0, 10]
    assert [found[0].name.render(), found[9].name.render()] == ["0至12分", "108至120分"]
    assert [found[6].share, found[9].share, found[1].share] == [1.0, 0.5, 0.0]


def test_nothing_of_fewer_than_thirty():
    assert told({5: 29}) == []
    assert told({5: 30})[5] == 30


def test_a_few_are_hidden_and_one_band_more():
    """Two at the bottom would be 40 − 38: the next smallest band is hidden with them. Three and two together are five, and nobody else is."""
    assert told({1: 2, 5: 8, 7: 30}) == [0, None, 0, 0, 0, None, 0, 30, 0, 0]
    assert told({0: 3, 1: 2, 5: 8, 7: 30}) == [None, None, 0, 0, 0, 8, 0, 30, 0, 0]


@given(st.dictionaries(st.integers(0, 10), st.integers(0, 60)))
def test_no_small_number_can_be_read_or_reckoned_out(counts):
    found = score_bands(counts, Decimal(100))
    shown = [band.people for band in found if band.people is not None]
    assert all(people == 0 or people >= gates.GROUP for people in shown)
    rest = sum(counts.values()) - sum(shown)
    assert not found or rest == 0 or rest >= gates.GROUP or len(shown) == shown.count(0)

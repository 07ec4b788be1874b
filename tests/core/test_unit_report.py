"""Groups of cadres in a report: who belongs to several counts in each, and nobody finds few people's scores by taking one group from another."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.core.roster import UnitKind
from quiz.core.statistics.gates import GROUP
from quiz.core.unit_report import Tally, TallyRow, hidden_members, member_rows


def people(**counts: int) -> dict[frozenset[str], int]:
    """So many people of each set of groups, which a word names by its letters; `none` belong to no group."""
    return {frozenset(() if letters == "none" else letters): count for letters, count in counts.items()}


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ({"A": 20, "B": 5}, ""),
        ({"A": 20, "B": 4}, "AB"),  # all but A are the four of B
        ({"A": 20, "B": 9, "C": 4}, "BC"),  # all but A and B would be the four of C
        ({"A": 20, "B": 9, "C": 4, "none": 6}, "C"),  # with six more nobody can tell
        ({"A": 20, "none": 3}, "A"),
        ({"A": 20, "none": 5}, ""),
        ({"A": 20, "AB": 30}, ""),
        ({"B": 3, "AB": 30, "none": 10}, "A"),  # B less A is three people
        ({"AB": 30, "none": 10}, ""),  # the same people twice
        ({"AB": 3, "A": 10, "B": 10}, ""),  # what two groups share cannot be taken from sums
        ({"AB": 3, "A": 20}, "B"),
        ({"A": 0, "B": 20}, "A"),
        ({}, ""),
    ],
)
def test_which_groups_stay_out_of_sight(counts, hidden):
    assert hidden_members(people(**counts)) == set(hidden)


@given(st.dictionaries(st.frozensets(st.sampled_from("ABCD")), st.integers(0, 30)))
def test_no_few_people_are_left_over(found):
    """Whatever is shown: no group is small, none differs from a wider one or from all by few people, and those in none that is shown are not few."""
    members = {name: {(own, at) for own, count in found.items() if name in own for at in range(count)} for name in "ABCD"}
    everybody = {(own, at) for own, count in found.items() for at in range(count)}
    shown = {name for own in found for name in own} - hidden_members(found)
    assert all(len(members[name]) >= GROUP for name in shown)
    for first, second in combinations([*(members[name] for name in shown), everybody], 2):
        for one, other in ((first, second), (second, first)):
            assert not (one < other and len(other - one) < GROUP)
    assert not shown or not 0 < len(everybody - set().union(*(members[name] for name in shown))) < GROUP


def test_who_belongs_to_two_counts_in_each():
    """Eight in A, six of them in B too, and nine in B alone: 8 and 15 of 17 people, 800 and 1,350 marks."""
    parts = (("A", 2, 20_000), ("AB", 6, 60_000), ("B", 9, 75_000))
    rows = [TallyRow("/QL/", UnitKind.COUNTY, None, Tally(expected=n, sat=n, total=total), frozenset(own)) for own, n, total in parts]
    assert [(row.name, row.tally.sat, row.tally.total, row.is_shown) for row in member_rows(rows)] == [
        ("A", 8, 80_000, True),
        ("B", 15, 135_000, False),
    ]

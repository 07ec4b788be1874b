"""Expected scores, parallel forms and the seating plan against what counting everything gives."""

import itertools
from collections import Counter, defaultdict
from fractions import Fraction
from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quiz.assembly.draw import draw
from quiz.assembly.scores import compare, outlook, pass_chance
from quiz.assembly.seating import neighbours, overlap, seat_forms
from quiz.core.blueprint import Cell
from quiz.core.contest import Contest
from tests.assembly.made import blueprint, problem_of, revision


def distribution(asked):
    """The exact distribution of the score, question by question."""
    chances = {0: Fraction(1)}
    for each, thousandths in asked:
        right = Fraction(thousandths, 1000)
        longer = Counter()
        for score, chance in chances.items():
            longer[score + each] += chance * right
            longer[score] += chance * (1 - right)
        chances = longer
    return chances


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from([100, 200, 150]), st.integers(0, 1000)), max_size=12))
def test_mean_and_variance_are_exact(asked):
    chances = distribution(asked)
    mean = sum(score * chance for score, chance in chances.items())
    variance = sum((score - mean) ** 2 * chance for score, chance in chances.items())
    found = outlook(asked)
    assert found.mean == pytest.approx(float(mean))
    assert found.variance == pytest.approx(float(variance), abs=1e-6)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from([100, 200, 150]), st.integers(0, 1000)), max_size=12), st.integers(0, 2400))
def test_the_chance_of_every_score_and_of_passing_is_exact(asked, pass_mark):
    chances = distribution(asked)
    found = outlook(asked)
    told = {place * found.step: float(chance) for place, chance in enumerate(found.chances)}
    assert sum(told.values()) == pytest.approx(1)
    assert all(told[score] == pytest.approx(float(chance), abs=1e-9) for score, chance in chances.items())
    assert pass_chance(found, pass_mark) == pytest.approx(float(sum(chance for score, chance in chances.items() if score >= pass_mark)), abs=1e-9)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from([100, 200, 150]), st.integers(0, 1000), st.sampled_from([0, 50, 100])), max_size=8), st.sampled_from(Contest)
)
def test_what_wrong_answers_cost_is_in_every_chance(asked, contest):
    chances = {0: Fraction(1)}
    for each, facility, cost in asked:
        longer = defaultdict(Fraction)
        for score, chance in chances.items():
            longer[score + each] += chance * Fraction(facility, 1000)
            longer[score - cost] += chance * (1 - Fraction(facility, 1000))
        chances = longer
    stopped = defaultdict(Fraction)
    for score, chance in chances.items():
        stopped[score if contest is Contest.BELOW_ZERO else max(0, score)] += chance
    found = outlook(asked, contest)
    told = {found.lowest + place * found.step: float(chance) for place, chance in enumerate(found.chances)}
    assert all(told[score] == pytest.approx(float(chance), abs=1e-9) for score, chance in stopped.items())
    mean = sum(score * chance for score, chance in stopped.items())
    assert found.mean == pytest.approx(float(mean), abs=1e-6)
    assert found.variance == pytest.approx(float(sum((score - mean) ** 2 * chance for score, chance in stopped.items())), abs=1e-3)
    for line in (-100, 0, 50, 175):
        assert pass_chance(found, line) == pytest.approx(float(sum(chance for score, chance in stopped.items() if score >= line)), abs=1e-9)


def test_forms_stand_beside_all_papers():
    sure, even = (100, 1000), (100, 500)
    papers = [("A", outlook([sure, sure])), ("B", outlook([sure, even])), ("A", outlook([sure, even])), ("B", outlook([even, even]))]
    everyone, a, b = compare(papers, 200)
    assert (everyone.form, everyone.papers, everyone.mean, everyone.least, everyone.most) == ("", 4, 150.0, 100.0, 200.0)
    assert everyone.sd == pytest.approx(sqrt(1250))
    assert (a.form, a.papers, a.mean, a.sd) == ("A", 2, 175.0, 25.0)
    assert b.score_sd == pytest.approx(sqrt((2500 + 5000) / 2))
    assert (a.pass_least, a.pass_most, a.pass_rate) == (0.5, 1.0, 0.75)
    assert (b.pass_least, b.pass_most, everyone.pass_rate) == (0.25, 0.5, pytest.approx(0.5625))
    assert len(compare(papers[:1], 200)) == 1
    assert compare([], 200) == ()


@pytest.mark.parametrize(("places", "columns"), [(1, 6), (7, 3), (12, 4), (5, 1), (9, 20)])
def test_neighbours_are_those_within_one_row_and_one_column(places, columns):
    def beside(one, two):
        return max(abs(one // columns - two // columns), abs(one % columns - two % columns)) == 1

    expected = [pair for pair in itertools.combinations(range(places), 2) if beside(*pair)]
    assert sorted(neighbours(places, columns)) == expected


def test_what_neighbours_share_is_counted():
    found = overlap([{1, 2}, {3, 4}, {1, 2}, {1, 5}], 2)
    assert (found.pairs, found.apart, found.most) == (6, 3, 2)
    assert found.mean == pytest.approx(4 / 6)


@pytest.mark.parametrize("columns", range(1, 13))
@pytest.mark.parametrize("count", range(2, 9))
def test_no_two_side_by_side_or_one_behind_the_other_have_the_same_form(count, columns):
    places = count * columns
    forms = seat_forms(count, places, columns)
    assert set(Counter(forms).values()) == {columns}
    for one, two in neighbours(places, columns):
        if one // columns == two // columns or one % columns == two % columns:
            assert forms[one] != forms[two]


@pytest.mark.parametrize("columns", [4, 6, 8])
def test_four_forms_and_even_rows_keep_the_diagonals_apart_too(columns):
    forms = seat_forms(4, 10 * columns, columns)
    assert all(forms[one] != forms[two] for one, two in neighbours(10 * columns, columns))


def test_without_columns_forms_are_dealt_in_turn():
    assert seat_forms(3, 7, 0) == (0, 1, 2, 0, 1, 2, 0)


def test_drawn_forms_follow_the_seating_plan():
    problem = problem_of(blueprint(Cell(3)), [revision(f"q{i:02}") for i in range(30)], 24, forms=4, gap=12)
    drawn = draw(problem, b"key")
    assert drawn.forms == seat_forms(4, 24, 6)
    papers = [{item for _, item in picks} for picks in drawn.papers]
    assert overlap(papers, 6).apart == overlap(papers, 6).pairs

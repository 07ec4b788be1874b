"""The figures of a draw: each is what trying all ways gives on cases small enough for that; supply counts what cells admit."""

import itertools
import math
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from quiz.assembly.draw import draw
from quiz.assembly.problem import Desk
from quiz.assembly.report import lowest_most, lowest_shared, make_report
from quiz.assembly.supply import minutes_of, supply_of
from quiz.core.blueprint import Cell, Limit
from quiz.core.question import Level
from tests.assembly.made import blueprint, pool_of, problem_of, revision

KEY = b"k" * 32
DAY = date(2026, 11, 21)


def bank(**counts):
    return [revision(f"{area}{n}", area) for area, count in counts.items() for n in range(count)]


def ways(plan, questions):
    """Every set of questions that a paper of the plan may have."""
    cells = [cell for section in plan.sections for cell in section.cells for _ in range(cell.count)]
    found = set()
    for chosen in itertools.permutations([r.question for r in questions], len(cells)):
        limits = ((sum(limit.where.admits(q) for q in chosen), limit) for limit in plan.limits)
        if all(cell.admits(q) for cell, q in zip(cells, chosen, strict=True)) and all(
            limit.least <= n <= (limit.most if limit.most is not None else n) for n, limit in limits
        ):
            found.add(frozenset(q.uid for q in chosen))
    return found


CASES = [
    (blueprint(Cell(2)), bank(water=5), 3),
    (blueprint(Cell(1, areas=("water",)), Cell(1)), bank(water=2, housing=3), 4),
    (blueprint(Cell(1, areas=("water",)), Cell(1, areas=("housing",))), bank(water=1, housing=4), 3),
    (blueprint(Cell(2), limits=(Limit(Cell(0, areas=("water",)), 1, 1),)), bank(water=1, housing=4), 4),
]


@pytest.mark.parametrize(("plan", "questions", "papers"), CASES)
def test_the_floors_are_what_the_best_of_all_draws_reaches(plan, questions, papers):
    most, shared = math.inf, math.inf
    for drawn in itertools.combinations_with_replacement(ways(plan, questions), papers):
        uses = Counter(uid for paper in drawn for uid in paper)
        most = min(most, max(uses.values()))
        shared = min(shared, sum(n * (n - 1) // 2 for n in uses.values()))
    problem = problem_of(plan, questions, papers)
    assert lowest_most(problem) == most
    assert lowest_shared(problem) * papers * (papers - 1) / 2 == pytest.approx(shared)


def test_stand_ins_are_counted_in_the_floors():
    plan = blueprint(Cell(1), Cell(1, categories=("village",), instead=Cell(0, areas=("water",))))
    problem = problem_of(plan, bank(water=2), [Desk("a", instead=((2, 1),)), Desk("b")])
    assert lowest_most(problem) == 2  # three slots, two questions
    assert lowest_shared(problem) == pytest.approx(1)


@pytest.mark.parametrize(("plan", "questions", "papers"), CASES)
def test_uses_and_sharing_are_those_of_the_papers(plan, questions, papers):
    problem = problem_of(plan, questions, papers, gap=2)
    drawn = draw(problem, KEY)
    asked = [{item for _, item in picks} for picks in drawn.papers]
    report = make_report(problem, drawn, 400, 200)
    assert report.exposure.uses == tuple(sum(item in paper for paper in asked) for item in range(len(questions)))
    assert report.exposure.largest == max(report.exposure.uses)
    assert report.exposure.offered - report.exposure.used == report.exposure.unused == report.exposure.uses.count(0)
    assert report.exposure.mean == pytest.approx(2 * papers / len(questions))
    pairs = list(itertools.combinations(asked, 2))
    assert report.shared == pytest.approx(sum(len(one & other) for one, other in pairs) / len(pairs))
    beside = list(itertools.pairwise(asked))
    assert report.neighbours == pytest.approx(sum(bool(one & other) for one, other in beside) / len(beside))
    assert report.exposure.lowest <= report.exposure.largest
    assert report.shared_floor <= report.shared + 1e-9


def test_expected_scores_and_chances_to_pass_include_local_questions():
    plan = blueprint(Cell(1), each="2")
    problem = problem_of(plan, bank(water=2), [Desk("a", local=500 * 300), Desk("b")], known={"water0": (500, 99), "water1": (500, 99)})
    report = make_report(problem, draw(problem, KEY), 700, 500, [[(500, 300)], []])
    scores = report.scores
    assert (scores.least, scores.most, scores.mean, scores.sd) == (100, 250, 175, 75)
    assert (scores.pass_least, scores.pass_most) == (0, pytest.approx(0.3))  # only the local question reaches five marks
    assert scores.pass_rate == pytest.approx(0.15)
    assert sum(report.bands) == pytest.approx(1)
    assert report.bands[0] == pytest.approx((0.35 + 0.5) / 2)
    assert report.bands[9] == pytest.approx(0.15 / 2)


def test_a_full_score_passes_at_the_full_mark():
    problem = problem_of(blueprint(Cell(1)), bank(water=1), 1, known={"water0": (1000, 99)})
    assert make_report(problem, draw(problem, KEY), 200, 200).scores.pass_rate == pytest.approx(1)


def test_of_forms_the_least_use_is_known_and_the_least_sharing_is_not():
    problem = problem_of(blueprint(Cell(1)), bank(water=3), 4, forms=2)
    report = make_report(problem, draw(problem, KEY), 200, 100)
    assert (report.exposure.lowest, report.shared_floor) == (2, None)
    assert report.exposure.largest == 2


def test_supply_counts_what_cells_admit_and_what_lapses():
    plan = blueprint(Cell(2, areas=("water",)), Cell(1, areas=("water", "housing"), levels=(Level.APPLICATION,)))
    ending = revision("water9", "water")
    ending = replace(ending, question=replace(ending.question, valid_to=date(2027, 1, 31)))
    later = revision("housing9", "housing", Level.APPLICATION)
    later = replace(later, question=replace(later.question, valid_to=date(2027, 6, 30)))
    questions = [*bank(water=1), ending, later, revision("health1", "health")]
    supply = supply_of(plan, pool_of(plan, questions), questions, (), DAY, [revision("w", "water").question, ending.question])
    first, second = supply.cells
    assert (first.least, first.most, first.stock, first.lapsing, first.waiting) == (2, 2, 2, 1, 1)
    assert (first.short, first.short_later) == (0, 1)
    assert (second.stock, second.lapsing, second.rows) == (1, 0, ("housing", "water"))
    table = dict(supply.table)
    assert len(table) == 12
    (water,), (housing,), (health,) = table["water"], table["housing"], table["health"]
    assert (water.least, water.most, water.stock, water.exact) == (2, 3, 2, -1)
    assert (housing.least, housing.most, housing.stock) == (0, 1, 1)
    assert (health.most, health.stock) == (0, 0)
    assert [question.uid for question in supply.lapsing] == ["water9"]


def test_the_only_cell_of_a_square_is_named():
    plan = blueprint(Cell(2, areas=("water",)), Cell(1, categories=("general/housing",)), Cell(1, categories=("village",)))
    table = dict(supply_of(plan, pool_of(plan, ()), (), (), DAY).table)
    assert [table[row][0].exact for row in ("water", "housing", "village", "health")] == [0, 1, 2, -1]
    assert table["village"][0].least == 1


def test_documents_without_a_question_that_may_be_drawn_are_named():
    plan = blueprint(Cell(1, areas=("water",)))
    other = revision("h", "housing")
    other = replace(other, question=replace(other.question, source=replace(other.question.source, title="住房办法")))
    questions = [*bank(water=1), other]
    supply = supply_of(plan, pool_of(plan, questions), questions, (), DAY)
    assert (supply.covered, supply.uncovered) == (("文件",), ("住房办法",))


def test_the_time_is_the_sum_over_the_questions():
    assert minutes_of(blueprint(Cell(5))) == 4  # five single choices of 45 seconds
    assert minutes_of(replace(blueprint(Cell(1)), pass_mark=Decimal(0))) == 1

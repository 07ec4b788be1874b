"""The draw: papers hold every rule, exist exactly when brute force finds one, follow from the key alone, and are drawn with stated chances."""

import itertools
import math
import random
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quiz.assembly.check import faults
from quiz.assembly.draw import draw
from quiz.assembly.late import Around, draw_one
from quiz.assembly.plan import Shape, make_plan
from quiz.assembly.problem import Desk
from quiz.assembly.snapshot import read_problem, write_problem
from quiz.core.blueprint import Cell, Limit
from quiz.core.canonical import canonical_json
from quiz.core.contest import Contest
from quiz.core.frozen import freeze, thaw
from quiz.core.paper import Paper, section_heading
from quiz.core.question import Level
from quiz.core.rule import Rule, RuleName
from tests.assembly.made import AREAS, blueprint, paper_of, problem_of, revision, shortages_of
from tests.keyless import without_key

bank = st.lists(st.tuples(st.sampled_from(AREAS), st.sampled_from(list(Level)), st.sampled_from("xy")), max_size=7).map(
    lambda rows: [revision(f"q{i}", area, level, topic=topic) for i, (area, level, topic) in enumerate(rows)]
)
selector = {
    "areas": st.lists(st.sampled_from(AREAS), max_size=2, unique=True).map(tuple),
    "levels": st.lists(st.sampled_from(list(Level)), max_size=1).map(tuple),
}
cell = st.builds(Cell, count=st.integers(1, 2), **selector)
limit = st.builds(Limit, where=st.builds(Cell, count=st.just(0), **selector), least=st.integers(0, 2), most=st.none() | st.integers(2, 3))
rivals = st.lists(st.lists(st.integers(0, 6), min_size=2, max_size=3, unique=True).map(tuple), max_size=2)


def feasible_sets(plan, questions, rival_uids=(), own=()):
    """Every way to fill the cells that holds every rule, by trying all."""
    cells = [c for section in plan.sections for c in section.cells for _ in range(c.count)]
    for chosen in itertools.permutations(questions, len(cells)):
        asked = [r.question for r in chosen]
        uids = {q.uid for q in asked}
        if (
            all(c.admits(q) for c, q in zip(cells, asked, strict=True))
            and not uids & set(own)
            and all(len(uids & set(found)) <= 1 for found in rival_uids)
            and all(
                rule.least <= sum(rule.where.admits(q) for q in asked) <= (rule.most if rule.most is not None else len(asked)) for rule in plan.limits
            )
            and (not plan.topic_cap or max(Counter((q.area, q.topic) for q in asked).values()) <= plan.topic_cap)
        ):
            yield frozenset(uids)


@settings(deadline=None, max_examples=200)
@given(bank, st.lists(cell, min_size=1, max_size=3), st.lists(limit, max_size=2), rivals, st.integers(0, 2), st.sets(st.integers(0, 6), max_size=2))
def test_a_paper_is_found_exactly_when_brute_force_finds_one(questions, cells, limits, groups, cap, own):
    plan = blueprint(*cells, limits=tuple(limits), topic_cap=cap)
    exists = next(feasible_sets(plan, questions, [[f"q{i}" for i in group] for group in groups], [f"q{i}" for i in own]), None) is not None
    problem = problem_of(plan, questions)
    if problem is None:
        assert not exists
        assert shortages_of(plan, questions)
        return
    numbers = {item.uid: n for n, item in enumerate(problem.items)}
    sets = tuple(found for group in groups if len(found := tuple(numbers[f"q{i}"] for i in group if f"q{i}" in numbers)) > 1)
    desk = Desk("C0", own=frozenset(numbers[f"q{i}"] for i in own if f"q{i}" in numbers))
    drawn = draw(replace(problem, rivals=sets, desks=(desk,)), b"key")
    assert bool(drawn.papers) == exists
    assert bool(drawn.stuck) != exists
    if exists:
        assert not faults(replace(problem, rivals=sets, desks=(desk,)), drawn.papers)


@settings(deadline=None, max_examples=100)
@given(bank, st.lists(cell, min_size=1, max_size=3), st.lists(limit, max_size=2))
def test_a_shortage_is_told_exactly_when_there_is_no_paper(questions, cells, limits):
    plan = blueprint(*cells, limits=tuple(limits))
    exists = next(feasible_sets(plan, questions), None) is not None
    assert (not shortages_of(plan, questions)) == exists
    assert (make_plan_of(plan, questions) is not None) == exists


def make_plan_of(plan, questions):
    problem = problem_of(plan, questions)
    return problem and problem.tables


@settings(deadline=None, max_examples=40)
@given(
    st.integers(6, 30), st.integers(1, 4), st.integers(1, 4), st.integers(2, 40), st.binary(min_size=4, max_size=4),
)  # fmt: skip
def test_exposure_within_a_kind_differs_by_at_most_one(size, water, housing, papers, key):
    """Without bans and distances nothing is skipped: the proof's case."""
    questions = [revision(f"q{i:02}", AREAS[i % 2]) for i in range(size)]
    plan = blueprint(Cell(min(water, size // 2), areas=("water",)), Cell(min(housing, size // 2), areas=("housing",)))
    problem = problem_of(plan, questions, papers, tolerance=10**9)
    drawn = draw(problem, key)
    used = Counter(item for picks in drawn.papers for _, item in picks)
    for members in problem.members:
        counts = [used[item] for item in members]
        assert max(counts) - min(counts) <= 1


def test_every_feasible_paper_of_one_kind_is_equally_likely():
    """2 out of 5: ten papers; 2,000 keys; chi-square with 9 degrees of freedom, 0.1 % line 27.9."""
    problem = problem_of(blueprint(Cell(2)), [revision(f"q{i}") for i in range(5)])
    counts = Counter(frozenset(item for _, item in draw(problem, b"%d" % n).papers[0]) for n in range(2000))
    assert len(counts) == math.comb(5, 2)
    assert sum((count - 200) ** 2 / 200 for count in counts.values()) < 27.9


def test_papers_come_with_the_chances_of_their_tables():
    """A paper's chance is that of its table times an equal share within it; 3,000 keys, at most 14 degrees of freedom: 0.1 % line 36.1."""
    questions = [revision(f"w{i}", "water") for i in range(3)] + [revision(f"h{i}", "housing") for i in range(3)]
    problem = problem_of(blueprint(Cell(2), limits=(Limit(Cell(0, areas=("water",)), 0, 2),)), questions, 4)
    kinds = {item.uid[0]: item.kind for item in problem.items}
    chances: Counter[tuple[int, int]] = Counter()
    for table in problem.tables:
        taken = {kind: n for kind, _, n in table}
        chances[taken.get(kinds["w"], 0), taken.get(kinds["h"], 0)] += 1 / len(problem.tables)
    expected = {}
    for (w, h), chance in chances.items():
        ways = [(*a, *b) for a in itertools.combinations(["w0", "w1", "w2"], w) for b in itertools.combinations(["h0", "h1", "h2"], h)]
        expected.update({frozenset(way): chance / len(ways) for way in ways})
    runs = 3000
    seen = Counter(
        frozenset(problem.items[item].uid for _, item in draw(replace(problem, tolerance=10**9), b"%d" % n).papers[2]) for n in range(runs)
    )
    assert set(seen) <= set(expected)
    assert sum((seen[way] - runs * p) ** 2 / (runs * p) for way, p in expected.items()) < 36.1


def test_neighbours_share_nothing_where_the_bank_allows_and_history_comes_last():
    questions = [revision(f"q{i:02}") for i in range(40)]
    problem = problem_of(blueprint(Cell(5)), questions, 60, gap=6)
    drawn = draw(problem, b"key")
    papers = [{item for _, item in picks} for picks in drawn.papers]
    assert drawn.near == 0
    assert all(papers[a].isdisjoint(papers[b]) for a in range(60) for b in range(a + 1, min(a + 6, 60)))
    again = replace(problem, desks=tuple(Desk(f"C{n}", seen=frozenset(papers[n])) for n in range(60)))
    second = draw(again, b"next")
    assert second.seen == 0
    assert all({item for _, item in picks}.isdisjoint(papers[n]) for n, picks in enumerate(second.papers))
    tight = replace(problem, desks=(Desk("C0", seen=frozenset(range(38))),))
    assert draw(tight, b"key").seen == 3


def test_expected_scores_end_within_the_band_and_no_count_changes():
    known = {f"q{i:02}": (300 + 20 * (i % 30), 100) for i in range(60)}
    problem = problem_of(blueprint(Cell(6, areas=("water",)), Cell(4, areas=("housing",))), [
        revision(f"q{i:02}", AREAS[i % 2]) for i in range(60)
    ], 40, known=known)  # fmt: skip
    before, after = draw(replace(problem, tolerance=10**9), b"key"), draw(problem, b"key")
    assert max(before.scores) - min(before.scores) > 100_000
    assert max(after.scores) - min(after.scores) <= 2 * problem.tolerance * 1000
    used = [Counter(item for picks in drawn.papers for _, item in picks) for drawn in (before, after)]
    assert used[0] == used[1]


def test_what_wrong_answers_cost_is_in_the_expected_scores_of_a_contest():
    """Marks alone would agree long before the scores do: an easy question spares the loss as well."""
    plan = blueprint(Cell(6), each="1", contest=Contest.BELOW_ZERO)
    plan = replace(plan, sections=tuple(replace(section, rule=Rule(RuleName.DEDUCT, Decimal(2))) for section in plan.sections))
    questions = [revision(f"q{n:02d}") for n in range(60)]
    problem = problem_of(plan, questions, desks=20, known={f"q{n:02d}": (300 + 10 * n, 100) for n in range(60)})
    drawn = draw(problem, b"key")
    shares = [item.facility for item in problem.items]
    by_hand = [sum(100 * shares[item] - 200 * (1000 - shares[item]) for _, item in picks) for picks in drawn.papers]
    assert list(drawn.scores) == by_hand
    mean = sum(by_hand) // len(by_hand)
    assert all(abs(score - mean) <= problem.tolerance * 1000 for score in by_hand)
    assert read_problem(write_problem(problem)) == problem
    assert [len(cell) for cell in write_problem(problem)["cells"]] == [5]


def test_an_examination_commits_to_the_snapshot_it_always_did():
    plain = write_problem(problem_of(blueprint(Cell(2)), [revision(f"q{n}") for n in range(4)]))
    assert [len(cell) for cell in plain["cells"]] == [4]


def test_forms_share_their_questions_and_differ_among_each_other():
    problem = problem_of(blueprint(Cell(4)), [revision(f"q{i:02}") for i in range(30)], 10, forms=3)
    drawn = draw(problem, b"key")
    assert drawn.forms == (0, 1, 2) * 3 + (0,)
    forms = [{item for _, item in drawn.papers[n]} for n in range(3)]
    assert all({item for _, item in picks} == forms[n % 3] for n, picks in enumerate(drawn.papers))
    assert len(set.union(*forms)) == 12
    own = replace(problem, desks=(Desk("C0", own=frozenset(range(20))), *problem.desks[1:]))
    assert all(item >= 20 for picks in draw(replace(own, forms=2), b"key").papers for _, item in picks)


def test_forms_avoid_what_most_have_had_and_never_share_because_of_it():
    problem = problem_of(blueprint(Cell(4)), [revision(f"q{i:02}") for i in range(30)], 10, forms=3)
    desks = tuple(Desk(f"C{n}", seen=frozenset(range(n, n + 20))) for n in range(10))  # between them they have had every question but one
    drawn = draw(replace(problem, desks=desks), b"key")
    forms = [{item for _, item in drawn.papers[n]} for n in range(3)]
    assert len(set.union(*forms)) == 12
    had = Counter(item for desk in desks for item in desk.seen)
    assert all(had[item] < 10 for form in forms for item in form)


def test_one_late_paper_holds_every_rule():
    problem = problem_of(blueprint(Cell(3, areas=("water",)), Cell(3)), [revision(f"q{i:02}", AREAS[i % 3]) for i in range(30)], 20)
    late = Desk("C99", own=frozenset({0, 3, 6}))
    picks = draw_one(problem, b"key", late, Around())
    assert not faults(replace(problem, desks=(late,)), (picks,))
    assert draw_one(problem, b"key", late, Around()) == picks
    assert draw_one(problem, b"key", Desk("C98", own=frozenset(range(0, 30, 3))), Around()) is None
    assert draw_one(problem, b"key", Desk("C98"), Around(barred=frozenset(range(0, 30, 3)))) is None


@settings(deadline=None, max_examples=100)
@given(bank, st.lists(cell, min_size=1, max_size=3), rivals, st.integers(0, 2), st.sets(st.integers(0, 6), max_size=2), st.sets(st.integers(0, 6)))
def test_a_late_paper_is_found_exactly_when_brute_force_finds_one(questions, cells, groups, cap, own, seen):
    plan = blueprint(*cells, topic_cap=cap)
    exists = next(feasible_sets(plan, questions, [[f"q{i}" for i in group] for group in groups], [f"q{i}" for i in own]), None) is not None
    problem = problem_of(plan, questions)
    if problem is None:
        return
    numbers = {item.uid: n for n, item in enumerate(problem.items)}
    sets = tuple(found for group in groups if len(found := tuple(numbers[f"q{i}"] for i in group if f"q{i}" in numbers)) > 1)
    own_items, seen_items = (frozenset(numbers[f"q{i}"] for i in found if f"q{i}" in numbers) for found in (own, seen))
    desk, whole = Desk("C9", own=own_items, seen=seen_items), replace(problem, rivals=sets)
    picks = draw_one(whole, b"key", desk, Around(near=frozenset({0, 1}), target=0))
    assert (picks is not None) == exists
    if picks is not None:
        assert not faults(replace(whole, desks=(desk,)), (picks,))


def test_a_late_paper_takes_what_is_little_used_far_away_and_new_and_comes_near_the_mean():
    known = {f"q{i:02}": (300 + 20 * (i % 30), 100) for i in range(60)}
    problem = problem_of(blueprint(Cell(10)), [revision(f"q{i:02}") for i in range(60)], 4, known=known)
    scores = draw(problem, b"key").scores
    used = dict.fromkeys(range(20), 3)
    picks = draw_one(problem, b"key", Desk("C9", seen=frozenset(range(50, 60))), Around(used, frozenset(range(20, 30)), target=sum(scores) // 4))
    assert {item for _, item in picks}.isdisjoint(range(20, 30))
    assert {item for _, item in picks}.isdisjoint(range(50, 60))
    each = problem.cells[0].each
    assert abs(sum(each * problem.items[item].facility for _, item in picks) - sum(scores) // 4) <= 2 * problem.tolerance * 1000


def test_the_papers_follow_from_key_and_snapshot_alone():
    problem = problem_of(blueprint(Cell(3, areas=("water",)), Cell(4)), [revision(f"q{i:02}", AREAS[i % 3]) for i in range(30)], 12, gap=3)
    plain = write_problem(problem)
    assert read_problem(plain) == problem
    assert canonical_json(plain)
    assert draw(read_problem(plain), b"a").papers == draw(problem, b"a").papers != draw(problem, b"b").papers


def test_a_question_added_to_another_kind_changes_no_deck():
    questions = [revision(f"q{i:02}", AREAS[i % 2]) for i in range(20)]
    plan = blueprint(Cell(2, areas=("water",)), Cell(2, areas=("housing",)))
    before, after = (problem_of(plan, found, 5, tolerance=10**9) for found in (questions, [*questions, revision("q99", "housing")]))
    water = [[{p.items[item].uid for cell, item in picks if cell == 0} for picks in draw(p, b"key").papers] for p in (before, after)]
    assert water[0] == water[1]


def test_a_shortage_names_cell_need_stock_and_what_would_mend_it():
    questions = [revision(f"q{i}", "water") for i in range(4)]
    (gap,) = shortages_of(blueprint(Cell(6, areas=("water",), levels=(Level.RECALL,))), questions)
    text = gap.explain().render()
    assert "需要6题，只有4题，缺2题" in text
    assert "饮水安全 × 识记" in text
    assert "2题" in text
    assert "减到4题" in text


def test_cells_that_compete_are_named_together_with_both_ways_out():
    questions = [revision(f"q{i}", "water") for i in range(3)] + [revision("h", "housing")]
    (gap,) = shortages_of(blueprint(Cell(2, areas=("water",)), Cell(2, areas=("water", "health")), Cell(1, areas=("housing",))), questions)
    assert (gap.needed, gap.available, len(gap.demands)) == (4, 3, 2)
    assert sum(n for _, n in gap.to_write) == 1
    assert len(gap.to_change) == 1


def test_a_limit_in_conflict_is_named():
    questions = [revision(f"q{i}", "water") for i in range(9)] + [revision(f"h{i}", "housing") for i in range(2)]
    plan = blueprint(Cell(6), limits=(Limit(Cell(0, areas=("water",)), 0, 3), Limit(Cell(0, areas=("housing",)), 0, 1)))
    (gap,) = shortages_of(plan, questions)
    assert gap.needed == 0
    assert "至多3题" in gap.explain().render()
    assert gap.to_change


@pytest.mark.parametrize("papers", [1, 7, 300])
def test_a_plan_keeps_the_largest_use_near_the_smallest_possible(papers):
    cells = problem_of(blueprint(Cell(10)), [revision(f"{area}{i:02}", area) for area, n in (("water", 40), ("housing", 10)) for i in range(n)])
    plan = make_plan(cells.cells, (), [len(found) for found in cells.members], papers)
    totals = Counter()
    for table in plan.tables:
        for kind, _, n in table:
            totals[kind] += n
    floor = math.ceil(plan.lowest_rate * papers)
    for kind, members in enumerate(cells.members):
        assert math.ceil(totals[kind] * papers / len(plan.tables) / len(members)) <= max(floor + 1, 1.1 * floor)


@settings(deadline=None, max_examples=8)
@given(st.integers(0, 10**6), st.integers(80, 240), st.integers(0, 6))
def test_exposure_and_overlap_stay_near_their_bounds(chance, papers, gap):
    """With limits, rivals and distances: at most a tenth or one paper above the least largest exposure, a tenth above the least mean overlap."""
    mixed = random.Random(chance)
    questions = [revision(f"q{i:03}", mixed.choice(AREAS), mixed.choice(list(Level))) for i in range(150)]
    plan = blueprint(Cell(12), limits=(*(Limit(Cell(0, areas=(a,)), 4, 4) for a in AREAS), Limit(Cell(0, levels=(Level.RECALL,)), 5, 7)))
    pairs = tuple(tuple(sorted(mixed.sample(range(150), 2))) for _ in range(5))
    problem = problem_of(plan, questions, papers, gap=gap, rivals=pairs)
    uses = Counter(item for picks in draw(problem, b"%d" % chance).papers for _, item in picks)
    sizes = [len(members) for members in problem.members]
    shape = Shape(problem.cells, problem.limits, sizes)
    floor = math.ceil(shape.lowest_rate() * papers - 1e-6)
    assert max(uses.values()) <= max(floor + 1, 1.1 * floor) + 1  # a skipped card may come once more
    used = Counter()
    for (kind, _), share in zip(shape.pairs, shape.spread(min(1.0, 4 * shape.lowest_rate()), 60), strict=True):
        used[kind] += share
    least = sum(papers * x * (papers * x / sizes[kind] - 1) for kind, x in used.items())
    assert sum(n * (n - 1) for n in uses.values()) <= 1.1 * least + papers


def test_a_frozen_paper_thaws_to_itself_and_the_trainee_copy_has_no_key():
    paper = paper_of(blueprint(Cell(3), each="1.5"), [revision(f"q{i}") for i in range(5)])
    assert thaw(Paper, freeze(paper)) == paper
    shown = str(freeze(without_key(paper)))
    assert "解析" not in shown
    assert "'key'" not in shown
    assert "文件" not in shown
    assert section_heading(paper, 0).render().startswith("一、单项选择题（每题1.5分，共4.5分。")
    assert sum(slot.max_mark for slot in paper.slots) == Decimal("4.5")
    assert {slot.chosen_by for slot in paper.slots} == {"不限"}

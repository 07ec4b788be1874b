"""The draw: papers hold every constraint, exist exactly when brute force finds one, and follow from the seed alone."""

import itertools
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from quiz.core.assembly import Draw, assemble, candidates, shortages
from quiz.core.blueprint import Blueprint, Cell, Section
from quiz.core.frozen import freeze, thaw
from quiz.core.marking import Rule
from quiz.core.paper import Paper, section_heading, without_key
from quiz.core.question import Level, Option, Question, QuestionType, Revision, Source
from quiz.core.seed import Stream, commitment, exam_key, paper_key, snapshot_digest

AREAS = ("water", "housing", "health")


def revision(uid, area="water", level=Level.RECALL, kind=QuestionType.SINGLE):
    question = Question(
        uid=uid,
        type=kind,
        category="general/" + area,
        area=area,
        department="d",
        stem=f"题干{uid}",
        level=level,
        topic="t",
        source=Source("文件", "机关", "第一条"),
        explanation="解析" + uid,
        valid_from=date(2026, 1, 1),
        options=tuple(Option(c, f"{uid}{c}") for c in "ABCD"),
        key=frozenset("B"),
    )
    return Revision(1, "0" * 64, question)


def plan(*cells, each="2"):
    return Blueprint("b", "t", 60, Decimal(1), (Section("单项选择题", QuestionType.SINGLE, Decimal(each), tuple(cells), Rule()),))


def make(blueprint, key, pool):
    return assemble(Draw("s", "试卷", blueprint, b"k" * 32), key, candidates(pool, blueprint))


def gaps_of(blueprint, pool):
    return shortages(blueprint, candidates(pool, blueprint))


bank = st.lists(st.tuples(st.sampled_from(AREAS), st.sampled_from(list(Level))), max_size=7).map(
    lambda rows: [revision(f"q{i}", area, level) for i, (area, level) in enumerate(rows)]
)
cell = st.builds(
    Cell,
    count=st.integers(1, 2),
    areas=st.lists(st.sampled_from(AREAS), max_size=2, unique=True).map(tuple),
    levels=st.lists(st.sampled_from(list(Level)), max_size=1).map(tuple),
)


def exists_by_brute_force(blueprint, pool):
    cells = [c for section in blueprint.sections for c in section.cells for _ in range(c.count)]
    return any(all(c.admits(r.question) for c, r in zip(cells, chosen, strict=True)) for chosen in itertools.permutations(pool, len(cells)))


@settings(deadline=None, max_examples=150)
@given(bank, st.lists(cell, min_size=1, max_size=3), st.binary(min_size=4, max_size=4))
def test_a_paper_is_found_exactly_when_one_exists(pool, cells, key):
    blueprint = plan(*cells)
    paper = make(blueprint, key, pool)
    gaps = gaps_of(blueprint, pool)
    assert (paper is not None) == exists_by_brute_force(blueprint, pool)
    assert (paper is None) == bool(gaps)
    for gap in gaps:
        assert gap.needed > gap.available
    if paper is not None:
        assert_holds(paper, blueprint)


def assert_holds(paper, blueprint):
    """The independent checker: different questions, numbered through, every cell served."""
    uids = [slot.question.uid for slot in paper.slots]
    assert len(set(uids)) == len(uids) == blueprint.sections[0].count
    assert [slot.number for slot in paper.slots] == list(range(1, len(uids) + 1))
    assert sum(slot.max_mark for slot in paper.slots) == paper.total
    for c in blueprint.sections[0].cells:
        served = [slot for slot in paper.slots if slot.chosen_by == c.describe().render()]
        assert len(served) >= c.count
        assert all(c.admits(slot.question) for slot in served)


def test_a_shortage_names_cell_need_and_stock():
    pool = [revision(f"q{i}", "water") for i in range(4)]
    (gap,) = gaps_of(plan(Cell(6, areas=("water",), levels=(Level.RECALL,))), pool)
    text = gap.explain().render()
    assert "需要6题，只有4题，缺2题" in text
    assert "饮水安全 × 识记" in text


def test_cells_that_compete_are_named_together():
    pool = [revision(f"q{i}", "water") for i in range(3)]
    (gap,) = gaps_of(plan(Cell(2, areas=("water",)), Cell(2)), pool)
    assert (gap.needed, gap.available, len(gap.cells)) == (4, 3, 2)


def test_the_paper_follows_from_key_and_pool_alone():
    pool = [revision(f"q{i:02}", AREAS[i % 3]) for i in range(30)]
    blueprint = plan(Cell(3, areas=("water",)), Cell(4))
    one, same = make(blueprint, b"a", pool), make(blueprint, b"a", list(reversed(pool)))
    other = make(blueprint, b"b", pool)
    assert one == same
    assert one.digest == same.digest != other.digest
    assert one.code != other.code


def test_each_question_of_a_cell_is_drawn_about_equally_often():
    """400 papers of 2 out of 5: 160 expected each; chi-square with 4 degrees of freedom, fixed keys, 0.1 % line 18.5."""
    pool = [revision(f"q{i}") for i in range(5)]
    counts = dict.fromkeys((r.question.uid for r in pool), 0)
    for n in range(400):
        for slot in make(plan(Cell(2)), b"paper%d" % n, pool).slots:
            counts[slot.question.uid] += 1
    assert sum((count - 160) ** 2 / 160 for count in counts.values()) < 18.5


def test_a_frozen_paper_thaws_to_itself_and_the_trainee_copy_has_no_key():
    paper = make(plan(Cell(3), each="1.5"), b"k", [revision(f"q{i}") for i in range(5)])
    assert thaw(Paper, freeze(paper)) == paper
    shown = str(freeze(without_key(paper)))
    assert "解析" not in shown
    assert "'key'" not in shown
    assert "文件" not in shown
    assert section_heading(paper, 0).render().startswith("一、单项选择题（每题1.5分，共4.5分。")


def test_seed_specification_vectors():
    """The numbers that every other implementation of the seed specification must give too."""
    seed = bytes(range(32))
    digest = snapshot_digest({"sitting": "s", "roster": ["C1", "张三"], "n": 3})
    key = exam_key(seed, digest)
    own = paper_key(key, "C1")
    assert digest.hex() == VECTORS["snapshot"]
    assert commitment(seed, digest) == VECTORS["commitment"]
    assert own.hex() == VECTORS["paper_key"]
    assert [Stream(own, "test").next_u64(), Stream(own, "b10").below(10)] == VECTORS["numbers"]
    assert "".join(Stream(own, "opt/q0").shuffled("ABCD")) == VECTORS["shuffled"]


VECTORS = {
    "snapshot": "f5c900d8e3cdc9538d29d69715f3c712984a145d995f79b4e57131fb06f43e49",
    "commitment": "9cc23ea9bd4d41b0d4ef87346f5f1b0680726f969440143a9a49164b6c506b90",
    "paper_key": "6a3580e390f7abf6397e2225c175eddee1c51dde9622ea1dd7a6982ddc8abd2f",
    "numbers": [10297297830550333877, 5],
    "shuffled": "DABC",
}

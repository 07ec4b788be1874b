"""A written blueprint reads as the same one; counts are changed where they stand and nowhere else; a sketch survives what is wrong."""

from decimal import Decimal
from pathlib import Path

import pytest

from quiz.banks.blueprint_file import load_blueprint, sketch_blueprint
from quiz.banks.blueprint_text import CountSpot, count_spots, set_counts, write_blueprint
from quiz.core.blueprint import Band, Blueprint, Cell, Limit, Section, Share, SourceLevel, WeightClass
from quiz.core.question import Level, QuestionType
from quiz.core.rule import Rule, RuleName

SHIPPED = sorted((Path(__file__).parents[2] / "question_banks" / "blueprints").glob("*.yaml"))
EVERYTHING = Blueprint(
    "every-thing.1",
    "全部 #写法: “引号”",
    60,
    Decimal("6.5"),
    (
        Section(
            "多项选择题: 一",
            QuestionType.MULTIPLE,
            Decimal("2.50"),
            (
                Cell(2, ("general", "general/water"), ("water", "housing"), ("供水, 管护", "是"), (Level.RECALL,), ("标签", "[x]"), (Band.HARD,)),
                Cell(1, weights=(WeightClass.MUST, WeightClass.KEY), sources=(SourceLevel.NATIONAL,)),
                Cell(1, ("village",), instead=Cell(0, ("general",), levels=(Level.APPLICATION,))),
            ),
            Rule(RuleName.PER_OPTION, Decimal("0.5")),
        ),
        Section("判断题", QuestionType.TRUE_FALSE, Decimal(1), (Cell(3),), Rule()),
    ),
    ("请独立完成: 是", "- 短横"),
    (Limit(Cell(0, areas=("water",)), 1), Limit(Cell(0, levels=(Level.RECALL,)), 0, 3), Limit(Cell(0, tags=("t",)), 2, 2)),
    2,
    (("a-1", "b-2"),),
    (Share("first_secretary", 50), Share("new", 20)),
)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_blueprint_is_written_as_it_reads(path):
    read = load_blueprint(path.read_bytes(), path.name).value
    again = load_blueprint(write_blueprint(read), "again")
    assert again.diagnostics == ()
    assert again.value == read


def test_every_key_is_written():
    again = load_blueprint(write_blueprint(EVERYTHING), "again")
    assert again.diagnostics == ()
    assert again.value == EVERYTHING


TEXT = """\
blueprint: {id: b, title: 卷, minutes: 60, total: 50, pass_mark: 6}
sections:
  - {title: 一, type: single, each: 1, cells: [{count: 12, area: water}, {count: 1}]}
  - title: 二
    type: multiple
    each: 2
    cells:
      - area: housing
        count: 3 # three
      - {count: "4"}
"""


def test_counts_are_found_and_changed_where_they_stand():
    (first, second), (third, quoted) = count_spots(TEXT)
    assert (first, third) == (CountSpot(3, 55, "12"), CountSpot(9, 16, "3"))
    assert quoted is None
    changed = set_counts(TEXT, [(first, 5), (second, 20), (third, 7)])
    sketch = sketch_blueprint(changed, "x").value
    assert [[cell.count for cell in section.cells] for section in sketch.sections] == [[5, 20], [7, 4]]
    assert changed.replace("{count: 5,", "{count: 12,").replace("{count: 20}", "{count: 1}").replace("count: 7 #", "count: 3 #") == TEXT


@pytest.mark.parametrize(
    "spot", [CountSpot(3, 55, "13"), CountSpot(3, 53, "1"), CountSpot(99, 1, "1"), CountSpot(3, 9999, "1"), CountSpot(0, 1, "1")]
)
def test_a_count_that_moved_is_left_alone(spot):
    assert set_counts(TEXT, [(spot, 9)]) == TEXT


def test_a_sketch_is_read_although_marks_do_not_add_up():
    sketch = sketch_blueprint(TEXT, "x")
    assert [diagnostic.rule for diagnostic in sketch.diagnostics] == ["B401"]
    assert [section.count for section in sketch.value.sections] == [13, 7]
    assert load_blueprint(TEXT, "x").value is None


@pytest.mark.parametrize("text", ["", "{", "a: b", "blueprint: {}", "sections: []", "blueprint: {id: x}\nsections: [{title: t}]", "\0"])
def test_a_text_without_a_section_has_no_sketch(text):
    sketch = sketch_blueprint(text, "x")
    assert sketch.value is None
    assert sketch.diagnostics
    assert count_spots(text) in ([], [[]])

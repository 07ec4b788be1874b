"""The picture of an item: what rises and falls, that labels keep apart and inside, and what has no picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quiz.core.statistics.analysis import analyse
from quiz.core.statistics.marks import mark_table
from quiz.core.statistics.options import Chosen
from quiz.core.statistics.plot import BOTTOM, HEIGHT, LINE_GAP, TOP, WIDTH, Part, group_plot
from quiz.core.statistics.values import Item
from tests.core.statistics.made import make


def report(options="ABCD", key="A", persons=200, single=True, lost=0.0):
    """An item of a test, with those who are right choosing the key (all of it) and others the options after it."""
    made = make(3, persons, 8, easy=0.5)
    table = mark_table(*np.indices(made.right.shape).reshape(2, -1), made.right.ravel().astype(float), 1.0, persons, 8)
    rows = np.flatnonzero(table.item == 0)
    chosen = []
    for s in range(persons if options else 0):
        ids = key if made.right[s, 0] else options[len(key) :][made.wrong_option[s, 0] % max(1, len(options) - len(key))]
        chosen += [(rows[s], options.index(letter)) for letter in ids]
    items = [Item("q", tuple(options), frozenset(key) if options else frozenset(), single, lost=lost), *(Item(f"o{n}") for n in range(7))]
    return analyse(table, items, Chosen(np.array([k for k, _ in chosen], np.int64), np.array([o for _, o in chosen], np.int64))).items[0]


def test_the_key_rises_and_the_rest_falls():
    """One thick line, three thin ones; y grows downwards; ranges hold the thick line."""
    plot = group_plot(report())
    (key,) = [line for line in plot.lines if line.part is Part.KEY]
    others = [line for line in plot.lines if line.part is Part.OTHER]
    assert len(others) == 3
    assert key.points[0][1] > key.points[-1][1]
    assert sum(line.points[0][1] < line.points[-1][1] for line in others) >= 2
    ranges = [line.points for line in plot.lines if line.part is Part.RANGE]
    assert all(low[1] >= y >= high[1] for (low, high), (_, y) in zip(ranges, key.points, strict=True))
    assert [x for x, _ in key.points] == [low[0] for low, _ in ranges]
    assert {label.text for label in plot.labels if label.part in (Part.KEY, Part.OTHER)} == set("ABCD")


def test_of_several_right_options_the_marks_are_the_thick_line():
    plot = group_plot(report(key="AB", single=False))
    parts = [line.part for line in plot.lines]
    assert (parts.count(Part.KEY), parts.count(Part.RIGHT), parts.count(Part.OTHER)) == (1, 2, 2)


def test_where_wrong_answers_cost_marks_the_marks_are_the_thick_line():
    """In a contest who chose the key is one thing, what was earned another."""
    plot = group_plot(report(lost=0.5))
    parts = [line.part for line in plot.lines]
    assert (parts.count(Part.KEY), parts.count(Part.RIGHT), parts.count(Part.OTHER)) == (1, 1, 3)


def test_true_and_false_are_named():
    texts = {label.text if isinstance(label.text, str) else label.text.render() for label in group_plot(report("TF", "T")).labels}
    assert {"正确", "错误"} <= texts


def test_without_options_there_is_one_line():
    plot = group_plot(report(options="", key=""))
    assert [line.part for line in plot.lines].count(Part.KEY) == 1
    assert Part.OTHER not in {line.part for line in plot.lines}


def test_too_few_have_no_picture():
    assert group_plot(report(persons=29)) is None
    assert group_plot(report(persons=30)) is not None


@given(st.integers(0, 6), st.integers(0, 1))
@settings(max_examples=14, deadline=None)
def test_nothing_leaves_the_picture_and_labels_keep_apart(seed, many):
    one = report("ABCDEFGH" if many else "ABCD", persons=60 + seed)
    plot = group_plot(one)
    assert all(0 <= x <= WIDTH and TOP - 1 <= y <= HEIGHT - BOTTOM + 1 for line in plot.lines for x, y in line.points)
    heights = sorted(label.y for label in plot.labels if label.part in (Part.KEY, Part.OTHER))
    assert heights[0] >= TOP - 1
    assert heights[-1] <= HEIGHT
    assert np.diff(heights).min() >= LINE_GAP - 1e-6 == pytest.approx(LINE_GAP)

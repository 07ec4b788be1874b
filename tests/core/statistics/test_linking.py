"""Two sittings on the questions that both asked, by hand: weights, the change, its error, and when nothing is said."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from quiz.core.statistics import gates
from quiz.core.statistics.linking import link
from quiz.core.statistics.marks import matrix_table


@pytest.fixture
def two(monkeypatch):
    """Let two common questions with two answers each be enough."""
    monkeypatch.setattr(gates, "LINK", 2)
    monkeypatch.setattr(gates, "FACILITY", 2)


def test_by_hand(two):
    """Before, two people have (1, 0) and (1, 1): shares 1 and 1/2. After, four have (1, 1) twice and (1, 0), (0, 1): shares 3/4 each. Both questions
    weigh 2·4/6, so half each: 3/4 before and after. Pulls before: ±1/8 each, squares 2/64, times 2/1: 1/16. After: 1/16 twice, then twice
    (1/4 - 3/4)/8 = -1/16: squares 4/256, times 4/3: 1/48."""
    found = link(matrix_table([[1, 0], [1, 1]]), matrix_table([[1, 1], [1, 1], [1, 0], [0, 1]]))
    assert (found.items, found.people, found.before, found.after, found.change) == (2, 2, 0.75, 0.75, 0)
    assert found.error == pytest.approx(sqrt(1 / 16 + 1 / 48))


def test_harder_papers_do_not_look_like_a_loss(two):
    """Both sittings ask two questions alike; the later one asks more, which are hard. On the common ones people got better."""
    before = matrix_table([[1, 0, np.nan], [0, 0, np.nan], [1, 0, np.nan], [0, 1, np.nan]] * 10)
    after = matrix_table([[1, 1, 0], [1, 0, 0], [1, 1, 0], [1, 1, 0]] * 10)
    found = link(before, after)
    assert (found.before, found.after) == (pytest.approx(3 / 8), pytest.approx(7 / 8))
    assert found.interval.low > 0
    assert after.mark.sum() / after.most.sum() < found.after


def test_too_little_in_common():
    """Nineteen common questions, or twenty that one side hardly answered, say nothing."""
    many = np.ones((gates.FACILITY, gates.LINK))
    assert link(matrix_table(many), matrix_table(many)) is not None
    fewer = many.copy()
    fewer[:, 0] = np.nan
    assert link(matrix_table(many), matrix_table(fewer)) is None
    assert link(matrix_table(many), matrix_table(many[:-1])) is None

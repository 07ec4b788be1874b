"""The named figures of a test: what is defined is told, by hand, and what is not is left out and said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from quiz.core.message import say
from quiz.core.statistics.analysis import analyse, fit_models
from quiz.core.statistics.calibration import Model
from quiz.core.statistics.marks import MarkTable, mark_table, matrix_table
from quiz.core.statistics.summary import Figure, figures_of_test, notes_on_test
from quiz.core.statistics.values import Item


def named(table: MarkTable, models: tuple[Model, ...] = ()):
    analysis = analyse(table, [Item(f"q{n}") for n in range(table.items)], fits=fit_models(table, models))
    return analysis, {figure.name.render(): figure for figure in figures_of_test(analysis)}


COMMON = matrix_table([[1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 0]], [1, 1, 1])


def test_a_common_paper():
    """Totals 3, 2, 1, 0: mean and median 1.5, deviation √(5/3). Item variances 1/4, 1/3, 1/4 sum to 5/6, so α = 3/2·(1 − (5/6)/(5/3)) = 75 %;
    the error ratio is 100·√(1/4) = 50 %, the standard error half the deviation."""
    analysis, found = named(COMMON)
    texts = {name: (figure.text, figure.unit) for name, figure in found.items()}
    assert texts == {
        "得分率": ("50.0", "%"),
        "平均": ("1.50", "分"),
        "中位": ("1.50", "分"),
        "标准差": ("1.29", "分"),
        "偏度": ("0.000", ""),
        "峰度": ("−1.200", ""),
        "内部一致性系数（Cronbach α）": ("75.00", "%"),
        "误差率": ("50.00", "%"),
        "标准误": ("0.65", "分"),
        "KR-20": ("0.7500", ""),
    }
    assert notes_on_test(analysis) == []


def test_where_papers_differ_totals_are_shares_and_what_needs_one_paper_is_left_out():
    analysis, found = named(mark_table([0, 0, 1, 1, 2, 2], [0, 1, 1, 2, 0, 2], [1, 0, 1, 1, 0, 1], 1.0, 3, 3))
    assert {"平均", "标准差"} <= set(found)
    assert found["平均"].unit == ""
    assert not {"内部一致性系数（Cronbach α）", "误差率", "标准误", "KR-20"} & set(found)
    assert "只对同一份试卷有定义" in notes_on_test(analysis)[0].render()


def test_models_stand_below_and_one_that_did_not_come_to_rest_gives_no_figure():
    analysis, found = named(COMMON, (Model.RASCH_ONE,))
    (model,) = analysis.calibrations
    assert found["Rasch模型（区分度固定为1）：对数似然"].value == pytest.approx(model.log_likelihood)
    lost = replace(analysis, calibrations=(replace(model, converged=False),))
    assert not any("Rasch" in figure.name.render() for figure in figures_of_test(lost))
    assert [note.render() for note in notes_on_test(lost)] == ["Rasch模型（区分度固定为1）没有收敛，不列数字。"]


def test_what_rounds_to_nothing_has_no_sign():
    assert (Figure(say("偏度"), -0.0004, 3).text, Figure(say("偏度"), -0.0006, 3).text) == ("0.000", "−0.001")

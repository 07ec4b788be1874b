"""The figures of a whole test with their names, once for page, print and file; `docs/statistics.md` gives the formulas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from quiz.core.message import Message, mark_text, say
from quiz.core.rounded import rounded
from quiz.core.statistics.report import Analysis
from quiz.core.statistics.values import Calibration, TotalFigures

MODELS = {
    "rasch_one": mark_text("Rasch模型（区分度固定为1）"),
    "rasch": mark_text("Rasch模型（共同的区分度）"),
    "two_parameter": mark_text("两参数模型"),
}
MARKS, PERCENT = mark_text("分"), "%"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its name, so many places for the eye, and its unit, empty for none."""

    name: Message
    value: float
    places: int
    unit: str = ""

    @property
    def text(self) -> str:
        """The figure rounded."""
        return rounded(self.value, self.places)


def figures_of_test(analysis: Analysis) -> list[Figure]:
    """Return what is defined of the test's totals and of the models that came to rest; what is not defined is left out."""
    return [*_of_totals(analysis.totals), *(figure for model in analysis.calibrations for figure in _of_model(model))]


def notes_on_test(analysis: Analysis) -> list[Message]:
    """Return what a reader must know of these figures, in sentences."""
    notes = []
    if any(report.item.lost != 0 for report in analysis.items):
        notes.append(say("竞赛答错倒扣分：得分率是净得的分占分值的比例，倒扣的已经减去，可以低于0，不等于答对的人所占的比例。"))
    if analysis.totals.is_share:
        notes.append(
            say(
                "各人试卷不同：平均、中位、标准差、偏度和峰度是“实得分÷该卷按全体平均水平应得的分”的；内部一致性系数、误差率、标准误和KR-20只对同一份试卷有定义。"
            )
        )
    notes += [say("{model}没有收敛，不列数字。", model=say(MODELS[one.model])) for one in analysis.calibrations if not one.converged]
    return notes


def _of_totals(totals: TotalFigures) -> Iterator[Figure]:
    unit, places = ("", 3) if totals.is_share else (MARKS, 2)
    if totals.earned is not None:
        yield Figure(say("得分率"), 100 * totals.earned, 1, PERCENT)
    alpha = totals.alpha if totals.internal_consistency is None else None
    for name, value, own, of in (
        (say("平均"), totals.mean, places, unit),
        (say("中位"), totals.median, places, unit),
        (say("标准差"), totals.deviation, places, unit),
        (say("偏度"), totals.skewness, 3, ""),
        (say("峰度"), totals.kurtosis, 3, ""),
        (say("内部一致性系数（Cronbach α）"), totals.internal_consistency, 2, PERCENT),
        (say("Cronbach α（按成对作答）"), alpha, 3, ""),
        (say("误差率"), totals.error_ratio, 2, PERCENT),
        (say("标准误"), totals.standard_error, 2, MARKS),
        (say("KR-20"), totals.kr20, 4, ""),
    ):
        if value is not None:
            yield Figure(name, value, own, of)


def _of_model(found: Calibration) -> Iterator[Figure]:
    if not found.converged:
        return
    model = say(MODELS[found.model])
    yield Figure(say("{model}：对数似然", model=model), found.log_likelihood, 3)
    if found.reliability is not None:
        yield Figure(say("{model}：能力估计的信度", model=model), found.reliability, 3)
    if found.test_reliability is not None:
        yield Figure(say("{model}：由题目信息量推得的信度", model=model), found.test_reliability, 3)

"""Statistics for a terminal: the figures of the test, a table of its items, and what there is to look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from quiz.core.message import Message, mark_text, say
from quiz.core.statistics.report import Analysis, ItemReport
from quiz.core.statistics.summary import MODELS
from quiz.core.statistics.values import Calibration, Similarity, TotalFigures

HEAD = (
    mark_text("试题"),
    mark_text("作答"),
    mark_text("得分率%"),
    mark_text("标准差"),
    mark_text("区分度%"),
    mark_text("区分效率%"),
    mark_text("有效权重%"),
    mark_text("高低组差"),
    mark_text("难度b"),
    mark_text("区分a"),
)
NONE = "—"


def total_lines(totals: TotalFigures) -> Iterator[Message]:
    """Give the figures of the test, a sentence a line."""
    yield say("{persons}人，{items}题，{answers}条作答。", persons=totals.persons, items=totals.items, answers=totals.answers)
    values = {name: number(getattr(totals, name), 3) for name in ("mean", "median", "deviation", "skewness", "kurtosis")}
    if totals.is_share:
        yield say(
            "各人试卷不同，总分按“实得分÷该卷的预期得分”比较：平均{mean}，中位{median}，标准差{deviation}，偏度{skewness}，峰度{kurtosis}。", **values
        )
    else:
        yield say("总分：平均{mean}，中位{median}，标准差{deviation}，偏度{skewness}，峰度{kurtosis}。", **values)
    if totals.internal_consistency is not None:
        values = {name: number(getattr(totals, name), 2) for name in ("internal_consistency", "error_ratio", "standard_error")}
        yield say(
            "内部一致性系数{internal_consistency}%，误差率{error_ratio}%，标准误{standard_error}分，KR-20：{kr20}。",
            **values,
            kr20=number(totals.kr20, 4),
        )


def model_line(found: Calibration) -> Message:
    """Return how a model fits."""
    values = {"model": say(MODELS[found.model]), "loglik": number(found.log_likelihood, 4), "reliability": number(found.reliability, 3)}
    if found.converged:
        return say("{model}：对数似然{loglik}，能力估计的信度{reliability}。", **values)
    return say("{model}：对数似然{loglik}，没有收敛，请勿采用。", **values)


def item_rows(reports: Sequence[ItemReport], names: Sequence[str]) -> Iterator[list[str]]:
    """Give a row of figures for each item, as the columns of HEAD name them."""
    for report, name in zip(reports, names, strict=True):
        figures = report.figures
        yield [
            name,
            str(figures.answers),
            number(None if figures.facility is None else 100 * figures.facility, 1),
            number(figures.deviation, 3),
            number(figures.discrimination, 1),
            number(figures.efficiency, 1),
            number(figures.effective_weight, 1),
            number(figures.upper_lower, 2),
            number(report.rasch.difficulty if report.rasch else None, 2),
            number(report.two_parameter.discrimination if report.two_parameter else None, 2),
        ]


def flag_lines(analysis: Analysis) -> Iterator[Message]:
    """Give what there is to look at, an item a line or more."""
    if not analysis.flagged:
        yield say("没有需要留意的题目（作答太少的题目不下结论）。")
    for report in analysis.flagged:
        for flag in report.flags:
            yield say("{name}：{told}", name=report.item.name, told=flag.message)


def similarity_lines(found: Similarity, persons: Sequence[str]) -> Iterator[Message]:
    """Give the leads of a screening, and what they are worth."""
    if not found.pairs:
        return
    values = {"pairs": found.pairs, "rate": f"{100 * found.false_alarm:g}", "n": len(found.leads)}
    yield say("雷同筛查：比较{pairs}对，线索{n}条。若无人抄袭，出现哪怕一条线索的可能也不超过{rate}%。线索不是证据。", **values)
    for lead in found.leads:
        values = {"first": persons[lead.first], "second": persons[lead.second], "common": lead.common, "same": lead.same_wrong}
        yield say("  {first} — {second}：共同的{common}题中有{same}题错得一样，预期{expected}题。", **values, expected=f"{lead.expected:.1f}")


def number(value: float | None, places: int) -> str:
    """Return a figure rounded, or a dash where there is none."""
    return NONE if value is None else f"{value:.{places}f}"

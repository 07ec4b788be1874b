"""The cells of a report's tables, once for page-like media: what a column is called, and what stands in it."""

from __future__ import annotations

from decimal import Decimal

from quiz.core.after_make_up import AfterRow
from quiz.core.comparison import AreaRow, ComparedGroup, PlanRow
from quiz.core.message import Message, mark_text, say, with_minus
from quiz.core.over_time import Change, OverTime, SittingPoint
from quiz.core.paper import pass_line, plain_number
from quiz.core.question import AREAS, LEVEL_NAMES
from quiz.core.rounded import rounded
from quiz.core.statistics import gates
from quiz.core.statistics.strip import Strip, strip
from quiz.core.unit_report import GroupRow, UnitReport

SUMS = (
    mark_text("应考"),
    mark_text("实考"),
    mark_text("缺考"),
    mark_text("平均分"),
    mark_text("最高分"),
    mark_text("及格率（%）"),
    mark_text("优秀率（%）"),
    mark_text("补考"),
)
"""The columns of sums after the group's name; the pass rate and the make-up stand only where there is a pass mark (`sum_columns`)."""

OF_THE_LINE = (5, 7)
"""The places in SUMS of what a pass mark decides."""

AFTER = (mark_text("补考应考"), mark_text("补考实考"), mark_text("补考及格"), mark_text("原及格率（%）"), mark_text("补考后及格率（%）"))
"""The columns of what make-ups came to, after the unit's name."""

BANDS_NOTE = say("分数段含下限、不含上限，最高一段含满分。人数太少的分数段不列人数，免得透露个人的分数。")

LEAST, MOST = 0.5, 1.5
"""The scale on which groups stand beside all, at 1."""


def mean_strip(row: GroupRow, report: UnitReport) -> Strip | None:
    """Return the mean of a group on the scale of the full marks, beside that of all; in a contest whose totals may fall below 0, from the lowest."""
    if row.mean is None:
        return None
    return strip(float(row.mean), row.interval, float(report.lowest), float(report.full), None if report.all.mean is None else float(report.all.mean))


def share_strip(row: AreaRow | PlanRow) -> Strip | None:
    """Return the share of an area or cell from nothing to everything; None of too few people."""
    return strip(row.share.ratio, row.share.interval, 0.0, 1.0) if row.share.is_shown and row.share.ratio is not None else None


def group_strip(row: ComparedGroup) -> Strip | None:
    """Return a group beside all; None of one that is not shown."""
    return strip(row.share.ratio, row.share.interval, LEAST, MOST, 1.0) if row.is_shown and row.share.ratio is not None else None


def sum_columns(report: UnitReport) -> list[str]:
    """Return the columns of sums that the report has."""
    return [name for place, name in enumerate(SUMS) if report.has_line or place not in OF_THE_LINE]


def sum_figures(row: GroupRow, report: UnitReport) -> list[Decimal | int | None]:
    """Return the figures below `sum_columns`; None where one is not shown."""
    tally = row.tally
    figures = [tally.expected, tally.sat, tally.absent, row.mean, row.best, row.pass_rate, row.excellent_rate, row.make_up]
    return [value for place, value in enumerate(figures) if report.has_line or place not in OF_THE_LINE]


def figure_text(value: Decimal | int | None) -> str:
    """Return a figure as it stands in a table for people: a dash for what is not shown."""
    return "—" if value is None else with_minus(str(value))


def after_figures(row: AfterRow) -> list[Decimal | int | None]:
    """Return the figures below AFTER; None where one is not shown."""
    return [row.asked, row.sat, row.passed_there, row.before, row.rate]


def notes_of_more(report: UnitReport) -> list[Message]:
    """Return what a reader must know of make-ups and of how the scores spread, where these are told."""
    return [*(report.after.notes if report.after else []), *([BANDS_NOTE] if report.bands else [])]


def area_name(row: AreaRow) -> Message:
    """Return the name of an area, or of a level within it."""
    return say(LEVEL_NAMES[row.level]) if row.level is not None else say(AREAS.get(row.area, row.area))


def notes_of(report: UnitReport) -> list[Message]:
    """Return what a reader must know of the sums, in sentences."""
    full, line = plain_number(report.full), pass_line(report.pass_mark)
    notes = [
        say("实考为答卷有效并已有成绩的人数；平均分、最高分、及格率和优秀率按实考计算。作废的答卷不计入。")
        if report.has_line
        else say("实考为答卷有效并已有成绩的人数；平均分、最高分和优秀率按实考计算。作废的答卷不计入。"),
        say("{full}分为满分，{line}，满分的{excellent}%以上为优秀。", full=full, line=line, excellent=report.excellent),
        say("平均分旁的区间：真实水平有95%的把握在其中，人越少越宽。各人试卷不同时，卷面平均分的高低可能来自试卷，不能直接比较。"),
    ]
    if report.has_line:
        notes.insert(2, say("补考为缺考人数加不及格人数；还有作答等待判定的人不算不及格。补考举行以后，结果见“补考以后”。"))
    if report.groups:
        notes.append(say("干部群体按花名册现在的登记；一人可以属于几个群体，在每个群体里都算，各群体人数之和不一定等于合计。"))
    if report.hidden:
        notes.append(say("{n}个单位没有列出成绩：人数太少的单位，平均分会透露个人的分数，也不让人用合计推算。", n=report.hidden))
    return [*report.unsettled, *notes]


COMPARING_NOTES: tuple[Message, ...] = (
    say("得分率是实得的分占应得的分的比例，由人工给全分或不计的题、等待判定的题不算。区间按人计算：同一个人的多道题不是多个人。"),
    say("“与试卷应得之比”：实得分除以这些人的试卷按全体平均水平应得的分，全体为100%。试卷难，应得就少，所以不同试卷的人可以比较。"),
    say("不足{few}人的群体不下结论；同时看多个群体时，界限按群体数收紧，免得碰巧。不足{least}人不列数字。", few=gates.COMPARISON, least=gates.GROUP),
)
"""What a reader must know of the comparisons."""

PLAN_NOTE = say("应出为蓝图要求乘以答卷份数；“代替本地题”是没有本人本地题可出时的通用题。")


OVER_TIME_NOTES: tuple[Message, ...] = (
    say("两场共同的题不足{items}道，或者答过的人不足{people}人，就不比较。本地题和事后更正过的题不算。", items=gates.LINK, people=gates.COMPARISON),
    say("考过的题再考，可能因为见过而容易一些：提高不全是学习的结果。两场的人也可能不同。"),
)
"""What a reader must know of several sittings, whatever they are."""


def notes_over_time(found: OverTime) -> list[Message]:
    """Return what a reader must know of these sittings, in sentences."""
    papers = (
        say("各场试卷不同，平均分和及格率的高低可能来自试卷。能比较的只有两场都考过、文字相同的题：看这些题的得分率变了多少。")
        if found.has_line
        else say("各场试卷不同，平均分的高低可能来自试卷。")
    )
    contest = say("竞赛答错倒扣分，不设及格线，与哪一场都不比较：敢不敢答也会影响得分。")
    if not found.has_line:
        return [papers, contest]
    return [papers, *OVER_TIME_NOTES, *([contest] if found.has_contest else [])]


def point_strip(point: SittingPoint) -> Strip | None:
    """Return the mean of a sitting on the scale of its full marks."""
    if point.row.mean is None:
        return None
    return strip(float(point.row.mean), point.row.interval, 0.0, float(point.full))


def change_text(point: SittingPoint) -> Message | None:
    """Return the change since the sitting before in figures; None where there is none."""
    if point.link is None or point.change in (Change.UNLIKE, Change.CONTEST):
        return None
    ends = point.link.interval
    return say(
        "{items}道共同的题：{before}%→{after}%，{change}（{low}至{high}）个百分点", items=point.link.items,
        before=rounded(100 * point.link.before, 1), after=rounded(100 * point.link.after, 1), change=_signed(point.link.change),
        low=_signed(ends.low), high=_signed(ends.high),
    )  # fmt: skip


def _signed(share: float) -> str:
    return rounded(100 * share, 1, "+")

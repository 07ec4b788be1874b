"""How papers were drawn, in lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from quiz.assembly.stand_in import WHY_NAMES
from quiz.core.difficulty import BASIS_NAMES
from quiz.core.message import Message, say
from quiz.core.paper import pass_line, plain_number
from quiz.core.rounded import rounded
from quiz.usecases.draw_report import DrawReport


def report_lines(report: DrawReport) -> Iterator[Message]:
    """Give the figures of a draw, a sentence a line."""
    modes = {0: say("每人一卷"), 1: say("全场同一卷")}
    yield say(
        "{mode}，{n}份试卷，每排{columns}个座位。",
        mode=modes.get(report.forms) or say("{n}套卷", n=report.forms),
        n=report.papers,
        columns=report.columns,
    )
    for row in report.parallel:
        told = {name: rounded(getattr(row, name) / 100, 2) for name in ("mean", "least", "most", "sd", "score_sd")}
        name = say("{form}卷", form=row.form) if row.form else say("全部试卷")
        yield say("{name}：{n}份，预计平均{mean}分，最低{least}，最高{most}，卷间标准差{sd}，得分标准差{score_sd}。", name=name, n=row.papers, **told)
        if report.pass_mark > 0:
            yield say("{name}：预计及格率{rate}%。", name=name, rate=round(row.pass_rate * 100))
    yield say("满分{total}分，{line}。", total=plain_number(report.total), line=pass_line(report.pass_mark))
    if report.bases:
        yield say("预计得分的依据：")
        for basis, count in report.bases.items():
            yield say("  {name}：{n}题", name=say(BASIS_NAMES[basis]), n=count)
    used = report.exposure
    values = {"offered": used.offered, "used": used.used, "mean": f"{used.mean:.1f}", "largest": used.largest, "lowest": used.lowest}
    yield say("可抽的通用题{offered}道，用了{used}道；平均每道用于{mean}份试卷，最多{largest}份，怎样抽都至少{lowest}份。", **values)
    near = report.neighbours
    if near.pairs:
        values = {"pairs": near.pairs, "apart": near.apart, "mean": f"{near.mean:.1f}", "most": near.most}
        yield say("邻座{pairs}对，其中{apart}对没有相同的通用题；相同的平均{mean}道，最多{most}道。", **values)
    yield say("{papers}份试卷上有本人最近考过的题，共{n}题次。", papers=report.seen_papers, n=report.seen)
    if report.repaired:
        yield say("{n}份试卷轮流发题没有凑齐，用逐题搜索补齐了。", n=report.repaired)
    if report.later > 0:
        yield say("之后补发或更换的{n}份不在其中。", n=report.later)
    if report.local:
        yield say("本地题{local}题次，其中{general}题次由通用题代替。", local=report.local, general=report.general)
    for group, why, papers, count in report.by_group():
        name = say(group) if group else say("没有岗位")
        yield say("  {group}：{why}，{papers}份试卷，{n}题次", group=name, why=say(WHY_NAMES[why]), papers=papers, n=count)
    for template, why, count in report.by_template():
        yield say("  {template}：{why}，{n}题次", template=template, why=say(WHY_NAMES[why]), n=count)

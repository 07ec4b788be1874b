"""A circular on a sitting: a text made from a template and the report's sums, with a list of who is commended; it has no place for who failed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from quiz.core.message import Message, QuizError, Translate, listed, mark_text, say
from quiz.core.paper import plain_number
from quiz.core.unit_report import UnitReport

PLACE = re.compile(r"\{([^{}]*)\}")
LONGEST = 6000
"""Characters of a circular's text: some six sides."""

TITLE = mark_text("关于“{考试}”情况的通报")
TEMPLATE = mark_text(
    "各镇、各部门：\n"
    "{时间}，我县组织了“{考试}”。现将有关情况通报如下。\n"
    "一、参考情况\n"
    "应考{应考}人，实考{实考}人，缺考{缺考}人，参考率{参考率}。\n"
    "二、成绩情况\n"
    "满分{满分}分，平均{平均分}分，最高{最高分}分；及格{及格人数}人，及格率{及格率}；优秀（满分的{优秀线}以上）{优秀人数}人，优秀率{优秀率}。{未定}\n"
    "各单位情况和表扬名单附后。各单位人员构成和试卷不同，附表不作排名。\n"
    "三、下一步\n"
    "请各单位组织干部对照本人答卷和政策原文学习，帮助没有及格的同志准备补考。"
)
"""What the draft says unless the office has its own template."""

OF_A_CONTEST = mark_text(
    "各镇、各部门：\n"
    "{时间}，我县组织了“{考试}”。现将有关情况通报如下。\n"
    "一、参赛情况\n"
    "应参赛{应考}人，实际参赛{实考}人，未参赛{缺考}人，参赛率{参考率}。\n"
    "二、成绩情况\n"
    "竞赛答错倒扣分，不设及格线。满分{满分}分，平均{平均分}分，最高{最高分}分；优秀（满分的{优秀线}以上）{优秀人数}人，优秀率{优秀率}。{未定}\n"
    "各单位情况和表扬名单附后。各单位人员构成和试卷不同，附表不作排名。\n"
    "三、下一步\n"
    "请各单位组织干部对照本人答卷和政策原文继续学习。"
)
"""What the draft says of a contest, which nobody passes or fails."""

NO_FIGURE = "—"


@dataclass(frozen=True, slots=True)
class Commended:
    """Somebody whom a circular commends."""

    unit: str
    name: str


@dataclass(frozen=True, slots=True)
class Circular:
    """What is printed: `report` None without the table of units, `commended` empty without a list, whose `line` is a percent of the full marks."""

    title: str
    body: str
    office: str
    day: str
    line: int
    report: UnitReport | None = None
    commended: tuple[Commended, ...] = ()


def facts_of(report: UnitReport, when: str, translate: Translate = mark_text) -> dict[str, str]:
    """Return what a template may name, by its name; `when` says in words when the sitting was."""
    everyone, tally = report.all, report.all.tally
    shown = everyone.is_shown
    rate = 100 * tally.sat / tally.expected if tally.expected else 0.0
    mean, best = (NO_FIGURE if value is None else plain_number(value) for value in (everyone.mean, everyone.best))
    passed, excellent = (NO_FIGURE if rate is None else f"{plain_number(rate)}%" for rate in (everyone.pass_rate, everyone.excellent_rate))
    line = plain_number(report.pass_mark) if report.has_line else NO_FIGURE
    return {
        "考试": report.title, "时间": when, "应考": str(tally.expected), "实考": str(tally.sat), "缺考": str(tally.absent), "参考率": f"{rate:.1f}%",
        "满分": plain_number(report.full), "及格线": line, "平均分": mean, "最高分": best,
        "及格人数": str(tally.passed) if shown and not tally.no_line else NO_FIGURE, "及格率": passed, "优秀线": f"{report.excellent}%",
        "优秀人数": str(tally.excellent) if shown else NO_FIGURE, "优秀率": excellent,
        "未定": "".join(line.render(translate) for line in report.unsettled),
    }  # fmt: skip


def usual_template(report: UnitReport) -> str:
    """Return the template of the draft, in Chinese: that of an examination or of a contest."""
    return TEMPLATE if report.has_line else OF_A_CONTEST


def fill(template: str, facts: Mapping[str, str]) -> str:
    """Return the template with its {names} replaced. QuizError `bad_template` for a name that there is not, or a text that is too long."""
    unknown = sorted({name for name in PLACE.findall(template) if name not in facts})
    if unknown:
        raise QuizError("bad_template", _unknown(unknown[0], facts))
    text = PLACE.sub(lambda found: facts[found[1]], template).strip()
    if len(text) > LONGEST:
        raise QuizError("bad_template", say("通报正文最多{most}个字。", most=LONGEST))
    return text


def _unknown(name: str, facts: Mapping[str, str]) -> Message:
    return say("模板里的“{name}”不是可用的名称。可用的有：{names}。", name=name, names=listed(facts))

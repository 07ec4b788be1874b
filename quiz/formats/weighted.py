"""Options with weights, as GIFT and Moodle XML have them ⇄ the options and the key of a choice question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from quiz.core.draft import Draft, DraftType
from quiz.core.message import Message, say
from quiz.core.option_shares import FINEST, share_faults
from quiz.core.question import Option
from quiz.formats.report import Report


@dataclass(frozen=True, slots=True)
class Choice:
    """An option and the percent of the marks that it earns."""

    text: str
    weight: Decimal


def choice_draft(stem: str, choices: Sequence[Choice], has_several: bool, line: int, report: Report) -> tuple[Draft | None, Message | None]:
    """Return a single or multiple question, or the reason why there is none.

    In a multiple question every option that earns something is right, and weights that are more than a way to write that are kept as shares;
    in a single one the option with full marks is right. Several options with full
    marks in a single question make it a multiple one, with a notice.
    """
    if any(not choice.text for choice in choices):
        report.add(line, "I808", say("空的选项没有读入。"))
        choices = [choice for choice in choices if choice.text]
    options = tuple(choice.text for choice in choices)
    earning = tuple(i for i, choice in enumerate(choices) if choice.weight > 0)
    full = tuple(i for i in earning if choices[i].weight >= 100)
    if len(options) < 2:
        return None, say("选项少于两个")
    if not earning:
        return None, say("没有标明正确的选项")
    if has_several:
        if len(full) > 1:
            report.add(line, "I802", say("有几个选项都得满分，已按多选题读入，请核对。"))
        shares = _shares(choices, earning, line, report)
        return Draft(DraftType.MULTIPLE, stem, options=options, right=earning, shares=shares), None
    if len(full) > 1:
        report.add(line, "I802", say("单选题有几个选项都得满分，已按多选题读入，请核对。"))
        return Draft(DraftType.MULTIPLE, stem, options=options, right=full), None
    if not full:
        report.add(line, "I802", say("没有得满分的选项，已把得分最高的作为答案，请核对。"))
        full = (max(earning, key=lambda i: choices[i].weight),)
    if len(earning) > len(full):
        report.add(line, "I808", say("只得部分分的选项已按错误选项读入。"))
    if any(choice.weight < 0 for choice in choices):
        report.add(line, "I808", say("选错倒扣的分没有读入：倒扣分不跟着题走，写在竞赛的命题蓝图里，按大题定。"))
    return Draft(DraftType.SINGLE, stem, options=options, right=full), None


def _shares(choices: Sequence[Choice], earning: Sequence[int], line: int, report: Report) -> tuple[Decimal, ...]:
    """The weights as shares, unless they are the plain ones: equal ones for what is right, and for all else nothing, or everything taken off.

    Shares that the bank would refuse are left out, with the reason.
    """
    weights = [Decimal(f"{round(choice.weight, FINEST).normalize():f}") for choice in choices]
    rest = {weight for at, weight in enumerate(weights) if at not in earning}
    if len({weights[at] for at in earning}) == 1 and rest in (set(), {Decimal(0)}, {Decimal(-100)}):
        return ()
    options = [Option(str(at + 1), "", share=weight) for at, weight in enumerate(weights)]
    faults = [message for _, _, message in share_faults(options, frozenset(str(at + 1) for at in earning))]
    if max(map(abs, weights)) > 100:
        faults = [say("比例要在-100到100之间。")]
    if not faults:
        return tuple(weights)
    report.add(line, "I808", say("各选项的比例没有读入：{why}", why=faults[0]))
    return ()

"""What `quiz grade` is given, looked at before anything is marked: a rule, a key or a number that cannot be meant is refused, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from quiz.banks.answer import TOLERANCE
from quiz.banks.blueprint_file import RULES_OF
from quiz.core.fill_in import may_be_answer
from quiz.core.message import QuizError, listed, say
from quiz.core.option_shares import share_faults
from quiz.core.question import Blank, BlankKind, Question, QuestionType
from quiz.core.rule import FOR_CONTESTS, VALUED, Rule, RuleName

LONGEST_TOLERANCE = 20
SHARE = re.compile(r"[+-]?(100(\.0{1,5})?|[0-9]{1,2}(\.[0-9]{1,5})?)")


def check_rule(kind: QuestionType, rule: Rule, marks: Decimal) -> None:
    """Refuse a rule that this type does not know, a value too many or too few, and marks that are none. QuizError `bad_rule`, `bad_marks`."""
    if marks <= 0:
        raise QuizError("bad_marks", say("满分要大于0。"))
    known = RULES_OF.get(kind, (RuleName.ALL_OR_NOTHING,))
    if rule.name not in known:
        raise QuizError(
            "bad_rule", say("“{type}”题不用规则“{rule}”，可用的有：{known}。", type=kind.value, rule=rule.name.value, known=listed(known))
        )
    wanted = (*VALUED, *FOR_CONTESTS)
    if rule.value is None:
        if rule.name in wanted:
            raise QuizError("bad_rule", say("规则“{rule}”要用 --value 写明分值。", rule=rule.name.value))
    elif rule.name not in (*wanted, RuleName.PLUS_MINUS):
        raise QuizError("bad_rule", say("规则“{rule}”没有分值，请删掉 --value。", rule=rule.name.value))
    elif (rule.value > 0) if rule.name is RuleName.PLUS_MINUS else (rule.value <= 0):
        raise QuizError(
            "bad_rule",
            say("规则“{rule}”的分值{value}不对：plus_minus 的最低分不大于0，其他规则的分值大于0。", rule=rule.name.value, value=f"{rule.value:f}"),
        )


def read_shares(text: str, rule: Rule) -> dict[str, Decimal]:
    """Return what each option earns by its letter, from "A=50,B=50,C=-50". QuizError `bad_shares` where the rule has none, or they are no numbers."""
    if (rule.name is RuleName.OPTION_SHARES) != bool(text.strip()):
        raise QuizError("bad_shares", say("规则 option_shares 要用 --shares 写明每个选项的比例，如 A=50,B=50,C=-50；其他规则不用 --shares。"))
    shares: dict[str, Decimal] = {}
    for part in text.upper().split(",") if text.strip() else ():
        letter, _, number = (word.strip() for word in part.partition("="))
        if letter in shares or not SHARE.fullmatch(number):
            raise QuizError("bad_shares", say("--shares 的“{got}”看不懂：每个选项写一次，如 A=50,B=50,C=-50，最多五位小数。", got=part.strip()[:20]))
        shares[letter] = Decimal(number)
    return shares


def with_shares(question: Question, shares: Mapping[str, Decimal]) -> Question:
    """Return the question with the share of each option. QuizError `bad_shares` for one that is not there, and where the bank would refuse them."""
    if not shares:
        return question
    if unknown := sorted(set(shares) - {option.id for option in question.options}):
        raise QuizError("bad_shares", say("--shares 写了没有的选项：{names}。", names=listed(unknown)))
    asked = question.with_options(tuple(replace(option, share=shares.get(option.id)) for option in question.options))
    for _, _, message in share_faults(asked.options, asked.key):
        raise QuizError("bad_shares", message)
    return asked


def check_blanks(blanks: Iterable[Blank]) -> None:
    """Refuse a tolerance, a unit or an accepted answer with which no text could be compared. QuizError `bad_blank`, `bad_key`."""
    for blank in blanks:
        is_number = blank.kind is BlankKind.NUMBER
        if (blank.unit or blank.tolerance or blank.unit_required) and not is_number:
            raise QuizError("bad_blank", say("单位和允许误差只用于数字空，请加上 --kind number。"))
        if blank.unit_required and not blank.unit:
            raise QuizError("bad_blank", say("要求写单位，就要用 --unit 写明是什么单位。"))
        if blank.tolerance and (len(blank.tolerance) > LONGEST_TOLERANCE or not TOLERANCE.fullmatch(blank.tolerance)):
            raise QuizError("bad_blank", say("允许误差“{got}”要写成数（如 0.5）或百分数（如 1%）。", got=blank.tolerance[:LONGEST_TOLERANCE]))
        for answer in blank.answers:
            if not may_be_answer(answer, blank.kind, blank.unit):
                raise QuizError("bad_key", say("答案“{got}”不能当作{kind}来比较。", got=answer, kind=blank.kind.value))

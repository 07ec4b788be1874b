"""What `quiz grade` is given, looked at before anything is marked: a rule, a key or a number that cannot be meant is refused, never guessed."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from quiz.banks.answer import TOLERANCE
from quiz.banks.blueprint_file import RULES_OF
from quiz.core.fill_in import may_be_answer
from quiz.core.marking import FOR_CONTESTS, VALUED, Rule, RuleName
from quiz.core.message import QuizError, listed, say
from quiz.core.question import Blank, BlankKind, QuestionType

LONGEST_TOLERANCE = 20


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

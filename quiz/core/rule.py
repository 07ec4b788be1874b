"""The named rules of marking, as a blueprint or a command gives them, and how each is said on a paper; what they earn is in `core/marking.py`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from quiz.core.hundredths import round_mark
from quiz.core.message import Message, mark_text, say, with_minus
from quiz.core.question import QuestionType


class RuleName(StrEnum):
    """How a choice is marked that is neither blank nor exactly the key. F full marks, k right options of m, chosen c right and w wrong ones.

    A wrong option earns nothing under the first five; `docs/marking.md` has the formulas, their sources and worked examples.
    """

    ALL_OR_NOTHING = "all_or_nothing"
    """0."""
    PROPORTIONAL = "proportional"
    """w = 0: F·c/k."""
    HALF = "half"
    """w = 0: F/2."""
    PER_OPTION = "per_option"
    """w = 0: the rule's value for each right option, F at most."""
    FIXED_PARTIAL = "fixed_partial"
    """w = 0: the rule's value."""
    RIGHT_MINUS_WRONG = "right_minus_wrong"
    """F·(c/k − w/(m−k)), not below 0; where every option is right nothing can be wrong."""
    RMW_MILD = "rmw_false2"
    """F·(c/k − w/max(m−k, 2)), not below 0."""
    PLUS_MINUS = "plus_minus"
    """F·(c−w)/k, not below the rule's value (0 unless a contest has it below)."""
    EACH_OPTION = "each_tf"
    """F·(c + (m−k−w))/m: every option is judged, chosen or not."""
    RIPKEY = "ripkey"
    """F·c/k while no more are chosen than are right, else 0."""
    OPTION_SHARES = "option_shares"
    """F·the sum of the chosen options' shares, which the question's author set, between 0 and F; without shares as `proportional`."""
    PENALTY = "penalty"
    """−F·value for a wrong choice of one option: for contests only, since it goes below 0."""
    DEDUCT = "deduct"
    """−value marks for a choice with a wrong option, 0 for one that is only incomplete: for contests only."""


VALUED = (RuleName.PER_OPTION, RuleName.FIXED_PARTIAL)
"""Rules of a sitting that say nothing without their value."""

FOR_CONTESTS = (RuleName.PENALTY, RuleName.DEDUCT)
"""Rules that only a contest may have: they take marks off for wrong choices, as `plus_minus` does with a lowest mark below 0."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A marking rule with its value, where it has one: marks for each right option, marks for any incomplete choice, the lowest mark, a share."""

    name: RuleName = RuleName.ALL_OR_NOTHING
    value: Decimal | None = None

    @property
    def takes_marks(self) -> bool:
        """True when a wrong response may earn less than a blank one, which only a contest may ask for."""
        return self.name in FOR_CONTESTS or (self.value is not None and self.value < 0)

    def most_taken(self, each: Decimal) -> Decimal:
        """Return how many of `each` marks a wrong response may cost at most."""
        if not self.takes_marks or self.value is None:
            return Decimal(0)
        return round_mark(Fraction(each) * Fraction(self.value)) if self.name is RuleName.PENALTY else abs(self.value)

    def describe(self, kind: QuestionType) -> Message:
        """Return the rule as it is printed in the section's heading."""
        return self.worded(kind, "0" if self.value is None else with_minus(f"{self.value:f}"))

    def worded(self, kind: QuestionType, value: str) -> Message:
        """Return the rule in words with `value` in the place of its number: a letter, where the number is still to be chosen."""
        if kind is QuestionType.MULTIPLE or self.name in FOR_CONTESTS:
            text = ONE_WRONG if self.name is RuleName.DEDUCT and kind is not QuestionType.MULTIPLE else MULTIPLE_RULES[self.name]
            return say(text, value=value)
        if kind.is_pairs:
            return say(PAIR_RULES[self.name is RuleName.PROPORTIONAL])
        return say(PLAIN_RULES[kind])


MULTIPLE_RULES: dict[RuleName, str] = {
    RuleName.ALL_OR_NOTHING: mark_text("多选、少选、错选、不选均不得分"),
    RuleName.PROPORTIONAL: mark_text("少选按比例得分，错选、不选不得分"),
    RuleName.HALF: mark_text("少选得一半分，错选、不选不得分"),
    RuleName.PER_OPTION: mark_text("少选时每个正确选项得{value}分，错选、不选不得分"),
    RuleName.FIXED_PARTIAL: mark_text("少选得{value}分，错选、不选不得分"),
    RuleName.RIGHT_MINUS_WRONG: mark_text("选对的按比例得分，错选的按比例扣分，本题扣完为止，不选不得分"),
    RuleName.RMW_MILD: mark_text("选对的按比例得分，错选的按比例扣分（错误选项只有一个时扣一半），本题扣完为止，不选不得分"),
    RuleName.PLUS_MINUS: mark_text("选对一项得一份，错选一项扣一份，最低{value}分，不选不得分"),
    RuleName.EACH_OPTION: mark_text("每个选项选或不选判断正确的各得一份，全部不选不得分"),
    RuleName.RIPKEY: mark_text("选对的按比例得分，所选多于正确选项的个数时不得分，不选不得分"),
    RuleName.OPTION_SHARES: mark_text("各选项按命题时定的比例得分或扣分，本题扣完为止，不选不得分"),
    RuleName.PENALTY: mark_text("错选倒扣{value}倍的分值，不选不得分"),
    RuleName.DEDUCT: mark_text("答错倒扣{value}分，少选、不选不得分也不扣分"),
}

ONE_WRONG = mark_text("答错倒扣{value}分，不答不得分也不扣分")
"""The rule `deduct` where one option is right and none is left out."""

PLAIN_RULES: dict[QuestionType, str] = {
    QuestionType.SINGLE: mark_text("每题只有一个正确答案，多选、错选、不选均不得分"),
    QuestionType.TRUE_FALSE: mark_text("正确的打“√”，错误的打“×”，不答不得分"),
    QuestionType.FILL_IN: mark_text("多空题按空给分，填错、不填不得分"),
    QuestionType.SHORT_ANSWER: mark_text("按要点给分"),
    QuestionType.CASE: mark_text("按小题给分"),
}

PAIR_RULES = {False: mark_text("全部正确才得分"), True: mark_text("按正确的处数给分，错误不倒扣")}
"""For orderings and matchings: whether each right pair earns its share."""

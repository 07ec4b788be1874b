"""Responses → marks, by named rules in exact arithmetic; each mark says why. Knows no clock, no database and no person.

The rules are those of Chinese written tests and of the systems that `docs/marking.md` names; a blank response earns nothing under any of them.
A stored mark is rounded half up to a hundredth, and a total is the sum of the stored marks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from quiz.core.contest import Contest
from quiz.core.fill_in import Verdict, judge_blanks
from quiz.core.hundredths import round_mark
from quiz.core.message import Message, mark_text, say
from quiz.core.question import Question, QuestionType
from quiz.core.response import Response
from quiz.core.rule import Rule, RuleName
from quiz.core.same_text import normalise


class Why(StrEnum):
    """The stable code stored with every mark."""

    RIGHT = "right"
    WRONG = "wrong"
    BLANK = "blank"
    INCOMPLETE = "incomplete"
    MIXED = "mixed"
    DEDUCTED = "deducted"
    PARTLY_RIGHT = "partly_right"
    NEEDS_REVIEW = "needs_review"
    SOME_PAIRS = "some_pairs"
    NEEDS_MARKING = "needs_marking"
    JUDGED = "judged"
    FULL_FOR_ALL = "full_for_all"
    NOT_COUNTED = "not_counted"
    OVERRIDDEN = "overridden"


WHY_TEXTS: dict[Why, str] = {
    Why.RIGHT: mark_text("答对。"),
    Why.WRONG: mark_text("答错，不得分。"),
    Why.BLANK: mark_text("未作答，不得分。"),
    Why.INCOMPLETE: mark_text("少选：选对{right}项，应选{key}项，没有错选。"),
    Why.MIXED: mark_text("选对{right}项，错选{wrong}项，应选{key}项。"),
    Why.DEDUCTED: mark_text("答错，倒扣{marks}分。"),
    Why.PARTLY_RIGHT: mark_text("{key}空中答对{right}空。"),
    Why.NEEDS_REVIEW: mark_text("有{review}空需要人工判定，暂按{right}空答对计分。"),
    Why.SOME_PAIRS: mark_text("{key}处中对{right}处。"),
    Why.NEEDS_MARKING: mark_text("等待阅卷人评分，暂计0分。"),
    Why.JUDGED: mark_text("由阅卷人按要点评分。"),
    Why.FULL_FOR_ALL: mark_text("本题全体给满分。"),
    Why.NOT_COUNTED: mark_text("本题不计分。"),
    Why.OVERRIDDEN: mark_text("由人工改分。"),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """What a response earned, under which rule, and why; `counts` are the numbers that the reason speaks of.

    For fill-in `verdicts` gives right, wrong or review for each blank. `revision` is the question's as it stood on the paper, `correction` the
    number of the correction in the sitting that this mark follows, 0 for none. A question that does not count has no marks available.
    """

    mark: Decimal
    max_mark: Decimal
    rule: Rule
    why: Why
    counts: dict[str, int]
    verdicts: tuple[str, ...] = ()
    revision: int = 0
    correction: int = 0

    @property
    def needs_review(self) -> bool:
        """True while a person has to decide a blank or mark a short answer."""
        return self.why in (Why.NEEDS_REVIEW, Why.NEEDS_MARKING)

    def explain(self) -> Message:
        """Return the reason as a sentence."""
        values: dict[str, object] = dict(self.counts)
        if self.why is Why.DEDUCTED:
            values["marks"] = f"{(-self.mark).normalize():f}"
        why = Message(WHY_TEXTS[self.why], values)
        return say("按第{n}次更正：{why}", n=self.correction, why=why) if self.correction else why


Decisions = Mapping[tuple[str, int, str], Fraction]
"""What people decided where no rule can judge: (question uid, blank index, normalised text) → the share of the marks it earns, 0 to 1."""


def mark_response(question: Question, response: Response, max_mark: Decimal, rule: Rule, decisions: Decisions | None = None) -> Mark:
    """Return the mark of `response`, which `check_response` has passed."""
    if question.type is QuestionType.FILL_IN:
        return _mark_blanks(question, response, max_mark, rule, decisions or {})
    if question.type is QuestionType.SHORT_ANSWER:
        return _mark_short_answer(question, response, max_mark, rule, decisions or {})
    if question.type.is_pairs:
        return _mark_pairs(question, frozenset(response), max_mark, rule)
    return _mark_choice(question, frozenset(response), max_mark, rule)


def _mark_choice(question: Question, chosen: frozenset[str], max_mark: Decimal, rule: Rule) -> Mark:
    right, wrong = len(chosen & question.key), len(chosen - question.key)
    counts = {"right": right, "wrong": wrong, "key": len(question.key)}
    earned = exact_marks(question, chosen, Fraction(max_mark), rule)
    if not chosen:
        why = Why.BLANK
    elif chosen == question.key:
        why = Why.RIGHT
    elif wrong:
        why = Why.DEDUCTED if round_mark(earned) < 0 else Why.MIXED if earned > 0 else Why.WRONG
    else:
        why = Why.INCOMPLETE
    return Mark(round_mark(earned), max_mark, rule, why, counts)


def exact_marks(question: Question, chosen: frozenset[str], full: Fraction, rule: Rule) -> Fraction:
    """Return what choosing these options earns before it is rounded."""
    if rule.name is RuleName.OPTION_SHARES and question.has_shares:
        return full * _share_of_options(question, chosen)
    return choice_marks(rule, full, len(chosen & question.key), len(chosen - question.key), len(question.key), len(question.options))


def _share_of_options(question: Question, chosen: frozenset[str]) -> Fraction:
    """The chosen options' shares of what the key's add up to, from 0 to 1.

    Three thirds are written as 33.33333 and make 99.99999: reckoned of their own sum, they are thirds, and exactly the key is the whole.
    """
    shares = {option.id: Fraction(option.share or 0) for option in question.options}
    whole, found = (sum((shares[name] for name in names), Fraction(0)) for names in (question.key, chosen))
    return min(Fraction(1), max(Fraction(0), found / whole))


def choice_marks(rule: Rule, full: Fraction, right: int, wrong: int, key: int, options: int) -> Fraction:
    """Return the exact marks of a choice of `right` of the `key` right and `wrong` of the other options, of `options` in all.

    Blank earns nothing and exactly the key earns everything under every rule.
    """
    if not right + wrong:
        return Fraction(0)
    if right == key and not wrong:
        return full
    value = Fraction(rule.value or 0)
    if rule.name in PARTIAL:
        return Fraction(0) if wrong else PARTIAL[rule.name](full, value, right, key)
    others = options - key
    match rule.name:
        case RuleName.RIGHT_MINUS_WRONG:
            return full * max(Fraction(0), Fraction(right, key) - (Fraction(wrong, others) if wrong else 0))
        case RuleName.RMW_MILD:
            return full * max(Fraction(0), Fraction(right, key) - (Fraction(wrong, max(others, 2)) if wrong else 0))
        case RuleName.PLUS_MINUS:
            return max(value, full * (right - wrong) / key)
        case RuleName.EACH_OPTION:
            return full * (right + others - wrong) / options
        case RuleName.RIPKEY:
            return full * right / key if right + wrong <= key else Fraction(0)
    if rule.name is RuleName.DEDUCT:
        return -value if wrong else Fraction(0)
    return -full * value  # PENALTY, of which a choice of one is the only kind


PARTIAL: dict[RuleName, Callable[[Fraction, Fraction, int, int], Fraction]] = {
    RuleName.ALL_OR_NOTHING: lambda _full, _value, _right, _key: Fraction(0),
    RuleName.PROPORTIONAL: lambda full, _value, right, key: full * right / key,
    RuleName.OPTION_SHARES: lambda full, _value, right, key: full * right / key,  # where a correction took the shares with the key
    RuleName.HALF: lambda full, _value, _right, _key: full / 2,
    RuleName.PER_OPTION: lambda full, value, right, _key: min(full, value * right),
    RuleName.FIXED_PARTIAL: lambda full, value, _right, _key: min(full, value),
}
"""What a choice earns that is right as far as it goes, by full marks, the rule's value, how many are chosen and how many are right."""


def _mark_pairs(question: Question, chosen: frozenset[str], max_mark: Decimal, rule: Rule) -> Mark:
    """An ordering or a matching: everything right, or with the proportional rule each right pair its share; a wrong pair costs nothing."""
    right, total = len(chosen & question.key), len(question.key)
    counts = {"right": right, "wrong": len(chosen - question.key), "key": total}
    if not chosen:
        return Mark(Decimal(0), max_mark, rule, Why.BLANK, counts)
    if chosen == question.key:
        return Mark(max_mark, max_mark, rule, Why.RIGHT, counts)
    earned = Fraction(max_mark) * right / total if rule.name is RuleName.PROPORTIONAL else Fraction(0)
    return Mark(round_mark(earned), max_mark, rule, Why.SOME_PAIRS, counts)


def _mark_short_answer(question: Question, response: Response, max_mark: Decimal, rule: Rule, decisions: Decisions) -> Mark:
    """Only a person marks a short answer: until then it earns nothing and waits."""
    if not response:
        return Mark(Decimal(0), max_mark, rule, Why.BLANK, {})
    share = decisions.get((question.uid, 0, normalise(response[0])))
    if share is None:
        return Mark(Decimal(0), max_mark, rule, Why.NEEDS_MARKING, {}, (Verdict.REVIEW,))
    return Mark(round_mark(Fraction(max_mark) * share), max_mark, rule, Why.JUDGED, {})


def _mark_blanks(question: Question, response: Response, max_mark: Decimal, rule: Rule, decisions: Decisions) -> Mark:
    total = len(question.blanks)
    if not response:
        return Mark(Decimal(0), max_mark, rule, Why.BLANK, {"right": 0, "review": 0, "key": total}, ("wrong",) * total)
    verdicts = judge_blanks(question.blanks, response)
    verdicts = [_decided(question, i, text, verdict, decisions) for i, (text, verdict) in enumerate(zip(response, verdicts, strict=True))]
    right, review = verdicts.count(Verdict.RIGHT), verdicts.count(Verdict.REVIEW)
    counts = {"right": right, "review": review, "key": total}
    weights, won = tuple(blank.weight for blank in question.blanks), tuple(verdict is Verdict.RIGHT for verdict in verdicts)
    earned = _share_of_blanks(max_mark, weights, won)
    if review:
        why = Why.NEEDS_REVIEW
    elif right == total:
        why = Why.RIGHT
    else:
        why = Why.PARTLY_RIGHT if right else Why.WRONG
    return Mark(earned, max_mark, rule, why, counts, tuple(verdicts))


@lru_cache(maxsize=10_000)
def _share_of_blanks(max_mark: Decimal, weights: tuple[Decimal, ...], won: tuple[bool, ...]) -> Decimal:
    """What the blanks that were won earn together; remembered, since there are few ways to win and fractions are slow."""
    exact = [Fraction(weight) for weight in weights]
    return round_mark(Fraction(max_mark) * sum((one for one, is_won in zip(exact, won, strict=True) if is_won), Fraction(0)) / sum(exact))


def _decided(question: Question, index: int, text: str, verdict: Verdict, decisions: Decisions) -> Verdict:
    if verdict is not Verdict.REVIEW:
        return verdict
    decision = decisions.get((question.uid, index, normalise(text)))
    return verdict if decision is None else Verdict.RIGHT if decision else Verdict.WRONG


def score_of(earned: int, available: int, full: int, contest: Contest = Contest.NO) -> int:
    """Return the score out of `full` for what was earned of what was available, 0 where nothing was; all in hundredths, rounded half up.

    It is the sum where every question counts, and otherwise what the others earned of what they were worth.

    It is never below 0 unless a contest lets it be.
    """
    score = (2 * earned * full + available) // (2 * available) if available else 0
    return score if contest is Contest.BELOW_ZERO else max(0, score)

"""quiz grade: marks one response outside a sitting and says why, for whoever wants to check a rule."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction

import click

from quiz.cli.console import Console, pass_console
from quiz.cli.grade_input import check_blanks, check_rule, read_shares, with_shares
from quiz.core.fill_in import judge_blanks
from quiz.core.marking import Mark, exact_marks, mark_response
from quiz.core.message import QuizError, say
from quiz.core.paper import plain_number
from quiz.core.question import OPTION_LETTERS, TRUE_OPTIONS, Blank, BlankKind, Level, Option, Question, QuestionType, Source
from quiz.core.response import Response, check_response
from quiz.core.rule import Rule, RuleName

CHOICES = (QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.TRUE_FALSE)
TYPES = (*CHOICES, QuestionType.FILL_IN, QuestionType.ORDERING, QuestionType.MATCHING)


MOST_DIGITS = 9
"""Of a number before its point, and behind it."""


class MarkNumber(click.ParamType[Decimal]):
    """A decimal number, kept exactly."""

    name = "number"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Return the number; 1/2 is no decimal number."""
        try:
            found = Decimal(str(value))
        except InvalidOperation:
            self.fail(f"{value!r} is not a decimal number", param, ctx)
        if not found.is_finite() or (found and abs(found.adjusted()) > MOST_DIGITS):
            self.fail(f"{value!r} is no number of marks", param, ctx)
        return found


NUMBER = MarkNumber()


@click.command()
@click.option("--type", "kind", type=click.Choice([kind.value for kind in TYPES]), default=QuestionType.MULTIPLE.value, show_default=True)
@click.option("--rule", "rule_name", type=click.Choice([rule.value for rule in RuleName]), default=RuleName.ALL_OR_NOTHING.value, show_default=True)
@click.option("--value", type=NUMBER, help="of per_option, fixed_partial, plus_minus (lowest mark) or penalty (share)")
@click.option("--key", "keys", multiple=True, required=True, help="ABD, T, 1B,2A; for each blank its answers as 12|十二")
@click.option("--response", "responses", multiple=True, help="as the key; for each blank a text; left out: blank")
@click.option("--marks", type=NUMBER, default="1", show_default=True, help="full marks")
@click.option("--options", type=click.IntRange(2, len(OPTION_LETTERS)), help="how many options there are")
@click.option("--shares", default="", help="of option_shares: what each option earns in percent, as A=50,B=50,C=-50")
@click.option("--kind", "blank_kind", type=click.Choice([kind.value for kind in BlankKind]), default=BlankKind.TEXT.value, help="of every blank")
@click.option("--unit", default="", help="of every blank")
@click.option("--unit-required", is_flag=True)
@click.option("--tolerance", default="", help="0.5 or 1%")
@click.option("--any-order", is_flag=True, help="the blanks may be filled in any order")
@click.option("--weight", "weights", type=NUMBER, multiple=True, help="of each blank in turn; all alike when left out")
@click.option("--json", "as_json", is_flag=True)
@pass_console
def grade(
    console: Console,
    kind: str,
    rule_name: str,
    value: Decimal | None,
    keys: tuple[str, ...],
    responses: tuple[str, ...],
    marks: Decimal,
    options: int | None,
    shares: str,
    blank_kind: str,
    unit: str,
    unit_required: bool,
    tolerance: str,
    any_order: bool,
    weights: tuple[Decimal, ...],
    as_json: bool,
) -> None:
    """Mark one response under a rule and say why. Nothing is read from or written to an installation."""
    asked_kind, rule = QuestionType(kind), Rule(RuleName(rule_name), value)
    check_rule(asked_kind, rule, marks)
    given_shares = read_shares(shares, rule)
    blank = Blank((), BlankKind(blank_kind), unit, "any" if any_order else "", tolerance, unit_required=unit_required)
    if asked_kind is QuestionType.FILL_IN:
        question = _fill_in(blank, keys, weights, options)
        given: Sequence[str] = responses
    elif blank != Blank((), BlankKind.TEXT) or weights:
        raise QuizError("bad_blank", say("--kind、--unit、--unit-required、--tolerance、--any-order、--weight 只用于填空题。"))
    else:
        question = with_shares(_choice(asked_kind, keys, responses, options or len(given_shares) or None), given_shares)
        given = [part for text in responses for part in _parts(asked_kind, text)]
    response = check_response(question, list(given))
    mark = mark_response(question, response, marks, rule)
    _tell(console, question, response, mark, as_json)


def _tell(console: Console, question: Question, response: Response, mark: Mark, as_json: bool) -> None:
    verdicts = [verdict.value for verdict in judge_blanks(question.blanks, response)] if question.blanks and response else []
    exact = _exact(question, response, mark)
    if as_json:
        told = {"mark": str(mark.mark), "max_mark": str(mark.max_mark), "exact": exact, "rule": mark.rule.name.value, "why": mark.why.value}
        click.echo(json.dumps({**told, "counts": mark.counts, "verdicts": verdicts, "explanation": console.text(mark.explain())}, ensure_ascii=False))
        return
    console.say(say("得{mark}分（满分{most}分）：{why}", mark=plain_number(mark.mark), most=plain_number(mark.max_mark), why=mark.explain()))
    console.say(say("规则：{rule}", rule=mark.rule.describe(question.type)))
    if exact and Fraction(exact) != Fraction(mark.mark):
        console.say(say("取整前：{exact}分", exact=exact))


def _exact(question: Question, response: Response, mark: Mark) -> str:
    """The marks of a choice before they are rounded, as a fraction; empty for other types."""
    if question.type not in CHOICES:
        return ""
    return str(exact_marks(question, frozenset(response), Fraction(mark.max_mark), mark.rule))


def _choice(kind: QuestionType, keys: Sequence[str], responses: Sequence[str], options: int | None) -> Question:
    """A question with lettered options and the key; of one whose size is not said as many as the letters need, four at least."""
    key = frozenset(part for text in keys for part in _parts(kind, text))
    if kind is QuestionType.TRUE_FALSE:
        return _checked(_question(kind, TRUE_OPTIONS, key))
    letters = {text[-1:] for text in key}
    highest = max((OPTION_LETTERS.find(letter) for letter in letters), default=-1) + 1
    count = options or max(highest, len(key) if kind.is_pairs else 4)
    made = tuple(Option(letter, letter) for letter in OPTION_LETTERS[:count])
    prompts = tuple(Option(pair[:1], pair[:1]) for pair in sorted(key)) if kind is QuestionType.MATCHING else ()
    return _checked(_question(kind, made, key, prompts))


def _checked(question: Question) -> Question:
    """The question, once its key is one that a response could be."""
    is_doubled = question.type is QuestionType.ORDERING and len({pair[1:] for pair in question.key}) < len(question.key)
    if is_doubled or not question.key or check_response(question, sorted(question.key)) != tuple(sorted(question.key)):
        raise QuizError("bad_key", say("答案与题型或选项不符。"))
    return question


def _parts(kind: QuestionType, text: str) -> list[str]:
    folded = text.strip().upper()
    return [part.strip() for part in folded.split(",")] if kind.is_pairs else [letter for letter in folded if not letter.isspace()]


def _fill_in(blank: Blank, keys: Sequence[str], weights: Sequence[Decimal], options: int | None) -> Question:
    """A question with such a blank for each key. QuizError `bad_blank`, `bad_key`."""
    if options is not None:
        raise QuizError("bad_key", say("填空题没有选项，请删掉 --options。"))
    if weights and (len(weights) != len(keys) or min(weights) <= 0):
        raise QuizError("bad_blank", say("--weight 要给每个空写一个大于0的数，一共{n}个。", n=len(keys)))
    each = weights or (Decimal(1),) * len(keys)
    blanks = tuple(replace(blank, answers=tuple(key.split("|")), weight=weight) for key, weight in zip(keys, each, strict=True))
    check_blanks(blanks)
    return _question(QuestionType.FILL_IN, blanks=blanks)


def _question(
    kind: QuestionType,
    options: tuple[Option, ...] = (),
    key: frozenset[str] = frozenset(),
    prompts: tuple[Option, ...] = (),
    blanks: tuple[Blank, ...] = (),
) -> Question:
    source = Source("", "", "")
    return Question(
        "-", kind, "-", "", "", "", Level.RECALL, "", source, "", date.min, options=options, key=key, prompts=prompts, blanks=blanks
    )  # fmt: skip

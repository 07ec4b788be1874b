"""Fill-in answers: what is right, what is wrong, and what only a person can judge; a near miss is never marked right by rule."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from quiz.core.numerals import NUMERAL_MARKS, date_parts, quantity
from quiz.core.question import Blank, BlankKind
from quiz.core.same_text import normalise


class Verdict(StrEnum):
    """The judgement on one blank; `REVIEW` waits for a person."""

    RIGHT = "right"
    WRONG = "wrong"
    REVIEW = "review"


@lru_cache(maxsize=50_000)
def judge(blank: Blank, text: str) -> Verdict:
    """Return the verdict on `text` for one blank, by the blank's kind; remembered, since thousands write the same."""
    if not normalise(text):
        return Verdict.WRONG
    match blank.kind:
        case BlankKind.NUMBER:
            return _judge_number(blank, text)
        case BlankKind.DATE:
            return _judge_date(blank, text)
        case BlankKind.TEXT:
            return _judge_text(blank.answers, text)


def may_be_answer(text: str, kind: BlankKind, unit: str) -> bool:
    """True when a text can be compared with others as the answer of a blank of this kind."""
    if kind is BlankKind.NUMBER:
        return quantity(text + unit) is not None or quantity(text) is not None
    return date_parts(text) is not None if kind is BlankKind.DATE else bool(normalise(text))


def judge_blanks(blanks: Sequence[Blank], texts: Sequence[str]) -> list[Verdict]:
    """Return a verdict for each blank; blanks of one `group` are matched to the texts in the way that gets most right.

    No accepted answer is used twice in a group, so the same word in two blanks counts once.
    """
    out = [judge(blank, text) for blank, text in zip(blanks, texts, strict=True)]
    for group in {blank.group for blank in blanks if blank.group}:
        members = [i for i, blank in enumerate(blanks) if blank.group == group]
        for i, verdict in zip(members, _judge_group([blanks[i] for i in members], [texts[i] for i in members]), strict=True):
            out[i] = verdict
    return out


def _judge_group(blanks: list[Blank], texts: list[str]) -> list[Verdict]:
    """Maximum bipartite matching of texts to blanks by right verdicts; an unmatched text is a review if any free blank says so."""
    table = [[judge(blank, text) for blank in blanks] for text in texts]
    holder: dict[int, int] = {}

    def place(text: int, tried: set[int]) -> bool:
        for blank, verdict in enumerate(table[text]):
            if verdict is Verdict.RIGHT and blank not in tried:
                tried.add(blank)
                if blank not in holder or place(holder[blank], tried):
                    holder[blank] = text
                    return True
        return False

    for text in range(len(texts)):
        place(text, set())
    right = set(holder.values())
    free = [blank for blank in range(len(blanks)) if blank not in holder]
    return [
        Verdict.RIGHT if text in right else Verdict.REVIEW if any(table[text][blank] is Verdict.REVIEW for blank in free) else Verdict.WRONG
        for text in range(len(texts))
    ]


def _judge_text(answers: tuple[str, ...], text: str) -> Verdict:
    given, (accepted, bare_answers) = normalise(text), _forms(answers)
    if given in accepted:
        return Verdict.RIGHT
    bare = _without_punctuation(given)
    for answer in bare_answers:
        if bare == answer or (bare and answer and (answer in bare or bare in answer)):
            return Verdict.REVIEW
        if len(answer) >= 3 and _is_one_edit(bare, answer):
            return Verdict.REVIEW
    return Verdict.WRONG


@lru_cache(maxsize=20_000)
def _forms(answers: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The accepted answers as they are compared: normalised, and without punctuation too."""
    accepted = tuple(normalise(answer) for answer in answers)
    return accepted, tuple(_without_punctuation(answer) for answer in accepted)


def _judge_number(blank: Blank, text: str) -> Verdict:
    given = quantity(text)
    if given is None:
        return Verdict.REVIEW if NUMERAL_MARKS.search(normalise(text)) else Verdict.WRONG
    for answer in blank.answers:
        wanted = quantity(answer + blank.unit) or quantity(answer)
        if wanted is None or (given[1] and wanted[1] and given[1] != wanted[1]):
            continue
        if abs(given[0] - wanted[0]) <= _tolerance(blank.tolerance, wanted[0]):
            return Verdict.REVIEW if blank.unit_required and not given[1] else Verdict.RIGHT
    return Verdict.WRONG


def _tolerance(text: str, wanted: Fraction) -> Fraction:
    """How far from `wanted` a number may be: "" not at all, "0.5" that much, "1%" that share of it."""
    if not text:
        return Fraction(0)
    return abs(wanted) * Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text)


def _judge_date(blank: Blank, text: str) -> Verdict:
    given = date_parts(text)
    if given is None:
        return Verdict.REVIEW
    wanted = [date_parts(answer) for answer in blank.answers]
    if given in wanted:
        return Verdict.RIGHT
    return Verdict.REVIEW if any(_may_mean(given, parts) for parts in wanted) else Verdict.WRONG


def _may_mean(given: tuple[int | None, ...], wanted: tuple[int | None, ...] | None) -> bool:
    """True for 21年6月1日 beside 2021年6月1日: the century is left out, and which is meant is for a person to say."""
    year = wanted and wanted[0]
    return bool(wanted and year and given[0] == year % 100 and given[1:] == wanted[1:])


def _without_punctuation(text: str) -> str:
    return "".join(c for c in text if not unicodedata.category(c).startswith("P"))


def _is_one_edit(a: str, b: str) -> bool:
    """True when one insertion, deletion or replacement at most turns `a` into `b`."""
    if abs(len(a) - len(b)) > 1:
        return False
    at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return a[at + 1 :] == b[at + 1 :] or a[at:] == b[at + 1 :] or a[at + 1 :] == b[at:]

"""The blanks of a fill-in question as people type them: underscores, underlined spaces or answers, brackets; and their answers in one line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from quiz.core.draft import DraftBlank
from quiz.core.numerals import number
from quiz.core.question import BLANK
from quiz.formats.marked_text import SPACE, UNDERLINE, Marked, join, plain
from quiz.formats.question_words import BLANK_RUN, EMPTY_BRACKET

FILLED_BRACKET = re.compile(r"[（(][ \t\u3000]*([^（）()\n]{1,30}?)[ \t\u3000]*[）)]")
FOLLOWING_BRACKET = re.compile(r"[ \t\u3000]*[（(【][ \t\u3000]*([^（）()【】\n]{1,30}?)[ \t\u3000]*[）)】]")
WIDE_GAP = re.compile(r"(?<=[^\s\u3000])(?: {3,}|\u3000{2,}|\t+)(?=[^\s\u3000])")
"""What is left of an underlined gap in plain text."""

COUNTERS = re.compile(
    r"(?:^|(?<=[\s;；,，、。]))(?:第?空?\s*[(（]?(\d{1,2})[)）]?\s*[.．、:：)）]|第\s*(\d{1,2})\s*空\s*[.．、:：]?|空\s*(\d{1,2})\s*[.．、:：]?|[（(](\d{1,2})[)）]|([①-⑳]))\s*"
)
SEPARATORS = tuple(re.compile(pattern) for pattern in ("\n", "[；;]", "[|｜]", "\t", "\u3000+| {2,}", "[、]", "[，,]", r"\s+"))
ALTERNATIVE = re.compile(r"\s+/\s+")
SLASH = re.compile(r"(?<=[\u3400-\u9fff])[/／](?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff])[/／](?=\d)")
TOLERANCE = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*±\s*(\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Spot:
    """A blank in a stem, and the answer that stood in it."""

    start: int
    end: int
    answer: str = ""


def find_spots(stem: Marked, has_answer: bool, is_declared: bool) -> tuple[list[Spot], bool]:
    """Return the blanks of a stem in order, and whether taking them for blanks was a guess.

    `has_answer`: the answers stand elsewhere, so text in the blanks is not looked for.
    """
    empty = {match.span() for match in BLANK_RUN.finditer(stem.text)}
    written: list[Spot] = []
    for start, end in stem.runs(UNDERLINE):
        inner = stem.text[start:end].strip(SPACE + "_＿")
        if not inner and not any(a < end and start < b for a, b in empty):
            empty.add((start, end))
        elif inner and not has_answer and not BLANK_RUN.search(stem.text, start, end):
            written.append(Spot(start, end, inner))
    runs = sorted(empty)
    if not has_answer:
        inline = _between(stem.text, runs) or _after(stem.text, runs)
        if inline or written:
            taken = inline or [Spot(*run) for run in runs]
            return sorted([*taken, *written], key=lambda spot: spot.start), True
    if runs:
        return [Spot(*run) for run in runs], False
    brackets = [Spot(*match.span()) for match in EMPTY_BRACKET.finditer(stem.text)]
    if brackets:
        return brackets, not is_declared
    gaps = [Spot(*match.span()) for match in WIDE_GAP.finditer(stem.text)] if is_declared else []
    if gaps:
        return gaps, True
    if not has_answer and is_declared:
        return [Spot(*match.span(), match[1]) for match in FILLED_BRACKET.finditer(stem.text)], True
    return [], False


def _between(text: str, runs: list[tuple[int, int]]) -> list[Spot]:
    """Return the blanks of `不低于__15__天`, where each answer stands between two runs; [] when they may as well be single blanks."""
    if not runs or len(runs) % 2:
        return []
    found = []
    for (start, left), (right, end) in zip(runs[::2], runs[1::2], strict=True):
        inner = text[left:right].strip(SPACE)
        is_short = min(left - start, end - right) <= 3
        if not inner or len(inner) > 40 or re.search("[。；;！？\n]", inner) or not (is_short or re.fullmatch(r"[\d.,%％]+.{0,3}", inner)):
            return []
        found.append(Spot(start, end, inner))
    return found


def _after(text: str, runs: list[tuple[int, int]]) -> list[Spot]:
    """Return the blanks of `不低于____（15）天`, where each answer follows in a bracket."""
    found = []
    for start, end in runs:
        match = FOLLOWING_BRACKET.match(text, end)
        if match is None:
            return []
        found.append(Spot(start, match.end(), match[1]))
    return found


def with_blanks(stem: Marked, spots: Sequence[Spot]) -> str:
    """Return the stem with `____` for each blank."""
    parts, start = [], 0
    for spot in spots:
        parts += [stem[start : spot.start], plain(BLANK)]
        start = spot.end
    return join([*parts, stem[start:]]).text


def split_answers(text: str, count: int) -> list[str] | None:
    """Return one text for each of `count` blanks, or None when the answer does not part that way."""
    text = text.strip(SPACE)
    counters = list(COUNTERS.finditer(text))
    if len(counters) == count and counters[0].start() == 0 and (count > 1 or counters[0][1] is None):
        ends = [*(match.start() for match in counters[1:]), len(text)]
        return [text[match.end() : end].strip(SPACE + "；;，,、。") for match, end in zip(counters, ends, strict=True)]
    if count == 1:
        return [text.rstrip("。；; ")]
    for separator in SEPARATORS:
        parts = [part.strip(SPACE) for part in separator.split(text.rstrip("。；;、，, "))]
        if len(parts) == count and all(parts):
            return parts
    return None


def blank_of(text: str) -> tuple[DraftBlank, bool]:
    """Return a blank from its answer as written, and whether parting it into several right answers was a guess.

    It holds numbers when every answer is one, as in the bank's own files.
    """
    parts = [part for part in ALTERNATIVE.split(text) if part]
    is_guess = False
    if len(parts) == 1 and SLASH.search(text):
        parts, is_guess = SLASH.split(text), True
    wide = [TOLERANCE.fullmatch(part) for part in parts]
    if parts and all(wide) and len({match[2] for match in wide if match}) == 1:
        numbers = tuple(match[1] for match in wide if match)
        return DraftBlank(numbers, True, next(Decimal(match[2]) for match in wide if match)), is_guess
    return DraftBlank(tuple(parts), bool(parts) and all(number(part) is not None for part in parts)), is_guess

"""Turns text into rows of marks: broken, justified, blanks ruled, rare characters drawn in the face that has them.

Every function here takes plain text and is remembered by its arguments, because papers of one sitting share most of their lines.
"""

from __future__ import annotations

import re
from functools import lru_cache

from quiz.printing.fonts import WIDTHS, Font, runs_by_font, text_width
from quiz.printing.linebreak import BLANK_RUN, Line, break_text
from quiz.printing.marks import Mark, Row, Stroke, Text, moved

BODY = 10.5
SMALL = 9.0
BODY_LEADING = 16.5
SMALL_LEADING = 13.5
BASE_LINE = 0.27
"""The base line's height in a row, as a share of the leading."""

MAX_SPREAD = 0.1
"""A line that would need more space than this, in em a character, is left ragged."""

CUT_BEHIND = re.compile("[。；，](?![”’）])")
RULE_DROP = 0.15
REMEMBERED = 32_768


@lru_cache(maxsize=REMEMBERED)
def broken(text: str, measure: float, font: Font, size: float, gap: float = 0.0) -> tuple[Line, ...]:
    """Return the lines of the text; see `break_text`."""
    return break_text(text, measure, size, WIDTHS[font], gap=gap)


@lru_cache(maxsize=REMEMBERED)
def set_lines(
    text: str, measure: float, font: Font = Font.SONG, size: float = BODY, *, gap: float = 0.0, x: float = 0.0
) -> tuple[tuple[Mark, ...], ...]:
    """Return the marks of each line, justified to the measure, starting at `x` on the base line 0."""
    lines = broken(text, measure, font, size, gap)
    return tuple(tuple(set_line(line.ink, font, size, spacing=_spread(line, measure, size, gap), gap=gap, x=x)) for line in lines)


def set_rows(
    text: str, measure: float, font: Font = Font.SONG, size: float = BODY, leading: float = BODY_LEADING, *, gap: float = 0.0, x: float = 0.0
) -> list[Row]:
    """Return one row for each line of the text."""
    return [row_of(marks, leading) for marks in set_lines(text, measure, font, size, gap=gap, x=x)]


@lru_cache(maxsize=REMEMBERED)
def row_of(marks: tuple[Mark, ...], leading: float) -> Row:
    """Return a row of this height with the marks, whose base line is 0, on its base line."""
    base = leading * BASE_LINE
    return Row(leading, tuple(moved(mark, 0.0, base) for mark in marks))


def even_lines(text: str, measure: float, font: Font, size: float) -> tuple[Line, ...]:
    """Return the lines of a title or heading, of about the same length instead of a full line and a rest."""
    lines = broken(text, measure, font, size)
    total = sum(line.width for line in lines)
    for share in (1.02, 1.06, 1.1, 1.15, 1.2):
        tighter = broken(text, min(measure, max(total / len(lines) * share, size)), font, size)
        if len(tighter) == len(lines):
            return tighter
    return lines


def centred_rows(text: str, measure: float, font: Font, size: float, leading: float) -> list[Row]:
    """Return rows with the text centred."""
    lines = even_lines(text, measure, font, size)
    return [row_of(tuple(set_line(line.ink, font, size, x=(measure - line.width) / 2)), leading) for line in lines]


def heading_rows(text: str, measure: float, size: float, leading: float, *, x: float = 0.0) -> list[Row]:
    """Return rows with the text in 黑体 at the left; a heading of two lines is cut behind a mark, so that each line says one thing."""
    lines = _two_parts(text, measure, size) or [line.ink for line in broken(text, measure, Font.HEI, size)]
    return [row_of(tuple(set_line(line, Font.HEI, size, x=x)), leading) for line in lines]


def _two_parts(text: str, measure: float, size: float) -> list[str]:
    """The two parts of a text that fills two lines, cut behind 。；or ， where they are most alike; none when no cut fits."""
    if len(broken(text, measure, Font.HEI, size)) != 2:
        return []
    cuts = [match.end() for match in CUT_BEHIND.finditer(text) if match.end() < len(text)]
    sizes = [(max(text_width(text[:cut], Font.HEI, size), text_width(text[cut:], Font.HEI, size)), cut) for cut in cuts]
    widest, cut = min(sizes, default=(measure + 1, 0))
    return [text[:cut], text[cut:]] if widest <= measure else []


def centred(text: str, x: float, width: float, y: float, font: Font = Font.SONG, size: float = BODY) -> list[Mark]:
    """Return the text in one line centred between x and x + width on the base line y, set smaller when it would not fit."""
    size = fitting_size(text, width - 4, font, size)
    return set_line(text, font, size, x=x + (width - text_width(text, font, size)) / 2, y=y)


def fitting_size(text: str, width: float, font: Font, size: float) -> float:
    """Return `size`, or the smaller size at which the text is `width` points wide."""
    natural = text_width(text, font, size)
    return size if natural <= width else size * width / natural


def set_line(text: str, font: Font, size: float, *, spacing: float = 0.0, gap: float = 0.0, x: float = 0.0, y: float = 0.0) -> list[Mark]:
    """Return the marks of one line: a run for each face, a rule for each blank of `gap` em (0: underscores are text)."""
    return list(_set_line(text, font, size, spacing, gap, x, y))


@lru_cache(maxsize=REMEMBERED)
def _set_line(text: str, font: Font, size: float, spacing: float, gap: float, x: float, y: float) -> tuple[Mark, ...]:
    marks: list[Mark] = []
    for piece, is_blank in _pieces(text, gap):
        if is_blank:
            marks.append(Stroke(x, y - RULE_DROP * size, x + gap * size, y - RULE_DROP * size))
            x += gap * size + spacing
            continue
        for used, run in runs_by_font(piece, font):
            marks.append(Text(x, y, run, used, size, spacing))
            x += text_width(run, used, size) + spacing * len(run)
    return tuple(marks)


def _pieces(text: str, gap: float) -> list[tuple[str, bool]]:
    """The text cut at its blanks; each piece with whether it is one."""
    if not gap or "____" not in text:
        return [(text, False)] if text else []
    pieces: list[tuple[str, bool]] = []
    at = 0
    for match in BLANK_RUN.finditer(text):
        pieces += [(text[at : match.start()], False), (match.group(), True)]
        at = match.end()
    return [piece for piece in [*pieces, (text[at:], False)] if piece[0]]


def _spread(line: Line, measure: float, size: float, gap: float) -> float:
    """The space to add after each character so that the line fills the measure; a closing mark at its end stands half an em out."""
    if line.ends_paragraph:
        return 0.0
    slack = measure - line.width + (size / 2 if line.hangs else 0.0)
    places = sum(1 if is_blank else len(piece) for piece, is_blank in _pieces(line.ink, gap)) - 1
    spread = slack / places if places > 0 else 0.0
    return round(spread, 3) if spread <= MAX_SPREAD * size else 0.0

"""Counts line-breaking faults in PDFs by what stands in them, knowing nothing of how they were set.

Characters are gathered into lines by where they stand; a line is cut where there is a gap, so that columns, table cells and options side by side are
told apart. A fault is a line that begins with a mark that closes or ends with one that opens, a line whose first and last characters belong to one
number, word or …… ——, and an answer bracket （　　） that is torn apart. The lists of marks are written down here again on purpose.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pypdfium2
import pypdfium2.raw as raw

CLOSES = frozenset("，。、；：？！）》〉」』】〕”’％‰℃…—·,;:?!%)]}")
OPENS = frozenset("（《〈「『【〔“‘([{￥")
GAP = 1.3
"""The space, in em, from which on two characters of one height belong to two lines."""

BRACKET = 3.5
"""The same within an answer bracket."""

SAME_HEIGHT = 0.5
INDENT = (-0.6, 3.2)
"""Where, in em from the beginning of a line, the next of its paragraph begins: a number may stand before the first."""

BLANK = 12.0
"""The longest blank to write in, in em."""

FEWEST = 3
"""Fewer characters are the rest behind a blank, of which nothing follows."""

NUMBERED = re.compile(r"\d{1,3}．")
LONG = 20.0
"""From which length on, in em, a line is taken for one that was broken and not ended."""

BELOW = (0.9, 2.2)
"""How far, in em, the next line of a paragraph stands below."""


@dataclass(frozen=True)
class Char:
    """A character with its left, right and lower edge and its height."""

    text: str
    left: float
    right: float
    base: float
    size: float


@dataclass(frozen=True)
class Line:
    """Characters side by side."""

    text: str
    left: float
    right: float
    base: float
    size: float


@dataclass
class Counted:
    """What was looked at, and each fault with its file, page and text."""

    pages: int = 0
    lines: int = 0
    faults: list[str] = field(default_factory=list)


def faults_in(files: Iterable[Path | bytes], most_pages: int | None = None) -> Counted:
    """Look through PDFs, at most at so many pages."""
    out = Counted()
    for file in files:
        document = pypdfium2.PdfDocument(file)
        for page in document:
            if most_pages is not None and out.pages >= most_pages:
                break
            out.pages += 1
            lines = lines_of(page)
            out.lines += len(lines)
            name = file.name if isinstance(file, Path) else "PDF"
            out.faults += [f"{name}, {out.pages}: {text}" for text in faults_of(lines, blanks_of(page))]
            page.close()
        document.close()
    return out


def lines_of(page: pypdfium2.PdfPage) -> list[Line]:
    """The upright lines of a page, from the top down."""
    text = page.get_textpage()
    chars = []
    x, y = ctypes.c_double(), ctypes.c_double()
    for n in range(text.count_chars()):
        sign = text.get_text_range(n, 1)
        if not sign.strip() or abs(raw.FPDFText_GetCharAngle(text, n)) > 0.1:
            continue
        raw.FPDFText_GetCharOrigin(text, n, x, y)
        left, _, right, _ = text.get_charbox(n, loose=True)
        chars.append(Char(sign, left, right, y.value, raw.FPDFText_GetFontSize(text, n)))
    text.close()
    chars.sort(key=lambda char: (-round(char.base, 1), char.left))
    lines: list[Line] = []
    for char in chars:
        last = lines[-1] if lines else None
        em = char.size
        reach = BRACKET * em if last and last.text[-1] + char.text == "（）" else GAP * em
        if last and abs(last.base - char.base) < SAME_HEIGHT and abs(last.size - char.size) < 0.5 and -em <= char.left - last.right < reach:
            lines[-1] = Line(last.text + char.text, last.left, char.right, last.base, last.size)
        else:
            lines.append(Line(char.text, char.left, char.right, char.base, char.size))
    return lines


def blanks_of(page: pypdfium2.PdfPage) -> list[tuple[float, float]]:
    """Where the blanks to write in end: the right ends of ruled lines that are no longer than such a blank, with their heights."""
    found = []
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH]):
        left, low, right, high = item.get_bounds()
        if high - low < 2 and 20 < right - left < 90:
            found.append((right, low))
    return found


def faults_of(lines: list[Line], blanks: Iterable[tuple[float, float]] = ()) -> list[str]:
    """What is wrong with the lines of one page, in words."""
    found = []
    for line in lines:
        if len(line.text) > 1 and line.text[-1] in OPENS and not _goes_on(line, lines):
            found.append(f"ends with {line.text[-1]}: {line.text[-20:]}")
    for upper, lower in follow(lines):
        before, after = upper.text[-1], lower.text[0]
        is_behind = any(abs(x - lower.left) < 3 and 0 < lower.base - y < 4 for x, y in blanks)
        if after in CLOSES and len(lower.text) > 1 and not is_behind:
            found.append(f"begins with {after}: {lower.text[:20]}")
        if upper.right - upper.left < LONG * upper.size or NUMBERED.match(lower.text):
            continue
        if before.isascii() and after.isascii() and before.isalnum() and after.isalnum():
            found.append(f"a word or number is split: {upper.text[-12:]}|{lower.text[:12]}")
        if before in "…—" and before == after:
            found.append(f"{before} is split: {upper.text[-12:]}|{lower.text[:12]}")
        if before == "（" and after == "）":
            found.append(f"a bracket is torn apart: {upper.text[-12:]}|{lower.text[:12]}")
    return found


def _goes_on(line: Line, lines: list[Line]) -> bool:
    """True when something stands farther right at the same height: a blank to write in was between."""
    return any(abs(other.base - line.base) < SAME_HEIGHT and 0 < other.left - line.right < BLANK * line.size for other in lines)


def follow(lines: list[Line]) -> list[tuple[Line, Line]]:
    """Pairs of lines that follow each other in a paragraph: the lower stands just below and begins where the upper does, or behind its number.

    Farther right it stands behind a blank to write in, with which its line begins.
    """
    pairs = []
    for at, upper in enumerate(lines):
        for lower in lines[at + 1 :] if len(upper.text) >= FEWEST else ():
            down = (upper.base - lower.base) / upper.size
            if down > BELOW[1]:
                break
            if down > BELOW[0] and abs(lower.size - upper.size) < 0.5 and INDENT[0] < (lower.left - upper.left) / upper.size < INDENT[1]:
                pairs.append((upper, lower))
                break
    return pairs

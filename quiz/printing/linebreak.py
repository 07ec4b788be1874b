"""Breaks Chinese text with Latin words and numbers into lines; plain text in, plain text out, markup means nothing here.

The rules are those of GB/T 15834-2011 section 5 and of the W3C's Requirements for Chinese Text Layout: marks that close may not begin a
line, marks that open may not end one, and ……, ——, （　　）, words and numbers with their unit are never split. What a line cannot hold
moves to the next line together with what it clings to. A closing mark may stand out over the right edge by its empty half.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

NOT_AT_START = frozenset("，。、；：？！）》〉」』】〕”’％‰℃…—～·)]},.;:?!%")
NOT_AT_END = frozenset("（《〈「『【〔“‘([{￥$")
COUNTING = frozenset("0123456789_")
HANGING = frozenset("，。、；：？！）》〉」』】〕”’")
"""Marks whose right half is empty in both faces, so that they may hang over the edge by half an em."""

UNITS = frozenset("年月日时分元万亿亩户人个名项条岁天次倍")
SPACES = " \u3000\u00a0"
BRACKET = re.compile("[（(][ \u3000]*[）)]")
BLANK_RUN = re.compile(r"_{4,}")
_TOKEN = re.compile(
    r"_{4,}|——|……|[（(][ \u3000]*[）)]|[ \u3000\u00a0]+"
    r"|[0-9A-Za-z\u00c0-\u024f\u0391-\u03c9@#&+\-/.,%‰℃°'_:<>=]*[0-9A-Za-z\u00c0-\u024f\u0391-\u03c9%‰℃°]|.",
    re.DOTALL,
)
_SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its text with the spaces it ends with, its natural width in points without them, and whether its paragraph ends here."""

    text: str
    width: float
    ends_paragraph: bool = False

    @property
    def ink(self) -> str:
        """The text that is drawn: without the spaces at the end."""
        return self.text.rstrip(SPACES)

    @property
    def hangs(self) -> bool:
        """True when the last mark may stand out by half an em."""
        return self.ink[-1:] in HANGING and bool(self.ink)


def tokens(text: str) -> list[str]:
    """Return the smallest pieces that are never split while a line can hold them."""
    return _TOKEN.findall(text)


def may_break(before: str, after: str) -> bool:
    """True when a line may end between `before`, some text, and `after`, the token that follows it.

    An answer bracket keeps what stands before it, unless that holds one too, so that it never stands alone in a last line.
    """
    last = before.rstrip(SPACES)[-1:]
    if after[0] in SPACES or after[0] in NOT_AT_START or last in NOT_AT_END:
        return False
    if is_bracket(after):
        return bool(BRACKET.search(before))
    return not (after[0] in UNITS and last in COUNTING)


def is_bracket(token: str) -> bool:
    """True for the empty bracket （　　） that an answer is written in."""
    return BRACKET.fullmatch(token) is not None


def break_text(text: str, measure: float, size: float, widths: Mapping[str, float], *, gap: float = 0.0) -> tuple[Line, ...]:
    """Return the lines of `text` in a measure of `measure` points at `size` points; a line feed ends a paragraph.

    `widths` gives the advance of a character in em; `gap` is the width in em of a blank written ____ (0: underscores are text). The texts
    of the lines joined give the text back, without its line feeds. Only a piece that is wider than a whole line is ever split against the rules.
    """
    lines: list[Line] = []
    for paragraph in text.split("\n"):
        broken = list(_Breaker(measure, size, widths, gap).lines(paragraph))
        broken[-1] = Line(broken[-1].text, broken[-1].width, ends_paragraph=True)
        lines += broken
    return tuple(lines)


@dataclass(frozen=True, slots=True)
class _Breaker:
    measure: float
    size: float
    widths: Mapping[str, float]
    gap: float

    def width(self, text: str) -> float:
        """The width of a token in points."""
        if self.gap and BLANK_RUN.fullmatch(text):
            return self.gap * self.size
        widths = self.widths
        return sum([widths[char] for char in text]) * self.size

    def lines(self, paragraph: str) -> Iterator[Line]:
        """Yield the lines of one paragraph, at least one."""
        line, width, end = "", 0.0, 0.0
        for text, add, trailing in self.pieces(paragraph):
            if line and not self.fits(text, width + add):
                yield Line(line, end)
                line, width = "", 0.0
            line += text
            end = width + add
            width = end + trailing
        yield Line(line, end)

    def fits(self, text: str, width: float) -> bool:
        """True when a line of this width that ends with the text stays in the measure, its last mark perhaps hanging."""
        if width <= self.measure + _SLACK:
            return True
        last = text.rstrip(SPACES)[-1:]
        return last in HANGING and width <= self.measure + self.size / 2 + _SLACK

    def extent(self, cluster: list[str]) -> tuple[float, float]:
        """The width of a cluster without the spaces at its end, and the width of these."""
        trailing = cluster[-1] if len(cluster) > 1 and cluster[-1][0] in SPACES else ""
        inner = cluster[:-1] if trailing else cluster
        return sum([self.width(token) for token in inner]), self.width(trailing) if trailing else 0.0

    def pieces(self, paragraph: str) -> Iterator[tuple[str, float, float]]:
        """Yield texts that stay together, each with its width and that of the spaces at its end; one wider than a line falls apart into tokens, and
        these into characters."""
        for cluster in self.clusters(paragraph):
            text, (add, trailing) = "".join(cluster), self.extent(cluster)
            if self.fits(text, add):
                yield text, add, trailing
                continue
            for token in cluster:
                is_whole = self.width(token) <= self.measure + _SLACK or (self.gap and BLANK_RUN.fullmatch(token))
                for part in (token,) if is_whole else token:
                    yield part, self.width(part), 0.0

    def clusters(self, paragraph: str) -> Iterator[list[str]]:
        """Yield runs of tokens that no line may end between."""
        cluster: list[str] = []
        for token in tokens(paragraph):
            if cluster and may_break("".join(cluster), token):
                yield cluster
                cluster = []
            cluster.append(token)
        if cluster:
            yield cluster

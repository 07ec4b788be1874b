"""Automatic numbers of a Word document as text: counts paragraphs as Word does and writes each level in its own numerals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from quiz.formats.office_zip import Node

DIGITS = "零一二三四五六七八九"
STEMS, BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
LEVELS = 9
LIMIT = 9_999
"""Highest number written out."""


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list counts."""

    start: int
    format: str
    text: str
    is_legal: bool
    style: str
    restart: int | None


class Numbering:
    """Counts the numbered paragraphs of a document in order."""

    def __init__(self, numbering: Node | None, styles: Node | None) -> None:
        self.abstracts: dict[str, dict[int, Level]] = {}
        self.links: dict[str, str] = {}
        self.nums: dict[str, tuple[str, dict[int, int], dict[int, Level]]] = {}
        self.styles = {node.attributes.get("w:styleId", ""): node for node in styles.all("w:style")} if styles else {}
        self.counts: dict[str, list[int | None]] = {}
        self.begun: set[str] = set()
        for node in numbering.children if numbering else ():
            if node.tag == "w:abstractNum":
                self._read_abstract(node)
            elif node.tag == "w:num":
                self._read_num(node)

    def label(self, paragraph: Node) -> str:
        """Count the paragraph, and return its automatic number, or "" when it has none or a bullet."""
        num, depth = self._place(paragraph)
        if num not in self.nums or not 0 <= depth < LEVELS:
            return ""
        abstract, starts, own = self.nums[num]
        levels = {**self._levels(abstract), **own}
        if depth not in levels:
            return ""
        counts = self.counts.setdefault(abstract, [None] * LEVELS)
        if num not in self.begun:
            self.begun.add(num)
            for at in starts:
                counts[at] = None
        first = starts.get(depth, levels[depth].start)
        before = counts[depth]
        counts[depth] = first if before is None else before + 1
        for deeper in range(depth + 1, LEVELS):
            restart = levels[deeper].restart if deeper in levels else None
            if restart is None or (restart > 0 and depth < restart):
                counts[deeper] = None
        return _written(levels, depth, counts)

    def _place(self, paragraph: Node) -> tuple[str, int]:
        """Return the list and level of a paragraph, its own or its style's."""
        style = paragraph.value("w:pPr", "w:pStyle")
        own = paragraph.find("w:pPr", "w:numPr")
        num = own.value("w:numId") if own else None
        depth = own.value("w:ilvl") if own else None
        for node in self._chain(style):
            found = node.find("w:pPr", "w:numPr")
            if found is not None and num is None:
                num = found.value("w:numId")
                depth = depth or found.value("w:ilvl")
                if depth is None and num in self.nums:
                    levels = self._levels(self.nums[num][0])
                    depth = str(next((at for at, level in levels.items() if level.style == node.attributes.get("w:styleId")), 0))
        return num or "", _whole(depth or "0", 0)

    def _chain(self, style: str | None) -> Iterator[Node]:
        """Yield a style and those it is based on."""
        seen: set[str] = set()
        while style and style in self.styles and style not in seen:
            seen.add(style)
            yield self.styles[style]
            style = self.styles[style].value("w:basedOn")

    def _levels(self, abstract: str) -> dict[int, Level]:
        """Return the levels of a list, following one link to a list style."""
        levels = self.abstracts.get(abstract, {})
        link = self.links.get(abstract)
        if not levels and link in self.styles:
            num = self.styles[link].value("w:pPr", "w:numPr", "w:numId")
            levels = self.abstracts.get(self.nums[num][0], {}) if num in self.nums else {}
        return levels

    def _read_abstract(self, node: Node) -> None:
        name = node.attributes.get("w:abstractNumId", "")
        self.abstracts[name] = {_whole(level.attributes.get("w:ilvl", ""), 0): _level(level) for level in node.all("w:lvl")}
        link = node.value("w:numStyleLink")
        if link:
            self.links[name] = link

    def _read_num(self, node: Node) -> None:
        starts, own = {}, {}
        for override in node.all("w:lvlOverride"):
            at = _whole(override.attributes.get("w:ilvl", ""), 0)
            start, level = override.value("w:startOverride"), override.find("w:lvl")
            if start is not None:
                starts[at] = _whole(start, 1)
            if level is not None:
                own[at] = _level(level)
        self.nums[node.attributes.get("w:numId", "")] = (node.value("w:abstractNumId") or "", starts, own)


def _level(node: Node) -> Level:
    restart = node.value("w:lvlRestart")
    return Level(
        start=_whole(node.value("w:start") or "1", 1),
        format=node.value("w:numFmt") or "decimal",
        text=node.value("w:lvlText") or "",
        is_legal=node.find("w:isLgl") is not None,
        style=node.value("w:pStyle") or "",
        restart=None if restart is None else _whole(restart, 0),
    )


def _written(levels: dict[int, Level], depth: int, counts: list[int | None]) -> str:
    """Return the label of a level; a bare number gets a full stop, so that it still reads as a number before text."""
    level = levels[depth]
    if level.format in {"bullet", "none"}:
        return "" if level.format == "bullet" else level.text

    def number(match: re.Match[str]) -> str:
        at = int(match.group(1)) - 1
        if at not in levels:
            return ""
        count = counts[at]
        return numeral(levels[at].start if count is None else count, "decimal" if level.is_legal else levels[at].format)

    text = re.sub(r"%([1-9])", number, level.text).strip()
    return text + "．" if text[-1:].isalnum() else text


def numeral(number: int, style: str) -> str:
    """Return `number` in the numerals that Word calls `style`; Arabic digits for styles not known here."""
    if not 0 < number <= LIMIT:
        return str(number)
    if style in {"upperLetter", "lowerLetter"}:
        letter = chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter if style == "upperLetter" else letter.lower()
    if style in {"upperRoman", "lowerRoman"}:
        roman = _roman(number)
        return roman.upper() if style == "upperRoman" else roman
    if style in {
        "chineseCounting",
        "chineseCountingThousand",
        "japaneseCounting",
        "taiwaneseCounting",
        "taiwaneseCountingThousand",
        "ideographDigital",
    }:
        return chinese(number)
    if style == "decimalFullWidth":
        return str(number).translate(FULL_WIDTH)
    if style == "decimalZero":
        return f"{number:02d}"
    if style in {"decimalEnclosedCircle", "decimalEnclosedCircleChinese"} and number <= len(CIRCLED):
        return CIRCLED[number - 1]
    if style in {"ideographTraditional", "ideographZodiac"}:
        names = STEMS if style == "ideographTraditional" else BRANCHES
        return names[(number - 1) % len(names)]
    return str(number)


def chinese(number: int) -> str:
    """Return 1 to 9999 as 一, 十, 二十一, 一百零三."""
    text, gap = "", False
    for value, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // value % 10
        if digit:
            text += ("零" if gap else "") + DIGITS[digit] + name
            gap = False
        else:
            gap = bool(text)
    return text[1:] if text.startswith("一十") else text


def _roman(number: int) -> str:
    text = ""
    for value, name in ROMAN:
        text += name * (number // value)
        number %= value
    return text


def _whole(text: str, otherwise: int) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else otherwise

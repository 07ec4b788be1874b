"""One line of a paper: the labels, options, numbers and heads in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from quiz.core.draft import DraftType
from quiz.formats.marked_text import SPACE, Marked, Paragraph
from quiz.formats.question_raw import RawOption
from quiz.formats.question_words import (
    BARE_ANSWER,
    EACH_MARK,
    HEAD,
    HEAD_TAIL,
    LABEL,
    LABELS,
    NUMBER,
    OPTION,
    ORDINAL,
    TOPIC_HEAD,
    TYPE_PREFIX,
    type_of,
)

PREFIX_TYPES = (DraftType.SINGLE, DraftType.MULTIPLE, DraftType.TRUE_FALSE, DraftType.FILL_IN)
BARE_OPTION = re.compile(r"(?:^|(?<=[ \t\u3000]))([A-H])(?=[\u3400-\u9fff\d“《])")
DIGITS = {char: i for i, char in enumerate("零一二三四五六七八九")} | {"〇": 0}


@dataclass(frozen=True, slots=True)
class Line:
    """A line without the spaces around it; `is_soft` when a line break inside the paragraph parts it from the one before.

    `entries` are numbered answers that stood in a table.
    """

    at: int
    text: Marked
    is_soft: bool = False
    entries: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of a section says; `rest` is what follows a colon."""

    kind: DraftType | None
    order: str
    may_choose: bool
    each: Decimal | None
    is_each_blank: bool
    rest: str


@dataclass(frozen=True, slots=True)
class Numbered:
    """The number at the start of a line and how it is written: dot, paren, nth or han."""

    number: int
    style: str
    end: int


def type_prefix(text: str) -> re.Match[str] | None:
    """Return the match of a type before a colon, as in 判断：…; words such as 简述 count only with 题, for they belong to the sentence."""
    match = TYPE_PREFIX.match(text)
    return match if match and (match["type"].endswith("题") or type_of(match["type"]) in PREFIX_TYPES) else None


def lines_of(paragraph: Paragraph) -> list[Line]:
    """Return the lines of a paragraph that hold something."""
    parts = [part.strip() for part in paragraph.text.lines()]
    return [Line(paragraph.number, part, i > 0) for i, part in enumerate(parts) if part]


def parse_head(text: str) -> Head | None:
    """Return what a head with a type says, or None. Without a Chinese number before it, only brackets and counts may follow the type."""
    if len(text) > 120:
        return None
    match = HEAD.match(text)
    if match is None or not HEAD_TAIL.match(match["tail"].strip()):
        return None
    tail = match["tail"].strip()
    if not match["order"] and re.match(r"[:：,，、.．。—\-]\s*\S", tail):
        return None
    marks = EACH_MARK.search(text)
    order = ORDINAL.match(text)
    rest = re.sub(r"^[（(\[【][^）)\]】]*[）)\]】]?", "", tail).lstrip(":：。" + SPACE)
    kind = type_of(match["type"])
    each = Decimal(marks["marks"]) if marks else None
    return Head(kind, order[1] if order else "", kind is None, each, bool(marks and marks["what"] == "空"), rest)


def parse_topic(text: str) -> str | None:
    """Return the title of a head that names no type, as in 一、义务教育, or None."""
    match = TOPIC_HEAD.match(text)
    return match["title"].strip(" ：:") if match and not re.search(r"[？?。；;（(_]|简述|论述|什么|如何|怎样|哪些", match["title"]) else None


def parse_number(text: str, expected: int = 0) -> Numbered | None:
    """Return the number that a line begins with, or None; 2.2020年 begins with one when 2 is `expected`."""
    match = NUMBER.match(text)
    if match is None:
        start = f"{expected}."
        return Numbered(expected, "dot", len(start)) if expected and text.startswith(start) else None
    style = next(name for name in ("nth", "paren", "dot", "han") if match[name])
    digits = next(group for group in match.groups()[1::2] if group)
    return Numbered(chinese_number(digits) if style == "han" else int(digits), style, match.end())


def chinese_number(text: str) -> int:
    """Return 一 … 九十九 as a number; 0 for anything else."""
    tens, has_ten, ones = text.rpartition("十")
    if not has_ten:
        return DIGITS.get(text, 0)
    return DIGITS.get(tens, 1) * 10 + DIGITS.get(ones, 0)


def split_labels(line: Marked) -> list[tuple[str, Marked]]:
    """Return the parts of a line by their labels, the first without one: [("", stem), ("answer", …), ("explanation", …)]."""
    bare = BARE_ANSWER.match(line.text)
    if bare:
        return [("", line[:0]), ("answer", line[bare.start("value") : bare.end("value")])]
    found: list[tuple[str, Marked]] = []
    name, start = "", 0
    for match in LABEL.finditer(line.text):
        if match.start() < start:
            continue
        found.append((name, line[start : match.start()].strip()))
        name = next(label for label in LABELS if match[label] or match[f"b_{label}"])
        start = match.end()
    return [*found, (name, line[start:].strip())]


def split_options(line: Marked, first: int, at: int) -> tuple[Marked, list[RawOption]]:
    """Return what stands before the options in a line, and the options from letter number `first` (0 = A) on, each in sequence.

    Within a line a letter counts only where it continues the sequence, is written as the first was, and follows no Latin letter or digit.
    """
    marks: list[tuple[int, int, int, str]] = []
    style: tuple[str, str] | None = None
    expected = first
    for match in OPTION.finditer(line.text):
        letter = letter_index(match["letter"])
        before = line.text[: match.start()]
        is_start = not before.strip(SPACE)
        this = (match["open"] or "", _same(match["close"] or ""))
        if is_start and not marks and letter in {expected, expected + 1} and (letter == expected or expected):
            expected = letter
        if letter != expected or (style is not None and this != style):
            continue
        is_parted = is_start or before[-1] in SPACE + "。？?！!）)；;：:"
        if not is_parted and (
            not match["close"] or before[-1] in "/／-" or (before[-1].isascii() and before[-1].isalnum()) or _same(match["close"]) == ","
        ):
            continue
        if not is_start and not match["close"] and not marks:
            continue
        marks.append((match.start(), match.start("letter"), match.end(), match["letter"]))
        style, expected = this, expected + 1
    if not marks:
        return line, []
    options = []
    for i, (_, letter_at, text_at, letter_text) in enumerate(marks):
        is_last = i + 1 == len(marks)
        text = line[text_at : len(line.text) if is_last else marks[i + 1][0]].strip()
        options.append(
            RawOption(chr(ord("A") + letter_index(letter_text)), line[letter_at : letter_at + 1], text if is_last else text.strip(SPACE + "；;"), at)
        )
    return line[: marks[0][0]].strip(), options


def split_bare_options(line: Marked, at: int) -> list[RawOption]:
    """Return the options of a line such as `A光伏 B中药材 C菊花`, whose letters have no mark after them; [] unless there are A and B."""
    matches = list(BARE_OPTION.finditer(line.text))
    if len(matches) < 2 or matches[0].start() or [letter_index(match[1]) for match in matches] != list(range(len(matches))):
        return []
    ends = [*(match.start() for match in matches[1:]), len(line.text)]
    labels = [line[match.start() : match.start() + 1] for match in matches]
    return [RawOption(label.text.upper(), label, line[m.end() : end].strip(), at) for label, m, end in zip(labels, matches, ends, strict=True)]


def letter_index(letter: str) -> int:
    """Return 0 for A, a, Ａ or ａ, and so on."""
    return (ord(letter) - (0xFEE0 if ord(letter) > 0xFF00 else 0) | 0x20) - ord("a")


def _same(close: str) -> str:
    """Return one character for each kind of closing mark."""
    return {"．": ".", "）": ")", "】": "]", "：": ":", "，": ",", "、": ",", "。": "."}.get(close, close)


def is_option_start(text: str) -> bool:
    """True for a line that begins with option A."""
    match = OPTION.match(text)
    return match is not None and letter_index(match["letter"]) == 0

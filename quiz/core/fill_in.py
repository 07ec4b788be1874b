"""Fill-in answers: what counts as the same text, number or date, and what only a person can judge.

Order of the text steps (domain research, marking section 5): HTML entities, invisible characters, NFKC, one form for each kind of punctuation,
case, spaces beside Chinese characters, closing punctuation. A near miss is never marked right by rule: it goes to a person.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from quiz.core.question import Blank, BlankKind


class Verdict(StrEnum):
    """The judgement on one blank; `REVIEW` waits for a person."""

    RIGHT = "right"
    WRONG = "wrong"
    REVIEW = "review"


INVISIBLE = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xAD, *range(0xFE00, 0xFE10)])
PUNCTUATION = str.maketrans(
    {
        "。": ".",
        "、": ",",
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
        "「": '"',
        "」": '"',
        "『": '"',
        "』": '"',
        "《": "<",
        "》": ">",
        "〈": "<",
        "〉": ">",
        "【": "[",
        "】": "]",
        "〔": "(",
        "〕": ")",
        "—": "-",
        "–": "-",
        "―": "-",
        "−": "-",
        "〜": "~",
        "•": "·",
        "・": "·",
        "‧": "·",
        "×": "x",
        "÷": "/",
        "⁄": "/",
    }
)
PLAIN = re.compile("[0-9\u4e00-\u9fa5]+")
"""Characters that no step changes: most options and most numbers in blanks are of them alone."""

CLOSING = ".,;:!? "
"""What may stand behind an answer and means nothing."""

SPACE_BESIDE_CHINESE = re.compile(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])")

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")}
DIGITS |= {"〇": 0, "○": 0, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9, "两": 2, "俩": 2}
TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
MYRIADS = {"万": 10**4, "亿": 10**8}

UNITS = {
    "元": "元", "圆": "元", "块": "元", "年": "年", "周年": "年", "天": "日", "日": "日", "个月": "月", "月": "月", "岁": "岁", "周岁": "岁",
    "人": "人", "名": "人", "户": "户", "个": "个", "条": "条", "项": "项", "小时": "小时", "分钟": "分钟", "平方米": "m2", "m2": "m2", "米": "米",
    "公里": "公里", "千米": "公里", "公斤": "公斤", "千克": "公斤", "升": "升", "亩": "亩", "章": "章", "次": "次", "倍": "倍", "学时": "学时",
    "亿斤": "亿斤", "万亿斤": "万亿斤", "万元": "万元", "亿元": "亿元", "万人": "万人", "万户": "万户",
}  # fmt: skip
"""Units people write after a number, by the unit they mean; tried longest first."""

_UNITS_LONGEST_FIRST = sorted(UNITS, key=len, reverse=True)
NUMERAL_MARKS = re.compile("[0-9廿卅半" + "".join(DIGITS) + "".join(TENS) + "".join(MYRIADS) + "]")
DECIMAL_NUMBER = re.compile(r"([+-]?\d{1,3}(?:,\d{3})+|[+-]?\d+)(\.\d+)?(%|‰)?([万亿])?")
DATE = re.compile(
    r"([0-9〇○零一二三四五六七八九]{2,4})[年\-/.]([0-9一二三四五六七八九十]{1,3})(?:[月\-/.](?:([0-9一二三四五六七八九十]{1,3})[日号]?)?)?"
)


def normalise(text: str) -> str:
    """Return the form in which two texts that mean the same to a reader are equal; normalising it again changes nothing."""
    if PLAIN.fullmatch(text):
        return text
    while (once := _normalise_once(text)) != text:
        text = once
    return text


def _normalise_once(text: str) -> str:
    while (plain := html.unescape(text)) != text:  # here, since each level of &amp;amp; would cost all steps again
        text = plain
    text = unicodedata.normalize("NFKC", text.translate(INVISIBLE))
    text = re.sub(r"\s+", " ", text.translate(PUNCTUATION).casefold()).strip()
    return SPACE_BESIDE_CHINESE.sub("", text).rstrip(CLOSING)


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


def chinese_integer(text: str) -> int | None:
    """Return the value of a Chinese numeral, positional (二〇二四) or with places (十二万三千); None when it is none or ambiguous (一百五)."""
    if not text or any(c not in DIGITS and c not in TENS and c not in MYRIADS for c in text):
        return None
    if all(c in DIGITS for c in text):
        return int("".join(str(DIGITS[c]) for c in text))
    return _with_places(text)


def _with_places(text: str) -> int | None:
    total = section = digit = 0
    has_zero = False
    place: int | None = None
    for c in text:
        if c in DIGITS:
            if DIGITS[c] == 0:
                has_zero = True
            elif digit:
                return None  # 二三十: an approximate number
            else:
                digit = DIGITS[c]
        elif c in TENS:
            if c in "十拾" and digit == 0:
                digit = 1
            if digit == 0 or (place is not None and TENS[c] >= place):
                return None
            section, digit, place, has_zero = section + digit * TENS[c], 0, TENS[c], False
        else:
            if total + section + digit == 0:
                return None
            total = (total + section + digit) * MYRIADS[c] if MYRIADS[c] > 10**4 else total + (section + digit) * MYRIADS[c]
            section, digit, place, has_zero = 0, 0, None, False
    if digit and not has_zero and (place is None or place > 10):
        return None  # 一百五, 三万二: colloquial
    return total + section + digit


def number(text: str) -> Fraction | None:
    """Return the exact value of 1,234.50, 50%, 百分之五十, 三分之二, 2/3, 1.5亿, 二〇二四, 第三, 三点一四; None when it is no number."""
    text = normalise(text).removeprefix("第")
    if match := re.fullmatch(r"百分之(.+)", text):
        part = number(match[1])
        return None if part is None else part / 100
    if match := re.fullmatch(r"(.+)分之(.+)", text):
        below, above = number(match[1]), number(match[2])
        return above / below if above is not None and below else None
    if match := DECIMAL_NUMBER.fullmatch(text):
        value = Fraction(match[1].replace(",", "") + (match[2] or ""))
        if match[3]:
            return value / (100 if match[3] == "%" else 1000)
        return value * MYRIADS[match[4]] if match[4] else value
    if match := re.fullmatch(r"(\d+)/(\d+)", text):
        return Fraction(int(match[1]), int(match[2])) if int(match[2]) else None
    if match := re.fullmatch(r"(.+)点(.+)", text):
        whole = chinese_integer(match[1])
        if whole is None or any(c not in DIGITS for c in match[2]):
            return None
        return Fraction(f"{whole}." + "".join(str(DIGITS[c]) for c in match[2]))
    integer = chinese_integer(text)
    return None if integer is None else Fraction(integer)


@lru_cache(maxsize=20_000)
def quantity(text: str) -> tuple[Fraction, str] | None:
    """Return (value, unit) of a number with or without a unit; the unit is "" when none is written. Remembered: most texts are few numbers."""
    text = normalise(text)
    for unit in _UNITS_LONGEST_FIRST:
        if text.endswith(unit):
            value = number(text[: -len(unit)])
            if value is not None:
                return value, UNITS[unit]
    value = number(text)
    return None if value is None else (value, "")


def date_parts(text: str) -> tuple[int | None, ...] | None:
    """Return (year, month, day) of a date in Chinese or Arabic numerals, missing parts None; None when no year and month are found."""
    match = DATE.fullmatch(normalise(text))
    if not match:
        return None
    return tuple(int(part) if part and part.isdigit() and part.isascii() else chinese_integer(part) if part else None for part in match.groups())

"""Numbers, quantities and dates as people write them, in Chinese and Arabic numerals; what is ambiguous is none."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

from quiz.core.same_text import normalise

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

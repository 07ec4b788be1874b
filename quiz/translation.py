"""Languages: Chinese is what the texts are written in, English comes from the catalogue; dates and times as each language writes them."""

from __future__ import annotations

import gettext
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from quiz.core.message import Translate, mark_text

LANGUAGES = {"zh": "中文", "en": "English"}
CATALOGUES = Path(__file__).resolve().parent / "locale"
DOMAIN = "quiz"
WEEKDAYS = "一二三四五六日"


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the catalogue of a language; Chinese needs none."""
    if language == "zh":
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, CATALOGUES, [language], fallback=True)


def translator(language: str) -> Translate:
    """Return the function that turns a Chinese text of the product into `language`."""
    if language == "zh":
        return mark_text
    translate = catalogue(language).gettext
    return lambda text: translate(text) if text else ""  # gettext answers the empty text with the catalogue's header


def format_moment(moment: datetime, language: str, zone: ZoneInfo) -> str:
    """Return a time for people: 2026年11月21日（周六）14:05, or Sat 21 Nov 2026, 14:05."""
    local = moment.astimezone(zone)
    if language == "zh":
        return f"{local.year}年{local.month}月{local.day}日（周{WEEKDAYS[local.weekday()]}）{local:%H:%M}"
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"


def format_day(day: date, language: str) -> str:
    """Return a day for people: 2026年11月21日, or 21 Nov 2026."""
    return f"{day.year}年{day.month}月{day.day}日" if language == "zh" else f"{day.day} {day:%b %Y}"


def format_duration(seconds: int, language: str) -> str:
    """Return a duration in whole minutes, or seconds below one minute."""
    if seconds < 60:
        return f"{seconds}秒" if language == "zh" else f"{seconds} s"
    return f"{seconds // 60}分钟" if language == "zh" else f"{seconds // 60} min"

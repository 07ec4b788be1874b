"""When two texts mean the same to a reader.

Order of the steps (domain research, marking section 5): HTML entities, invisible characters, NFKC, one form for each kind of punctuation, case,
spaces beside Chinese characters, closing punctuation.
"""

from __future__ import annotations

import html
import re
import unicodedata

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

"""A line of a paper → the options on it: several in a row, one behind a bullet, or letters without a mark behind them."""

from __future__ import annotations

from collections.abc import Sequence

from quiz.core.message import Message, say
from quiz.formats.marked_text import Marked
from quiz.formats.paper_line import letter_index, split_bare_options, split_options
from quiz.formats.question_raw import RawOption
from quiz.formats.question_words import BULLET, CHOSEN_BULLETS, OPTION

Found = tuple[list[RawOption], Message | None]
"""Options, and what about them somebody should look at."""


def options_of(text: Marked, before: Sequence[RawOption], at: int) -> Found | None:
    """Return the options of a line that comes after the options `before`; None when it is no line of options."""
    bullet = BULLET.match(text.text)
    if bullet and OPTION.match(text.text, bullet.end()):
        rest, found = split_options(text[bullet.end() :], len(before), at)
        if found and not rest:
            found[0].is_flagged = bullet["mark"] in CHOSEN_BULLETS
            return found, None
    if bullet:
        letter = chr(ord("A") + len(before))
        return [RawOption(letter, text[:1], text[bullet.end() :].strip(), at, bullet["mark"] in CHOSEN_BULLETS)], None
    if not before and (bare := split_bare_options(text, at)):
        letters = "".join(option.letter for option in bare)
        return bare, say("选项的字母后面没有标点，按“{letters}”分开，请核对。", letters=letters)
    expected = letter_index(before[-1].letter) + 1 if before else 0
    rest, found = split_options(text, expected, at)
    if not found or rest:
        return None
    if letter_index(found[0].letter) != expected:
        return found, say("选项从{before}跳到了{letter}，中间可能漏了。", before=chr(ord("A") + expected - 1), letter=found[0].letter)
    return found, None

"""The key of a choice or true/false question, from wherever its author put it; two places that disagree give no key at all."""

from __future__ import annotations

import re
from collections.abc import Sequence

from quiz.core.message import Message, listed, say
from quiz.formats.marked_text import BOLD, COLOUR, HIGHLIGHT, SPACE, UNDERLINE, Marked, plain
from quiz.formats.question_raw import RawQuestion
from quiz.formats.question_words import (
    BRACKET,
    EMPTY_BRACKET,
    KEY_BRACKET,
    KEY_UNDERLINE,
    TRAILING_VERDICT,
    VERDICT_BRACKET,
    VERDICTS,
    letters,
    verdict,
)
from quiz.formats.report import Report

TRUE, FALSE = "正确", "错误"
KEY_MARKS = ((HIGHLIGHT, say("突出显示")), (COLOUR, say("字体颜色")), (UNDERLINE, say("下划线")), (BOLD, say("加粗")))
"""Ways to mark a right option, the surest first."""

LETTER_AND_TEXT = re.compile(r"([A-Za-zＡ-Ｚａ-ｚ])\s*[.．、:：)）,，\s]\s*(\S.*)", re.DOTALL)
LETTERS_AND_WHY = re.compile(r"([A-ZＡ-Ｚ](?:[ \t、,，]*[A-ZＡ-Ｚ])*)\s*(?:[。；;，,\n]|(?=[（(]))\s*(\S.*)", re.DOTALL)
ENDS = re.compile(r"^[\s。.！!？?；;，,]*$")


class Notes:
    """Reports about one question, each with the beginning of its stem."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def cannot(self, raw: RawQuestion, what: Message, at: int = 0) -> None:
        """Report what is lost."""
        self.report.add(at or raw.at, "I808", say("“{stem}”：{what}", stem=raw.quote, what=what))

    def guessed(self, raw: RawQuestion, what: Message, at: int = 0) -> None:
        """Report what was guessed."""
        self.report.add(at or raw.at, "I802", say("“{stem}”：{what}", stem=raw.quote, what=what))

    def missing(self, raw: RawQuestion) -> None:
        """Report that there is no answer."""
        self.guessed(raw, say("没有找到答案，题目已收入，请补上答案。"))

    def unclear(self, raw: RawQuestion, at: int, answer: str) -> None:
        """Report an answer that says nothing to this question."""
        self.cannot(raw, say("看不懂答案“{answer}”，没有采用，请补上答案。", answer=answer if len(answer) <= 80 else answer[:80] + "…"), at)

    def agreed(self, raw: RawQuestion, found: Sequence[str]) -> bool:
        """True when all that was found is the same; else report it, for a wrong key is worse than none."""
        differing = list(dict.fromkeys(found))
        if len(differing) > 1:
            self.cannot(raw, say("几处的答案不一样（{keys}），都没有采用，请核对后补上答案。", keys=listed(differing)))
        return len(differing) == 1


def choice_key(raw: RawQuestion, stem: Marked, notes: Notes) -> tuple[Marked, tuple[int, ...] | None]:
    """Return the stem without its key, and the right options; None, reported, when none or several keys were found."""
    names = [option.letter for option in raw.options]
    stem, keys = _key_in_stem(raw, stem, names, notes)
    is_told = bool(raw.answers)
    for at, text in raw.answers:
        key = _key_of(raw, text, names, notes)
        if key is None:
            notes.unclear(raw, at, text)
        else:
            keys.append(key)
    flagged = tuple(i for i, option in enumerate(raw.options) if option.is_flagged)
    if flagged:
        keys.append(flagged)
    if keys:
        return stem, keys[0] if notes.agreed(raw, ["".join(names[i] for i in key) for key in keys]) else None
    if is_told:
        return stem, None
    marked = _marked_key(raw, notes)
    if marked is None:
        notes.missing(raw)
    return stem, marked


def _key_in_stem(raw: RawQuestion, stem: Marked, names: list[str], notes: Notes) -> tuple[Marked, list[tuple[int, ...]]]:
    """Return the stem with an empty bracket where its key stood, and the key."""
    spots = [(match.span(), match[1]) for pattern in (KEY_BRACKET, KEY_UNDERLINE) for match in pattern.finditer(stem.text)]
    if not spots:
        spots = [((start, end), stem.text[start:end].strip(SPACE + "_＿")) for start, end in stem.runs(UNDERLINE)]
    found = [(span, key) for span, text in sorted(spots) if (key := key_indices(text, names)) is not None]
    if len({key for _, key in found}) > 1:
        notes.cannot(raw, say("题干里写了几个不同的答案，没有采用，请补上答案。"))
        return stem, []
    for (start, end), _ in reversed(found):
        stem = stem[:start] + plain(BRACKET) + stem[end:]
    return stem, [key for _, key in found[:1]]


def key_indices(text: str, names: Sequence[str]) -> tuple[int, ...] | None:
    """Return the options that the letters name, in their order, or None when the text is no key to these options."""
    found = letters(text)
    if not found or len(set(found)) < len(found) or any(letter not in names for letter in found):
        return None
    return tuple(sorted(names.index(letter) for letter in found))


def _key_of(raw: RawQuestion, text: str, names: list[str], notes: Notes) -> tuple[int, ...] | None:
    """Return the options that an answer names by letters, by letter and text, or by text; words after the key go to the explanation."""
    texts = [_bare(option.text.text) for option in raw.options]
    text = text.strip(SPACE + "“”\"'")
    key = key_indices(text.strip("()（）【】[]{}" + SPACE), names)
    if key is not None:
        return key
    parts = [part.strip(SPACE) for part in re.split("[\n;；|]", text) if part.strip(SPACE)]
    named = [_named(part, names, texts) for part in parts]
    if all(named):
        if any(key_indices(part, names) is None and not LETTER_AND_TEXT.fullmatch(part) for part in parts):
            read = "".join(names[i] for i in sorted({at for found in named for at in found or ()}))
            notes.guessed(raw, say("答案写的是选项的文字，读作{letters}。", letters=read))
        return tuple(sorted({at for found in named for at in found or ()}))
    why = LETTERS_AND_WHY.fullmatch(text)
    if why and (key := key_indices(why[1], names)) is not None:
        raw.note("explanation", why[2])
        return key
    return None


def _named(part: str, names: list[str], texts: list[str]) -> tuple[int, ...] | None:
    """Return what one line of an answer names: letters, an option's text, or a letter with the text that belongs to it."""
    key = key_indices(part, names)
    if key is not None:
        return key
    same = tuple(i for i, text in enumerate(texts) if text == _bare(part))
    if len(same) == 1:
        return same
    match = LETTER_AND_TEXT.fullmatch(part)
    key = key_indices(match[1], names) if match else None
    return key if match and key and texts[key[0]] == _bare(match[2]) else None


def _bare(text: str) -> str:
    return text.strip(SPACE + "。.；;")


def _marked_key(raw: RawQuestion, notes: Notes) -> tuple[int, ...] | None:
    """Return the options that stand out among the others by highlight, colour, underline or bold type."""
    for bit, name in KEY_MARKS:
        for parts in ([option.text for option in raw.options], [option.label for option in raw.options]):
            found = tuple(i for i, text in enumerate(parts) if text.is_all(bit))
            if 0 < len(found) < len(raw.options):
                key = "".join(raw.options[i].letter for i in found)
                notes.guessed(raw, say("没有写答案，按{mark}的选项读作{key}，请核对。", mark=name, key=key))
                return found
    return None


def verdict_key(raw: RawQuestion, stem: Marked, notes: Notes) -> tuple[Marked, bool | None]:
    """Return the statement without its bracket, and whether it is right; None, reported, when nothing or both is said."""
    stem, found = _verdict_in_stem(raw, stem)
    is_told = bool(raw.answers)
    for at, text in raw.answers:
        said = _verdict_of(raw, text)
        if said is None:
            notes.unclear(raw, at, text)
        else:
            found.append(said)
    found += [told[0] for option in raw.options if option.is_flagged and (told := verdict(_bare(option.text.text)))]
    if found:
        return stem, found[0] if notes.agreed(raw, [TRUE if said else FALSE for said in found]) else None
    marked = None if is_told else _marked_key(raw, notes)
    if marked and len(marked) == 1:
        said_there = verdict(_bare(raw.options[marked[0]].text.text))
        return stem, said_there[0] if said_there else None
    return stem, None


def _verdict_in_stem(raw: RawQuestion, stem: Marked) -> tuple[Marked, list[bool]]:
    """Return the statement, and the verdicts at its beginning or end."""
    found = [] if raw.said is None else [raw.said]
    for match in reversed(list(VERDICT_BRACKET.finditer(stem.text))):
        if match.start() == 0 or ENDS.match(stem.text[match.end() :]):
            found.append(VERDICTS[match["word"].upper()])
            stem = (stem[: match.start()] + stem[match.end() :]).strip()
    tail = TRAILING_VERDICT.search(stem.text)
    if tail and tail.start():
        found.append(VERDICTS[tail["word"].upper()])
        stem = stem[: tail.start()]
    for match in reversed(list(EMPTY_BRACKET.finditer(stem.text))):
        if match.start() == 0 or ENDS.match(stem.text[match.end() :]):
            stem = (stem[: match.start()].strip() + stem[match.end() :]).strip()
    return stem.strip(), found


def _verdict_of(raw: RawQuestion, text: str) -> bool | None:
    """Return what an answer says; a correction after it goes to the explanation. A or B count where these are the options."""
    names = [option.letter for option in raw.options]
    key = key_indices(text, names) if names else None
    if key is not None and len(key) == 1:
        text = raw.options[key[0]].text.text
    said = verdict(text.strip(SPACE + "“”\"'()（）【】"))
    if said is None:
        return None
    if said[1]:
        raw.note("explanation", said[1].strip("（）()"))
    return said[0]

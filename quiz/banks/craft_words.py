"""Words that tell right from wrong over all files: whoever has seen that every option with 只能 is wrong need not read it; judges no fact.

One question with such a word proves nothing; many that all lean one way, more than chance would make them, are a habit of the authors.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from quiz.banks.craft_file import CHANCE, at_least
from quiz.banks.craft_question import CHOICES, TITLE
from quiz.banks.problems import Placed, Problems
from quiz.core.message import Message, listed, mark_text, say
from quiz.core.question import Question, QuestionType

FEWEST_TOLD = 8
"""Of fewer options or statements with a word no habit is told."""

LEANS = 0.8
"""A word gives away the key when whoever goes by it is right so often."""

MOST_NAMED = 6

ABSOLUTE = "一律|绝对|任何|完全|全部|凡是|从不|永远|概不|只(?!要)|仅(?!要)"
OPTIONS: dict[str, str] = {
    "absolute": f"{ABSOLUTE}|全体|必须|唯一|一切|终身|无条件",
    "lawful": "依法|依规|合法|按规定|按照规定",
    "permitted": "|".join(f"{done}[后的]?，?可以?(?!能)" for done in ("同意", "批准", "备案", "公示", "通过")) + "|即可|，但不得",
    "forbidden": "不得|不予|不应|禁止|严禁",
}
STATEMENTS: dict[str, str] = {
    "absolute": f"{ABSOLUTE}|所有",
    "conforming": "符合.{0,40}规定。?$|允许的。?$",
    "forbidden": "不得|不予|禁止|严禁",
}
FAMILIES: dict[str, str] = {
    "absolute": mark_text("绝对化词语（一律、任何、必须、只……）"),
    "lawful": mark_text("“依法”“按规定”"),
    "permitted": mark_text("“经……同意后可以”“可以……，但不得……”"),
    "forbidden": mark_text("“不得”“不予”“禁止”"),
    "conforming": mark_text("“……符合……规定”“……是允许的”"),
}
ANY_WORD = re.compile("|".join((*OPTIONS.values(), *STATEMENTS.values())))
"""Looked for first: without groups the search is many times faster."""

OPTION_WORDS = re.compile("|".join(f"(?P<{name}>{words})" for name, words in OPTIONS.items()))
STATEMENT_WORDS = re.compile("|".join(f"(?P<{name}>{words})" for name, words in STATEMENTS.items()))


@dataclass(slots=True)
class _Told:
    """How often a family of words was seen, how often it was right, how often chance would have made it so, and the first on either side."""

    seen: int = 0
    right: int = 0
    expected: float = 0.0
    first: dict[bool, tuple[Problems, Placed]] = field(default_factory=dict)
    uids: dict[bool, list[str]] = field(default_factory=lambda: {True: [], False: []})


class Words:
    """Counts telling words, question by question, in options and in statements to be judged."""

    def __init__(self) -> None:
        self.told: dict[tuple[bool, str], _Told] = {}

    def add(self, question: Question, at: Placed, problems: Problems) -> None:
        """Count the words of one question, which stands at `at`; of each option or statement the first telling word counts."""
        if question.type in CHOICES:
            share = len(question.key) / len(question.options)
            for option in question.options:
                if ANY_WORD.search(option.text) and (match := OPTION_WORDS.search(option.text)):
                    self._count((True, str(match.lastgroup)), option.id in question.key, share, question.uid, at, problems)
        elif question.type is QuestionType.TRUE_FALSE and (match := STATEMENT_WORDS.search(TITLE.sub("", question.stem))):
            self._count((False, str(match.lastgroup)), "T" in question.key, 0.5, question.uid, at, problems)

    def _count(self, family: tuple[bool, str], is_right: bool, share: float, uid: str, at: Placed, problems: Problems) -> None:
        told = self.told.setdefault(family, _Told())
        told.seen += 1
        told.right += is_right
        told.expected += share
        told.first.setdefault(is_right, (problems, at))
        uids = told.uids[is_right]
        if len(uids) <= MOST_NAMED and uid not in uids:
            uids.append(uid)

    def finish(self) -> None:
        """Tell each family that gives the key away, at the first question on the side that most are on."""
        for (is_option, name), told in self.told.items():
            if (leans := _leans(told)) is not None:
                problems, at = told.first[leans]
                problems.add(at, "C924", _message(is_option, name, told, leans))


def _leans(told: _Told) -> bool | None:
    """True when nearly all with the word are right, False when nearly all are wrong, both beyond chance; else None."""
    if told.seen < FEWEST_TOLD:
        return None
    chance, wrong = told.expected / told.seen, told.seen - told.right
    if told.right >= LEANS * told.seen and at_least(told.right, told.seen, chance) < CHANCE / 10:
        return True
    if wrong >= LEANS * told.seen and at_least(wrong, told.seen, 1 - chance) < CHANCE / 10:
        return False
    return None


def _message(is_option: bool, name: str, told: _Told, leans: bool) -> Message:
    uids = told.uids[leans]
    values = {
        "words": say(FAMILIES[name]),
        "n": told.seen,
        "right" if leans else "wrong": told.right if leans else told.seen - told.right,
        "uids": listed(uids, MOST_NAMED),
    }
    return Message(TEXTS[is_option, leans], values)


TEXTS = {
    (True, True): mark_text("带有{words}的{n}个选项里有{right}个是对的，认这些词就能得分：{uids}。请也写几个带这些词的错误说法，或者换种写法。"),
    (True, False): mark_text("带有{words}的{n}个选项里有{wrong}个是错的，避开这些词就能得分：{uids}。请也写几个带这些词的正确说法，或者换种写法。"),
    (False, True): mark_text("带有{words}的{n}道判断题里有{right}道是对的，见到这些词判对就能得分：{uids}。请也写几道带这些词的错题，或者换种写法。"),
    (False, False): mark_text(
        "带有{words}的{n}道判断题里有{wrong}道是错的，见到这些词判错就能得分：{uids}。请也写几道带这些词的正确题，或者换种写法。"
    ),
}
"""What is told, by whether options or statements have the word and whether they are nearly all right."""

"""The craft of one file: habits that no single question shows, as keys that are mostly B, and sources that end; judges no fact."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import comb

from quiz.banks.craft_question import TITLE
from quiz.core.coverage import SOON_DAYS
from quiz.core.message import Message, listed, say
from quiz.core.question import Question, QuestionType, letters

HISTORY = "历史"
"""The tag of a question that is kept although its source has ended."""

CHANCE = 0.01
"""A habit is told when chance alone would show it in less than one of a hundred files."""

MOST_NAMED = 6
FEWEST = 8
"""Of fewer questions no habit is told."""

ABSOLUTE = re.compile(r"一律|所有|绝对|任何|完全|全部|只能|只看|凡是|从不|永远|概不|无一")
FEWEST_ABSOLUTE = 4


@dataclass(frozen=True, slots=True)
class FileFinding:
    """A habit of a file, told at one of its questions."""

    uid: str
    part: str
    rule: str
    message: Message


def check_questions(questions: Sequence[Question], day: date) -> Iterator[FileFinding]:
    """Yield the habits of the questions of one file, and the sources that have ended or soon end as of `day`."""
    yield from _ending(questions, day)
    single = [q for q in questions if q.type is QuestionType.SINGLE and len(q.options) >= 3]
    judged = [q for q in questions if q.type is QuestionType.TRUE_FALSE]
    yield from _positions(single)
    yield from _longest(single)
    yield from _truths(judged)
    yield from _absolutes(judged)


def _ending(questions: Sequence[Question], day: date) -> Iterator[FileFinding]:
    """One finding for each source and last day, at the first of its questions."""
    groups: dict[tuple[str, date], list[Question]] = {}
    for question in questions:
        is_meant = question.valid_to is not None and question.valid_to < day and HISTORY in question.tags
        if question.valid_to and question.valid_to <= day + timedelta(days=SOON_DAYS) and not is_meant:
            groups.setdefault((question.source.title, question.valid_to), []).append(question)
    for (title, end), found in groups.items():
        values = {"title": title, "end": str(end), "n": len(found), "uids": _some(found)}
        if end < day:
            text = say("依据《{title}》的{n}道题已在{end}失效，不会再进试卷：{uids}。请换成新的依据；要留作历史题的，请加标签“历史”。", **values)
            yield FileFinding(found[0].uid, "valid_to", "C911", text)
        else:
            text = say("依据《{title}》的{n}道题将在{end}失效，还有{days}天：{uids}。请准备替换的题目。", days=(end - day).days, **values)
            yield FileFinding(found[0].uid, "valid_to", "C912", text)


def _some(questions: Sequence[Question]) -> Message:
    """The first ids, and that there are more."""
    return listed((question.uid for question in questions), MOST_NAMED)


def _positions(questions: Sequence[Question]) -> Iterator[FileFinding]:
    if len(questions) < FEWEST:
        return
    share = max(1 / len(question.options) for question in questions)
    counts = Counter(letters(question.key, question.options) for question in questions)
    letter, most = min(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    if at_least(most, len(questions), share) * len(counts) < CHANCE:
        where = next(question for question in questions if letters(question.key, question.options) == letter)
        text = say(
            "{n}道单选题里有{most}道的答案是{letter}。请把答案的位置调匀，印发题库时才不会被看出规律。", n=len(questions), most=most, letter=letter
        )
        yield FileFinding(where.uid, "key", "C905", text)


def _longest(questions: Sequence[Question]) -> Iterator[FileFinding]:
    if len(questions) < FEWEST:
        return
    found = [question for question in questions if _key_is_longest(question)]
    share = max(1 / len(question.options) for question in questions)
    if at_least(len(found), len(questions), share) < CHANCE / 10:
        text = say(
            "{n}道单选题里有{most}道的答案比其他选项都长，选最长的就能得分。请把一些干扰项写长，或者把答案写短。", n=len(questions), most=len(found)
        )
        yield FileFinding(found[0].uid, "key", "C904", text)


def _key_is_longest(question: Question) -> bool:
    """True when the key is longer than every other option by more than one character."""
    right = max((len(option.text) for option in question.options if option.id in question.key), default=0)
    return all(len(option.text) + 1 < right for option in question.options if option.id not in question.key)


def _truths(questions: Sequence[Question]) -> Iterator[FileFinding]:
    true = sum("T" in question.key for question in questions)
    most = max(true, len(questions) - true)
    if len(questions) < FEWEST or 2 * at_least(most, len(questions), 0.5) >= CHANCE:
        return
    text = say("{n}道判断题里，对的{true}道、错的{false}道。请调匀，不要让人靠猜得分。", n=len(questions), true=true, false=len(questions) - true)
    yield FileFinding(questions[0].uid, "key", "C916", text)


def _absolutes(questions: Sequence[Question]) -> Iterator[FileFinding]:
    found = [(question, match[0]) for question in questions if (match := ABSOLUTE.search(TITLE.sub("", question.stem)))]
    if len(found) < FEWEST_ABSOLUTE or any("T" in question.key for question, _ in found):
        return
    words = listed(dict.fromkeys(word for _, word in found))
    text = say(
        "用了绝对化词语（{words}）的{n}道判断题全是错的，见到这些词判错就能得分。请也写几道这样的正确题，或者换种说法。", words=words, n=len(found)
    )
    yield FileFinding(found[0][0].uid, "stem", "C917", text)


def at_least(hits: int, tries: int, chance: float) -> float:
    """Return the probability of `hits` or more in `tries` (upper tail of the binomial distribution)."""
    if tries > 1000:  # a normal bound is enough there, and comb() would be slow
        from statistics import NormalDist

        return 1 - NormalDist(tries * chance, (tries * chance * (1 - chance)) ** 0.5).cdf(hits - 0.5)
    return sum(comb(tries, k) * chance**k * (1 - chance) ** (tries - k) for k in range(hits, tries + 1))

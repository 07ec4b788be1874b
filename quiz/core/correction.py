"""Corrections of a question that people have sat: what counts instead of its key, and what that makes of a mark. Knows no person and no clock.

A correction holds for a whole sitting and the newest that names a question counts, so that one is undone by another. Marks are never edited:
they are made anew from the stored responses, and say which correction they follow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from quiz.core.fill_in import Verdict, may_be_answer
from quiz.core.marking import Decisions, Mark, Why, mark_response
from quiz.core.message import Message, QuizError, mark_text, say
from quiz.core.question import BlankKind, Question, QuestionType, base_uid, places, without_shares
from quiz.core.response import Response
from quiz.core.rule import Rule
from quiz.core.same_text import normalise

MOST_ANSWERS = 30
LONGEST_ANSWER = 200
"""Of the texts that a corrected blank accepts."""


class Remedy(StrEnum):
    """What counts instead: another key; the old or the new, whichever gives a person more; full marks for everyone who had the question;
    nothing, as if it had not been asked; or again the key as it was printed."""

    NEW_KEY = "new_key"
    BETTER = "better"
    FULL = "full"
    DROP = "drop"
    ORIGINAL = "original"

    @property
    def needs_key(self) -> bool:
        """True when it says nothing without another key."""
        return self in (Remedy.NEW_KEY, Remedy.BETTER)


KIND_NAMES = {BlankKind.TEXT: mark_text("文字"), BlankKind.NUMBER: mark_text("数"), BlankKind.DATE: mark_text("日期")}

REMEDY_NAMES: dict[Remedy, str] = {
    Remedy.NEW_KEY: mark_text("按新答案重评"),
    Remedy.BETTER: mark_text("原答案、新答案取得分高的"),
    Remedy.FULL: mark_text("本题全体给满分"),
    Remedy.DROP: mark_text("本题不计分"),
    Remedy.ORIGINAL: mark_text("恢复原答案"),
}


REMEDY_SENTENCES: dict[Remedy, str] = {
    Remedy.NEW_KEY: mark_text("原答案“{old}”更正为“{new}”。试卷上有这道题的，一律按新答案重新评分。"),
    Remedy.BETTER: mark_text("原答案“{old}”，新答案“{new}”。试卷上有这道题的，按两者中得分高的计分，不会因此减分。"),
    Remedy.FULL: mark_text("试卷上有这道题的，本题一律得满分，没有作答的也一样。"),
    Remedy.DROP: mark_text("本题不计分。试卷上有这道题的，其余各题的得分按原来的满分折算，及格线不变。"),
    Remedy.ORIGINAL: mark_text("以前对这道题的更正撤销，恢复按原答案“{old}”计分。"),
}


DROP_WITHOUT_LINE = mark_text("本题不计分。试卷上有这道题的，其余各题的得分按原来的满分折算。")
"""The same where there is no pass mark, as in a contest."""


def remedy_sentence(remedy: Remedy, old: str, new: Sequence[str], has_line: bool) -> Message:
    """Say what is done with a question, to everyone whom it concerns; `new` is each key that is right now, `has_line` whether anybody can fail."""
    text = DROP_WITHOUT_LINE if remedy is Remedy.DROP and not has_line else REMEDY_SENTENCES[remedy]
    values = {"old": old, "new": any_of(new)}
    return say(text, **{name: value for name, value in values.items() if f"{{{name}}}" in text})


@dataclass(frozen=True, slots=True)
class NewKey:
    """Another key: sets of options or pairs of which any is right (`choices`), or for each blank the texts that are accepted (`blanks`)."""

    choices: tuple[frozenset[str], ...] = ()
    blanks: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """The correction `number` of a sitting. `question` is the uid of a question on papers, or of the template or case behind several."""

    number: int
    question: str
    remedy: Remedy
    key: NewKey | None = None

    def names(self, uid: str) -> bool:
        """True when it is about the question with this uid on a paper."""
        return self.question in (uid, base_uid(uid))


def in_force(corrections: Iterable[Correction], uid: str) -> Correction | None:
    """Return the correction by which a question is marked: the newest that names it; None where its own key counts."""
    newest = max((one for one in corrections if one.names(uid)), key=lambda one: one.number, default=None)
    return None if newest is None or newest.remedy is Remedy.ORIGINAL else newest


def mark_corrected(
    question: Question, response: Response, max_mark: Decimal, rule: Rule, decisions: Decisions | None, correction: Correction | None
) -> Mark:
    """Return the mark of a response under the correction in force, or under the question's own key when there is none."""
    if correction is None or correction.remedy is Remedy.ORIGINAL:
        return mark_response(question, response, max_mark, rule, decisions)
    return replace(_mark(question, response, max_mark, rule, decisions, correction), correction=correction.number)


def mark_settled(
    question: Question,
    response: Response,
    max_mark: Decimal,
    rule: Rule,
    decisions: Decisions | None,
    correction: Correction | None,
    override: Decimal | None = None,
) -> Mark:
    """Return the mark of a response with all that people settled about it.

    A mark set by hand stands over every key; a question that gives full marks or does not count does so for everybody.
    """
    is_for_all = correction is not None and correction.remedy in (Remedy.FULL, Remedy.DROP)
    if override is None or is_for_all:
        return mark_corrected(question, response, max_mark, rule, decisions, correction)
    return Mark(override, max_mark, rule, Why.OVERRIDDEN, {})


def _mark(question: Question, response: Response, max_mark: Decimal, rule: Rule, decisions: Decisions | None, correction: Correction) -> Mark:
    if correction.remedy is Remedy.FULL:
        return Mark(max_mark, max_mark, rule, Why.FULL_FOR_ALL, {})
    if correction.remedy is Remedy.DROP:
        return Mark(Decimal(0), Decimal(0), rule, Why.NOT_COUNTED, {})
    assert correction.key is not None
    asked = with_key(question, correction.key)
    if correction.remedy is Remedy.BETTER:
        asked.append(question)
    return best([mark_response(one, response, max_mark, rule, decisions) for one in asked])


def best(marks: Sequence[Mark]) -> Mark:
    """Return the highest of the marks of one response, the first of equal ones; while a person may still raise another, it waits with it.

    Whatever is in doubt under any of them waits, so that a decision on a text reaches everybody who wrote it.
    """
    top = max(marks, key=lambda mark: mark.mark)
    waiting = [mark for mark in marks if mark.needs_review]
    if not waiting or top.mark == top.max_mark:
        return top
    verdicts = tuple(Verdict.REVIEW if Verdict.REVIEW in each else each[0] for each in zip(*(mark.verdicts for mark in waiting), strict=True))
    return replace(waiting[0], mark=top.mark, verdicts=verdicts, counts=waiting[0].counts | {"review": verdicts.count(Verdict.REVIEW)})


def with_key(question: Question, key: NewKey) -> list[Question]:
    """Return the question with each key that is right now; the shares of its options spoke of the old one and go with it."""
    if key.blanks:
        blanks = tuple(replace(blank, answers=answers) for blank, answers in zip(question.blanks, key.blanks, strict=True))
        return [replace(question, blanks=blanks)]
    options = without_shares(question.options)
    return [replace(question, key=choice, options=options) for choice in key.choices]


def as_shown(question: Question, correction: Correction | None) -> Question:
    """Return the question with the key that a review shows: everything that counts as right where one option is asked for, else the first new key."""
    if correction is None or correction.key is None:
        return question
    asked = with_key(question, correction.key)
    if question.type in (QuestionType.SINGLE, QuestionType.TRUE_FALSE):
        old = question.key if correction.remedy is Remedy.BETTER else frozenset()
        return replace(question, key=old.union(*(one.key for one in asked)))
    return asked[0]


SHARES_LAPSE = mark_text("命题时给各选项定的比例只对原答案有效。换了答案，按选项比例计分的大题里，新答案的各项平均得分，有错选不得分。")
"""What is said before a key is changed of a question whose author set what each option earns."""


def check_key(question: Question, key: NewKey) -> NewKey:
    """Return the key as it is stored. QuizError `bad_key` when it does not fit the question, `same_key` when it is the one it has."""
    found = _check_blanks(question, key.blanks) if question.type is QuestionType.FILL_IN else _check_choices(question, key.choices)
    if [(one.key, one.blanks) for one in with_key(question, found)] == [(question.key, question.blanks)]:
        raise QuizError("same_key", say("新答案与原答案相同。"))
    return found


def _check_choices(question: Question, choices: Sequence[frozenset[str]]) -> NewKey:
    if question.type is QuestionType.SHORT_ANSWER:
        raise QuizError("bad_key", say("简答题没有可以更换的答案。请逐份改分，或者全体给满分、不计分。"))
    given = tuple(dict.fromkeys(choice for choice in choices if choice))
    if not given:
        raise QuizError("bad_key", say("请选择新答案。"))
    ids = {option.id for option in question.options}
    for choice in given:
        if question.type.is_pairs:
            asked = places(question)
            fits = sorted(pair[:1] for pair in choice) == sorted(asked) and {pair[1:] for pair in choice} <= ids
            fits = fits and (question.type is QuestionType.MATCHING or len({pair[1:] for pair in choice}) == len(asked))
        else:
            fits = choice <= ids and (question.type is QuestionType.MULTIPLE or len(choice) == 1)
        if not fits:
            raise QuizError("bad_key", say("新答案与题目不符，请核对选项。"))
    return NewKey(choices=given)


def _check_blanks(question: Question, blanks: Sequence[Sequence[str]]) -> NewKey:
    given = tuple(tuple(dict.fromkeys(text.strip() for text in answers if normalise(text))) for answers in blanks)
    if len(given) != len(question.blanks) or not all(given):
        raise QuizError("bad_key", say("每个空都要写出至少一个正确答案。"))
    if any(len(answers) > MOST_ANSWERS or any(len(text) > LONGEST_ANSWER for text in answers) for answers in given):
        raise QuizError("bad_key", say("每个空最多{n}个答案，每个最多{most}个字。", n=MOST_ANSWERS, most=LONGEST_ANSWER))
    for blank, answers in zip(question.blanks, given, strict=True):
        for text in answers:
            if not may_be_answer(text, blank.kind, blank.unit):
                raise QuizError("bad_key", say("答案“{got}”不能当作{kind}来比较，请改写。", got=text, kind=say(KIND_NAMES[blank.kind])))
    return NewKey(blanks=given)


def key_words(question: Question) -> str:
    """Return the key in words that hold for every paper, whatever the order of its options: their texts, and each blank's accepted answers."""
    if question.type is QuestionType.FILL_IN:
        return "；".join(" / ".join(answer + blank.unit for answer in blank.answers) for blank in question.blanks)
    return words_of(question, question.key)


def words_of(question: Question, response: Collection[str]) -> str:
    """Return a response in words that hold for every paper: the texts of options and pairs, or what was written."""
    if question.type.is_text:
        return "；".join(response)
    texts = {option.id: option.text or option.id for option in question.options}
    if question.type.is_pairs:
        prompts = {prompt.id: prompt.text or prompt.id for prompt in question.prompts}
        return "；".join(f"{prompts.get(pair[0], pair[0])}－{texts[pair[1:]]}" for pair in sorted(response))
    return "；".join(texts[name] for name in sorted(response))


def new_key_words(question: Question, key: NewKey) -> tuple[str, ...]:
    """Return each key that is right now in words."""
    return tuple(key_words(one) for one in with_key(question, key))


def any_of(texts: Sequence[str]) -> Message | str:
    """Return the text, or of several that any of them is right; empty for none."""
    return say("以下任一均可：{texts}", texts=" ｜ ".join(texts)) if len(texts) > 1 else "".join(texts)

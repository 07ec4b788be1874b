"""Questions as other people's files hold them: not yet reviewed, perhaps without citation or validity, each with the place it came from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from quiz.core.message import Diagnostic, Message, mark_text, say
from quiz.core.question import Blank, BlankKind, Question, QuestionType, Source, pictures_of


class DraftType(StrEnum):
    """What a draft asks for; the same words as the bank format."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true_false"
    FILL_IN = "fill_in"
    ORDERING = "ordering"
    MATCHING = "matching"
    SHORT_ANSWER = "short_answer"
    CASE = "case"


@dataclass(frozen=True, slots=True)
class DraftBlank:
    """One gap and every answer that is right; `number` when answers are compared as numbers, within `tolerance` (absolute)."""

    answers: tuple[str, ...]
    is_number: bool = False
    tolerance: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A question on its way in or out.

    `options` and `right` (indices into options, from 0) serve the choice types; true/false has right (0,) for true and () for false.
    `shares` are what each option earns in percent, where the author set that; empty elsewhere.
    `blanks` match the ____ of the stem. `items` of an ordering stand in the right order. `pairs` of a matching are (left, right),
    `extra` further right-hand texts without a partner. `model_answer` is a short answer's. `parts` are a case's questions.
    """

    type: DraftType
    stem: str
    options: tuple[str, ...] = ()
    right: tuple[int, ...] = ()
    blanks: tuple[DraftBlank, ...] = ()
    items: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    extra: tuple[str, ...] = ()
    model_answer: str = ""
    parts: tuple[Draft, ...] = ()
    id: str = ""
    explanation: str = ""
    source: str = ""
    category: str = ""
    topic: str = ""
    tags: tuple[str, ...] = ()
    marks: Decimal | None = None
    line: int = 0
    shares: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """What an importer kept, and a diagnostic for each thing it could not keep or had to guess, with file and line, row or paragraph."""

    drafts: tuple[Draft, ...]
    diagnostics: tuple[Diagnostic, ...]


TRUE_SENTENCE = mark_text("正确表述：{sentence}")
POINT = mark_text("{text}（{marks}分）")


def to_draft(question: Question) -> Draft:
    """Return a question of the bank as a draft; what a draft has no place for is named by `lost_in_draft`.

    A unit becomes part of further answers, the right sentence of a false statement stands before its explanation, and the points of a marking
    scheme, with their marks, stand after the model answer.
    """
    options = {option.id: option.text for option in question.options}
    type_ = DraftType(question.type.value)
    draft = Draft(
        type_,
        question.stem,
        id=question.uid,
        explanation=question.explanation,
        source=source_text(question.source),
        category=question.category,
        topic=question.topic,
        tags=question.tags,
    )
    match question.type:
        case QuestionType.SINGLE | QuestionType.MULTIPLE:
            right = tuple(i for i, option in enumerate(question.options) if option.id in question.key)
            shares = tuple(option.share for option in question.options if option.share is not None)
            return replace(draft, options=tuple(options.values()), right=right, shares=shares)
        case QuestionType.TRUE_FALSE:
            return replace(draft, right=(0,) if "T" in question.key else (), explanation=_with_sentence(question))
        case QuestionType.FILL_IN:
            return replace(draft, blanks=tuple(_blank(blank) for blank in question.blanks))
        case QuestionType.ORDERING:
            order = sorted(question.key, key=lambda pair: int(pair[:-1]))
            return replace(draft, items=tuple(options[pair[-1]] for pair in order))
        case QuestionType.MATCHING:
            left = {prompt.id: prompt.text for prompt in question.prompts}
            pairs = tuple((left[pair[:-1]], options[pair[-1]]) for pair in sorted(question.key, key=lambda pair: int(pair[:-1])))
            used = {pair[-1] for pair in question.key}
            return replace(draft, pairs=pairs, extra=tuple(text for name, text in options.items() if name not in used))
        case QuestionType.SHORT_ANSWER:
            points = [POINT.format(text=point.text, marks=f"{point.marks:f}") for point in question.points]
            return replace(draft, model_answer="\n".join([*([question.model_answer] if question.model_answer else []), *points]))
        case QuestionType.CASE:
            return replace(draft, parts=tuple(_part(part, question) for part in question.parts))


def lost_in_draft(question: Question) -> tuple[Message, ...]:
    """Name what `to_draft` leaves out of this question beyond what it leaves out of every one (level, validity, area, department)."""
    lost: list[Message] = []
    if any(True for _ in pictures_of(question)):
        lost.append(say("图片"))
    for asked in (question, *question.parts):
        if any(blank.group for blank in asked.blanks):
            lost.append(say("各空次序不限"))
        if any(blank.tolerance and _tolerance(blank) is None for blank in asked.blanks):
            lost.append(say("按比例的误差范围"))
        if any(blank.weight != 1 for blank in asked.blanks):
            lost.append(say("各空的分值"))
        if any(point.keywords for point in asked.points):
            lost.append(say("评分要点的关键词"))
    return tuple(lost)


def source_text(source: Source) -> str:
    """Return a citation in one line: 《title》（number）clause."""
    title = source.title if "《" in source.title else f"《{source.title}》"
    return title + (f"（{source.number}）" if source.number else "") + source.clause


def _part(part: Question, case: Question) -> Draft:
    """A question of a case, without what it shares with the case."""
    explanation = "" if part.explanation == case.explanation else to_draft(part).explanation
    return replace(to_draft(part), id="", explanation=explanation, source="", category="", topic="", tags=(), marks=part.part_marks)


def _with_sentence(question: Question) -> str:
    if not question.true_sentence:
        return question.explanation
    sentence = TRUE_SENTENCE.format(sentence=question.true_sentence)
    return f"{sentence}\n{question.explanation}" if question.explanation else sentence


def _blank(blank: Blank) -> DraftBlank:
    if blank.unit:
        return DraftBlank(tuple(dict.fromkeys([*blank.answers, *(text + blank.unit for text in blank.answers)])))
    is_number = blank.kind is BlankKind.NUMBER
    return DraftBlank(blank.answers, is_number, _tolerance(blank) if is_number else None)


def _tolerance(blank: Blank) -> Decimal | None:
    """The tolerance in numbers; a share of the answer needs an answer to be a share of."""
    text = blank.tolerance.removesuffix("%")
    try:
        value = Decimal(text)
        return value * abs(Decimal(blank.answers[0])) / 100 if text != blank.tolerance else value
    except InvalidOperation:
        return None

"""Reads one question of a bank file into a `Question`; refuses, at the key or value, whatever breaks the rules Q201 to Q219."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from quiz.banks.answer import Answer, read_answer
from quiz.banks.pictures import PictureFolder
from quiz.banks.problems import Problems
from quiz.banks.schema import TEXT_LIMIT, Fields, open_fields, report_choice
from quiz.banks.yaml_tree import Node
from quiz.core.message import listed, say
from quiz.core.picture import Picture
from quiz.core.question import Label, Level, Question, QuestionType, Source

KEYS = (
    "id", "type", "stem", "options", "key", "true_sentence", "blanks", "any_order", "level", "topic", "source", "jurisdiction",
    "valid_from", "valid_to", "explanation", "tags", "difficulty", "weight_class",
    "not_with", "items", "pairs", "extra", "points", "model_answer", "parts",
    "picture",
)  # fmt: skip
ANSWER_KEYS = ("options", "key", "true_sentence", "blanks", "any_order", "items", "pairs", "extra", "points", "model_answer")
PART_KEYS = ("type", "stem", "explanation", "marks", *ANSWER_KEYS, "picture")
WEIGHT_CLASSES = ("must", "key", "elective")
STEM_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Head:
    """What a bank file says for all its questions, and where their pictures are; a document is a `Source` that still lacks its clause."""

    category: str = ""
    area: str = ""
    department: str = ""
    label: Label = Label.SAMPLE
    documents: Map[str, Source] = field(default_factory=dict)
    pictures: PictureFolder = field(default_factory=PictureFolder)


def read_question(node: Node, head: Head, problems: Problems) -> Question | None:
    """Return the question, or None after reporting everything that is wrong with it."""
    before = problems.count
    fields = open_fields(node, "questions", problems, KEYS)
    if fields is None:
        return None
    uid = fields.code("id")
    kind = fields.choice("type", QuestionType)
    level = fields.choice("level", Level)
    stem = fields.text("stem", limit=STEM_LIMIT)
    topic, explanation = fields.text("topic"), fields.text("explanation", limit=TEXT_LIMIT)
    valid_from, valid_to = _validity(fields, problems)
    source = _source(fields, head, problems)
    jurisdiction = fields.text("jurisdiction", required=False) or "全国"
    tags, difficulty, weight_class = fields.texts("tags", required=False), read_difficulty(fields), _weight_class(fields, problems)
    not_with = fields.texts("not_with", required=False)
    picture = head.pictures.picture(fields, problems)
    answer = read_answer(fields, kind, stem, problems, head.pictures) if kind else Answer()
    parts = [part for item in fields.items("parts") if (part := _part(item, head.pictures, problems))] if kind is QuestionType.CASE else []
    if problems.count > before or kind is None or level is None or source is None or valid_from is None:
        return None
    whole = Question(
        uid=uid,
        type=kind,
        category=head.category,
        area=head.area,
        department=head.department,
        stem=stem,
        level=level,
        topic=topic,
        source=source,
        explanation=explanation,
        valid_from=valid_from,
        valid_to=valid_to,
        options=answer.options,
        key=answer.key,
        blanks=answer.blanks,
        true_sentence=answer.true_sentence,
        jurisdiction=jurisdiction,
        label=head.label,
        tags=tags,
        difficulty=difficulty,
        weight_class=weight_class,
        not_with=not_with,
        keep_order=kind is QuestionType.TRUE_FALSE,
        prompts=answer.prompts,
        points=answer.points,
        model_answer=answer.model_answer,
        picture=picture,
    )
    return replace(whole, parts=tuple(_completed(part, whole, number) for number, part in enumerate(parts, 1))) if parts else whole


@dataclass(frozen=True, slots=True)
class _Part:
    """A question of a case, before it takes what it shares with the others from the case."""

    kind: QuestionType
    stem: str
    explanation: str
    marks: Decimal
    answer: Answer
    picture: Picture | None = None


def _part(node: Node, pictures: PictureFolder, problems: Problems) -> _Part | None:
    fields = open_fields(node, "parts", problems, PART_KEYS)
    if fields is None:
        return None
    kind, stem = fields.choice("type", QuestionType), fields.text("stem", limit=STEM_LIMIT)
    if kind is QuestionType.CASE:
        problems.add(fields.at("type"), "F104", say("案例里的小题不能又是案例。请换一种题型。"))
        return None
    picture = pictures.picture(fields, problems)
    answer = read_answer(fields, kind, stem, problems, pictures) if kind else Answer()
    marks = fields.exact("marks", "0.5", "100", required=False) or Decimal(1)
    explanation = fields.text("explanation", required=False, limit=TEXT_LIMIT)
    return None if kind is None else _Part(kind, stem, explanation, marks, answer, picture)


def _completed(part: _Part, case: Question, number: int) -> Question:
    """A question of a case in full: it shares category, source, validity, level and topic with the case."""
    return replace(
        case,
        uid=f"{case.uid}#{number}",
        type=part.kind,
        stem=part.stem,
        explanation=part.explanation or case.explanation,
        options=part.answer.options,
        key=part.answer.key,
        blanks=part.answer.blanks,
        true_sentence=part.answer.true_sentence,
        keep_order=part.kind is QuestionType.TRUE_FALSE,
        prompts=part.answer.prompts,
        points=part.answer.points,
        model_answer=part.answer.model_answer,
        part_marks=part.marks,
        picture=part.picture,
    )


def read_difficulty(fields: Fields) -> Decimal | None:
    """Return the setter's estimate of the share who will get it right."""
    return fields.exact("difficulty", "0.05", "0.95", required=False)


def _validity(fields: Fields, problems: Problems) -> tuple[date | None, date | None]:
    valid_from = fields.day("valid_from")
    if not fields.has("valid_to"):
        fields.value("valid_to")
        return valid_from, None
    if fields.text("valid_to") == "open":
        return valid_from, None
    valid_to = fields.day("valid_to")
    if valid_from and valid_to and valid_to < valid_from:
        text = say("失效日期{end}早于生效日期{start}。请核对这两个日期。", end=str(valid_to), start=str(valid_from))
        problems.add(fields.at("valid_to"), "Q209", text)
    return valid_from, valid_to


def _source(fields: Fields, head: Head, problems: Problems) -> Source | None:
    source = fields.fields("source", ("document", "clause"))
    if source is None:
        return None
    name, clause = source.text("document"), source.text("clause")
    if not name or not clause:
        return None
    if name not in head.documents:
        text = say("文件开头的 documents 里没有“{name}”。请补上这个文件，或者改成已有的：{known}。", name=name, known=listed(head.documents or ["—"]))
        problems.add(source.at("document"), "Q208", text)
        return None
    return replace(head.documents[name], clause=clause)


def _weight_class(fields: Fields, problems: Problems) -> str:
    text = fields.text("weight_class", required=False)
    if text and text not in WEIGHT_CLASSES:
        report_choice(text, fields.at("weight_class"), "weight_class", WEIGHT_CLASSES, problems)
    return text

"""What differs between two states of a question or template, field by field and letter by letter, for a person to read; decides nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from quiz.core.message import Translate, join_messages, listed, mark_text, say
from quiz.core.paper import plain_number
from quiz.core.profile import SCOPE_NAMES
from quiz.core.question import AREAS, LEVEL_NAMES, TYPE_NAMES, Blank, BlankKind, Label, Option, Point, Question, Source
from quiz.core.template import Template

FIELD_NAMES = {
    "uid": mark_text("编号"),
    "type": mark_text("题型"),
    "category": mark_text("类别"),
    "area": mark_text("领域"),
    "department": mark_text("责任部门"),
    "scope": mark_text("问谁的情况"),
    "stem": mark_text("题干"),
    "picture": mark_text("图片"),
    "options": mark_text("选项"),
    "prompts": mark_text("左侧各项"),
    "key": mark_text("答案"),
    "claim": mark_text("说法中的事实"),
    "blanks": mark_text("各空答案"),
    "distractors": mark_text("干扰项来自"),
    "true_sentence": mark_text("正确说法"),
    "points": mark_text("评分要点"),
    "model_answer": mark_text("参考答案"),
    "parts": mark_text("小题"),
    "part_marks": mark_text("小题分值"),
    "explanation": mark_text("解析"),
    "source": mark_text("依据"),
    "valid_from": mark_text("有效期起"),
    "valid_to": mark_text("有效期止"),
    "jurisdiction": mark_text("适用范围"),
    "level": mark_text("层次"),
    "topic": mark_text("知识点"),
    "label": mark_text("核对情况"),
    "tags": mark_text("标签"),
    "difficulty": mark_text("预计得分率"),
    "weight_class": mark_text("必考程度"),
    "not_with": mark_text("不能同卷的题"),
    "keep_order": mark_text("选项顺序固定"),
}
"""Every field of a question and of a template, in the order in which changes are told."""

OWN_OF_A_PART = (
    "type",
    "stem",
    "picture",
    "options",
    "prompts",
    "key",
    "blanks",
    "true_sentence",
    "points",
    "model_answer",
    "part_marks",
    "explanation",
)
"""What a question of a case does not share with the case."""

VALUE_NAMES: dict[str, dict[Any, str]] = {
    "type": dict(TYPE_NAMES),
    "level": dict(LEVEL_NAMES),
    "area": dict(AREAS),
    "label": {Label.SAMPLE: mark_text("样题"), Label.CONFIRMED: mark_text("已核对")},
    "scope": dict(SCOPE_NAMES),
    "weight_class": {"must": mark_text("必考"), "key": mark_text("重点"), "elective": mark_text("选考")},
    "kind": {BlankKind.TEXT: mark_text("文字"), BlankKind.NUMBER: mark_text("数字"), BlankKind.DATE: mark_text("日期")},
}
MOST_COMPARED = 4_000_000
"""How many pairs of letters are compared; beyond, the old text stands whole before the new one."""

LEAST_ALIKE = 0.35
SHORTEST_SAME = 2
"""Fewer equal letters between two changes are told as changed too: single letters in common are chance."""


@dataclass(frozen=True, slots=True)
class Change:
    """A field that differs: its Chinese name, and its text in pieces, each (`same`, `old` or `new`; the text)."""

    name: str
    pieces: tuple[tuple[str, str], ...]


def changes(old: Question | Template, new: Question | Template, translate: Translate = mark_text) -> list[Change]:
    """Return what differs between two states, in the order of FIELD_NAMES; nothing when they are the same."""
    before, after = _fields(old), _fields(new)
    names = [name for name in FIELD_NAMES if before.get(name) != after.get(name)]
    return [Change(FIELD_NAMES[name], pieces(*(_text(name, value.get(name), translate) for value in (before, after)))) for name in names]


def pieces(old: str, new: str) -> tuple[tuple[str, str], ...]:
    """Return the two texts as one run of pieces; the `same` and `old` ones together are the old text, the `same` and `new` ones the new."""
    whole = tuple((kind, text) for kind, text in (("old", old), ("new", new)) if text)
    if len(whole) < 2 or len(old) * len(new) > MOST_COMPARED:
        return whole
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < LEAST_ALIKE:
        return whole
    return tuple(_joined(matcher, old, new))


def _joined(matcher: SequenceMatcher[str], old: str, new: str) -> Iterator[tuple[str, str]]:
    """The pieces in order; neighbouring changes, and chance matches between them, become one change."""
    gone = come = ""
    steps = matcher.get_opcodes()
    for i, (step, a, b, c, d) in enumerate(steps):
        is_chance = 0 < i < len(steps) - 1 and b - a < SHORTEST_SAME
        if step != "equal" or is_chance:
            gone, come = gone + old[a:b], come + new[c:d]
            continue
        yield from ((kind, text) for kind, text in (("old", gone), ("new", come)) if text)
        gone = come = ""
        yield "same", old[a:b]
    yield from ((kind, text) for kind, text in (("old", gone), ("new", come)) if text)


def _fields(item: Question | Template) -> dict[str, object]:
    return {field.name: getattr(item, field.name) for field in fields(item)}


def _text(name: str, value: object, translate: Translate) -> str:
    """One field as a person writes it."""
    known = VALUE_NAMES.get(name, {})
    if isinstance(value, str) and value in known:
        return translate(known[value])
    if name == "parts" and isinstance(value, tuple):
        return "\n".join(_part_text(number, part, translate) for number, part in enumerate(value, 1))
    if isinstance(value, tuple):
        return "\n".join(_line(one, translate) for one in value)
    if isinstance(value, frozenset):
        return listed(sorted(value)).render(translate)
    return _line(value, translate)


def _line(value: object, translate: Translate) -> str:
    match value:
        case None | "":
            return ""
        case bool():
            return translate(mark_text("是")) if value else translate(mark_text("否"))
        case Decimal():
            return plain_number(value)
        case date():
            return value.isoformat()
        case Option():
            share = "" if value.share is None else _bracketed(f"{plain_number(value.share)}%", translate)
            return f"{value.id}. {value.text}" + _picture_text(value.picture) + share
        case Blank():
            return _blank_text(value, translate)
        case Point():
            return value.text + _bracketed(plain_number(value.marks), translate) + listed(value.keywords).render(translate)
        case Source():
            return _source_text(value, translate)
        case StrEnum():
            return value.value
        case str():
            return value
        case _:
            return _picture_text(value)


def _picture_text(picture: object) -> str:
    """What a picture shows, and the first digits of its digest: another file with the same words is another picture."""
    return f"［{getattr(picture, 'alt', picture)}　{getattr(picture, 'digest', '')[:8]}］" if picture else ""


def _blank_text(blank: Blank, translate: Translate) -> str:
    extra = [translate(VALUE_NAMES["kind"][blank.kind])]
    extra += [f"±{blank.tolerance}"] if blank.tolerance else []
    extra += [f"×{plain_number(blank.weight)}"] if blank.weight != 1 else []
    extra += [translate(mark_text("次序不限"))] if blank.group else []
    return f"{' / '.join(blank.answers)}{blank.unit}" + _bracketed(join_messages("，", extra).render(translate), translate)


def _bracketed(text: str, translate: Translate) -> str:
    return say("（{what}）", what=text).render(translate)


def _source_text(source: Source, translate: Translate) -> str:
    number = _bracketed(source.number, translate) if source.number else ""
    day = source.issued_on.isoformat() if source.issued_on else ""
    return "　".join(filter(None, (f"《{source.title}》{number}{source.clause}", source.issuer, day)))


def _part_text(number: int, part: Question, translate: Translate) -> str:
    lines = [(FIELD_NAMES[name], _text(name, getattr(part, name, None), translate)) for name in OWN_OF_A_PART]
    colon = translate(mark_text("："))
    return "\n".join((_bracketed(str(number), translate).strip(), *(translate(name) + colon + text for name, text in lines if text)))

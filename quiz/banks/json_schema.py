"""JSON Schema (draft-07, which the YAML language server of editors speaks) for every kind of file, made from the tables that the readers use.

An editor completes and checks with it while typing. `quiz bank lint` remains the judge: it knows more (sums, keys that name options, ids).
"""

from __future__ import annotations

import json
from typing import Any

from quiz.banks import (
    answer,
    bank_file,
    blueprint_file,
    household,
    pictures,
    place_facts,
    profile_file,
    question_file,
    roster_file,
    sitting_file,
    template_file,
)
from quiz.banks.lint import KINDS
from quiz.banks.schema_tables import (
    ANSWER_TEXT,
    ANSWERS,
    BLANK,
    CADRE,
    CELL,
    DOCUMENT,
    HEAD,
    HOUSEHOLD,
    KEY_OF,
    LIMIT,
    NEEDED,
    NEEDED_BY_TEMPLATE,
    OPTION,
    PART,
    PICTURE,
    PLACE,
    PLAN,
    POINT,
    PROFILE,
    QUESTION,
    SECTION,
    SITTING,
    TEMPLATE,
    UNIT,
)  # fmt: skip
from quiz.banks.schema_values import Schema, choice, reference, several, table, text
from quiz.core.question import TYPE_NAMES, QuestionType

NAME = "schema.json"
"""The file that ships in question_banks/; a test holds it to what is made here."""


def bank_schema() -> Schema:
    """Return the schema of all kinds of file; the top-level keys tell an editor which kind it has before it."""
    tops = _tops()
    everything = {key: _at_first(part) for top in tops.values() for key, part in top["properties"].items()}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "考学 Kaoxue 题库文件",
        "description": "试题、本地题模板、命题蓝图、本地资料、花名册、考试。说明见 docs/bank-format.md。",
        "type": "object",
        "properties": everything,
        "anyOf": [{"required": [key]} for key in KINDS],
        "allOf": [{"if": _is_known_by(key), "then": {"$ref": f"#/definitions/{_top_name(key)}"}} for key in KINDS],
        "definitions": {f"{name}_file": top for name, top in tops.items()} | _definitions(),
    }


def to_text() -> str:
    """Return the schema as it is shipped."""
    return json.dumps(bank_schema(), ensure_ascii=False, indent=1) + "\n"


def all_keys() -> set[str]:
    """Return every key that any kind of file knows."""
    return {key for part in _walk(bank_schema()) for key in part.get("properties", {})}


def _at_first(part: Schema) -> Schema:
    """What an editor needs of a top-level key before the key that tells the kind of file is written: its title, and the words it may have."""
    return {name: part[name] for name in ("title", "description", "enum", "enumDescriptions") if name in part}


def _is_known_by(key: str) -> Schema:
    """True of a file with this top-level key and none of those that decide before it."""
    before = list(KINDS)[: list(KINDS).index(key)]
    return {"required": [key]} | ({"not": {"anyOf": [{"required": [other]} for other in before]}} if before else {})


def _top_name(key: str) -> str:
    return f"{'templates' if key == 'templates' else KINDS[key].replace('bank', 'questions')}_file"


BLUEPRINT_FILE: dict[str, Schema] = {
    "blueprint": reference("blueprint", "命题蓝图"),
    "sections": several("大题", {"$ref": "#/definitions/section"}),
    "limits": several("全卷要求", reference("limit", "一条要求")),
    "rivals": several("不能同卷的题", several("一组", text("题目编号"), fewest=2)),
}


def _tops() -> dict[str, Schema]:
    """The top of each kind of file."""
    head = ("category", "area", "department")
    profile = {
        "profile": table("本地资料", profile_file.PROFILE_KEYS, PROFILE, profile_file.PROFILE_KEYS),
        "departments": several("部门", table("部门", ("code", "name"), PLACE, ("code", "name")), fewest=0),
        "townships": several("镇", {"$ref": "#/definitions/township"}),
        "villages": several("村", {"$ref": "#/definitions/village"}, fewest=0),
        "households": several("农户", {"$ref": "#/definitions/household"}, fewest=0),
    }
    roster = {
        "units": several("单位", {"$ref": "#/definitions/unit"}, fewest=0),
        "cadres": several("干部", {"$ref": "#/definitions/cadre"}, fewest=0),
    }
    sitting = {"sitting": reference("sitting", "考试")}
    return {
        "questions": table("试题文件", bank_file.QUESTION_KEYS, HEAD, (*head, "label", "questions")),
        "templates": table("本地题模板文件", bank_file.TEMPLATE_KEYS, HEAD, (*head, "label", "scope", "templates")),
        "blueprint": table("命题蓝图文件", blueprint_file.TOP_KEYS, BLUEPRINT_FILE, ("blueprint", "sections")),
        "profile": table("本地资料文件", profile_file.TOP_KEYS, profile, ("profile", "townships")),
        "roster": table("花名册文件", roster_file.TOP_KEYS, roster),
        "sitting": table("考试文件", ("sitting",), sitting, ("sitting",)),
    }


def _definitions() -> dict[str, Schema]:
    """The parts of the files."""
    asked = ("id", "type", "stem", "level", "topic", "explanation")
    return {
        "document": table("文件", bank_file.DOCUMENT_KEYS, DOCUMENT, ("title", "issuer")),
        "question": table("试题", question_file.KEYS, QUESTION, (*asked, "source", "valid_from", "valid_to"), allOf=_by_type(tuple(ANSWERS))),
        "part": table("小题", question_file.PART_KEYS, PART, ("type", "stem"), allOf=_by_type(question_file.ANSWER_KEYS)),
        "template": table("本地题模板", template_file.KEYS, TEMPLATE, asked, allOf=_templates_by_type()),
        "blank": {
            "anyOf": [
                ANSWER_TEXT,
                {"type": "array", "items": ANSWER_TEXT, "minItems": 1},
                table("一个空", answer.BLANK_KEYS, BLANK, ("answers",)),
            ]
        },
        "option": OPTION,
        "picture": table("图片", pictures.PICTURE_KEYS, PICTURE, pictures.PICTURE_KEYS),
        "point": table("要点", answer.POINT_KEYS, POINT, ("text", "marks")),
        "blueprint": table("命题蓝图", blueprint_file.PLAN_KEYS, PLAN, ("id", "title", "minutes", "total", "pass_mark")),
        "section": table("大题", blueprint_file.SECTION_KEYS, SECTION, ("title", "type", "each", "cells")),
        "cell": table("命题单元", blueprint_file.CELL_KEYS, CELL, ("count",)),
        "limit": table("全卷要求", blueprint_file.LIMIT_KEYS, LIMIT),
        "township": table("镇", place_facts.TOWNSHIP_KEYS, PLACE, ("code", "name")),
        "village": table("村", place_facts.VILLAGE_KEYS, PLACE, ("code", "name", "township")),
        "household": table(
            "农户",
            household.HOUSEHOLD_KEYS,
            HOUSEHOLD,
            ("code", "village", "label", "members", "labour", "category", "state", "helpers"),
        ),
        "unit": table("单位", roster_file.UNIT_KEYS, UNIT, ("code", "name", "kind")),
        "cadre": table("干部", roster_file.CADRE_KEYS, CADRE, ("number", "name", "unit")),
        "sitting": table("考试", sitting_file.KEYS, SITTING, ("code", "title", "blueprint", "opens_at", "closes_at")),
    }


def _by_type(keys: tuple[str, ...]) -> list[Schema]:
    """For each type: what it needs and what it does not use."""
    out: list[Schema] = []
    for kind, needed in NEEDED.items():
        unused = [key for key, kinds in answer.ONLY_FOR.items() if kind not in kinds and key in keys]
        then: Schema = {"required": [key for key in needed if key in keys], "properties": dict.fromkeys(unused, False)}
        if kind in KEY_OF:
            then["properties"] |= {"key": KEY_OF[kind]}
        if kind in answer.FEWEST:
            then["properties"] |= {"options": {"minProperties": answer.FEWEST[kind]}}
        out.append({"if": _is_type(kind), "then": then})
    false = {"required": ["type", "key"], "properties": {"type": {"const": "true_false"}, "key": {"const": False}}}
    return [*out, {"if": false, "then": {"required": ["true_sentence"]}}]


def _templates_by_type() -> list[Schema]:
    out: list[Schema] = [{"properties": {"type": choice("题型", [kind.value for kind in NEEDED_BY_TEMPLATE], TYPE_NAMES)}}]
    for kind, keys in NEEDED_BY_TEMPLATE.items():
        unused = [key for key, kinds in template_file.ONLY_FOR.items() if kind not in kinds]
        out.append({"if": _is_type(kind), "then": {"required": list(keys), "properties": dict.fromkeys(unused, False)}})
    either = {"anyOf": [{"required": ["options"]}, {"required": ["distractors"]}]}
    return [*out, {"if": _is_type(QuestionType.SINGLE), "then": either}]


def _is_type(kind: QuestionType) -> Schema:
    return {"required": ["type"], "properties": {"type": {"const": kind.value}}}


def _walk(part: Any) -> list[Schema]:
    """Every mapping inside a schema."""
    if isinstance(part, dict):
        return [part, *(found for value in part.values() for found in _walk(value))]
    return [found for value in part for found in _walk(value)] if isinstance(part, list) else []

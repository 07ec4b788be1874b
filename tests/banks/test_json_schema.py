"""The schema for editors says what the readers say: it is what ships, takes every shipped file, and refuses what they refuse."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

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
from quiz.banks.json_schema import NAME, all_keys, bank_schema, to_text
from quiz.banks.lint import KINDS
from quiz.banks.problems import Problems
from quiz.banks.question_file import Head, read_question
from quiz.banks.schema_tables import NEEDED
from quiz.banks.template_file import read_template
from quiz.banks.yaml_tree import Mapping, Node, Scalar, parse_yaml
from quiz.core.profile import Scope
from quiz.core.question import QuestionType, Source

ROOT = Path(__file__).parents[2]
BANKS = ROOT / "question_banks"
SHIPPED = sorted(BANKS.rglob("*.yaml"))
SCHEMA = bank_schema()
PYTHON_TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict}


def plain(node: Node) -> Any:
    """What an editor makes of a node: YAML 1.2 core types."""
    if isinstance(node, Mapping):
        return {key: plain(entry.value) for key, entry in node.entries.items()}
    if not isinstance(node, Scalar):
        return [plain(item) for item in node.items]  # type: ignore[union-attr]
    if node.plain and re.fullmatch(r"[-+]?[0-9]+", node.text):
        return int(node.text)
    if node.plain and re.fullmatch(r"[-+]?[0-9]*\.?[0-9]+", node.text):
        return float(node.text)
    if node.plain and node.text.lower() in ("true", "false"):
        return node.text.lower() == "true"
    return None if node.is_null else node.text


def faults(value: Any, schema: Any, at: str = "") -> list[str]:
    """The parts of draft-07 that our schema uses."""
    if schema is False:
        return [f"{at}: not allowed"]
    if schema is True:
        return []
    unknown = schema.keys() - KEYWORDS
    assert not unknown, unknown
    out: list[str] = []
    if "$ref" in schema:
        out += faults(value, SCHEMA["definitions"][schema["$ref"].removeprefix("#/definitions/")], at)
    kinds = [schema["type"]] if isinstance(schema.get("type"), str) else schema.get("type", [])
    if kinds and not any(_is(value, kind) for kind in kinds):
        return [*out, f"{at}: is no {kinds}"]
    if "enum" in schema and value not in schema["enum"]:
        out.append(f"{at}: {value} is none of {schema['enum']}")
    if "const" in schema and (value != schema["const"] or isinstance(value, bool) != isinstance(schema["const"], bool)):
        out.append(f"{at}: {value} is not {schema['const']}")
    if isinstance(value, str):
        if "pattern" in schema and not re.search(schema["pattern"], value):
            out.append(f"{at}: {value} does not match")
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 10**9):
            out.append(f"{at}: length")
    elif isinstance(value, int | float) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        out.append(f"{at}: {value} is out of limits")
    elif isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 10**9):
            out.append(f"{at}: items")
        if schema.get("uniqueItems") and len({json.dumps(item) for item in value}) < len(value):
            out.append(f"{at}: doubled")
        out += [fault for i, item in enumerate(value) for fault in faults(item, schema.get("items", True), f"{at}/{i}")]
    elif isinstance(value, dict):
        out += [f"{at}: misses {key}" for key in schema.get("required", ()) if key not in value]
        if len(value) < schema.get("minProperties", 0):
            out.append(f"{at}: properties")
        for key, item in value.items():
            rule = schema.get("properties", {}).get(key, schema.get("additionalProperties", True))
            out += faults(item, rule, f"{at}/{key}")
    out += [fault for part in schema.get("allOf", ()) for fault in faults(value, part, at)]
    if "anyOf" in schema and all(faults(value, part, at) for part in schema["anyOf"]):
        out.append(f"{at}: fits none")
    if "not" in schema and not faults(value, schema["not"], at):
        out.append(f"{at}: fits what it must not")
    if "if" in schema and not faults(value, schema["if"], at):
        out += faults(value, schema.get("then", True), at)
    return out


KEYWORDS = {
    "$ref", "$schema", "title", "description", "type", "enum", "enumDescriptions", "const", "pattern", "minLength", "maxLength", "minimum", "maximum",
    "minItems", "maxItems", "uniqueItems", "items", "required", "minProperties", "properties", "additionalProperties", "allOf", "anyOf", "not", "if",
    "then", "definitions",
}  # fmt: skip


def _is(value: Any, kind: str) -> bool:
    return isinstance(value, PYTHON_TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))  # type: ignore[arg-type]


def read(text: str) -> Mapping:
    problems = Problems("f.yaml")
    node = parse_yaml(text, problems)
    assert isinstance(node, Mapping), problems.told()
    return node


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: "-".join(path.relative_to(BANKS).with_suffix("").parts))
def test_every_shipped_file_fits(path: Path) -> None:
    assert faults(plain(read(path.read_text(encoding="utf-8"))), SCHEMA) == []


def test_the_shipped_schema_is_the_made_one() -> None:
    """Write it again with: quiz bank schema --output question_banks/schema.json"""
    assert (BANKS / NAME).read_text(encoding="utf-8") == to_text()


def test_every_example_of_the_documentation_fits() -> None:
    text = (ROOT / "docs/bank-format.md").read_text(encoding="utf-8")
    for block in re.findall(r"```yaml\n(sitting:.*?|sections:.*?|blueprint:.*?)```", text, re.DOTALL):
        assert faults(plain(read(block)), SCHEMA) == []


TABLES = {
    "questions_file": bank_file.QUESTION_KEYS,
    "templates_file": bank_file.TEMPLATE_KEYS,
    "blueprint_file": blueprint_file.TOP_KEYS,
    "profile_file": profile_file.TOP_KEYS,
    "roster_file": roster_file.TOP_KEYS,
    "sitting_file": ("sitting",),
    "document": bank_file.DOCUMENT_KEYS,
    "question": question_file.KEYS,
    "part": question_file.PART_KEYS,
    "template": template_file.KEYS,
    "picture": pictures.PICTURE_KEYS,
    "point": answer.POINT_KEYS,
    "blueprint": blueprint_file.PLAN_KEYS,
    "section": blueprint_file.SECTION_KEYS,
    "cell": blueprint_file.CELL_KEYS,
    "limit": blueprint_file.LIMIT_KEYS,
    "township": place_facts.TOWNSHIP_KEYS,
    "village": place_facts.VILLAGE_KEYS,
    "household": household.HOUSEHOLD_KEYS,
    "unit": roster_file.UNIT_KEYS,
    "cadre": roster_file.CADRE_KEYS,
    "sitting": sitting_file.KEYS,
}


def test_the_keys_are_those_of_the_readers() -> None:
    made = {name: tuple(part["properties"]) for name, part in SCHEMA["definitions"].items() if "properties" in part}
    assert made == TABLES
    assert set(KINDS) <= set(SCHEMA["properties"])
    assert {"per_option", "kind", "clause", "persons"} <= all_keys()


def test_every_type_has_its_needs_and_every_value_a_title() -> None:
    assert set(NEEDED) == set(QuestionType)
    for name, part in SCHEMA["definitions"].items():
        for key, value in part.get("properties", {}).items():
            assert re.search("[\u4e00-\u9fff]", value.get("title", "")), (name, key)


COMMON = """\
id: a-1
stem: {stem}
level: recall
topic: 供水
source: {{document: law, clause: 第一条}}
valid_from: 2021-01-01
valid_to: open
explanation: 说明
"""
ANSWERS = {
    "single": ("应当（　　）。", "options: {A: 甲, B: 乙}\nkey: B\n"),
    "multiple": ("应当（　　）。", "options: {A: 甲, B: 乙, C: 5}\nkey: [A, B]\n"),
    "true_false": ("陈述。", "key: false\ntrue_sentence: 正确\n"),
    "fill_in": ("自____起。", "blanks: [{answers: [5, 五], kind: number, unit: 日, tolerance: 1%, marks: 2}]\n"),
    "ordering": ("排列。", "items: [甲, 乙, 丙]\n"),
    "matching": ("对应。", "pairs: [[甲, 一], [乙, 二]]\nextra: [三]\n"),
    "short_answer": ("简述。", "points: [{text: 要点, marks: 2, keywords: 词}]\nmodel_answer: 答\n"),
    "case": ("情况。", "parts: [{type: single, stem: 应当（　　）。, options: {A: 甲, B: 乙}, key: A, marks: 2}]\n"),
}
DOCUMENTS = Head(documents={"law": Source("某法", "某部", "")})
CHANGES = {"id": "甲 乙", "type": "singel", "level": "识记", "key": "Z", "valid_from": "2021/1/1", "valid_to": "now", "items": "[甲]", "points": "[]"}


def refused(node: Mapping) -> bool:
    problems = Problems("f.yaml")
    read_question(node, DOCUMENTS, problems)
    return problems.count > 0


@pytest.mark.parametrize("kind", ANSWERS)
def test_what_a_question_needs_is_what_the_reader_needs(kind: str) -> None:
    stem, rest = ANSWERS[kind]
    text = f"type: {kind}\n" + COMMON.format(stem=stem) + rest
    definition = {"$ref": "#/definitions/question"}
    assert not refused(read(text))
    assert faults(plain(read(text)), definition) == []
    lines = text.splitlines()
    for line in lines:
        key = line.partition(":")[0]
        for changed in (
            [other for other in lines if other != line],
            [f"{key}: {CHANGES[key]}" if other == line and key in CHANGES else other for other in lines],
        ):
            node = read("\n".join(changed))
            assert refused(node) == bool(faults(plain(node), definition)), changed
    for key in (*answer.ONLY_FOR, "steam"):
        if f"\n{key}:" not in text:
            node = read(text + f"{key}: 1\n")
            assert refused(node)
            assert faults(plain(node), definition), key


@pytest.mark.parametrize(
    ("option", "is_fine"),
    [
        ("{text: 甲, share: 50}", True),
        ("{share: -33.33333, text: 甲}", True),
        ("{share: 50}", False),
        ("{text: 甲, share: 101}", False),
        ("{text: 甲, share: 半}", False),
    ],
)
def test_an_editor_knows_the_share_of_an_option(option: str, is_fine: bool) -> None:
    value = plain(read(f"options: {{A: {option}}}"))
    assert (faults(value["options"]["A"], {"$ref": "#/definitions/option"}) == []) == is_fine


TEMPLATES = {
    "single": ("有（　　）户。", "key: households\ndistractors: [near]\n"),
    "multiple": ("有（　　）。", "key: village_names\ndistractors: [siblings]\n"),
    "true_false": ("有{claim}户。", "claim: households\ndistractors: [near]\n"),
    "fill_in": ("有____户。", "blanks: [households]\n"),
}


@pytest.mark.parametrize("kind", TEMPLATES)
def test_what_a_template_needs_is_what_the_reader_needs(kind: str) -> None:
    stem, rest = TEMPLATES[kind]
    text = f"id: t-1\ntype: {kind}\nstem: {stem}\nlevel: recall\ntopic: 户数\nexplanation: 说明\n{rest}"
    lines = text.splitlines()
    for left_out in [None, *lines]:
        node = read("\n".join(line for line in lines if line != left_out))
        problems = Problems("f.yaml")
        read_template(node, DOCUMENTS, Scope.TOWNSHIP, problems)
        assert bool(problems.count) == bool(faults(plain(node), {"$ref": "#/definitions/template"})) == (left_out is not None), left_out


def test_the_schema_itself_is_readable_as_yaml_and_json() -> None:
    assert yaml.safe_load(to_text()) == json.loads(to_text()) == SCHEMA

"""Blueprint → YAML as a setter would write it; and the places of the counts in such a text, so that a table can change them there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from quiz.banks.blueprint_file import USUAL
from quiz.banks.problems import Problems
from quiz.banks.writer import flow, scalar
from quiz.banks.yaml_tree import Mapping, Node, Scalar, parse_yaml
from quiz.banks.yaml_tree import Sequence as Items
from quiz.core.blueprint import USUAL_SHARES, Blueprint, Cell, Limit, Section
from quiz.core.rule import Rule

SELECTORS = (
    ("category", "categories"),
    ("area", "areas"),
    ("topic", "topics"),
    ("level", "levels"),
    ("tag", "tags"),
    ("difficulty", "bands"),
    ("weight_class", "weights"),
    ("source", "sources"),
)
"""The keys that say which questions are meant, and the fields of a cell that hold them."""


def write_blueprint(blueprint: Blueprint) -> str:
    """Return a file that reads as `blueprint`."""
    return "\n".join(_lines(blueprint)) + "\n"


def _lines(plan: Blueprint) -> Iterator[str]:
    yield "blueprint:"
    yield f"  id: {scalar(plan.id)}"
    yield f"  title: {scalar(plan.title)}"
    yield f"  minutes: {plan.minutes}"
    yield f"  total: {_number(plan.total)}"
    yield f"  pass_mark: {0 if plan.contest.takes_marks else _number(plan.pass_mark)}"
    if plan.contest.takes_marks:
        yield f"  contest: {plan.contest.value}"
    if plan.topic_cap:
        yield f"  topic_cap: {plan.topic_cap}"
    if plan.shares == USUAL_SHARES:
        yield f"  shares: {USUAL}"
    elif plan.shares:
        yield "  shares: {" + ", ".join(f"{share.post}: {share.percent}" for share in plan.shares) + "}"
    if plan.notes:
        yield "  notes:"
        yield from (f"    - {scalar(note)}" for note in plan.notes)
    yield "sections:"
    for section in plan.sections:
        yield from _section(section)
    if plan.limits:
        yield "limits:"
        yield from (f"  - {_limit(limit)}" for limit in plan.limits)
    if plan.rivals:
        yield "rivals:"
        yield from (f"  - {flow(uids)}" for uids in plan.rivals)


def _section(section: Section) -> Iterator[str]:
    yield f"  - title: {scalar(section.title)}"
    yield f"    type: {section.type.value}"
    yield f"    each: {_number(section.each)}"
    if section.rule != Rule():
        yield f"    rule: {_rule(section.rule)}"
    yield "    cells:"
    for cell in section.cells:
        instead = [f"instead: {{{', '.join(_what(cell.instead))}}}"] if cell.instead is not None else []
        yield "      - {" + ", ".join([f"count: {cell.count}", *_what(cell), *instead]) + "}"


def _rule(rule: Rule) -> str:
    return f"{{{rule.name.value}: {_number(rule.value)}}}" if rule.value is not None else rule.name.value


def _limit(limit: Limit) -> str:
    bounds = [*([f"least: {limit.least}"] if limit.least or limit.most is None else []), *([] if limit.most is None else [f"most: {limit.most}"])]
    return "{" + ", ".join([*_what(limit.where), *bounds]) + "}"


def _what(cell: Cell) -> list[str]:
    out = []
    for key, field in SELECTORS:
        texts = [str(text) for text in getattr(cell, field)]
        if texts:
            out.append(f"{key}: {scalar(texts[0], in_flow=True) if len(texts) == 1 else flow(texts)}")
    return out


def _number(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True, slots=True)
class CountSpot:
    """Where the count of a cell stands in a text, from 1, and what is written there."""

    line: int
    column: int
    text: str


def count_spots(content: str) -> list[list[CountSpot | None]]:
    """Return where each cell of each section has its count; None where it is not a plain number."""
    node = parse_yaml(content, Problems(""))
    return [[_spot(cell) for cell in _items(section, "cells")] for section in _items(node, "sections")]


def _items(node: Node | None, key: str) -> Sequence[Node]:
    entry = node.entries.get(key) if isinstance(node, Mapping) else None
    return entry.value.items if entry is not None and isinstance(entry.value, Items) else ()


def _spot(cell: Node) -> CountSpot | None:
    entry = cell.entries.get("count") if isinstance(cell, Mapping) else None
    if entry is None or not isinstance(entry.value, Scalar):
        return None
    found = entry.value
    return CountSpot(found.line, found.column, found.text) if found.plain and found.text.isascii() and found.text.isdigit() else None


def set_counts(content: str, changes: Sequence[tuple[CountSpot, int]]) -> str:
    """Return the text with other counts; a place where the old count no longer stands is left as it is."""
    lines = content.split("\n")
    for spot, count in sorted(changes, key=lambda change: (change[0].line, change[0].column), reverse=True):
        if not 1 <= spot.line <= len(lines):
            continue
        line, start = lines[spot.line - 1], spot.column - 1
        rest = line[start:]
        if rest.startswith(spot.text) and not rest[len(spot.text) : len(spot.text) + 1].isdigit():
            lines[spot.line - 1] = line[:start] + str(count) + rest[len(spot.text) :]
    return "\n".join(lines)

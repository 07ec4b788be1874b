"""What a blueprint's text says of how it is marked (examination or contest, pass mark, rules), and the same text with other words in these places.

Everything else stays as it was written, comments too. It judges nothing: what was written is read, and refused, as if a person had typed it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from quiz.banks.blueprint_file import WITH_MARKS
from quiz.banks.problems import Problems
from quiz.banks.writer import scalar
from quiz.banks.yaml_tree import parse_yaml
from quiz.core.contest import Contest
from quiz.core.message import from_minus
from quiz.core.rule import RuleName

NUMBER = re.compile(r"-?\d{1,6}(\.\d{1,6})?")
LONGEST = 20
"""Of a number that was typed."""

AFTER_PLAN = ("pass_mark", "total", "minutes", "title", "id")
AFTER_SECTION = ("each", "type", "title")
"""Behind which key a new one is written: the first of these that is there."""


@dataclass(frozen=True, slots=True)
class WrittenRule:
    """A rule as it is written: its name and its number, each empty where there is none."""

    name: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """How a text says that it is marked; None for a rule that is neither a name nor a name with a number."""

    contest: str
    pass_mark: str
    rules: tuple[WrittenRule | None, ...]


def read_written(content: str) -> Written | None:
    """Return what a text says; None where it is no YAML or has no `blueprint` and `sections`."""
    root = _compose(content)
    plan, sections = _get(root, "blueprint"), _get(root, "sections")
    if not isinstance(plan, yaml.MappingNode) or not isinstance(sections, yaml.SequenceNode):
        return None
    rules = tuple(_rule_of(_get(section, "rule")) for section in sections.value)
    return Written(_text_of(_get(plan, "contest")), _text_of(_get(plan, "pass_mark")), rules)


def write_contest(content: str, contest: Contest) -> str:
    """Return the text as that of an examination or a contest."""
    return _put(content, None, "contest", contest.value, AFTER_PLAN, WrittenRule(contest.value))


def write_pass_mark(content: str, mark: str) -> str:
    """Return the text with another pass mark, as somebody typed it."""
    return _put(content, None, "pass_mark", _number(mark), AFTER_PLAN[1:], None)


def write_rule(content: str, section: int, name: RuleName, value: str) -> str:
    """Return the text with another rule in its section with this index; the number, as somebody typed it, only where the rule has one."""
    value = from_minus(value)[:LONGEST] if name in WITH_MARKS else ""
    text = f"{{{name.value}: {_number(value)}}}" if value else name.value
    return _put(content, section, "rule", text, AFTER_SECTION, WrittenRule(name.value, value))


def _number(typed: str) -> str:
    """A number as it is; anything else as a text, so that it can break nothing and is refused in its place."""
    typed = from_minus(typed)[:LONGEST]
    return typed if NUMBER.fullmatch(typed) else scalar(typed, in_flow=True)


def _put(content: str, section: int | None, key: str, text: str, after: Sequence[str], wanted: WrittenRule | None) -> str:
    """The text with `key: text` in the plan or a section; as it was where that does not come out as wanted."""
    owner = _owner(content, section)
    if owner is None:
        return content
    lines, found = content.split("\n"), _get(owner, key)
    edited = _replaced(lines, found, text) if found is not None else _added(lines, owner, f"{key}: {text}", after)
    again = _get(_owner(edited, section), key)
    return edited if again is not None and (wanted is None or _rule_of(again) == wanted) else content


def _owner(content: str, section: int | None) -> Any:
    """The mapping of the plan, or of a section; None without it."""
    root = _compose(content)
    if section is None:
        found = _get(root, "blueprint")
    else:
        sections = _get(root, "sections")
        listed = sections.value if isinstance(sections, yaml.SequenceNode) else []
        found = listed[section] if section < len(listed) else None
    return found if isinstance(found, yaml.MappingNode) else None


def _compose(content: str) -> Any:
    """The tree with the ends of its nodes, of a text that our own reader takes: it refuses depths that this one would recurse into."""
    if parse_yaml(content, Problems("")) is None:
        return None
    try:
        return yaml.compose(content, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError):
        return None


def _get(node: Any, key: str) -> Any:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)


def _text_of(node: Any) -> str:
    return node.value if isinstance(node, yaml.ScalarNode) else ""


def _rule_of(node: Any) -> WrittenRule | None:
    if node is None or isinstance(node, yaml.ScalarNode):
        return WrittenRule(_text_of(node))
    if isinstance(node, yaml.MappingNode) and len(node.value) == 1:
        (name, value), *_ = node.value
        return WrittenRule(_text_of(name), _text_of(value)) if isinstance(value, yaml.ScalarNode) else None
    return None


def _replaced(lines: Sequence[str], node: Any, text: str) -> str:
    """The text with another value; of a block of one key its key and value alone, since the block's end lies behind comments."""
    first, last = node, node
    if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        first, last = node.value[0][0], node.value[-1][1]
    start, end = _offset(lines, first.start_mark), _offset(lines, last.end_mark)
    content = "\n".join(lines)
    gap = " " if content[start - 1 : start] == ":" else ""
    return content[:start] + gap + text + content[end:]


def _added(lines: Sequence[str], owner: Any, entry: str, after: Sequence[str]) -> str:
    """The text with one more key: in braces behind the value of another, else on a line of its own below it."""
    before = next((found for key in after if isinstance(found := _get(owner, key), yaml.ScalarNode)), None)
    content = "\n".join(lines)
    if before is None:
        return content
    end = _offset(lines, before.end_mark)
    if owner.flow_style:
        return f"{content[:end]}, {entry}{content[end:]}"
    at = content.find("\n", end)
    line = "\n" + " " * int(owner.start_mark.column) + entry
    return content + line if at < 0 else content[:at] + line + content[at:]


def _offset(lines: Sequence[str], mark: Any) -> int:
    return sum(len(line) + 1 for line in lines[: mark.line]) + int(mark.column)

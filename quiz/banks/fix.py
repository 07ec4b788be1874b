"""Mends what can be mended without a doubt, by editing the text at recorded places; comments, order, blank lines and all else stay byte for byte.

Refuses to guess: whatever might mean two things is left to the setter, and a mending that would not parse is taken back.
Mending twice changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from quiz.banks.fix_fields import field_edits, multi_line
from quiz.banks.problems import Problems
from quiz.banks.source_text import MAX_BYTES, TAB_INDENT, looks_gbk
from quiz.banks.yaml_tree import parse_yaml
from quiz.core.message import Diagnostic, Message, say

TAB_WIDTHS = (2, 4, 8)
MOST_SLIPS = 2000
SLIP_RULES = frozenset({"Y013", "Y014"})
SLIP = re.compile(r"\s*(?:- +)*(?P<key>[A-Za-z_][A-Za-z0-9_]*)(?:：|:)|\s*-")
TRAILING = re.compile(r"[ \t]+$")


@dataclass(frozen=True, slots=True)
class Change:
    """What was mended on a line (1-based)."""

    line: int
    message: Message


@dataclass(frozen=True, slots=True)
class Fixed:
    """The mended bytes, and what was changed; no changes when the bytes are the given ones."""

    content: bytes
    changes: tuple[Change, ...]


def fix_content(content: bytes) -> Fixed:
    """Return the mended content of a file; never raises for bad content, and leaves what it cannot read as it is."""
    text, changes = _decoded(content)
    if text is None:
        return Fixed(content, ())
    for step in (_line_ends, _tabs, _slips, _fields, _trailing_space):
        text, more = step(text)
        changes += more
    return Fixed(text.encode(), tuple(sorted(changes, key=lambda change: change.line))) if changes else Fixed(content, ())


def _decoded(content: bytes) -> tuple[str | None, list[Change]]:
    if len(content) > MAX_BYTES:
        return None, []
    try:
        if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return content.decode("utf-16"), [Change(1, say("文件由 UTF-16 编码改存为 UTF-8"))]
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        if not looks_gbk(content):
            return None, []
        return content.decode("gb18030"), [Change(1, say("文件由 GBK 编码改存为 UTF-8，请核对生僻字"))]
    if text.startswith("\ufeff"):
        return text[1:], [Change(1, say("去掉了文件开头的 BOM"))]
    return text, []


def _line_ends(text: str) -> tuple[str, list[Change]]:
    if "\r" not in text:
        return text, []
    return text.replace("\r\n", "\n").replace("\r", "\n"), [Change(1, say("换行统一成 LF"))]


def _tabs(text: str) -> tuple[str, list[Change]]:
    """Tabs in indentation become the number of spaces with which the file can be read; left alone when no number will do."""
    found = [text.count("\n", 0, match.start()) + 1 for match in TAB_INDENT.finditer(text)]
    if not found:
        return text, []
    for width in TAB_WIDTHS:
        mended = TAB_INDENT.sub(lambda match: match[0].replace("\t", " " * width), text)  # noqa: B023 - used at once
        if not _is_broken(_slips(mended)[0]):
            return mended, [Change(line, say("缩进的制表符改为空格")) for line in found]
    return text, []


def _slips(text: str) -> tuple[str, list[Change]]:
    """The full-width colon after a key and the missing space after colon or dash, one after the other where the reader stumbles."""
    changes: list[Change] = []
    tried: set[tuple[int, int]] = set()
    problems = _problems(text)
    for _ in range(MOST_SLIPS):
        slip = next((d for d in problems if d.rule in SLIP_RULES and (d.line, d.column) not in tried), None)
        if slip is None:
            break
        tried.add((slip.line, slip.column))
        mended = _mend_slip(text, slip)
        after = _problems(mended) if mended else problems
        if mended and (slip.line, slip.column, slip.rule) not in {(d.line, d.column, d.rule) for d in after}:
            text, problems = mended, after
            changes.append(Change(slip.line, say("补上了半角冒号或短横后面的空格") if slip.rule == "Y014" else say("键后面的全角冒号改为半角")))
    return text, changes


def _mend_slip(text: str, slip: Diagnostic) -> str:
    """The text with one slip mended; "" when it does not stand after a key that the formats know."""
    lines = text.split("\n")
    line, at = lines[slip.line - 1], slip.column - 1
    match = SLIP.match(line)
    if match is None or match.end() != at + 1 or (match["key"] and match["key"] not in known_keys()):
        return ""
    sign = ":" if line[at] == "：" else line[at]
    rest = line[at + 1 :]
    lines[slip.line - 1] = line[:at] + sign + (" " if rest and not rest[0].isspace() else "") + rest
    return "\n".join(lines)


def known_keys() -> frozenset[str]:
    """Return every key of every kind of file, and the letters of options."""
    from quiz.banks.json_schema import all_keys

    return frozenset(all_keys()) | frozenset("ABCDEFGHabcdefgh")


def _fields(text: str) -> tuple[str, list[Change]]:
    """What is written inside stems, options, keys and explanations."""
    if _is_broken(text):
        return text, []
    return _applied(text, field_edits(text))


def _trailing_space(text: str) -> tuple[str, list[Change]]:
    """Space at the ends of lines that are no comment and not inside a text over several lines."""
    if _is_broken(text) or not re.search(r"[ \t]$", text, re.MULTILINE):
        return text, []
    inside = multi_line(text)
    lines = text.split("\n")
    changes = []
    for number, line in enumerate(lines, 1):
        if line[-1:] in (" ", "\t") and "#" not in line and number not in inside:
            lines[number - 1] = TRAILING.sub("", line)
            changes.append(Change(number, say("去掉了行末的空格")))
    return "\n".join(lines), changes


def _applied(text: str, edits: Iterator[tuple[int, int, str, Message]]) -> tuple[str, list[Change]]:
    """The text with all edits made from its end on; unchanged if it could not be read any more."""
    mended, changes = text, []
    for start, end, new, message in sorted(edits, key=lambda edit: edit[0], reverse=True):
        mended = mended[:start] + new + mended[end:]
        changes.append(Change(text.count("\n", 0, start) + 1, message))
    return (text, []) if changes and _is_broken(mended) else (mended, changes)


def _problems(text: str) -> tuple[Diagnostic, ...]:
    problems = Problems("")
    parse_yaml(text, problems)
    return problems.told()


def _is_broken(text: str) -> bool:
    """True when the text cannot be read to its end."""
    return bool(_problems(text))


Step = Callable[[str], tuple[str, list[Change]]]

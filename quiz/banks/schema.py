"""Reads typed fields out of nodes and reports, at the key or value itself, what is missing, unknown or of the wrong kind; never raises.

Own readers rather than a validation library: they speak the setter's language, know the place of every key and value without a second pass, and keep
`no`, `010` and `1:30` as the text that was written.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from quiz.banks.problems import Placed, Problems
from quiz.banks.yaml_tree import Broken, Entry, Mapping, Node, Scalar, Sequence
from quiz.core.message import Message, listed, mark_text, say

E = TypeVar("E", bound=StrEnum)

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}")
WHOLE = re.compile(r"[+-]?[0-9]{1,12}")
EXACT = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,6})?")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

LINE_LIMIT, TEXT_LIMIT = 200, 5000
"""Characters of a short text such as a name, and of a long one such as an explanation."""

OTHER_NAMES = {
    "题目": "questions", "试题": "questions", "题干": "stem", "题型": "type", "选项": "options", "答案": "key", "解析": "explanation",
    "依据": "source", "类别": "category", "领域": "area", "部门": "department", "难度": "difficulty", "层次": "level", "知识点": "topic",
    "标签": "tags", "编号": "id",
    "answer": "key", "answers": "blanks", "choices": "options", "question": "stem", "title": "stem", "kind": "type", "name": "title",
    "工号": "number", "姓名": "name", "单位": "unit", "岗位": "posts", "标题": "title", "总分": "total", "及格线": "pass_mark",
}  # fmt: skip
"""What setters write for our keys; only a suggestion is made of it."""

KIND_NAMES = {Scalar: mark_text("一段文字"), Sequence: mark_text("一个列表"), Mapping: mark_text("一组“键: 值”")}


def clean(text: str) -> str:
    """Return the text in one Unicode form (NFC) without space at its ends."""
    return unicodedata.normalize("NFC", text.strip())


class Fields:
    """The keys of one mapping. Each reader returns the value, or an empty one of its type after reporting; nothing is reported twice."""

    def __init__(self, node: Mapping, problems: Problems, known: Collection[str]) -> None:
        self.node = node
        self.problems = problems
        self.entries = node.entries
        for key in node.entries:
            if key not in known:
                problems.add(node.entries[key], "F101", _unknown(key, known))

    def at(self, key: str) -> Placed:
        """Where the value of `key` stands; the mapping's own place when the key is not there."""
        entry = self.entries.get(key)
        return self.node if entry is None else entry.value

    def has(self, key: str) -> bool:
        """True when the key is there with something written."""
        entry = self.entries.get(key)
        return entry is not None and not (isinstance(entry.value, Scalar) and entry.value.is_null)

    def value(self, key: str, required: bool = True) -> Node | None:
        """Return the value of `key`; None when it is not there (reported when `required`) or has been refused."""
        entry = self.entries.get(key)
        if entry is None:
            if required:
                self.problems.add(self.node, "F102", say("缺少“{key}”。请在这一项里补上“{key}: …”。", key=key))
            return None
        if isinstance(entry.value, Scalar) and entry.value.is_null:
            if required:
                self.problems.add(entry, "F102", say("“{key}”后面没有内容。请补上。", key=key))
            return None
        return None if isinstance(entry.value, Broken) else entry.value

    def text(self, key: str, required: bool = True, limit: int = LINE_LIMIT) -> str:
        """Return a text as written, cleaned; "" when absent."""
        entry = self.entries.get(key)
        if entry is not None and isinstance(entry.value, Scalar) and not entry.value.is_null:
            found = clean(entry.value.text)
            if found and len(found) <= limit:
                return found  # nothing to report: by far the most texts
        node = self.value(key, required)
        return "" if node is None else read_text(node, key, self.problems, limit)

    def code(self, key: str) -> str:
        """Return an id of letters, digits, `.`, `_` and `-`."""
        text = self.text(key)
        return check_code(text, self.at(key), key, self.problems) if text else ""

    def texts(self, key: str, required: bool = True, single: bool = False, limit: int = LINE_LIMIT) -> tuple[str, ...]:
        """Return a list of texts; with `single` one text alone is a list of one."""
        node = self.value(key, required)
        return () if node is None else tuple(text for text, _ in read_texts(node, key, self.problems, single, limit))

    def choice(self, key: str, kind: type[E], required: bool = True) -> E | None:
        """Return the member of `kind` that the text names."""
        text = self.text(key, required)
        return read_choice(text, self.at(key), key, kind, self.problems) if text else None

    def whole(self, key: str, low: int, high: int, required: bool = True) -> int | None:
        """Return a whole number from `low` to `high`."""
        node = self.value(key, required)
        return None if node is None else read_whole(node, key, self.problems, low, high)

    def exact(self, key: str, low: str, high: str, required: bool = True) -> Decimal | None:
        """Return a decimal number from `low` to `high`, exactly as written."""
        node = self.value(key, required)
        if node is None:
            return None
        text = read_text(node, key, self.problems)
        if not text:
            return None
        if not EXACT.fullmatch(text):
            self.problems.add(node, "F103", say("“{key}”要写数字，这里是“{got}”。", key=key, got=text))
            return None
        number = Decimal(text)
        if not Decimal(low) <= number <= Decimal(high):
            self.problems.add(node, "F108", say("“{key}”要在{low}到{high}之间，这里是{got}。", key=key, low=low, high=high, got=text))
            return None
        return number

    def flag(self, key: str) -> bool:
        """Return true or false; False when absent."""
        node = self.value(key, required=False)
        return False if node is None else bool(read_flag(node, key, self.problems))

    def day(self, key: str, required: bool = True) -> date | None:
        """Return a date written as 2026-01-31."""
        text = self.text(key, required)
        if not text:
            return None
        try:
            if DAY.fullmatch(text):
                return date.fromisoformat(text)
        except ValueError:
            pass
        self.problems.add(self.at(key), "F106", say("“{key}”要写成 2026-01-31 这样的日期，这里是“{got}”。", key=key, got=text))
        return None

    def moment(self, key: str) -> datetime | None:
        """Return a local time written as 2026-01-31 09:00, without a zone."""
        text = self.text(key)
        if not text:
            return None
        try:
            if MOMENT.fullmatch(text):
                return datetime.fromisoformat(text)
        except ValueError:
            pass
        self.problems.add(self.at(key), "F106", say("“{key}”要写成 2026-01-31 09:00 这样的时间，这里是“{got}”。", key=key, got=text))
        return None

    def fields(self, key: str, known: Collection[str], required: bool = True) -> Fields | None:
        """Return the mapping under `key` for reading."""
        node = self.value(key, required)
        return None if node is None else open_fields(node, key, self.problems, known)

    def items(self, key: str, required: bool = True) -> list[Node]:
        """Return the items of the list under `key`; a required list must not be empty."""
        node = self.value(key, required)
        if node is None:
            return []
        if not isinstance(node, Sequence):
            self.problems.add(node, "F103", _wrong_kind(key, Sequence, node))
            return []
        if required and not node.items:
            self.problems.add(node, "F105", say("“{key}”是空的，至少要有一项。", key=key))
        return [item for item in node.items if not isinstance(item, Broken)]

    def pairs(self, key: str) -> list[tuple[str, Entry]]:
        """Return the keys and values of the mapping under `key`, in the order written; [] when absent."""
        node = self.value(key, required=False)
        if node is None:
            return []
        if not isinstance(node, Mapping):
            self.problems.add(node, "F103", _wrong_kind(key, Mapping, node))
            return []
        return list(node.entries.items())


def open_fields(node: Node, name: str, problems: Problems, known: Collection[str]) -> Fields | None:
    """Return `node` for reading; None after reporting that it is no mapping."""
    if isinstance(node, Mapping):
        return Fields(node, problems, known)
    if not isinstance(node, Broken):
        problems.add(node, "F103", _wrong_kind(name, Mapping, node))
    return None


def read_text(node: Node, name: str, problems: Problems, limit: int = LINE_LIMIT) -> str:
    """Return the text of a scalar, cleaned; "" after reporting a list or mapping, and for nothing but space."""
    if not isinstance(node, Scalar):
        if not isinstance(node, Broken):
            problems.add(node, "F103", _wrong_kind(name, Scalar, node))
        return ""
    text = clean(node.text)
    if not text:
        problems.add(node, "F102", say("“{key}”没有内容。请补上。", key=name))
    elif len(text) > limit:
        problems.add(node, "F105", say("“{key}”有{n}个字，最多{limit}个字。", key=name, n=len(text), limit=limit))
    return text


def read_texts(node: Node, name: str, problems: Problems, single: bool = False, limit: int = LINE_LIMIT) -> list[tuple[str, Placed]]:
    """Return the texts of a list, each with its place; with `single` a scalar counts as a list of one."""
    if single and isinstance(node, Scalar):
        items: Iterable[Node] = [node]
    elif isinstance(node, Sequence):
        items = node.items
        if not node.items:
            problems.add(node, "F105", say("“{key}”是空的，至少要有一项。", key=name))
    else:
        if not isinstance(node, Broken):
            problems.add(node, "F103", _wrong_kind(name, Sequence, node))
        return []
    texts = [(read_text(item, name, problems, limit), item) for item in items]
    return [(text, item) for text, item in texts if text]


def read_whole(node: Node, name: str, problems: Problems, low: int, high: int) -> int | None:
    """Return the whole number of a scalar; None after reporting."""
    text = read_text(node, name, problems)
    if not text:
        return None
    if not WHOLE.fullmatch(text):
        problems.add(node, "F103", say("“{key}”要写整数，这里是“{got}”。", key=name, got=text))
        return None
    number = int(text)
    if not low <= number <= high:
        problems.add(node, "F108", say("“{key}”要在{low}到{high}之间，这里是{got}。", key=name, low=low, high=high, got=text))
        return None
    return number


def read_flag(node: Node, name: str, problems: Problems) -> bool | None:
    """Return true or false; None after reporting anything else (是, yes and quoted words are text)."""
    if isinstance(node, Scalar) and node.plain and node.text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return node.text[0] in "tT"
    if isinstance(node, Scalar):
        problems.add(node, "F103", say("“{key}”只能写 true（对）或 false（错），不加引号。这里是“{got}”。", key=name, got=clean(node.text)))
    else:
        read_text(node, name, problems)
    return None


def read_choice(text: str, at: Placed, name: str, kind: type[E], problems: Problems) -> E | None:
    """Return the member of `kind` named `text`; None after reporting the allowed names."""
    try:
        return kind(text)
    except ValueError:
        names = [member.value for member in kind]
        report_choice(text, at, name, names, problems)
        return None


def report_choice(text: str, at: Placed, name: str, allowed: Collection[str], problems: Problems) -> None:
    """Report that `text` is none of the allowed values."""
    near = difflib.get_close_matches(text, allowed, 1)
    values = {"key": name, "got": text, "allowed": listed(allowed)}
    if near:
        problems.add(at, "F104", say("“{key}”不能是“{got}”，是不是“{near}”？允许的有：{allowed}。", near=near[0], **values))
    else:
        problems.add(at, "F104", say("“{key}”不能是“{got}”。允许的有：{allowed}。", **values))


def check_code(text: str, at: Placed, name: str, problems: Problems) -> str:
    """Return `text` when it may be an id, else "" after reporting."""
    if CODE.fullmatch(text):
        return text
    problems.add(at, "F109", say("“{key}”只能用字母、数字和 . _ -，最多64个，这里是“{got}”。", key=name, got=text))
    return ""


def _wrong_kind(name: str, wanted: type[Node], got: Node) -> Message:
    kinds = {"wanted": say(KIND_NAMES[wanted]), "got": say(KIND_NAMES[type(got)])}
    return say("“{key}”应当是{wanted}，这里是{got}。请对照样例文件修改。", key=name, **kinds)


def _unknown(key: str, known: Collection[str]) -> Message:
    bare = re.split("[:：]", key.lstrip("-"))[0].strip()
    if bare != key and bare in known:
        return say("不认识的键“{key}”。请写成“{near}: …”，短横和半角冒号后面都要有空格。", key=key, near=bare)
    near = difflib.get_close_matches(key.lower(), known, 1) or [OTHER_NAMES.get(key, "")]
    if near[0] in known:
        return say("不认识的键“{key}”，是不是“{near}”？", key=key, near=near[0])
    return say("不认识的键“{key}”。这里可以用的有：{known}。", key=key, known=listed(known))

"""Bytes of a file → clean text: refuses what is not UTF-8, too big, or holds characters that nobody can see, and says where."""

from __future__ import annotations

import re

from quiz.banks.problems import START, Problems, Spot
from quiz.core.message import say

MAX_BYTES = 5_000_000
MAX_TOLD = 20
"""How many tabs or hidden characters are told one by one."""

UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
"""Control characters, direction marks, line separators and zero-width marks: invisible, and able to make a text read otherwise than it is."""

TAB_INDENT = re.compile(r"^( *)\t+[ \t]*(?=\S)", re.MULTILINE)


def clean_text(content: str | bytes, problems: Problems) -> str | None:
    """Return the text without a byte order mark, or None after reporting why it cannot be read at all."""
    if len(content) > MAX_BYTES:
        problems.add(START, "Y009", say("文件有{n}字节，超过{limit}字节。请按知识点分成几个文件。", n=len(content), limit=MAX_BYTES))
        return None
    text = _decode(content, problems) if isinstance(content, bytes) else content
    if text is None:
        return None
    text = text.removeprefix("\ufeff")
    before = problems.count
    for match in _first(UNSEEN, text):
        code = f"U+{ord(match[0]):04X}"
        problems.add(spot(text, match.start()), "Y011", say("这里有看不见的字符{code}，多半是从网页或文档里粘贴来的。请删掉后重新输入。", code=code))
    for match in _first(TAB_INDENT, text):
        at = spot(text, match.start() + len(match[1]))
        problems.add(at, "Y002", say("这一行用制表符（Tab）缩进，YAML 不允许。请改用空格，每一层两个空格。"))
    if problems.count == before and not text.strip():
        problems.add(START, "Y012", say("文件是空的。请从样例文件复制一份再改。"))
    is_readable = problems.count == before
    if is_readable and isinstance(content, bytes) and not text.endswith(("\n", "\r")):
        told = say("最后一行没有换行，文件可能没有写完（例如复制到一半）。如果内容是完整的，请在末尾按一次回车再保存。")
        problems.add(spot(text, len(text)), "Y021", told)
    return text if is_readable else None


def spot(text: str, index: int) -> Spot:
    """Return the line and column of a character, counted from 1; CR LF and CR end a line as LF does."""
    before = text[:index].replace("\r\n", "\n").replace("\r", "\n")
    return Spot(before.count("\n") + 1, len(before) - before.rfind("\n"))


def _first(pattern: re.Pattern[str], text: str) -> list[re.Match[str]]:
    found = pattern.finditer(text)
    return [match for match, _ in zip(found, range(MAX_TOLD), strict=False)]


def _decode(content: bytes, problems: Problems) -> str | None:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        at = spot(content[: error.start].decode("utf-8"), error.start)
        if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            problems.add(START, "Y010", say("文件是 UTF-16（记事本的“Unicode”）编码。请用“另存为”，编码选 UTF-8。"))
        elif looks_gbk(content):
            problems.add(at, "Y010", say("文件是 GBK（记事本的“ANSI”）编码，不是 UTF-8。请用“另存为”，编码选 UTF-8。"))
        else:
            problems.add(at, "Y010", say("从这里起不是 UTF-8 文字，文件可能损坏或不是文本文件。请用文本编辑器打开，另存为 UTF-8。"))
        return None


def looks_gbk(content: bytes) -> bool:
    """True for bytes that read as text in GBK; ask only when they are no UTF-8."""
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return UNSEEN.search(text) is None

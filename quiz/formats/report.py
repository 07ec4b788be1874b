"""What every reader and writer of foreign questions needs: a list of what could not be kept, clean text, and the size limits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from quiz.core.draft import Draft, DraftType
from quiz.core.message import Diagnostic, Message, Severity, listed, mark_text, say
from quiz.core.question import BLANK

MAX_BYTES = 20_000_000
MAX_TEXT = 20_000
"""Characters of one text field; a longer one is no question."""

UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
"""Control characters, direction and zero-width marks: no question needs them, and XML allows only some."""

SPACES = str.maketrans({"\xa0": " ", "\t": " ", "\x85": "\n"})
GAP = re.compile(r"_{2,}|＿{2,}")
PLAIN_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?")

DRAFT_NAMES: dict[DraftType, str] = {
    DraftType.SINGLE: mark_text("单选题"),
    DraftType.MULTIPLE: mark_text("多选题"),
    DraftType.TRUE_FALSE: mark_text("判断题"),
    DraftType.FILL_IN: mark_text("填空题"),
    DraftType.ORDERING: mark_text("排序题"),
    DraftType.MATCHING: mark_text("连线题"),
    DraftType.SHORT_ANSWER: mark_text("简答题"),
    DraftType.CASE: mark_text("案例题"),
}
FIELD_NAMES = {
    "id": mark_text("编号"),
    "explanation": mark_text("解析"),
    "source": mark_text("出处"),
    "category": mark_text("类别"),
    "topic": mark_text("知识点"),
    "tags": mark_text("标签"),
    "marks": mark_text("分值"),
}
"""The fields of a draft that a format may have no place for."""


SEVERITIES = {"I802": Severity.WARNING, "I803": Severity.WARNING, "I805": Severity.WARNING, "I807": Severity.NOTE, "I808": Severity.WARNING}
"""Rules under which a question is kept; under the others a question, or the file, is left out."""


class Refused(Exception):
    """The file as a whole cannot be read."""

    def __init__(self, rule: str, message: Message, line: int = 1) -> None:
        super().__init__(rule)
        self.rule, self.message, self.line = rule, message, line


@dataclass(slots=True)
class Report:
    """Collects the diagnostics of one file."""

    file: str
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def add(self, line: int, rule: str, message: Message) -> None:
        """Report something once for each line."""
        found = Diagnostic(self.file, max(line, 1), 1, rule, message, SEVERITIES.get(rule, Severity.ERROR))
        if not any(known == found and known.message == message for known in self.diagnostics[-20:]):
            self.diagnostics.append(found)

    def told(self) -> tuple[Diagnostic, ...]:
        """Return what was reported, in the order of the file."""
        return tuple(sorted(self.diagnostics, key=lambda d: (d.line, d.rule)))

    def clean(self, text: str, line: int) -> str:
        """Return `text` in one form of line ends and spaces; invisible characters are taken out and reported."""
        text = text.replace("\r\n", "\n").replace("\r", "\n").translate(SPACES)
        bare = UNSEEN.sub("", text)
        if bare != text:
            self.add(line, "I805", say("去掉了看不见的字符，请核对这道题。"))
        if len(bare) > MAX_TEXT:
            self.add(line, "I808", say("一段文字有{n}个字，只读入前{limit}个字。", n=len(bare), limit=MAX_TEXT))
            bare = bare[:MAX_TEXT]
        return "\n".join(part.strip(" ") for part in bare.strip().split("\n"))


def decode(content: bytes, report: Report) -> str:
    """Return the text of a file: UTF-8 or UTF-16 with a mark, else GBK with a notice. Refused when it is too big or no text."""
    check_size(content)
    if b"\0" in content and content[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise _no_text()
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError:
            raise _no_text() from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            raise _no_text() from None
        report.add(1, "I807", say("文件不是 UTF-8 编码，已按 GBK 读取。请核对生僻字，最好另存为 UTF-8。"))
    return text


def check_size(content: bytes) -> None:
    """Refuse a file beyond `MAX_BYTES`."""
    if len(content) > MAX_BYTES:
        raise Refused("I806", say("文件超过{n}兆字节。请分成几个文件。", n=MAX_BYTES // 1_000_000))


def _no_text() -> Refused:
    return Refused("I801", say("这不是文本文件，或者编码不是 UTF-8、GBK。请从原来的系统重新导出，编码选 UTF-8。"))


class Losses:
    """Collects what a writer could not say: file is the question's id, line its number among those written."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []

    def add(self, draft: Draft, number: int, message: Message) -> None:
        """Report one loss of one question."""
        self.diagnostics.append(Diagnostic(draft.id or "?", number, 1, "I803", message, SEVERITIES["I803"]))

    def fields(self, draft: Draft, number: int, kept: Iterable[str], owner: Draft | None = None) -> None:
        """Report, in one line, the filled fields of a draft that the format has no place for; for a part of a case the `owner` is named."""
        lost = [say(name) for key, name in FIELD_NAMES.items() if key not in kept and getattr(draft, key)]
        if lost:
            self.add(owner or draft, number, say("这种格式写不下：{names}。", names=listed(lost)))

    def without_shares(self, drafts: Iterable[Draft]) -> list[Draft]:
        """Return the drafts without what each option earns, for a format that cannot say it, and report those that had it, in a case too."""
        out = []
        for number, draft in enumerate(drafts, 1):
            bare = replace(draft, shares=(), parts=tuple(replace(part, shares=()) for part in draft.parts))
            if bare != draft:
                self.add(draft, number, say("这种格式写不下：{names}。", names=say("各选项的比例")))
            out.append(bare if bare != draft else draft)
        return out

    def skip(self, draft: Draft, number: int, reason: Message | None = None) -> str:
        """Report a question that is left out, and return what stands for it in the file: nothing."""
        why = reason or say("这种格式没有{type}", type=say(DRAFT_NAMES[draft.type]))
        self.add(draft, number, say("没有导出这道题：{why}。", why=why))
        return ""


def split_cases(drafts: Iterable[Draft], losses: Losses) -> list[tuple[int, Draft]]:
    """Return numbered drafts in which every case has become its questions, each with the situation before its stem."""
    out: list[tuple[int, Draft]] = []
    for number, draft in enumerate(drafts, 1):
        if draft.type is not DraftType.CASE:
            out.append((number, draft))
            continue
        losses.add(draft, number, say("这种格式没有案例题，已拆成{n}道题，每道题前都写了案例。", n=len(draft.parts)))
        for k, part in enumerate(draft.parts, 1):
            whole = replace(
                part,
                stem=f"{draft.stem}\n{part.stem}",
                id=part.id or (f"{draft.id}-{k}" if draft.id else ""),
                explanation=part.explanation or draft.explanation,
                category=draft.category,
                tags=part.tags or draft.tags,
            )
            out.append((number, whole))
    return out


def gaps(stem: str) -> int:
    """Return how many blanks the stem of a fill-in question shows."""
    return stem.count(BLANK)


def with_gaps(stem: str, wanted: int) -> str:
    """Return a stem that shows `wanted` blanks: rows of underscores become blanks when their number fits, else blanks are put at the end."""
    found = GAP.findall(stem)
    if len(found) == wanted:
        return GAP.sub(BLANK, stem)
    return (GAP.sub("…", stem) + "、".join([BLANK] * wanted)).strip()


def is_plain_number(text: str) -> bool:
    """True for a number as other systems write it: digits with a point, no units, percent signs or Chinese numerals."""
    return PLAIN_NUMBER.fullmatch(text) is not None

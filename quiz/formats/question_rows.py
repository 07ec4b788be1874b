"""Rows of a table with a header, from Excel, CSV or Word → raw questions; guesses which column holds what, by its name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from quiz.core.draft import Draft, DraftType
from quiz.core.message import Diagnostic, Message, Severity, say
from quiz.formats.marked_text import plain
from quiz.formats.paper_line import letter_index, split_options
from quiz.formats.question_raw import RawOption, RawQuestion
from quiz.formats.question_shape import Shaper
from quiz.formats.question_words import type_of
from quiz.formats.report import SEVERITIES, Report

HEADER_ROWS = 10
"""The header may stand below titles, but no lower than this row that holds something."""

COLUMNS: tuple[tuple[str, str], ...] = (
    ("type", r"(?:试题|题目|题)?(?:题型|类型|题目类型|试题类型|题类)(?:名称)?"),
    ("stem", r"(?:试题|题目|题干|问题|考题|内容)(?:内容|描述|题干|正文|名称|标题)?|(?:试题|题目)题干"),
    ("options", r"(?:备选|可选|候选|答案|试题|题目)?(?:选项|备选答案|可选项|备选项)(?:内容|列表|汇总)?"),
    ("answer", r"(?:正确|标准|参考|试题|题目)?答案|正确选项|答案要点"),
    ("explanation", r"(?:试题|题目|答案)?(?:解析|说明|解释|详解|答案说明)"),
    ("category", r"(?:试题|题目|所属|知识)?(?:分类|类别|章节|模块|题库|业务类别)(?:名称)?"),
    ("topic", r"(?:所属)?(?:知识点|考点|考核点|考查点|考察点)"),
    ("difficulty", r"(?:试题|题目)?(?:难度|难易度|难易程度|难度系数|难度等级)"),
    ("source", r"(?:试题|题目|政策|文件|出题|法律)?(?:出处|依据|来源|政策依据|文件依据)"),
    ("marks", r"(?:试题|题目)?(?:分值|分数|得分|满分)"),
    ("tags", r"标签|关键[字词]"),
    ("id", r"(?:试题|题目)?(?:编号|ID|编码)"),
    ("number", r"序号|题号|No\.?|#"),
)
"""Our name of a column, and the headings that mean it."""

SHARED = ("type", "category", "topic", "source", "marks", "difficulty")
"""Columns in which a merged cell holds for all its rows."""

OPTION_COLUMN = re.compile(
    r"(?:选项|备选项?|答案|备选答案|option)?[\s_:：（(]*(?P<letter>[A-Z]|\d{1,2}|[一二三四五六七八])[\s）)]*(?:选项|项)?", re.IGNORECASE
)
NOTE_IN_HEADING = re.compile(r"[（(【\[*].*$|[*\s]+")
OPTION_PARTS = tuple(re.compile(pattern) for pattern in (r"\n", r"[|｜]", r"[；;]", r"\$\$|##|@@|\t", r"、"))
PART_TYPE = re.compile(r"^案例小题[:：\-— ]*(?P<type>.*)$")
ARROW = re.compile(r"\s*(?:→|=>|->|——|——>|=|＝)\s*")
DIGITS_KEY = re.compile(r"[1-9](?:[,，、;；\s]*[1-9])*")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row with its number and the texts of its cells."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Header:
    """Where each thing stands: our names → column, and option letters → column."""

    at: int
    columns: dict[str, int]
    options: dict[str, int]
    has_numbered_options: bool


def find_header(rows: Sequence[SheetRow]) -> Header | None:
    """Return the first of the top rows that names the stem and an answer, type or options; None when there is none."""
    for i, row in enumerate(rows[:HEADER_ROWS]):
        header = _header(i, row.cells)
        if "stem" in header.columns and (header.options or {"answer", "type", "options"} & set(header.columns)):
            return header
    return None


def _header(at: int, cells: Sequence[str]) -> Header:
    columns: dict[str, int] = {}
    options: dict[str, int] = {}
    is_numbered = False
    for i, cell in enumerate(cells):
        heading = NOTE_IN_HEADING.sub("", cell.strip())
        name = next((name for name, pattern in COLUMNS if re.fullmatch(pattern, heading, re.IGNORECASE)), None)
        if name is not None:
            columns.setdefault(name, i)
            continue
        match = OPTION_COLUMN.fullmatch(re.sub(r"\s+", "", cell)) if cell.strip() else None
        if match:
            letter = match["letter"].upper()
            is_numbered = is_numbered or not letter.isascii() or letter.isdigit()
            options.setdefault(_letter(letter), i)
    return Header(at, columns, options, is_numbered)


def _letter(text: str) -> str:
    """Return the capital for A, 1 or 一."""
    if text.isdigit():
        return chr(ord("A") + min(int(text), 26) - 1) if int(text) else "A"
    return text if text.isascii() else chr(ord("A") + "一二三四五六七八".index(text))


def filled_down(rows: Sequence[SheetRow], header: Header, merged: Collection[tuple[int, int]]) -> list[SheetRow]:
    """Return the rows with the text above in cells that are merged with it, where a column says something about many questions."""
    columns = {header.columns[name] for name in SHARED if name in header.columns}
    filled: list[SheetRow] = []
    for row in rows:
        cells = list(row.cells)
        for at in columns:
            if filled and (row.number, at) in merged and at < len(filled[-1].cells):
                cells += [""] * (at + 1 - len(cells))
                cells[at] = cells[at] or filled[-1].cells[at]
        filled.append(SheetRow(row.number, tuple(cells)))
    return filled


class RowReader:
    """Reads the rows under one header; diagnostics name row and column."""

    def __init__(self, header: Header, report: Report, file: str) -> None:
        self.header, self.report, self.file = header, report, file
        self.shaper = Shaper(report)

    def read(self, rows: Iterable[SheetRow]) -> list[Draft]:
        """Return the questions; rows of 案例小题 join the case above them."""
        raws: list[RawQuestion] = []
        for row in rows:
            if not any(cell.strip() for cell in row.cells):
                continue
            raw = self.raw(row)
            if raw is None:
                continue
            part = PART_TYPE.match(self.cell(row, "type"))
            if part and raws and raws[-1].declared is DraftType.CASE:
                raw.declared, raw.may_choose = type_of(part["type"].strip()), False
                raws[-1].parts.append(raw)
            else:
                raws.append(raw)
        return [draft for raw in raws if (draft := self.shaper.draft(raw)) is not None]

    def tell(self, row: int, name: str, rule: str, message: Message) -> None:
        """Report something about a cell."""
        column = self.header.columns.get(name, 0) + 1
        self.report.diagnostics.append(Diagnostic(self.file, row, column, rule, message, SEVERITIES.get(rule, Severity.ERROR)))

    def cell(self, row: SheetRow, name: str) -> str:
        """Return the text of a named column, "" when there is none."""
        at = self.header.columns.get(name)
        return row.cells[at].strip() if at is not None and at < len(row.cells) else ""

    def raw(self, row: SheetRow) -> RawQuestion | None:
        """Return the row as a raw question; None, reported, without a stem."""
        stem = self.cell(row, "stem")
        if not stem:
            self.tell(row.number, "stem", "I804", say("第{row}行没有题干，没有收入：“{start}…”", row=row.number, start="".join(row.cells)[:30]))
            return None
        raw = RawQuestion(row.number, [plain(stem)])
        words = self.cell(row, "type")
        if words and not PART_TYPE.match(words):
            raw.declared = type_of(words)
            raw.may_choose = raw.declared is None and "选择" in words
            if raw.declared is None and not raw.may_choose:
                self.tell(row.number, "type", "I802", say("不认识题型“{type}”，按内容判断。", type=words))
        raw.options = self.options(row)
        for name in ("explanation", "category", "topic", "difficulty", "source", "marks", "tags", "id"):
            if text := self.cell(row, name):
                raw.fields[name] = text
        answer = self.cell(row, "answer")
        if raw.declared is DraftType.MATCHING:
            self.matching(raw, answer)
        elif answer:
            raw.answers.append((row.number, self.answer(raw, answer)))
        return raw

    def options(self, row: SheetRow) -> list[RawOption]:
        """Return the options from their columns, else from the one column that holds them all."""
        found = []
        for letter, at in sorted(self.header.options.items()):
            text = row.cells[at].strip() if at < len(row.cells) else ""
            if text:
                found.append(RawOption(letter, plain(letter), plain(_without_letter(text, letter)), row.number))
        if not found and (text := self.cell(row, "options")):
            found = _parted(text, row.number)
        for i, option in enumerate(found):
            if option.letter != chr(ord("A") + i):
                self.tell(row.number, "options", "I802", say("第{row}行的选项中间有空格子，字母仍按表头。", row=row.number))
                break
        return found

    def answer(self, raw: RawQuestion, text: str) -> str:
        """Return the answer; numbers stand for options when the columns are numbered."""
        if self.header.has_numbered_options and raw.options and DIGITS_KEY.fullmatch(text):
            return "".join(_letter(digit) for digit in re.findall(r"\d", text))
        return text

    def matching(self, raw: RawQuestion, answer: str) -> None:
        """Take lines of `left→right` apart; the options, if any, are right-hand texts without a partner."""
        pairs = [ARROW.split(line, maxsplit=1) for line in answer.split("\n") if line.strip()]
        if not pairs or any(len(pair) != 2 for pair in pairs):
            return
        extra = [option.text for option in raw.options]
        rights = [plain(pair[1].strip()) for pair in pairs] + extra
        raw.lefts = [plain(pair[0].strip()) for pair in pairs]
        raw.options = [RawOption(chr(ord("A") + i), plain(""), text, raw.at) for i, text in enumerate(rights)]
        raw.answers.append((raw.at, "；".join(f"{i + 1}-{chr(ord('A') + i)}" for i in range(len(pairs)))))


def _without_letter(text: str, letter: str) -> str:
    """Return an option without the letter that repeats its column's."""
    match = re.match(r"([A-Za-zＡ-Ｚ])\s*[.．、:：)）]\s*", text)
    return text[match.end() :] if match and letter_index(match[1]) == ord(letter) - ord("A") and match.end() < len(text) else text


def _parted(text: str, at: int) -> list[RawOption]:
    """Return the options of one cell: by their letters when it has them, else by the first separator that parts it."""
    before, found = split_options(plain(text.replace("\n", "  ")), 0, at)
    if len(found) > 1 and not before:
        return [RawOption(option.letter, option.label, option.text.strip(" \t\u3000|｜；;"), at) for option in found]
    for separator in OPTION_PARTS:
        parts = [part.strip() for part in separator.split(text) if part.strip()]
        if len(parts) > 1:
            letters = [chr(ord("A") + i) for i in range(min(len(parts), 26))]
            return [RawOption(letter, plain(letter), plain(_without_letter(part, letter)), at) for letter, part in zip(letters, parts, strict=False)]
    return [RawOption("A", plain("A"), plain(text), at)]

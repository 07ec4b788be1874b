"""Word documents (.docx) → drafts: papers in running text, question tables and answer tables, in any mixture."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from quiz.core.draft import Draft, Imported
from quiz.formats.docx_text import read_document
from quiz.formats.marked_text import Grid, Paragraph, join, plain
from quiz.formats.paper_line import Line, lines_of
from quiz.formats.question_rows import RowReader, SheetRow, filled_down, find_header
from quiz.formats.question_text import read_lines
from quiz.formats.report import Report

NUMBERS_ROW = re.compile(r"题\s*号|序\s*号|题\s*目|编\s*号")
ANSWERS_ROW = re.compile(r"(?:正确|参考|标准)?\s*答\s*案|选\s*项")
BARE_NUMBER = re.compile(r"[（(]?\d{1,4}[）)]?[.．、]?")


def read_docx(content: bytes, file: str) -> Imported:
    """Return the questions of a Word document; line of a draft or diagnostic is the paragraph's number. Never raises for bad content."""
    document = read_document(content, file)
    report = Report(file, list(document.diagnostics))
    if not document.blocks:
        return Imported((), report.told())
    lines: list[Line] = []
    drafts: list[Draft] = []
    for block in document.blocks:
        if isinstance(block, Paragraph):
            lines += lines_of(block)
            continue
        found = _questions(block, report, file)
        drafts += found
        if not found:
            lines += _answers(block) or list(_lines(block))
    if lines and (not drafts or any(line.text for line in lines)):
        drafts += read_lines(lines, report, is_all=not drafts)
    return Imported(tuple(sorted(drafts, key=lambda draft: draft.line)), report.told())


def _questions(grid: Grid, report: Report, file: str) -> list[Draft]:
    """Return the questions of a table whose header names a stem column; cells merged with the one above repeat it."""
    rows = [SheetRow(row.number, tuple(cell.text for cell in row.cells)) for row in grid.rows]
    header = find_header([row for row in rows if any(row.cells)])
    if header is None:
        return []
    merged = {(row.number, i) for row in grid.rows for i, cell in enumerate(row.cells) if cell.is_continued}
    rows = [row for row in rows if any(row.cells)][header.at + 1 :]
    return RowReader(header, report, file).read(filled_down(rows, header, merged))


def _answers(grid: Grid) -> list[Line]:
    """Return the answers of tables that have a row of numbers above a row of answers, or a column beside one."""
    texts = [[cell.text.strip() for cell in row.cells] for row in grid.rows]
    found = []
    for i, (numbers, answers) in enumerate(pairwise(texts)):
        if numbers and answers and NUMBERS_ROW.fullmatch(numbers[0]) and ANSWERS_ROW.fullmatch(answers[0]):
            found.append(_entries(grid.rows[i].number, list(zip(numbers[1:], answers[1:], strict=False))))
    if not found and texts and len(texts[0]) == 2 and NUMBERS_ROW.fullmatch(texts[0][0]) and ANSWERS_ROW.fullmatch(texts[0][1]):
        found.append(_entries(grid.rows[0].number, [(row[0], row[1]) for row in texts[1:] if len(row) == 2]))
    return [line for line in found if line.entries]


def _entries(at: int, pairs: list[tuple[str, str]]) -> Line:
    entries = tuple((int(re.sub(r"\D", "", number)), answer) for number, answer in pairs if BARE_NUMBER.fullmatch(number) and answer)
    return Line(at, plain(""), False, entries)


def _lines(grid: Grid) -> Iterator[Line]:
    """Yield the lines of a table that only lays text out; a cell with a bare number goes before its neighbour."""
    for row in grid.rows:
        number = ""
        for cell in row.cells:
            if not number and BARE_NUMBER.fullmatch(cell.text):
                number = re.sub(r"\D", "", cell.text) + "．"
                continue
            for paragraph in cell.paragraphs:
                for line in lines_of(paragraph):
                    yield Line(line.at, join([plain(number), line.text]), line.is_soft)
                    number = ""

"""A paper as people write it → drafts: heads, numbers, options, answers in any of the usual places; what fits nowhere is named, never dropped."""

from __future__ import annotations

from collections.abc import Iterable

from quiz.core.draft import Draft, Imported
from quiz.core.message import say
from quiz.formats.marked_text import Paragraph, plain
from quiz.formats.paper_line import (
    Line,
    lines_of,
)
from quiz.formats.paper_reader import PaperReader
from quiz.formats.question_shape import Shaper
from quiz.formats.report import Refused, Report, decode

MAX_PARAGRAPH = 20_000
"""Characters; a longer paragraph is cut, and reported."""


def read_text(content: bytes, file: str) -> Imported:
    """Return the questions of a plain text file; line of a draft or diagnostic is the line in the file. Never raises for bad content."""
    report = Report(file)
    try:
        text = decode(content, report)
    except Refused as refused:
        report.add(refused.line, refused.rule, refused.message)
        return Imported((), report.told())
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").replace("\f", "\n").split("\n")
    drafts = read_lines([line for i, part in enumerate(lines, 1) for line in lines_of(Paragraph(i, plain(part)))], report)
    return Imported(tuple(drafts), report.told())


def read_lines(lines: Iterable[Line], report: Report, is_all: bool = True) -> list[Draft]:
    """Return the questions of a paper, and report what was guessed and what has no place; and, when it is all there is, that it holds none."""
    kept = [_cut(line, report) for line in lines]
    reader = PaperReader(kept, report)
    reader.read()
    shaper = Shaper(report)
    drafts = [draft for raw in reader.questions if (draft := shaper.draft(raw)) is not None]
    if not drafts and is_all:
        report.add(1, "I801", say("没有找到试题。试题要有题号（如“1．”）或题型（如“单选题”），选项写作“A．”“B．”。"))
    return drafts


def _cut(line: Line, report: Report) -> Line:
    if len(line.text.text) <= MAX_PARAGRAPH:
        return line
    report.add(line.at, "I808", say("这一段超过{n}字，后面的没有读取。", n=MAX_PARAGRAPH))
    return Line(line.at, line.text[:MAX_PARAGRAPH], line.is_soft, line.entries)

"""quiz bank import, export: questions from and for Word, Excel, Moodle, QTI and plain-text formats."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, cast

import click

from quiz.banks.bank_file import is_category
from quiz.banks.lint import lint_paths
from quiz.banks.writer import write_bank
from quiz.cli.console import Console, pass_console
from quiz.core.draft import Draft, Imported, lost_in_draft, to_draft
from quiz.core.message import Diagnostic, QuizError, Severity, listed, say
from quiz.core.question import Question
from quiz.formats.whole_file import whole_file

Reader = Callable[[bytes, str], Imported]
FORMATS = ("word", "excel", "text", "gift", "aiken", "moodle-xml", "qti")
READERS = {
    "word": "word_in.read_docx",
    "excel": "excel_in.read_excel",
    "text": "question_text.read_text",
    "gift": "gift.read_gift",
    "aiken": "aiken.read_aiken",
    "moodle-xml": "moodle_xml.read_moodle_xml",
    "qti": "qti.read_qti",
}
WRITERS = {
    "word": "word_out.write_docx",
    "excel": "excel_out.write_excel",
    "gift": "gift.write_gift",
    "aiken": "aiken.write_aiken",
    "moodle-xml": "moodle_xml.write_moodle_xml",
    "qti": "qti.write_qti",
}
MANY = 10
"""Questions that lose the same are listed one by one up to this number."""

INTO_FILE = ("word", "excel")
"""Formats whose writers write into a file; the others return text or bytes."""

SUFFIXES = {".docx": "word", ".xlsx": "excel", ".csv": "excel", ".tsv": "excel", ".gift": "gift", ".aiken": "aiken", ".zip": "qti"}
ANSWER_LINE = re.compile(rb"^\s*ANSWER\s*:\s*[A-Za-z]\s*$", re.MULTILINE)
"""What tells Aiken from a paper that was merely typed."""

MEMBERS = {"word/document.xml": "word", "xl/workbook.xml": "excel", "imsmanifest.xml": "qti"}


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="write the YAML here; to standard output when left out")
@click.option("--category", default="", help="where the questions stand in the bank, e.g. general/water")
@click.option("--format", "format_", type=click.Choice(FORMATS), help="what the file is; guessed from its name and content when left out")
@pass_console
def import_(console: Console, file: Path, output: Path | None, category: str, format_: str | None) -> None:
    """Turn a file of questions into the YAML of a bank, and report what could not be kept, with its place."""
    if category and not is_category(category):
        raise QuizError(
            "bad_category", say("“category”要写成 general/monitoring 这样：小写字母、数字和短横，用 / 分层。这里是“{got}”。", got=category)
        )
    if output is not None and output.exists():
        raise QuizError("file_exists", say("{path}已经存在，没有改动它。请换一个文件名。", path=str(output)))
    content = file.read_bytes()
    found = reader_of(format_ or guess_format(file.name, content))(content, file.as_posix())
    console.report(found.diagnostics)
    if not found.drafts:
        click.echo(console.text(say("没有读到题目。")), err=True)
        raise click.exceptions.Exit(1)
    text = write_bank(found.drafts, category, file.name, console.translate)
    if output is None:
        click.echo(text, nl=False)
        return
    with whole_file(output) as out:
        out.write(text.encode())
    refused = sum(diagnostic.is_error for diagnostic in found.diagnostics)
    console.say(say("读入{n}道题，写进{path}；{refused}处没有读入。", n=len(found.drafts), path=str(output), refused=refused))


@click.command("export")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--to", "format_", type=click.Choice(list(WRITERS)), required=True, help="the format to write")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="the file to write")
@pass_console
def export(console: Console, paths: tuple[Path, ...], format_: str, output: Path) -> None:
    """Write the questions of banks for another system, and report what its format cannot say."""
    found = lint_paths(paths, console.settings.zone)
    console.report(tuple(diagnostic for diagnostic in found.diagnostics if diagnostic.is_error))
    if not found.questions:
        click.echo(console.text(say("没有可以导出的题目。")), err=True)
        raise click.exceptions.Exit(1)
    with whole_file(output) as out:
        losses = write_drafts([to_draft(question) for question in found.questions], format_, out)
    console.report(gathered((*left_out(found.questions), *losses)))
    console.say(say("{n}道题，已写入{path}。", n=len(found.questions) - skipped(found.questions, losses), path=str(output)))
    console.say(say("各题的层次、有效期、适用地方、责任部门、难度和样题标记不随题导出。"))
    if found.templates:
        console.say(say("{n}道本地题模板没有导出：它们要先代入本地资料。", n=len(found.templates)))


def reader_of(format_: str) -> Reader:
    """Return the reader of a format, loaded when it is first needed."""
    return cast(Reader, _function(READERS[format_]))


def write_drafts(drafts: Sequence[Draft], format_: str, out: BinaryIO) -> tuple[Diagnostic, ...]:
    """Write drafts to an open file; return what the format could not say."""
    write = _function(WRITERS[format_])
    if format_ in INTO_FILE:
        return cast(tuple[Diagnostic, ...], write(drafts, out))
    content, losses = cast(tuple[str | bytes, tuple[Diagnostic, ...]], write(drafts))
    out.write(content if isinstance(content, bytes) else content.encode())
    return losses


def left_out(questions: Sequence[Question]) -> tuple[Diagnostic, ...]:
    """What a draft has no place for, question by question."""
    out = []
    for number, question in enumerate(questions, 1):
        for what in {message.text: message for message in lost_in_draft(question)}.values():
            out.append(Diagnostic(question.uid, number, 1, "I803", say("没有导出：{what}。", what=what), Severity.WARNING))
    return tuple(out)


def gathered(diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the diagnostics with one line in the place of many that say the same of different questions, and how many they are."""
    same: dict[str, list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        same.setdefault(diagnostic.message.render(), []).append(diagnostic)
    out: list[Diagnostic] = []
    for found in same.values():
        many = replace(found[0], message=say("{what}这样的题共有{n}道。", what=found[0].message, n=len(found)))
        out += found if len(found) <= MANY else [many]
    return tuple(out)


def skipped(questions: Sequence[Question], losses: Sequence[Diagnostic]) -> int:
    """How many questions a writer left out whole; a case that lost some of its questions is not among them."""
    left_out_ids = {loss.file for loss in losses if loss.message.text.startswith("没有导出这道题")}
    return sum(
        question.uid in left_out_ids or bool(question.parts and all(f"{question.uid}-{k}" in left_out_ids for k in range(1, len(question.parts) + 1)))
        for question in questions
    )


def guess_format(name: str, content: bytes) -> str:
    """Return the format by the content where it tells, else by the file's suffix; QuizError `unknown_format` when neither does."""
    if content.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                names = {member.rpartition("/")[2] if member.endswith("imsmanifest.xml") else member for member in archive.namelist()}
        except (zipfile.BadZipFile, ValueError, OSError):
            names = set()
        if found := next((format_ for member, format_ in MEMBERS.items() if member in names), ""):
            return found
    suffix = Path(name).suffix.lower()
    if suffix == ".xml":
        return "moodle-xml" if re.search(rb"<quiz[\s>]", content[:5000]) else "qti"
    if suffix in SUFFIXES:
        return SUFFIXES[suffix]
    if suffix in (".txt", ""):
        if b"{" in content:
            return "gift"
        return "aiken" if ANSWER_LINE.search(content) else "text"
    raise QuizError("unknown_format", say("看不出{name}是哪一种文件。请用 --format 指明：{formats}。", name=name, formats=listed(FORMATS)))


def _function(path: str) -> Callable[..., object]:
    module, _, name = path.partition(".")
    return cast(Callable[..., object], getattr(import_module(f"quiz.formats.{module}"), name))

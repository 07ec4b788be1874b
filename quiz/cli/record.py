"""quiz record: a cadre's record over the years, as lines or a file, and what a printed digest stands for."""

from __future__ import annotations

from pathlib import Path

import click

from quiz.cli.console import Console, pass_console
from quiz.core.cadre_record import Entry, Record
from quiz.core.message import QuizError, say
from quiz.core.paper import plain_number
from quiz.core.results import STANDING_NAMES
from quiz.formats.cadre_record_table import write_record_csv, write_record_xlsx
from quiz.formats.whole_file import whole_file
from quiz.printing.cadre_record_pdf import print_cadre_record
from quiz.translation import format_moment
from quiz.usecases import cadre_record

WRITERS = {".xlsx": write_record_xlsx, ".csv": write_record_csv}


@click.group()
def record() -> None:
    """Records of cadres."""


@record.command()
@click.argument("number")
@click.option("--json", "as_json", is_flag=True, help="the whole record, as its digest is taken of it")
@pass_console
def show(console: Console, number: str, as_json: bool) -> None:
    """Print the record of the cadre NUMBER: every sitting whose results are out."""
    with console.reader() as db:
        found = cadre_record.read_record(db, console.actor, number, console.served())
    if as_json:
        click.echo(found.text)
        return
    _lines(console, found)


@record.command()
@click.argument("number")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="a file .pdf, .xlsx or .csv")
@pass_console
def export(console: Console, number: str, output: Path) -> None:
    """Write the record of the cadre NUMBER; a PDF carries a digest that `quiz record verify` knows."""
    zone = console.settings.zone
    if output.suffix in WRITERS:
        with console.reader() as db:
            found = cadre_record.read_record(db, console.actor, number, console.served())
        with whole_file(output) as out:
            WRITERS[output.suffix](found, out, zone, console.translate)
    elif output.suffix == ".pdf":
        with console.writer() as db:
            issued = cadre_record.issue(db, console.actor, number, console.served())
        with whole_file(output) as out:
            print_cadre_record(issued.record, issued.at, out, lambda at: format_moment(at, console.language, zone), console.translate)
        console.say(say("档案摘要：{digest}", digest=issued.digest))
    else:
        raise QuizError("which", say("文件名请以 .pdf、.xlsx 或 .csv 结尾。"))
    console.say(say("{number}的成绩档案已写入{file}。", number=number, file=output))


@record.command()
@click.argument("digest")
@pass_console
def verify(console: Console, digest: str) -> None:
    """Print what was given out under DIGEST (at least its first 16 digits), and what changed since; exit status 1 when anything contradicts."""
    with console.reader() as db:
        found = cadre_record.verify(db, console.actor, digest, console.served())
    at = format_moment(found.at, console.language, console.settings.zone)
    console.say(say("{at}出具，摘要{digest}。当时的内容：", at=at, digest=found.record.digest))
    _lines(console, found.record)
    for change in found.changes:
        console.say(change)
    for finding in found.findings:
        console.say(say("不符：{what}", what=finding))
    if found.findings:
        raise click.exceptions.Exit(1)
    console.say(say("核对无误：内容、试卷、资料和各次评分都与登记的摘要一致。"))


def _lines(console: Console, found: Record) -> None:
    click.echo(f"{found.number}\t{found.name}\t{found.unit}")
    for entry in found.entries:
        when = format_moment(entry.opens_at, console.language, console.settings.zone)
        click.echo("\t".join([f"  {entry.sitting}", when, _score(console, entry), entry.unit, console.translate(entry.post), entry.title]))
        if entry.counted is not None:
            score = "—" if entry.counted.score is None else plain_number(entry.counted.score)
            console.say(say("    计入成绩{score}：{why}", score=score, why=entry.counted.explain()))


def _score(console: Console, entry: Entry) -> str:
    if entry.score is None:
        return console.translate(STANDING_NAMES[entry.standing])
    return f"{plain_number(entry.score)}/{plain_number(entry.max_score)}"

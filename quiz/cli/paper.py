"""quiz paper: print frozen papers and their keys; prove and verify that they follow from the seed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from quiz.assembly.proof import Report, verify_proof
from quiz.cli.batch import batch
from quiz.cli.console import Console, pass_console
from quiz.core.message import QuizError, say
from quiz.formats.whole_file import whole_file
from quiz.printing.answer_sheet_pdf import print_answer_sheets
from quiz.printing.geometry import PageSize
from quiz.printing.job import PrintJob
from quiz.printing.paper_pdf import print_papers
from quiz.usecases import verifying
from quiz.usecases.papers import papers_to_print
from quiz.usecases.pictures import pictures_to_print

MOST_IN_A_FILE = 500
"""Papers in one PDF; a longer run goes into numbered parts, which open and print better."""


@click.group()
def paper() -> None:
    """Papers."""


paper.add_command(batch)


@paper.command(name="print")
@click.argument("sitting")
@click.option("--cadre", "numbers", multiple=True, help="staff number; may be given several times")
@click.option("--all", "everyone", is_flag=True, help="the papers of everyone in the sitting")
@click.option("--key", "with_key", is_flag=True, help="with the answer key and marking scheme of each paper")
@click.option("--size", type=click.Choice(["A4", "A3"]), default="A4", show_default=True)
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path))
@pass_console
def print_(console: Console, sitting: str, numbers: tuple[str, ...], everyone: bool, with_key: bool, size: str, output: Path) -> None:
    """Print papers of SITTING as PDF."""
    if bool(numbers) == everyone:
        raise QuizError("which", say("请用 --cadre 指定工号，或用 --all 打印全部。"))
    with console.writer() as db:  # short: while papers are set, people may be saving
        found = papers_to_print(db, console.actor, sitting, console.now(), None if everyone else list(numbers), with_key)
        pictures = pictures_to_print(db, [paper for paper, _ in found])
    jobs = [PrintJob(paper, candidate) for paper, candidate in found]
    parts = [jobs[at : at + MOST_IN_A_FILE] for at in range(0, len(jobs), MOST_IN_A_FILE)]
    with click.progressbar(length=len(jobs), label=console.text(say("正在排版")), fill_char="#", empty_char="-") as bar:
        for number, part in enumerate(parts, 1):
            with whole_file(_part_file(output, number, len(parts))) as out:
                print_papers(
                    part,
                    out,
                    size=PageSize[size],
                    with_key=with_key,
                    translate=console.translate,
                    on_paper=lambda _done, _total: bar.update(1),
                    pictures=pictures,
                )
    console.say(say("{n}份试卷已写入{files}个文件：{file}。", n=len(jobs), files=len(parts), file=output))


@paper.command()
@click.argument("sitting")
@click.option("--cadre", "numbers", multiple=True, help="staff number; may be given several times")
@click.option("--all", "everyone", is_flag=True, help="the answer sheets of everyone in the sitting")
@click.option("--one-sided", is_flag=True, help="no empty sides: for printing on one side of the paper only")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path))
@pass_console
def sheets(console: Console, sitting: str, numbers: tuple[str, ...], everyone: bool, one_sided: bool, output: Path) -> None:
    """Print the answer sheets (答题卡) of SITTING as PDF, in the order of the papers; `quiz scan read` reads them once they are filled in."""
    if bool(numbers) == everyone:
        raise QuizError("which", say("请用 --cadre 指定工号，或用 --all 打印全部。"))
    with console.writer() as db:
        found = papers_to_print(db, console.actor, sitting, console.now(), None if everyone else list(numbers), is_sheets=True)
        jobs = [PrintJob(paper, candidate) for paper, candidate in found]
    parts = [jobs[at : at + MOST_IN_A_FILE] for at in range(0, len(jobs), MOST_IN_A_FILE)]
    with click.progressbar(length=len(jobs), label=console.text(say("正在排版")), fill_char="#", empty_char="-") as bar:
        for number, part in enumerate(parts, 1):
            with whole_file(_part_file(output, number, len(parts))) as out:
                print_answer_sheets(part, out, is_one_sided=one_sided, translate=console.translate, on_paper=lambda _done, _total: bar.update(1))
    console.say(say("{n}份答题卡已写入{files}个文件：{file}。", n=len(jobs), files=len(parts), file=output))


def _part_file(output: Path, number: int, count: int) -> Path:
    return output if count == 1 else output.with_name(f"{output.stem}-{number}{output.suffix}")


@paper.command()
@click.argument("sitting")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path))
@pass_console
def proof(console: Console, sitting: str, output: Path) -> None:
    """Write the proof of SITTING, which has closed: seed, snapshot and papers by number, without any question's words.

    Anyone can check it with `quiz paper verify FILE`.
    """
    with console.writer() as db:
        made = verifying.make_proof(db, console.actor, console.now(), sitting)
    with whole_file(output) as out:
        out.write(json.dumps(made, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())
    console.say(say("{n}份试卷的组卷证明已写入{file}。", n=len(made["papers"]), file=output))


@paper.command()
@click.argument("what", metavar="SITTING|FILE")
@click.option("--cadre", "numbers", multiple=True, help="staff number; only with SITTING, may be given several times")
@pass_console
def verify(console: Console, what: str, numbers: tuple[str, ...]) -> None:
    """Derive papers again from the seed and compare: those stored of SITTING, or those in a proof FILE, which needs no database."""
    if Path(what).is_file():
        if numbers:
            raise QuizError("which", say("核对证明文件时不用 --cadre，总是核对全部试卷。"))
        report = verify_proof(_read_proof(Path(what)))
    else:
        with console.reader() as db:
            report = verifying.verify(db, console.actor, what, numbers)
    _tell(console, report)


def _read_proof(path: Path) -> Any:
    try:
        found = json.loads(path.read_bytes())
    except ValueError as error:
        raise QuizError("bad_proof", say("证明文件读不懂，可能不完整或被改动过：{what}", what=error)) from error
    if not isinstance(found, dict):
        raise QuizError("bad_proof", say("这不是组卷证明文件，或者它的格式版本不被支持。"))
    return found


def _tell(console: Console, report: Report) -> None:
    """Print what was found; exit status 1 unless everything is proven."""
    for finding in report.findings:
        click.echo(console.text(finding), err=True)
    console.say(say("考试{code}，抽题承诺值：{commitment}", code=report.sitting, commitment=report.commitment))
    console.say(say("共{papers}份试卷，{equal}份与由种子推算的完全一致。", papers=report.papers, equal=report.equal))
    if not report.is_proven:
        console.say(say("核对未通过。"))
        raise click.exceptions.Exit(1)

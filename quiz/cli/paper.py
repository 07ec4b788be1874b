"""quiz paper: print frozen papers and their keys."""

from __future__ import annotations

from pathlib import Path

import click

from quiz.cli.console import Console, pass_console, whole_file
from quiz.core.message import QuizError, say
from quiz.printing.geometry import PageSize
from quiz.printing.job import PrintJob
from quiz.printing.paper_pdf import print_papers
from quiz.usecases.papers import papers_to_print
from quiz.usecases.pictures import pictures_to_print

MOST_IN_A_FILE = 500
"""Papers in one PDF; a longer run goes into numbered parts, which open and print better."""


@click.group()
def paper() -> None:
    """Papers."""


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
    with console.writer() as db:
        found = papers_to_print(db, console.actor, sitting, console.now(), None if everyone else list(numbers), with_key)
        jobs = [PrintJob(paper, candidate) for paper, candidate in found]
        pictures = pictures_to_print(db, [paper for paper, _ in found])
        parts = [jobs[at : at + MOST_IN_A_FILE] for at in range(0, len(jobs), MOST_IN_A_FILE)]
        with click.progressbar(length=len(jobs), label=console.text(say("正在排版")), fill_char="#", empty_char="-") as bar:
            for number, part in enumerate(parts, 1):
                file = output if len(parts) == 1 else output.with_name(f"{output.stem}-{number}{output.suffix}")
                with whole_file(file) as out:
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

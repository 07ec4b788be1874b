"""quiz scan: read filled answer sheets, and say how far a sitting has come with them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quiz.cli.console import Console, pass_console
from quiz.core.answer_sheet import SheetShape
from quiz.core.message import QuizError, join_messages, listed, say
from quiz.core.scan import HARMLESS, Problem, ScannedPage, problem_name
from quiz.core.sheet_state import HOLD_NAMES
from quiz.printing import scan as reading
from quiz.usecases import scanning
from quiz.usecases.scanning import Taken

if TYPE_CHECKING:
    from quiz.printing.scan.pages import Source
    from quiz.printing.scan.reader import Looked
    from quiz.storage.tables import ScanRow

AT_ONCE = 32
"""Pages in memory, and stored in one transaction: whoever is interrupted goes on with the next ones, since pages read before are passed over."""

FEW = 4
"""So few pages are not worth other processes."""


@click.group()
def scan() -> None:
    """Scanned answer sheets."""


@scan.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--sitting", default="", help="the sitting that all sheets must be of; else each goes to the sitting that its code names")
@click.option("--jobs", type=click.IntRange(1), default=None, help="processes that read; one for each core unless given")
@pass_console
def read(console: Console, files: tuple[Path, ...], sitting: str, jobs: int | None) -> None:
    """Read answer sheets from FILES: PDF, JPEG, PNG, TIFF, or folders of them.

    Every page is kept with what was read. What cannot be read for certain waits for a person on the sitting's page of scans. The same files may
    be read again: what was read before is passed over.
    """
    reading.require()
    pages, unreadable = _pages_of(console, files)
    taken: list[Taken] = []
    with _workers(jobs, len(pages)) as workers, _bar(console, len(pages)) as bar:
        rest = iter(pages)
        while part := list(islice(rest, AT_ONCE)):
            found, spoilt = _read_part(console, workers, part)
            unreadable += spoilt
            with console.writer() as db:
                taken += scanning.take_pages(db, console.actor, found, sitting, console.now())
            bar.update(len(part))
    _tell(console, taken, unreadable)


@scan.command(name="list")
@click.argument("sitting", default="")
@pass_console
def list_(console: Console, sitting: str) -> None:
    """Say how many sheets of SITTING are stored, which ones wait and for what, and which pages could not be used.

    Without SITTING: the pages that were read and belong to no sitting, since nothing on them says which.
    """
    if not sitting:
        with console.reader() as db:
            _tell_pages(console, scanning.list_stray(db, console.actor))
        return
    with console.reader() as db:
        view = scanning.read_overview(db, console.actor, sitting, console.now())
    console.say(say("{papers}份试卷，{stored}份答题卡已入库，{waiting}份待处理。", papers=view.papers, stored=view.stored, waiting=view.waiting))
    for sheet in view.sheets:
        state = sheet.state
        holds = [say(HOLD_NAMES[hold]) for hold in state.holds]
        holds += [say("第{pages}页", pages=listed(map(str, state.missing)))] if state.missing else []
        holds += [say("{n}处待看", n=len(state.places))] if state.places else []
        holds += [say("缺考")] if state.is_absent else []
        click.echo(f"  {sheet.paper.code}\t{sheet.seat.cadre.number}\t{sheet.seat.cadre.name}\t" + console.text(join_messages("；", holds)))
    _tell_pages(console, view.problems)


def _tell_pages(console: Console, rows: Sequence[ScanRow]) -> None:
    """Where each page came from, what its code said, and why it counts for nothing."""
    for row in rows:
        click.echo(f"  {row.source}\t{row.code}\t{console.translate(problem_name(row.problem))}")


def _pages_of(console: Console, files: Iterable[Path]) -> tuple[list[tuple[Source, int]], list[str]]:
    """Every page of the files, those in folders by name, and the files that do not open."""
    from quiz.printing.scan.pages import Source, count_pages

    pages: list[tuple[Source, int]] = []
    unreadable = []
    for path in files:
        for file in sorted(child for child in path.rglob("*") if child.is_file()) if path.is_dir() else [path]:
            source = Source(str(file.relative_to(path)) if path.is_dir() else file.name, path=file)
            try:
                pages += [(source, index) for index in range(count_pages(source))]
            except QuizError as error:
                unreadable.append(console.text(error.message))
    return pages, unreadable


@contextmanager
def _workers(jobs: int | None, pages: int) -> Iterator[Executor | None]:
    """Processes to read with; none for a few pages."""
    count = min(jobs or os.cpu_count() or 1, pages)
    if pages <= FEW or count == 1:
        yield None
        return
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        yield pool


def _bar(console: Console, length: int) -> AbstractContextManager[Any]:
    return click.progressbar(length=length, label=console.text(say("正在读卡")), fill_char="#", empty_char="-")


def _read_part(console: Console, workers: Executor | None, part: Sequence[tuple[Source, int]]) -> tuple[list[ScannedPage], list[str]]:
    """Read some pages: first their codes, then, by the papers that these name, the rest."""
    run = workers.map if workers else map
    looked = list(run(_look, part))
    whole = [page for page in looked if not isinstance(page, str)]
    with console.reader() as db:
        shapes = scanning.shapes_of(db, console.actor, [page.found.sheet.paper for page in whole if page.found.sheet])
    work = [(page, shapes.get(page.found.sheet.paper) if page.found.sheet else None) for page in whole]
    spoilt = [console.text(say("{name}打不开，或者不是图片、PDF。", name=page)) for page in looked if isinstance(page, str)]
    return list(run(_finish, work)), spoilt


def _look(page: tuple[Source, int]) -> Looked | str:
    """A page with what its codes say, or the name of what does not open."""
    from quiz.printing.scan.reader import look

    try:
        return look(*page)
    except QuizError:
        return page[0].name


def _finish(work: tuple[Looked, SheetShape | None]) -> ScannedPage:
    from quiz.printing.scan.reader import finish

    return finish(*work)


def _tell(console: Console, taken: Sequence[Taken], unreadable: Sequence[str]) -> None:
    """Say what became of the pages, each problem on a line; exit status 1 when somebody has to do something about a page."""
    problems = [item for item in taken if item.problem not in HARMLESS]
    for text in unreadable:
        click.echo(text, err=True)
    for item in problems:
        click.echo(f"{item.source}: {console.translate(problem_name(item.problem))}", err=True)
    newest = {item.sheet.paper.code: item.sheet for item in taken if item.sheet is not None}
    waiting = sum(bool(sheet.state.holds) for sheet in newest.values())
    stored = sum(sheet.is_stored for sheet in newest.values())
    same = sum(item.problem == Problem.SAME for item in taken)
    counts = {"pages": len(taken), "same": same, "stored": stored, "waiting": waiting}
    console.say(say("读了{pages}页，{same}页以前读过。{stored}份答题卡已入库，{waiting}份待人工处理。", **counts))
    if problems or unreadable:
        console.say(say("{n}页有问题，没有计入。", n=len(problems) + len(unreadable)))
        raise click.exceptions.Exit(1)

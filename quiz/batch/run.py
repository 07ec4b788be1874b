"""Carries out an order: checks every character first, then makes the files that are not finished yet, a room at a time on each core."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from itertools import islice
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.context import BaseContext
from pathlib import Path

from quiz.batch.folder import Folder
from quiz.batch.order import File, Kind, Order, Work
from quiz.core.collector import uncollected
from quiz.core.message import say
from quiz.core.paper import Paper
from quiz.core.picture import NO_PICTURES
from quiz.printing.answer_sheet_pdf import print_answer_sheets
from quiz.printing.fonts import is_printable
from quiz.printing.geometry import PageSize
from quiz.printing.job import PrintJob, check_jobs
from quiz.printing.key_pdf import print_keys
from quiz.printing.paper_pdf import print_papers
from quiz.printing.room_pdf import check_room, print_room
from quiz.storage.engine import closing_engine, reading
from quiz.translation import translator
from quiz.usecases.batch_printing import SeatToPrint, characters, read_papers

Progress = Callable[[int, int], None]
"""Called with how many papers, sheets, keys and lists are done, and how many there are."""

AHEAD = 2
"""Rooms for each process that wait or are at work: what a room needs is read by the process that prints it, so more would gain nothing."""

FEW = 60
"""So few documents are not worth other processes."""

CHECKED_AT_ONCE = 200
FORMATTING = frozenset("\n\t")


@dataclass(frozen=True, slots=True)
class Done:
    """What a run did: files made, files that were finished before, and files of earlier runs that it removed."""

    made: int
    kept: int
    removed: int


def carry_out(order: Order, folder: Path, database_url: str, *, jobs: int | None = None, progress: Progress | None = None) -> Done:
    """Print an order into a folder. What is finished there by the same order stays; an interrupted run is gone on with.

    MissingGlyphs, before the first file is made, with every character that cannot be printed and its place; QuizError `being_printed` when
    another run has the folder, `paper_changed`.
    """
    place = Folder(folder)
    with place.held():
        known = place.finished()
        files = order.files
        open_files = {file.name for file in files if not place.is_finished(file, known)}
        works = [Work(tuple(file for file in work.files if file.name in open_files)) for work in order.works]
        works = [work for work in works if work.files]
        check(order, works, database_url)
        removed = place.clear([*files, *order.slips], known)
        total = sum(work.documents for work in order.works)
        done = total - sum(work.documents for work in works)
        tell = progress or _say_nothing
        tell(done, total)
        make = partial(make_files, folder, order.size, order.language, database_url)
        for count in _results(make, works, jobs):
            done += count
            tell(done, total)
    return Done(len(open_files), len(files) - len(open_files), removed)


def check(order: Order, works: list[Work], database_url: str) -> None:
    """Refuse an order with a character that cannot be printed, before anything is made: MissingGlyphs."""
    for room in {file.room.site + str(file.room.room): file.room for work in works for file in work.files if file.room}.values():
        check_room(room)
    people = list({one.paper_id: one for work in works for file in work.files for one in file.people}.values())
    with closing_engine(database_url) as engine, reading(engine) as db:
        if all(char in FORMATTING or is_printable(char) for char in characters(db, people)):
            return
        for start in range(0, len(people), CHECKED_AT_ONCE):  # some text that is perhaps not printed has one: look closely
            part = people[start : start + CHECKED_AT_ONCE]
            papers, _ = read_papers(db, part)
            check_jobs([PrintJob(paper, one.candidate) for paper, one in zip(papers, part, strict=True)], with_key=True)


def _results(make: Callable[[Work], int], works: list[Work], jobs: int | None) -> Iterator[int]:
    """Do the works and yield what each came to; on several cores where that is worth it, with few of them waiting."""
    count = min(jobs or os.cpu_count() or 1, len(works))
    if count <= 1 or sum(work.documents for work in works) <= FEW:
        yield from map(make, works)
        return
    with ProcessPoolExecutor(count, mp_context=_processes()) as pool:
        rest = iter(works)
        going = {pool.submit(make, work) for work in islice(rest, AHEAD * count)}
        try:
            while going:
                ready, going = wait(going, return_when=FIRST_COMPLETED)
                going |= {pool.submit(make, work) for work in islice(rest, len(ready))}
                yield from (future.result() for future in ready)
        finally:
            pool.shutdown(cancel_futures=True)


def _processes() -> BaseContext:
    """Return how processes begin: as copies of one that has read program and faces and nothing else; else each from nothing."""
    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload(["__main__", "quiz.batch.ready"])
    return context


@uncollected()
def make_files(folder: Path, size: PageSize, language: str, database_url: str, work: Work) -> int:
    """Make the files of a room, each whole; return how many documents are in them. Runs in a process of its own."""
    place = Folder(folder)
    needed = tuple({one.paper_id: one for file in work.files if file.kind is not Kind.LISTS for one in file.people}.values())
    with closing_engine(database_url) as engine, reading(engine) as db:
        papers, pictures = read_papers(db, needed) if needed else ([], dict(NO_PICTURES))
    by_id = {one.paper_id: paper for one, paper in zip(needed, papers, strict=True)}
    for file in work.files:
        out = BytesIO()
        jobs = [] if file.kind is Kind.LISTS else [_job(one, by_id[one.paper_id]) for one in file.people]
        _print(file, jobs, size, language, pictures, out)
        place.save(file, out.getvalue())
    return work.documents


def _print(file: File, jobs: list[PrintJob], size: PageSize, language: str, pictures: dict[str, bytes], out: BytesIO) -> None:
    translate = translator(language)
    if file.kind is Kind.PAPERS:
        print_papers(jobs, out, size=size, translate=translate, pictures=pictures, separator=file.room)
    elif file.kind is Kind.SHEETS:
        print_answer_sheets(jobs, out, translate=translate, separator=file.room)
    elif file.kind is Kind.LISTS:
        assert file.room is not None
        print_room(file.room, out, translate)
    elif file.room is None:  # one key for a whole form: it names the form in the place of a paper
        (job,) = jobs
        form = say("{form}卷", form=job.paper.form).render(translate)
        print_keys(
            [replace(job, paper=replace(job.paper, code=form, form=""), candidate=replace(job.candidate, seat=""))],
            out,
            size=size,
            translate=translate,
        )
    else:
        print_keys(jobs, out, size=size, translate=translate)


def _job(one: SeatToPrint, paper: Paper) -> PrintJob:
    return PrintJob(paper, one.candidate, one.digest)


def _say_nothing(_done: int, _all: int) -> None:
    """Tell nobody."""

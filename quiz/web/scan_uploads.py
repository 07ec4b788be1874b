"""Scans that were uploaded: read one batch at a time on this machine, and stored. What would be refused is refused before anything is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from werkzeug.datastructures import FileStorage

from quiz.core.message import QuizError, say
from quiz.core.scan import ScannedPage
from quiz.storage.served import alone
from quiz.usecases import scanning
from quiz.usecases.scanning import Taken
from quiz.web.context import actor, installation, now, reader, say_text, writer

if TYPE_CHECKING:
    from quiz.printing.scan.pages import Source

Asked = TypeVar("Asked")
Told = TypeVar("Told")

MOST_PAGES = 120
"""In one upload: a quarter of a minute. The command takes any number, with every core."""

TURN = "scan.lock"
"""Held in the instance folder while pages are read, which takes a whole core: one upload at a time, so that people at work feel nothing of it."""


def read_files(code: str, files: Sequence[FileStorage]) -> tuple[list[Taken], list[str]]:
    """Read the pages of files and store them; the files that do not open are named.

    NotFound, Forbidden; QuizError `too_many_pages`, and `busy` while another batch is read.
    """
    from quiz.printing.scan.pages import Source

    with reader() as db:
        scanning.refuse_scans(db, actor(), code, now())
    sources = [Source(file.filename or "?", content=file.read()) for file in files]
    with alone(installation().settings.instance / TURN) as is_mine:
        if not is_mine:
            raise QuizError("busy", say("正在读另一批扫描件，请稍后再上传。"))
        found, unreadable = _read_pages(sources)
    with writer() as db:
        return scanning.take_pages(db, actor(), found, code, now()), unreadable


def _read_pages(sources: Sequence[Source]) -> tuple[list[ScannedPage], list[str]]:
    from quiz.printing.scan.pages import count_pages
    from quiz.printing.scan.reader import finish, look

    unreadable: list[str] = []
    counts = list(_each(count_pages, sources, unreadable))
    if sum(count for _, count in counts) > MOST_PAGES:
        raise QuizError("too_many_pages", say("一次最多上传{most}页；更多的请用命令 quiz scan read。", most=MOST_PAGES))
    looked = [page for _, pages in _each(lambda one: [look(one[0], index) for index in range(one[1])], counts, unreadable) for page in pages]
    with reader() as db:
        shapes = scanning.shapes_of(db, actor(), [page.found.sheet.paper for page in looked if page.found.sheet])
    return [finish(page, shapes.get(page.found.sheet.paper) if page.found.sheet else None) for page in looked], unreadable


def _each(work: Callable[[Asked], Told], of: Iterable[Asked], unreadable: list[str]) -> Iterator[tuple[Asked, Told]]:
    """Each file with what `work` told of it; of one that does not open, the words for it go to `unreadable`."""
    for one in of:
        try:
            yield one, work(one)
        except QuizError as error:
            if error.code != "bad_scan_file":
                raise
            unreadable.append(say_text(error.message))

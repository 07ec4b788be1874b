"""How fast a sitting is printed: `python -m benchmarks.printing [PEOPLE]`, by default 1,000 with a paper of their own, in two processes.

A made county draws real papers from the shipped banks. Measured are wall time, processor time and memory of `quiz paper batch`'s run; on one core
pages a processor second beside two floors over the very same pages: a bare ReportLab canvas with ReportLab's own TrueType support that draws the
same texts at the same places and nothing else, and our own drawing without layout; and typst and fpdf2, where they are installed, with a plain
layout of the same questions. Line-breaking faults are counted over all pages by a checker that knows only the PDF.
"""

from __future__ import annotations

import importlib.util
import json
import lzma
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from io import BytesIO
from multiprocessing import forkserver
from pathlib import Path

import pypdfium2
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

from benchmarks.county import PASSWORD, SITTING, ZONE, make_county
from quiz.batch.order import Kind, make_order
from quiz.batch.run import carry_out
from quiz.core.access import Role, command_line
from quiz.core.question import OPTION_LETTERS
from quiz.core.room import RoomPlan
from quiz.printing.fonts import FOLDER, Font
from quiz.printing.geometry import GEOMETRIES, KEY_GEOMETRIES, PageSize
from quiz.printing.job import PrintJob
from quiz.printing.key_pdf import draw_keys
from quiz.printing.marks import Image, Mark, Row, Text
from quiz.printing.paper_pdf import draw_paper
from quiz.printing.sheet import Sheets
from quiz.settings import load_settings
from quiz.storage import accounts
from quiz.storage.engine import make_engine, writing
from quiz.storage.tables import AccountRow
from quiz.usecases import batch_printing, rooms
from quiz.usecases.passwords import HASHER
from tests.printing.line_faults import faults_in
from tests.web.world import Person

FEW = 120
"""Papers for what runs on one core."""

PER_FILE = 30
SIZE = PageSize.A3
ONE_BY_ONE = 20
Side = list[tuple[float, float, Row]]


class Recorded(Sheets):
    """Sheets that remember every row and every mark of every side, so that it can be drawn again without being laid out."""

    def __init__(self, *words: object) -> None:
        super().__init__(*words)  # type: ignore[arg-type]
        self.sides: list[Side] = []
        self._side: Side = []

    def add_row(self, row: Row, x: float, y: float) -> None:
        """Remember, then draw."""
        self._side.append((x, y, row))
        super().add_row(row, x, y)

    def add_marks(self, marks: Iterable[Mark], x: float = 0.0, y: float = 0.0) -> None:
        """Remember, then draw."""
        listed = tuple(marks)
        self._side.append((x, y, Row(0.0, listed)))
        super().add_marks(listed, x, y)

    def end_side(self, *, is_turned: bool = False) -> None:
        """Remember that a side ends."""
        self.sides.append(self._side)
        self._side = []
        super().end_side(is_turned=is_turned)


def main() -> None:
    """Print the figures."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as home:
        os.environ["QUIZ_INSTANCE"] = home
        url = f"sqlite:///{home}/quiz.sqlite3"
        make_county(url, people, load_settings().secret_key)
        whole(url, Path(home), people)
        jobs, pictures = some_jobs(url)
        alone(jobs, pictures)
        others(jobs, Path(home))
        from_the_page(Path(home), url)


def whole(url: str, home: Path, people: int) -> None:
    """The batch as the command runs it."""
    chief, now = command_line("benchmark"), datetime.now(UTC)
    with writing(make_engine(url)) as db:
        rooms.save_rooms(db, chief, SITTING, RoomPlan(30), now)
        found = batch_printing.sitting_to_print(db, chief, SITTING, now, [])
    for kinds in ([Kind.PAPERS, Kind.KEYS], [Kind.SHEETS, Kind.LISTS]):
        order = make_order(found, kinds, SIZE, "zh", ZONE)
        folder = home / "-".join(kinds)
        began, before = time.monotonic(), used()
        done = carry_out(order, folder, url, jobs=2)
        wall = time.monotonic() - began
        forkserver._forkserver._stop()  # type: ignore[attr-defined]  # its own and its copies' time is known once it has ended
        spent = used() - before
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        pages = [len(pypdfium2.PdfDocument(path)) for path in sorted(folder.rglob("*.pdf"))]
        size = sum(path.stat().st_size for path in folder.rglob("*.pdf")) / 1e6
        print(f"{people} people, {' and '.join(kinds)}: {done.made} files, {sum(pages)} sides, {size:.0f} MB")
        print(f"  {wall:.1f} s wall, {spent:.1f} s processor, {1000 * spent / people:.1f} ms processor a person; load {os.getloadavg()[0]:.1f}")
        print(f"  largest process {peak} MB")
        began = time.monotonic()
        again = carry_out(order, folder, url, jobs=2)
        print(f"  again: {again.kept} files recognised in {time.monotonic() - began:.1f} s")
    counted = faults_in(sorted((home / "papers-keys").rglob("*.pdf")))
    print(f"line-breaking faults: {len(counted.faults)} in {counted.lines} lines on {counted.pages} pages")
    for fault in counted.faults[:10]:
        print("  ", fault)


def used() -> float:
    """Processor seconds of this process and of those that have ended."""
    own, ended = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime


def some_jobs(url: str) -> tuple[list[PrintJob], dict[str, bytes]]:
    """The papers of a few rooms, read."""
    with writing(make_engine(url)) as db:
        seats = batch_printing.sitting_to_print(db, command_line("benchmark"), SITTING, datetime.now(UTC), []).people[:FEW]
        papers, pictures = batch_printing.read_papers(db, seats)
    return [PrintJob(paper, one.candidate, one.digest) for paper, one in zip(papers, seats, strict=True)], pictures


def alone(jobs: list[PrintJob], pictures: dict[str, bytes]) -> None:
    """Papers with keys on one core, beside the floors."""
    geometry, key_geometry = GEOMETRIES[SIZE], KEY_GEOMETRIES[SIZE]
    parts = [jobs[at : at + PER_FILE] for at in range(0, len(jobs), PER_FILE)]

    def lay_out(kind: type[Sheets]) -> list[Sheets]:
        made = []
        for part in parts:
            sheets = kind(BytesIO(), geometry, "x", pictures)
            for job in part:
                draw_paper(sheets, geometry, job, str)
            draw_keys(sheets, key_geometry, part, str)
            sheets.finish()
            made.append(sheets)
        return made

    recorded: list[list[Side]] = [sheets.sides for sheets in lay_out(Recorded) if isinstance(sheets, Recorded)]
    pages = sum(len(sides) for sides in recorded)
    with tempfile.TemporaryDirectory() as folder:
        faces = {font: unpacked(font, Path(folder)) for font in Font}
        ours = rate("ours: layout, square codes, sealed line, keys", pages, lambda: lay_out(Sheets))
        for name, run in (
            ("bare canvas, ReportLab's TTFont, a file for each room", lambda: bare(recorded, faces, geometry.width, geometry.height)),
            ("our drawing of the same marks, without layout", lambda: redrawn(recorded, geometry)),
        ):
            floor = rate(name, pages, run)
            print(f"  ours is {100 * ours / floor:.0f} % of that")


def rate(name: str, pages: int, run: Callable[[], object]) -> float:
    """Run twice and return pages a processor second of the second time."""
    run()
    began = time.process_time()
    run()
    found = pages / (time.process_time() - began)
    print(f"{name}: {found:.0f} pages a processor second ({1000 / found:.1f} ms a page)")
    return found


def unpacked(font: Font, folder: Path) -> str:
    """Register a face with ReportLab as it is usually done; return its name."""
    path = folder / f"{font}.ttf"
    path.write_bytes(lzma.decompress((FOLDER / f"exam-{font}.ttf.xz").read_bytes()))
    pdfmetrics.registerFont(TTFont(f"Bare{font}", str(path)))
    return f"Bare{font}"


def bare(files: list[list[Side]], faces: dict[Font, str], width: float, height: float) -> None:
    """Draw the same texts at the same places with a bare canvas."""
    for sides in files:
        drawn = canvas.Canvas(BytesIO(), pagesize=(width, height))
        for side in sides:
            for x, y, row in side:
                for mark in (*row.number, *row.marks):
                    if isinstance(mark, Text):
                        drawn.setFont(faces[mark.font], mark.size)
                        drawn.drawString(x + mark.x, y + mark.y, mark.text, charSpace=mark.spacing)
            drawn.showPage()
        drawn.save()


def redrawn(files: list[list[Side]], geometry: object) -> None:
    """Draw the same marks with our own sheets."""
    for sides in files:
        sheets = Sheets(BytesIO(), geometry, "x", {})  # type: ignore[arg-type]
        for side in sides:
            for x, y, row in side:
                if not any(isinstance(mark, Image) for mark in row.marks):
                    sheets.add_row(row, x, y)
            sheets.end_side()
        sheets.finish()


def others(jobs: list[PrintJob], home: Path) -> None:
    """Other typesetters, one paper a file, without codes, sealed line, boxes and keys."""
    few = [plain(job) for job in jobs[:ONE_BY_ONE]]
    fonts = home / "faces"
    fonts.mkdir()
    (fonts / "song.ttf").write_bytes(lzma.decompress((FOLDER / "exam-song.ttf.xz").read_bytes()))
    if importlib.util.find_spec("typst"):
        one_by_one("typst", few, with_typst(home, fonts))
    if importlib.util.find_spec("fpdf"):
        one_by_one("fpdf2", few[:5], with_fpdf(fonts))


def plain(job: PrintJob) -> list[tuple[str, list[str]]]:
    """The questions and options of a paper as texts."""
    return [
        (f"{slot.number}．{slot.question.stem}", [f"{OPTION_LETTERS[n]}．{option.text}" for n, option in enumerate(slot.question.options)])
        for slot in job.paper.slots
    ]


def one_by_one(name: str, papers: list[list[tuple[str, list[str]]]], make: Callable[[list[tuple[str, list[str]]]], bytes]) -> None:
    """Make each paper in a file of its own; say how many pages a processor second came of it."""
    make(papers[0])
    began = time.process_time()
    made = [make(paper) for paper in papers]
    spent = time.process_time() - began
    pages = sum(len(pypdfium2.PdfDocument(content)) for content in made)
    print(f"{name}, A4, plain layout, one paper a file: {pages / spent:.0f} pages a processor second, {1000 * spent / len(papers):.0f} ms a paper")


TYPST = """
#set page(paper: "a4", margin: 18mm)
#set text(font: "Kaoxue Song", size: 10.5pt, lang: "zh")
#set par(justify: true)
#for (stem, options) in json(bytes(sys.inputs.paper)) [
  #par(stem)
  #for option in options [#par(option)]
]
"""


def with_typst(home: Path, fonts: Path) -> Callable[[list[tuple[str, list[str]]]], bytes]:
    """A warm typst compiler."""
    import typst

    source = home / "paper.typ"
    source.write_text(TYPST, "utf-8")
    compiler = typst.Compiler(str(source), font_paths=[str(fonts)])
    return lambda paper: bytes(compiler.compile(format="pdf", sys_inputs={"paper": json.dumps(paper, ensure_ascii=False)}))


def with_fpdf(fonts: Path) -> Callable[[list[tuple[str, list[str]]]], bytes]:
    """fpdf2's multi_cell."""
    from fpdf import FPDF

    def make(paper: list[tuple[str, list[str]]]) -> bytes:
        pdf = FPDF()
        pdf.add_font("song", "", str(fonts / "song.ttf"))
        pdf.add_page()
        pdf.set_font("song", size=10.5)
        for stem, options in paper:
            for text in (stem, *options):
                pdf.multi_cell(0, 5.8, text, new_x="LMARGIN", new_y="NEXT")
        return bytes(pdf.output())

    return make


def from_the_page(home: Path, url: str) -> None:
    """One paper with its key from the sitting's page, warm, in process: each time another person's, whom nothing printed before."""
    from quiz.web import create_app

    with writing(make_engine(url)) as db:
        account = AccountRow(login="chief", name="组考", password_hash=HASHER.hash(PASSWORD), created_at=datetime.now(UTC))
        accounts.save_account(db, account, [Role.ORGANISER])
        people = batch_printing.sitting_to_print(db, command_line("benchmark"), SITTING, datetime.now(UTC), []).people[-12:]
    app = create_app(load_settings())
    person = Person(app, "chief")
    spans = []
    for one in people:
        form: dict[str, object] = {"who": "numbers", "numbers": one.candidate.number, "size": "A3", "with_key": "y"}
        began = time.monotonic(), time.process_time()
        reply = person.post(f"/sittings/{SITTING}/papers.pdf", form)
        with reply:
            assert reply.status_code == 200, reply.text
            assert reply.data.startswith(b"%PDF")
        spans.append((time.monotonic() - began[0], time.process_time() - began[1]))
    walls, processor = sorted(wall for wall, _ in spans[2:]), sorted(cpu for _, cpu in spans[2:])
    warm = f"{1000 * walls[len(walls) // 2]:.0f} ms wall, {1000 * processor[len(processor) // 2]:.0f} ms processor"
    print(f"one paper with key from the page: first {spans[0][0]:.2f} s; warm {warm} (medians of {len(walls)})")


if __name__ == "__main__":
    main()

"""Prints papers: one candidate after the other, each on whole sheets, so that duplex printing never mixes two people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import BinaryIO

from quiz.core.message import Translate, mark_text, say
from quiz.core.paper import Paper
from quiz.core.picture import NO_PICTURES
from quiz.core.room_list import RoomList
from quiz.printing.flow import fill_columns
from quiz.printing.geometry import GEOMETRIES, KEY_GEOMETRIES, Geometry, PageSize
from quiz.printing.head import paper_head, paper_name, section_block
from quiz.printing.job import OnPaper, PrintJob, check_jobs, check_pictures
from quiz.printing.key_pdf import draw_keys
from quiz.printing.marks import Block
from quiz.printing.parts import Place, number_width, question_block
from quiz.printing.qr import code_text
from quiz.printing.room_pdf import check_room, draw_separator
from quiz.printing.seal import draw_seal
from quiz.printing.sheet import Sheets
from quiz.printing.side import draw_blank, draw_code, draw_column, draw_footer, draw_gutter


def print_papers(
    jobs: Sequence[PrintJob],
    out: BinaryIO,
    *,
    size: PageSize = PageSize.A4,
    with_key: bool = False,
    translate: Translate = mark_text,
    on_paper: OnPaper | None = None,
    pictures: Mapping[str, bytes] = NO_PICTURES,
    separator: RoomList | None = None,
) -> None:
    """Write the papers as one PDF with their `pictures` (bytes by digest), and with `with_key` the keys behind them, each distinct paper's once.
    With `separator` the sheet that separates their room from the next comes first.

    Every paper has an even number of sides. The same jobs give the same bytes. Nothing is written before every character of every paper
    and candidate is known to be printable: MissingGlyphs names those that are not; QuizError `nothing_to_print` when there is no job,
    `no_picture` when a picture's bytes are missing.
    A file of more than 500 papers is slow to open and takes memory (about 0.3 MB a paper while it is made): cut the jobs into parts.
    """
    check_jobs(jobs, with_key=with_key)
    check_pictures(jobs, pictures)
    geometry = GEOMETRIES[size]
    sheets = Sheets(out, geometry, jobs[0].paper.title, pictures)
    if separator:
        check_room(separator)
        draw_separator(sheets, geometry, separator, translate)
    for done, job in enumerate(jobs, start=1):
        draw_paper(sheets, geometry, job, translate)
        if on_paper:
            on_paper(done, len(jobs))
    if with_key:
        draw_keys(sheets, KEY_GEOMETRIES[size], jobs, translate)
    sheets.finish()


def draw_paper(sheets: Sheets, geometry: Geometry, job: PrintJob, translate: Translate) -> None:
    """Draw one candidate's paper, with a blank side at the end when the sides would be odd in number."""
    columns = fill_columns(paper_blocks(job.paper, geometry, translate), geometry.column_height)
    across = len(geometry.lefts)
    digest = job.paper_digest
    sides = -(-len(columns) // across)
    for side in range(sides + sides % 2):
        back = side % 2 == 1
        if not back:
            draw_seal(sheets, geometry, job.candidate, translate)
        for i, column in enumerate(columns[side * across : (side + 1) * across]):
            left = geometry.left(i, back=back)
            draw_column(sheets, column, left, geometry)
            draw_footer(sheets, geometry, left, footer_text(job.paper, side * across + i + 1, len(columns), translate))
        if side == sides:
            draw_blank(sheets, geometry, say("（本页无试题）").render(translate), back=back)
        else:
            draw_gutter(sheets, geometry, back=back)
        draw_code(sheets, geometry, code_text(job.paper.code, digest, side + 1), back=back)
        sheets.end_side()


def paper_blocks(paper: Paper, geometry: Geometry, translate: Translate) -> list[Block]:
    """Return all that stands in the columns of a paper, in order."""
    place = Place(geometry.measure, number_width(len(paper.slots)), translate)
    blocks = [paper_head(paper, geometry.measure, translate)]
    for index in range(len(paper.sections)):
        blocks.append(section_block(paper, index, geometry.measure, translate))
        blocks += [question_block(slot, place) for slot in paper.slots_of(index)]
    return blocks


def footer_text(paper: Paper, number: int, total: int, translate: Translate) -> str:
    """Return the line at the foot of a column; on A3 each half is a page."""
    return say("{paper}　　第 {number} 页　共 {total} 页", paper=paper_name(paper), number=number, total=total).render(translate)

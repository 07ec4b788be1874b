"""Prints answer sheets (答题卡) as PDF: by the layout alone, so that what is printed is what is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from quiz.core.answer_sheet import NUMBER_DIGITS, shape_of, sheet_id
from quiz.core.message import QuizError, Translate, mark_text, say
from quiz.core.paper import Candidate, Paper, section_number
from quiz.core.room_list import RoomList
from quiz.printing.answer_sheet import (
    ABSENT,
    BUBBLE_HEIGHT,
    BUBBLE_WIDTH,
    CORNER_SIDE,
    CORNERS,
    GRID_ACROSS,
    GRID_CELL,
    GRID_HEAD,
    GRID_LEFT,
    GRID_TOP,
    HEAD_BOTTOM,
    HEADING,
    LEFT,
    LINE_HEIGHT,
    LOWER_CODE,
    PAGE_HEIGHT,
    RIGHT,
    UPPER_CODE,
    Bubble,
    SheetLayout,
    SheetPage,
    WritingBox,
    layout_of,
)
from quiz.printing.fonts import Font, GlyphCheck, text_width
from quiz.printing.geometry import GEOMETRIES, MM, PageSize
from quiz.printing.job import OnPaper, PrintJob
from quiz.printing.marks import Box, Mark, Row, Stroke
from quiz.printing.qr import code_squares
from quiz.printing.room_pdf import check_room, draw_separator
from quiz.printing.sheet import Sheets
from quiz.printing.typeset import centred, fitting_size, set_line, set_rows

TITLE, NAME, SUB, HEAD, BODY, NOTE, LETTER = 14.0, 19.0, 9.0, 9.5, 10.0, 7.5, 6.0
NOTE_LINES = 3
GREY = (0.45, 0.45, 0.45)
"""The colour of bubbles and of the signs in them: light enough to be told from a mark, dark enough to be seen."""

HEAD_LEFT, HEAD_RIGHT = 22.0, 160.0
FIELDS_RIGHT, FIELDS_BOTTOM, FIELD_HEIGHT = 100.0, 72.0, 7.0


BEGUN, CONTINUED = mark_text("{number}、{title}（第{which}题）"), mark_text("{number}、{title}（第{which}题，续）")


def print_answer_sheets(
    jobs: Sequence[PrintJob],
    out: BinaryIO,
    *,
    is_one_sided: bool = False,
    translate: Translate = mark_text,
    on_paper: OnPaper | None = None,
    separator: RoomList | None = None,
) -> None:
    """Write the answer sheets of the jobs' papers as one PDF; with `separator` the sheet that separates their room from the next comes first.

    Each has an even number of sides, so that duplex printing never mixes two people; `is_one_sided` leaves the empty sides out. The same
    jobs give the same bytes. QuizError `nothing_to_print` without a job, MissingGlyphs before anything is written.
    """
    _check(jobs)
    sheets = Sheets(out, GEOMETRIES[PageSize.A4], jobs[0].paper.title)
    if separator:
        check_room(separator)
        draw_separator(sheets, GEOMETRIES[PageSize.A4], separator, translate)
    for done, job in enumerate(jobs, start=1):
        draw_answer_sheet(sheets, job, translate, is_one_sided=is_one_sided)
        if on_paper:
            on_paper(done, len(jobs))
    sheets.finish()


def draw_answer_sheet(sheets: Sheets, job: PrintJob, translate: Translate, *, is_one_sided: bool) -> None:
    """Draw one candidate's answer sheet."""
    layout = layout_of(shape_of(job.paper))
    digest = job.paper_digest
    for page in layout.pages:
        _draw_codes(sheets, job.paper.code, digest, page.number)
        _draw_title(sheets, job, page, translate)
        if page.number == 1:
            _draw_fields(sheets, job.candidate, translate)
            _draw_notes(sheets, translate)
            _draw_grid(sheets, page, translate)
        _draw_sections(sheets, job.paper, page, translate)
        draw_bubbles(sheets, page)
        _draw_footer(sheets, job.paper, layout, page, translate)
        sheets.end_side()
    if len(layout.pages) % 2 and not is_one_sided:
        sheets.add_marks(centred(say("（本页空白）").render(translate), 0.0, 210 * MM, _up(PAGE_HEIGHT / 2), size=SUB))
        sheets.end_side()


def draw_bubbles(sheets: Sheets, page: SheetPage) -> None:
    """Draw corner marks, bubbles with their signs, numbers and writing boxes: all that a reader measures."""
    sheets.add_squares(_square(x - CORNER_SIDE / 2, y - CORNER_SIDE / 2, CORNER_SIDE, CORNER_SIDE) for x, y in CORNERS)
    sheets.add_tinted([mark for bubble in page.all_bubbles for mark in _bubble(bubble)], GREY)
    for label in page.labels:
        font, size = (Font.SONG, 7.0) if label.is_small else (Font.HEI, 9.0)
        sheets.add_marks(set_line(label.text, font, size, x=label.x * MM - text_width(label.text, font, size), y=_up(label.y)))
    sheets.add_marks(mark for box in page.boxes for mark in _writing_box(box))


def _up(y: float) -> float:
    """Millimetres from the page's top → points from its foot."""
    return (PAGE_HEIGHT - y) * MM


def _square(x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
    return x * MM, _up(y + height), width * MM, height * MM


def _rectangle(x: float, y: float, width: float, height: float) -> Box:
    return Box(*_square(x, y, width, height))


def _line(x: float, y: float, x_end: float, y_end: float, width: float = 0.6) -> Stroke:
    return Stroke(x * MM, _up(y), x_end * MM, _up(y_end), width)


def _bubble(bubble: Bubble) -> list[Mark]:
    marks: list[Mark] = [_rectangle(bubble.x, bubble.y, BUBBLE_WIDTH, BUBBLE_HEIGHT)]
    if bubble.label:
        width = text_width(bubble.label, Font.SONG, LETTER)
        marks += set_line(bubble.label, Font.SONG, LETTER, x=(bubble.x + BUBBLE_WIDTH / 2) * MM - width / 2, y=_up(bubble.y + BUBBLE_HEIGHT - 0.68))
    return marks


def _writing_box(box: WritingBox) -> list[Mark]:
    if box.lines == 1:
        return [_line(box.x, box.y + box.height - 1.6, box.x + box.width, box.y + box.height - 1.6)]
    return [_line(box.x, box.y + n * LINE_HEIGHT - 1.0, box.x + box.width, box.y + n * LINE_HEIGHT - 1.0, 0.4) for n in range(1, box.lines + 1)]


def _draw_codes(sheets: Sheets, code: str, digest: str, page: int) -> None:
    for (x, y, side), is_lower in ((UPPER_CODE, False), (LOWER_CODE, True)):
        squares = code_squares(sheet_id(code, digest, page, is_lower=is_lower).text, side * MM, "q")
        sheets.add_squares((x * MM + left, _up(y + side) + low, width, height) for left, low, width, height in squares)


def _draw_title(sheets: Sheets, job: PrintJob, page: SheetPage, translate: Translate) -> None:
    """Title, the words 答题卡, and the line that says which copy this is."""
    paper, measure = job.paper, (HEAD_RIGHT - HEAD_LEFT) * MM
    title = " ".join(paper.title.split())
    size = fitting_size(title, measure, Font.HEI, TITLE)
    sheets.add_marks(centred(title, HEAD_LEFT * MM, measure, _up(19.5), Font.HEI, size))
    name = say("答　题　卡").render(translate)
    sheets.add_marks(centred(name, HEAD_LEFT * MM, measure, _up(29.0), Font.HEI, NAME))
    parts = [say("试卷编号 {code}", code=paper.code)]
    parts += [say("{form}卷", form=paper.form)] if paper.form else []
    parts += [say("座位 {seat}", seat=job.candidate.seat)] if job.candidate.seat else []
    line = "　　".join(part.render(translate) for part in parts)
    sheets.add_marks(centred(line, HEAD_LEFT * MM, measure, _up(36.5), Font.SONG, SUB))


def _draw_fields(sheets: Sheets, candidate: Candidate, translate: Translate) -> None:
    """Whose sheet it is: the one place that says so."""
    sheets.add_marks(
        [_rectangle(LEFT, GRID_TOP, FIELDS_RIGHT - LEFT, HEAD_BOTTOM - GRID_TOP), _line(LEFT, FIELDS_BOTTOM, FIELDS_RIGHT, FIELDS_BOTTOM)]
    )
    fields = (
        (say("姓名"), candidate.name),
        (say("单位"), candidate.unit),
        (say("工号"), candidate.number),
        (say("座位号"), candidate.seat),
    )
    labels = [say("{label}：", label=label).render(translate) for label, _ in fields]
    start = LEFT * MM + 6 + max(text_width(label, Font.HEI, HEAD) for label in labels)
    end = (FIELDS_RIGHT - 3) * MM
    for index, (label, (_, value)) in enumerate(zip(labels, fields, strict=True)):
        y = _up(GRID_TOP + index * FIELD_HEIGHT + 5.6)
        sheets.add_marks(set_line(label, Font.HEI, HEAD, x=LEFT * MM + 6, y=y))
        sheets.add_marks([Stroke(start, y - 3, end, y - 3, 0.4)])
        sheets.add_marks(centred(value, start, end - start, y, Font.SONG, BODY))


def _draw_notes(sheets: Sheets, translate: Translate) -> None:
    """How to fill, with right and wrong examples drawn; and the mark that only the invigilator makes."""
    text = say("请用2B铅笔或黑色签字笔把方框填满，修改时须擦净；在方框内、横线上作答。保持卡面平整，不要折叠，四角黑块和二维码处不要写画。").render(
        translate
    )
    measure = (FIELDS_RIGHT - LEFT - 6) * MM
    y = _up(FIELDS_BOTTOM + 1.2)
    for row in _note_rows(text, measure):
        y -= row.height
        sheets.add_row(row, (LEFT + 3) * MM, y)
    y = FIELDS_BOTTOM + 17.0
    x = _words(sheets, say("正确填涂").render(translate), LEFT + 3, y)
    sheets.add_squares([_square(x, y - 2.3, BUBBLE_WIDTH, BUBBLE_HEIGHT)])
    x = _words(sheets, say("错误填涂").render(translate), x + BUBBLE_WIDTH + 5, y)
    for index in range(4):
        left, top = x + index * (BUBBLE_WIDTH + 2.2), y - 2.3
        sheets.add_tinted([_rectangle(left, top, BUBBLE_WIDTH, BUBBLE_HEIGHT)], GREY)
        sheets.add_marks(_wrong_mark(index, left, top))
    _words(sheets, say("缺考").render(translate), LEFT + 3, ABSENT[1] + 2.3)
    _words(sheets, say("（缺考时由监考员填涂，考生不得填涂）").render(translate), ABSENT[0] + BUBBLE_WIDTH + 2, ABSENT[1] + 2.3)


def _note_rows(text: str, measure: float) -> list[Row]:
    """The note in three lines at most, smaller where a language needs more."""
    for size in (NOTE, NOTE - 0.5, NOTE - 1):
        rows = set_rows(text, measure, Font.SONG, size, size * 1.42)
        if len(rows) <= NOTE_LINES:
            break
    return rows


def _wrong_mark(index: int, x: float, y: float) -> list[Mark]:
    """A tick, a cross, a dot and a stroke, in a bubble at (x, y)."""
    pen = 0.9
    shapes: tuple[list[Mark], ...] = (
        [_line(x + 0.8, y + 1.5, x + 1.9, y + 2.5, pen), _line(x + 1.9, y + 2.5, x + 4.0, y + 0.3, pen)],
        [_line(x + 1.0, y + 0.5, x + 3.6, y + 2.3, pen), _line(x + 1.0, y + 2.3, x + 3.6, y + 0.5, pen)],
        [_line(x + 1.9, y + 1.4, x + 2.8, y + 1.4, 2.6)],
        [_line(x + 0.8, y + 1.4, x + 3.8, y + 1.4, pen)],
    )
    return shapes[index]


def _words(sheets: Sheets, text: str, x: float, y: float) -> float:
    """Write small words; return where the next thing may stand."""
    sheets.add_marks(set_line(text, Font.HEI, NOTE, x=x * MM, y=_up(y)))
    return x + text_width(text, Font.HEI, NOTE) / MM + 2


def _draw_grid(sheets: Sheets, page: SheetPage, translate: Translate) -> None:
    """The frame of the number grid: its heading, and a cell over each column to write the digit in."""
    right = GRID_LEFT + NUMBER_DIGITS * GRID_ACROSS
    cells = GRID_TOP + GRID_HEAD
    marks: list[Mark] = [_rectangle(GRID_LEFT, GRID_TOP, right - GRID_LEFT, HEAD_BOTTOM - GRID_TOP)]
    marks += [_line(GRID_LEFT, y, right, y) for y in (cells, cells + GRID_CELL)]
    marks += [_line(GRID_LEFT + n * GRID_ACROSS, cells, GRID_LEFT + n * GRID_ACROSS, HEAD_BOTTOM, 0.3) for n in range(1, NUMBER_DIGITS)]
    text = say("工号中的数字（从左边第一格填起，多于十位的填后十位）").render(translate)
    marks += centred(text, GRID_LEFT * MM, (right - GRID_LEFT) * MM, _up(GRID_TOP + 3.9), Font.HEI, 8.5)
    sheets.add_marks(marks)


def _draw_sections(sheets: Sheets, paper: Paper, page: SheetPage, translate: Translate) -> None:
    for frame in page.frames:
        sheets.add_marks([_rectangle(LEFT, frame.top, RIGHT - LEFT, frame.bottom - frame.top)])
        section = paper.sections[frame.section]
        which = say("{first}～{last}", first=frame.first, last=frame.last) if frame.last > frame.first else str(frame.first)
        heading = say(CONTINUED if frame.is_continued else BEGUN, number=section_number(frame.section), title=say(section.title), which=which).render(
            translate
        )
        size = fitting_size(heading, (RIGHT - LEFT - 6) * MM, Font.HEI, HEAD)
        sheets.add_marks(set_line(heading, Font.HEI, size, x=(LEFT + 3) * MM, y=_up(frame.top + HEADING - 2.4)))


def _draw_footer(sheets: Sheets, paper: Paper, layout: SheetLayout, page: SheetPage, translate: Translate) -> None:
    y, side = _up(283.5), 70 * MM
    left = say("试卷编号 {code}", code=paper.code).render(translate)
    right = say("第 {number} 页　共 {total} 页", number=page.number, total=len(layout.pages)).render(translate)
    sheets.add_marks(centred(left, 22 * MM, side, y, size=SUB))
    sheets.add_marks(centred(right, 118 * MM, side, y, size=SUB))


def _check(jobs: Sequence[PrintJob]) -> None:
    if not jobs:
        raise QuizError("nothing_to_print", say("没有要印的试卷。"))
    check = GlyphCheck()
    for job in jobs:
        check.add(" ".join(job.paper.title.split()), say("试卷{paper}的标题", paper=job.paper.code))
        check.add_all((section.title for section in job.paper.sections), say("试卷{paper}的大题", paper=job.paper.code))
        who = job.candidate
        check.add(f"{who.name}{who.unit}{who.number}{who.seat}", say("试卷{paper}的考生信息", paper=job.paper.code))
    check.finish()

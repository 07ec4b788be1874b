"""The corrected copy of an answer sheet: the scanned page, upright, with the marks drawn on it in red, for the person who filled it in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import BinaryIO

from quiz.core.answer_sheet import response_of, shape_of
from quiz.core.marking import Mark as QuestionMark
from quiz.core.message import QuizError, Translate, mark_text, say
from quiz.core.paper import Paper, Slot, plain_number
from quiz.printing.answer_sheet import BUBBLE_HEIGHT, BUBBLE_WIDTH, PAGE_HEIGHT, PAGE_WIDTH, SheetPage, layout_of
from quiz.printing.fonts import Font, text_width
from quiz.printing.geometry import GEOMETRIES, MM, PageSize
from quiz.printing.job import OnPaper
from quiz.printing.marks import Box, Image, Mark, Stroke
from quiz.printing.sheet import Sheets
from quiz.printing.typeset import set_line

RED = (0.72, 0.12, 0.1)
PEN, THIN = 1.3, 0.9
SCORE, NOTE, SMALL = 22.0, 9.0, 7.0


@dataclass(frozen=True, slots=True)
class CorrectedPage:
    """One page: its number on the sheet, and its picture, flat and upright, as JPEG with its digest."""

    number: int
    digest: str
    picture: bytes


@dataclass(frozen=True, slots=True)
class CorrectedSheet:
    """A sheet with what it earned: the mark of every slot, and the score."""

    paper: Paper
    pages: Sequence[CorrectedPage]
    marks: Mapping[int, QuestionMark]
    score: Decimal


def print_corrected(sheets: Sequence[CorrectedSheet], out: BinaryIO, *, translate: Translate = mark_text, on_paper: OnPaper | None = None) -> None:
    """Write the corrected copies as one PDF, each sheet's pages in order. QuizError `nothing_to_print` without one."""
    if not sheets:
        raise QuizError("nothing_to_print", say("没有要印的试卷。"))
    pictures = {page.digest: page.picture for sheet in sheets for page in sheet.pages}
    document = Sheets(out, GEOMETRIES[PageSize.A4], sheets[0].paper.title, pictures)
    for done, sheet in enumerate(sheets, start=1):
        layout = layout_of(shape_of(sheet.paper))
        for page in sheet.pages:
            document.add_marks([Image(0.0, 0.0, PAGE_WIDTH * MM, PAGE_HEIGHT * MM, page.digest)])
            document.add_tinted(_page_marks(sheet, layout.pages[page.number - 1], translate), RED)
            document.end_side()
        if on_paper:
            on_paper(done, len(sheets))
    document.finish()


def _page_marks(sheet: CorrectedSheet, page: SheetPage, translate: Translate) -> list[Mark]:
    marks: list[Mark] = _score(sheet, translate) if page.number == 1 else []
    for slot in sheet.paper.slots:
        area = page.area(slot.number, 0)
        if area is not None and slot.number in sheet.marks:
            marks += _slot_marks(slot, sheet.marks[slot.number], page, area, translate)
    return marks


def _score(sheet: CorrectedSheet, translate: Translate) -> list[Mark]:
    """The score at the top, with what waits for a person, if anything does."""
    text = say("{score}分", score=plain_number(sheet.score)).render(translate)
    x, y = 24 * MM, _up(27.0)
    marks: list[Mark] = [*set_line(text, Font.HEI, SCORE, x=x, y=y)]
    width = text_width(text, Font.HEI, SCORE)
    marks += [Stroke(x - 2, y - 5, x + width + 2, y - 5, PEN), Stroke(x - 2, y - 8, x + width + 2, y - 8, THIN)]
    waiting = sum(mark.needs_review for mark in sheet.marks.values())
    if waiting:
        marks += set_line(say("（{n}题待人工判定）", n=waiting).render(translate), Font.SONG, SMALL, x=x, y=y - 18)
    return marks


def _slot_marks(slot: Slot, earned: QuestionMark, page: SheetPage, area: tuple[float, float, float, float], translate: Translate) -> list[Mark]:
    """Behind the question a tick, a cross (with what it cost in a contest), or a struck tick with the part that was earned; frames around what should
    have been filled."""
    has_bubbles = any(bubble.slot == slot.number for bubble in page.bubbles)
    x, y = (area[2] + 0.9, area[1] + BUBBLE_HEIGHT + 0.2) if has_bubbles else (area[2] - 9.0, area[3] - 2.2)
    if earned.needs_review:
        return set_line(say("待判").render(translate), Font.SONG, SMALL, x=x * MM, y=_up(y))
    if earned.mark == earned.max_mark:
        return _tick(x, y)
    told = set_line(plain_number(earned.mark), Font.SONG, SMALL, x=(x + 2.4) * MM, y=_up(y)) if earned.mark else []
    if earned.mark <= 0:
        return [*_cross(x, y), *told, *_keys(slot, page)]
    half = Stroke(*_at(x + 0.9, y - 2.0), *_at(x + 2.2, y - 0.9), THIN)
    return [*_tick(x, y), half, *told, *_keys(slot, page)]


def _keys(slot: Slot, page: SheetPage) -> list[Mark]:
    """Frames around what should have been filled."""
    found: list[Mark] = []
    for bubble in page.bubbles:
        if bubble.slot == slot.number and response_of(slot.question, ((bubble.row, bubble.choice),))[0] in slot.question.key:
            left, low = _at(bubble.x - 0.5, bubble.y + BUBBLE_HEIGHT + 0.5)
            found.append(Box(left, low, (BUBBLE_WIDTH + 1) * MM, (BUBBLE_HEIGHT + 1) * MM))
    return found


def _up(y: float) -> float:
    return (PAGE_HEIGHT - y) * MM


def _at(x: float, y: float) -> tuple[float, float]:
    return x * MM, _up(y)


def _tick(x: float, y: float) -> list[Mark]:
    return [Stroke(*_at(x, y - 1.2), *_at(x + 0.9, y - 0.2), PEN), Stroke(*_at(x + 0.9, y - 0.2), *_at(x + 2.8, y - 3.0), PEN)]


def _cross(x: float, y: float) -> list[Mark]:
    return [Stroke(*_at(x + 0.2, y - 2.6), *_at(x + 2.4, y - 0.3), PEN), Stroke(*_at(x + 0.2, y - 0.3), *_at(x + 2.4, y - 2.6), PEN)]

"""Reads one page: picture in, `SheetReading` out; or the fault that names why not."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import cv2
import numpy as np

from quiz.core.answer_sheet import SheetShape
from quiz.core.scan import CONFIDENCE_LINE, Fault, ScannedPage, SheetReading, SlotReading, State
from quiz.printing.answer_sheet import LINE_HEIGHT, WritingBox, layout_of
from quiz.printing.scan.find import Found, Grey, Pose, find_codes, find_pose, pixels_per_mm
from quiz.printing.scan.judge import fault_of, judge_absent, judge_bubbles, judge_number, judge_slots
from quiz.printing.scan.measure import FLAT, blank_form, flatten, levels, measure
from quiz.printing.scan.pages import KeptPage, Source, decode, take_page

cv2.setNumThreads(1)  # a page is a core's work: who has many pages takes many processes

LOWEST_DPI = 130
INK, INK_SHARE = 0.12, 0.002
"""From how dark on a small part of a writing box is ink (0 as the paper, 1 as the corner marks), and from which share of the box on it is writing."""

PAPER_CELLS = 13
"""How far around, in cells of 0.4 mm, the paper beside writing is looked for: farther than a character is wide."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A page that was taken from a file, and what its codes say."""

    kept: KeptPage
    found: Found


def look(source: Source, index: int) -> Looked:
    """Take one page from a file and look for its codes. QuizError `bad_scan_file`."""
    kept = take_page(source, index)
    return Looked(kept, find_sheet(kept.content))


def finish(looked: Looked, shape: SheetShape | None) -> ScannedPage:
    """Read a page as far as it can be: without the shape of the paper that it names, only which paper that is."""
    kept, found = looked.kept, looked.found
    read = read_page(kept.content, found, shape) if shape is not None and found.sheet else found.fault
    reading, fault = (read, None) if isinstance(read, SheetReading) else (None, read)
    return ScannedPage(kept.source, kept.content, kept.kind, kept.digest, found.sheet, reading, fault)


def find_sheet(content: bytes) -> Found:
    """Return what the codes on a kept page say, or its fault."""
    image = decode(content)
    return Found(fault=Fault.BAD_FILE) if image is None else find_codes(image)


def read_page(content: bytes, found: Found, shape: SheetShape) -> SheetReading | Fault:
    """Read a kept page whose codes were found; `shape` is that of the paper they name."""
    image = decode(content)
    return Fault.BAD_FILE if image is None else read_sheet(image, found, shape)


def read_sheet(image: Grey, found: Found, shape: SheetShape) -> SheetReading | Fault:
    """Read a page whose codes were found and say which it is; `shape` is that of the paper they name."""
    layout = layout_of(shape)
    assert found.sheet is not None
    number = found.sheet.page
    if number > len(layout.pages):
        return Fault.FOREIGN_CODE
    pose = find_pose(image, found)
    if isinstance(pose, Fault):
        return pose
    dpi = round(pixels_per_mm(pose) * 25.4)
    if dpi < LOWEST_DPI:
        return Fault.LOW_RESOLUTION
    return read_flat(flatten(image, pose), shape, number, pose, dpi)


def read_flat(flat: Grey, shape: SheetShape, number: int, pose: Pose, dpi: int) -> SheetReading | Fault:
    """Read a page that is flat already."""
    pages = layout_of(shape).pages
    page = pages[number - 1]
    slots: list[SlotReading] = []
    grid, absent = "", State.BLANK
    if page.all_bubbles:
        measures = measure(flat, page, blank_form(shape, number))
        fault = fault_of(measures)
        if fault is not None:
            return fault
        judged = judge_bubbles(measures)
        slots += judge_slots(page, judged, {slot.number for section in shape for slot in section if slot.takes_several})
        if page.grid:
            at = len(page.bubbles)
            grid = judge_number(judged[at : at + len(page.grid)])
        if page.absent:
            absent = judge_absent(judged[-1])
    white, black, _ = levels(flat)
    slots += [_read_box(flat, box, 1 - black / max(white, 1.0)) for box in page.boxes]
    return SheetReading(number, len(pages), tuple(slots), grid, absent, tuple(Decimal(f"{value:.9g}") for value in pose.ravel()), dpi)


def _read_box(flat: Grey, box: WritingBox, span: float) -> SlotReading:
    """Whether anything is written in a box: what, a person reads. `span` is how far corner marks are from the paper, as a share of its grey."""
    step = LINE_HEIGHT if box.lines > 1 else box.height
    inked = [_ink(flat, box, n * step, step, span) for n in range(box.lines)]
    share = max(inked)
    if share >= INK_SHARE:
        return SlotReading(box.slot, State.WRITTEN, 0, (), box.blank, darkness=(round(1000 * share),))
    sure = CONFIDENCE_LINE + round((100 - CONFIDENCE_LINE) * (1 - share / INK_SHARE))
    return SlotReading(box.slot, State.BLANK, sure, (), box.blank, darkness=(round(1000 * share),))


def _ink(flat: Grey, box: WritingBox, offset: float, step: float, span: float) -> float:
    """The share of a line's room, without the ruled line itself, that is dark."""
    top, bottom = box.y + offset + 1.0, box.y + offset + step - 2.8
    part = flat[round(top * FLAT) : round(bottom * FLAT), round((box.x + 1) * FLAT) : round((box.x + box.width - 1) * FLAT)]
    cells = np.asarray(cv2.resize(part, None, fx=1 / 3, fy=1 / 3, interpolation=cv2.INTER_AREA), np.float32)
    paper = cv2.blur(cv2.dilate(cv2.blur(cells, (3, 3)), np.ones((PAPER_CELLS, PAPER_CELLS), np.uint8)), (PAPER_CELLS, PAPER_CELLS))
    return float(((paper - cells) / (np.maximum(paper, 1.0) * max(span, 0.05)) > INK).mean())

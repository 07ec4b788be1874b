"""Shows people what was read: the cut-out of one question, the whole page with the reading drawn on it, the page flat and upright."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import cv2
import numpy as np

from quiz.core.answer_sheet import SheetShape
from quiz.core.scan import SheetReading, State
from quiz.printing.answer_sheet import BUBBLE_HEIGHT, BUBBLE_WIDTH, PAGE_HEIGHT, PAGE_WIDTH, layout_of
from quiz.printing.scan.find import Grey, Pose
from quiz.printing.scan.measure import flatten
from quiz.printing.scan.pages import decode, packed

CUT_SCALE, CUT_MARGIN = 8.0, 2.5
"""Pixels a millimetre of a cut-out, and the millimetres around it."""

INKS = {State.ACCEPTED: (80, 140, 40), State.BLANK: (190, 190, 190), State.DOUBTFUL: (30, 120, 230), State.WRITTEN: (30, 120, 230)}
"""Blue, green, red: marks that count, places left blank, what a person must see."""


def pose_of(reading: SheetReading) -> Pose:
    """Return a stored pose as a matrix."""
    return np.array([float(value) for value in reading.pose]).reshape(3, 3)


def cut_out(content: bytes, pose: Sequence[Decimal], area: tuple[float, float, float, float]) -> bytes:
    """Return the part of a kept picture that shows this area of the sheet (millimetres: left, top, right, bottom), upright, as PNG."""
    image = decode(content)
    assert image is not None
    left, top = max(0.0, area[0] - CUT_MARGIN), max(0.0, area[1] - CUT_MARGIN)
    right, bottom = min(PAGE_WIDTH, area[2] + CUT_MARGIN), min(PAGE_HEIGHT, area[3] + CUT_MARGIN)
    matrix = np.array([float(value) for value in pose]).reshape(3, 3)
    to_cut = np.array([[CUT_SCALE, 0, -left * CUT_SCALE], [0, CUT_SCALE, -top * CUT_SCALE], [0, 0, 1]]) @ np.linalg.inv(matrix)
    size = round((right - left) * CUT_SCALE), round((bottom - top) * CUT_SCALE)
    shown = cv2.warpPerspective(image, to_cut, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return cv2.imencode(".png", shown)[1].tobytes()


def upright(content: bytes, reading: SheetReading) -> Grey:
    """Return a kept page flat and upright."""
    image = decode(content)
    assert image is not None
    return flatten(image, pose_of(reading))


def upright_jpeg(content: bytes, reading: SheetReading) -> bytes:
    """Return a kept page flat and upright, as JPEG."""
    return packed(upright(content, reading))


def reading_on_page(content: bytes, reading: SheetReading, shape: SheetShape) -> bytes:
    """Return a kept page flat and upright with what was read drawn on it, as JPEG: frames around what counts and around what is in doubt."""
    flat = upright(content, reading)
    shown = cv2.cvtColor(flat, cv2.COLOR_GRAY2BGR)
    page = layout_of(shape).pages[reading.page - 1]
    scale = flat.shape[1] / PAGE_WIDTH
    slots = {(slot.slot, slot.blank): slot for slot in reading.slots}
    for bubble in page.bubbles:
        slot = slots[bubble.slot, 0]
        if (bubble.row, bubble.choice) in slot.filled:
            _frame(shown, bubble.x, bubble.y, BUBBLE_WIDTH, BUBBLE_HEIGHT, scale, slot.state, 3)
    for slot in reading.doubts:
        area = page.area(slot.slot, slot.blank)
        if area:
            _frame(shown, area[0], area[1], area[2] - area[0], area[3] - area[1], scale, slot.state, 2)
    return cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()


def _frame(shown: cv2.typing.MatLike, x: float, y: float, width: float, height: float, scale: float, state: State, thickness: int) -> None:
    around = 0.5
    start = round((x - around) * scale), round((y - around) * scale)
    end = round((x + width + around) * scale), round((y + height + around) * scale)
    cv2.rectangle(shown, start, end, INKS[state], thickness)

"""A person with a pen and a scanner, both made of numbers: fills printed answer sheets and scans or photographs them as badly as is usual.

Everything follows from a seed. `fill_in` says what was meant, so that a reader can be held against it; where two choices of a question that
allows one are filled, no reading of ours is right and a person must be asked.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import cv2
import numpy as np
import pypdfium2

from quiz.core.answer_sheet import NUMBER_DIGITS, number_digits, shape_of
from quiz.core.paper import Candidate, Paper
from quiz.core.question import QuestionType
from quiz.printing.answer_sheet import BUBBLE_HEIGHT, BUBBLE_WIDTH, SheetPage, layout_of
from quiz.printing.answer_sheet_pdf import print_answer_sheets
from quiz.printing.job import PrintJob

PRINT_DPI = 300
PX = PRINT_DPI / 25.4
"""Pixels a millimetre of the printed page before it is scanned."""

COARSE = 4
"""Pixels from point to point of what changes slowly, such as light."""


@dataclass(frozen=True)
class Habits:
    """How somebody fills a sheet; shares from 0 to 1."""

    erased: float = 0.015
    double: float = 0.002
    empty: float = 0.03
    dots: float = 0.004
    sloppy: float = 0.0
    number_left_empty: float = 0.1


@dataclass
class Meant:
    """What somebody meant on one page: the filled (row, choice) of every slot with bubbles, the slots that a person must look at, the number,
    and which boxes were written in."""

    filled: dict[int, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    unclear: set[int] = field(default_factory=set)
    number: str = ""
    written: dict[tuple[int, int], bool] = field(default_factory=dict)


def printed_pages(paper: Paper, candidate: Candidate) -> list[np.ndarray]:
    """Return the pages of a paper's sheet as printed, in grey at 300 dpi."""
    out = io.BytesIO()
    print_answer_sheets([PrintJob(paper, candidate)], out, is_one_sided=True)
    document = pypdfium2.PdfDocument(out.getvalue())
    pages = [np.array(page.render(scale=PRINT_DPI / 72, grayscale=True).to_pil()) for page in document]
    document.close()
    return pages


def fill_in(
    image: np.ndarray, paper: Paper, number: int, staff: str, rng: np.random.Generator, habits: Habits = Habits()
) -> tuple[np.ndarray, Meant]:
    """Fill one page of a sheet with a pencil or a pen; `staff` is the staff number that the person copies into the grid."""
    page = layout_of(shape_of(paper)).pages[number - 1]
    sheet, meant = image.copy(), Meant()
    ink = (int(rng.integers(15, 70)), 0.9) if rng.random() < 0.5 else (int(rng.integers(60, 120)), 0.75)
    _choose(page, paper, rng, habits, meant)
    bubbles = {(bubble.slot, bubble.row, bubble.choice): bubble for bubble in page.bubbles}
    for slot, filled in meant.filled.items():
        for row, choice in filled:
            bubble = bubbles[slot, row, choice]
            style = "fill" if rng.random() >= habits.sloppy else str(rng.choice(["light", "tick", "part"]))
            _mark(sheet, bubble.x, bubble.y, ink, rng, style)
    for (slot, row, choice), bubble in bubbles.items():
        if (row, choice) not in meant.filled[slot]:
            _leave(sheet, bubble.x, bubble.y, rng, habits)
    if page.grid and rng.random() >= habits.number_left_empty:
        meant.number = number_digits(staff)
        for column, digit in enumerate(meant.number):
            bubble = page.grid[column * NUMBER_DIGITS + int(digit)]
            _mark(sheet, bubble.x, bubble.y, ink, rng, "fill")
    for box in page.boxes:
        meant.written[box.slot, box.blank] = bool(rng.random() < 0.8)
        if meant.written[box.slot, box.blank]:
            write_in(sheet, box.x, box.y, box.width, box.height, ink[0], rng)
    return sheet, meant


def _choose(page: SheetPage, paper: Paper, rng: np.random.Generator, habits: Habits, meant: Meant) -> None:
    rows: dict[int, dict[int, int]] = {}
    for bubble in page.bubbles:
        rows.setdefault(bubble.slot, {}).setdefault(bubble.row, 0)
        rows[bubble.slot][bubble.row] += 1
    for slot, counts in rows.items():
        kind = paper.slots[slot - 1].question.type
        filled: list[tuple[int, int]] = []
        for row, count in counts.items():
            if rng.random() < habits.empty:
                continue
            many = int(rng.integers(1, count + 1)) if kind is QuestionType.MULTIPLE else 1
            if many == 1 and kind is not QuestionType.MULTIPLE and rng.random() < habits.double:
                many = 2
                meant.unclear.add(slot)
            filled += [(row, int(choice)) for choice in rng.choice(count, size=many, replace=False)]
        meant.filled[slot] = tuple(sorted(filled))


def _leave(sheet: np.ndarray, x: float, y: float, rng: np.random.Generator, habits: Habits) -> None:
    if rng.random() < habits.erased:
        _mark(sheet, x, y, (int(rng.integers(205, 238)), 0.6), rng, "erased")
    elif rng.random() < habits.dots:
        _mark(sheet, x, y, (int(rng.integers(30, 120)), 0.9), rng, "dot")


def _mark(sheet: np.ndarray, x: float, y: float, ink: tuple[int, float], rng: np.random.Generator, style: str) -> None:
    """Draw into the bubble at (x, y) mm; ink is the grey of a stroke and how evenly it covers."""
    margin = 2.0
    left, top = round((x - margin) * PX), round((y - margin) * PX)
    width, height = round((BUBBLE_WIDTH + 2 * margin) * PX), round((BUBBLE_HEIGHT + 2 * margin) * PX)
    layer = np.full((height, width), 255, np.uint8)
    ox, oy, w, h = margin * PX, margin * PX, BUBBLE_WIDTH * PX, BUBBLE_HEIGHT * PX
    grey, evenness = ink
    pen = max(2, round(0.5 * PX))
    if style in ("fill", "light", "part"):
        cover = {"fill": rng.uniform(0.8, 1.08), "light": rng.uniform(0.5, 0.8), "part": rng.uniform(0.35, 0.6)}[style]
        grey = int(rng.integers(120, 170)) if style == "light" else grey
        _hatch(layer, ox + rng.uniform(-0.25, 0.25) * PX, oy + rng.uniform(-0.25, 0.25) * PX, w, h, cover, grey, rng)
        grain = rng.normal(0, 30 * (1 - evenness) + 6, layer.shape)
        layer = np.where(layer < 255, np.clip(layer + grain, 0, 250), 255).astype(np.uint8)
    elif style == "tick":
        points = [[ox + w * 0.15, oy + h * 0.5], [ox + w * 0.4, oy + h * 0.95], [ox + w * 0.95, oy - h * 0.1]]
        cv2.polylines(layer, [np.array(points, np.int32)], False, grey, pen, cv2.LINE_AA)
    elif style == "erased":
        spill = rng.uniform(-0.2, 0.6) * PX
        cv2.rectangle(layer, (round(ox - spill), round(oy - spill)), (round(ox + w + spill), round(oy + h + spill)), grey, -1)
        layer = cv2.GaussianBlur(layer, (0, 0), 0.25 * PX)
    else:
        cv2.circle(layer, (round(ox + w * rng.uniform(0.2, 0.8)), round(oy + h * rng.uniform(0.2, 0.8))), max(1, round(0.3 * PX)), grey, -1)
    layer = cv2.GaussianBlur(layer, (0, 0), 0.7)
    part = sheet[top : top + height, left : left + width]
    np.minimum(part, layer[: part.shape[0], : part.shape[1]], out=part)


def _hatch(layer: np.ndarray, x: float, y: float, w: float, h: float, cover: float, grey: int, rng: np.random.Generator) -> None:
    """Strokes to and fro that cover so much of the box's height and width."""
    strokes = int(rng.integers(5, 9))
    for n in range(strokes):
        level = y + h * (1 - cover) / 2 + h * cover * (n + 0.5) / strokes
        ends = [level + rng.uniform(-0.2, 0.2) * PX for _ in range(2)]
        start, end = x + w * (1 - cover) / 2, x + w * (1 + cover) / 2
        shade = int(np.clip(grey + rng.integers(-12, 13), 0, 250))
        cv2.line(layer, (round(start), round(ends[0])), (round(end), round(ends[1])), shade, max(1, round(h * cover / strokes * 1.2)), cv2.LINE_AA)


def write_in(sheet: np.ndarray, x: float, y: float, width: float, height: float, grey: int, rng: np.random.Generator) -> None:
    """A scrawl about as large as three to ten characters."""
    count, size = int(rng.integers(3, 11)), 5.0
    for n in range(count):
        left, top = x + 2 + n * size * 1.05, y + height - 2.5 - size
        if left + size > x + width:
            return
        for _ in range(int(rng.integers(3, 7))):
            ends = [(round((left + rng.uniform(0, size)) * PX), round((top + rng.uniform(0, size)) * PX)) for _ in range(3)]
            cv2.polylines(sheet, [np.array(ends, np.int32)], False, grey, max(1, round(0.4 * PX)), cv2.LINE_AA)


@dataclass(frozen=True)
class Machine:
    """A way to get a page into the computer: a scanner, or a phone's camera; shares from 0 to 1."""

    dpi: int = 200
    is_phone: bool = False
    rotation: float = 5.0
    upside_down: float = 0.1
    stains: float = 0.15
    grey: float = 0.2


def scan(sheet: np.ndarray, machine: Machine, rng: np.random.Generator) -> np.ndarray:
    """Return the page as the machine gives it, in grey: turned, skewed, stained, blurred, noisy and squeezed by JPEG."""
    if rng.random() < machine.stains:
        sheet = stain(sheet, rng)
    picture = _photograph(sheet, machine, rng) if machine.is_phone else _scan_flat(sheet, machine, rng)
    quality = int(rng.integers(50, 86))
    return cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_GRAYSCALE)


def stain(sheet: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Put a coffee cup on the page: a dark ring, a lighter pool inside it, wherever it happens to stand."""
    height, width = sheet.shape
    centre = rng.uniform(0, width), rng.uniform(0, height)
    radius, ring = rng.uniform(22, 45) * PX, rng.uniform(1.2, 4.0) * PX
    waves, darkness, pool = int(rng.integers(3, 9)), rng.uniform(0.12, 0.38), rng.uniform(0.0, 0.1)
    shade = np.zeros((height // COARSE + 1, width // COARSE + 1), np.float32)
    rows, columns = np.mgrid[0 : shade.shape[0], 0 : shade.shape[1]].astype(np.float32) * COARSE
    down, across = rows - np.float32(centre[1]), columns - np.float32(centre[0])
    distance = np.hypot(down, across)
    edge = radius * (1 + 0.03 * np.sin(np.arctan2(down, across) * waves))
    shade = np.maximum(darkness * np.exp(-(((distance - edge) / ring) ** 2)), pool / (1 + np.exp(np.clip((distance - radius) / (0.6 * PX), -50, 50))))
    return _shaded(sheet, 1 - shade)


def _shaded(picture: np.ndarray, light: np.ndarray) -> np.ndarray:
    """The picture under a light that is given on a coarse grid; grey levels stay grey levels."""
    fine = cv2.resize(light.astype(np.float32), (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_LINEAR)
    return cv2.multiply(picture, fine, dtype=cv2.CV_32F) if picture.dtype == np.float32 else cv2.multiply(picture, fine, dtype=cv2.CV_8U)


def _scan_flat(sheet: np.ndarray, machine: Machine, rng: np.random.Generator) -> np.ndarray:
    scale = machine.dpi / PRINT_DPI
    height, width = round(sheet.shape[0] * scale), round(sheet.shape[1] * scale)
    angle = rng.uniform(-machine.rotation, machine.rotation) + (180 if rng.random() < machine.upside_down else 0)
    turn = cv2.getRotationMatrix2D((sheet.shape[1] / 2, sheet.shape[0] / 2), angle, scale * rng.uniform(0.985, 1.01))
    turn[:, 2] += [
        (width - sheet.shape[1]) / 2 + rng.uniform(-0.012, 0.012) * width,
        (height - sheet.shape[0]) / 2 + rng.uniform(-0.01, 0.01) * height,
    ]
    turn[0, 1] += rng.uniform(-0.006, 0.006) * scale  # skew: paper that a feeder pulls unevenly
    soft = cv2.GaussianBlur(sheet, (0, 0), max(0.5 / scale, rng.uniform(0.3, 1.0) * machine.dpi / 200 / scale))
    out = cv2.warpAffine(soft, turn, (width, height), flags=cv2.INTER_LINEAR, borderValue=float(rng.choice([255, 250, 235]))).astype(np.float32)
    is_grey = rng.random() < machine.grey  # a grey copy of a copy: little contrast
    out = out * rng.uniform(0.55, 0.75) + rng.uniform(30, 60) if is_grey else out * rng.uniform(0.82, 1.0) + rng.uniform(0, 30)
    if rng.random() < 0.3:  # a lid that stands open: darker to one side
        out *= np.linspace(1, rng.uniform(0.75, 0.95), width, dtype=np.float32)[None, :]
    _add_dirt(out, rng)
    return _noisy(out, rng.uniform(2, 12), rng)


def _add_dirt(out: np.ndarray, rng: np.random.Generator) -> None:
    height, width = out.shape
    if rng.random() < 0.5:
        for _ in range(int(rng.integers(1, 40))):
            cv2.circle(out, (int(rng.integers(width)), int(rng.integers(height))), 1, float(rng.integers(0, 120)), -1)
    if rng.random() < 0.2:  # dust under the lens of a feeder draws a line over the whole page
        x = int(rng.integers(width))
        cv2.line(out, (x, 0), (x, height), float(rng.integers(140, 200)), 1)


def _photograph(sheet: np.ndarray, machine: Machine, rng: np.random.Generator) -> np.ndarray:
    scale = machine.dpi / PRINT_DPI
    page = cv2.GaussianBlur(sheet, (0, 0), 0.5 / scale)
    page = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    height, width = page.shape
    if rng.random() < 0.6:
        page = _curl(page, rng)
    pad = round(0.12 * width)
    size = width + 2 * pad, height + 2 * pad
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    angle = np.radians(rng.uniform(-machine.rotation, machine.rotation) + (180 if rng.random() < machine.upside_down else 0))
    spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array([width / 2, height / 2])
    shown = (corners - middle) @ spin.T + middle + pad + rng.uniform(-0.045, 0.045, (4, 2)) * width
    bend = cv2.getPerspectiveTransform(corners, shown.astype(np.float32))
    out = cv2.warpPerspective(page, bend, size, borderValue=float(rng.choice([60, 90, 120, 150]))).astype(np.float32)
    out = _shaded(out, _light(size, rng))
    out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.4, 1.2) * machine.dpi / 200)
    if rng.random() < 0.3:  # a hand that shakes
        blur = np.zeros((7, 7), np.float32)
        blur[3, : int(rng.integers(3, 6))] = 1
        out = cv2.filter2D(out, -1, blur / blur.sum())
    return _noisy(out, rng.uniform(3, 9), rng)


def _curl(page: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Paper that does not lie flat: rows are bent up to a millimetre and more."""
    height, width = page.shape
    columns = np.arange(width, dtype=np.float32)
    lift = rng.uniform(0.001, 0.004) * height * np.sin(columns / width * np.pi + rng.uniform(0, np.pi))
    rows = np.arange(height, dtype=np.float32)[:, None] + lift[None, :].astype(np.float32)
    return cv2.remap(page, np.tile(columns, (height, 1)), rows, cv2.INTER_LINEAR, borderValue=255)


def _light(size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Light that falls off to one side, and perhaps the edge of a shadow."""
    width, height = size
    rows, columns = np.mgrid[0 : height // COARSE + 1, 0 : width // COARSE + 1].astype(np.float32) * COARSE
    direction = rng.uniform(0, 2 * np.pi)
    ramp = (columns / width - 0.5) * np.cos(direction) + (rows / height - 0.5) * np.sin(direction)
    light = 1 - rng.uniform(0.1, 0.45) * (ramp + 0.5)
    if rng.random() < 0.5:
        light *= 1 - rng.uniform(0.1, 0.35) / (1 + np.exp(-(ramp - rng.uniform(-0.2, 0.3)) * rng.uniform(15, 60)))
    return light.astype(np.float32)


def _noisy(out: np.ndarray, amount: float, rng: np.random.Generator) -> np.ndarray:
    cv2.setRNGSeed(int(rng.integers(1 << 30)))
    noise = cv2.randn(np.empty(out.shape, np.float32), 0.0, float(amount))
    return cv2.add(out, noise, dtype=cv2.CV_8U)

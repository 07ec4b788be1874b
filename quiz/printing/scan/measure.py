"""Flattens a page that was found and measures how dark every bubble is: against the white beside it, and against the blank form."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import pypdfium2
from cv2.typing import MatLike
from numpy.typing import NDArray

from quiz.core.answer_sheet import SheetShape
from quiz.printing.answer_sheet import BUBBLE_HEIGHT, BUBBLE_WIDTH, CORNER_SIDE, CORNERS, PAGE_HEIGHT, PAGE_WIDTH, SheetPage, layout_of
from quiz.printing.answer_sheet_pdf import draw_bubbles
from quiz.printing.geometry import GEOMETRIES, PageSize
from quiz.printing.scan.find import Grey, Pose
from quiz.printing.sheet import Sheets

FLAT = 8
"""Pixels a millimetre of a flattened page: about 200 dpi."""

INSET = 0.18
"""The share of a bubble's width and height left out at each side, so that neither its outline nor a small shift counts."""

MARGIN_X, MARGIN_Y, GAP = 0.8, 0.6, 0.3
"""Around a bubble, in millimetres: how far the white beside it is looked for, and how far from the outline that begins."""

TILE = 30.0
"""Millimetres of the page that are shifted as one when its bubbles are brought to where they stand."""

REACH = 2.0
"""How far, in millimetres, a tile is looked for beside its place: less than half a row, so that no row is taken for its neighbour."""

FEWEST_BUBBLES, LOWEST_SCORE = 4, 0.3

Floats = NDArray[np.float64]
HALF_BUBBLE: Floats = np.array([BUBBLE_WIDTH / 2, BUBBLE_HEIGHT / 2])


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured on one page, in the order of its bubbles. Darkness is 0 as the paper beside the bubble and 1 as the corner marks.

    `darkness` is that of a bubble beyond the blank form's, `cells` the same for small squares within it, `beside` how dark two of its four sides
    are at least. `scores` say how well each tile of the page was found, `residue` is the bending left over in
    millimetres, or where no tile was found well, how far they lie from where the corner marks say.
    `white` and `black` are grey levels, `edge` is the width of a sharp edge in millimetres.
    """

    darkness: Floats
    cells: Floats
    beside: Floats
    scores: Floats
    residue: float
    white: float
    black: float
    edge: float


@dataclass(frozen=True, slots=True)
class Blank:
    """How dark every bubble of a page and the small squares within it are on the blank form, where only a sign is in them."""

    darkness: Floats
    cells: Floats


def flatten(image: Grey, pose: Pose) -> Grey:
    """Return the page upright and flat, 8 pixels a millimetre."""
    to_flat = np.diag([FLAT, FLAT, 1.0]) @ np.linalg.inv(pose)
    size = int(PAGE_WIDTH * FLAT), int(PAGE_HEIGHT * FLAT)
    flat = cv2.warpPerspective(image, to_flat, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(flat, np.uint8)


def measure(flat: Grey, page: SheetPage, blank: Blank) -> Measures:
    """Measure every bubble of a flattened page; `blank` is `blank_form` of it."""
    places = np.array([(bubble.x, bubble.y) for bubble in page.all_bubbles])
    white, black, edge = levels(flat)
    shifts, scores, residue = shifts_of(flat, page, places)
    mean, cells, beside = _darkness(_patches(flat, places + shifts), black / max(white, 1.0))
    above = mean - blank.darkness
    lower = np.sort(above)[: max(1, len(above) * 2 // 5)]
    return Measures(above - float(np.median(lower)), cells - blank.cells, beside, scores, residue, white, black, edge)


def levels(flat: Grey) -> tuple[float, float, float]:
    """Return the grey of the paper and of the corner marks (the best three), and the width of their edges in millimetres."""
    whites, blacks, widths = [], [], []
    half, ring = CORNER_SIDE / 2, CORNER_SIDE * 0.9
    for x, y in CORNERS:
        part = flat[int((y - ring) * FLAT) : int((y + ring) * FLAT), int((x - ring) * FLAT) : int((x + ring) * FLAT)].astype(np.float64)
        middle = part.shape[0] // 2
        reach = int(half * 0.6 * FLAT)
        blacks.append(float(np.median(part[middle - reach : middle + reach, middle - reach : middle + reach])))
        whites.append(float(np.percentile(part, 80)))
        profile = part[middle - reach : middle + reach].mean(axis=0)
        steepest = float(np.abs(np.diff(profile)).max())
        widths.append((whites[-1] - blacks[-1]) / max(steepest, 1e-6) / FLAT)
    best = np.argsort(np.array(blacks) / np.maximum(whites, 1.0))[:3]
    return float(np.mean(np.array(whites)[best])), float(np.mean(np.array(blacks)[best])), float(np.median(np.array(widths)[best]))


def _patches(flat: Grey, places: Floats) -> NDArray[np.float32]:
    """The pixels of each bubble with its margin, as grey levels: bubble × row × column."""
    width, height = round((BUBBLE_WIDTH + 2 * MARGIN_X) * FLAT), round((BUBBLE_HEIGHT + 2 * MARGIN_Y) * FLAT)
    left = np.clip(np.rint((places[:, 0] - MARGIN_X) * FLAT).astype(int), 0, flat.shape[1] - width)
    top = np.clip(np.rint((places[:, 1] - MARGIN_Y) * FLAT).astype(int), 0, flat.shape[0] - height)
    rows = top[:, None, None] + np.arange(height)[None, :, None]
    columns = left[:, None, None] + np.arange(width)[None, None, :]
    return np.asarray(flat[rows, columns], np.float32)


def _darkness(light: NDArray[np.float32], black_share: float) -> tuple[Floats, Floats, Floats]:
    """For each patch the mean darkness of its inner part against the white of its rim, that of small cells of it, and that of two of its sides."""
    height, width = light.shape[1:]
    x, y, gap = MARGIN_X * FLAT, MARGIN_Y * FLAT, GAP * FLAT
    left, top = round(x - gap), round(y - gap)
    rim = np.ones((height, width), bool)
    rim[top : height - top, left : width - left] = False
    white = np.percentile(light[:, rim], 70, axis=1)[:, None, None]
    dark = (white - light) / np.maximum(white * (1 - black_share), 8.0)
    inset_x, inset_y = round(x + INSET * BUBBLE_WIDTH * FLAT), round(y + INSET * BUBBLE_HEIGHT * FLAT)
    inner = dark[:, inset_y : height - inset_y, inset_x : width - inset_x]
    middle_x, middle_y = slice(inset_x, width - inset_x), slice(inset_y, height - inset_y)
    strips = (dark[:, :top, middle_x], dark[:, height - top :, middle_x], dark[:, middle_y, :left], dark[:, middle_y, width - left :])
    sides = np.sort(np.column_stack([strip.mean(axis=(1, 2)) for strip in strips]), axis=1)
    return np.asarray(inner.mean(axis=(1, 2)), np.float64), _cells(inner), np.asarray(sides[:, -2], np.float64)


def _cells(dark: NDArray[np.float32]) -> Floats:
    """Means over cells of 3 × 3 pixels, in which noise is quiet but strokes still stand apart: bubble × cell."""
    rows, columns = dark.shape[1] // 3, dark.shape[2] // 3
    cut = dark[:, : rows * 3, : columns * 3]
    return np.asarray(cut.reshape(len(dark), rows, 3, columns, 3).mean(axis=(2, 4)).reshape(len(dark), -1), np.float64)


def shifts_of(flat: Grey, page: SheetPage, places: Floats) -> tuple[Floats, Floats, float]:
    """Return how far each bubble lies from its place on the flattened page (millimetres), how well each tile was found, and what bending is left.

    Tiles of the page are matched with the printed outlines, and a smooth bend is laid through them: paper curls, lenses bend lines.
    """
    lines = _thin_lines(flat)
    form = _outlines(page)
    tiles = (places // TILE).astype(int)
    centres, moves, scores = [], [], []
    for tile in np.unique(tiles, axis=0):
        inside = (tiles == tile).all(axis=1)
        if inside.sum() >= FEWEST_BUBBLES:
            move, score = _match(lines, form, places[inside])
            centres.append(places[inside].mean(axis=0) + HALF_BUBBLE)
            moves.append(move)
            scores.append(score)
    if not scores:
        return np.zeros_like(places), np.zeros(0), 0.0
    return _bend(np.array(centres), np.array(moves), np.array(scores), places)


def _thin_lines(flat: Grey) -> NDArray[np.float32]:
    """What is dark and thinner than a millimetre: outlines and letters, not the marks."""
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (FLAT - 1, FLAT - 1))
    half = cv2.GaussianBlur(flat, (0, 0), 1.0)
    return np.asarray(cv2.morphologyEx(half, cv2.MORPH_BLACKHAT, kernel), np.float32)


@lru_cache(maxsize=32)
def _outlines(page: SheetPage) -> NDArray[np.float32]:
    """The outlines of a page's bubbles as lines of the same thickness."""
    form = np.zeros((int(PAGE_HEIGHT * FLAT), int(PAGE_WIDTH * FLAT)), np.uint8)
    for bubble in page.all_bubbles:
        left, top = round(bubble.x * FLAT), round(bubble.y * FLAT)
        cv2.rectangle(form, (left, top), (round((bubble.x + BUBBLE_WIDTH) * FLAT), round((bubble.y + BUBBLE_HEIGHT) * FLAT)), 255, 2)
    return np.asarray(cv2.GaussianBlur(form, (0, 0), 1.2), np.float32)


def _match(lines: NDArray[np.float32], form: NDArray[np.float32], places: Floats) -> tuple[Floats, float]:
    """The shift of a tile in millimetres and how well it fits, from 0 to 1."""
    reach = int(REACH * FLAT)
    left, top = (places.min(axis=0) * FLAT).astype(int) - 4
    right, bottom = ((places.max(axis=0) + 2 * HALF_BUBBLE) * FLAT).astype(int) + 5
    left, top = max(left, reach), max(top, reach)
    right, bottom = min(right, lines.shape[1] - reach), min(bottom, lines.shape[0] - reach)
    wanted = form[top:bottom, left:right]
    around = lines[top - reach : bottom + reach, left - reach : right + reach]
    fit = cv2.matchTemplate(around[::2, ::2].copy(), wanted[::2, ::2].copy(), cv2.TM_CCOEFF_NORMED)
    _, score, _, (x, y) = cv2.minMaxLoc(fit)
    return np.array([x * 2 - reach + 2 * _vertex(fit[y], x), y * 2 - reach + 2 * _vertex(fit[:, x], y)]) / FLAT, max(float(score), 0.0)


def _vertex(values: MatLike, at: int) -> float:
    """Where, within half a step, the top of a parabola through the highest value and its neighbours lies."""
    if not 0 < at < len(values) - 1:
        return 0.0
    before, here, after = (float(values[at + step]) for step in (-1, 0, 1))
    curve = before - 2 * here + after
    return 0.0 if abs(curve) < 1e-9 else float(np.clip((before - after) / (2 * curve), -0.5, 0.5))


def _terms(points: Floats, degree: int) -> Floats:
    x, y = (points / 100.0).T
    columns = [np.ones_like(x), x, y, x * y, x * x, y * y]
    return np.column_stack(columns[: {0: 1, 1: 3, 2: 6}[degree]])


def _bend(centres: Floats, moves: Floats, scores: Floats, places: Floats) -> tuple[Floats, Floats, float]:
    """A smooth bend through the tiles' shifts, each as heavy as it fits; a tile that disagrees with all others loses its weight."""
    degree = 2 if len(scores) >= 9 else 1 if len(scores) >= 5 else 0
    terms = _terms(centres, degree)
    weights = np.clip(scores - 0.15, 0.01, None)
    left = np.zeros(len(scores))
    for _ in range(4):
        robust = weights / (1 + (left / 0.25) ** 2)
        root = np.sqrt(robust)[:, None]
        answer = np.linalg.lstsq(terms * root, moves * root, rcond=None)[0]
        left = np.hypot(*(moves - terms @ answer).T)
    shifts = _terms(places + HALF_BUBBLE, degree) @ answer
    good = scores >= LOWEST_SCORE
    doubt = left[good] if good.any() else np.hypot(*moves.T)  # few bubbles, most of them filled: believed where the corner marks agree
    return shifts, scores, float(np.median(doubt))


@lru_cache(maxsize=32)
def blank_form(shape: SheetShape, number: int) -> Blank:
    """Return what the bubbles of a page measure on the blank form: printed, drawn and measured like a scanned page."""
    page = layout_of(shape).pages[number - 1]
    out = io.BytesIO()
    sheets = Sheets(out, GEOMETRIES[PageSize.A4], "")
    draw_bubbles(sheets, page)
    sheets.end_side()
    sheets.finish()
    document = pypdfium2.PdfDocument(out.getvalue())
    image = np.asarray(document[0].render(scale=FLAT * 25.4 / 72, grayscale=True).to_numpy()).reshape(-1, round(PAGE_WIDTH * FLAT))
    document.close()
    places = np.array([(bubble.x, bubble.y) for bubble in page.all_bubbles])
    darkness, cells, _ = _darkness(_patches(np.asarray(image, np.uint8), places), 0.0)
    return Blank(darkness, cells)

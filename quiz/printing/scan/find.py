"""Finds an answer sheet in a picture: its square codes, its four corner marks, and how millimetres on it lie in the picture."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from quiz.core.answer_sheet import SheetId, is_question_page, parse_code
from quiz.core.scan import Fault
from quiz.printing.answer_sheet import CORNER_SIDE, CORNERS, LOWER_CODE, UPPER_CODE

Grey = NDArray[np.uint8]
Points = NDArray[np.float64]
Pose = NDArray[np.float64]
"""A 3 × 3 matrix that carries millimetres on the sheet to pixels of the picture."""

QR = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
FEWEST_CORNERS = 3
"""With fewer than these the codes alone would have to carry the page, and they are too small for that."""

NEAR, SPREAD, SPREAD_OF_TWO = 7.0, 0.2, 0.04
"""How far from where the codes say a corner mark is looked for: millimetres, and a share of the distance from the nearest code, less with two."""

CORNER_WEIGHT, CODE_WEIGHT = 4.0, 1.0
LARGEST_MISS = 2.5
"""Millimetres by which the codes may stand elsewhere than the corner marks say."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the codes of a page say: which page it is, and for each code that was read its four corners in pixels, upper left first, clockwise."""

    sheet: SheetId | None = None
    fault: Fault | None = None
    upper: tuple[tuple[float, float], ...] = ()
    lower: tuple[tuple[float, float], ...] = ()


def find_codes(image: Grey) -> Found:
    """Return what the codes of a page say; a code that is not ours is told as such only when none of ours is there."""
    found: dict[bool, tuple[tuple[float, float], ...]] = {}
    sheet: SheetId | None = None
    fault = Fault.NO_CODE
    for barcode in zxingcpp.read_barcodes(image, formats=QR, try_invert=False):
        read = parse_code(barcode.text)
        if read is None:
            fault = Fault.QUESTION_PAGE if is_question_page(barcode.text) else Fault.FOREIGN_CODE
        elif sheet is None or (read.paper, read.page, read.check) == (sheet.paper, sheet.page, sheet.check):
            place = barcode.position
            found[read.is_lower] = tuple((p.x, p.y) for p in (place.top_left, place.top_right, place.bottom_right, place.bottom_left))
            sheet = read
        else:
            return Found(fault=Fault.DISTORTED)  # two sheets in one picture
    if sheet is None:
        return Found(fault=Fault.EMPTY_PAGE if fault is Fault.NO_CODE and is_empty(image) else fault)
    return Found(SheetId(sheet.paper, sheet.page, sheet.check), None, found.get(False, ()), found.get(True, ()))


def is_empty(image: Grey) -> bool:
    """True for a page with next to nothing on it, such as the back of a sheet."""
    small = cv2.resize(image, (200, 280), interpolation=cv2.INTER_AREA)[14:-14, 10:-10].astype(np.int16)
    background = cv2.medianBlur(cv2.resize(image, (200, 280), interpolation=cv2.INTER_AREA), 31)[14:-14, 10:-10].astype(np.int16)
    return float(np.mean(background - small > 25)) < 0.004


def find_pose(image: Grey, found: Found) -> Pose | Fault:
    """Return how the sheet lies in the picture, by its corner marks and codes, or why that cannot be told."""
    codes = _code_points(found)
    sheet_points, pixels = (np.array(points, np.float64) for points in zip(*codes, strict=True))
    guess = _guess(sheet_points, pixels)
    candidates: list[list[tuple[float, float] | None]] = []
    for corner in CORNERS:
        near = min(float(np.hypot(*(np.array(corner) - point))) for point in sheet_points)
        reach = NEAR + near * (SPREAD_OF_TWO if len(codes) == 8 else SPREAD)
        candidates.append([*_squares_near(image, guess, corner, reach), None])
    return _best_pose(candidates, sheet_points, pixels)


def _code_points(found: Found) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """The corners of the codes that were read: where they stand on the sheet, and in the picture."""
    points: list[tuple[tuple[float, float], tuple[float, float]]] = []
    for (x, y, side), pixels in ((UPPER_CODE, found.upper), (LOWER_CODE, found.lower)):
        points += zip(((x, y), (x + side, y), (x + side, y + side), (x, y + side)), pixels, strict=False)
    return points


def _guess(sheet: Points, pixels: Points) -> Pose:
    """A first pose from the codes alone: with one of them without perspective."""
    if len(sheet) == 8:
        return solve_pose(sheet, pixels, np.ones(8))
    matrix, _ = cv2.estimateAffinePartial2D(sheet.astype(np.float32), pixels.astype(np.float32))
    return np.vstack([matrix, [0.0, 0.0, 1.0]])


def carry(pose: Pose, points: Points) -> Points:
    """Return where points on the sheet lie in the picture."""
    moved = np.column_stack([points, np.ones(len(points))]) @ pose.T
    return np.asarray(moved[:, :2] / moved[:, 2:])


def pixels_per_mm(pose: Pose) -> float:
    """Return the resolution, where it is lowest, in pixels of the picture a millimetre."""
    corners = carry(pose, np.array(CORNERS))
    sides = [np.hypot(*(corners[i] - corners[(i + 1) % 4])) / np.hypot(*np.subtract(CORNERS[i], CORNERS[(i + 1) % 4])) for i in range(4)]
    return float(min(sides))


def solve_pose(sheet: Points, pixels: Points, weights: NDArray[np.float64]) -> Pose:
    """Return the pose that fits weighted pairs of points best (direct linear transformation, both sides normalised)."""
    to_sheet, sheet = _normalised(sheet)
    to_pixels, pixels = _normalised(pixels)
    rows = []
    for (x, y), (u, v), weight in zip(sheet, pixels, weights, strict=True):
        rows.append(weight * np.array([-x, -y, -1, 0, 0, 0, u * x, u * y, u]))
        rows.append(weight * np.array([0, 0, 0, -x, -y, -1, v * x, v * y, v]))
    matrix = np.linalg.svd(np.array(rows))[2][-1].reshape(3, 3)
    pose = np.linalg.inv(to_pixels) @ matrix @ to_sheet
    return np.asarray(pose / pose[2, 2])


def _normalised(points: Points) -> tuple[NDArray[np.float64], Points]:
    """A matrix that brings points around the origin at a mean distance of √2, and the points after it."""
    middle = points.mean(axis=0)
    scale = np.sqrt(2) / max(float(np.hypot(*(points - middle).T).mean()), 1e-9)
    matrix = np.array([[scale, 0, -scale * middle[0]], [0, scale, -scale * middle[1]], [0, 0, 1]])
    return matrix, (points - middle) * scale


def scale_at(pose: Pose, point: tuple[float, float]) -> float:
    """Return the pixels a millimetre at a point of the sheet."""
    x, y = point
    here, right, below = carry(pose, np.array([(x, y), (x + 1, y), (x, y + 1)]))
    return float((np.hypot(*(right - here)) + np.hypot(*(below - here))) / 2)


def _squares_near(image: Grey, guess: Pose, corner: tuple[float, float], reach: float) -> list[tuple[float, float]]:
    """The centres, in pixels, of black squares as large as a corner mark near where one should be: the nearest first, three at most."""
    scale = scale_at(guess, corner)
    (x, y), half = carry(guess, np.array([corner]))[0], (reach + CORNER_SIDE) * scale
    left, top = max(0, int(x - half)), max(0, int(y - half))
    window = image[top : max(0, int(y + half)), left : max(0, int(x + half))]
    side = CORNER_SIDE * scale
    if not window.size or min(window.shape) < side:
        return []
    shrink = min(1.0, MARK_PIXELS / side)
    small = np.asarray(cv2.resize(window, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), np.uint8)
    found = []
    for place in _solid_squares(small, side * shrink):
        centre = _centroid(window, (place[0] / shrink, place[1] / shrink), side)
        if centre is not None:
            found.append((centre[0] + left, centre[1] + top))
    return sorted(found, key=lambda point: np.hypot(point[0] - x, point[1] - y))[:3]


MARK_PIXELS = 14.0
"""The side of a corner mark in pixels where it is looked for: more only takes longer."""


def _solid_squares(small: Grey, side: float) -> list[tuple[float, float]]:
    """The rough centres of dark, solid, square spots with a side of about `side` pixels."""
    block = int(side * 3) | 1
    smooth = cv2.GaussianBlur(small, (3, 3), 0)
    dark = cv2.adaptiveThreshold(smooth, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, block, 12)
    outlines, _ = cv2.findContours(dark, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    places = []
    for outline in outlines:
        area = cv2.contourArea(outline)
        (x, y), (width, height), _ = cv2.minAreaRect(outline)
        is_square = min(width, height) > 0.62 * max(width, height) and area > 0.76 * width * height
        if not is_square or not 0.4 * side * side < area < 1.9 * side * side:
            continue
        inner = _mean_around(small, x, y, side * 0.25)
        around = small[max(0, int(y - side)) : int(y + side) + 1, max(0, int(x - side)) : int(x + side) + 1]
        if inner < 0.7 * float(np.percentile(around, 85)):
            places.append((float(x), float(y)))
    return places


def _mean_around(image: Grey, x: float, y: float, half: float) -> float:
    part = image[max(0, int(y - half)) : int(y + half) + 1, max(0, int(x - half)) : int(x + half) + 1]
    return float(part.mean()) if part.size else 255.0


def _centroid(window: Grey, place: tuple[float, float], side: float) -> tuple[float, float] | None:
    """The centre of a square to a fraction of a pixel; None when it is cut off by the edge of the picture."""
    half = side * 0.8
    left, top = max(0, int(place[0] - half)), max(0, int(place[1] - half))
    part = window[top : int(place[1] + half) + 1, left : int(place[0] + half) + 1].astype(np.float64)
    low, high = np.percentile(part, 10), np.percentile(part, 85)
    weight = np.clip(((high - part) / max(high - low, 1.0) - 0.25) * 2, 0, 1)
    edges = (weight[0], weight[-1], weight[:, 0], weight[:, -1])
    total = weight.sum()
    if max(float(edge.mean()) for edge in edges) > 0.4 or not 0.5 * side * side < total < 1.6 * side * side:
        return None
    rows, columns = np.mgrid[0 : part.shape[0], 0 : part.shape[1]]
    return float(left + (columns * weight).sum() / total), float(top + (rows * weight).sum() / total)


def _best_pose(candidates: list[list[tuple[float, float] | None]], sheet: Points, pixels: Points) -> Pose | Fault:
    """The pose by the choice of corner marks that agrees best with each other and with the codes."""
    best: tuple[float, Pose] | None = None
    for chosen in product(*candidates):
        marks = [(corner, mark) for corner, mark in zip(CORNERS, chosen, strict=True) if mark is not None]
        if len(marks) < FEWEST_CORNERS:
            continue
        on_sheet = np.vstack([sheet, [corner for corner, _ in marks]])
        on_picture = np.vstack([pixels, [mark for _, mark in marks]])
        weights = np.array([CODE_WEIGHT] * len(sheet) + [CORNER_WEIGHT] * len(marks))
        pose = solve_pose(on_sheet, on_picture, weights)
        miss = np.hypot(*(carry(pose, on_sheet) - on_picture).T) / scale_at(pose, (105.0, 148.0))
        cost = float(miss.max()) + (len(CORNERS) - len(marks)) * COST_OF_A_CORNER
        if best is None or cost < best[0]:
            best = (cost, pose)
    if best is None:
        return Fault.NO_CORNERS
    return best[1] if best[0] < LARGEST_MISS + COST_OF_A_CORNER else Fault.DISTORTED


COST_OF_A_CORNER = 1.2
"""How much better, in millimetres, everything else must agree before a corner mark is left out."""

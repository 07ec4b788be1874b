"""Judges measured bubbles: full, empty, or for a person to see. A page is judged by its own marks, since everyone presses differently."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from quiz.core.answer_sheet import NUMBER_DIGITS
from quiz.core.scan import CONFIDENCE_LINE, Doubt, Fault, SlotReading, State
from quiz.printing.answer_sheet import SheetPage
from quiz.printing.scan.measure import Floats, Measures

USUAL_MARK, FEWEST_MARKS, MARK_FROM = 0.6, 4, 0.25
"""The darkness of a full mark where a page has too few to tell its own; how many that needs; from where on a bubble counts for it."""

FULL_SHARE, FULL_COVER = 0.6, 0.65
"""A full mark has this share of the page's usual darkness at least, and covers this share of the bubble."""

EMPTY_SHARE, EMPTY_DARKNESS, EMPTY_COVER = 0.42, 0.2, 0.12
"""Below these a bubble is empty, erased or dotted."""

CLEAN = 0.1
"""Where nothing is marked, no bubble may be darker than this: an erased mark and a faint one look alike."""

DARK_CELL, DARK_SHARE = 0.3, 0.5
"""From this darkness, or this share of the page's usual mark, a small part of a bubble is covered."""

BESIDE, SURELY_FULL = 0.45, 0.85
"""When two sides of a bubble are this dark, as a share of what is in it, something may lie over it (a stain, a stroke through the row), unless it
has so much of the page's usual darkness that it is a mark in any case."""

LOWEST_CONTRAST, WIDEST_EDGE, WORST_RESIDUE, LOWEST_FIT = 0.25, 0.95, 0.5, 0.25
CLOSE = 0.25
"""Outlines that are hardly found, since most are covered by marks, are believed within so many millimetres of where the corner marks say."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One bubble: full, empty, or neither for certain; and how certain, of 100."""

    is_full: bool
    is_empty: bool
    confidence: int
    is_covered: bool
    darkness: int


def fault_of(measures: Measures) -> Fault | None:
    """Return why a page that was found is too poor to be read, or None."""
    if measures.white - measures.black < LOWEST_CONTRAST * 255:
        return Fault.FAINT
    if measures.edge > WIDEST_EDGE:
        return Fault.BLURRED
    is_hardly_found = len(measures.scores) > 0 and float(measures.scores.max()) < LOWEST_FIT
    if measures.residue > (CLOSE if is_hardly_found else WORST_RESIDUE):
        return Fault.DISTORTED
    return None


def usual_mark(darkness: Floats) -> float:
    """Return how dark the full marks of this page are."""
    marks = darkness[darkness > MARK_FROM]
    return float(np.median(marks)) if len(marks) >= FEWEST_MARKS else USUAL_MARK


def judge_bubbles(measures: Measures) -> list[Judged]:
    """Judge each bubble of a page by itself."""
    usual = usual_mark(measures.darkness)
    cover = (measures.cells > min(DARK_SHARE * usual, DARK_CELL)).mean(axis=1)
    limit = min(EMPTY_SHARE * usual, EMPTY_DARKNESS)
    found = zip(measures.darkness, cover, measures.beside, strict=True)
    return [_judge(float(dark), float(part), float(beside), usual, limit) for dark, part, beside in found]


def _judge(dark: float, cover: float, beside: float, usual: float, limit: float) -> Judged:
    share = dark / usual
    is_covered = share < SURELY_FULL and beside > BESIDE * max(dark, limit)
    is_full = share >= FULL_SHARE and cover >= FULL_COVER and not is_covered
    is_empty = dark < limit and cover < EMPTY_COVER
    if is_full:
        sure = min((share - FULL_SHARE) / (0.9 - FULL_SHARE), (cover - FULL_COVER) / (0.95 - FULL_COVER), 1.0)
    elif is_empty:
        sure = min(1 - max(dark, 0.0) / limit, 1 - cover / EMPTY_COVER, 1.0)
    else:
        return Judged(False, False, int(49 * abs(2 * min(max(share, 0.0), 1.0) - 1)), is_covered, round(100 * dark))
    return Judged(is_full, is_empty, CONFIDENCE_LINE + round((100 - CONFIDENCE_LINE) * max(sure, 0.0)), is_covered, round(100 * dark))


def judge_slots(page: SheetPage, judged: Sequence[Judged], several: Collection[int]) -> list[SlotReading]:
    """Judge the slots with bubbles; in those of `several` each row may have more than one mark."""
    rows: dict[int, dict[int, list[tuple[int, Judged]]]] = {}
    for bubble, verdict in zip(page.bubbles, judged, strict=False):
        rows.setdefault(bubble.slot, {}).setdefault(bubble.row, []).append((bubble.choice, verdict))
    return [_judge_slot(slot, by_row, slot in several) for slot, by_row in rows.items()]


def _judge_slot(slot: int, rows: dict[int, list[tuple[int, Judged]]], may_be_several: bool) -> SlotReading:
    filled = tuple((row, choice) for row, bubbles in rows.items() for choice, verdict in bubbles if verdict.is_full)
    darkness = tuple(verdict.darkness for bubbles in rows.values() for _, verdict in bubbles)
    parts = [judge_row([verdict for _, verdict in bubbles], may_be_several) for bubbles in rows.values()]
    confidence = min(sure for sure, _ in parts)
    doubt = next((doubt for _, doubt in parts if doubt), Doubt.NONE)
    state = State.DOUBTFUL if doubt else State.ACCEPTED if filled else State.BLANK
    return SlotReading(slot, state, confidence, filled, 0, doubt, darkness)


def judge_row(row: Sequence[Judged], may_be_several: bool) -> tuple[int, Doubt]:
    """Return how certain a row of bubbles is, of 100, and what a person would have to look at."""
    full = [verdict for verdict in row if verdict.is_full]
    unsure = [verdict for verdict in row if not verdict.is_full and not verdict.is_empty]
    least = min(verdict.confidence for verdict in row)
    if unsure:
        return least, Doubt.UNSEEN if any(verdict.is_covered for verdict in unsure) else Doubt.FAINT
    if len(full) > 1 and not may_be_several:
        return 0, Doubt.SEVERAL
    if not full and max(verdict.darkness for verdict in row) >= round(100 * CLEAN):
        return min(least, CONFIDENCE_LINE - 1), Doubt.FAINT
    return least, Doubt.NONE


def judge_number(judged: Sequence[Judged]) -> str:
    """Return what the grid says: for each column a digit, "-" for none, "?" where a person would have to look."""
    columns = [judged[at * 10 : at * 10 + 10] for at in range(NUMBER_DIGITS)]
    signs = []
    for column in columns:
        _, doubt = judge_row(column, may_be_several=False)
        digits = [str(digit) for digit, verdict in enumerate(column) if verdict.is_full]
        signs.append("?" if doubt else digits[0] if digits else "-")
    return "".join(signs)


def judge_absent(verdict: Judged) -> State:
    """Return what the invigilator's mark says: ACCEPTED when it is made."""
    return State.ACCEPTED if verdict.is_full else State.BLANK if verdict.is_empty else State.DOUBTFUL

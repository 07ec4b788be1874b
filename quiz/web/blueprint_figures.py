"""What the pages of a blueprint look at: the check's table with its margins, how often questions are used, what the marks fall on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quiz.assembly.explain import describe_limit
from quiz.assembly.supply import Square
from quiz.core.blueprint import BAND_NAMES, FOLDERS, SOURCE_NAMES, WEIGHT_NAMES, describe_cell, is_local_category
from quiz.core.message import mark_text
from quiz.core.question import AREAS, LEVEL_NAMES
from quiz.core.roster import POST_NAMES
from quiz.usecases.blueprints import Check

USE_BARS = 8
"""So many columns has the picture of how often questions are used, at most."""


def check_values(found: Check) -> dict[str, Any]:
    """Return what the parts of a check look at."""
    sections = found.blueprint.sections
    return {
        "found": found,
        "plan": found.blueprint,
        "supply": found.supply,
        "sections": sections,
        "lines_short": found.lines(),
        "lines_after": found.lines(found.after.gaps) if found.after else [],
        "row_names": {**AREAS, **FOLDERS},
        "column_short": _column_short(found),
        "margins": [_margin(squares) for _, squares in found.supply.table],
        "cell_words": [describe_cell(cell.place.owner, cell.place.cell) for cell in found.supply.cells],
        "limits": [describe_limit(limit) for limit in found.blueprint.limits],
        "POST_NAMES": POST_NAMES,
        "is_local": is_local_category,
    }


def _margin(squares: Sequence[Square]) -> tuple[int, int, int]:
    return sum(s.least for s in squares), sum(s.most for s in squares), sum(s.stock for s in squares)


def _column_short(found: Check) -> list[int]:
    """How many questions each section lacks for certain."""
    return [sum(cell.short for cell in found.supply.cells if cell.place.section == number) for number in range(len(found.blueprint.sections))]


def use_bars(found: Check) -> list[tuple[str, int]]:
    """Return how many questions are on so many papers: (papers, questions), from none to the most used."""
    if found.report is None:
        return []
    width = max(-(-(found.report.exposure.largest + 1) // USE_BARS), 1)
    counts = [0] * (found.report.exposure.largest // width + 1)
    for uses in found.report.exposure.uses:
        counts[uses // width] += 1
    return [(str(place) if width == 1 else f"{place * width}–{place * width + width - 1}", count) for place, count in enumerate(counts)]


def mix_rows(found: Check) -> list[tuple[str, list[tuple[str, float]]]]:
    """Return the shares of the marks by heading: (heading, [(name, share)]), names before translation."""
    local = mark_text("本地题")
    headings: tuple[tuple[str, str, Mapping[Any, str]], ...] = (
        ("level", mark_text("层次"), LEVEL_NAMES),
        ("band", mark_text("难度"), {**BAND_NAMES, "local": local}),
        ("weight", mark_text("要求"), {**WEIGHT_NAMES, "": mark_text("没有注明"), "local": local}),
        ("source", mark_text("文件级别"), {**SOURCE_NAMES, "local": local}),
    )
    out = []
    for key, heading, names in headings:
        shares = found.mix.get(key, {})
        rows = [(name, shares.get(value, 0.0)) for value, name in names.items()]
        out.append((heading, [(name, share) for name, share in rows if share > 0]))
    return out if found.mix else []

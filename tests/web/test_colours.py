"""The colours of the pages: what is written on what can be read, by day and in the dark (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

import quiz.web

STYLE = (Path(quiz.web.__file__).parent / "static" / "style.css").read_text("utf-8")
GROUNDS = ("paper", "sheet", "tint")
WRITTEN = ("ink", "muted", "seal", "seal-deep", "pine", "amber")
DRAWN = ("line", "focus")
"""Edges of fields, and the focus ring: three to one is enough for what is not read."""


def tokens(scheme: str) -> dict[str, str]:
    """Return the colours of a scheme: those of the dark stand over those of the light."""
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)[:2])
    return light if scheme == "light" else {**light, **dark}


def luminance(colour: str) -> float:
    """Return the relative luminance of #rrggbb (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_formula_is_the_published_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_written_can_be_read(scheme: str) -> None:
    colours = tokens(scheme)
    written = [("on-fill", "fill"), *product(WRITTEN, GROUNDS)]
    assert [(one, other) for one, other in written if contrast(colours[one], colours[other]) < 4.5] == []
    assert [(one, other) for one, other in product(DRAWN, GROUNDS) if contrast(colours[one], colours[other]) < 3] == []

"""Square codes: on every side of a paper which paper, which side, and a check, nothing of the person; on a notice what it publishes."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache

import segno

from quiz.printing.geometry import MM

SIDE = 12.5 * MM
"""The width of the code in points, without its quiet zone."""

CHECK_LENGTH = 6


def code_text(code: str, digest: str, side: int) -> str:
    """Return `paper code/side/check`. The check follows from the paper's digest, which a reader of the sheet cannot know."""
    raw = hashlib.sha256(f"kaoxue/sheet/v1\0{digest}\0{side}".encode()).digest()
    return f"{code}/{side}/{base64.b32encode(raw).decode('ascii')[:CHECK_LENGTH]}"


QUICK_MASK = 3
"""Trying all eight masks is a third of what printing a paper costs. On answer sheets, which are read by the thousand, the best is worth it."""


@lru_cache(maxsize=256)
def code_squares(text: str, side: float = SIDE, error: str = "m", mask: int | None = None) -> tuple[tuple[float, float, float, float], ...]:
    """Return the black bars of the code (`side` wide, error correction `error`) as x, y, width, height; its lower left corner is (0, 0).

    `mask` is the pattern laid over the code, from 0 to 7; without it the one that is read best.
    """
    matrix = segno.make(text, error=error, micro=False, boost_error=False, mask=mask).matrix
    module = side / len(matrix)
    bars = []
    for down, row in enumerate(matrix):
        start = None
        for across, dark in enumerate((*row, 0)):
            if dark and start is None:
                start = across
            elif not dark and start is not None:
                bars.append((start * module, side - (down + 1) * module, (across - start) * module, module))
                start = None
    return tuple(bars)

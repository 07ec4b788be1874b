"""Square codes: on every side of a paper which paper, which side, and a check, nothing of the person; on a notice what it publishes."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache

import segno

from quiz.printing.geometry import MM

SIDE = 12.5 * MM
"""The width of the code in points, without its quiet zone."""

CHECK_LENGTH = 6
DARK = re.compile("1+")


def code_text(code: str, digest: str, side: int) -> str:
    """Return `paper code/side/check`. The check follows from the paper's digest, which a reader of the sheet cannot know."""
    raw = hashlib.sha256(f"kaoxue/sheet/v1\0{digest}\0{side}".encode()).digest()
    return f"{code}/{side}/{base64.b32encode(raw).decode('ascii')[:CHECK_LENGTH]}"


QUICK_MASK = 3
"""Trying all eight masks is a third of what printing a paper costs. On answer sheets, which are read by the thousand, the best is worth it."""

ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
"""The characters that a code holds two in eleven bits, by their values (ISO/IEC 18004, table 5)."""

VALUES = {char: value for value, char in enumerate(ALPHANUMERIC)}


@lru_cache(maxsize=256)
def code_squares(text: str, side: float = SIDE, error: str = "m") -> tuple[tuple[float, float, float, float], ...]:
    """Return the black bars of the code (`side` wide, error correction `error`) as x, y, width, height; its lower left corner is (0, 0).

    The pattern laid over it is the one that is read best.
    """
    width, modules = _modules(text, error)
    module = side / width
    return tuple((left * module, up * module, length * module, module) for left, up, length in bars_of(width, modules))


def quick_code(text: str) -> tuple[int, int]:
    """Return the width in modules and the modules of the code of a text with error correction M and the mask `QUICK_MASK`.

    In codes of texts of the same length every module is a sum of bits of the text, modulo 2: what each pair of characters adds is remembered, as
    papers by the thousand have codes of the same length. A text that is not all in `ALPHANUMERIC` is worked out whole.
    """
    if not set(text) <= VALUES.keys():
        return _modules(text, "m", mask=QUICK_MASK)
    width, modules = _plain(len(text))
    for at in range(0, len(text), 2):
        modules ^= _added(len(text), at, text[at : at + 2])
    return width, modules


@lru_cache(maxsize=64)
def _plain(length: int) -> tuple[int, int]:
    """The modules of the code of so many zeros."""
    return _modules("0" * length, "m", mode="alphanumeric", mask=QUICK_MASK)


@lru_cache(maxsize=8192)
def _added(length: int, at: int, pair: str) -> int:
    """The modules that this pair of characters (or the last one) turns in the code of `length` zeros."""
    value = 0
    for char in pair:
        value = len(ALPHANUMERIC) * value + VALUES[char]
    modules = 0
    for bit in range(value.bit_length()):
        if value >> bit & 1:
            modules ^= _added_by_bit(length, at, len(pair), 1 << bit)
    return modules


@lru_cache(maxsize=4096)
def _added_by_bit(length: int, at: int, characters: int, value: int) -> int:
    pair = "".join(ALPHANUMERIC[part] for part in divmod(value, len(ALPHANUMERIC))[2 - characters :])
    text = "0" * at + pair + "0" * (length - at - characters)
    return _modules(text, "m", mode="alphanumeric", mask=QUICK_MASK)[1] ^ _plain(length)[1]


def _modules(text: str, error: str, *, mode: str | None = None, mask: int | None = None) -> tuple[int, int]:
    """Return the width of a code and its modules as one number, row after row from the top, the last one lowest."""
    matrix = segno.make(text, error=error, mode=mode, micro=False, boost_error=False, mask=mask).matrix
    return len(matrix), int("".join(str(module) for row in matrix for module in row), 2)


def bars_of(width: int, modules: int) -> list[tuple[int, int, int]]:
    """Return the runs of dark modules of each row from the top: left end, row from the bottom, length."""
    digits = f"{modules:0{width * width}b}"
    rows = [digits[at : at + width] for at in range(0, len(digits), width)]
    return [(bar.start(), width - down, bar.end() - bar.start()) for down, row in enumerate(rows, start=1) for bar in DARK.finditer(row)]

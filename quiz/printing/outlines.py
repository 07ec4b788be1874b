"""Writes a TrueType program that holds chosen glyphs of a face and nothing that a PDF does not need."""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Sequence

from quiz.printing.fonts import Face

LONG_OFFSETS_AT, METRICS_COUNT_AT, GLYPH_COUNT_AT, CHECKSUM_AT = 50, 34, 4, 8


def sfnt(face: Face, glyphs: Sequence[int]) -> bytes:
    """Return a TrueType file in which glyph i is `glyphs[i]` of the face (the first must be 0, the missing-character glyph)."""
    outlines = [_padded(face.outline(glyph)) for glyph in glyphs]
    offsets = array("I", [0])
    for outline in outlines:
        offsets.append(offsets[-1] + len(outline))
    metrics = b"".join(struct.pack(">HH", face.advances[glyph], face.bearings[glyph]) for glyph in glyphs)
    return _file(
        {
            "glyf": b"".join(outlines),
            "head": _patched(_patched(face.headers["head"], CHECKSUM_AT, b"\0" * 4), LONG_OFFSETS_AT, b"\0\1"),
            "hhea": _patched(face.headers["hhea"], METRICS_COUNT_AT, struct.pack(">H", len(glyphs))),
            "hmtx": metrics,
            "loca": _big_endian(offsets),
            "maxp": _patched(face.headers["maxp"], GLYPH_COUNT_AT, struct.pack(">H", len(glyphs))),
        }
    )


def _file(tables: dict[str, bytes]) -> bytes:
    count = len(tables)
    power = count.bit_length() - 1
    directory = struct.pack(">LHHHH", 0x10000, count, 16 << power, power, (count - (1 << power)) * 16)
    offset = len(directory) + 16 * count
    body = b""
    for tag in sorted(tables):
        data = _padded(tables[tag])
        directory += struct.pack(">4sLLL", tag.encode("ascii"), _checksum(data), offset + len(body), len(tables[tag]))
        body += data
    return directory + body


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)


def _patched(data: bytes, at: int, value: bytes) -> bytes:
    return data[:at] + value + data[at + len(value) :]


def _big_endian(numbers: array[int]) -> bytes:
    copy = array("I", numbers)
    if sys.byteorder == "little":
        copy.byteswap()
    return copy.tobytes()


def _checksum(data: bytes) -> int:
    words = array("I", data)
    if sys.byteorder == "little":
        words.byteswap()
    return sum(words) & 0xFFFFFFFF

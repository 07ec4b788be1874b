"""Finds texts that are almost the same among very many, in time that grows with their number: MinHash bands, then exact similarity.

One-permutation hashing (Li, Owen, Zhang 2012): every shingle is hashed once and falls into one of `BINS` bins that keep their smallest hash;
texts are compared only when a whole band of bins agrees. At a similarity of 0.8 a pair is missed in 2 of 100 cases. The result depends on
the texts and their order alone.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from zlib import crc32

SHINGLE = 3
BINS, ROWS = 32, 4
BANDS = BINS // ROWS
BAND_NAMES = [bytes((band,)) for band in range(BANDS)]
MASK = BINS - 1
EMPTY = 0xFFFFFFFF
LATEST = 6
"""How many texts of a crowded band are compared: a bound, so that a thousand texts from one mould cost a thousand times, not a million."""

LIKELY = 0.25
"""Share of equal bins below which the exact similarity is not worth computing: two standard deviations below that of texts alike by 0.4."""


def shingles(text: str) -> set[str]:
    """Return the runs of `SHINGLE` characters of a text."""
    return {text[i : i + SHINGLE] for i in range(max(len(text) - SHINGLE, 0) + 1)}


def overlap(one: set[str], other: set[str]) -> float:
    """Return the Jaccard similarity of two sets of shingles, from 0 to 1."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def similarity(one: str, other: str) -> float:
    """Return the Jaccard similarity of the shingles of two texts, from 0 to 1."""
    return overlap(shingles(one), shingles(other))


class Nearby:
    """The texts seen so far, numbered from 0 in the order added; keeps their hashes and not the texts."""

    def __init__(self) -> None:
        self._bytes: list[int] = []  # by text: one byte of each bin's hash, which is enough to tell two hashes apart
        self._gaps = array("B")  # by text: how many bins are empty
        self._latest: dict[bytes, int] = {}  # a band's hashes -> the latest text that has them
        self._before = array("l")  # by text and band: the text before it in that chain, or -1

    def add(self, text: str, suspects: Iterable[int] = ()) -> list[int]:
        """Return the numbers of earlier texts, of all and of the `suspects`, that may be alike, in the order added; and remember `text`."""
        marks, number = _marks(text), len(self._bytes)
        candidates = set(suspects)
        raw = marks.tobytes()
        width = len(raw) // BANDS
        for band, name in enumerate(BAND_NAMES):
            key = name + raw[band * width : band * width + width]
            before = self._latest.get(key, -1)
            self._latest[key] = number
            self._before.append(before)
            for _ in range(LATEST):
                if before < 0:
                    break
                candidates.add(before)
                before = self._before[before * BANDS + band]
        self._bytes.append(int.from_bytes(raw[1 :: marks.itemsize], "big"))
        self._gaps.append(marks.count(EMPTY))
        return [other for other in sorted(candidates) if self._agree(number, other)]

    def _agree(self, one: int, other: int) -> bool:
        """True when enough of the bins that a text uses are equal; bins empty on both sides say nothing."""
        unused = min(self._gaps[one], self._gaps[other])
        same = (self._bytes[one] ^ self._bytes[other]).to_bytes(BINS, "big").count(0)
        return same - unused >= LIKELY * (BINS - unused)


def _marks(text: str) -> array[int]:
    """The smallest hash in each bin."""
    marks = array("I", (EMPTY,)) * BINS
    data = text.encode("utf-16-le", "replace")
    for start in range(0, max(len(data) - 2 * SHINGLE, 0) + 1, 2):
        value = crc32(data[start : start + 2 * SHINGLE])
        if value < marks[value & MASK]:  # noqa: PLR1730 - min() is a third slower here
            marks[value & MASK] = value
    return marks

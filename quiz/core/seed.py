"""Seed specification v1: every choice of a draw follows from one secret seed by HMAC-SHA256, the same in any language.

Streams of 64-bit numbers are keyed by a label; `below` rejects, so it is exactly uniform; shuffles are Fisher-Yates over lists that the
caller has put into bytewise order of stable ids. No library generator is used: none promises the same numbers for ever.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
import unicodedata
from collections.abc import Iterator, Sequence
from typing import TypeVar

from quiz.core.canonical import canonical_json

T = TypeVar("T")

NUMBERS = struct.Struct(">4Q")
SAFE = 2**64 - 2**32
"""Below this no number is rejected for any list shorter than 2**32."""


class Stream:
    """Unsigned 64-bit numbers derived from `key` and `label`: block i is HMAC(key, label ‖ 0 ‖ u32be(i)), four numbers big-endian."""

    def __init__(self, key: bytes, label: str) -> None:
        self._key = key
        self._label = unicodedata.normalize("NFC", label).encode() + b"\0"
        self._block = 0
        self._ready: list[int] = []

    def next_u64(self) -> int:
        """Return the next number, 0 <= n < 2**64."""
        if not self._ready:
            block = hmac.digest(self._key, self._label + self._block.to_bytes(4, "big"), "sha256")
            self._block += 1
            self._ready = [*NUMBERS.unpack(block)[::-1]]
        return self._ready.pop()

    def below(self, n: int) -> int:
        """Return a number drawn exactly uniformly from 0 .. n-1."""
        limit = 2**64 - 2**64 % n
        while True:
            number = self.next_u64()
            if number < limit:
                return number % n

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return a uniformly drawn permutation of `items` (Fisher-Yates from the end)."""
        out = list(items)
        ready, next_u64 = self._ready, self.next_u64
        for n in range(len(out), 1, -1):
            number = ready.pop() if ready else next_u64()
            if number >= SAFE and number >= 2**64 - 2**64 % n:  # as `below` does: only the last few numbers can be beyond the limit
                number = self.below(n)
            ready, j = self._ready, number % n
            out[n - 1], out[j] = out[j], out[n - 1]
        return out

    def lazily(self, items: Sequence[T]) -> Iterator[T]:
        """Yield a uniformly drawn permutation of `items` one by one (Fisher-Yates from the front), as many as are asked for."""
        moved: dict[int, int] = {}
        for i in range(len(items)):
            j = i + self.below(len(items) - i)
            yield items[moved.get(j, j)]
            moved[j] = moved.get(i, i)


def snapshot_digest(snapshot: object) -> bytes:
    """Return the 32-byte digest of all that a draw depends on besides the seed (integers and text only)."""
    return hashlib.sha256(b"kaoxue/exam/v1\0" + canonical_json(snapshot)).digest()


def commitment(seed: bytes, snapshot: bytes) -> str:
    """Return what is published before the sitting: 64 hexadecimal digits that bind seed and snapshot digest and tell neither."""
    return hashlib.sha256(b"kaoxue/commit/v1\0" + seed + snapshot).hexdigest()


def exam_key(seed: bytes, snapshot: bytes, beacon: bytes = b"") -> bytes:
    """Return the sitting's key; `beacon` is an optional public number fixed after the commitment."""
    message = b"kaoxue/key/v1\0" + snapshot + hashlib.sha256(beacon).digest()
    return hmac.new(seed, message, hashlib.sha256).digest()


def paper_key(exam: bytes, cadre_number: str, attempt: int = 1) -> bytes:
    """Return the key of one cadre's paper, from the sitting's key and the cadre's staff number."""
    number = unicodedata.normalize("NFC", cadre_number).encode()
    return hmac.new(exam, b"paper\0" + number + b"\0" + attempt.to_bytes(4, "big"), hashlib.sha256).digest()

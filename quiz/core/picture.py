"""A picture as a value: which stored bytes it is, what it shows in words, and its size; the bytes themselves stay outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a stem or an option: the SHA-256 of its stored bytes, its text for those who cannot see it, its size in pixels."""

    digest: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture file that was sent with a text: its name there, the SHA-256 of its bytes as made anew, its size in pixels and in bytes."""

    name: str
    digest: str
    width: int
    height: int
    size: int


MAGIC = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg"}
"""How the two kinds of picture begin; whatever begins otherwise is no picture of ours, whatever its name says."""

NO_PICTURES: Mapping[str, bytes] = MappingProxyType({})


def picture_kind(content: bytes) -> str:
    """Return "png" or "jpeg" by the first bytes, "" for anything else."""
    return next((kind for magic, kind in MAGIC.items() if content.startswith(magic)), "")

"""The two faces that papers are printed with: 宋体 for text, 黑体 for titles; refuses a damaged file and a character that neither face can draw."""

from __future__ import annotations

import hashlib
import lzma
import struct
import sys
import unicodedata
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

from quiz.core.message import Message, QuizError, say

FOLDER = Path(__file__).parent / "fonts"
REPLACEMENT = "\ufffd"
NAMED_AT_ONCE = 20
TEXTS_REMEMBERED = 8_192


class Font(StrEnum):
    """A face by its name in `fonts/`."""

    SONG = "song"
    HEI = "hei"


POSTSCRIPT_NAMES = {Font.SONG: "KaoxueSong", Font.HEI: "KaoxueHei"}
CHAINS = {Font.SONG: (Font.SONG, Font.HEI), Font.HEI: (Font.HEI, Font.SONG)}
"""A character that a face lacks is drawn in the next face of its chain."""


@dataclass(frozen=True, slots=True)
class MissingGlyph:
    """A character that cannot be printed, and where it stands."""

    char: str
    place: Message

    @property
    def code_point(self) -> str:
        """The character as U+XXXX."""
        return f"U+{ord(self.char):04X}"

    def describe(self) -> Message:
        """Return place, character and code point; an invisible character is named by its code point only."""
        if unicodedata.category(self.char)[0] in "CZ":
            return say("{place}：{code}", place=self.place, code=self.code_point)
        return say("{place}：{char}（{code}）", place=self.place, char=self.char, code=self.code_point)


class MissingGlyphs(QuizError):
    """Characters that no face can draw, found before the first page is drawn; `glyphs` lists every one with its place."""

    def __init__(self, glyphs: Sequence[MissingGlyph]) -> None:
        self.glyphs = tuple(glyphs)
        listed = [glyph.describe() for glyph in glyphs[:NAMED_AT_ONCE]]
        named = listed[-1]
        for item in reversed(listed[:-1]):
            named = say("{first}；{rest}", first=item, rest=named)
        super().__init__("missing_glyph", say("有{count}处字符印不出来，没有开始印刷，请改正：{list}", count=len(glyphs), list=named))


@dataclass(frozen=True, slots=True)
class Face:
    """A TrueType face in memory, parsed once. Lengths are in font units, `units` to the em."""

    font: Font
    units: int
    ascent: int
    descent: int
    box: tuple[int, int, int, int]
    glyphs: dict[str, int]
    advances: array[int]
    bearings: array[int]
    offsets: array[int]
    outlines: bytes
    headers: dict[str, bytes]

    def outline(self, glyph: int) -> bytes:
        """Return the outline of a glyph as it stands in the file; empty for a space."""
        return self.outlines[self.offsets[glyph] : self.offsets[glyph + 1]]


@cache
def load_face(font: Font) -> Face:
    """Return the face, unpacked and parsed once per process (about half a second for 宋体).

    QuizError `font_damaged` when the file is not the one that SHA256SUMS names.
    """
    name = f"exam-{font}.ttf.xz"
    packed = (FOLDER / name).read_bytes()
    if f"{hashlib.sha256(packed).hexdigest()}  {name}" not in (FOLDER / "SHA256SUMS").read_text("ascii").splitlines():
        raise QuizError("font_damaged", say("字体文件{name}已损坏，请重新安装程序。", name=name))
    return parse_face(font, lzma.decompress(packed))


def parse_face(font: Font, data: bytes) -> Face:
    """Return the face in a TrueType file that has a format 12 character map and no composite glyphs, as `tools/build_fonts.py` makes them."""
    tables = parse_tables(data)
    head, hhea, hmtx = tables["head"], tables["hhea"], tables["hmtx"]
    count = struct.unpack_from(">H", tables["maxp"], 4)[0]
    metrics = struct.unpack_from(">H", hhea, 34)[0]
    pairs = _numbers("H", hmtx[: 4 * metrics])
    advances, bearings = pairs[0::2], pairs[1::2] + _numbers("H", hmtx[4 * metrics :])
    advances.extend([advances[-1]] * (count - metrics))
    long_offsets = struct.unpack_from(">h", head, 50)[0] == 1
    offsets = _numbers("I", tables["loca"]) if long_offsets else array("I", [2 * half for half in _numbers("H", tables["loca"])])
    ascent, descent = struct.unpack_from(">hh", hhea, 4)
    return Face(
        font=font,
        units=struct.unpack_from(">H", head, 18)[0],
        ascent=ascent,
        descent=descent,
        box=struct.unpack_from(">4h", head, 36),
        glyphs=_character_map(tables["cmap"]),
        advances=advances,
        bearings=bearings,
        offsets=offsets,
        outlines=tables["glyf"],
        headers={tag: tables[tag] for tag in ("head", "hhea", "maxp")},
    )


def parse_tables(data: bytes) -> dict[str, bytes]:
    """Return the tables of a TrueType file by their tags."""
    count = struct.unpack_from(">H", data, 4)[0]
    entries = (struct.unpack_from(">4sLLL", data, 12 + 16 * i) for i in range(count))
    return {tag.decode("ascii"): data[offset : offset + length] for tag, _, offset, length in entries}


def _numbers(kind: str, data: bytes) -> array[int]:
    numbers = array(kind, data)
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers


def _character_map(cmap: bytes) -> dict[str, int]:
    """Return character → glyph from the format 12 subtable, without the glyph 0 that stands for a missing character."""
    count = struct.unpack_from(">H", cmap, 2)[0]
    starts = [struct.unpack_from(">HHL", cmap, 4 + 8 * i)[2] for i in range(count)]
    start = next(at for at in starts if struct.unpack_from(">H", cmap, at)[0] == 12)
    groups = struct.unpack_from(">L", cmap, start + 12)[0]
    glyphs: dict[str, int] = {}
    for first, last, glyph in struct.iter_unpack(">LLL", cmap[start + 16 : start + 16 + 12 * groups]):
        glyphs.update((chr(code), glyph + code - first) for code in range(first, last + 1) if glyph + code - first)
    return glyphs


@lru_cache(maxsize=TEXTS_REMEMBERED)
def is_printable(char: str) -> bool:
    """True when one of the faces draws the character; never for control characters, private use, U+FFFD and the like."""
    if char == REPLACEMENT or unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}:
        return False
    return any(char in load_face(font).glyphs for font in Font)


@lru_cache(maxsize=TEXTS_REMEMBERED)
def is_clean(text: str) -> bool:
    """True when every character of a text can be printed; a line feed is a line break, not a character. Papers of a sitting share their texts."""
    return all(char == "\n" or is_printable(char) for char in set(text))


class _Widths(dict[str, float]):
    """Character → advance in em, filled as characters are met; a missing character is an error, never an empty box."""

    def __init__(self, font: Font) -> None:
        super().__init__()
        self.font = font

    def __missing__(self, char: str) -> float:
        face = load_face(font_for(self.font, char))
        width = self[char] = face.advances[face.glyphs[char]] / face.units
        return width


WIDTHS = {font: _Widths(font) for font in Font}
"""For each font the advance of a character in em, fallback included; MissingGlyphs for a character that cannot be drawn."""


def font_for(font: Font, char: str) -> Font:
    """Return the first font of the chain that draws the character; MissingGlyphs when none does."""
    if is_printable(char):
        return next(candidate for candidate in CHAINS[font] if char in load_face(candidate).glyphs)
    raise MissingGlyphs([MissingGlyph(char, say("版面文字"))])


def text_width(text: str, font: Font, size: float) -> float:
    """Return the natural width of the text in points at `size` points."""
    widths = WIDTHS[font]
    return sum([widths[char] for char in text]) * size


def runs_by_font(text: str, font: Font) -> list[tuple[Font, str]]:
    """Return the text cut where the face changes because the wanted one lacks a character."""
    glyphs = load_face(font).glyphs
    if all(char in glyphs for char in text):
        return [(font, text)]
    runs: list[tuple[Font, str]] = []
    for char in text:
        used = font_for(font, char)
        if runs and runs[-1][0] is used:
            runs[-1] = (used, runs[-1][1] + char)
        else:
            runs.append((used, char))
    return runs


class GlyphCheck:
    """Collects, over all texts of a print job, the characters that cannot be printed, each with its place."""

    def __init__(self) -> None:
        self.missing: list[MissingGlyph] = []

    def add(self, text: str, place: Message) -> None:
        """Look at one text; a line feed is a line break, not a character."""
        if not is_clean(text):
            self.missing += [MissingGlyph(char, place) for char in sorted(set(text) - {"\n"}) if not is_printable(char)]

    def add_all(self, texts: Iterable[str], place: Message) -> None:
        """Look at texts that share a place; a character is reported once for it."""
        self.add("".join(texts), place)

    def finish(self) -> None:
        """Raise MissingGlyphs when anything was found."""
        if self.missing:
            raise MissingGlyphs(self.missing)

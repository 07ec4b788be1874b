"""Puts a face into a PDF as one Type0 font with two-byte codes, cut down to the characters that the document uses.

A character has the same code in every document, its UTF-16 code unit, so that what was drawn once is drawn again as it stands; one beyond the
first plane has a code of the private use area, which our faces leave empty.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable
from functools import cache
from typing import Any

from reportlab.pdfbase import pdfdoc

from quiz.printing.fonts import POSTSCRIPT_NAMES, Face, Font, load_face
from quiz.printing.outlines import sfnt

CHARACTERS_PER_BLOCK = 100
PRIVATE, LAST_CODE = 0xE000, 0xFFFF
USUAL_WIDTH = 1000
"""Thousandths of an em: a Chinese character; other widths are listed."""


class Flate:
    """Packs the streams of a document, as `pdfdoc` asks for it: a third faster than zlib's usual level, for files a twentieth larger."""

    pdfname = "FlateDecode"
    level = 4

    def encode(self, content: str | bytes) -> bytes:
        """Return the content packed."""
        return zlib.compress(content.encode("ascii") if isinstance(content, str) else content, self.level)


FLATE = Flate()


def encode(text: str, font: Font) -> str:
    """Return the codes of the text in hexadecimal, as a PDF `Tj` takes them; the face must have every character."""
    raw = text.encode("utf-16-be")
    if len(raw) > 2 * len(text):
        raw = text.translate(_codes_beyond(font)).encode("utf-16-be")
    return raw.hex()


@cache
def _codes_beyond(font: Font) -> dict[int, int]:
    """Code point → code of the characters beyond the first plane, in their order."""
    beyond = sorted(ord(char) for char in load_face(font).glyphs if ord(char) > LAST_CODE)
    return {point: PRIVATE + at for at, point in enumerate(beyond)}


class FaceSubset:
    """The characters of one face that one document uses; equal documents are equal bytes."""

    def __init__(self, face: Face) -> None:
        self.face = face
        self._chars: set[str] = set()

    def add(self, texts: Iterable[str]) -> None:
        """Note that the document draws these texts."""
        self._chars.update(*texts)

    def add_to(self, document: Any, name: str) -> None:
        """Register the finished subset with a ReportLab document under the resource name `name`; nothing may be added after it."""
        fonts = document.idToObject[pdfdoc.BasicFonts].dict
        if self._chars:
            fonts[name] = document.Reference(pdfdoc.PDFDictionary(self._composite_font(document)))

    def _coded(self) -> list[tuple[int, str]]:
        """The characters with their codes, in the order of these."""
        beyond = _codes_beyond(self.face.font)
        return sorted((beyond.get(ord(char), ord(char)), char) for char in self._chars)

    def _composite_font(self, document: Any) -> dict[str, Any]:
        coded = self._coded()
        glyphs = [self.face.glyphs[char] for _, char in coded]
        program = sfnt(self.face, [0, *glyphs])
        name = pdfdoc.PDFName(f"{_tag(program)}+{POSTSCRIPT_NAMES[self.face.font]}")
        file = _packed(program, Length1=len(program))
        return {
            "Type": pdfdoc.PDFName("Font"),
            "Subtype": pdfdoc.PDFName("Type0"),
            "BaseFont": name,
            "Encoding": pdfdoc.PDFName("Identity-H"),
            "DescendantFonts": pdfdoc.PDFArray([document.Reference(pdfdoc.PDFDictionary(self._cid_font(document, name, file, coded)))]),
            "ToUnicode": _packed(_to_unicode(coded)),
        }

    def _cid_font(self, document: Any, name: Any, file: Any, coded: list[tuple[int, str]]) -> dict[str, Any]:
        ordering = {"Registry": pdfdoc.PDFString("Adobe"), "Ordering": pdfdoc.PDFString("Identity"), "Supplement": 0}
        widths = [(code, self._per_thousand(self.face.advances[self.face.glyphs[char]])) for code, char in coded]
        return {
            "Type": pdfdoc.PDFName("Font"),
            "Subtype": pdfdoc.PDFName("CIDFontType2"),
            "BaseFont": name,
            "CIDSystemInfo": pdfdoc.PDFDictionary(ordering),
            "CIDToGIDMap": document.Reference(_packed(_glyph_map([code for code, _ in coded]))),
            "DW": USUAL_WIDTH,
            "W": "[" + " ".join(f"{code} [{width}]" for code, width in widths if width != USUAL_WIDTH) + "]",
            "FontDescriptor": document.Reference(pdfdoc.PDFDictionary(self._descriptor(name, file))),
        }

    def _descriptor(self, name: Any, file: Any) -> dict[str, Any]:
        face = self.face
        return {
            "Type": pdfdoc.PDFName("FontDescriptor"),
            "FontName": name,
            "Flags": 4,
            "FontBBox": pdfdoc.PDFArray([self._per_thousand(edge) for edge in face.box]),
            "ItalicAngle": 0,
            "Ascent": self._per_thousand(face.ascent),
            "Descent": self._per_thousand(face.descent),
            "CapHeight": 730,
            "StemV": 80,
            "FontFile2": file,
        }

    def _per_thousand(self, units: int) -> int:
        return round(units * 1000 / self.face.units)


def _packed(content: bytes, **entries: int) -> Any:
    """A stream of the document."""
    return pdfdoc.PDFStream(pdfdoc.PDFDictionary(entries), content, [FLATE])


def _glyph_map(codes: list[int]) -> bytes:
    """Two bytes for each code up to the last: the number of its glyph in the subset, where the glyphs stand in the order of the codes."""
    numbers = bytearray(2 * (codes[-1] + 1))
    for glyph, code in enumerate(codes, start=1):
        numbers[2 * code : 2 * code + 2] = glyph.to_bytes(2, "big")
    return bytes(numbers)


def _to_unicode(coded: list[tuple[int, str]]) -> bytes:
    """The map from codes back to characters, without which a reader cannot search or copy."""
    pairs = [f"<{code:04X}> <{char.encode('utf-16-be').hex().upper()}>" for code, char in coded]
    blocks = [pairs[i : i + CHARACTERS_PER_BLOCK] for i in range(0, len(pairs), CHARACTERS_PER_BLOCK)]
    body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
        f"1 begincodespacerange <0000> <FFFF> endcodespacerange\n{body}\n"
        "endcmap CMapName currentdict /CMap defineresource pop end end\n"
    ).encode("ascii")


def _tag(program: bytes) -> str:
    """Six letters that tell this subset from another, as the PDF standard asks."""
    number = int.from_bytes(hashlib.sha256(program).digest()[:8], "big")
    return "".join(chr(65 + number // 26**i % 26) for i in range(6))

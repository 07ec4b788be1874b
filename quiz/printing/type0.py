"""Puts a face into a PDF as one Type0 font with two-byte codes, cut down to the characters that the document uses."""

from __future__ import annotations

import hashlib
from typing import Any

from reportlab.pdfbase import pdfdoc

from quiz.printing.fonts import POSTSCRIPT_NAMES, Face
from quiz.printing.outlines import sfnt

CHARACTERS_PER_BLOCK = 100


class _Codes(dict[str, str]):
    """Character → code, given when a character is met first."""

    def __missing__(self, char: str) -> str:
        code = self[char] = f"{len(self) + 1:04X}"
        return code


class FaceSubset:
    """The characters of one face that one document uses; each gets a code in the order of first use, so equal documents are equal bytes."""

    def __init__(self, face: Face) -> None:
        self.face = face
        self._codes = _Codes()
        self._encoded: dict[str, str] = {}

    def encode(self, text: str) -> str:
        """Return the codes of the text in hexadecimal, as a PDF `Tj` takes them; the face must have every character."""
        known = self._encoded.get(text)
        if known is None:
            codes = self._codes
            known = self._encoded[text] = "".join([codes[char] for char in text])
        return known

    def add_to(self, document: Any, name: str) -> None:
        """Register the finished subset with a ReportLab document under the resource name `name`; nothing may be encoded after it."""
        fonts = document.idToObject[pdfdoc.BasicFonts].dict
        if self._codes:
            fonts[name] = document.Reference(pdfdoc.PDFDictionary(self._composite_font(document)))

    def _glyphs(self) -> list[int]:
        return [0, *(self.face.glyphs[char] for char in self._codes)]

    def _composite_font(self, document: Any) -> dict[str, Any]:
        program = sfnt(self.face, self._glyphs())
        name = pdfdoc.PDFName(f"{_tag(program)}+{POSTSCRIPT_NAMES[self.face.font]}")
        file = pdfdoc.PDFStream(pdfdoc.PDFDictionary({"Length1": len(program)}), program, [pdfdoc.PDFZCompress])
        return {
            "Type": pdfdoc.PDFName("Font"),
            "Subtype": pdfdoc.PDFName("Type0"),
            "BaseFont": name,
            "Encoding": pdfdoc.PDFName("Identity-H"),
            "DescendantFonts": pdfdoc.PDFArray([document.Reference(pdfdoc.PDFDictionary(self._cid_font(document, name, file)))]),
            "ToUnicode": pdfdoc.PDFStream(content=self._to_unicode(), filters=[pdfdoc.PDFZCompress]),
        }

    def _cid_font(self, document: Any, name: Any, file: Any) -> dict[str, Any]:
        ordering = {"Registry": pdfdoc.PDFString("Adobe"), "Ordering": pdfdoc.PDFString("Identity"), "Supplement": 0}
        widths = [self._per_thousand(self.face.advances[glyph]) for glyph in self._glyphs()]
        return {
            "Type": pdfdoc.PDFName("Font"),
            "Subtype": pdfdoc.PDFName("CIDFontType2"),
            "BaseFont": name,
            "CIDSystemInfo": pdfdoc.PDFDictionary(ordering),
            "CIDToGIDMap": pdfdoc.PDFName("Identity"),
            "DW": 1000,
            "W": pdfdoc.PDFArray([0, pdfdoc.PDFArray(widths)]),
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

    def _to_unicode(self) -> bytes:
        """The map from codes back to characters, without which a reader cannot search or copy."""
        pairs = [f"<{code}> <{char.encode('utf-16-be').hex().upper()}>" for char, code in self._codes.items()]
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

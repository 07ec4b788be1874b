"""Builds the two faces that papers are printed with, the same bytes on every run; a maintainer's tool, never needed to run Kaoxue.

    python tools/build_fonts.py SERIF SANS UNIHAN [FOLDER]

SERIF and SANS are the unpacked npm packages @expo-google-fonts/noto-serif-sc and @expo-google-fonts/noto-sans-sc; UNIHAN is
Unihan_OtherMappings.txt (plain or .bz2), which marks the 8,105 characters of the 通用规范汉字表 as kTGH. FOLDER is
quiz/printing/fonts when left out. It needs fontTools, takes a few minutes and downloads nothing.

What is changed against Noto (the Open Font License asks that a changed font says so, and the families are renamed): hints, layout tables
and glyphs without an outline are dropped; — is drawn from edge to edge so that a doubled dash is one line; · takes a full cell.
"""

import bz2
import hashlib
import io
import lzma
import re
import sys
import unicodedata
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FOLDER = Path(__file__).resolve().parent.parent / "quiz" / "printing" / "fonts"
EM_DASH, BOX_RULE, MIDDLE_DOT, HYPHENATION_POINT = 0x2014, 0x2500, 0x00B7, 0x2027
SYMBOL_BLOCKS = (
    (0x20, 0x7E), (0xA0, 0x17F), (0x391, 0x3C9), (0x2010, 0x2044), (0x20AC, 0x20AC), (0x2100, 0x214F), (0x2150, 0x218F), (0x2190, 0x21FF),
    (0x2200, 0x22FF), (0x2460, 0x24FF), (0x2500, 0x257F), (0x25A0, 0x25FF), (0x2600, 0x266F), (0x2713, 0x2717), (0x3000, 0x303F),
    (0x3220, 0x3243), (0x3280, 0x32B0), (0x3380, 0x33DF), (0xFF01, 0xFF5E), (0xFFE0, 0xFFE6),
)  # fmt: skip
NAMES_KEPT = {0, 5, 7, 13, 14}  # copyright, version, trademark, licence, licence address
CHANGED = "; changed for Kaoxue: subset, hints and layout tables dropped, em dash and middle dot at full width"


def common_characters(unihan: Path) -> set[int]:
    """Return GB2312, the 通用规范汉字表 and the symbols that papers use."""
    raw = bz2.decompress(unihan.read_bytes()) if unihan.suffix == ".bz2" else unihan.read_bytes()
    listed = {int(code, 16) for code in re.findall(r"^U\+(\w+)\tkTGH\t", raw.decode(), re.MULTILINE)}
    if len(listed) != 8105:
        raise SystemExit(f"{unihan}: {len(listed)} characters are marked kTGH, expected 8105")
    rows = (bytes((high, low)).decode("gb2312", "ignore") for high in range(0xA1, 0xF8) for low in range(0xA1, 0xFF))
    blocks = {code for first, last in SYMBOL_BLOCKS for code in range(first, last + 1)}
    return listed | {ord(text) for text in rows if text} | blocks


def printable(font: TTFont) -> set[int]:
    """Return the characters that the font really draws: an outline, or a space that is meant to be empty."""
    outlines = font["glyf"]
    return {
        code
        for code, glyph in font.getBestCmap().items()
        if unicodedata.category(chr(code))[0] != "C" and (outlines[glyph].numberOfContours or unicodedata.category(chr(code)) == "Zs")
    }


def widen_dash_and_dot(font: TTFont) -> None:
    """Point — at the rule that fills its cell and · at the dot in a full cell."""
    for table in font["cmap"].tables:
        if table.isUnicode() and table.format in {4, 12}:
            table.cmap[EM_DASH] = table.cmap[BOX_RULE]
            table.cmap[MIDDLE_DOT] = table.cmap[HYPHENATION_POINT]


def rename(font: TTFont, family: str) -> None:
    """Give the font the family's name and say that it was changed; copyright and licence lines stay."""
    table = font["name"]
    table.names = [record for record in table.names if record.nameID in NAMES_KEPT]
    for record in table.names:
        if record.nameID == 5:
            record.string = str(record) + CHANGED
    for identifier, text in ((1, family), (2, "Regular"), (3, family), (4, family), (6, family.replace(" ", ""))):
        table.setName(text, identifier, 3, 1, 0x409)


def build(source: Path, family: str, wanted: set[int] | None) -> bytes:
    """Return the face as TrueType bytes: `wanted` characters, or all when None."""
    font = TTFont(source, recalcTimestamp=False)
    widen_dash_and_dot(font)
    options = Options()
    options.hinting = False
    options.layout_features = []
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "STAT", "vhea", "vmtx", "gasp", "prep", "DSIG"]
    options.name_IDs, options.name_languages = ["*"], ["*"]
    options.notdef_outline, options.glyph_names = True, False
    subsetter = Subsetter(options)
    drawn = printable(font)
    subsetter.populate(unicodes=drawn if wanted is None else drawn & wanted)
    subsetter.subset(font)
    font["cmap"].tables = [table for table in font["cmap"].tables if (table.platformID, table.platEncID) == (3, 10)]
    rename(font, family)
    out = io.BytesIO()
    font.save(out, reorderTables=True)
    print(f"{family}: {len(font.getBestCmap())} characters, {out.tell():,} bytes")
    return out.getvalue()


def main(serif: str, sans: str, unihan: str, folder: str = str(FOLDER)) -> None:
    """Write both faces, their licences and SHA256SUMS into `folder`."""
    target = Path(folder)
    common = common_characters(Path(unihan))
    faces = {
        "song": build(Path(serif, "400Regular", "NotoSerifSC_400Regular.ttf"), "Kaoxue Song", None),
        "hei": build(Path(sans, "700Bold", "NotoSansSC_700Bold.ttf"), "Kaoxue Hei", common),
    }
    sums = []
    for name, data in faces.items():
        packed = lzma.compress(data, preset=9 | lzma.PRESET_EXTREME)
        (target / f"exam-{name}.ttf.xz").write_bytes(packed)
        sums.append(f"{hashlib.sha256(packed).hexdigest()}  exam-{name}.ttf.xz\n")
        print(f"exam-{name}.ttf.xz: {len(packed):,} bytes")
    (target / "SHA256SUMS").write_text("".join(sums), encoding="ascii")
    for name, package in (("song", serif), ("hei", sans)):
        (target / f"OFL-{name}.txt").write_bytes(Path(package, "LICENSE_FONT").read_bytes())


if __name__ == "__main__":
    if len(sys.argv) not in {4, 5}:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])

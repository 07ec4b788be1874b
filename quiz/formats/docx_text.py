"""A Word document → numbered paragraphs and tables with automatic numbers, marks and text boxes; names what has no text, runs nothing in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from quiz.core.message import Diagnostic, Message, say
from quiz.formats.docx_looks import OFF, Looks
from quiz.formats.docx_numbering import Numbering
from quiz.formats.marked_text import Cell, Grid, Marked, Paragraph, Row, join, plain
from quiz.formats.office_zip import Node, OfficeFile
from quiz.formats.report import Refused, Report

PICTURE = "〔图〕"
"""Stands where a picture was."""

SKIPPED = frozenset(["w:pPr", "w:rPr", "w:tblPr", "w:trPr", "w:tcPr", "w:sectPr", "w:del", "w:moveFrom", "w:delText", "w:rt", "mc:Fallback"])
"""Elements whose text is not part of the document as printed."""

SYMBOLS = {
    "wingdings": {0xFC: "√", 0xFB: "×", 0xFE: "☑", 0xFD: "☒", 0xA8: "□", 0x6F: "□", 0x6E: "■", 0xA1: "○", 0x6C: "●"},
    "wingdings 2": {0x50: "√", 0x4F: "×", 0x52: "☑", 0x51: "☒", 0xA3: "□"},
    "symbol": {0xB4: "×", 0xD6: "√", 0xA3: "≤", 0xB3: "≥", 0xB1: "±", 0xB0: "°"},
}
"""Characters of the symbol fonts that people use for ticks and boxes, by the low byte of their code."""

PRIVATE = re.compile("[\uf020-\uf0ff]")
"""How Word stores characters of symbol fonts in ordinary text."""

SUPERSCRIPT = str.maketrans("0123456789+-()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ")
SUBSCRIPT = str.maketrans("0123456789+-()", "₀₁₂₃₄₅₆₇₈₉₊₋₍₎")

BROKEN_FIELD = say("这一段里有用域代码画的符号（如带圈字符），没有读到，请补上。")
NO_PICTURE = say("这一段里有图片或图形，没有导入，原处写作“〔图〕”。")
FORMULA = say("这一段里有公式，已按一行文字读取，请核对。")
BOX = say("这里有文本框，框里的文字接在它所在的段落后面读取，请核对次序。")
REVISED = say("文档里有修订，从这一段起按“接受全部修订”读取，请核对。")
HIDDEN = say("这一段里有隐藏文字，已照常读取，请核对。")
NOTE = say("这一段带有脚注、尾注或批注，注里的文字没有读取。")
EMBEDDED = say("这里嵌入了另一份文档，没有读取。请打开它，把文字复制过来。")
SYMBOL = say("这一段里有特殊符号字体的字符，写作“□”，请核对。")


@dataclass(frozen=True, slots=True)
class Document:
    """The paragraphs and tables in order, and what could not be read."""

    blocks: tuple[Paragraph | Grid, ...]
    diagnostics: tuple[Diagnostic, ...]


def read_document(content: bytes, file: str) -> Document:
    """Return the text of a .docx; a file that cannot be read at all gives no blocks and the reason. Never raises for bad content.

    Paragraphs are numbered from 1 in document order, those in tables and text boxes included; a diagnostic's line is that number.
    """
    try:
        package = OfficeFile(content, ".docx")
        main = package.main_part("word/document.xml")
        root = package.part(main)
        body = root.find("w:body") if root else None
        if body is None:
            raise Refused("I801", say("文件里没有 Word 正文。请用 Word 或 WPS 打开，另存为 .docx 后再试。"))
        parts = dict(package.targets(main).values())
        styles = package.part(parts.get("styles", "word/styles.xml"))
        reader = _Reader(file, Numbering(package.part(parts.get("numbering", "word/numbering.xml")), styles), Looks(styles))
        blocks = tuple(reader.blocks(body))
    except Refused as refused:
        return Document((), (Diagnostic(file, 1, 1, refused.rule, refused.message),))
    return Document(blocks, reader.notes.told())


class _Reader:
    """Walks the body once, counting paragraphs and list numbers."""

    def __init__(self, file: str, numbering: Numbering, looks: Looks) -> None:
        self.numbering, self.looks = numbering, looks
        self.notes = Report(file)
        self.number = 0
        self.is_revised = False
        self.boxes: list[Node] = []

    def report(self, rule: str, message: Message) -> None:
        """Add a diagnostic at the current paragraph, once a paragraph for each message."""
        self.notes.add(self.number, rule, message)

    def blocks(self, parent: Node) -> Iterator[Paragraph | Grid]:
        """Yield the blocks in `parent`; wrappers such as content controls are looked into."""
        for node in parent.children:
            if node.tag == "w:p":
                yield from self.paragraph(node)
            elif node.tag == "w:tbl":
                yield self.grid(node)
            elif node.tag == "w:altChunk":
                self.report("I808", EMBEDDED)
            elif node.tag == "mc:AlternateContent":
                yield from self.blocks(_chosen(node))
            elif node.tag not in SKIPPED:
                yield from self.blocks(node)

    def paragraph(self, node: Node) -> Iterator[Paragraph | Grid]:
        """Yield a paragraph and, after it, the text boxes anchored in it."""
        self.number += 1
        number = self.number
        label = self.numbering.label(node)
        outer, self.boxes = self.boxes, []
        style = self.looks.of_style(node.value("w:pPr", "w:pStyle"))
        text = join(self.inline(node, style))
        if node.find("w:pPr", "w:rPr", "w:del") is not None:
            self.revised()
        yield Paragraph(number, plain(label + (" " if label and text else "")) + text)
        boxes, self.boxes = self.boxes, outer
        for box in boxes:
            self.report("I802", BOX)
            yield from self.blocks(box)

    def inline(self, parent: Node, style: dict[int, bool]) -> Iterator[Marked]:
        """Yield the text of the runs in `parent`."""
        for node in parent.children:
            if node.tag == "w:r":
                yield from self.run(node, style)
            elif node.tag in {"w:del", "w:moveFrom"}:
                self.revised()
            elif node.tag == "m:oMath":
                self.report("I802", FORMULA)
                yield plain("".join(part.text for part in node.walk() if part.tag == "m:t"))
            elif node.tag == "mc:AlternateContent":
                yield from self.inline(_chosen(node), style)
            elif node.tag not in SKIPPED:
                if node.tag in {"w:ins", "w:moveTo"}:
                    self.revised()
                yield from self.inline(node, style)

    def revised(self) -> None:
        """Tell once that the document has revisions."""
        if not self.is_revised:
            self.is_revised = True
            self.report("I802", REVISED)

    def run(self, run: Node, style: dict[int, bool]) -> Iterator[Marked]:
        """Yield the text of one run with its marks."""
        properties = run.find("w:rPr")
        bits = self.looks.of_run(properties, style)
        raised = properties.value("w:vertAlign") if properties else None
        hidden = properties.value("w:vanish") if properties else None
        for text in self.pieces(run):
            if text.strip() and hidden is not None and hidden not in OFF:
                self.report("I802", HIDDEN)
            shown = _raised(self.from_font(text, properties), raised)
            yield Marked(shown, bytes([bits]) * len(shown))

    def from_font(self, text: str, properties: Node | None) -> str:
        """Return the text with the private characters of a symbol font as the ticks and boxes that they show."""
        if not PRIVATE.search(text):
            return text
        fonts = properties.find("w:rFonts") if properties else None
        named = (fonts.attributes if fonts else {}).get("w:ascii", "").lower()
        return PRIVATE.sub(lambda match: self.known_symbol(named, ord(match[0]) & 0xFF), text)

    def pieces(self, parent: Node) -> Iterator[str]:
        """Yield the texts in a run, in order."""
        for node in parent.children:
            if node.tag == "w:t":
                yield node.text.replace("\r", "").replace("\n", " ")
            elif node.tag in {"w:tab", "w:ptab"}:
                yield "\t"
            elif node.tag in {"w:br", "w:cr"}:
                yield "\n"
            elif node.tag == "w:noBreakHyphen":
                yield "-"
            elif node.tag == "w:sym":
                yield self.symbol(node)
            elif node.tag == "mc:AlternateContent":
                yield from self.pieces(_chosen(node))
            elif node.tag in {"w:drawing", "w:pict", "w:object"}:
                yield from self.drawing(node)
            elif node.tag in {"w:footnoteReference", "w:endnoteReference", "w:commentReference"}:
                self.report("I808", NOTE)
            elif node.tag == "w:instrText" and node.text.strip().lower().startswith("eq"):
                self.report("I808", BROKEN_FIELD)
            elif node.tag == "w:ruby":
                yield from (part.text for part in _without(node, "w:rt") if part.tag == "w:t")

    def drawing(self, node: Node) -> Iterator[str]:
        """Put text boxes aside, and yield a placeholder for a picture."""
        is_picture = False
        for part in _without(node, "w:txbxContent"):
            if part.tag == "w:txbxContent":
                self.boxes.append(part)
            is_picture = is_picture or part.tag in {"o:blip", "o:imagedata", "o:chart", "o:relIds", "o:OLEObject"}
        if is_picture:
            self.report("I805", NO_PICTURE)
            yield PICTURE

    def symbol(self, node: Node) -> str:
        """Return the character of a symbol font."""
        font = node.attributes.get("w:font", "").lower()
        try:
            code = int(node.attributes.get("w:char", ""), 16) & 0xFF
        except ValueError:
            code = 0
        return self.known_symbol(font, code)

    def known_symbol(self, font: str, code: int) -> str:
        """Return a symbol as ordinary text; □, reported, for one that is not known."""
        known = SYMBOLS.get(font, {}).get(code)
        if known is None:
            self.report("I805", SYMBOL)
        return known or "□"

    def grid(self, table: Node) -> Grid:
        """Return a table; a cell spanning columns is followed by empty ones."""
        rows = []
        for row in _inside(table, "w:tr"):
            first, cells = self.number + 1, []
            for cell in _inside(row, "w:tc"):
                merge = cell.find("w:tcPr", "w:vMerge")
                is_continued = merge is not None and merge.attributes.get("w:val", "continue") != "restart"
                cells.append(Cell(tuple(self.flat(cell)), is_continued))
                span = cell.value("w:tcPr", "w:gridSpan") or "1"
                cells += [Cell(())] * (min(int(span), 64) - 1 if span.isdecimal() else 0)
            rows.append(Row(first, tuple(cells)))
        return Grid(tuple(rows))

    def flat(self, cell: Node) -> Iterator[Paragraph]:
        """Yield the paragraphs of a cell, those of tables within it included."""
        for block in self.blocks(cell):
            if isinstance(block, Paragraph):
                yield block
            else:
                yield from (paragraph for row in block.rows for inner in row.cells for paragraph in inner.paragraphs)


def _chosen(node: Node) -> Node:
    """Return the first choice of an alternative, else its fallback."""
    return node.find("mc:Choice") or node.find("mc:Fallback") or Node("", {})


def _inside(parent: Node, tag: str) -> Iterator[Node]:
    """Yield the nearest `tag` elements below `parent`, through wrappers such as content controls and accepted revisions."""
    for node in parent.children:
        if node.tag == tag:
            yield node
        elif node.tag not in SKIPPED and node.tag not in {"w:tbl", "w:p"}:
            yield from _inside(node, tag)


def _without(parent: Node, stop: str) -> Iterator[Node]:
    """Yield everything below `parent` in order, but nothing inside a `stop` element or a fallback."""
    waiting = list(reversed(parent.children))
    while waiting:
        node = waiting.pop()
        if node.tag == "mc:Fallback":
            continue
        yield node
        if node.tag != stop:
            waiting.extend(reversed(node.children))


def _raised(text: str, place: str | None) -> str:
    """Return super- and subscript digits as such (10⁵ is not 105); other letters stay plain."""
    table = {"superscript": SUPERSCRIPT, "subscript": SUBSCRIPT}.get(place or "")
    if table is None or not all(ord(char) in table for char in text):
        return text
    return text.translate(table)

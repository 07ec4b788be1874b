"""A PDF document written side by side with ReportLab; draws the marks it is given and decides nothing about layout."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any, BinaryIO

from reportlab import rl_config
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen import canvas

from quiz.core.picture import NO_PICTURES
from quiz.printing.fonts import Font, load_face, runs_by_font, text_width
from quiz.printing.geometry import Geometry
from quiz.printing.marks import Mark, Row
from quiz.printing.operators import RESOURCE_NAMES, Drawn, Style, draw, draw_row, turn
from quiz.printing.type0 import FLATE, FaceSubset, encode

rl_config.useA85 = 0  # pictures as they are packed, not as text: a quarter smaller, and much faster


class _Canvas(canvas.Canvas):  # type: ignore[misc]
    """A canvas that writes no standard font into the file: every glyph of ours is embedded."""

    def _make_preamble(self) -> None:
        self._preamble = ""


class Sheets:
    """The sides of one PDF, in order. Equal calls give equal bytes: no date, no random id. A picture is in the file once, however often drawn."""

    def __init__(self, out: BinaryIO, geometry: Geometry, title: str, pictures: Mapping[str, bytes] = NO_PICTURES) -> None:
        self._canvas = _Canvas(out, pagesize=(geometry.width, geometry.height), invariant=1, pageCompression=0)
        self._width, self._height = geometry.width, geometry.height
        self._canvas.setTitle(title)
        self._canvas.setAuthor("Kaoxue")
        self._canvas.setCreator("Kaoxue")
        self._canvas._doc.defaultStreamFilters = [FLATE]  # without ReportLab's ASCII85 on top
        self._pictures = pictures
        self._drawing: list[str] = []
        self._texts: list[tuple[float, float, Drawn]] = []
        self._words: set[tuple[Font, str]] = set()

    def add_row(self, row: Row, x: float, y: float) -> None:
        """Draw a row whose lower left corner is at (x, y)."""
        if row.number:
            self._add(draw_row(row.number), x, y)
        if row.marks:
            self._add(draw_row(row.marks), x, y)

    def add_marks(self, marks: Iterable[Mark], x: float = 0.0, y: float = 0.0) -> None:
        """Draw marks moved by (x, y)."""
        self._add(draw(marks), x, y)

    def _add(self, drawn: Drawn, x: float, y: float) -> None:
        if drawn.texts:
            self._texts.append((x, y, drawn))
        if drawn.strokes:
            self._drawing.append(f"q 1 0 0 1 {x:.2f} {y:.2f} cm {drawn.strokes} Q")
        for image in drawn.images:
            name = self._image_name(image.digest)
            self._drawing.append(f"q {image.width:.2f} 0 0 {image.height:.2f} {x + image.x:.2f} {y + image.y:.2f} cm /{name} Do Q")

    def add_upward(self, x: float, y: float, text: str, font: Font, size: float, spacing: float = 0.0) -> None:
        """Draw a text that reads upwards, its base line at x, beginning at y; `spacing` is added after each character."""
        for used, run in runs_by_font(text, font):
            self._words.add((used, run))
            self._drawing.append(f"BT /{RESOURCE_NAMES[used]} {size:.2f} Tf {spacing:.3f} Tc 0 1 -1 0 {x:.2f} {y:.2f} Tm <{encode(run, used)}> Tj ET")
            y += text_width(run, used, size) + spacing * len(run)

    def add_dots(self, x: float, y: float, y_end: float) -> None:
        """Draw a dotted upright line."""
        self._drawing.append(f"q 1 J [0 3] 0 d 1.1 w {x:.2f} {y:.2f} m {x:.2f} {y_end:.2f} l S Q")

    def add_tinted(self, marks: Iterable[Mark], colour: tuple[float, float, float], x: float = 0.0, y: float = 0.0) -> None:
        """Draw marks at once in a colour (red, green, blue from 0 to 1), over what is there and under the texts that `add_marks` was given."""
        outer = self._drawing, self._texts
        self._drawing, self._texts = [], []
        self.add_marks(marks, x, y)
        inner = [*self._drawing, *self._text_operators()]
        self._drawing, self._texts = outer
        if inner:
            tint = " ".join(f"{part:g}" for part in colour)
            self._drawing.append("\n".join([f"q {tint} rg {tint} RG", *inner, "Q"]))

    def add_white(self, x: float, y: float, width: float, height: float) -> None:
        """Cover a rectangle with white."""
        self._drawing.append(f"q 1 g {x:.2f} {y:.2f} {width:.2f} {height:.2f} re f Q")

    def add_squares(self, squares: Iterable[tuple[float, float, float, float]]) -> None:
        """Fill black rectangles given as x, y, width, height."""
        self._drawing.append(" ".join(f"{x:.2f} {y:.2f} {w:.2f} {h:.2f} re" for x, y, w, h in squares) + " f")

    def add_bars(self, bars: Iterable[tuple[int, int, int]], x: float, y: float, module: float) -> None:
        """Fill black bars of a code whose lower left corner is at (x, y), given in modules of this width as left end, row from the bottom, length."""
        drawn = " ".join([f"{left} {up} {length} 1 re" for left, up, length in bars])
        self._drawing.append(f"q {module:.5f} 0 0 {module:.5f} {x:.2f} {y:.2f} cm {drawn} f Q")

    def end_side(self, *, is_turned: bool = False) -> None:
        """Finish the side and begin the next; a turned one stands upside down."""
        operators = [*self._drawing, *self._text_operators()]
        if is_turned:
            operators = [f"q -1 0 0 -1 {self._width:.2f} {self._height:.2f} cm", *operators, "Q"]
        self._canvas._code.append("\n".join(operators))
        self._canvas.showPage()
        self._drawing, self._texts = [], []

    def finish(self) -> None:
        """Write the document; nothing may be drawn after it."""
        document: Any = self._canvas._doc
        for font, name in RESOURCE_NAMES.items():
            subset = FaceSubset(load_face(font))
            subset.add(word for used, word in self._words if used is font)
            subset.add_to(document, name)
        self._canvas.save()

    def _image_name(self, digest: str) -> str:
        """The name by which the page draws a picture; its bytes are added to the document at first use."""
        document: Any = self._canvas._doc
        name = f"P{digest}"
        if not document.hasForm(name):
            image = pdfdoc.PDFImageXObject(name, ImageReader(BytesIO(self._pictures[digest])))
            image.name = name
            document.addForm(name, image)
        self._canvas._formsinuse.append(name)
        return str(document.getXObjectName(name))

    def _text_operators(self) -> list[str]:
        """The page's texts as one text object, moving from each to the next."""
        if not self._texts:
            return []
        operators = ["BT 0 Tc"]
        style: Style | None = None
        at_x = at_y = 0.0
        for x, y, drawn in self._texts:
            for across, up, own, show, text in drawn.texts:
                if own is not style:
                    operators += turn(style, own)
                    style = own
                to_x, to_y = round(x + across, 2), round(y + up, 2)
                operators.append(f"{to_x - at_x:.2f} {to_y - at_y:.2f} {show}")
                at_x, at_y = to_x, to_y
                self._words.add((own[0], text))
        operators.append("ET")
        return operators

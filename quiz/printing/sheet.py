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
from quiz.printing.marks import HAIRLINE, Box, Image, Mark, Row, Stroke, Text
from quiz.printing.type0 import FaceSubset

rl_config.useA85 = 0  # pictures as they are packed, not as text: a quarter smaller, and much faster
RESOURCE_NAMES = {Font.SONG: "F1", Font.HEI: "F2"}


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
        self._canvas._doc.defaultStreamFilters = [pdfdoc.PDFZCompress]  # zlib without ReportLab's ASCII85 on top
        self._subsets = {font: FaceSubset(load_face(font)) for font in Font}
        self._pictures = pictures
        self._drawing: list[str] = []
        self._texts: list[tuple[float, float, Text]] = []

    def add_row(self, row: Row, x: float, y: float) -> None:
        """Draw a row whose lower left corner is at (x, y)."""
        self.add_marks(row.marks, x, y)

    def add_marks(self, marks: Iterable[Mark], x: float = 0.0, y: float = 0.0) -> None:
        """Draw marks moved by (x, y)."""
        for mark in marks:
            if isinstance(mark, Text):
                self._texts.append((x + mark.x, y + mark.y, mark))
            elif isinstance(mark, Stroke):
                ends = f"{x + mark.x:.2f} {y + mark.y:.2f} m {x + mark.x_end:.2f} {y + mark.y_end:.2f} l"
                self._drawing.append(f"{mark.width:g} w {ends} S")
            elif isinstance(mark, Box):
                self._drawing.append(f"{HAIRLINE} w {x + mark.x:.2f} {y + mark.y:.2f} {mark.width:.2f} {mark.height:.2f} re S")
            elif isinstance(mark, Image):
                name = self._image_name(mark.digest)
                self._drawing.append(f"q {mark.width:.2f} 0 0 {mark.height:.2f} {x + mark.x:.2f} {y + mark.y:.2f} cm /{name} Do Q")

    def add_upward(self, x: float, y: float, text: str, font: Font, size: float, spacing: float = 0.0) -> None:
        """Draw a text that reads upwards, its base line at x, beginning at y; `spacing` is added after each character."""
        for used, run in runs_by_font(text, font):
            codes = self._subsets[used].encode(run)
            self._drawing.append(f"BT /{RESOURCE_NAMES[used]} {size:.2f} Tf {spacing:.3f} Tc 0 1 -1 0 {x:.2f} {y:.2f} Tm <{codes}> Tj ET")
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
        for font, subset in self._subsets.items():
            subset.add_to(document, RESOURCE_NAMES[font])
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
        font, spacing, at_x, at_y = ("", 0.0), 0.0, 0.0, 0.0
        for text_x, text_y, text in self._texts:
            if (text.font, text.size) != font:
                operators.append(f"/{RESOURCE_NAMES[text.font]} {text.size:g} Tf")
                font = (text.font, text.size)
            if text.spacing != spacing:
                operators.append(f"{text.spacing:.3f} Tc")
                spacing = text.spacing
            x, y = round(text_x, 2), round(text_y, 2)
            operators.append(f"{x - at_x:.2f} {y - at_y:.2f} Td <{self._subsets[text.font].encode(text.text)}> Tj")
            at_x, at_y = x, y
        operators.append("ET")
        return operators

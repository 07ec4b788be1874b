"""The answer sheet (答题卡) as a value: where every bubble, box and mark stands, in millimetres from the upper left corner of an A4 page.

Printing and reading share this one object. It follows from the shape of the paper alone: no word and no key of a question is in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from quiz.core.answer_sheet import NUMBER_DIGITS, Kind, SheetShape, SlotShape

PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0
CORNERS = ((15.0, 15.0), (195.0, 15.0), (195.0, 282.0), (15.0, 282.0))
"""The centres of the four black squares, clockwise from the upper left: so far in that no scanner cuts them off."""

CORNER_SIDE = 6.0
UPPER_CODE = (163.0, 13.0, 22.0)
LOWER_CODE = (99.0, 273.5, 12.0)
"""The square codes: left, top and side. Two, so that a stain on one loses nothing; their places tell which way up the page is."""

BUBBLE_WIDTH, BUBBLE_HEIGHT = 4.6, 2.8
ACROSS, DOWN = 6.3, 5.2
"""From bubble to bubble in a row, and from row to row."""

LEFT, RIGHT = 15.0, 195.0
INNER_LEFT, INNER_WIDTH = 18.0, 174.0
FIRST_TOP, OTHER_TOP, BOTTOM = 100.0, 43.0, 269.0
"""Where the questions begin on the first page and on the others, and where they end."""

HEADING = 7.5
BAND_GAP = 2.4
GROUP = 5
"""Questions one under the other."""

NUMBER_WIDTH, PLACE_WIDTH, GROUP_GAP = 7.6, 5.0, 2.0
CELL_HEIGHT, CELL_GAP, CELLS_ACROSS = 11.0, 3.0, 2
LINE_HEIGHT, LINES_HEAD = 8.0, 6.0
GRID_LEFT, GRID_TOP, GRID_ACROSS, GRID_DOWN = 104.0, 43.0, 9.1, 4.15
HEAD_BOTTOM = 97.0
GRID_HEAD, GRID_CELL, GRID_GAP = 5.2, 6.0, 1.3
ABSENT = (31.0, 92.2)


@dataclass(frozen=True, slots=True)
class Bubble:
    """A place to fill: for which slot, in which row of it, which choice of the row; its left upper corner and the sign inside."""

    slot: int
    row: int
    choice: int
    x: float
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class WritingBox:
    """A place to write: for which slot and which blank of it (0 for the only one)."""

    slot: int
    blank: int
    x: float
    y: float
    width: float
    height: float
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Label:
    """A number printed beside bubbles or boxes; (x, y) is the right end of its base line."""

    x: float
    y: float
    text: str
    is_small: bool = False


@dataclass(frozen=True, slots=True)
class SectionFrame:
    """The frame around the part of a section that is on a page; its heading stands in its uppermost strip."""

    section: int
    top: float
    bottom: float
    is_continued: bool
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class SheetPage:
    """One page: what is on it besides head, corner marks and codes. Only the first page has a grid for the staff number and the absence mark."""

    number: int
    bubbles: tuple[Bubble, ...]
    boxes: tuple[WritingBox, ...]
    labels: tuple[Label, ...]
    frames: tuple[SectionFrame, ...]
    grid: tuple[Bubble, ...] = ()
    absent: Bubble | None = None

    @property
    def all_bubbles(self) -> tuple[Bubble, ...]:
        """Every bubble of the page: those of the questions, of the staff number, and the absence mark, in this order."""
        return (*self.bubbles, *self.grid, *((self.absent,) if self.absent else ()))

    def area(self, slot: int, blank: int) -> tuple[float, float, float, float] | None:
        """Return left, top, right and bottom of all that belongs to a slot, or to one blank of it, its number included; None when it is not here."""
        corners = [(b.x, b.y, b.x + BUBBLE_WIDTH, b.y + BUBBLE_HEIGHT) for b in self.bubbles if b.slot == slot]
        corners += [(b.x, b.y, b.x + b.width, b.y + b.height) for b in self.boxes if b.slot == slot and b.blank == blank]
        if not corners:
            return None
        lefts, tops, rights, bottoms = zip(*corners, strict=True)
        before = NUMBER_WIDTH + PLACE_WIDTH if len(set(tops)) > 1 else NUMBER_WIDTH
        above = LINES_HEAD if any(box.slot == slot and box.lines > 1 for box in self.boxes) else 0.0
        return min(lefts) - before, min(tops) - above, max(rights), max(bottoms)


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """The pages of a sheet, at least one."""

    pages: tuple[SheetPage, ...]


@dataclass(slots=True)
class _Band:
    """What stands side by side and is never cut: positions count from the band's own top."""

    height: float
    slots: tuple[int, int]
    bubbles: list[Bubble] = field(default_factory=list)
    boxes: list[WritingBox] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)


@lru_cache(maxsize=64)
def layout_of(shape: SheetShape) -> SheetLayout:
    """Return the layout of the sheet of every paper of this shape."""
    pages = [_Page(1, FIRST_TOP)]
    for section, slots in enumerate(shape):
        bands = section_bands(slots)
        for index, band in enumerate(bands):
            frame = index == 0 or pages[-1].section != section
            if pages[-1].y + band.height + (HEADING + BAND_GAP if frame else 0.0) > BOTTOM:
                pages[-1].close()
                pages.append(_Page(len(pages) + 1, OTHER_TOP))
                frame = True
            if frame:
                pages[-1].open(section, is_continued=index > 0)
            pages[-1].add(band)
    pages[-1].close()
    return SheetLayout(tuple(page.finished() for page in pages))


@dataclass(slots=True)
class _Page:
    number: int
    y: float
    section: int = -1
    bubbles: list[Bubble] = field(default_factory=list)
    boxes: list[WritingBox] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    frames: list[SectionFrame] = field(default_factory=list)
    opened: tuple[float, bool] = (0.0, False)
    slots: tuple[int, int] = (0, 0)

    def open(self, section: int, *, is_continued: bool) -> None:
        """Begin the frame of a section."""
        self.close()
        self.section, self.opened, self.slots = section, (self.y, is_continued), (0, 0)
        self.y += HEADING

    def add(self, band: _Band) -> None:
        """Put a band under what is there."""
        self.bubbles += [Bubble(b.slot, b.row, b.choice, round(b.x, 3), round(b.y + self.y, 3), b.label) for b in band.bubbles]
        self.boxes += [WritingBox(b.slot, b.blank, b.x, round(b.y + self.y, 3), b.width, b.height, b.lines) for b in band.boxes]
        self.labels += [Label(label.x, round(label.y + self.y, 3), label.text, label.is_small) for label in band.labels]
        self.y += band.height + BAND_GAP
        self.slots = (self.slots[0] or band.slots[0], band.slots[1])

    def close(self) -> None:
        """End the frame that is open, if one is."""
        if self.section >= 0:
            self.frames.append(SectionFrame(self.section, self.opened[0], round(self.y, 3), self.opened[1], *self.slots))
            self.section = -1

    def finished(self) -> SheetPage:
        """Return the page as a value."""
        is_first = self.number == 1
        return SheetPage(
            self.number,
            tuple(self.bubbles),
            tuple(self.boxes),
            tuple(self.labels),
            tuple(self.frames),
            number_grid() if is_first else (),
            Bubble(0, 0, 0, *ABSENT, "") if is_first else None,
        )


def number_grid() -> tuple[Bubble, ...]:
    """Return the grid for the digits of the staff number: row is the column on the page, from the left, choice the digit."""
    inset = (GRID_ACROSS - BUBBLE_WIDTH) / 2
    top = GRID_TOP + GRID_HEAD + GRID_CELL + GRID_GAP
    return tuple(
        Bubble(0, column, digit, round(GRID_LEFT + column * GRID_ACROSS + inset, 3), round(top + digit * GRID_DOWN, 3), str(digit))
        for column in range(NUMBER_DIGITS)
        for digit in range(10)
    )


def section_bands(slots: tuple[SlotShape, ...]) -> list[_Band]:
    """Return a section's bands: bubbles in groups of five one under the other, pairs each as a group of its own, boxes below."""
    bands: list[_Band] = []
    for kind, run in _runs(slots):
        if kind is Kind.CHOICE:
            bands += _group_bands([run[at : at + GROUP] for at in range(0, len(run), GROUP)], NUMBER_WIDTH)
        elif kind is Kind.PAIRS:
            bands += _group_bands([(slot,) for slot in run], NUMBER_WIDTH + PLACE_WIDTH)
        elif kind is Kind.BLANKS:
            bands += _cell_bands(run)
        else:
            bands += [_lines_band(slot) for slot in run]
    return bands


def _runs(slots: tuple[SlotShape, ...]) -> list[tuple[Kind, tuple[SlotShape, ...]]]:
    """The slots cut where the kind changes, as it does within a case."""
    runs: list[tuple[Kind, tuple[SlotShape, ...]]] = []
    for slot in slots:
        if runs and runs[-1][0] is slot.kind:
            runs[-1] = (slot.kind, (*runs[-1][1], slot))
        else:
            runs.append((slot.kind, (slot,)))
    return runs


def _group_bands(groups: list[tuple[SlotShape, ...]], before: float) -> list[_Band]:
    """Groups side by side, as many as the widest lets."""
    most = max(len(slot.labels) for group in groups for slot in group)
    across = max(1, int(INNER_WIDTH // (before + most * ACROSS + GROUP_GAP)))
    pitch = INNER_WIDTH / across
    bands = []
    for at in range(0, len(groups), across):
        side = groups[at : at + across]
        rows = max(sum(slot.rows for slot in group) for group in side)
        band = _Band(rows * DOWN, (side[0][0].number, side[-1][-1].number))
        for index, group in enumerate(side):
            _add_group(band, group, INNER_LEFT + index * pitch, before)
        bands.append(band)
    return bands


def _add_group(band: _Band, group: tuple[SlotShape, ...], x: float, before: float) -> None:
    y = (DOWN - BUBBLE_HEIGHT) / 2
    for slot in group:
        band.labels.append(Label(x + NUMBER_WIDTH - 1.4, y + BUBBLE_HEIGHT - 0.4, str(slot.number)))
        for row in range(slot.rows):
            if slot.row_labels:
                band.labels.append(Label(x + before - 1.6, y + BUBBLE_HEIGHT - 0.4, slot.row_labels[row], is_small=True))
            band.bubbles += [Bubble(slot.number, row, n, x + before + n * ACROSS, y, label) for n, label in enumerate(slot.labels)]
            y += DOWN


def _cell_bands(slots: tuple[SlotShape, ...]) -> list[_Band]:
    """A box for each blank, two in a row; the blanks of a question are numbered when there are several."""
    cells = [(slot, blank) for slot in slots for blank in range(slot.rows)]
    width = (INNER_WIDTH - CELL_GAP) / CELLS_ACROSS
    bands = []
    for at in range(0, len(cells), CELLS_ACROSS):
        side = cells[at : at + CELLS_ACROSS]
        band = _Band(CELL_HEIGHT, (side[0][0].number, side[-1][0].number))
        for index, (slot, blank) in enumerate(side):
            x = INNER_LEFT + index * (width + CELL_GAP)
            text = f"{slot.number}({blank + 1})" if slot.rows > 1 else str(slot.number)
            band.labels.append(Label(x + 10.0, CELL_HEIGHT - 3.4, text))
            band.boxes.append(WritingBox(slot.number, blank, x + 11.5, 0.0, width - 11.5, CELL_HEIGHT))
        bands.append(band)
    return bands


def _lines_band(slot: SlotShape) -> _Band:
    """Ruled lines over the whole width, the number above."""
    height = LINES_HEAD + slot.rows * LINE_HEIGHT
    band = _Band(height, (slot.number, slot.number))
    band.labels.append(Label(INNER_LEFT + NUMBER_WIDTH - 1.4, 4.6, str(slot.number)))
    band.boxes.append(WritingBox(slot.number, 0, INNER_LEFT, LINES_HEAD, INNER_WIDTH, height - LINES_HEAD, slot.rows))
    return band

"""What was read from a scanned page, as values: each slot with its state and a confidence, and why a page could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from quiz.core.answer_sheet import SheetId
from quiz.core.message import mark_text

CONFIDENCE_LINE = 50
"""From this confidence (of 100) on a mark is accepted without a person."""


class State(StrEnum):
    """What became of a slot: its marks are accepted, it is accepted as left blank, a person must look, or there is writing for a person to read."""

    ACCEPTED = "accepted"
    BLANK = "blank"
    DOUBTFUL = "doubtful"
    WRITTEN = "written"

    @property
    def needs_person(self) -> bool:
        """True while nothing is known for certain."""
        return self in (State.DOUBTFUL, State.WRITTEN)


class Doubt(StrEnum):
    """Why a person must look: too many marks where one is allowed, a mark that may be none, or a place that could not be seen."""

    NONE = ""
    SEVERAL = "several"
    FAINT = "faint"
    UNSEEN = "unseen"


class Fault(StrEnum):
    """Why a page could not be read at all."""

    NO_CODE = "no_code"
    FOREIGN_CODE = "foreign_code"
    QUESTION_PAGE = "question_page"
    EMPTY_PAGE = "empty_page"
    BAD_FILE = "bad_file"
    LOW_RESOLUTION = "low_resolution"
    NO_CORNERS = "no_corners"
    DISTORTED = "distorted"
    BLURRED = "blurred"
    FAINT = "faint"


FAULT_NAMES = {
    Fault.NO_CODE: mark_text("没有找到二维码"),
    Fault.FOREIGN_CODE: mark_text("二维码不是本系统的答题卡"),
    Fault.QUESTION_PAGE: mark_text("这是试题页，不是答题卡"),
    Fault.EMPTY_PAGE: mark_text("空白页"),
    Fault.BAD_FILE: mark_text("文件打不开或不是图片、PDF"),
    Fault.LOW_RESOLUTION: mark_text("分辨率太低，请用 200 dpi 以上重新扫描"),
    Fault.NO_CORNERS: mark_text("四角的黑块没有拍全"),
    Fault.DISTORTED: mark_text("纸面歪斜、弯曲得太厉害，请放平后重新扫描"),
    Fault.BLURRED: mark_text("画面模糊，请重新扫描"),
    Fault.FAINT: mark_text("画面太暗或反差太小，请重新扫描"),
}


class Problem(StrEnum):
    """Why a page that could be read counts for nothing, or that it was here before."""

    NONE = ""
    SAME = "same"
    UNKNOWN_PAPER = "unknown_paper"
    BAD_CHECK = "bad_check"
    WRONG_SITTING = "wrong_sitting"
    REPLACED = "replaced"
    TOO_EARLY = "too_early"


HARMLESS: tuple[str, ...] = (Problem.NONE, Problem.SAME, Fault.EMPTY_PAGE)
"""What may become of a page without anybody having to do something."""

PROBLEM_NAMES = {
    Problem.SAME: mark_text("这一页已经读过，没有重复计入"),
    Problem.UNKNOWN_PAPER: mark_text("没有这个编号的试卷"),
    Problem.BAD_CHECK: mark_text("二维码的校验不对，可能是旧卡或仿制的"),
    Problem.WRONG_SITTING: mark_text("这是另一场考试的答题卡"),
    Problem.REPLACED: mark_text("这份试卷已被换发的新卷代替"),
    Problem.TOO_EARLY: mark_text("考试还没有开始"),
}


@dataclass(frozen=True, slots=True)
class SlotReading:
    """What was read for one slot, or one blank of it: the filled bubbles by row and choice, how certain that is and how dark each is, of 100."""

    slot: int
    state: State
    confidence: int
    filled: tuple[tuple[int, int], ...] = ()
    blank: int = 0
    doubt: Doubt = Doubt.NONE
    darkness: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetReading:
    """What was read from page `page` of a sheet that has `pages`.

    `number` is what the grid says of the staff number, a column each: a digit, "-" for none, "?" where a person must look. `absent` is the
    invigilator's mark. `pose` are the nine numbers that carry millimetres on the sheet to pixels of the kept picture; `dpi` is its resolution there.
    """

    page: int
    pages: int
    slots: tuple[SlotReading, ...]
    number: str = ""
    absent: State = State.BLANK
    pose: tuple[Decimal, ...] = ()
    dpi: int = 0

    @property
    def doubts(self) -> tuple[SlotReading, ...]:
        """The slots that a person must look at."""
        return tuple(slot for slot in self.slots if slot.state.needs_person)


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """A page that went through the reader: where it came from, its kept picture with its SHA-256, and what was read, or why not."""

    source: str
    content: bytes
    kind: str
    digest: str
    sheet: SheetId | None = None
    reading: SheetReading | None = None
    fault: Fault | None = None


def problem_name(problem: str) -> str:
    """Return a page's problem in words, to be translated."""
    return FAULT_NAMES[Fault(problem)] if problem in set(Fault) else PROBLEM_NAMES[Problem(problem)]

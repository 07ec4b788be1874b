"""How well and how fast answer sheets are read: `python -m benchmarks.scanning [PAGES] [JOBS]`, by default 2000 pages in 2 processes.

Made-up people fill in printed sheets and a made-up scanner spoils them (`tests/printing/synthetic_scanner.py`); each page goes through what
`quiz scan read` does with a JPEG file: unpack, find, read. Counted are the questions whose accepted reading is not what was meant, and those
sent to a person. Processor seconds, so that other work on the machine matters less. The reader's numbers were chosen on seeds below 1,000,000,
which are not used here.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache
from multiprocessing import get_context
from typing import Any

import cv2
import numpy as np

from quiz.core.answer_sheet import shape_of
from quiz.core.paper import Paper
from quiz.core.question import Option, QuestionType
from quiz.core.scan import SheetReading, State
from quiz.printing.scan.pages import Source
from quiz.printing.scan.reader import finish, look
from tests.printing import conftest as makers
from tests.printing.synthetic_scanner import Habits, Machine, Meant, fill_in, printed_pages, scan

FIRST_SEED = 1_000_000
STAFF = "QL0042"
USUAL = Habits()
KINDS: dict[str, tuple[int, Machine, Habits]] = {
    "scanner, 200 dpi": (40, Machine(), USUAL),
    "grey copy of a copy, 200 dpi": (15, Machine(grey=1.0), USUAL),
    "coffee on every page, 200 dpi": (15, Machine(stains=1.0), USUAL),
    "phone, about 200 dpi": (20, Machine(is_phone=True), USUAL),
    "phone and coffee, about 200 dpi": (10, Machine(is_phone=True, stains=1.0), USUAL),
}
"""What is scanned how, with its share of a hundred pages."""

BESIDE: dict[str, tuple[int, Machine, Habits]] = {
    "scanner, 150 dpi": (10, Machine(dpi=150), USUAL),
    "scanner, 300 dpi": (10, Machine(dpi=300), USUAL),
    "careless: every tenth mark a tick, faint or half": (10, Machine(), replace(USUAL, sloppy=0.1)),
}
"""What is no part of the 2,000 pages, and measured beside them."""


@cache
def paper() -> Paper:
    """Two pages: 20 single choices, 16 multiple ones of five options, 16 sentences, an eight-option question, an ordering, a matching, six blanks."""
    made = makers._make_questions(20)
    several = [q for q in made if q.type is QuestionType.MULTIPLE][:16] + [q for q in made if q.type is QuestionType.TRUE_FALSE][:16]
    blanks = [q for q in made if q.type is QuestionType.FILL_IN][:3]
    wide = replace(made[0], uid="wide", options=tuple(Option(letter, f"宽{letter}") for letter in "ABCDEFGH"))
    return makers._make_paper([*made[:20], *several, *blanks, wide, *makers._make_longer_questions()[:2]], code="ABCDE-FGHIJ")


@cache
def printed() -> list[Any]:
    """The pages of the sheet, as printed."""
    return printed_pages(paper(), makers.PERSON)


def one(job: tuple[str, int, Machine, Habits]) -> tuple[str, Counter[str]]:
    """Make, fill, scan and read one page; return what was counted."""
    name, seed, machine, habits = job
    rng = np.random.default_rng([FIRST_SEED + seed, *name.encode()])
    number = seed % len(printed()) + 1
    sheet, meant = fill_in(printed()[number - 1], paper(), number, STAFF, rng, habits)
    content = cv2.imencode(".jpg", scan(sheet, machine, rng), [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()
    shape = shape_of(paper())
    began = time.process_time()
    reading = finish(look(Source("page.jpg", content=content), 0), shape)
    spent = time.process_time() - began
    found = counted(reading.reading, meant) if reading.reading else Counter({f"unread {reading.fault}": 1, "unread": 1})
    return name, found + Counter({"pages": 1, "microseconds": round(spent * 1e6)})


def counted(reading: SheetReading, meant: Meant) -> Counter[str]:
    """Hold a reading against what was meant."""
    out: Counter[str] = Counter()
    for slot in reading.slots:
        if slot.slot not in meant.filled:
            is_written = meant.written[slot.slot, slot.blank]
            out["boxes"] += 1
            out["writing overlooked"] += is_written and slot.state is State.BLANK
            out["empty boxes shown"] += not is_written and slot.state is State.WRITTEN
            continue
        out["questions"] += 1
        is_unclear = slot.slot in meant.unclear
        if slot.state.needs_person:
            out["sent: two marks where one is allowed" if is_unclear else f"sent: {slot.doubt}"] += 1
            out["sent"] += 1
        else:
            out["wrong"] += is_unclear or slot.filled != meant.filled[slot.slot]
    out["pages with a question sent"] += any(slot.state is State.DOUBTFUL for slot in reading.slots)
    digits = reading.number.rstrip("-")
    out["numbers unclear"] += "?" in digits
    out["numbers wrong"] += "?" not in digits and digits != meant.number
    return +out


def row(name: str, found: Counter[str]) -> str:
    """One line of the table."""
    questions, pages = found["questions"], found["pages"]
    cells = [
        name,
        f"{pages:,}",
        f"{questions:,}",
        str(found["wrong"]),
        f"{100 * found['sent'] / max(questions, 1):.2f} %",
        f"{100 * found['pages with a question sent'] / max(pages, 1):.1f} %",
        str(found["unread"]),
        f"{found['writing overlooked']} of {found['boxes']:,}",
        str(found["numbers wrong"]),
        f"{found['microseconds'] / 1000 / max(pages, 1):.0f}",
    ]
    return "| " + " | ".join(cells) + " |"


def run(kinds: dict[str, tuple[int, Machine, Habits]], pages: int, jobs: int) -> dict[str, Counter[str]]:
    """Read so many pages in all, by their shares."""
    work = [(name, seed, machine, habits) for name, (share, machine, habits) in kinds.items() for seed in range(pages * share // 100)]
    out = {name: Counter[str]() for name in kinds}
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        results: Iterable[tuple[str, Counter[str]]] = pool.map(one, work, chunksize=10)
        for done, (name, found) in enumerate(results, 1):
            out[name] += found
            if done % 100 == 0:
                print(f"{done}/{len(work)}", file=sys.stderr, flush=True)
    return out


def main() -> None:
    """Print the table."""
    pages = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    jobs = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    found = run(KINDS, pages, jobs)
    total: Counter[str] = sum(found.values(), Counter())
    columns = "what, pages, questions, wrong accepted, sent to a person, pages with one, unread, writing overlooked, numbers wrong, ms a page"
    print("| " + columns.replace(", ", " | ") + " |")
    print("|---" * 10 + "|")
    for name, counts in found.items():
        print(row(name, counts))
    print(row("**all**", total))
    for name, counts in run(BESIDE, pages, jobs).items():
        print(row(name, counts))
    print()
    for name in sorted(total):
        if name.startswith(("sent: ", "unread ", "empty", "numbers")):
            print(f"{name}: {total[name]}")


if __name__ == "__main__":
    main()

"""quiz scan: filled sheets go in as files, and come out as results; what went wrong is named, page by page."""

from datetime import timedelta

import cv2
import numpy as np
import pypdfium2
import pytest
from PIL import Image

from quiz.cli.console import Console
from quiz.core.paper import Candidate
from quiz.core.question import QuestionType
from quiz.storage import papers, sittings
from tests.cli.test_chain import NOW, SITTING, Shell
from tests.printing.synthetic_scanner import Habits, Machine, fill_in, printed_pages, scan

NEAT = Habits(erased=0, double=0, empty=0, dots=0)


@pytest.fixture
def county(tmp_path, monkeypatch):
    """An installation with a sitting that is over."""
    shell = Shell(tmp_path, monkeypatch)
    shell.install()
    shell.draw()
    monkeypatch.setattr(Console, "now", lambda _self: NOW + timedelta(days=3))
    return shell


def seats(count):
    """The first cadres of the sitting, each with the paper."""
    with Console().reader() as db:
        found = sittings.seats_of_sitting(db, sittings.get_sitting(db, "s1"))
        return [(seat.cadre, papers.read_paper(seat.paper)) for seat in found[:count]]


def scanned(cadre, paper, seed, **machine):
    """The scanned pages of a sheet that somebody filled in, and what they meant on them."""
    rng = np.random.default_rng(seed)
    pages = []
    for number, sheet in enumerate(printed_pages(paper, Candidate(cadre.name, cadre.number, "单位")), 1):
        filled, meant = fill_in(sheet, paper, number, cadre.number, rng, NEAT)
        pages.append((scan(filled, Machine(stains=0, rotation=3, **machine), rng), meant))
    return pages


def as_meant(paper, meant):
    """How many choices of a page are filled rightly."""
    right = 0
    for slot, filled in meant.filled.items():
        question = paper.slots[slot - 1].question
        right += {question.options[choice].id for _, choice in filled} == set(question.key)
    return right


def test_filled_sheets_become_results(county):
    folder = county.folder / "scans"
    folder.mkdir()
    meant_of = {}
    for n, (cadre, paper) in enumerate(seats(6)):
        found = scanned(cadre, paper, n, is_phone=n % 2 == 1)
        images = [Image.fromarray(picture) for picture, _ in found]
        meant_of[cadre.number] = (paper, found)
        if n % 3 == 0:
            images[0].save(folder / f"{n}.pdf", "PDF", resolution=200, save_all=True, append_images=images[1:])
        else:
            for at, image in enumerate(images):
                image.save(folder / f"{n}-{at}.jpg", quality=80)
    pages = sum(len(found) for _, found in meant_of.values())
    said = county("scan", "read", folder, "--jobs", "2")
    assert f"读了{pages}页" in said
    listed = county("scan", "list", "s1")
    for number, (paper, found) in meant_of.items():
        written = any(any(meant.written.values()) for _, meant in found)
        assert (number in listed) == written
        if not written:
            shown = county("result", "show", "s1", number)
            lines = [line.split("\t") for line in shown.splitlines()[1:]]
            choices = [line for line, slot in zip(lines, paper.slots, strict=True) if slot.question.type is not QuestionType.FILL_IN]
            assert sum(line[2] == line[3] for line in choices) == sum(as_meant(paper, meant) for _, meant in found)
    again = county("scan", "read", folder, "--sitting", "s1", "--jobs", "1")
    assert f"{pages}页以前读过" in again


def test_what_cannot_be_used_is_named_and_the_rest_goes_in(county):
    ((cadre, paper),) = seats(1)
    good, _ = scanned(cadre, paper, 1)[0]
    Image.fromarray(good).save(county.folder / "good.png")
    (county.folder / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    (county.folder / "notes.txt").write_text("hello")
    cv2.imwrite(str(county.folder / "empty.png"), np.full((2339, 1654), 252, np.uint8))
    cv2.imwrite(str(county.folder / "tiny.png"), cv2.resize(good, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
    county("paper", "print", "s1", "--cadre", cadre.number, "-o", county.folder / "questions.pdf")
    names = ["good.png", "broken.pdf", "notes.txt", "empty.png", "tiny.png", "questions.pdf"]
    said = county("scan", "read", *(county.folder / name for name in names), status=1)
    assert "broken.pdf打不开" in said
    assert "notes.txt打不开" in said
    assert "tiny.png: 分辨率太低" in said
    assert said.count("这是试题页") == len(pypdfium2.PdfDocument(county.folder / "questions.pdf"))
    assert "empty.png" not in said
    listed = county("scan", "list", "s1")
    assert "分辨率太低" in listed
    stray = county("scan", "list")
    assert stray.count("questions.pdf") == said.count("这是试题页")
    assert "tiny.png" not in stray
    assert "empty.png" not in stray
    assert "no_sitting" in county("scan", "list", "none") or "not_found" in county("scan", "list", "none")


def test_a_sheet_of_another_sitting_is_named(county):
    county("sitting", "create", county.file("two.yaml", SITTING.replace("s1", "s2").replace("11-22", "11-26")))
    ((cadre, paper),) = seats(1)
    picture, _ = scanned(cadre, paper, 1)[0]
    Image.fromarray(picture).save(county.folder / "a.png")
    assert "a.png: 这是另一场考试的答题卡" in county("scan", "read", county.folder / "a.png", "--sitting", "s2", status=1)
    assert "0份答题卡已入库" in county("scan", "list", "s2")

"""quiz book: what it writes, what it says, and what it refuses, on the demo's bank."""

from __future__ import annotations

import io
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner

from quiz.cli import quiz
from quiz.core.message import QuizError

WATER = Path(__file__).resolve().parents[2] / "question_banks" / "general" / "water.yaml"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A function that runs a command on an installation with one bank and no sitting; gives what it said."""
    monkeypatch.setenv("QUIZ_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.chdir(tmp_path)

    def command(*words, lang="zh"):
        result = CliRunner().invoke(quiz, ["--lang", lang, *words])
        if isinstance(result.exception, QuizError):
            raise result.exception
        assert result.exit_code == 0, (result.output, result.exception)
        return result.output

    command("init")
    command("bank", "publish", str(WATER))
    return command


def pages(path):
    """The sizes in millimetres and the texts of a PDF's pages."""
    document = pypdfium2.PdfDocument(io.BytesIO(Path(path).read_bytes()))
    return [(tuple(round(side / 72 * 25.4) for side in page.get_size()), page.get_textpage().get_text_range()) for page in document]


def test_a_pocket_book_on_sheets_and_as_pages(run):
    said = run("book", "pocket", "--area", "water", "--samples", "-o", "sheets.pdf")
    run("book", "pocket", "--area", "water", "--samples", "--pages", "--size", "A5", "--on", "2026-03-01", "-o", "pages.pdf")
    sheets, plain = pages("sheets.pdf"), pages("pages.pdf")
    assert "sheets.pdf" in said
    assert {size for size, _ in sheets} == {(210, 297)}
    assert {size for size, _ in plain} == {(149, 210)}
    assert "饮水安全" in plain[0][1]
    assert "2026年3月1日" in plain[0][1]
    assert "样题" in plain[0][1]


def test_a_card_says_what_it_could_not_hold(run):
    said = run("book", "card", "--samples", "--most", "30", "-o", "card.pdf")
    assert "一张卡放不下的" in said
    assert len(pages("card.pdf")) == 2
    assert "on a card" in run("book", "card", "--samples", "--most", "30", "-o", "card.pdf", lang="en")


def test_a_thick_book_is_told_to_be_thick(run):
    assert "订书钉" not in run("book", "pocket", "--samples", "-o", "thin.pdf")
    run("bank", "publish", *(str(path) for path in sorted(WATER.parent.glob("*.yaml"))))
    assert "订书钉" in run("book", "pocket", "--samples", "-o", "thick.pdf")


def test_what_cannot_be_printed_leaves_no_file(run):
    with pytest.raises(QuizError, match="nothing_to_print"):
        run("book", "pocket", "-o", "none.pdf")
    with pytest.raises(QuizError, match="not_found"):
        run("book", "oral", "none", "V0101", "-o", "none.pdf")
    assert not Path("none.pdf").exists()


def test_a_book_for_another_day(run):
    run("book", "pocket", "--samples", "--pages", "--on", "2026-03-01", "-o", "march.pdf")
    assert "2026年3月1日" in pages("march.pdf")[0][1]

"""quiz report: the same figures as the pages, files by their names, refusals with status 1."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook
from sqlalchemy import select

from quiz.cli import quiz
from quiz.core.message import QuizError
from quiz.settings import DATABASE
from quiz.storage.engine import make_engine, reading
from quiz.storage.tables import AuditRow
from tests.made_results import Sat, question, scored, store

TEN = [question(f"made{n}", "water" if n < 5 else "housing") for n in range(10)]


@pytest.fixture
def installed(migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An installation with one sitting that was over long ago."""
    path = tmp_path / DATABASE
    path.write_bytes(migrated_sqlite.read_bytes())
    url = f"sqlite:///{path.as_posix()}"
    engine = make_engine(url)
    store(engine, "made", [scored(f"A{n}", "T01", points, TEN) for n, points in enumerate((10, 9, 8, 6, 5, 4))], TEN)
    engine.dispose()
    monkeypatch.setenv("QUIZ_INSTANCE", str(tmp_path))
    return url


def run(*words: str) -> Result:
    return CliRunner().invoke(quiz, ["report", *words])


def text_of(path: Path) -> str:
    document = pypdfium2.PdfDocument(BytesIO(path.read_bytes()))
    text = "".join("".join(side.get_textpage().get_text_range() for side in document).split())
    document.close()
    return text


@pytest.mark.usefixtures("installed")
def test_lines() -> None:
    shown = run("show", "made").output
    assert "柳溪镇" in shown
    assert "70.00" in shown
    assert "60分及格" in shown
    assert "人数不足，不下结论" in run("compare", "made").output
    assert run("sittings").output.split("\t")[:2] == ["made", "made测试"]


def test_a_contest_has_no_columns_of_who_passed(installed: str) -> None:
    engine = make_engine(installed)
    store(engine, "contest", [Sat(f"A{n}", "T01", {one.uid: -50 for one in TEN}) for n in range(6)], TEN, pass_mark=-10000, contest="below_zero")
    engine.dispose()
    for words in (["report", "show", "contest"], ["result", "list", "contest"]):
        shown = CliRunner().invoke(quiz, words).output
        assert "−5.00" in shown
        assert "及格" not in shown.replace("不设及格线", "")
        assert "补考" not in shown
    assert "及格率" in run("show", "made").output


def test_files(installed: str, tmp_path: Path) -> None:
    """By the end of their names; a circular is written down, with the office's own template as well."""
    assert run("export", "made", "-o", str(tmp_path / "r.xlsx")).exit_code == 0
    assert load_workbook(tmp_path / "r.xlsx").sheetnames[0] == "单位汇总"
    assert run("export", "made", "-o", str(tmp_path / "r.pdf")).exit_code == 0
    assert "70.00" in text_of(tmp_path / "r.pdf")
    for name in ("s.xlsx", "s.pdf"):
        assert run("sittings", "made", "-o", str(tmp_path / name)).exit_code == 0
    assert "made测试" in text_of(tmp_path / "s.pdf")
    own = tmp_path / "own.txt"
    own.write_text("平均{平均分}分。", "utf-8")
    assert run("circular", "made", "-o", str(tmp_path / "c.pdf"), "--template", str(own), "--no-units").exit_code == 0
    text = text_of(tmp_path / "c.pdf")
    assert "平均70分。" in text
    assert "干部A0" in text
    assert "干部A2" not in text
    engine = make_engine(installed)
    with reading(engine) as db:
        assert db.scalars(select(AuditRow.detail).where(AuditRow.action == "make_circular")).all() == ['{"commended":2,"line":90}']
    engine.dispose()


@pytest.mark.usefixtures("installed")
def test_refusals(tmp_path: Path) -> None:
    """Nothing is written and nothing is in the log."""
    (tmp_path / "bad.txt").write_text("{不及格名单}", "utf-8")
    bad = str(tmp_path / "c.pdf")
    for words, code in (
        (("export", "made", "-o", str(tmp_path / "r.doc")), "bad_name"),
        (("show", "none"), "not_found"),
        (("show", "made", "--excellent", "0"), "bad_percent"),
        (("circular", "made", "-o", bad, "--template", str(tmp_path / "bad.txt")), "bad_template"),
    ):
        result = run(*words)
        assert isinstance(result.exception, QuizError)
        assert result.exception.code == code
    assert not (tmp_path / "c.pdf").exists()

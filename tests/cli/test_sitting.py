"""quiz sitting extend, reopen and slips: what they say, what they refuse."""

import re
from datetime import UTC, datetime, timedelta

import pypdfium2
import pytest
from click.testing import CliRunner

from quiz.cli import quiz
from quiz.cli.console import Console
from quiz.core.access import Actor, Role
from quiz.core.message import QuizError
from quiz.storage.engine import make_engine, reading, writing
from quiz.storage.sittings import seats_of_cadre
from quiz.usecases import admission, attempts, handing_in
from tests.web.world import NINE, fill

NOW = (NINE + timedelta(minutes=10)).astimezone(UTC)


def run(*words):
    return CliRunner().invoke(quiz, [str(word) for word in words])


@pytest.fixture
def demo(tmp_path, monkeypatch):
    """An installation with the small county; its engine."""
    monkeypatch.setenv("QUIZ_INSTANCE", str(tmp_path))
    monkeypatch.setattr(Console, "now", lambda _self: NOW)
    assert run("init").exit_code == 0
    engine = make_engine(f"sqlite:///{(tmp_path / 'quiz.sqlite3').as_posix()}")
    fill(engine)
    yield engine
    engine.dispose()


def deadline(engine, number="Q001") -> datetime:
    with reading(engine) as db:
        return seats_of_cadre(db, number)[0].attempt.deadline_at


def start_and_submit(engine, number="Q001"):
    actor = Actor(number, {Role.TRAINEE: "/"}, cadre_number=number)
    with writing(engine) as db:
        code = seats_of_cadre(db, number)[0].paper.code
        attempts.start(db, actor, code, NOW)
        handing_in.submit(db, actor, code, (), "dev", NOW)


def test_one_cadre_and_a_unit(demo):
    assert "已给Q001加时10分钟" in run("sitting", "extend", "demo", "--cadre", "Q001", "--minutes", 10, "--reason", "视力不便").output
    said = run("sitting", "extend", "demo", "--unit", "T01", "--minutes", 20, "--reason", "停电").output
    assert "正在答题0人，还没有开始2人；没有变动0人" in said
    start_and_submit(demo)
    assert deadline(demo) == NOW + timedelta(minutes=70)


def test_reopening(demo):
    start_and_submit(demo)
    said = run("sitting", "reopen", "demo", "--cadre", "Q001", "--minutes", 5, "--reason", "误交卷").output
    assert "重新开放，2026年12月1日（周二）10:15截止" in said
    assert deadline(demo) == NOW + timedelta(minutes=65)


def test_slips_and_slips_again(demo, tmp_path):
    """Codes stand in the file and nowhere else; making them again says how many became void."""
    first = run("sitting", "slips", "demo", "-o", tmp_path / "slips.pdf", "--address", "https://exam.example.cn/")
    assert "已生成3张准考条" in first.output
    assert "作废" not in first.output
    document = pypdfium2.PdfDocument(tmp_path / "slips.pdf")
    text = document[0].get_textpage().get_text_range()
    document.close()
    assert "exam.example.cn/admit" in text
    codes = re.findall(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}\b", text)
    assert len(set(codes)) == 3
    with writing(demo) as db:
        key = (tmp_path / "secret_key").read_text().strip()
        assert admission.admit(db, codes[0], key, "token", NOW).refused is None
    assert "1人原来的准考码已经作废" in run("sitting", "slips", "demo", "--cadre", "Q001", "-o", tmp_path / "one.pdf").output


def test_slips_that_cannot_be_made_leave_nothing(demo, tmp_path):
    found = run("sitting", "slips", "demo", "--unit", "X", "-o", tmp_path / "slips.pdf").exception
    assert isinstance(found, QuizError)
    assert not (tmp_path / "slips.pdf").exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("extend", "demo", "--minutes", 5, "--reason", "r"), "which"),
        (("extend", "demo", "--cadre", "Q001", "--unit", "T01", "--minutes", 5, "--reason", "r"), "which"),
        (("extend", "demo", "--cadre", "Q999", "--minutes", 5, "--reason", "r"), "not_found"),
        (("extend", "none", "--unit", "T01", "--minutes", 5, "--reason", "r"), "not_found"),
        (("reopen", "demo", "--cadre", "Q001", "--reason", " "), "no_reason"),
        (("reopen", "demo", "--cadre", "Q001", "--reason", "r"), "not_closed"),
    ],
)
def test_what_is_refused(demo, words, code):
    found = run("sitting", *words).exception
    assert isinstance(found, QuizError)
    assert found.code == code

"""quiz blueprint: the check of files and of published blueprints, as a table and as JSON, with the exit status that scripts look at."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from quiz.cli import quiz
from quiz.cli.console import Console
from quiz.core.message import QuizError

BANKS = Path(__file__).resolve().parents[2] / "question_banks"
NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
THIN = """\
blueprint: {id: thin, title: 题太多, minutes: 60, total: 200, pass_mark: 60}
sections:
  - title: 多项选择题
    type: multiple
    each: 2
    cells: [{count: 100, category: general, area: housing, level: application}]
"""


def run(*words):
    return CliRunner().invoke(quiz, [str(word) for word in words])


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """An installation with the shipped banks and cadres."""
    folder = tmp_path_factory.mktemp("county")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUIZ_INSTANCE", str(folder / "instance"))
        patch.setattr(Console, "now", lambda _self: NOW)
        for words in (["init"], ["bank", "publish", BANKS], ["roster", "load", BANKS / "profiles" / "qinglan-roster.yaml"]):
            result = run(*words)
            assert result.exit_code == 0, result.output
        yield folder


def test_a_published_blueprint_is_checked_by_its_code(county):
    result = run("blueprint", "check", "cadre-quick")
    assert result.exit_code == 0, (result.output, result.exception)
    assert "题库足够：260人都能组成完整的试卷。" in result.output
    assert "使用次数" in result.output
    assert "驻村第一书记" in result.output


def test_json_says_the_same_in_figures(county):
    plain = json.loads(run("blueprint", "check", "cadre-quick", "--profile", "qinglan-2026h1", "--json").output)
    assert (plain["feasible"], plain["cadres"], plain["profile"], plain["gaps"]) == (True, 260, "qinglan-2026h1", [])
    assert sum(plain["table"]["monitoring"][0][:2]) >= 2
    forecast = plain["forecast"]
    assert forecast["exposure"]["floor"] <= forecast["exposure"]["most"]
    assert forecast["shared"]["floor"] <= forecast["shared"]["mean"]
    assert 0 < forecast["pass_rate"]["mean"] < 1
    assert sum(forecast["mix"]["level"].values()) == pytest.approx(1)


def test_a_file_that_is_not_published_is_checked_and_refused_with_what_would_mend_it(county):
    path = county / "thin.yaml"
    path.write_text(THIN, encoding="utf-8")
    result = run("blueprint", "check", path, "--on", "2026-12-01")
    assert result.exit_code == 1
    assert "✗ 需要100题，只有" in result.output
    assert "多项选择题（多项选择）· 住房安全 × 运用" in result.output or "× 运用" in result.output
    assert "把这一格减到" in result.output
    assert run("blueprint", "check", "thin").exception is not None  # it was not published


def test_a_file_with_faults_is_reported_with_their_places(county):
    path = county / "bad.yaml"
    path.write_text(THIN.replace("total: 200", "total: 199"), encoding="utf-8")
    result = run("blueprint", "check", path)
    assert result.exit_code == 1
    assert "bad.yaml:1:" in result.stderr
    assert "B401" in result.stderr


def test_what_is_neither_file_nor_code_is_refused(county):
    result = run("blueprint", "check", "nothing")
    assert isinstance(result.exception, QuizError)
    assert result.exception.code == "unknown_blueprint"
    unknown = run("blueprint", "check", "cadre-quick", "--profile", "nothing").exception
    assert isinstance(unknown, QuizError)
    assert unknown.code == "unknown_profile"


def test_the_list_names_every_published_blueprint(county):
    lines = run("blueprint", "list").output.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["cadre-by-post", "cadre-deep", "cadre-general", "cadre-quick"]
    assert "100分 20分钟 10题" in lines[3]


def test_an_empty_installation_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("QUIZ_INSTANCE", str(tmp_path / "instance"))
    run("init")
    assert "还没有发布命题蓝图" in run("blueprint", "list").output
    path = tmp_path / "thin.yaml"
    path.write_text(THIN, encoding="utf-8")
    result = run("blueprint", "check", path)
    assert result.exit_code == 1
    assert "花名册里没有干部" in result.output

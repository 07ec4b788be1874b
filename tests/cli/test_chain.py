"""The chain by command line, on the shipped banks and county: lint, publish, roster, sitting, papers, results; and what each refuses."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
from click.testing import CliRunner

from quiz.cli import quiz
from quiz.cli.console import Console
from quiz.core.access import Actor, Role
from quiz.core.message import QuizError
from quiz.core.saving import Save
from quiz.storage import papers, sittings
from quiz.usecases import attempts, handing_in

BANKS = Path(__file__).resolve().parents[2] / "question_banks"
NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
SITTING = """\
sitting:
  code: s1
  title: 青岚县干部测试
  blueprint: cadre-quick
  profile: qinglan-2026h1
  group: {units: [T01]}
  opens_at: 2026-11-22 09:00
  closes_at: 2026-11-22 11:00
  release: on_close
"""


class Shell:
    """Runs commands in one installation at a fixed time."""

    def __init__(self, folder, monkeypatch):
        self.folder = folder
        monkeypatch.setenv("QUIZ_INSTANCE", str(folder / "instance"))
        monkeypatch.setattr(Console, "now", lambda _self: NOW)

    def __call__(self, *words, status=0):
        result = CliRunner().invoke(quiz, [str(word) for word in words])
        if isinstance(result.exception, QuizError):
            return str(result.exception)
        assert result.exit_code == status, (result.output, result.exception)
        return result.output

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def install(self):
        """Make the installation, with the shipped banks and roster."""
        self("init")
        self("bank", "publish", BANKS)
        self("roster", "load", BANKS / "profiles" / "qinglan-roster.yaml")

    def draw(self, plan=SITTING):
        """Create a sitting."""
        self("sitting", "create", self.file("sitting.yaml", plan))


@pytest.fixture
def shell(tmp_path, monkeypatch):
    return Shell(tmp_path, monkeypatch)


@pytest.fixture
def county(shell):
    """An installation with the shipped banks and roster."""
    shell.install()
    return shell


def test_the_shipped_files_have_no_problem_and_enough_questions(shell):
    output = shell("bank", "lint", BANKS)
    questions, templates = (int(n) for n in re.search(r"(\d+)道试题，(\d+)道本地题模板", output).groups())
    assert questions >= 120
    assert templates >= 8
    assert [row for row in json.loads(shell("bank", "lint", BANKS, "--json")) if row["severity"] == "error"] == []


def test_lint_reports_everything_at_once_with_its_place(shell):
    bad = shell.file(
        "bad.yaml", "category: general/x\narea: nowhere\ndepartment: d\nlabel: sample\nquestions:\n  - id: q1\n    type: single\n    type: single\n"
    )
    output = shell("bank", "lint", bad, status=1)
    lines = [line for line in output.splitlines() if str(bad.as_posix()) in line]
    assert any(re.search(r"bad\.yaml:8:5: Y\d+ ", line) for line in lines)
    problems = json.loads(shell("bank", "lint", bad, "--json", status=1))
    assert {"file", "line", "column", "rule", "message", "severity"} == set(problems[0])


def test_a_bank_with_errors_publishes_nothing(county):
    bad = county.file("bad.yaml", "questions: []\n")
    assert "没有发布" in county("bank", "publish", BANKS, bad, status=1)


def test_publishing_twice_changes_nothing(county):
    assert "新增0题，修订0题" in county("bank", "publish", BANKS)


def test_a_roster_row_that_cannot_be_is_refused_and_the_rest_loaded(county):
    table = county.file(
        "people.csv",
        "工号,姓名,单位编码,岗位,地点编码,起始\n"
        "N1,甲,T01,镇班子成员,T01,2026-01-01\n"
        "N2,乙,T99,镇班子成员,T01,2026-01-01\n"
        "N1,丙,T01,镇班子成员,T01,2026-01-01\n",
    )
    output = county("roster", "load", table, status=1)
    assert "新增1人" in output
    assert "people.csv:3:" in output
    assert "people.csv:4:" in output


def test_the_whole_chain(county):
    plan = county.file("sitting.yaml", SITTING)
    trial = county("sitting", "create", plan, "--check")
    assert "人参加" in trial
    created = county("sitting", "create", plan)
    for said in (trial, created):
        assert "没有账号能评阅这场考试" in said
    commitment = re.search(r"[0-9a-f]{64}", created)
    assert commitment
    assert "sitting_exists" in county("sitting", "create", plan)
    assert "s1\t未开始" in county("sitting", "list")

    someone = sit_right(county)
    assert "已交卷\t100/100" in county("result", "list", "s1")
    shown = county("result", "show", "s1", someone)
    assert shown.count("答对。") == 10

    county("result", "export", "s1", "-o", county.folder / "r.xlsx")
    book = openpyxl.load_workbook(county.folder / "r.xlsx")
    assert any(cell.value == someone for row in book.worksheets[0] for cell in row)

    county("paper", "print", "s1", "--cadre", someone, "--key", "-o", county.folder / "p.pdf")
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(county.folder / "p.pdf"))
    assert "青岚县干部测试" in text
    assert "参考答案" in text
    assert "no_paper" in county("paper", "print", "s1", "--cadre", "C9999", "-o", county.folder / "x.pdf")
    assert not (county.folder / "x.pdf").exists()
    assert "which" in county("paper", "print", "s1", "-o", county.folder / "x.pdf")
    assert "which" in county("paper", "sheets", "s1", "-o", county.folder / "x.pdf")
    assert "1份答题卡" in county("paper", "sheets", "s1", "--cadre", someone, "-o", county.folder / "s.pdf")
    assert "答题卡" in "".join(page.get_textpage().get_text_range().replace("\u3000", "") for page in pypdfium2.PdfDocument(county.folder / "s.pdf"))


def test_how_papers_were_drawn_before_and_after(county):
    plan = county.file("sitting.yaml", SITTING + "  forms: 2\n  columns: 5\n")
    trial = county("sitting", "create", plan, "--check")
    assert "2套卷" in trial
    assert "每排5个座位" in trial
    assert "还没有考试" in county("sitting", "list")
    assert "正在组卷" in county("sitting", "create", plan)
    shown = county("sitting", "report", "s1")
    for text in ("2套卷", "A卷：", "B卷：", "预计及格率", "可抽的通用题", "邻座", "按题型假定的得分率"):
        assert text in shown
    figures = json.loads(county("sitting", "report", "s1", "--json"))
    assert [row["form"] for row in figures["parallel"]] == ["", "A", "B"]
    assert figures["papers"] == figures["parallel"][0]["papers"]
    assert {"exposure", "neighbours", "stand_ins", "bases", "band"} < set(figures)
    assert "Form A" in county("--lang", "en", "sitting", "report", "s1")
    assert "not_found" in county("sitting", "report", "none")


def test_how_the_questions_fared(county, monkeypatch):
    county.draw()
    someone = sit_right(county)
    assert "not_closed" in county("sitting", "items", "s1")
    assert "not_closed" in county("sitting", "similar", "s1")
    monkeypatch.setattr(Console, "now", lambda _self: NOW + timedelta(days=2))
    shown = county("sitting", "items", "s1")
    assert "1人，10题，10条作答" in shown
    assert "没有需要留意的题目" in shown
    plain = json.loads(county("sitting", "items", "s1", "--json"))
    assert (plain["people"], len(plain["items"])) == (1, 10)
    assert {row["facility"] for row in plain["items"]} == {1.0}
    assert {"name", "uid", "revision", "type", "area", "options", "flags", "discrimination"} <= set(plain["items"][0])
    assert "1 people, 10 questions" in county("--lang", "en", "sitting", "items", "s1")
    assert county("sitting", "similar", "s1") == ""  # nobody to compare with
    similar = json.loads(county("sitting", "similar", "s1", "--json"))
    assert (similar["pairs"], similar["leads"], similar["people"]) == (0, [], [])
    assert someone not in json.dumps(plain)
    assert "not_found" in county("sitting", "items", "none")


def sit_right(county):
    """Let the first cadre of the sitting answer everything right; return the staff number."""
    console = Console()
    opens = datetime(2026, 11, 22, 1, tzinfo=UTC)
    with console.writer() as db:
        seat = sittings.seats_of_sitting(db, sittings.get_sitting(db, "s1"))[0]
        person = Actor("p", {Role.TRAINEE: "/"}, cadre_number=seat.cadre.number)
        attempts.start(db, person, seat.paper.code, opens)
        saves = [
            Save(s.number, [b.answers[0] for b in s.question.blanks] or sorted(s.question.key), s.number) for s in papers.read_paper(seat.paper).slots
        ]
        handing_in.submit(db, person, seat.paper.code, saves, "d", opens + timedelta(minutes=5))
    return seat.cadre.number


def test_papers_are_amended_published_and_proven(county, monkeypatch):
    county.draw()
    assert re.search(r"共(\d+)份试卷，\1份与由种子推算的完全一致", county("paper", "verify", "s1"))
    console = Console()
    with console.reader() as db:
        seat = sittings.seats_of_sitting(db, sittings.get_sitting(db, "s1"))[0]
        old = next(s.question.uid for s in papers.read_paper(seat.paper).slots if s.question.category.startswith("general"))
        commitment, seed, number = seat.sitting.commitment, seat.sitting.seed.hex(), seat.cadre.number
    assert "将换掉" in county("sitting", "replace", "s1", old, "--reason", "答案有误", "--check")
    replaced = county("sitting", "replace", "s1", old, "--reason", "答案有误")
    assert f"{number}\t{old} → " in replaced
    assert "第1次更正" in replaced
    assert "not_asked" in county("sitting", "replace", "s1", old, "--reason", "答案有误")
    assert "no_reason" in county("sitting", "add", "s1", "C0200", "--reason", " ")
    assert "第2次更正：已为" in county("sitting", "add", "s1", "C0200", "--reason", "迟报")
    assert "has_paper" in county("sitting", "add", "s1", "C0200", "--reason", "迟报")

    assert "1份试卷，1份" in county("paper", "verify", "s1", "--cadre", "C0200")
    county("sitting", "notice", "s1", "-o", county.folder / "n.pdf")
    assert digits_of(county.folder / "n.pdf").count(commitment) == 1
    assert seed not in digits_of(county.folder / "n.pdf")
    assert "not_closed" in county("paper", "proof", "s1", "-o", county.folder / "proof.json")
    assert not (county.folder / "proof.json").exists()

    monkeypatch.setattr(Console, "now", lambda _self: NOW + timedelta(days=2))
    county("sitting", "notice", "s1", "-o", county.folder / "n.pdf")
    assert seed in digits_of(county.folder / "n.pdf")
    county("paper", "proof", "s1", "-o", county.folder / "proof.json")
    elsewhere = county.folder / "elsewhere"
    monkeypatch.setenv("QUIZ_INSTANCE", str(elsewhere))
    assert commitment in county("paper", "verify", county.folder / "proof.json")
    assert not (elsewhere / "quiz.db").exists()
    proof = json.loads((county.folder / "proof.json").read_bytes())
    proof["papers"][0]["questions"].reverse()
    county.file("proof.json", json.dumps(proof))
    assert "核对未通过" in county("paper", "verify", county.folder / "proof.json", status=1)
    assert "which" in county("paper", "verify", county.folder / "proof.json", "--cadre", "C1")
    for text in ("[]", "{", "{}"):
        assert "bad_proof" in county("paper", "verify", county.file("bad.json", text))


def digits_of(path):
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(path))
    return "".join(text.split())


def test_a_blueprint_that_cannot_be_filled_is_refused_with_counts(county):
    county.file(
        "plan.yaml",
        "blueprint: {id: thirsty, title: t, minutes: 60, total: 500, pass_mark: 60}\n"
        "sections:\n"
        "  - title: 单项选择题\n    type: single\n    each: 5\n    rule: all_or_nothing\n    cells: [{count: 100, area: water}]\n",
    )
    county("bank", "publish", county.folder / "plan.yaml")
    refusal = county("sitting", "create", county.file("sitting.yaml", SITTING.replace("cadre-quick", "thirsty")))
    assert "blueprint_unfilled" in refusal
    assert "还没有考试" in county("sitting", "list")


def test_first_passwords_are_written_once(shell):
    shell("init")
    shell("roster", "load", shell.file("units.csv", "单位编码,单位名称,类型,上级编码\nQL,青岚县,县,\n"))
    shell("roster", "load", shell.file("people.csv", "工号,姓名,单位编码\nN1,=甲,QL\nN2,乙,QL\n"))
    shell("account", "issue", "-o", shell.folder / "slips.csv")
    lines = (shell.folder / "slips.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 3
    assert "'=甲" in lines[1]
    shell("account", "issue", "-o", shell.folder / "again.csv")
    assert len((shell.folder / "again.csv").read_text(encoding="utf-8-sig").splitlines()) == 1


def test_nothing_works_before_init_and_the_demo_stays_apart(shell, monkeypatch):
    assert "no_database" in shell("sitting", "list")
    shell("init")
    assert "not_demo" in shell("demo", "--no-serve")


def test_english_on_request(county):
    assert "还没有考试" not in county("--lang", "en", "sitting", "list")


def test_the_schema_check_and_the_doctor_are_content(county):
    county("db", "check")
    assert "SQLite" in county("doctor")


def test_the_demo_is_ready_again_at_once_and_loses_nothing(shell):
    first = shell("demo", "--no-serve")
    assert "http://127.0.0.1:" in first
    assert first.count("qinglan-2026") == 7
    assert "竹垭镇干部综合测试（待阅卷，演示）" in shell("sitting", "list")
    before = shell("sitting", "list")
    shell("demo", "--no-serve")
    assert shell("sitting", "list") == before
    assert "demo_is_local" in shell("serve", "--host", "0.0.0.0")
    assert "is_demo" in shell("init")

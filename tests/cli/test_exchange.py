"""quiz bank import and export: a foreign file becomes YAML whose gaps lint names, and the shipped banks go out and come back."""

import json
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from quiz.cli import quiz
from quiz.cli.exchange import FORMATS, READERS, WRITERS, guess_format, write_drafts
from quiz.core.draft import Draft, DraftType
from quiz.core.message import QuizError
from tests.formats.qti_schema import ITEM, MANIFEST, faults

BANK = Path(__file__).resolve().parents[2] / "question_banks" / "general" / "water.yaml"
GIFT = "::一::饮水安全的指标有几项？{=四项 ~三项####依据第三条。}\n\n::二::拖放{drag}\n\n水源保护区分____级。{=两 =二}\n"


def run(*words, status=0):
    result = CliRunner().invoke(quiz, [str(word) for word in words])
    if isinstance(result.exception, QuizError):
        return result.exception
    assert result.exit_code == status, (result.output, result.exception)
    return result


def test_import_then_lint_names_what_is_missing(tmp_path):
    source, out = tmp_path / "题.gift", tmp_path / "water.yaml"
    source.write_text(GIFT, encoding="utf-8")
    result = run("bank", "import", source, "-o", out, "--category", "general/water")
    assert f"读入2道题，写进{out}；1处没有读入。" in result.stdout
    assert f"{source.as_posix()}:3:1: I804 没有读入" in result.stderr
    found = json.loads(run("bank", "lint", out, "--json", status=1).stdout)
    missing = [row for row in found if row["rule"] == "F102"]
    assert {row["line"] for row in missing} == {2, 7, 17}
    for key in ("department", "level", "topic", "source", "valid_from", "valid_to", "explanation"):
        assert any(f"“{key}”" in row["message"] for row in missing), key
    assert {row["rule"] for row in found if row["severity"] == "error"} == {"F102"}


def test_import_to_standard_output(tmp_path):
    source = tmp_path / "a.txt"
    source.write_text("首都？\nA. 上海\nB. 北京\nANSWER: B\n", encoding="utf-8")
    assert "    key: B\n" in run("bank", "import", source).stdout


def test_nothing_is_overwritten_and_nothing_written_for_nothing(tmp_path):
    source, out = tmp_path / "a.gift", tmp_path / "out.yaml"
    source.write_text(GIFT, encoding="utf-8")
    out.write_text("mine", encoding="utf-8")
    assert run("bank", "import", source, "-o", out).code == "file_exists"
    assert out.read_text(encoding="utf-8") == "mine"
    source.write_text("空", encoding="utf-8")
    run("bank", "import", source, "-o", tmp_path / "none.yaml", status=1)
    assert not (tmp_path / "none.yaml").exists()


def test_a_bad_category_is_refused(tmp_path):
    source = tmp_path / "a.gift"
    source.write_text(GIFT, encoding="utf-8")
    assert run("bank", "import", source, "--category", "通用/水").code == "bad_category"


@pytest.mark.parametrize("format_", WRITERS)
def test_the_shipped_bank_goes_out_and_comes_back(format_, tmp_path):
    out, back = tmp_path / f"out.{format_}", tmp_path / "back.yaml"
    result = run("bank", "export", BANK, "--to", format_, "-o", out)
    assert "已写入" in result.stdout
    assert "层次、有效期" in result.stdout
    result = run("bank", "import", out, "-o", back, "--format", format_)
    text = back.read_text(encoding="utf-8")
    assert text.count("  - id: ") >= 15
    assert "饮水" in text


def test_every_shipped_question_keeps_the_schema_of_qti(tmp_path):
    out = tmp_path / "all.zip"
    run("bank", "export", BANK.parents[1], "--to", "qti", "-o", out)
    with zipfile.ZipFile(out) as archive:
        found = {name: faults(archive.read(name), MANIFEST if name == "imsmanifest.xml" else ITEM) for name in archive.namelist()}
    assert len(found) > 600
    assert {name: told for name, told in found.items() if told} == {}


def test_many_equal_losses_are_told_in_one_line(tmp_path):
    result = run("bank", "export", BANK, "--to", "moodle-xml", "-o", tmp_path / "o.xml")
    told = [line for line in result.stderr.splitlines() if "出处、知识点" in line]
    assert len(told) == 1
    assert "这样的题共有" in told[0]


def test_export_of_nothing_writes_nothing(tmp_path):
    (tmp_path / "bad.yaml").write_text("category: general/x\nquestions:\n  - id: q\n", encoding="utf-8")
    run("bank", "export", tmp_path / "bad.yaml", "--to", "gift", "-o", tmp_path / "o.gift", status=1)
    assert not (tmp_path / "o.gift").exists()


def packed(path, member):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, "x")
    return path.read_bytes()


def test_the_format_is_guessed_by_content_then_by_name(tmp_path):
    assert guess_format("a.zip", packed(tmp_path / "q", "top/imsmanifest.xml")) == "qti"
    assert guess_format("a.bin", packed(tmp_path / "w", "word/document.xml")) == "word"
    assert guess_format("a.zip", packed(tmp_path / "x", "xl/workbook.xml")) == "excel"
    assert guess_format("a.xml", b"<?xml version='1.0'?>\n<quiz>") == "moodle-xml"
    assert guess_format("a.xml", b"<assessmentItem/>") == "qti"
    assert guess_format("a.txt", "问\nA. 甲\nANSWER: A\n".encode()) == "aiken"
    assert guess_format("a.txt", "问{=甲}".encode()) == "gift"
    assert guess_format("a.csv", b"") == "excel"
    assert guess_format("a.zip", b"PK\x03\x04half") == "qti"
    with pytest.raises(QuizError, match="unknown_format"):
        guess_format("a.pdf", b"%PDF")


def test_every_format_has_both_ways_but_plain_text():
    assert set(READERS) == set(FORMATS) == {*WRITERS, "text"}
    assert guess_format("a.txt", "1．问（ B ）。\nA．甲\nB．乙\n".encode()) == "text"


def test_a_typed_paper_in_plain_text_is_read(tmp_path, monkeypatch):
    monkeypatch.setenv("QUIZ_INSTANCE", str(tmp_path / "instance"))
    paper = tmp_path / "paper.txt"
    paper.write_text("一、单项选择题\n1．义务教育的年限是（ B ）。\nA．六年\nB．九年\nC．十二年\n", encoding="utf-8")
    result = CliRunner().invoke(quiz, ["bank", "import", str(paper), "--category", "general/education"])
    assert result.exit_code == 0, result.output
    assert "义务教育的年限是（　　）。" in result.output
    assert "key: B" in result.output


def test_shares_go_with_moodle_and_gift_and_are_told_where_they_stay_behind(tmp_path):
    draft = Draft(
        DraftType.MULTIPLE, "哪些对（　　）。", options=("甲", "乙", "丙"), right=(0, 1), shares=(Decimal(70), Decimal(30), Decimal(-50)), id="q-1"
    )
    case = Draft(DraftType.CASE, "某村。", parts=(replace(draft, id=""),), id="c-1")
    for format_ in WRITERS:
        with (tmp_path / format_).open("wb") as out:
            told = [(loss.file, loss.message.render()) for loss in write_drafts([draft, case], format_, out)]
        is_lost = ("q-1", "这种格式写不下：各选项的比例。") in told
        assert is_lost == (format_ in ("word", "excel", "qti")), format_  # Aiken has no multiple choice at all
        assert ("这种格式写不下：各选项的比例。" in [text for name, text in told if name == "c-1"]) == is_lost
        assert not any("会有出入" in text for _, text in told)

"""Records and samples by command line."""

import json
import re

import openpyxl
import pypdfium2

from tests.cli.test_chain import SITTING


def who_sat(shell):
    """The staff number of the one who sat."""
    return next(line.split("\t")[0].strip() for line in shell("result", "list", "s1").splitlines() if "100/100" in line)


def test_a_record_is_shown_exported_and_verified(shell):
    number = who_sat(shell)
    assert "100/100" in shell("record", "show", number)
    assert json.loads(shell("record", "show", number, "--json"))["entries"][0]["sitting"] == "s1"
    out = shell("record", "export", number, "-o", shell.folder / "r.pdf")
    assert (shell.folder / "r.pdf").read_bytes().startswith(b"%PDF")
    digest = re.search(r"[0-9a-f]{64}", out)[0]
    told = shell("record", "verify", digest[:16])
    assert "100/100" in told
    assert "核对无误" in told
    assert "not_found" in shell("record", "verify", "0" * 64)
    shell("record", "export", number, "-o", shell.folder / "r.xlsx")
    assert openpyxl.load_workbook(shell.folder / "r.xlsx").active["E2"].value == 100
    shell("record", "export", number, "-o", shell.folder / "r.csv")
    assert "s1" in (shell.folder / "r.csv").read_text("utf-8-sig")
    assert "which" in shell("record", "export", number, "-o", shell.folder / "r.doc")
    assert "not_found" in shell("record", "show", "nobody")


def test_a_make_up_is_planned_from_a_file(shell):
    lines = "  makes_up: {sitting: s1, for: [absent], counting: capped}\n"
    text = SITTING.replace("code: s1", "code: s2").replace("2026-11-22", "2026-11-25") + lines
    seen = shell("sitting", "create", shell.file("s2.yaml", text), "--check")
    people = int(re.search(r"(\d+)人参加", seen)[1])
    assert f"{people}份试卷" in shell("sitting", "create", shell.file("s2.yaml", text))
    assert who_sat(shell) not in shell("result", "list", "s2")


def test_a_sample_is_frozen_drawn_and_verified(shell):
    base = ("sample", "freeze", "audit-1", "--title", "抽考", "--source", "双色球第2026138期", "--unit", "T01")
    assert "sample_size" in shell(*base, "--take", "100000")
    assert re.search(r"人中抽取5人。请公布摘要：[0-9a-f]{64}", shell(*base, "--take", "5", "--by", "post"))
    assert "not_drawn" in shell("sample", "verify", "audit-1")
    assert "已抽取5人" in shell("sample", "draw", "audit-1", "--seed", "03 07 12 + 09")
    assert "already_drawn" in shell("sample", "draw", "audit-1", "--seed", "1")
    assert "核对无误" in shell("sample", "verify", "audit-1")
    file = shell.folder / "proof.json"
    shell("sample", "proof", "audit-1", "-o", file)
    assert "核对无误" in shell("sample", "verify", file)
    file.write_text(file.read_text("utf-8").replace("03 07 12", "03 07 13"), "utf-8")
    assert "不符" in shell("sample", "verify", file, status=1)
    file.write_text("{", "utf-8")
    assert "bad_proof" in shell("sample", "verify", file)
    text = SITTING.replace("code: s1", "code: s2").replace("2026-11-22", "2026-11-25").replace("group: {units: [T01]}", "sample: audit-1")
    assert "5份试卷" in shell("sitting", "create", shell.file("s2.yaml", text))


def test_a_certificate_is_issued_printed_verified_and_withdrawn(shell):
    base = ("certificate", "issue", "s1", "--title", "合格证书", "--months", "12")
    assert "bad_rule" in shell(*base, "--least", "x")
    assert "KX2026-000001" in shell(*base, "--least", "60", "--from", "2026-11-23")
    assert "nobody" in shell(*base, "--least", "60")
    assert "有效" in shell("certificate", "list", "s1")
    file = shell.folder / "c.pdf"
    shell("certificate", "print", "s1", "KX2026-000001", "-o", file)
    text = pypdfium2.PdfDocument(file)[0].get_textpage().get_text_range()
    code = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", text)[0]
    assert "有效" in shell("certificate", "verify", code)
    assert "not_found" in shell("certificate", "verify", "ABCD")
    assert "已撤销" in shell("certificate", "withdraw", "s1", "KX2026-000001", "--reason", "误发")
    assert "已撤销" in shell("certificate", "verify", code, status=1)
    assert "withdrawn" in shell("certificate", "print", "s1", "KX2026-000001", "-o", file)

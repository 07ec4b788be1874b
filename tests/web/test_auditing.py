"""The page of the audit log: who reads it, what it tells of whom, and what it keeps back while people sit."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, text, update

import quiz
from quiz.core.access import Person as By
from quiz.core.audit_words import ACTION_NAMES
from quiz.storage import audit
from quiz.storage.engine import reading, writing
from quiz.storage.tables import AccountRow, CadreRow, GrantRow
from tests.web.world import NINE, Clock, Person


def write(engine: Engine, *lines: audit.Line) -> None:
    with writing(engine) as db:
        audit.record_many(db, lines)


def account(engine: Engine, login: str) -> By:
    with reading(engine) as db:
        row = db.query(AccountRow).filter_by(login=login).one()
        return By.of_account(row.id, row.name)


def rows(page: str) -> list[str]:
    """The rows of the table as plain text."""
    body = re.search(r"<tbody>(.*?)</tbody>", page, re.S)
    found = re.findall(r"<tr>(.*?)</tr>", body[1], re.S) if body else []
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in found]


def test_who_did_what_why_is_told_with_the_log_in(person: Callable[[str], Person], web_engine: Engine) -> None:
    by = account(web_engine, "organiser")
    write(
        web_engine,
        audit.Line(NINE, by, "override", "over", {"cadre": "Q001", "slot": 3, "mark": "1.5", "reason": "扫描不清 <b>"}),
        audit.Line(NINE, By.as_typed(by.name), "release", "over", {}),
        audit.Line(NINE, by, "decide_late", "over", {"accept": False, "response": 0, "blank": 0, "text": None}),
        audit.Line(NINE, by, "publish_bank", "", {"added": [f"farm-{n}" for n in range(500)], "revised": [], "reason": "字" * 1000}),
    )
    page = person("organiser").get("/audit").text
    long, late, first, second = rows(page)[:4]
    assert late.endswith("采纳： 否； 空： 1； 作答记录： 0")
    assert "新增： farm-0、farm-1、farm-2、farm-3、farm-4、farm-5等500项" in long
    assert len(long) < 450
    assert "修订" not in long
    assert f"{by.name} 公布成绩" in first
    assert f"{by.name} organiser 人工改分" in second
    for told in ("工号： Q001", "题号： 3", "得分： 1.5", "原因： 扫描不清 &lt;b&gt;"):
        assert told in second
    assert 'href="/audit"' in person("organiser").get("/sittings").text


def test_rows_are_found_by_person_matter_action_and_day(person: Callable[[str], Person], web_engine: Engine) -> None:
    by, marker = account(web_engine, "organiser"), account(web_engine, "marker")
    write(
        web_engine,
        audit.Line(NINE, marker, "decide", "over", {"question": "farm-001", "text": "百分之五%_"}),
        audit.Line(NINE + timedelta(days=1), By("account:999", marker.name), "void", "over", {"cadre": "Q00_"}),
        audit.Line(NINE + timedelta(days=2), by, "pause", "other", {"reason": "停电"}),
    )
    reader = person("inspector")

    def found(query: str) -> list[str]:
        return [name for row in rows(reader.get(f"/audit?{query}").text) for name in ("评定作答", "作废答卷", "暂停计时") if name in row]

    assert found(f"who={marker.name}") == ["作废答卷", "评定作答"]
    assert found("who=marker") == ["评定作答"]
    assert found("about=over") == ["作废答卷", "评定作答"]
    assert found("about=farm-001") == ["评定作答"]
    assert found("about=Q00_") == ["作废答卷"]
    assert found("about=Q001") == found("about=farm%25") == found("who=%25") == []
    assert found("action=pause") == ["暂停计时"]
    day = f"{NINE + timedelta(days=1):%Y-%m-%d}"
    assert found(f"since={day}&until={day}") == ["作废答卷"]
    assert found(f"since={day}&until=nonsense") == ["暂停计时", "作废答卷"]
    assert "没有符合条件的操作" in reader.get("/audit?who=nobody").text
    assert reader.get("/audit?offset=-5&action=x&since=9999-99-99").status_code == 200
    assert reader.get("/audit?offset=99999999999999999999&until=9999-12-31").status_code == 200
    assert found("since=0001-01-01&until=9999-12-31") == ["暂停计时", "作废答卷", "评定作答"]
    assert found("until=0001-01-01") == []


def test_details_of_a_sitting_are_kept_back_from_candidates_and_inspectors_until_it_is_over(
    person: Callable[[str], Person], web_engine: Engine, clock: Clock
) -> None:
    write(web_engine, audit.Line(NINE, account(web_engine, "marker"), "decide", "demo", {"question": "farm-001", "text": "十三来个", "share": "1"}))
    organiser, inspector = person("organiser"), person("inspector")
    assert "十三来个" in organiser.get("/audit").text
    kept = inspector.get("/audit").text
    assert "十三来个" not in kept
    assert "考试结束后可以看详情" in kept
    assert rows(inspector.get("/audit?about=farm-001").text) == []
    with writing(web_engine) as db:
        row = db.query(CadreRow).filter_by(number="Q001").one()
        db.execute(update(AccountRow).where(AccountRow.cadre_id == row.id).values(cadre_id=None))
        db.execute(update(AccountRow).where(AccountRow.login == "organiser").values(cadre_id=row.id))
    assert "十三来个" not in organiser.get("/audit").text
    clock.go_on(hours=3)
    assert "十三来个" in inspector.get("/audit").text
    assert "十三来个" in organiser.get("/audit").text


def test_who_answers_for_a_part_of_the_county_reads_none_of_it(person: Callable[[str], Person], web_engine: Engine) -> None:
    organiser = person("organiser")
    with writing(web_engine) as db:
        by = db.query(AccountRow).filter_by(login="organiser").one()
        part = db.execute(text("SELECT id FROM unit WHERE path <> '/' AND path LIKE '/%/%/' ORDER BY path LIMIT 1")).scalar_one()
        db.execute(update(GrantRow).where(GrantRow.account_id == by.id).values(unit_id=part))
    assert organiser.get("/audit").status_code == 403
    assert organiser.post("/audit/check").status_code == 403
    assert 'href="/audit"' not in organiser.get("/sittings").text


def test_the_chain_is_checked_on_the_page(person: Callable[[str], Person], web_engine: Engine) -> None:
    write(web_engine, audit.Line(NINE, account(web_engine, "marker"), "release", "over", {}))
    with reading(web_engine) as db:
        head = audit.verify(db).head_digest
    organiser = person("organiser")
    page = organiser.post("/audit/check", {"expect": head.upper()}).text
    assert "链条完整" in page
    assert head in page
    assert "此后又有0行" in page
    refused = organiser.post("/audit/check", {"expect": "abc"})
    assert (refused.status_code, "64位十六进制数" in refused.text) == (422, True)
    with writing(web_engine) as db:
        db.execute(text("DROP TRIGGER audit_no_update"))
        db.execute(text("UPDATE audit SET actor = '别人' WHERE id = (SELECT max(id) FROM audit)"))
    assert "内容被改过" in organiser.post("/audit/check").text


def test_every_action_that_is_written_down_has_words() -> None:
    """Read from the program itself: the text that each call of `audit.record` gives as its action."""
    written = set()
    for path in Path(quiz.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
                written |= {one.value for one in ast.walk(node.args[3]) if isinstance(one, ast.Constant)}
    assert len(written) > 40
    assert written - ACTION_NAMES.keys() == set()

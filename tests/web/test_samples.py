"""Samples on the pages: freeze, draw, show, prove, and plan the sitting of who was drawn."""

from __future__ import annotations

from collections.abc import Callable

from quiz.core.sample import verify_sample
from tests.web.world import Person

FORM = {"title": "抽考", "code": "audit-1", "by": "unit", "take": "2", "least": "1", "source": "双色球第2026138期"}
PLAN = {
    "title": "抽考", "code": "q", "blueprint": "small", "profile": "", "opens_at": "2026-12-02T09:00", "closes_at": "2026-12-02T11:00",
    "release": "on_close", "mode": "each", "markers": "1", "do": "check",
}  # fmt: skip


def test_from_the_frame_to_the_sitting(person: Callable[[str], Person]) -> None:
    organiser, inspector = person("organiser"), person("inspector")
    assert "还没有抽样" in organiser.get("/samples").text
    assert organiser.post("/samples/new", {**FORM, "source": ""}).status_code == 422
    refused = organiser.post("/samples/new", {**FORM, "take": "9"})
    assert refused.status_code == 409
    assert "抽取人数须在2和3之间" in refused.text
    assert organiser.post("/samples/new", FORM).location == "/samples/audit-1"
    page = organiser.get("/samples/audit-1").text
    assert all(told in page for told in ("3人中抽取2人", "等待种子", "双色球第2026138期", "柳溪镇", "县水利局"))
    assert "王秀英" not in page
    assert organiser.get("/samples/audit-1/sitting").status_code == 409
    assert organiser.get("/samples/audit-1/proof.json").status_code == 409
    assert "用这个种子抽取" not in inspector.get("/samples/audit-1").text
    assert organiser.post("/samples/audit-1/draw", {"seed": ""}).status_code == 422
    assert organiser.post("/samples/audit-1/draw", {"seed": "03 07 12"}).status_code == 303
    assert organiser.post("/samples/audit-1/draw", {"seed": "1"}).status_code == 409
    page = inspector.get("/samples/audit-1").text
    assert "已抽取" in page
    assert "李强" in page
    _, findings = verify_sample(inspector.get("/samples/audit-1/proof.json").get_json())
    assert findings == ()
    assert "抽样“抽考”抽中的2人" in organiser.get("/samples/audit-1/sitting").text
    assert "检查通过：2人参加" in organiser.post("/samples/audit-1/sitting", PLAN).text
    organiser.post("/samples/audit-1/sitting", {**PLAN, "do": "create"})
    assert 'href="/samples/audit-1"' in organiser.get("/sittings/q").text

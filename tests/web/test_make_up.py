"""Planning a make-up on the page, and what organiser and cadre are told of which score counts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from quiz.storage.engine import reading
from quiz.storage.sittings import get_sitting
from tests.web.page_reading import fingerprint
from tests.web.world import SITTING, Clock, Person, engine_of, paper_code, paper_of, right_answers

FORM = {
    "title": "补考一",
    "code": "bk",
    "blueprint": "small",
    "profile": "",
    "opens_at": "2026-12-02T09:00",
    "closes_at": "2026-12-02T11:00",
    "release": "on_close",
    "mode": "each",
    "people": ["failed", "absent"],
    "counting": "capped",
    "markers": "1",
    "do": "create",
}


def sit(someone: Person, app: Flask, number: str, count: int, sitting: str = SITTING) -> str:
    """Sit with the first `count` answers right; return the paper's code."""
    code = paper_code(engine_of(app), number, sitting)
    someone.post(f"/papers/{code}/start")
    for seq, (slot, value) in enumerate(list(right_answers(engine_of(app), number, sitting).items())[:count], 1):
        someone.save(code, slot, value, seq)
    someone.post(f"/papers/{code}/submit")
    return code


@pytest.fixture
def failed(app: Flask, trainee: Person, clock: Clock) -> str:
    """王秀英 failed with two marks, the others stayed away; the sitting is over."""
    code = sit(trainee, app, "Q001", 1)
    clock.go_on(hours=3)
    return code


def test_in_english_the_rules_stand_behind_a_colon_of_english(failed: str, person: Callable[[str], Person]) -> None:
    organiser = person("organiser")
    organiser.post("/language", {"language": "en"})
    page = organiser.get(f"/sittings/{SITTING}/make-up").text
    assert "The higher score counts: " in page
    assert "：" not in page


def test_it_is_planned_from_the_earlier_sitting(app: Flask, failed: str, person: Callable[[str], Person]) -> None:
    organiser = person("organiser")
    assert f'href="/sittings/{SITTING}/make-up"' in organiser.get(f"/sittings/{SITTING}").text
    page = organiser.get(f"/sittings/{SITTING}/make-up").text
    assert all(
        told in page for told in ("安排补考", "不及格的人 1", "缺考的人 2", "补考及格的按及格线计", 'value="demo季度测试（补考）"', 'value="demo-bk"')
    )
    assert organiser.post(f"/sittings/{SITTING}/make-up", {**FORM, "people": []}).status_code == 422
    assert "检查通过：3人参加" in organiser.post(f"/sittings/{SITTING}/make-up", {**FORM, "do": "check"}).text
    assert organiser.post(f"/sittings/{SITTING}/make-up", {**FORM, "people": ["voided"]}).status_code == 409
    assert organiser.post(f"/sittings/{SITTING}/make-up", FORM).location == "/sittings/bk?done=created"
    with reading(engine_of(app)) as db:
        row = get_sitting(db, "bk")
        assert row is not None
        assert (row.makes_up, row.counting) == (SITTING, "capped")
    assert organiser.get("/sittings/bk/make-up").status_code == 409
    assert organiser.get("/sittings/none/make-up").status_code == 404


def test_it_cannot_be_planned_before_results_are_out(person: Callable[[str], Person]) -> None:
    organiser = person("organiser")
    assert "/make-up" not in organiser.get(f"/sittings/{SITTING}").text
    assert organiser.get(f"/sittings/{SITTING}/make-up").status_code == 409


def test_everybody_is_told_which_score_counts_and_why(
    app: Flask, failed: str, trainee: Person, person: Callable[[str], Person], clock: Clock
) -> None:
    organiser = person("organiser")
    organiser.post(f"/sittings/{SITTING}/make-up", FORM)
    clock.go_on(hours=21)
    trainee.sign_in("q001")
    code = paper_code(engine_of(app), "Q001", "bk")
    notice = trainee.get(f"/papers/{code}").text
    assert all(told in notice for told in ("这是“demo季度测试”的补考", "补考及格的按及格线计", "补考成绩最高计到及格线"))
    sit(trainee, app, "Q001", 8, "bk")
    clock.go_on(hours=3)
    for paper in (failed, code):
        page = trainee.get(f"/papers/{paper}/result").text
        assert all(
            told in page for told in ("原考和补考", "demo季度测试：2分", "补考一：20分 <b>计入</b>", "计入成绩12分，及格", "补考及格，按及格线计")
        )
    assert "计入成绩12分" in trainee.get("/record").text
    organiser.sign_in("organiser")
    for sitting in (SITTING, "bk"):
        page = organiser.get(f"/sittings/{sitting}").text
        assert all(told in page for told in ("补考成绩", "王秀英", "补考及格，按及格线计", "计分办法：补考及格的按及格线计"))


def test_a_correction_links_the_planned_make_up_that_it_touches(app: Flask, trainee: Person, clock: Clock, person: Callable[[str], Person]) -> None:
    """She has as many answers right as leave her below 12 of 20, the pass mark; with the next question given to all she passes."""
    engine = engine_of(app)
    slots = [(one.number, one.max_mark, one.question.uid) for one in paper_of(engine, "Q001").slots]
    answered = next(n for n in range(len(slots)) if sum(mark for _, mark, _ in slots[: n + 1]) >= 12)
    assert list(right_answers(engine, "Q001")) == [number for number, _, _ in slots]
    sit(trainee, app, "Q001", answered)
    clock.go_on(hours=3)
    organiser = person("organiser")
    assert organiser.post(f"/sittings/{SITTING}/make-up", FORM).location == "/sittings/bk?done=created"
    address, sent = f"/sittings/{SITTING}/correct/question?uid={slots[answered][2]}", {"remedy": "full", "reason": "题目有误"}
    page = organiser.post(address, sent).text
    told = "补考“补考一”（bk）的名单中，1人由此及格，不再需要补考"
    assert told in page
    assert 'href="/sittings/bk">查看这场补考</a>' in page
    done = organiser.post(address, {**sent, "confirmed": fingerprint(page)})
    assert told in organiser.get(done.location).text

"""The marker's pages: who may open them, texts by question and without names, taken for a while, marked by one or two, settled by a third."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select
from werkzeug.test import TestResponse

from quiz.core.access import command_line
from quiz.storage.engine import reading, writing
from quiz.storage.rosters import units_by_code
from quiz.storage.sittings import get_sitting
from quiz.storage.tables import AccountRow, ClaimRow, DecisionRow, GradingRow, GrantRow, ReadingRow
from quiz.usecases import results
from quiz.usecases.marking import LEASE
from tests.web.world import NINE, Clock, Person, paper_code
from tests.web.written import MARKERS, NAMES, SHORT, WRITTEN, blank_uid, hand_in, make_written, score

People = Callable[[str], Person]
OVERVIEW = f"/marking/{WRITTEN}"
DESK = f"{OVERVIEW}/desk?uid={SHORT}&blank=0"
TAKE = {"uid": SHORT, "blank": "0"}
ODD = "约12"
DIGEST = "0" * 64

OTHERS = {"": 302, "nobody": 403, "q001": 403, "setter": 403, "organiser": 403, "inspector": 403}
STATUS = {
    "/marking": {**OTHERS, "marker": 200},
    OVERVIEW: {**OTHERS, "marker": 200, "town": 403},
    DESK: {**OTHERS, "marker": 200, "town": 403},
    f"{OVERVIEW}/desk": {"marker": 200},
    "/marking/none": {"marker": 404, "q001": 403},
    "/marking/none/desk?uid=x": {"marker": 404, "q001": 403},
}
REFUSED = {"": 401, "nobody": 403, "q001": 403, "setter": 403, "organiser": 403, "inspector": 403, "town": 403}
POSTS: dict[str, tuple[dict[str, object], dict[str, int]]] = {
    f"{OVERVIEW}/take": (TAKE, {**REFUSED, "marker": 303}),
    f"{OVERVIEW}/back": ({}, {**REFUSED, "marker": 303}),
    DESK: ({"digest": DIGEST, "verdict": "right", "reason": "x"}, {**REFUSED, "marker": 404}),
    "/marking/none/take": (TAKE, {"marker": 404, "q001": 403}),
    "/marking/none/back": ({}, {"marker": 404, "q001": 403}),
    "/marking/none/desk?uid=x": ({"digest": DIGEST, "verdict": "right", "reason": "x"}, {"marker": 404, "q001": 403}),
}


@pytest.fixture
def single(web_engine: Engine) -> Engine:
    """One marker for each answer; two people wrote the same."""
    make_written(web_engine)
    _three(web_engine)
    return web_engine


@pytest.fixture
def double(web_engine: Engine) -> Engine:
    """Two markers for each answer, who may differ by a fifth of its marks."""
    make_written(web_engine, markers=2, margin_percent=20)
    _three(web_engine)
    return web_engine


@pytest.fixture
def person(person: People, web_engine: Engine) -> People:
    """As elsewhere; and "town" is a marker for one town."""

    def find(login: str = "") -> Person:
        if login == "town":
            with writing(web_engine) as db:
                unit = units_by_code(db)["T01"]
                account = db.scalars(select(AccountRow).where(AccountRow.login == "marker")).one()
                db.query(GrantRow).filter(GrantRow.account_id == account.id).update({"unit_id": unit.id})
            return person("marker")
        return person(login)

    return find


# --- who, and what is not there ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "login", "status"), [(path, who, status) for path, row in STATUS.items() for who, status in row.items()])
def test_who_may_open_a_page(person: People, single: Engine, path: str, login: str, status: int) -> None:
    """Waiting texts stand beside their keys: for markers of the whole sitting only."""
    assert person(login).get(path).status_code == status


@pytest.mark.parametrize(("path", "login", "status"), [(path, who, status) for path, (_, row) in POSTS.items() for who, status in row.items()])
def test_who_may_send_a_form(person: People, single: Engine, path: str, login: str, status: int) -> None:
    """Nobody else may send one, and nothing is marked that does not wait."""
    assert person(login).post(path, POSTS[path][0]).status_code == status
    assert _rows(single, DecisionRow) == 0


def test_nothing_waits(person: People) -> None:
    """Every page says so."""
    marker = person("marker")
    assert "没有等待评阅的作答" in marker.get("/marking").text
    assert "没有等待评阅的作答" in marker.get("/marking/demo").text
    assert "这道题现在没有您可以评的作答" in marker.get("/marking/demo/desk?uid=fill-in-1&blank=0").text
    page = marker.post("/marking/demo/take", {"uid": "fill-in-1", "blank": "0"}, follow_redirects=True)
    assert "这道题现在没有您可以评的作答" in page.text


def test_a_marker_who_sits_it_waits_until_it_is_over_and_never_gets_their_own(person: People, single: Engine, clock: Clock) -> None:
    """The texts would tell them questions and answers; their own they would mark themselves."""
    with writing(single) as db:
        account = db.scalars(select(AccountRow).where(AccountRow.login == "q002")).one()
        db.add(GrantRow(account_id=account.id, role="marker"))
    both = person("q002")
    for reply in (both.get(OVERVIEW), both.get(DESK), both.post(f"{OVERVIEW}/take", TAKE), both.post(f"{OVERVIEW}/back")):
        assert reply.status_code == 403
    clock.go_on(hours=3)
    assert "核实收入" in _take(both).text
    mine = _digest(_take(person("bela")).text)
    reply = both.post(DESK, {"digest": mine, "p0": "2", "p1": "3"})
    assert reply.status_code == 404, "what one wrote oneself does not exist for marking"
    assert _rows(single, DecisionRow) == 0


def test_no_page_names_anybody(person: People, single: Engine) -> None:
    """Neither cadres nor their units, on the overview, the desk, or after a mark."""
    marker = person("marker")
    pages = [marker.get("/marking"), marker.get(OVERVIEW), _take(marker), _judge(marker, p0="2", p1="1"), marker.get(OVERVIEW)]
    for page in pages:
        assert page.status_code == 200
        for name in NAMES:
            assert name not in page.text, name


def test_reading_takes_nothing(person: People, single: Engine) -> None:
    """Only the button takes: looking at a desk leaves the texts for others."""
    marker = person("marker")
    marker.get(OVERVIEW)
    assert "领取的时间过了，或者已经交还" in marker.get(DESK).text
    assert _rows(single, ClaimRow) == 0


def test_texts_are_shown_as_text(person: People, web_engine: Engine) -> None:
    """What a trainee wrote is never mark-up, nor is what a marker wrote."""
    make_written(web_engine)
    hand_in(web_engine, "Q001", "收入<script>alert(1)</script>{{7*7}}", ("约12<script>alert(2)</script>", "无"))
    marker = person("marker")
    page = _take(marker).text
    assert "<script>alert" not in page
    assert "{{7*7}}" in page
    marker.post(DESK, {"digest": _digest(page), "p0": "9", "p1": "0", "reason": '"><script>alert(3)'})
    assert "<script>alert" not in _take(marker, blank_uid(web_engine)).text


# --- by question, for a while ----------------------------------------------------------------------------------------------------------------


def test_the_overview_counts_by_question(person: People, single: Engine) -> None:
    """Different texts with their attempts, and how far it has come."""
    marker = person("marker")
    text = _words(marker.get(OVERVIEW).text)
    assert "还有2种作答等待评阅" in text
    assert "0/2种已评" in text
    assert "涉及3份答卷" in text
    assert "3份答卷等待评阅" in marker.get("/marking").text
    _take(marker)
    assert "继续评阅" in marker.get(OVERVIEW).text
    _judge(marker, p0="2", p1="0")
    text = _words(marker.get(OVERVIEW).text)
    assert "还有1种作答等待评阅" in text
    assert "1/2种已评" in text
    assert "涉及1份答卷" in text
    _judge(marker, p0="2", p1="3")
    text = _words(marker.get(OVERVIEW).text)
    assert "这场考试的作答都已评阅" in text
    assert "2/2种已评" in text
    assert f"{OVERVIEW}/take" not in marker.get(OVERVIEW).text


def test_what_one_has_taken_no_other_gets_until_it_is_given_back_or_its_time_is_over(person: People, single: Engine, clock: Clock) -> None:
    """Each text has one marker at a time."""
    first, second, third = person("marker"), person("bela"), person("cara")
    digest = _digest(_take(first).text)
    assert _digest(_take(second).text) != digest
    assert "这道题现在没有您可以评的作答" in _take(third).text
    assert "别人正在评" in third.get(OVERVIEW).text
    taken = third.post(DESK, {"digest": digest, "p0": "2", "p1": "3"})
    assert taken.status_code == 409
    assert "已经由别的阅卷人领取" in taken.text
    assert "继续评阅" in first.get(OVERVIEW).text
    assert first.post(f"{OVERVIEW}/back").status_code == 303
    assert _digest(_take(third).text) == digest
    clock.go_on(seconds=LEASE.total_seconds() + 1)
    assert _digest(_take(first).text) == digest
    late = third.post(DESK, {"digest": digest, "p0": "2", "p1": "3"})
    assert late.status_code == 409
    assert _rows(single, DecisionRow) == 0


def test_a_form_that_names_no_question_takes_nothing(person: People, single: Engine) -> None:
    """Back to the overview; a question that is not there gives an empty desk."""
    marker = person("marker")
    for sent in ({}, {"uid": SHORT}, {"uid": SHORT, "blank": "x"}, {"uid": "", "blank": "0"}, {"uid": "x" * 201, "blank": "0"}):
        reply = marker.post(f"{OVERVIEW}/take", dict(sent))
        assert (reply.status_code, reply.location) == (303, OVERVIEW)
    for uid, blank in (("none", "0"), (SHORT, "1"), (SHORT, "-1"), (SHORT, "9" * 40), ("%", "0")):
        page = marker.post(f"{OVERVIEW}/take", {"uid": uid, "blank": blank}, follow_redirects=True)
        assert page.status_code == 200
        assert "没有您可以评的作答" in page.text
    assert _rows(single, ClaimRow) == 0


# --- short answers by points --------------------------------------------------------------------------------------------------------------------


def test_points_stand_beside_the_answer_and_make_its_mark(person: People, single: Engine) -> None:
    """Hints underline and mark nothing; the mark counts for all who wrote it; the next answer comes by itself."""
    marker = person("marker")
    page = _take(marker).text
    assert '<mark class="hint">收入<sup>1</sup></mark>' in page
    assert "（2人这样写）" in page
    assert "提到：收入" in page
    assert "/ 2分" in page
    assert "/ 3分" in page
    assert 'value=""' in page.split('name="p0"')[1].split(">")[0], "a hint fills in no mark"
    assert score(single, "Q001") == (1, 1)
    done = _judge(marker, p0="1.5", p1="", reason="没有写评议")
    assert "2份答卷的成绩已重新计算" in done.text
    assert "评议" in done.text
    assert _digest(done.text) != _digest(page)
    assert score(single, "Q001") == (2.5, 0) == score(single, "Q003")
    with reading(single) as db:
        decision = db.scalars(select(DecisionRow)).one()
        assert (decision.share, decision.reason, decision.decided_by) == (300_000, "要点1得1.5分；要点2得0分。没有写评议", "吴阅卷")
        runs = db.scalar(select(func.count()).where(GradingRow.reason == "decision"))
    assert runs == 2
    assert _rows(single, ClaimRow) == 1, "what was marked is given back, the next one is held"


@pytest.mark.parametrize(
    ("sent", "status", "told"),
    [
        ({"p0": "2.02", "p1": "0"}, 422, "每个要点的得分须在0和该要点的分值之间"),
        ({"p0": "-1", "p1": "0"}, 422, "每个要点的得分须在0和该要点的分值之间"),
        ({"p0": "2"}, 422, "每个要点的得分须在0和该要点的分值之间"),
        ({"p0": "2", "p1": "1", "p2": "1"}, 422, "每个要点的得分须在0和该要点的分值之间"),
        ({"p0": "两分", "p1": "0"}, 422, "请填写数字"),
        ({"p0": "NaN", "p1": "0"}, 422, "请填写数字"),
        ({"p0": "sNaN", "p1": "0"}, 422, "请填写数字"),
        ({"p0": "Infinity", "p1": "0"}, 422, "请填写数字"),
        ({"p0": "1e999999999", "p1": "0"}, 422, "请填写数字"),
        ({"p0": "1e-999999999", "p1": "0"}, 422, "请填写数字"),
        ({"p0": "0.333", "p1": "0"}, 422, "每个要点的得分最多两位小数"),
        ({"p0": "", "p1": ""}, 422, "请选择“对”或“错”，或者填写得分"),
        ({}, 422, "请选择“对”或“错”，或者填写得分"),
        ({"verdict": "perhaps"}, 422, "请选择“对”或“错”，或者填写得分"),
        ({"marks": "5.01", "reason": "x"}, 422, "得分须在0分和满分之间"),
        ({"marks": "-0.01", "reason": "x"}, 422, "得分须在0分和满分之间"),
        ({"marks": "1e999999999", "reason": "x"}, 422, "请填写数字"),
        ({"marks": "NaN", "reason": "x"}, 422, "请填写数字"),
        ({"marks": "abc", "reason": "x"}, 422, "请填写数字"),
        ({"marks": "3", "reason": "　 "}, 422, "请写明判定理由"),
        ({"p0": "2", "p1": "0", "reason": "长" * 401}, 422, "判定理由最多400个字"),
        ({"digest": "x", "p0": "2", "p1": "0"}, 422, ""),
        ({"digest": DIGEST.upper().replace("0", "A"), "p0": "2", "p1": "0"}, 422, ""),
        ({"digest": DIGEST, "p0": "2", "p1": "0"}, 404, ""),
    ],
)
def test_what_is_no_mark_is_refused_and_what_was_written_stays(person: People, single: Engine, sent: dict[str, str], status: int, told: str) -> None:
    """Nothing is stored, the text is still held, and the form shows what was typed."""
    marker = person("marker")
    digest = _digest(_take(marker).text)
    reply = marker.post(DESK, {"digest": digest, "reason": "想了很久", **sent})
    assert reply.status_code == status
    assert told in reply.text
    if "reason" not in sent and "digest" not in sent:
        assert 'value="想了很久"' in reply.text
    if sent.get("p0") == "两分":
        assert 'value="两分"' in reply.text
    assert (_rows(single, DecisionRow), _rows(single, ReadingRow), _rows(single, ClaimRow)) == (0, 0, 1)


def test_a_mark_in_one_piece_needs_its_reason(person: People, single: Engine) -> None:
    """Marks without points are a share of the whole; the reason is what the cadre reads."""
    marker = person("marker")
    _take(marker)
    done = _judge(marker, marks="3.5", reason="写出了大意")
    assert done.status_code == 200
    assert score(single, "Q001") == (4.5, 0)


def test_the_same_form_sent_twice_marks_once(person: People, single: Engine) -> None:
    """A double click, or the page gone back to: what is marked waits no more, and who sent it again stands before the next text and is told."""
    marker = person("marker")
    digest = _digest(_take(marker).text)
    sent = {"digest": digest, "p0": "2", "p1": "0"}
    assert marker.post(DESK, dict(sent)).status_code == 303
    again = marker.post(DESK, {**sent, "p0": "0"}, follow_redirects=True)
    assert (again.status_code, "这一次没有计入" in again.text) == (200, True)
    assert _digest(again.text) != digest
    assert _rows(single, DecisionRow) == 1
    assert marker.post(DESK, {**sent, "digest": "0" * 64}).status_code == 404


def test_who_marks_while_the_question_is_corrected_is_told(person: People, single: Engine, clock: Clock) -> None:
    """It does not count any more when they send their mark: no page is missing, and nothing is stored."""
    marker, organiser = person("marker"), person("organiser")
    digest = _digest(_take(marker).text)
    clock.go_on(hours=3)
    corrected = {"remedy": "drop", "reason": "题目有误"}
    page = f"/sittings/{WRITTEN}/correct/question?uid={SHORT}"
    seen = organiser.post(page, corrected).text
    assert organiser.post(page, {**corrected, "confirmed": re.search(r'name="confirmed"[^>]*value="(\w+)"', seen)[1]}).status_code == 303
    told = marker.post(DESK, {"digest": digest, "p0": "2", "p1": "0"}, follow_redirects=True)
    assert (told.status_code, "题目更正以后不用再评" in told.text) == (200, True)
    assert _rows(single, DecisionRow) == 0


def test_the_cadre_reads_the_marks_of_the_points_and_who_marks_stays_unknown_to_them(person: People, single: Engine, clock: Clock) -> None:
    """After the release, with the marker's words and without the marker's name."""
    marker = person("marker")
    _take(marker)
    _judge(marker, p0="1.5", p1="0", reason="没有写评议")
    clock.go_on(hours=3)
    with writing(single) as db:
        results.release(db, command_line("tests"), WRITTEN, clock())
    page = person("q001").get(f"/papers/{paper_code(single, 'Q001', WRITTEN)}/result").text
    assert "要点1得1.5分；要点2得0分。没有写评议" in page
    assert "吴阅卷" not in page
    assert "没有写评议" in person("organiser").get(f"/sittings/{WRITTEN}/cadres/Q001").text


def test_who_marked_is_shown_to_who_answers_for_it_and_to_nobody_else(person: People, single: Engine, clock: Clock) -> None:
    """The organiser reads marker, mark, time and reason; an inspector, who answers no appeal, reads the reason only."""
    marker = person("marker")
    _take(marker)
    _judge(marker, p0="1.5", p1="0", reason="没有写评议")
    clock.go_on(hours=3)
    page = person("organiser").get(f"/sittings/{WRITTEN}/cadres/Q001").text
    found = re.search(r'<details class="more judged">(.*?)</details>', page, re.DOTALL)
    assert found
    told = re.sub(r"<[^>]+>|\s+", "", found[1])
    assert re.search(r"判定吴阅卷：1\.5分（满分[\d.]+分），要点1得1.5分；要点2得0分。没有写评议2026年12月1日", told), told
    inspector = person("inspector").get(f"/sittings/{WRITTEN}/cadres/Q001").text
    assert "没有写评议" in inspector
    assert "吴阅卷" not in inspector


# --- blanks -----------------------------------------------------------------------------------------------------------------------------------


def test_a_blank_is_right_or_wrong_for_all_who_wrote_it(person: People, web_engine: Engine) -> None:
    """By the page: each with its own reason; even where short answers have two markers one decides."""
    make_written(web_engine, markers=2)
    for number, text in (("Q001", ODD), ("Q002", f"{ODD}。"), ("Q003", "二三十")):
        hand_in(web_engine, number, "", (text, "无"))
    marker, uid = person("marker"), blank_uid(web_engine)
    page = _take(marker, uid).text
    assert "2人这样填写" in page
    assert "1人这样填写" in page
    assert "第1空" in page
    assert "这道题现在没有您可以评的作答" in _take(person("bela"), uid).text
    done = _judge(marker, uid, verdict="right", reason="意思相同")
    assert "2份答卷的成绩已重新计算" in done.text
    assert score(web_engine, "Q001") == (1, 0) == score(web_engine, "Q002")
    last = _judge(marker, uid, verdict="wrong", reason="不准确")
    assert "这道题现在没有您可以评的作答" in last.text
    assert score(web_engine, "Q003") == (0, 0)
    with reading(web_engine) as db:
        found = [(row.share, row.reason) for row in db.scalars(select(DecisionRow).order_by(DecisionRow.id))]
    assert found == [(1_000_000, "意思相同"), (0, "不准确")]
    assert "没有等待评阅的作答" in marker.get("/marking").text


def test_a_blank_needs_a_verdict_and_a_reason(person: People, web_engine: Engine) -> None:
    """Without them it waits, and what was written stays at its place."""
    make_written(web_engine)
    hand_in(web_engine, "Q001", "", (ODD, "无"))
    marker, uid = person("marker"), blank_uid(web_engine)
    digest = _digest(_take(marker, uid).text)
    where = f"{OVERVIEW}/desk?uid={uid}&blank=0"
    for sent, told in (
        ({"verdict": "right"}, "请写明判定理由"),
        ({"reason": "想了很久"}, "请选择“对”或“错”"),
        ({"marks": "0.5", "reason": "x"}, "一个空只能判对或错"),
    ):
        reply = marker.post(where, {"digest": digest, **sent})
        assert reply.status_code == 422
        assert told in reply.text
        assert sent.get("reason", "") in reply.text
    assert _rows(web_engine, DecisionRow) == 0


# --- two markers and an arbiter ---------------------------------------------------------------------------------------------------------------


def test_two_marks_within_the_margin_make_their_mean(person: People, double: Engine) -> None:
    """The second sees nothing of the first, and nobody marks the same answer twice."""
    first, second = person("marker"), person("bela")
    assert "简答题由两人各评一份" in first.get(OVERVIEW).text
    assert "待一评2" in first.get(OVERVIEW).text
    digest = _digest(_take(first).text)
    done = _judge(first, p0="1.75", p1="0", reason="第一人的话")
    assert "已记下，等其他阅卷人评分" in done.text
    assert score(double, "Q001") == (1, 1)
    assert _digest(done.text) != digest, "on to the next"
    assert "待二评1" in first.get(OVERVIEW).text
    assert "已经评过" in first.post(DESK, {"digest": digest, "p0": "2", "p1": "3"}, follow_redirects=True).text
    page = _take(second).text
    assert _digest(page) == digest
    for told in ("第一人的话", "吴阅卷", "1.75", "1.8分"):
        assert told not in page
    done = _judge(second, p0="0.75", p1="0")
    assert "2份答卷的成绩已重新计算" in done.text
    assert score(double, "Q001") == (2.25, 0) == score(double, "Q003")
    with reading(double) as db:
        assert db.scalars(select(DecisionRow)).one().decided_by == "吴阅卷、钱二评"


def test_two_marks_further_apart_go_to_a_third(person: People, double: Engine) -> None:
    """One hundredth beyond the margin is enough; the arbiter sees both marks and no names, and decides alone."""
    first, second, third = person("marker"), person("bela"), person("cara")
    digest = _digest(_take(first).text)
    _judge(first, p0="1.01", p1="1", reason="第一人的话")
    _take(second)
    done = _judge(second, p0="1", p1="0", reason="第二人的话")
    assert "等其他阅卷人评分" in done.text
    assert score(double, "Q001")[1] == 1
    for one in (first, second):
        assert "待仲裁1" in one.get(OVERVIEW).text
        assert "已经评过" in one.post(DESK, {"digest": digest, "p0": "2", "p1": "3"}, follow_redirects=True).text
    page = _take(third).text
    if _digest(page) != digest:  # the other answer was free as well
        third.post(f"{OVERVIEW}/back")
    page = next(text for text in (_take(third).text, third.get(DESK).text) if digest in text)
    text = _words(page)
    assert "由您仲裁" in text
    assert "2.01分要点1得1.01分；要点2得1分。第一人的话" in text
    assert "1分要点1得1分；要点2得0分。第二人的话" in text
    for name in (*(name for name, _ in MARKERS.values()), "吴阅卷"):
        assert name not in page.split("<main")[1]
    done = third.post(DESK, {"digest": digest, "p0": "2", "p1": "0"}, follow_redirects=True)
    assert "2份答卷的成绩已重新计算" in done.text
    assert score(double, "Q001") == (3, 0)
    with reading(double) as db:
        assert db.scalars(select(DecisionRow)).one().decided_by == "孙三评"
        assert db.scalar(select(func.count()).select_from(ReadingRow)) == 3


def test_how_far_two_agree_is_shown_and_too_few_give_no_coefficient(person: People, double: Engine) -> None:
    """Pairs, equal marks, those within the margin, the mean gap in percent of the marks."""
    for login, points in (("marker", ("2", "0")), ("bela", ("1", "0"))):
        _take(person(login))
        _judge(person(login), p0=points[0], p1=points[1])
        _judge(person(login), p0="2", p1="3")
    table = _words(person("cara").get(OVERVIEW).text.split('id="agreement"')[1])
    assert f"{SHORT}2150%2100%10.0%—" in table
    assert "不足10份时不计算" in table


# --- helpers -----------------------------------------------------------------------------------------------------------------------------------


def _three(engine: Engine) -> None:
    for number, text in (("Q001", "核实收入"), ("Q002", "先评议，后公示"), ("Q003", "核实收入。")):
        hand_in(engine, number, text)


def _take(marker: Person, uid: str = SHORT) -> TestResponse:
    """Press the overview's button for a question: the desk."""
    return marker.post(f"{OVERVIEW}/take", {"uid": uid, "blank": "0"}, follow_redirects=True)


def _judge(marker: Person, uid: str = SHORT, **sent: str) -> TestResponse:
    """Mark the first text on the desk: the desk after it."""
    where = f"{OVERVIEW}/desk?uid={uid}&blank=0"
    return marker.post(where, {"digest": _digest(marker.get(where).text), **sent}, follow_redirects=True)


def _digest(page: str) -> str:
    """The text that the first form of a desk is about."""
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert found, page
    return found[1]


def _words(page: str) -> str:
    return "".join(re.sub(r"<[^>]+>", "", page).split())


def _rows(engine: Engine, table: type) -> int:
    with reading(engine) as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


assert NINE + timedelta(minutes=9) < Clock().at, "people have handed in before the clock begins"


# --- too few -----------------------------------------------------------------------------------------------------------------------------------


def _leave(engine: Engine, *logins: str) -> None:
    """Take the marker's role from these accounts."""
    with writing(engine) as db:
        ids = db.scalars(select(AccountRow.id).where(AccountRow.login.in_(logins))).all()
        db.query(GrantRow).filter(GrantRow.account_id.in_(ids)).delete()


def test_too_few_markers_are_told_where_one_can_do_something(person: People, double: Engine, clock: Clock) -> None:
    """With two of them no page warned that a difference would wait for ever: the overview does, and the sitting's page for who plans."""
    assert "仲裁，这样的作答会一直等下去" not in person("marker").get(OVERVIEW).text
    _leave(double, "cara", "dora")
    warning = "能评这场考试的账号只有2个：两人相差超过本题分值的20%时没有第三人仲裁"
    assert warning in person("marker").get(OVERVIEW).text
    assert warning in person("organiser").get(f"/sittings/{WRITTEN}").text
    assert warning not in person("inspector").get(f"/sittings/{WRITTEN}").text
    _leave(double, "bela", "marker")
    assert "能评这场考试的账号却一个也没有" in person("organiser").get(f"/sittings/{WRITTEN}").text


def test_planning_warns_of_too_few_markers_and_refuses_nothing(person: People, double: Engine) -> None:
    _leave(double, "cara", "dora")
    plan = {
        "title": "笔试二", "code": "w2", "blueprint": WRITTEN, "opens_at": "2026-12-02T09:00", "closes_at": "2026-12-02T11:00", "release": "on_close",
        "mode": "common", "markers": "2", "margin_percent": "20", "do": "check",
    }  # fmt: skip
    page = person("organiser").post("/sittings/new", plan)
    assert page.status_code == 200
    assert "检查通过" in page.text
    assert "没有第三人仲裁" in page.text
    assert "不改也可以创建" in page.text
    assert "没有第三人仲裁" not in person("organiser").post("/sittings/new", {**plan, "markers": "1"}).text


def test_how_markers_mark_is_a_page_for_those_who_answer_for_the_sitting(web_engine: Engine, person: People) -> None:
    """Twenty texts that two marked: the strict one is told in words, with a picture; markers alone are not let in."""
    make_written(web_engine, markers=2)
    inspector = person("inspector")
    address = f"/sittings/{WRITTEN}/markers"
    assert "没有由两人评过的作答" in inspector.get(address).text
    with writing(web_engine) as db:
        sitting = get_sitting(db, WRITTEN)
        assert sitting is not None
        for n in range(20):
            for place, (name, share) in enumerate((("张<严>", 200_000), ("李宽", 400_000 + n)), 1):
                marks = {"place": place, "share": share, "comment": "", "marker": f"account:{place}", "actor": name, "at": sitting.closes_at}
                db.add(ReadingRow(sitting_id=sitting.id, question_uid=SHORT, blank=0, text_digest=f"{n:064}", text=str(n), **marks))
    page = inspector.get(address).text
    assert page.index("张&lt;严&gt;") < page.index("李宽"), "by name, not by figure"
    assert "同一份作答比别人平均少给20.0%" in page
    assert "同一份作答比别人平均多给20.0%" in page
    assert page.count('<svg class="strip"') == 2
    assert f'href="{address}"' in inspector.get(f"/sittings/{WRITTEN}").text
    assert person("marker").get(address).status_code == 403

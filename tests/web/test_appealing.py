"""The pages of reports and appeals: who may open them, what a cadre may say when, what they are told, and that a running sitting is left alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from quiz.core.access import Actor, Role
from quiz.core.saving import Save
from quiz.storage.engine import reading, writing
from quiz.storage.rosters import cadre_rows
from quiz.storage.tables import AccountRow, AppealRow, SittingRow
from quiz.usecases import attempts, handing_in
from tests.web.page_reading import fingerprint
from tests.web.test_correcting import _slot, _words
from tests.web.world import NINE, SECRET_WORD, Clock, Person, paper_code, right_answers

People = Callable[[str], Person]
APPEALS = "/sittings/demo/appeals"

STATUS = {
    APPEALS: {"": 302, "nobody": 403, "q001": 403, "setter": 403, "organiser": 200, "marker": 200, "inspector": 403},
    f"{APPEALS}?all=1": {"organiser": 200, "marker": 200},
    "/sittings/none/appeals": {"organiser": 404},
}
POSTS = {
    APPEALS: {"": 401, "nobody": 403, "q001": 403, "setter": 403, "organiser": 422, "marker": 422, "inspector": 403},
    f"{APPEALS}/window": {"": 401, "q001": 403, "setter": 403, "organiser": 422, "marker": 403, "inspector": 403},
}


@pytest.mark.parametrize(("path", "login", "status"), [(path, who, status) for path, row in STATUS.items() for who, status in row.items()])
def test_who_may_read_what_was_said(person: People, path: str, login: str, status: int) -> None:
    """Organisers and markers."""
    assert person(login).get(path).status_code == status


@pytest.mark.parametrize(("path", "login", "status"), [(path, who, status) for path, row in POSTS.items() for who, status in row.items()])
def test_who_may_send_a_form(person: People, path: str, login: str, status: int) -> None:
    """An empty one is told what is missing."""
    assert person(login).post(path).status_code == status


@pytest.mark.parametrize(
    ("login", "get", "post"), [("", 302, 401), ("q002", 404, 404), ("setter", 403, 403), ("organiser", 403, 403), ("marker", 403, 403)]
)
def test_only_the_cadre_reports_on_their_own_paper(person: People, web_engine: Engine, code: str, login: str, get: int, post: int) -> None:
    """Another's paper does not exist, whoever asks."""
    _start(web_engine, "Q001")
    assert person(login).get(f"/papers/{code}/report").status_code == get
    assert person(login).post(f"/papers/{code}/report", {"slot": "1", "text": "x"}).status_code == post


def test_a_question_is_reported_while_one_sits(person: People, web_engine: Engine, code: str) -> None:
    """From a link that opens beside the paper; nothing of a key is told, nothing of the attempt changes."""
    trainee = person("q001")
    assert trainee.get(f"/papers/{code}/report").status_code == 409, "not before the start"
    _start(web_engine, "Q001")
    sheet = trainee.get(f"/papers/{code}/sit").text
    link = re.search(r'<a class="quiet" href="([^"]+)" target="_blank" rel="noopener">', sheet)
    assert link
    page = trainee.get(link[1])
    assert page.status_code == 200
    assert SECRET_WORD not in page.text
    sent = trainee.post(link[1], {"slot": "3", "text": "两个选项<b>一样</b>"})
    assert sent.status_code == 303
    told = trainee.get(sent.location).text
    assert "已收到您对第3题的报告" in told
    assert "两个选项&lt;b&gt;一样" in told
    assert "等待答复" in told
    assert SECRET_WORD not in told
    assert trainee.get(f"/papers/{code}/sit").status_code == 200
    again = trainee.post(link[1], {"slot": "3", "text": "还有"})
    assert again.status_code == 409
    assert "还有</textarea>" in again.text
    organiser = person("organiser")
    seen = organiser.get(APPEALS).text
    assert "王秀英" in seen
    assert "结束后才能答复" in seen
    assert 'name="verdict"' not in seen
    assert "1份异议或试题报告还没有答复" in organiser.get("/sittings").text
    assert "1份异议或试题报告还没有答复" in person("marker").get("/marking").text


@pytest.mark.parametrize(
    ("sent", "told"), [({}, "请选择题号"), ({"slot": "1"}, "请写明这道题有什么问题"), ({"slot": "1", "text": "长" * 1001}, "最多1000个字")]
)
def test_what_is_missing_is_told(person: People, web_engine: Engine, code: str, sent: dict[str, object], told: str) -> None:
    """Number and words are both needed."""
    _start(web_engine, "Q001")
    answer = person("q001").post(f"/papers/{code}/report", sent)
    assert (answer.status_code, told in answer.text) == (422, True)
    with reading(web_engine) as db:
        assert db.query(AppealRow).count() == 0


def test_an_appeal_from_the_result_its_answer_and_the_news_of_it(person: People, web_engine: Engine, clock: Clock, code: str) -> None:
    """Said below the question, answered without a name before a marker, read below the question and told at home."""
    number = _sit(web_engine, "Q001")
    clock.go_on(hours=3)
    trainee = person("q001")
    result = trainee.get(f"/papers/{code}/result").text
    assert result.count("对这道题有异议") == 8
    sent = trainee.post(f"/papers/{code}/report", {"slot": str(number), "text": "条款已修订"})
    assert sent.status_code == 303
    assert sent.location.endswith(f"/result#q{number}")
    after = trainee.get(f"/papers/{code}/result").text
    assert after.count("对这道题有异议") == 7
    assert "条款已修订" in after
    marker = person("marker")
    page = marker.get(APPEALS).text
    assert "条款已修订" in page
    assert "王秀英" not in page
    assert "柳溪镇" not in page
    appeal = re.search(r'name="appeal" value="(\d+)"', page)
    assert appeal
    base = {"appeal": appeal[1], "reason": "第三条没有变"}
    assert "请从列出的选项中选择" in marker.post(APPEALS, base).text
    refused = marker.post(APPEALS, {**base, "verdict": "upheld"})
    assert refused.status_code == 409
    assert "异议成立，就要更正这道题" in refused.text
    assert 'value="第三条没有变"' in refused.text
    done = marker.post(APPEALS, {**base, "verdict": "rejected"})
    assert done.status_code == 303
    assert "没有等待答复的异议和报告" in marker.get(APPEALS).text
    assert "重新答复" in marker.get(f"{APPEALS}?all=1").text
    told = _words(trainee.get(f"/papers/{code}/result").text)
    assert "答复：不成立。第三条没有变" in told
    assert f"您对第{number}题的异议已答复" in trainee.get("/papers").text
    assert "新消息" not in person("q002").get("/papers").text


def test_a_mark_by_hand_follows_from_an_appeal(person: People, web_engine: Engine, clock: Clock, code: str) -> None:
    """Two marks more for one person; the result says so and why."""
    number = _sit(web_engine, "Q001")
    clock.go_on(hours=3)
    trainee, organiser = person("q001"), person("organiser")
    trainee.post(f"/papers/{code}/report", {"slot": str(number), "text": "选项印刷不清"})
    page = organiser.get(APPEALS).text
    appeal = re.search(r'name="appeal" value="(\d+)"', page)
    assert appeal
    sent = {"appeal": appeal[1], "verdict": "upheld", "reason": "确实不清"}
    for wrong, told in (("3", "得分须在0和2分之间"), ("两分", "请填写数字")):
        answer = organiser.post(APPEALS, {**sent, "mark": wrong})
        assert answer.status_code in (409, 422)
        assert told in answer.text
        assert f'value="{wrong}"' in answer.text
    assert organiser.post(APPEALS, {**sent, "mark": "2"}).status_code == 303
    told = _words(trainee.get(f"/papers/{code}/result").text)
    assert f"人工改分：第{number}题0→2分" in told
    assert "本题由人工改分。原因：确实不清" in told
    office = _words(organiser.get("/sittings/demo/cadres/Q001").text)
    assert "人工改分确实不清" in office


def test_a_correction_answers_the_appeals_on_its_question(person: People, web_engine: Engine, clock: Clock, code: str) -> None:
    """Ticked on the preview, with the reason of the correction."""
    number = _sit(web_engine, "Q001")
    clock.go_on(hours=3)
    trainee, organiser = person("q001"), person("organiser")
    trainee.post(f"/papers/{code}/report", {"slot": str(number), "text": "两个都对"})
    assert "1份异议或报告" in organiser.get("/sittings/demo/correct").text
    question = "/sittings/demo/correct/question?uid=single-1"
    sent = {"remedy": "full", "reason": "两个选项都说得通"}
    seen = organiser.post(question, sent)
    assert "一并答复这道题的1份异议或报告" in seen.text
    organiser.post(question, {**sent, "answers": "y", "confirmed": fingerprint(seen.text)})
    told = _words(trainee.get(f"/papers/{code}/result").text)
    assert "答复：成立。两个选项都说得通" in told
    home = trainee.get("/papers").text
    assert "有题目更正" in home
    assert f"您对第{number}题的异议已答复" in home


def test_the_window_is_shown_changed_and_ends(person: People, web_engine: Engine, clock: Clock, code: str) -> None:
    """Three days from when nothing can come in any more; longer by the organiser; then no form and no appeal any more."""
    number = _sit(web_engine, "Q001")
    clock.go_on(hours=3)
    organiser, trainee = person("organiser"), person("q001")
    assert "到2026年12月4日（周五）11:10为止" in organiser.get(APPEALS).text
    shorter = organiser.post(f"{APPEALS}/window", {"days": "1"})
    assert shorter.status_code == 409
    assert "只能延长" in shorter.text
    assert organiser.post(f"{APPEALS}/window", {"days": "99"}).status_code == 422
    assert organiser.post(f"{APPEALS}/window", {"days": "5"}).status_code == 303
    assert "到2026年12月6日（周日）11:10为止" in trainee.get(f"/papers/{code}/result").text
    clock.go_on(days=6)
    trainee.sign_in("q001")
    result = trainee.get(f"/papers/{code}/result")
    assert result.status_code == 200
    assert "对这道题有异议" not in result.text
    late = trainee.post(f"/papers/{code}/report", {"slot": str(number), "text": "晚了"})
    assert late.status_code == 409
    assert "异议期已经过了" in late.text


def test_who_sat_it_answers_nothing(person: People, web_engine: Engine, clock: Clock) -> None:
    """Not even when it is over."""
    with writing(web_engine) as db:
        row = cadre_rows(db, ["Q003"])["Q003"]
        db.query(AccountRow).filter(AccountRow.login == "marker").update({"cadre_id": row.id})
    clock.go_on(hours=3)
    assert person("marker").get(APPEALS).status_code == 403


def test_what_waits_is_told_where_somebody_releases(person: People, web_engine: Engine, clock: Clock, code: str) -> None:
    """A question that cadres reported is looked at before its marks go out; an inspector is not sent to a page that is refused."""
    with writing(web_engine) as db:
        db.query(SittingRow).filter(SittingRow.code == "demo").update({"release": "manual"})
    _start(web_engine, "Q001")
    person("q001").post(f"/papers/{code}/report", {"slot": "1", "text": "没有正确选项"})
    clock.go_on(hours=3)
    organiser = person("organiser")
    assert "还有1份没有答复" in organiser.get("/sittings/demo/release").text
    assert "/sittings/demo/appeals" in organiser.get("/sittings/demo").text.partition("<h1>")[2].partition("<dl")[0].rpartition("试题报告")[2]
    assert "试题报告还没有答复" not in person("inspector").get("/sittings/demo").text


def _start(engine: Engine, number: str) -> None:
    with writing(engine) as db:
        attempts.start(db, Actor(number, {Role.TRAINEE: "/"}, cadre_number=number), paper_code(engine, number), NINE + timedelta(minutes=1))


def _sit(engine: Engine, number: str) -> int:
    """All right but the first single choice, whose slot is returned."""
    _start(engine, number)
    wrong = _slot(engine, number)
    answers = right_answers(engine, number) | {wrong: ["D"]}
    saves = [Save(slot, value, slot) for slot, value in answers.items()]
    with writing(engine) as db:
        actor = Actor(number, {Role.TRAINEE: "/"}, cadre_number=number)
        handing_in.submit(db, actor, paper_code(engine, number), saves, "d", NINE + timedelta(minutes=9))
    return wrong

"""The trainee's pages: who may see what when, a whole exam by plain forms, the saves of the script, and what must never be told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, select
from werkzeug.test import TestResponse

from quiz.core.access import Actor, Role, command_line
from quiz.core.plan import SittingPlan
from quiz.core.roster import Group
from quiz.core.sitting import Release
from quiz.storage.engine import reading, writing
from quiz.storage.tables import AttemptRow, GradingRow, ResponseRow
from quiz.usecases import attempts, handing_in, scheduling
from tests.web.world import NINE, SECRET_WORD, ZONE, Clock, Person, as_on_page, outcome, paper_code, right_answers, schedule

People = Callable[[str], Person]

OVER = NINE + timedelta(hours=2, minutes=10, seconds=1)
"""When nobody's answers can come in any more."""

GETS = ("", "/sit", "/summary", "/result", "/time")
POSTS = ("/start", "/save", "/submit", "/responses", "/desk")


def send(person: Person, path: str) -> TestResponse:
    """Send what the page at this path would send."""
    if path.endswith("/desk"):
        return person.post_json(path, {"device": "d"})
    if path.endswith("/responses"):
        return person.post_json(path, {"device": "d", "items": [{"slot": 1, "value": ["A"], "seq": 1}]})
    return person.post(path, {"section": "1", "s1": "A"})


def stored(engine: Engine) -> list[tuple[int, int, list[str], str, str]]:
    """Return every response as (slot, seq, value, state, device)."""
    with reading(engine) as session:
        rows = session.scalars(select(ResponseRow).order_by(ResponseRow.id)).all()
    return [(row.slot, row.seq, json.loads(row.value), row.state, row.device) for row in rows]


def scores(engine: Engine) -> list[Decimal]:
    """Return the score of every grading run."""
    with reading(engine) as session:
        return [Decimal(row.score).scaleb(-2) for row in session.scalars(select(GradingRow).order_by(GradingRow.id))]


def close_expired(engine: Engine, clock: Clock) -> None:
    """Do what the server does every few seconds."""
    with writing(engine) as session:
        handing_in.close_expired(session, clock())


# --- who, which page, which answer -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("login", ["setter", "organiser", "marker", "inspector", "nobody"])
@pytest.mark.parametrize("page", GETS)
def test_other_roles_may_not_sit(person: People, code: str, login: str, page: str) -> None:
    assert person(login).get(f"/papers/{code}{page}").status_code == 403


@pytest.mark.parametrize("page", GETS)
def test_strangers_are_sent_to_log_in(person: People, code: str, page: str) -> None:
    reply = person("").get(f"/papers/{code}{page}")
    assert (reply.status_code, reply.location) == (302, f"/login?next=/papers/{code}{page}")


@pytest.mark.parametrize("page", POSTS)
def test_strangers_cannot_send(person: People, code: str, page: str) -> None:
    assert send(person(""), f"/papers/{code}{page}").status_code == 401


@pytest.mark.parametrize("has_started", [False, True])
@pytest.mark.parametrize("page", [*GETS, *POSTS])
def test_another_cadres_paper_does_not_exist(person: People, web_engine: Engine, code: str, page: str, has_started: bool) -> None:
    if has_started:
        person("q001").post(f"/papers/{code}/start")
    other = person("q002")
    path = f"/papers/{code}{page}"
    reply = send(other, path) if page in POSTS else other.get(path)
    nowhere = f"/papers/NO-SUCH{page}"
    unknown = send(other, nowhere) if page in POSTS else other.get(nowhere)
    assert (reply.status_code, unknown.status_code) == (404, 404)
    assert stored(web_engine) == []


@pytest.mark.parametrize("page", POSTS)
def test_nothing_is_sent_without_the_token(trainee: Person, code: str, page: str) -> None:
    path = f"/papers/{code}{page}"
    assert trainee.client.post(path, data={"s1": "A"}).status_code == 400
    assert trainee.client.post(path, json={"slot": 1, "value": ["A"], "seq": 1}).status_code == 400
    assert trainee.get(path).status_code == 405


# --- each state has its next step ------------------------------------------------------------------------------------------------------------


def test_list_and_notice_in_every_state(trainee: Person, web_engine: Engine, code: str, clock: Clock) -> None:
    clock.at = NINE - timedelta(minutes=5)
    assert "即将开始" in trainee.get("/papers").text
    notice = trainee.get(f"/papers/{code}").text
    assert "2026年12月1日（周二）09:00起可以答题" in notice
    assert "开始答题</button>" not in notice
    time = trainee.get(f"/papers/{code}/time").get_json()
    assert (time["state"], time["seconds_left"], time["seconds_to_open"]) == ("coming", 0, 300)
    early = trainee.post(f"/papers/{code}/start")
    assert early.status_code == 409
    assert "考试还没有开始" in early.text

    clock.at = NINE
    assert "阅读须知并开始" in trainee.get("/papers").text
    assert trainee.get(f"/papers/{code}/time").get_json()["state"] == "start"
    notice = trainee.get(f"/papers/{code}").text
    for text in ("王秀英", "柳溪镇", "8题，总分20分，12分及格", "请独立完成。", "样题", "一、单项选择题（每题2分，共4分。", "开始答题</button>"):
        assert text in notice
    for page in ("/sit", "/summary", "/result"):
        assert trainee.get(f"/papers/{code}{page}").location == f"/papers/{code}"

    assert trainee.post(f"/papers/{code}/start").location == f"/papers/{code}/sit"
    assert trainee.post(f"/papers/{code}/start").status_code == 303
    assert "继续答题" in trainee.get("/papers").text
    assert "继续答题" in trainee.get(f"/papers/{code}").text
    time = trainee.get(f"/papers/{code}/time").get_json()
    assert (time["state"], time["seconds_left"], time["seconds_to_open"]) == ("open", 3600, 0)

    clock.go_on(minutes=60, seconds=16)
    assert "收卷中" in trainee.get("/papers").text
    assert trainee.get(f"/papers/{code}/sit").location == f"/papers/{code}/result"
    assert "系统正在收卷" in trainee.get(f"/papers/{code}/result").text
    assert trainee.get(f"/papers/{code}/time").get_json()["state"] == "closed"

    close_expired(web_engine, clock)
    receipt = trainee.get(f"/papers/{code}/result").text
    for text in ("交卷成功", "2026年12月1日（周二）10:00", "时间到，系统自动收卷", "2026年12月1日（周二）11:10考试结束后可见"):
        assert text in receipt
    assert "成绩还没有公布" in trainee.get("/papers").text

    clock.at = OVER
    assert "查看成绩" in trainee.get("/papers").text


def test_the_notice_names_form_and_seat(trainee: Person, web_engine: Engine, code: str) -> None:
    """Who sits where with which form is told before the start; without forms the seat alone."""
    assert re.search(r"<dd>座位[123]</dd>", trainee.get(f"/papers/{code}").text)
    plan = SittingPlan("forms", "套卷", "small", Group(), NINE, NINE + timedelta(hours=2), forms=2)
    with writing(web_engine) as session:
        scheduling.create_sitting(session, command_line("tests"), NINE - timedelta(hours=1), plan, ZONE, bytes(32))
    page = trainee.get(f"/papers/{paper_code(web_engine, 'Q001', 'forms')}").text
    assert re.search(r"<dt>您的试卷</dt><dd>[AB]卷，座位[123]</dd>", page)


def test_someone_who_never_came_is_told_so(trainee: Person, code: str, clock: Clock) -> None:
    clock.at = NINE + timedelta(hours=3)
    assert "缺考" in trainee.get("/papers").text
    assert "您没有参加" in trainee.get(f"/papers/{code}").text
    assert "考试时间已过" in trainee.post(f"/papers/{code}/start").text


def test_an_empty_list_says_why(person: People, web_engine: Engine) -> None:
    with writing(web_engine) as session:
        from quiz.core.access import command_line
        from quiz.usecases.accounts import create_account

        create_account(session, command_line("tests"), NINE, "new", "新人", "correct horse 9", [Role.TRAINEE])
    assert "还没有安排给您的考试" in person("new").get("/papers").text


# --- a whole exam by plain forms -------------------------------------------------------------------------------------------------------------


def test_a_whole_exam_without_script(trainee: Person, web_engine: Engine, code: str, clock: Clock) -> None:
    answers = right_answers(web_engine, "Q001")
    trainee.post(f"/papers/{code}/start")
    for section in (1, 2, 3, 4):
        page = trainee.get(f"/papers/{code}/sit?section={section}").text
        newest = page.split('name="newest_seq" value="')[1].split('"')[0]
        slots = [n for n in answers if (n - 1) // 2 == section - 1]
        fields: dict[str, object] = {f"s{n}": answers[n] for n in slots}
        fields |= {"section": str(section), "newest_seq": newest, "go": "next"}
        expected = "/summary" if section == 4 else f"/sit?section={section + 1}"
        reply = trainee.post(f"/papers/{code}/save", fields)
        assert (reply.status_code, reply.location) == (303, f"/papers/{code}{expected}")
    assert [row[3:] for row in stored(web_engine)] == [("accepted", "form")] * 8
    assert [row[1] for row in stored(web_engine)] == sorted(row[1] for row in stored(web_engine))
    assert "全部已作答" in trainee.get(f"/papers/{code}/summary").text
    assert trainee.post(f"/papers/{code}/submit").location == f"/papers/{code}/result"
    assert scores(web_engine) == [Decimal(20)]
    assert trainee.post(f"/papers/{code}/submit").status_code == 303
    assert scores(web_engine) == [Decimal(20)]
    assert trainee.get(f"/papers/{code}/sit").location == f"/papers/{code}/result"
    clock.at = OVER
    result = trainee.get(f"/papers/{code}/result").text
    assert '<b class="num">20</b>' in result
    assert "及格" in result


def test_a_form_saves_only_what_changed_and_can_clear(trainee: Person, web_engine: Engine, code: str) -> None:
    trainee.post(f"/papers/{code}/start")
    form = {"section": "2", "newest_seq": "0", "go": "stay", "s3": ["A", "B"], "s4": ["C"]}
    assert trainee.post(f"/papers/{code}/save", form).location.endswith("section=2")
    trainee.post(f"/papers/{code}/save", form | {"newest_seq": "1000002"})
    trainee.post(f"/papers/{code}/save", {"section": "2", "newest_seq": "1000002", "go": "previous", "s3": ["B", "A"]})
    assert [(slot, seq, value) for slot, seq, value, *_ in stored(web_engine)] == [(3, 1000001, ["A", "B"]), (4, 1000002, ["C"]), (4, 3000001, [])]


def test_an_old_form_does_not_wipe_what_another_device_saved(trainee: Person, web_engine: Engine, code: str) -> None:
    trainee.post(f"/papers/{code}/start")
    trainee.save(code, 1, ["A"], 1)
    trainee.post(f"/papers/{code}/save", {"section": "1", "newest_seq": "0", "s2": ["B"]})
    assert [(slot, value) for slot, _, value, *_ in stored(web_engine)] == [(1, ["A"]), (2, ["B"])]


def test_a_form_that_comes_late_is_kept(trainee: Person, web_engine: Engine, code: str, clock: Clock) -> None:
    trainee.post(f"/papers/{code}/start")
    clock.go_on(minutes=61)
    reply = trainee.post(f"/papers/{code}/save", {"section": "1", "newest_seq": "0", "s1": ["A"], "s2": ["no such"], "s99": ["A"]})
    assert reply.location == f"/papers/{code}/result?late=1"
    assert stored(web_engine) == [(1, 1, ["A"], "late", "form")]


def test_a_form_with_an_option_that_is_not_there_is_refused(trainee: Person, web_engine: Engine, code: str) -> None:
    trainee.post(f"/papers/{code}/start")
    reply = trainee.post(f"/papers/{code}/save", {"section": "1", "newest_seq": "0", "s1": ["Z"]})
    assert reply.status_code == 409
    assert "所选的选项不在本题中" in reply.text
    assert stored(web_engine) == []


# --- the script's saves ----------------------------------------------------------------------------------------------------------------------


def test_saves_in_and_out_of_order_doubled_and_conflicting(trainee: Person, web_engine: Engine, code: str) -> None:
    trainee.post(f"/papers/{code}/start")
    first = trainee.save(code, 1, ["A"], 5)
    shown = as_on_page(web_engine, code, 1, ["A"])
    assert first.status_code == 200
    assert first.get_json() == {
        "items": [{"state": "accepted", "slot": 1, "seq": 5, "value": shown}],
        "turn": 0,
        "seconds_left": 3600,
        "saved_at": "09:10",
        "server_time": "2026-12-01T09:10:00+08:00",
    }
    assert trainee.save(code, 1, ["A"], 5).get_json() == first.get_json()
    older = trainee.save(code, 1, ["B"], 3)
    assert (outcome(older)["state"], outcome(older)["value"]) == ("superseded", shown)
    clash = trainee.save(code, 2, ["B"], 5, device="d2")
    assert outcome(clash)["state"] == "conflict"
    assert [row[3] for row in stored(web_engine)] == ["accepted", "superseded", "conflict"]


def test_half_a_character_is_kept_as_a_sign_that_something_was_lost(trainee: Person, web_engine: Engine, code: str) -> None:
    """A browser that cuts a text at its most characters may leave half of an emoji; such a save used to end in an error, again and again."""
    trainee.post(f"/papers/{code}/start")
    reply = trainee.save(code, 1, ["A"], 5, device="d\ud83d")
    assert outcome(reply)["state"] == "accepted"
    assert [row[4] for row in stored(web_engine)] == ["d\ufffd"]


@pytest.mark.parametrize(
    ("slot", "value", "seq", "status"),
    [
        (99, ["A"], 1, 200),
        (0, ["A"], 1, 200),
        (1, ["Z"], 1, 200),
        (1, ["A", "B"], 1, 200),
        (1, "A", 1, 200),
        (1, [1], 1, 200),
        (1, None, 1, 200),
        (7, ["only one"], 1, 200),
        (7, ["x" * 501, ""], 1, 200),
        (1, ["A"], 0, 200),
        (1, ["A"], 2**63, 200),
        ("1", ["A"], 1, 400),
        (True, ["A"], 1, 400),
        (1, ["A"], "1", 400),
        (1, ["A"], 1.5, 400),
        (None, ["A"], 1, 400),
    ],
)
def test_what_cannot_be_a_save_is_refused_in_words(
    trainee: Person, web_engine: Engine, code: str, slot: object, value: object, seq: object, status: int
) -> None:
    trainee.post(f"/papers/{code}/start")
    reply = trainee.save(code, slot, value, seq)
    assert reply.status_code == status
    assert (reply.get_json() if status == 400 else outcome(reply))["message"]
    assert stored(web_engine) == []


@pytest.mark.parametrize(
    "body", [[], "text", 7, {}, {"items": []}, {"items": {"slot": 1}}, {"items": [{"slot": 1, "value": ["A"], "seq": n} for n in range(1, 102)]}]
)
def test_json_that_is_no_save_is_refused(trainee: Person, code: str, body: object) -> None:
    trainee.post(f"/papers/{code}/start")
    assert trainee.post_json(f"/papers/{code}/responses", body).status_code == 400


def test_json_sent_as_text_is_refused(trainee: Person, code: str) -> None:
    trainee.post(f"/papers/{code}/start")
    headers = {"X-CSRFToken": trainee.token, "Content-Type": "text/plain"}
    reply = trainee.client.post(f"/papers/{code}/responses", data='{"slot": 1, "value": ["A"], "seq": 1}', headers=headers)
    assert reply.status_code == 415


def test_a_save_before_the_start_is_refused(trainee: Person, code: str) -> None:
    reply = trainee.save(code, 1, ["A"], 1)
    assert (reply.status_code, reply.get_json()["error"]) == (409, "not_started")


def test_a_save_after_the_end_is_told_and_kept(trainee: Person, web_engine: Engine, code: str, clock: Clock) -> None:
    trainee.post(f"/papers/{code}/start")
    clock.go_on(minutes=60, seconds=14)
    assert trainee.save(code, 1, ["A"], 1).status_code == 200
    clock.go_on(seconds=2)
    late = trainee.save(code, 2, ["A"], 2)
    assert outcome(late)["state"] == "late"
    assert [row[3] for row in stored(web_engine)] == ["accepted", "late"]


def test_a_save_after_submission_is_told_and_kept(trainee: Person, web_engine: Engine, code: str) -> None:
    trainee.post(f"/papers/{code}/start")
    trainee.post(f"/papers/{code}/submit")
    assert outcome(trainee.save(code, 1, ["A"], 1))["state"] == "late"
    assert [row[3] for row in stored(web_engine)] == ["late"]


def test_submission_is_the_last_save_too(trainee: Person, web_engine: Engine, code: str) -> None:
    answers = right_answers(web_engine, "Q001")
    trainee.post(f"/papers/{code}/start")
    unsent = [{"slot": n, "value": as_on_page(web_engine, code, n, value), "seq": n} for n, value in answers.items()]
    noise = [{"slot": 99, "value": [], "seq": 90}, {"slot": 1, "value": ["Z"], "seq": 91}, "text", {"slot": "1"}, None]
    reply = trainee.post(f"/papers/{code}/submit", {"unsent": json.dumps([*reversed(unsent), *noise]), "device": "phone"})
    assert reply.location == f"/papers/{code}/result"
    assert scores(web_engine) == [Decimal(20)]
    assert {row[4] for row in stored(web_engine)} == {"phone"}


@pytest.mark.parametrize("unsent", ["{", "[" * 100_000, "7", '{"a": 1}'])
def test_broken_unsent_saves_never_keep_anyone_from_submitting(trainee: Person, web_engine: Engine, code: str, unsent: str) -> None:
    trainee.post(f"/papers/{code}/start")
    assert trainee.post(f"/papers/{code}/submit", {"unsent": unsent}).status_code == 303
    assert scores(web_engine) == [Decimal(0)]


def test_submission_after_the_end_closes_at_the_deadline(trainee: Person, web_engine: Engine, code: str, clock: Clock) -> None:
    trainee.post(f"/papers/{code}/start")
    clock.go_on(minutes=70)
    reply = trainee.post(f"/papers/{code}/submit", {"unsent": json.dumps([{"slot": 1, "value": ["a"], "seq": 1}])})
    assert reply.location == f"/papers/{code}/result?late=1"
    assert "有1处作答在时间到后才送达" in trainee.get(reply.location).text
    with reading(web_engine) as session:
        attempt = session.scalars(select(AttemptRow)).one()
    assert (attempt.submitted_at, attempt.closed_by) == (NINE + timedelta(minutes=70), "deadline")


# --- what must not be told before its time ---------------------------------------------------------------------------------------------------


def everything(person: Person, code: str) -> str:
    """Return all that the trainee's pages and calls say now."""
    paths = ["/papers", *(f"/papers/{code}{page}" for page in ("", "/sit", "/sit?section=3", "/summary", "/result", "/time"))]
    return "".join(person.get(path).text for path in paths) + person.save(code, 1, ["A"], 99).text


def test_no_key_or_hint_leaves_the_server_before_release(person: People, web_engine: Engine, code: str, clock: Clock) -> None:
    trainee = person("q001")
    told = everything(trainee, code)
    trainee.post(f"/papers/{code}/start")
    told += everything(trainee, code)
    trainee.post(f"/papers/{code}/submit")
    told += everything(trainee, code)
    for secret in (SECRET_WORD, "single-1", "fill-in-1", "true-false-2", "data-key", "依据：", "正确答案："):
        assert secret not in told
    clock.at = OVER
    assert SECRET_WORD in trainee.get(f"/papers/{code}/result").text


def test_release_on_submit_shows_the_score_but_no_key_while_others_sit(person: People, web_engine: Engine, clock: Clock) -> None:
    schedule(web_engine, "quick", Release.ON_SUBMIT)
    trainee, code = person("q001"), paper_code(web_engine, "Q001", "quick")
    trainee.post(f"/papers/{code}/start")
    trainee.save(code, 1, ["A"], 1)
    trainee.post(f"/papers/{code}/submit")
    page = trainee.get(f"/papers/{code}/result").text
    assert '<b class="num">2</b>' in page
    assert "不及格" in page
    assert "2026年12月1日（周二）11:10考试结束后可见" in page
    assert SECRET_WORD not in page
    clock.at = OVER
    assert SECRET_WORD in trainee.get(f"/papers/{code}/result").text


def test_manual_release_waits_for_the_organiser(person: People, web_engine: Engine, clock: Clock) -> None:
    from quiz.core.access import command_line
    from quiz.usecases import results

    schedule(web_engine, "manual", Release.MANUAL)
    trainee, code = person("q001"), paper_code(web_engine, "Q001", "manual")
    trainee.post(f"/papers/{code}/start")
    trainee.post(f"/papers/{code}/submit")
    clock.at = NINE + timedelta(days=2)
    waiting = person("q001").get(f"/papers/{code}/result").text
    assert "由组织单位公布后可见" in waiting
    assert SECRET_WORD not in waiting
    with writing(web_engine) as session:
        results.release(session, command_line("tests"), "manual", clock())
    assert SECRET_WORD in person("q001").get(f"/papers/{code}/result").text


def test_result_shows_own_answer_key_why_and_source(trainee: Person, web_engine: Engine, code: str, clock: Clock) -> None:
    answers = right_answers(web_engine, "Q001")
    trainee.post(f"/papers/{code}/start")
    trainee.save(code, 1, ["D"], 1)
    trainee.save(code, 3, ["A"], 2)
    trainee.save(code, 7, ["<i>13</i>", answers[7][1]], 3)
    trainee.post(f"/papers/{code}/submit")
    clock.at = OVER
    page = trainee.get(f"/papers/{code}/result").text
    for text in (
        "答错，不得分。",
        "少选：选对1项，应选2项，没有错选。",
        "有1空需要人工判定，暂按1空答对计分。",
        "有1题待人工判定",
        "未作答，不得分。",
        "&lt;i&gt;13&lt;/i&gt;",
        "第三条",
        "所选",
    ):
        assert text in page
    assert "<i>" not in page
    assert "2 / 12分" in page
    assert "1.5 / 8分" in page


def test_a_stem_is_text_not_markup(trainee: Person, code: str) -> None:
    trainee.post(f"/papers/{code}/start")
    page = trainee.get(f"/papers/{code}/sit").text
    assert "&lt;b&gt;村干部&lt;/b&gt;" in page
    assert "<b>村干部" not in page


def test_saved_answers_come_back_on_any_device(person: People, web_engine: Engine, code: str) -> None:
    phone, desktop = person("q001"), person("q001")
    phone.post(f"/papers/{code}/start")
    phone.save(code, 1, ["A"], 1)
    phone.save(code, 7, ['十"二', ""], 2)
    page = desktop.get(f"/papers/{code}/sit").text
    assert f'name="s1" value="{as_on_page(web_engine, code, 1, ["A"])[0]}" checked' in page
    assert 'value="十&#34;二"' in page
    assert 'name="newest_seq" value="2"' in page
    summary = desktop.get(f"/papers/{code}/summary").text
    assert "6题没有作答" in summary


def test_a_page_names_the_actor_of_its_own_attempt_only(person: People, web_engine: Engine, code: str) -> None:
    with reading(web_engine) as session:
        mine = attempts.list_mine(session, Actor("李强", {Role.TRAINEE: "/"}, cadre_number="Q002"), NINE)
    assert [listed.seat.cadre.number for listed in mine] == ["Q002"]
    assert code not in person("q002").get("/papers").text

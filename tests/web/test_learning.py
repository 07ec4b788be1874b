"""Pages of learning: who may open them, what they show and never show, practice by plain forms; the result filtered to what was wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine

from quiz.core.access import command_line
from quiz.core.practice import PRACTICE_TAG
from quiz.core.question import QuestionType
from quiz.core.sitting import DELIVERY_MINUTES
from quiz.storage.engine import writing
from quiz.storage.tables import PracticeAnswerRow
from quiz.usecases import publishing
from tests.attacks.routes import EVERYBODY, NO_ROLE, ROUTES, STRANGER, enter, furnish, is_let_in
from tests.web.world import NINE, SECRET_WORD, Clock, Person, make_questions, right_answers, schedule
from tests.words import words

People = Callable[[str], Person]
ADDRESSES = {
    "learning.home": ("GET", "/learning"),
    "learning.start": ("POST", "/learning/practice"),
    "learning.practice": ("GET", "/learning/practice/1"),
    "learning.place": ("GET", "/learning/practice/1/1"),
    "retraining.home": ("GET", "/retraining"),
    "retraining.unit": ("GET", "/retraining/T01"),
}


@pytest.fixture
def practice_questions(web_engine: Engine) -> None:
    """Six questions for practice only: three single choices, a multiple, a true/false and a fill-in."""
    kinds = {question.type: question for question in make_questions()}
    wanted = [QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.TRUE_FALSE, QuestionType.FILL_IN, QuestionType.SINGLE, QuestionType.SINGLE]
    made = [replace(kinds[kind], uid=f"p{n}", stem=kinds[kind].stem[:-24] + words(f"练{n}"), tags=(PRACTICE_TAG,)) for n, kind in enumerate(wanted)]
    with writing(web_engine) as session:
        publishing.publish(session, command_line("tests"), NINE, made)


@pytest.fixture
def over(trainee: Person, person: People, code: str, web_engine: Engine, clock: Clock) -> str:
    """The sitting is over with its keys out: q001 had all but the first question right. Gives the code of their paper."""
    trainee.post(f"/papers/{code}/start")
    for slot, value in right_answers(web_engine, "Q001").items():
        trainee.save(code, slot, value if slot > 1 else ["C"], slot)
    trainee.post(f"/papers/{code}/submit")
    clock.at = NINE + timedelta(hours=2, minutes=DELIVERY_MINUTES + 1)
    return code


# --- who may open what -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", sorted(EVERYBODY))
def test_every_page_for_every_role(app: Flask, web_engine: Engine, who: str) -> None:
    furnish(web_engine)
    someone = enter(app, who)
    for endpoint, (method, path) in ADDRESSES.items():
        reply = someone.get(path) if method == "GET" else someone.post(path)
        assert is_let_in(reply) == (who in ROUTES[endpoint]), (endpoint, reply.status_code)
        if who in ROUTES[endpoint]:
            assert reply.status_code in (200, 302, 303), (endpoint, reply.status_code)
        elif who not in (STRANGER, NO_ROLE):
            assert reply.status_code == 403


@pytest.mark.parametrize(
    "path", ["/learning/practice/1", "/learning/practice/1/1", "/learning/practice/99999999999999999999", "/learning/practice/1/0"]
)
def test_another_persons_set_is_told_alike_to_one_that_is_not_there(app: Flask, web_engine: Engine, person: People, path: str) -> None:
    furnish(web_engine)
    found, missing = person("q002").get(path), person("q002").get("/learning/practice/7/1")
    assert (found.status_code, missing.status_code) == (404, 404)
    assert person("q002").post("/learning/practice/1/1", {"s1": "a"}).status_code == 404


def test_who_is_at_work_is_sent_back_to_their_paper(trainee: Person, code: str, practice_questions: None) -> None:
    trainee.post(f"/papers/{code}/start")
    for method, path in list(ADDRESSES.values())[:3]:
        reply = trainee.get(path) if method == "GET" else trainee.post(path)
        assert reply.status_code == 409
        assert SECRET_WORD not in reply.text


# --- practice --------------------------------------------------------------------------------------------------------------------------------


def begin(trainee: Person, **data: object) -> str:
    """Start a set; give the address of its first question."""
    reply = trainee.post("/learning/practice", {"kind": "daily", **data})
    assert reply.status_code == 303, reply.text
    onward = trainee.get(reply.location)
    assert onward.status_code == 302
    return str(onward.location)


def test_one_question_at_a_time_with_its_answer_at_once(trainee: Person, practice_questions: None, web_engine: Engine) -> None:
    """No key before the answer; then the key, why, the clause and the day on which it comes again. At the end the whole set."""
    path, seen = begin(trainee), 0
    while True:
        page = trainee.get(path).text
        assert SECRET_WORD not in page
        assert "正确答案" not in page
        names = set(re.findall(r'name="(s\d+)"', page))
        values = re.findall(r'value="([a-hTF])"', page)
        reply = trainee.post(path, {names.pop(): values[:1] or ["12", f"{SECRET_WORD}镇政府"]})
        assert (reply.status_code, reply.location) == (303, path)
        seen += 1
        answered = trainee.get(path).text
        assert re.search("答对了|没有答全|答错了|请自己对照", answered)
        assert f"《{SECRET_WORD}供水办法》第三条" in answered
        assert f"{SECRET_WORD}：先核实再报告。" in answered
        assert "下次复习这道题：2026年12月" in answered
        assert 'name="s' not in answered, "what was answered is not asked again on its page"
        onward = re.search(r'<a class="button" href="([^"]+)"', answered)
        assert onward
        path = onward[1]
        if re.fullmatch(r"/learning/practice/\d+", path):
            break
    assert seen == 6
    done = trainee.get(path).text
    assert done.count('class="entry"') == 6
    assert "今天的6道题已经做完" in trainee.get("/learning").text
    with writing(web_engine) as session:
        assert session.query(PracticeAnswerRow).count() == 6


def test_no_page_of_practice_counts_points_days_or_time(trainee: Person, practice_questions: None) -> None:
    path = begin(trainee)
    trainee.post(path, {"gives_up": "1"})
    for page in (trainee.get("/learning").text, trainee.get(path).text, trainee.get(path.rpartition("/")[0]).text):
        text = re.sub(r"<[^>]+>", "", page.replace("练习不计分、不计时、不排名，谁练没练别人都看不到。", ""))
        assert not re.search(r"得\d+分|积分|连续\d+天|打卡|用时|名次|第\d+名", text)


def test_without_an_answer_the_page_says_so_and_nothing_is_stored(trainee: Person, practice_questions: None, web_engine: Engine) -> None:
    path = begin(trainee)
    reply = trainee.post(path, {})
    assert reply.status_code == 422
    assert "请先作答" in reply.text
    assert SECRET_WORD not in reply.text
    with writing(web_engine) as session:
        assert session.query(PracticeAnswerRow).count() == 0


def test_who_does_not_know_sees_the_answer(trainee: Person, practice_questions: None) -> None:
    path = begin(trainee)
    trainee.post(path, {"gives_up": "1"})
    page = trainee.get(path).text
    assert "没有作答" in page
    assert SECRET_WORD in page


def test_a_sitting_that_is_planned_takes_the_explanation_of_a_question_away(over: str, trainee: Person, web_engine: Engine, clock: Clock) -> None:
    """The page that showed the key yesterday shows nothing of it once the question may stand on a paper."""
    assert trainee.post("/learning/practice", {"kind": "daily"}).status_code == 409, "everything was met today, nothing is due"
    assert "能练的题也都做过了" in trainee.get("/learning").text
    path = begin(trainee, kind="weak")
    trainee.post(path, {"gives_up": "1"})
    assert SECRET_WORD in trainee.get(path).text
    schedule(web_engine, "next", opens_at=clock.at + timedelta(days=5))
    page = trainee.get(path)
    assert (page.status_code, SECRET_WORD in page.text) == (200, False)
    assert "这道题现在不能练习" in page.text
    assert "现在没有可以练习的题" in trainee.get("/learning").text
    reply = trainee.post("/learning/practice", {"kind": "weak"})
    assert reply.status_code == 409


@pytest.mark.parametrize(("kind", "status"), [("nonsense", 303), ("retest", 404)])
def test_a_kind_that_no_button_sends(trainee: Person, practice_questions: None, kind: str, status: int) -> None:
    assert trainee.post("/learning/practice", {"kind": kind}).status_code == status


def test_the_home_page_says_what_is_known_and_what_is_due(over: str, trainee: Person, person: People, clock: Clock) -> None:
    page = trainee.get("/learning").text
    assert "饮水安全" in page
    assert "没得满分的1题，现在可以练习其中1题" in page
    clock.go_on(days=31)
    assert "该复习了" not in page
    later = person("q001").get("/learning").text
    assert "有8道做过的题该复习了" in later
    assert "开始重测" in later


def test_a_duty_to_learn_again_is_told_to_the_person_alone(over: str, trainee: Person, person: People) -> None:
    """q002 was absent: they and the organiser read it; nobody else does, and the list says no score."""
    mine = person("q002").get("/learning").text
    assert "需要回炉学习" in mine
    assert "缺考" in mine
    assert "需要回炉学习" not in trainee.get("/learning").text
    page = person("organiser").get("/retraining/D01").text
    assert "李强" in page
    assert "王秀英" not in page
    assert "李强" not in person("organiser").get("/retraining/T01").text
    assert person("organiser").get("/retraining/nowhere").status_code == 404


@pytest.mark.parametrize("who", ["q002", "organiser"])
def test_in_english_no_chinese_of_ours_is_left(over: str, person: People, who: str) -> None:
    someone = person(who)
    someone.post("/language", {"language": "en", "next": "/"})
    for path in ("/learning",) if who == "q002" else ("/retraining", "/retraining/D01"):
        text = re.sub(r"<[^>]+>|demo季度测试|考学|干部学习测试|中文|李强|赵敏|王秀英|周组考|县水利局|柳溪镇|青岚县", "", someone.get(path).text)
        assert re.findall(r"[一-鿿]{2,}", text) == []


# --- the result ------------------------------------------------------------------------------------------------------------------------------


def numbers(page: str) -> list[int]:
    return [int(n) for n in re.findall(r'<article class="question" id="q(\d+)"', page)]


def test_a_result_is_filtered_to_what_was_wrong_and_to_an_area(over: str, trainee: Person) -> None:
    whole = trainee.get(f"/papers/{over}/result").text
    assert numbers(whole) == list(range(1, 9))
    assert numbers(trainee.get(f"/papers/{over}/result?show=wrong").text) == [1]
    assert numbers(trainee.get(f"/papers/{over}/result?show=wrong&area=housing").text) == []
    assert numbers(trainee.get(f"/papers/{over}/result?area=housing").text) == [5, 6, 7, 8]
    assert numbers(trainee.get(f"/papers/{over}/result?area=nothing&show=x").text) == list(range(1, 9))
    assert "没得满分的题" in whole


def test_a_filter_shows_nothing_before_the_keys_are_out(trainee: Person, code: str, clock: Clock) -> None:
    trainee.post(f"/papers/{code}/start")
    trainee.post(f"/papers/{code}/submit")
    clock.at = NINE + timedelta(hours=2, minutes=DELIVERY_MINUTES)
    page = trainee.get(f"/papers/{code}/result?show=wrong").text
    assert numbers(page) == []
    assert SECRET_WORD not in page

"""Pages that give time: a cadre's form and history, a unit's time back, what the running page is told, and who never gets there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, update

from quiz.storage.engine import writing
from quiz.storage.rosters import cadre_rows
from quiz.storage.tables import AccountRow
from tests.web.world import Clock, Person

People = Callable[[str], Person]
EXTEND = "/sittings/demo/cadres/Q001/time"


def test_extra_time_reaches_the_running_page(person: People, trainee: Person, code: str, clock: Clock) -> None:
    trainee.post(f"/papers/{code}/start")
    reply = person("organiser").post(EXTEND, {"minutes": "10", "reason": "键盘坏了", "do": "extend"})
    assert (reply.status_code, reply.location) == (303, "/sittings/demo/cadres/Q001#time")
    assert trainee.get(f"/papers/{code}/time").json["seconds_left"] == 70 * 60  # type: ignore[index]
    assert trainee.save(code, 1, ["A"], 1).json["seconds_left"] == 70 * 60  # type: ignore[index]
    clock.go_on(minutes=65)
    assert trainee.get(f"/papers/{code}/sit").status_code == 200


def test_the_history_stands_on_the_cadres_page(person: People) -> None:
    organiser = person("organiser")
    organiser.post(EXTEND, {"minutes": "10", "reason": "<b>键盘坏了</b>", "do": "extend"})
    page = organiser.get("/sittings/demo/cadres/Q001").text
    assert "&lt;b&gt;键盘坏了&lt;/b&gt;" in page
    assert "加时 10分钟" in page
    assert "周组考" in page
    assert 'value="extend"' not in person("inspector").get("/sittings/demo/cadres/Q001").text


def test_a_paper_handed_in_by_mistake_is_opened_again(person: People, trainee: Person, code: str) -> None:
    trainee.post(f"/papers/{code}/start")
    trainee.post(f"/papers/{code}/submit")
    organiser = person("organiser")
    assert 'value="reopen"' in organiser.get("/sittings/demo/cadres/Q001").text
    assert organiser.post(EXTEND, {"minutes": "", "reason": "误点交卷", "do": "reopen"}).status_code == 303
    assert "继续答题" in trainee.get(f"/papers/{code}").text
    assert trainee.save(code, 1, ["A"], 1).status_code == 200
    assert "没有成绩" in organiser.get("/sittings/demo/cadres/Q001").text


def test_a_page_that_missed_the_extension_is_not_closed_by_its_clock(person: People, trainee: Person, code: str, clock: Clock) -> None:
    trainee.post(f"/papers/{code}/start")
    person("organiser").post(EXTEND, {"minutes": "10", "reason": "r", "do": "extend"})
    clock.go_on(minutes=60)
    sent = trainee.post(f"/papers/{code}/submit", {"by_clock": "1", "unsent": "[]"}, follow_redirects=True)
    assert "继续答题" in sent.text


@pytest.mark.parametrize(
    ("form", "status", "told"),
    [
        ({"minutes": "10", "reason": ""}, 422, "请写明原因"),
        ({"minutes": "ten", "reason": "r"}, 422, "请填写整数"),
        ({"minutes": "999", "reason": "r"}, 422, "请填写1至240"),
        ({"minutes": "", "reason": "r"}, 409, "加时须为1至240分钟"),
        ({"minutes": "5", "reason": "r", "do": "reopen"}, 409, "还没有交卷"),
    ],
)
def test_what_is_wrong_is_told_beside_the_form(person: People, form: dict[str, object], status: int, told: str) -> None:
    reply = person("organiser").post(EXTEND, {"do": "extend", **form})
    assert reply.status_code == status
    assert told in reply.text


def test_a_unit_gets_its_time_back(person: People, trainee: Person, code: str) -> None:
    trainee.post(f"/papers/{code}/start")
    organiser = person("organiser")
    assert 'href="/sittings/demo/time"' in organiser.get("/sittings/demo").text
    page = organiser.post("/sittings/demo/time", {"unit": "T01", "minutes": "20", "reason": "停电"})
    assert page.status_code == 200
    assert "正在答题1人，还没有开始1人" in page.text
    assert page.text.count("补时 20分钟") == 2
    assert trainee.get(f"/papers/{code}/time").json["seconds_left"] == 80 * 60  # type: ignore[index]
    assert "请从列出的选项中选择" in organiser.post("/sittings/demo/time", {"unit": "X", "minutes": "20", "reason": "停电"}).text


def test_nothing_can_be_given_once_results_are_out(person: People, clock: Clock) -> None:
    clock.go_on(hours=3)
    organiser = person("organiser")
    assert "不能再加时" in organiser.get("/sittings/demo/time").text
    assert organiser.post("/sittings/demo/time", {"unit": "T01", "minutes": "20", "reason": "停电"}).status_code == 409
    assert organiser.post(EXTEND, {"minutes": "5", "reason": "r", "do": "extend"}).status_code == 409
    assert 'value="extend"' not in organiser.get("/sittings/demo/cadres/Q001").text


@pytest.mark.parametrize("login", ["q001", "setter", "marker", "inspector"])
def test_only_organisers_give_time(person: People, login: str) -> None:
    someone = person(login)
    assert someone.post(EXTEND, {"minutes": "5", "reason": "r"}).status_code == 403
    assert someone.get("/sittings/demo/time").status_code == 403
    assert someone.client.post(EXTEND, data={"minutes": "5", "reason": "r"}).status_code == 400


def test_nobody_gives_time_to_themselves(person: People, web_engine: Engine) -> None:
    with writing(web_engine) as session:
        cadre = cadre_rows(session, ["Q003"])["Q003"]
        session.execute(update(AccountRow).where(AccountRow.login == "organiser").values(cadre_id=cadre.id))
    assert person("organiser").post("/sittings/demo/cadres/Q003/time", {"minutes": "5", "reason": "r"}).status_code == 403

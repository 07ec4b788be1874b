"""The hall's pages: who may open and do what, the board's numbers, pauses, the clock's alarm, what is decided on a cadre's page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, select, update

from quiz.cli.sweep import close_all_expired, look_at_clock
from quiz.core.steady import SteadyClock
from quiz.storage.engine import reading, writing
from quiz.storage.rosters import cadre_rows, units_by_code
from quiz.storage.tables import AccountRow, AttemptRow, GrantRow
from quiz.usecases import hall
from tests.web.page_reading import Page
from tests.web.world import Clock, Person, engine_of

People = Callable[[str], Person]
HALL = "/sittings/demo/hall"
CADRE = "/sittings/demo/cadres/Q001"
GETS = {
    HALL: {"": 302, "nobody": 403, "q001": 403, "setter": 403, "marker": 403, "inspector": 200, "organiser": 200},
    f"{HALL}?part=now": {"": 302, "q001": 403, "marker": 403, "inspector": 200, "organiser": 200},
    f"{HALL}?site=T01": {"inspector": 200, "organiser": 200},
    f"{HALL}?site=none": {"inspector": 404, "organiser": 404},
    f"{HALL}?unit=T01&state=offline&q=x&late=1&screen=1": {"inspector": 200, "organiser": 200},
    f"{HALL}?state=nonsense&offset=-7": {"organiser": 200},
    f"{HALL}?offset=99999999999999999999999": {"organiser": 200},
    "/sittings/none/hall": {"": 302, "q001": 403, "inspector": 404, "organiser": 404},
}
DECISIONS = [f"{CADRE}/{what}" for what in ("void", "restore", "retry", "late")]
POSTS = [f"{HALL}/pause", f"{HALL}/resume", f"{HALL}/give-back", f"{HALL}/clock", *DECISIONS]


def flush(app: Flask) -> None:
    """Write down what pages told, as the serving process does every few seconds."""
    app.extensions["quiz"].presences.write_down()


def pulse(person: Person, code: str, **told: object) -> dict[str, object]:
    reply = person.post_json(f"/papers/{code}/pulse", {"device": "d1", "turn": 0, "unsent": 0, "mark": 0, "events": [], **told})
    assert reply.status_code == 200, reply.text
    assert reply.json is not None
    return reply.json  # type: ignore[no-any-return]


def take_desk(person: Person, code: str, device: str = "d1") -> int:
    person.post(f"/papers/{code}/start")
    return int(person.post_json(f"/papers/{code}/desk", {"device": device}).json["turn"])  # type: ignore[index]


def watch(engine: Engine, clock: SteadyClock, host: str) -> int:
    """Look at the clock and close what is out of time, as the serving process does every few seconds."""
    look_at_clock(engine, clock, host)
    return sum(close_all_expired(engine, clock))


def ticks_of(clock: Clock) -> Callable[[], float]:
    """Seconds that nobody can set."""

    def ticks() -> float:
        return clock.at.timestamp()

    return ticks


def numbers(page: str) -> dict[str, int]:
    """The big numbers of the board by their names."""
    found = {}
    for part in page.split('<div class="count')[1:]:
        name = part.split("<dt>", 1)[1].split("</dt>", 1)[0]
        found[name] = int(part.split("<dd>", 1)[1].split(">", 1)[1].split("<", 1)[0])
    return found


@pytest.mark.parametrize(("path", "login", "status"), [(path, who, status) for path, row in GETS.items() for who, status in row.items()])
def test_who_may_watch(person: People, path: str, login: str, status: int) -> None:
    assert person(login).get(path).status_code == status


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(("login", "status"), [("", 401), ("nobody", 403), ("q001", 403), ("setter", 403), ("marker", 403), ("inspector", 403)])
def test_who_may_not_act(person: People, path: str, login: str, status: int) -> None:
    assert person(login).post(path, {"reason": "r", "number": "Q001"}).status_code == status


@pytest.mark.parametrize("path", POSTS)
def test_no_action_without_the_forms_token(person: People, path: str) -> None:
    assert person("organiser").client.post(path, data={"reason": "r"}).status_code == 400


def limit_to(engine: Engine, unit: str) -> None:
    """Let the organiser's role hold for one unit."""
    with writing(engine) as db:
        account = db.scalars(select(AccountRow).where(AccountRow.login == "organiser")).one()
        db.execute(update(GrantRow).where(GrantRow.account_id == account.id).values(unit_id=units_by_code(db)[unit].id))


def test_an_organiser_of_another_unit_sees_and_does_nothing_here(person: People, trainee: Person, code: str, web_engine: Engine) -> None:
    take_desk(trainee, code)
    limit_to(web_engine, "D01")
    organiser = person("organiser")
    page = organiser.get(HALL).text
    assert numbers(page)["应考"] == 1
    assert "柳溪镇" not in page
    assert organiser.get(f"{HALL}?site=T01").status_code == 404
    for path in DECISIONS:
        assert organiser.post(path, {"reason": "r", "number": "Q001"}).status_code == 404
    for kind, place in (("all", ""), ("site", "T01"), ("unit", "T01")):
        assert organiser.post(f"{HALL}/pause", {"kind": kind, "place": place, "reason": "停电"}).status_code == 409
    assert organiser.post(f"{HALL}/clock", {"reason": "r"}).status_code == 403
    with reading(web_engine) as db:
        assert db.scalars(select(AttemptRow.paused_at)).all() == [None]


def test_a_candidate_never_watches_or_runs_their_own_hall(person: People, web_engine: Engine) -> None:
    with writing(web_engine) as db:
        cadre = cadre_rows(db, ["Q003"])["Q003"]
        db.execute(update(AccountRow).where(AccountRow.login == "organiser").values(cadre_id=cadre.id))
    organiser = person("organiser")
    assert organiser.get(HALL).status_code == 403
    assert organiser.post(f"{HALL}/pause", {"kind": "all", "reason": "r"}).status_code == 403


def test_the_board_follows_people_from_the_waiting_room_to_the_end(person: People, trainee: Person, code: str, clock: Clock, app: Flask) -> None:
    watcher = person("inspector")
    assert numbers(watcher.get(HALL).text) == {"应考": 3, "已到": 0, "在答": 0, "未保存": 0, "离线": 0, "已交": 0, "未到": 3}
    assert pulse(trainee, code)["state"] == "open"
    flush(app)
    assert numbers(watcher.get(HALL).text)["候考"] == 1
    turn = take_desk(trainee, code)
    pulse(trainee, code, turn=turn, unsent=2)
    flush(app)
    assert numbers(watcher.get(HALL).text)["未保存"] == 1
    pulse(trainee, code, turn=turn)
    flush(app)
    assert numbers(watcher.get(HALL).text)["在答"] == 1
    clock.go_on(minutes=2)
    assert numbers(watcher.get(HALL).text)["离线"] == 1
    trainee.post(f"/papers/{code}/submit")
    assert numbers(watcher.get(HALL).text) == {"应考": 3, "已到": 1, "在答": 0, "未保存": 0, "离线": 0, "已交": 1, "未到": 2}
    clock.go_on(hours=3)
    assert numbers(watcher.get(HALL).text)["缺考"] == 2


def test_people_are_found_by_state_name_and_number(person: People, trainee: Person, code: str) -> None:
    organiser = person("organiser")
    trainee.post(f"/papers/{code}/start")
    assert "王秀英" in organiser.get(f"{HALL}?state=working").text
    assert "赵敏" not in organiser.get(f"{HALL}?state=working").text
    assert "赵敏" in organiser.get(f"{HALL}?q=Q003").text
    assert "李强" in organiser.get(f"{HALL}?q=李").text
    assert "按这个条件，没有人" in organiser.get(f"{HALL}?q=%25").text
    assert "柳溪镇" in organiser.get(f"{HALL}?site=T01").text
    assert "<html" not in organiser.get(f"{HALL}?part=now").text


def test_people_stand_on_pages(person: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """Turning a page keeps what was chosen."""
    monkeypatch.setattr(hall, "PAGE", 1)
    organiser = person("organiser")
    names, path = [], f"{HALL}?site=T01"
    while path:
        page = Page(organiser.get(path).text)
        names += [one.text().split()[0] for one in page.root.all("th") if one.attributes.get("class") == "name"]
        path = next((one.attributes["href"] for one in page.root.all("a") if one.attributes.get("rel") == "next"), "")
        assert not path or "site=T01" in path
    assert len(names) == len(set(names)) == 2


def test_a_pause_stops_the_clock_of_the_page_and_resuming_gives_it_back(person: People, trainee: Person, code: str, clock: Clock) -> None:
    turn = take_desk(trainee, code)
    clock.go_on(minutes=10)
    organiser = person("organiser")
    reply = organiser.post(f"{HALL}/pause?site=T01", {"kind": "site", "place": "T01", "reason": "停电"})
    assert (reply.status_code, reply.location) == (303, f"{HALL}?site=T01")
    page = organiser.get(reply.location).text
    assert "已暂停：正在答题1人，还没有开始1人。" in page
    assert numbers(page)["暂停"] == 1
    clock.go_on(minutes=90)
    assert pulse(trainee, code, turn=turn) | {"server_time": ""} == {
        "state": "paused", "turn": turn, "others": {}, "mark": 0, "seconds_left": 3000, "server_time": "",
    }  # fmt: skip
    assert trainee.save(code, 1, ["A"], turn * 1_000_000 + 1).json["seconds_left"] == 3000  # type: ignore[index]
    reply = organiser.post(f"{HALL}/resume?site=T01", {"pause": "1", "reason": "来电"})
    assert "已恢复，补回90分0秒：正在答题1人，还没有开始1人。" in organiser.get(reply.location).text
    assert pulse(trainee, code, turn=turn)["state"] == "open"
    assert pulse(trainee, code, turn=turn)["seconds_left"] == 3000
    assert "90分0秒" in organiser.get(CADRE).text


def test_places_that_stand_still_have_a_form_each(person: People) -> None:
    """Labels, and what is wrong with one form, belong to this form alone."""
    organiser = person("organiser")
    for unit in ("T01", "D01"):
        organiser.post(f"{HALL}/pause", {"kind": "unit", "place": unit, "reason": "停电"})
    assert Page(organiser.get(HALL).text).faults() == []
    page = Page(organiser.post(f"{HALL}/resume", {"pause": "2", "reason": ""}).text)
    assert page.faults() == []
    assert [one.attributes["id"] for one in page.elements if "aria-invalid" in one.attributes] == ["reason-hall_resume-2"]
    assert [one.text() for one in page.elements if one.attributes.get("href") == "#reason-hall_resume-2"] == ["请写明原因。"]


def test_nobody_starts_in_a_paused_place_and_everybody_may_afterwards(person: People, trainee: Person, code: str, clock: Clock) -> None:
    organiser = person("organiser")
    organiser.post(f"{HALL}/pause", {"kind": "unit", "place": "T01", "reason": "停电"})
    assert pulse(trainee, code)["state"] == "paused"
    assert "已暂停考试" in trainee.get(f"/papers/{code}").text
    assert "已暂停考试" in trainee.get("/papers").text
    assert trainee.post(f"/papers/{code}/start").status_code == 409
    clock.go_on(minutes=130)  # the window of the others is over by now
    assert "已暂停考试" in trainee.get(f"/papers/{code}").text
    organiser.post(f"{HALL}/resume", {"pause": "1", "reason": "来电"})
    assert trainee.post(f"/papers/{code}/start").status_code == 303
    assert trainee.get(f"/papers/{code}/time").json["seconds_left"] == 3600  # type: ignore[index]


@pytest.mark.parametrize(
    ("path", "form", "status", "told"),
    [
        ("pause", {"kind": "site", "place": "T01", "reason": ""}, 422, "请写明原因"),
        ("pause", {"kind": "site", "place": "nowhere", "reason": "停电"}, 409, "没有名为“nowhere”的考点"),
        ("pause", {"kind": "village", "place": "T01", "reason": "停电"}, 422, "请从列出的选项中选择"),
        ("resume", {"pause": "x", "reason": "来电"}, 422, ""),
        ("give-back", {"kind": "site", "place": "T01", "minutes": "0", "reason": "停电"}, 422, "请填写1至240"),
        ("give-back", {"kind": "site", "place": "T01", "minutes": "x", "reason": "停电"}, 422, "请填写整数"),
        ("clock", {"reason": "看过了"}, 409, "没有等待处理的时钟警报"),
    ],
)
def test_what_is_wrong_is_told(person: People, path: str, form: dict[str, object], status: int, told: str) -> None:
    reply = person("organiser").post(f"{HALL}/{path}", form)
    assert reply.status_code == status
    assert told in reply.text


def test_a_site_gets_minutes_back(person: People, trainee: Person, code: str) -> None:
    take_desk(trainee, code)
    organiser = person("organiser")
    reply = organiser.post(f"{HALL}/give-back?site=T01", {"kind": "site", "place": "T01", "minutes": "10", "reason": "网络中断"})
    assert "已补时：正在答题1人，还没有开始1人；没有变动0人。" in organiser.get(reply.location).text
    assert trainee.get(f"/papers/{code}/time").json["seconds_left"] == 70 * 60  # type: ignore[index]


def test_a_clock_that_was_set_is_told_and_settled_on_the_board(person: People, trainee: Person, code: str, clock: Clock, app: Flask) -> None:
    engine, set_by = engine_of(app), [timedelta()]
    steady = SteadyClock(lambda: clock.at + set_by[0], ticks_of(clock))
    take_desk(trainee, code)
    watch(engine, steady, "host")
    set_by[0] = timedelta(hours=1)
    assert watch(engine, steady, "host") == 0
    clock.go_on(seconds=30)
    inspector, organiser = person("inspector"), person("organiser")
    assert "时钟突然快了60分钟" in inspector.get(f"{HALL}?part=now").text
    assert "确认时钟" not in inspector.get(HALL).text
    page = organiser.get(HALL).text
    assert "按这个时间，有1人的答题时间已到" in page
    clock.go_on(minutes=65)
    assert watch(engine, steady, "host") == 0  # out of time, and nobody has looked at the clock
    organiser.post(f"{HALL}/clock", {"reason": "已校准"})
    assert watch(engine, steady, "host") == 1
    watch(engine, steady, "host")  # nobody is at work any more: the machine's clock is followed, and nothing differs
    assert "时钟突然" not in organiser.get(HALL).text


PLAN = {"title": "测试", "code": "q4", "blueprint": "small", "profile": "", "release": "on_close"}
TIMES = {"opens_at": "2026-12-02T09:00", "closes_at": "2026-12-02T11:00"}


def test_a_plan_names_its_sites(person: People) -> None:
    organiser = person("organiser")
    assert organiser.post("/sittings/new", {**PLAN, **TIMES, "do": "create", "sites": "一中：T01 D01"}).status_code == 302
    page = organiser.get("/sittings/q4/hall").text
    assert "考点（1个）" in page
    assert organiser.get("/sittings/q4/hall?site=一中").status_code == 200
    assert numbers(organiser.get("/sittings/q4/hall?site=一中").text)["应考"] == 3


@pytest.mark.parametrize(
    ("sites", "status", "told"), [("一中", 422, "每行写一个考点"), ("一中：T09", 409, "没有编码为T09的单位"), ("T01：D01", 409, "这是一个单位的编码")]
)
def test_sites_that_cannot_be_are_told(person: People, sites: str, status: int, told: str) -> None:
    reply = person("organiser").post("/sittings/new", {**PLAN, **TIMES, "do": "create", "sites": sites})
    assert reply.status_code == status
    assert told in reply.text

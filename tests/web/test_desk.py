"""What is decided on a cadre's page: void and valid again, another try, late answers; and that all of it stands in the log."""

from __future__ import annotations

from sqlalchemy import Engine, select

from quiz.core.access import command_line
from quiz.storage.engine import reading
from quiz.storage.tables import AuditRow, LateDecisionRow, ResponseRow
from quiz.usecases.auditing import is_sound, verify_audit
from tests.web.test_hall import CADRE, HALL, People, numbers, take_desk
from tests.web.world import Clock, Person


def test_voiding_asks_for_the_number_and_shows_everywhere(person: People, trainee: Person, code: str) -> None:
    trainee.post(f"/papers/{code}/start")
    organiser = person("organiser")
    assert organiser.post(f"{CADRE}/void", {"number": "Q002", "reason": "代考"}).status_code == 422
    assert organiser.post(f"{CADRE}/void", {"number": "Q001", "reason": ""}).status_code == 409
    assert organiser.post(f"{CADRE}/void", {"number": "Q001", "reason": "<b>代考</b>"}).status_code == 303
    page = organiser.get(CADRE).text
    assert "这份答卷已作废，成绩不计" in page
    assert "&lt;b&gt;代考&lt;/b&gt;" in page
    assert "作废" in organiser.get("/sittings/demo").text
    assert "这份答卷已作废" in trainee.get(f"/papers/{code}/result").text
    assert numbers(organiser.get(HALL).text)["作废"] == 1
    assert "安排重考" not in person("inspector").get(CADRE).text
    assert organiser.post(f"{CADRE}/restore", {"reason": "查无此事"}).status_code == 303
    assert "作废" not in numbers(organiser.get(HALL).text)


def test_another_try_is_a_new_paper_under_a_new_code(person: People, trainee: Person, code: str) -> None:
    trainee.post(f"/papers/{code}/start")
    organiser = person("organiser")
    organiser.post(f"{CADRE}/void", {"number": "Q001", "reason": "设备故障"})
    assert organiser.post(f"{CADRE}/retry", {"minutes": "30", "reason": "设备故障"}).status_code == 303
    assert trainee.get(f"/papers/{code}").status_code == 404
    page = organiser.get(CADRE).text
    assert "第2份试卷" in page
    assert "重新组卷（第2份）" in organiser.get("/sittings/demo/amend").text
    (link,) = {part.split('"')[0] for part in trainee.get("/papers").text.split('href="/papers/')[1:]} - {code}
    assert trainee.post(f"/papers/{link}/start").status_code == 303


def test_late_answers_are_decided_with_both_times_in_sight(person: People, trainee: Person, code: str, clock: Clock, web_engine: Engine) -> None:
    turn = take_desk(trainee, code)
    trainee.save(code, 1, ["A"], turn * 1_000_000 + 1)
    trainee.post(f"/papers/{code}/submit")
    clock.go_on(minutes=5)
    trainee.post_json(
        f"/papers/{code}/responses", {"device": "d1", "items": [{"slot": 2, "value": ["b"], "seq": turn * 1_000_000 + 2, "age": 240_000}]}
    )
    organiser = person("organiser")
    assert "1人有迟到的作答等待认定" in organiser.get(HALL).text
    assert "王秀英" in organiser.get(f"{HALL}?late=1").text
    page = organiser.get(CADRE).text
    for told in ("待认定", "09:11", "09:15"):
        assert told in page
    assert "认定有效" not in person("inspector").get(CADRE).text
    with reading(web_engine) as db:
        late = db.scalars(select(ResponseRow).where(ResponseRow.state == "late")).one()
    form = {"response": str(late.id), "do": "accept"}
    assert organiser.post(f"{CADRE}/late", {**form, "reason": ""}).status_code == 409
    assert organiser.post(f"{CADRE}/late", {**form, "response": str(2**70), "reason": "r"}).status_code == 404
    assert organiser.post(f"{CADRE}/late", {**form, "reason": "网络中断属实"}).status_code == 303
    assert "网络中断属实" in organiser.get(CADRE).text
    assert "待认定" not in organiser.get(CADRE).text
    assert "等待认定" not in organiser.get(HALL).text
    with reading(web_engine) as db:
        assert db.scalars(select(LateDecisionRow.is_accepted)).all() == [True]


def test_everything_done_stands_in_an_unbroken_audit_log(person: People, trainee: Person, code: str, clock: Clock, web_engine: Engine) -> None:
    trainee.post(f"/papers/{code}/start")
    organiser = person("organiser")
    organiser.post(f"{HALL}/pause", {"kind": "all", "reason": "停电"})
    clock.go_on(minutes=3)
    organiser.post(f"{HALL}/resume", {"pause": "1", "reason": "来电"})
    organiser.post(f"{HALL}/give-back", {"kind": "site", "place": "T01", "minutes": "5", "reason": "停电"})
    organiser.post(f"{CADRE}/void", {"number": "Q001", "reason": "代考"})
    organiser.post(f"{CADRE}/restore", {"reason": "查无此事"})
    organiser.post(f"{CADRE}/void", {"number": "Q001", "reason": "代考"})
    organiser.post(f"{CADRE}/retry", {"minutes": "", "reason": "重考"})
    with reading(web_engine) as db:
        actions = db.scalars(select(AuditRow.action).order_by(AuditRow.id)).all()
        assert is_sound(verify_audit(db, command_line("tests")))
    assert list(actions[-7:]) == ["pause", "resume", "give_back", "void", "restore", "void", "retry"]

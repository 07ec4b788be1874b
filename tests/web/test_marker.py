"""The marker's pages: texts without names, one decision for everyone, the score that follows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from quiz.core.access import Actor, Role
from quiz.storage.engine import reading, writing
from quiz.storage.tables import AccountRow, DecisionRow, GradingRow, GrantRow
from quiz.usecases import attempts
from tests.web.world import NINE, Clock, Person, paper_code, right_answers

People = Callable[[str], Person]
ODD = "约12"

STATUS = {
    "/marking": {"": 302, "nobody": 403, "q001": 403, "setter": 403, "organiser": 403, "marker": 200, "inspector": 403},
    "/marking/demo": {"": 302, "nobody": 403, "q001": 403, "setter": 403, "organiser": 403, "marker": 200, "inspector": 403},
    "/marking/none": {"marker": 404},
}
POSTS = {"": 401, "nobody": 403, "q001": 403, "setter": 403, "organiser": 403, "marker": 422, "inspector": 403}


@pytest.mark.parametrize(("path", "login", "status"), [(path, who, status) for path, row in STATUS.items() for who, status in row.items()])
def test_who_may_open_a_page(person: People, path: str, login: str, status: int) -> None:
    """Waiting texts stand beside their keys: for markers only."""
    assert person(login).get(path).status_code == status


@pytest.mark.parametrize(("login", "status"), POSTS.items())
def test_who_may_decide(person: People, login: str, status: int) -> None:
    """Nobody else may send the form."""
    assert person(login).post("/marking/demo").status_code == status


def test_nothing_waits(person: People) -> None:
    """Both pages say so."""
    marker = person("marker")
    assert "没有等待判定的作答" in marker.get("/marking").text
    assert "没有等待判定的作答" in marker.get("/marking/demo").text


def test_a_decision_changes_the_score_of_all_who_wrote_it(person: People, web_engine: Engine) -> None:
    """One text of two people, without their names; after the decision nothing waits and both scores are new."""
    for number in ("Q001", "Q002"):
        _sit(web_engine, number, ODD)
    marker = person("marker")
    assert "2份答卷等待判定" in marker.get("/marking").text
    page = marker.get("/marking/demo").text
    assert "2人这样填写" in page
    assert ODD in page
    assert "王秀英" not in page
    assert "李强" not in page
    before = _scores(web_engine)
    answer = marker.post("/marking/demo", {**_waiting(page), "verdict": "right", "reason": "意思相同"})
    assert answer.status_code == 302
    page = marker.get(answer.location).text
    assert "2份答卷的成绩已重新计算" in page
    after = _scores(web_engine)
    assert all(after[attempt] > before[attempt] for attempt in before)
    with reading(web_engine) as session:
        decision = session.scalars(select(DecisionRow)).one()
    assert (decision.share, decision.reason, decision.decided_by) == (1_000_000, "意思相同", "吴阅卷")


def test_wrong_keeps_the_score_and_ends_the_wait(person: People, web_engine: Engine) -> None:
    """A text decided as wrong waits no more."""
    _sit(web_engine, "Q001", ODD)
    marker = person("marker")
    before = _scores(web_engine)
    page = marker.get("/marking/demo").text
    marker.post("/marking/demo", {**_waiting(page), "verdict": "wrong", "reason": "不准确"})
    assert _scores(web_engine) == before
    assert "没有等待判定的作答" in marker.get("/marking/demo").text


def test_a_decision_needs_a_reason_a_verdict_and_a_waiting_text(person: People, web_engine: Engine) -> None:
    """Without them it is refused, and what was written stays."""
    _sit(web_engine, "Q001", ODD)
    marker = person("marker")
    waiting = _waiting(marker.get("/marking/demo").text)
    for extra in ({"verdict": "right", "reason": ""}, {"verdict": "right", "reason": "　 "}):
        answer = marker.post("/marking/demo", {**waiting, **extra})
        assert answer.status_code == 422
        assert "请写明判定理由" in answer.text
    answer = marker.post("/marking/demo", {**waiting, "reason": "想了很久"})
    assert answer.status_code == 422
    assert 'value="想了很久"' in answer.text
    assert marker.post("/marking/demo", {**waiting, "text": "别的", "verdict": "right", "reason": "x"}).status_code == 404
    assert marker.post("/marking/none", {**waiting, "verdict": "right", "reason": "x"}).status_code == 404
    with reading(web_engine) as session:
        assert not session.scalars(select(DecisionRow)).all()


def test_a_marker_who_sits_it_waits_until_it_is_over(person: People, web_engine: Engine, clock: Clock) -> None:
    """The texts would tell them questions and answers."""
    _sit(web_engine, "Q002", ODD)
    with writing(web_engine) as session:
        account = session.scalars(select(AccountRow).where(AccountRow.login == "q001")).one()
        session.add(GrantRow(account_id=account.id, role="marker"))
    both = person("q001")
    assert both.get("/marking/demo").status_code == 403
    clock.go_on(hours=3)
    assert ODD in both.get("/marking/demo").text


def test_texts_are_shown_as_text(person: People, web_engine: Engine) -> None:
    """What a trainee wrote is never mark-up."""
    _sit(web_engine, "Q001", "约12<script>alert(1)</script>")
    page = person("marker").get("/marking/demo").text
    assert "<script>alert" not in page


def _sit(engine: Engine, number: str, text: str) -> None:
    """Let a cadre write `text` into the first blank of the first fill-in question and leave the rest open."""
    actor = Actor("x", {Role.TRAINEE: "/"}, cadre_number=number)
    code = paper_code(engine, number)
    slot = _fill_in_slot(engine, number)
    with writing(engine) as session:
        attempts.start(session, actor, code, NINE + timedelta(minutes=1))
        attempts.submit(session, actor, code, [attempts.Save(slot, [text, "无"], 1)], "d", NINE + timedelta(minutes=9))


def _fill_in_slot(engine: Engine, number: str) -> int:
    """The slot of fill-in-1, the same question for everyone."""
    from quiz.storage.papers import read_paper
    from quiz.storage.sittings import get_sitting, seats_of_sitting

    with reading(engine) as session:
        row = get_sitting(session, "demo")
        assert row is not None
        paper = read_paper(seats_of_sitting(session, row, numbers=[number])[0].paper)
    assert right_answers(engine, number)
    return next(slot.number for slot in paper.slots if slot.question.uid == "fill-in-1")


def _waiting(page: str) -> dict[str, object]:
    """The hidden fields of the first form."""
    form = page.split('class="judge"', 1)[1]
    return {name: form.split(f'name="{name}" value="', 1)[1].split('"', 1)[0] for name in ("uid", "blank", "text")}


def _scores(engine: Engine) -> dict[int, int]:
    """The newest score of every attempt."""
    with reading(engine) as session:
        return {row.attempt_id: row.score for row in session.scalars(select(GradingRow).order_by(GradingRow.number))}

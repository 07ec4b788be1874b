"""What was found right once is not verified again; what is wrong is refused however often something right came before."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from quiz.web import signed
from tests.web.world import Person, outcome

People = Callable[[str], Person]


def test_a_right_token_is_right_again_and_a_wrong_one_wrong_after_it(person: People, trainee: Person, code: str) -> None:
    trainee.post(f"/papers/{code}/start")
    for seq in (1, 2):
        assert outcome(trainee.save(code, 1, ["A"], seq))["state"] == "accepted"
    body = {"device": "d", "items": [{"slot": 1, "value": ["B"], "seq": 3}]}
    right, others = trainee.token, person("q002").token
    for token in (right[:-1] + ("A" if right[-1] != "A" else "B"), others, "", "x" * 5000):
        headers = {"X-CSRFToken": token, "Accept": "application/json"}
        for _ in range(2):
            assert trainee.client.post(f"/papers/{code}/responses", json=body, headers=headers).status_code == 400


def test_a_session_that_was_read_before_changes_for_nobody_else(trainee: Person) -> None:
    for _ in range(2):
        assert "退出" in trainee.get("/papers").text
    trainee.post("/language", {"language": "en", "next": "/papers"})
    assert "Log out" in trainee.get("/papers").text


def test_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signed, "MOST", 10)
    memory: signed.Remembered[int] = signed.Remembered()
    for n in range(25):
        memory.add(n, n)
    assert [memory.get(n) for n in (4, 19, 24)] == [None, None, 24]

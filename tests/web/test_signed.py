"""What was found right once is not verified again; what is wrong is refused however often something right came before."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from quiz.web import signed
from tests.web.world import Clock, Person, engine_of, make_app, outcome

People = Callable[[str], Person]


def test_a_right_token_is_right_again_and_a_wrong_one_wrong_after_it(person: People, trainee: Person, code: str) -> None:
    trainee.post(f"/papers/{code}/start")
    for seq in (1, 2):
        assert outcome(trainee.save(code, 1, ["A"], seq))["state"] == "accepted"
    body = {"device": "d", "items": [{"slot": 1, "value": ["B"], "seq": 3}]}
    other = person("q002")
    right, others = trainee.token, other.token
    headers = {"X-CSRFToken": others, "Accept": "application/json"}
    assert other.client.post(f"/papers/{code}/responses", json=body, headers=headers).status_code == 404, "right with its own cookie"
    for token in (right[:-1] + ("A" if right[-1] != "A" else "B"), others, "", "x" * 5000):
        headers = {"X-CSRFToken": token, "Accept": "application/json"}
        for _ in range(2):
            assert trainee.client.post(f"/papers/{code}/responses", json=body, headers=headers).status_code == 400


@pytest.fixture
def behind_https(filled_sqlite: Path, tmp_path: Path, clock: Clock) -> Iterator[FlaskClient]:
    """A browser at an installation that is reached by https."""
    path = tmp_path / "quiz.db"
    shutil.copyfile(filled_sqlite, path)
    app = make_app(f"sqlite:///{path.as_posix()}", tmp_path, clock, secure=True)
    yield app.test_client()
    engine_of(app).dispose()


def test_behind_https_a_right_token_from_a_page_of_others_is_wrong_also_after_a_right_call(behind_https: FlaskClient) -> None:
    secure = {"base_url": "https://localhost"}
    page = behind_https.get("/login", **secure).text
    token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    body = {"device": "d", "items": [{"slot": 1, "value": [], "seq": 1}]}

    def told(referrer: str | None) -> tuple[int, int]:
        headers = {"X-CSRFToken": token, "Accept": "application/json", **({"Referer": referrer} if referrer else {})}
        call = behind_https.post("/papers/AAAAA-AAAAA/responses", json=body, headers=headers, **secure)
        form = behind_https.post("/language", data={"csrf_token": token, "language": "zh"}, headers=headers, **secure)
        return call.status_code, form.status_code

    for _ in range(2):
        assert told("https://localhost/papers/AAAAA-AAAAA/sit") == (401, 302), "the token is right: the call is nobody's, the form is done"
        for referrer in ("https://evil.example/", "http://localhost/papers", None):
            assert told(referrer) == (400, 400), referrer


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

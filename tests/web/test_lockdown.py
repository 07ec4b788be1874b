"""Attack 28: questions of a sitting that asks for a Safe Exam Browser are shown to one that proves its configuration, and to nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select, update

from quiz.core.lockdown import Proof, digest_for, is_proved, read_keys
from quiz.storage.engine import reading, writing
from quiz.storage.tables import AttemptRow, SittingRow
from tests.web.world import Person, paper_code, schedule

People = Callable[[str], Person]
KEY = "0f" * 32
OTHER = "1e" * 32
CONFIG, PROGRAM = "X-SafeExamBrowser-ConfigKeyHash", "X-SafeExamBrowser-RequestHash"


@pytest.fixture
def code(web_engine: Engine) -> str:
    """Q001's paper, to be sat in a browser with one of two keys."""
    with writing(web_engine) as session:
        session.execute(update(SittingRow).values(seb_keys=f"{OTHER} {KEY}"))
    return paper_code(web_engine, "Q001")


def proof(path: str, key: str = KEY, host: str = "http://localhost") -> str:
    """What the browser tells of a page of ours."""
    return hashlib.sha256(f"{host}{path}{key}".encode()).hexdigest()


def ask(person: Person, path: str, headers: dict[str, str], method: str = "GET") -> int:
    data = {"csrf_token": person.token} if method == "POST" else None
    with person.client.open(path, method=method, headers=headers, data=data) as reply:
        return reply.status_code


@pytest.mark.parametrize("header", [CONFIG, PROGRAM])
def test_the_right_browser_starts_and_sees_the_questions(person: People, code: str, header: str) -> None:
    sitter, at = person("q001"), f"/papers/{code}"
    assert ask(sitter, f"{at}/start", {header: proof(f"{at}/start")}, "POST") == 303
    for page in ("/sit", "/summary"):
        assert ask(sitter, at + page, {header: proof(at + page)}) == 200
    assert ask(sitter, f"{at}/sit?section=1", {header: proof(f"{at}/sit?section=1")}) == 200


WRONG = {
    "none": lambda _path: {},
    "empty": lambda _path: {CONFIG: ""},
    "of another page": lambda _path: {CONFIG: proof("/papers")},
    "of another host": lambda path: {CONFIG: proof(path, host="https://exam.example")},
    "of another key": lambda path: {CONFIG: proof(path, "2d" * 32)},
    "in capitals": lambda path: {CONFIG: proof(path).upper()},
    "cut short": lambda path: {CONFIG: proof(path)[:-1]},
    "the key itself": lambda _path: {CONFIG: KEY},
    "no letters": lambda _path: {CONFIG: "\xe9" * 64},
    "by its name alone": lambda _path: {"User-Agent": "Mozilla/5.0 SEB/3.9"},
}


@pytest.mark.parametrize("how", WRONG)
def test_nothing_else_starts_or_sees_a_question(person: People, web_engine: Engine, code: str, how: str) -> None:
    sitter, at = person("q001"), f"/papers/{code}"
    assert ask(sitter, f"{at}/start", WRONG[how](f"{at}/start"), "POST") == 409
    with reading(web_engine) as session:
        assert session.scalars(select(AttemptRow)).all() == []
    assert ask(sitter, f"{at}/start", {CONFIG: proof(f"{at}/start")}, "POST") == 303
    for page in ("/sit", "/summary"):
        assert ask(sitter, at + page, WRONG[how](at + page)) == 409
    assert ask(sitter, f"{at}/save", WRONG[how](f"{at}/save"), "POST") == 409


def test_answers_of_a_page_that_is_open_are_kept_in_any_browser(person: People, code: str) -> None:
    """It shows no question, and an answer is never lost for a header."""
    sitter, at = person("q001"), f"/papers/{code}"
    assert ask(sitter, f"{at}/start", {CONFIG: proof(f"{at}/start")}, "POST") == 303
    assert sitter.post_json(f"{at}/desk", {"device": "d"}).status_code == 200
    assert sitter.post_json(f"{at}/responses", {"device": "d", "items": [{"slot": 1, "value": ["a"], "seq": 1_000_001}]}).status_code == 200
    assert sitter.post(f"{at}/submit").status_code == 303


def test_a_script_tells_where_no_header_is_sent(person: People, code: str) -> None:
    """As on macOS and iOS: of the notice page, once, and a header that is wrong is not made good by it."""
    sitter, at = person("q001"), f"/papers/{code}"
    assert "现在用的不是" in sitter.get(at).text
    assert sitter.post_json(f"{at}/browser", {"digest": proof(at)}).status_code == 200
    assert "现在用的不是" not in sitter.get(at).text
    assert ask(sitter, f"{at}/start", {}, "POST") == 303
    assert ask(sitter, f"{at}/sit", {}) == 200
    assert ask(sitter, f"{at}/sit", {CONFIG: proof("/papers")}) == 409


@pytest.mark.parametrize("digest", [None, 5, "", "x" * 64, KEY.upper(), [KEY]])
def test_what_is_no_digest_is_not_kept(person: People, code: str, digest: object) -> None:
    sitter = person("q001")
    assert sitter.post_json(f"/papers/{code}/browser", {"digest": digest}).status_code == 400


def test_what_was_told_of_one_paper_is_no_proof_for_another(person: People, web_engine: Engine, code: str) -> None:
    sitter = person("q001")
    schedule(web_engine, "other")
    other = paper_code(web_engine, "Q001", "other")
    told = digest_for(f"http://localhost/papers/{other}", KEY)
    assert sitter.post_json(f"/papers/{other}/browser", {"digest": told}).status_code == 200
    assert ask(sitter, f"/papers/{code}/start", {}, "POST") == 409


def test_without_keys_every_browser_will_do(person: People, web_engine: Engine) -> None:
    sitter, at = person("q001"), f"/papers/{paper_code(web_engine, 'Q001')}"
    assert "安全考试浏览器" not in sitter.get(at).text
    assert ask(sitter, f"{at}/start", {CONFIG: "nonsense"}, "POST") == 303


ADDRESSES = st.text("abc/:?=.", min_size=1, max_size=20)
KEYS = st.text("0123456789abcdef", min_size=64, max_size=64)


@given(ADDRESSES, KEYS, KEYS, ADDRESSES)
def test_a_digest_proves_its_key_and_its_page(address: str, key: str, other: str, elsewhere: str) -> None:
    told = Proof(address, digest_for(f"{address}#part", key))
    assert is_proved([other, key], [told])
    assert is_proved([other], [told]) is (other == key)
    assert is_proved([key], [Proof(elsewhere, told.digest)]) is (elsewhere == address)
    assert not is_proved([key], [])
    assert is_proved([], [])


def test_keys_are_read_however_they_are_parted() -> None:
    assert read_keys(f" {KEY.upper()},\n{OTHER}；{KEY} ") == (KEY, OTHER)
    for wrong in (KEY[1:], KEY + "0", "g" * 64, " ".join(f"{n:064x}" for n in range(9))):
        with pytest.raises(ValueError, match=r"^$"):
            read_keys(wrong)

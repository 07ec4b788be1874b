"""The coverage page: who may open it, that its numbers are the bank's, and that an empty area is shown with 0."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine

from quiz.core.access import command_line
from quiz.storage.engine import reading
from quiz.usecases.covering import bank_coverage
from tests.web.world import Person

People = Callable[[str], Person]


@pytest.mark.parametrize(("who", "status"), [("", 302), ("nobody", 403), ("q001", 403), ("setter", 200), ("organiser", 403), ("inspector", 403)])
def test_who_may_open_the_page(person: People, who: str, status: int) -> None:
    assert person(who).get("/bank/coverage").status_code == status


def test_the_numbers_are_those_of_the_bank(person: People, web_engine: Engine) -> None:
    with reading(web_engine) as db:
        covered = bank_coverage(db, command_line("x"), date(2026, 11, 23))
    text = person("setter").get("/bank/coverage?on=2026-11-23").get_data(as_text=True)
    total = covered.questions.total()
    assert total == sum(covered.by("area").values()) == sum(covered.by("type").values()) > 0
    assert f"试题{total}题" in text
    assert re.findall(r"area=(\w+)", text) == list(covered.by("area"))
    assert text.count("<b>0</b>") == sum(count == 0 for count in covered.by("area").values())


def test_validity_is_that_of_the_day(web_engine: Engine) -> None:
    with reading(web_engine) as db:
        before = bank_coverage(db, command_line("x"), datetime(2020, 1, 1, tzinfo=UTC).date())
    assert before.by("validity")["future"] == before.questions.total()


def test_a_day_that_is_none_is_today(person: People) -> None:
    assert person("setter").get("/bank/coverage?on=gestern").status_code == 200

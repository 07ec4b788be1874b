"""Certificates: how long they are good, and that they are as good as what counts."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.core.certificate import CertificateRule, Ending, Status, add_months, certificate_number, ending_of, status_of

DAYS = st.dates(date(2020, 1, 1), date(2060, 1, 1))
SCORES = st.none() | st.integers(0, 10_000).map(lambda n: Decimal(n) / 100)


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        (date(2026, 12, 1), 12, date(2027, 11, 30)),
        (date(2026, 12, 15), 24, date(2028, 12, 14)),
        (date(2026, 1, 31), 1, date(2026, 2, 27)),
        (date(2024, 2, 29), 12, date(2025, 2, 27)),
        (date(2026, 11, 30), 3, date(2027, 2, 27)),
    ],
)
def test_the_last_day(day, months, last):
    assert CertificateRule("证", Decimal(60), months, day).valid_to == last


@given(DAYS, st.integers(1, 120), st.integers(1, 120))
def test_months_go_on(day, one, two):
    later = add_months(day, one)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == one
    assert later.day <= day.day
    assert add_months(day, one + two) > later


@given(SCORES, SCORES.filter(lambda score: score is not None), st.booleans())
def test_it_holds_as_long_as_what_counts_is_enough(counted, least, is_ended):
    holds = not is_ended and counted is not None and counted >= least
    assert (ending_of(is_ended, counted, least) is None) == holds


@given(DAYS, st.integers(1, 36), st.integers(-50, 1200))
def test_it_is_good_from_its_first_to_its_last_day(day, months, shift):
    last, asked = add_months(day, months) - timedelta(days=1), day + timedelta(days=shift)
    found = status_of(None, day, last, asked)
    assert (found is Status.VALID) == (day <= asked <= last)
    assert (found is Status.NOT_YET) == (asked < day)
    assert status_of(Ending.VOID, day, last, asked) is Status.WITHDRAWN


def test_a_number():
    assert certificate_number(2026, 37) == "KX2026-000037"

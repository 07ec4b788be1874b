"""Windows, deadlines and what a trainee may see when."""

from datetime import UTC, datetime, timedelta

import pytest

from quiz.core.sitting import Phase, Release, Visibility, Window, seconds_left, seconds_to_open, visibility

OPENS = datetime(2026, 11, 23, 1, tzinfo=UTC)
WINDOW = Window(OPENS, OPENS + timedelta(hours=2), 60)
BEFORE, DURING, AFTER = OPENS - timedelta(seconds=1), OPENS + timedelta(hours=1), OPENS + timedelta(hours=2, seconds=1)


@pytest.mark.parametrize(("now", "phase"), [(BEFORE, "scheduled"), (OPENS, "open"), (WINDOW.closes_at, "open"), (AFTER, "closed")])
def test_phase(now, phase):
    assert WINDOW.phase(now) is Phase(phase)


def test_an_attempt_ends_after_its_minutes_but_never_after_the_window():
    assert WINDOW.deadline(OPENS) == OPENS + timedelta(minutes=60)
    assert WINDOW.deadline(OPENS + timedelta(minutes=90)) == WINDOW.closes_at


def test_time_left_is_whole_seconds_and_never_negative():
    assert seconds_left(OPENS + timedelta(seconds=10.9), OPENS) == 10
    assert seconds_left(OPENS, AFTER) == 0


def test_who_waits_the_seconds_to_the_opening_comes_when_it_is_open():
    assert seconds_to_open(OPENS, OPENS - timedelta(seconds=10.9)) == 11
    assert seconds_to_open(OPENS, OPENS - timedelta(seconds=10)) == 10
    assert seconds_to_open(OPENS, OPENS) == seconds_to_open(OPENS, AFTER) == 0


NOTHING, SCORE, ALL = Visibility(False, False), Visibility(True, False), Visibility(True, True)


@pytest.mark.parametrize(
    ("release", "released_at", "submitted", "now", "seen"),
    [
        (Release.ON_SUBMIT, None, False, DURING, NOTHING),
        (Release.ON_SUBMIT, None, True, DURING, SCORE),
        (Release.ON_SUBMIT, None, True, AFTER, ALL),
        (Release.ON_CLOSE, None, True, DURING, NOTHING),
        (Release.ON_CLOSE, None, True, AFTER, ALL),
        (Release.MANUAL, None, True, AFTER, NOTHING),
        (Release.MANUAL, DURING, True, DURING, SCORE),
        (Release.MANUAL, DURING, True, AFTER, ALL),
        (Release.MANUAL, AFTER + timedelta(days=1), True, AFTER, NOTHING),
        (Release.ON_CLOSE, None, False, AFTER, NOTHING),
    ],
)
def test_nobody_sees_a_key_while_anyone_may_still_sit(release, released_at, submitted, now, seen):
    assert visibility(release, WINDOW, released_at, submitted, now) == seen

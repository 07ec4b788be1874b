"""When a practised question comes up again: the days that FSRS gives, without chance and without a clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from quiz.core.repetition import Recall, practise, recall

AT = datetime(2026, 3, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(("answers", "days"), [("GGGG", [2, 11, 46, 60]), ("AGGG", [1, 2, 6, 17]), ("GAGG", [2, 1, 2, 6])])
def test_days_between_repetitions(answers, days):
    """As FSRS gives them for these answers with a longest gap of sixty days: right answers stretch the gaps, a wrong one starts anew."""
    memory, at, gaps = None, AT, []
    for answer in answers:
        memory = practise(memory, Recall.GOOD if answer == "G" else Recall.AGAIN, at, longest_days=60)
        gaps.append((memory.due_at - at).days)
        at = memory.due_at
    assert gaps == days


def test_repetition_has_no_chance_and_no_clock_in_it():
    """The same answers at the same times give the same days, in whichever zone the times are told; what is due is still known nine times of ten."""
    memory = practise(practise(None, Recall.GOOD, AT), Recall.HARD, AT + timedelta(days=2))
    again = practise(practise(None, Recall.GOOD, AT), Recall.HARD, (AT + timedelta(days=2)).astimezone())
    assert (memory.stability, memory.difficulty, memory.due_at) == (again.stability, again.difficulty, again.due_at)
    days_till_nine_of_ten = memory.stability  # what FSRS calls so
    assert (memory.due_at - memory.seen_at) / timedelta(days=1) == pytest.approx(days_till_nine_of_ten, abs=0.5)


@pytest.mark.parametrize(
    ("share", "seconds", "usual", "how"),
    [
        (0, None, None, "again"),
        (0.5, None, None, "hard"),
        (1, None, None, "good"),
        (1, 50, 20, "hard"),
        (1, 40, 20, "good"),
        (1, 50, None, "good"),
        (1, 5, 0, "good"),
    ],
)
def test_how_an_answer_went(share, seconds, usual, how):
    """Wrong is again; partly right, or right at twice the usual time, is hard; nothing is easy."""
    assert recall(share, seconds, usual) is Recall(how)

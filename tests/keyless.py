"""Papers as trainees see them before release, for tests that have no database."""

from __future__ import annotations

from dataclasses import replace

from quiz.core.paper import Paper, hide_key


def without_key(paper: Paper) -> Paper:
    """Return the paper with what `hide_key` leaves of each question."""
    return replace(paper, slots=tuple(replace(slot, question=hide_key(slot.question)) for slot in paper.slots))

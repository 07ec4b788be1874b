"""The notice of a correction as a value: what was wrong with which question, what counts now and how many it concerns. Names nobody."""

from __future__ import annotations

from dataclasses import dataclass

from quiz.core.message import Message


@dataclass(frozen=True, slots=True)
class CorrectionNotice:
    """`day` is when the correction was made, in words; `done` what is done with the question; `counts` one sentence a figure."""

    title: str
    code: str
    number: int
    day: str
    question: str
    stem: str
    done: Message
    reason: str
    counts: tuple[Message, ...]
    appeal: Message | None = None

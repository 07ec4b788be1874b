"""Sittings that are over, made for measurements and put in as rows: a bank and a blueprint, papers of other questions for everybody, their marks."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from sqlalchemy import insert
from sqlalchemy.orm import Session

from quiz.core.access import Role
from quiz.core.blueprint import Blueprint, Cell, Section
from quiz.core.question import AREAS, Level, Option, Question, QuestionType, Source
from quiz.core.rule import Rule
from quiz.storage import accounts, banks
from quiz.storage.tables import AccountRow, AttemptRow, GradingRow, MarkRow, PaperRow, QuestionUseRow, SittingRow
from quiz.usecases.log_ins import token_digest

EACH, OFFERED = 50, 600
"""Questions on a paper, of so many in the bank."""

RUNS = 7


@dataclass(frozen=True, slots=True)
class Sat:
    """A paper as a row: its id, whose it is and from which unit, the numbers of its questions, and which of them were right (None: never sat)."""

    id: int
    cadre: int
    unit: int
    asked: list[int]
    right: list[bool] | None
    content: str = "{}"


def measured(name: str, work: Callable[[], Any], runs: int = RUNS) -> float:
    """Print and return the least processor seconds of some runs."""
    found = []
    for _ in range(runs):
        start, clock = time.process_time(), time.perf_counter()
        work()
        found.append((time.process_time() - start, time.perf_counter() - clock))
    best = min(found)
    print(f"  {name}: {1000 * best[0]:.0f} ms of processor time ({1000 * best[1]:.0f} ms by the clock)", flush=True)
    return best[0]


def store_bank(db: Session, at: datetime) -> None:
    """Store the questions, and the blueprint that the sittings follow."""
    cells = tuple(Cell(1, areas=(area,)) for area in AREAS)
    plan = Blueprint("made", "蓝图", 60, Decimal(60), (Section("单项选择题", QuestionType.SINGLE, Decimal(2), cells, Rule()),))
    banks.save_document(db, "blueprint", "made", "蓝图", plan, at)
    banks.save_revisions(db, [(_question(n), f"{n:064}", None) for n in range(OFFERED)], at, "benchmark")
    db.flush()


def _question(number: int) -> Question:
    return Question(
        uid=f"q{number:04}", type=QuestionType.SINGLE, category="general/made", area=list(AREAS)[number % len(AREAS)], department="县水利局",
        stem=f"题干{number}（　　）。", level=list(Level)[number % 2], topic="t", source=Source("某办法", "某部", "第一条"), explanation="说明",
        valid_from=date(2026, 1, 1), options=tuple(Option(letter, f"选项{letter}") for letter in "ABCD"), key=frozenset("A"),
    )  # fmt: skip


def store_sitting(db: Session, number: int, code: str, title: str, opens: datetime) -> None:
    """Store a sitting of two hours whose results are out when it is over."""
    db.add(
        SittingRow(
            id=number, code=code, title=title, blueprint_id=1, group="{}", opens_at=opens, closes_at=opens + timedelta(hours=2), created_at=opens,
            minutes=60, seed=b"k" * 32, snapshot="{}", commitment=f"{number:064}", created_by="benchmark", max_mark=10000, pass_mark=6000,
            release="on_close",
        )
    )  # fmt: skip
    db.flush()
    db.execute(insert(QuestionUseRow), [{"sitting_id": number, "question_uid": f"q{n:04}", "revision": 1, "papers": 1} for n in range(OFFERED)])


def some_questions(chance: np.random.Generator) -> list[int]:
    """Return the numbers of the questions of a paper."""
    asked: list[int] = np.sort(chance.choice(OFFERED, EACH, replace=False)).tolist()
    return asked


def some_answers(chance: np.random.Generator) -> list[bool]:
    """Return which of a paper's questions somebody knows, who is better or worse than others at all of them."""
    right: list[bool] = (chance.random(EACH) < 0.4 + 0.5 * chance.random()).tolist()
    return right


def store_sat(db: Session, sitting: int, opens: datetime, sat: Sequence[Sat]) -> None:
    """Store papers of a sitting, and of those who sat an attempt with its grading and a mark for each question."""
    at = opens + timedelta(hours=1)
    own = {"sitting_id": sitting, "started_at": opens, "deadline_at": at, "submitted_at": at, "closed_by": "trainee"}
    run = {"sitting_id": sitting, "number": 1, "max_score": 10000, "pending": 0, "reason": "submitted", "graded_at": at}
    papers, attempts, gradings, marks = [], [], [], []
    for one in sat:
        papers.append(
            {"id": one.id, "sitting_id": sitting, "cadre_id": one.cadre, "code": f"p{one.id}", "unit_id": one.unit, "post": "", "digest": "d",
             "content": one.content, "seat": one.cadre, "questions": json.dumps([f"q{number:04}" for number in one.asked])}
        )  # fmt: skip
        if one.right is None:
            continue
        attempts.append({"id": one.id, "paper_id": one.id, "cadre_id": one.cadre, **own})
        gradings.append({"id": one.id, "attempt_id": one.id, "score": 200 * sum(one.right), **run})
        marks += [
            {"grading_id": one.id, "sitting_id": sitting, "slot": slot, "mark": 200 * is_right, "max_mark": 200, "rule": "all_or_nothing",
             "why": "right" if is_right else "wrong", "detail": "{}", "response_id": None}
            for slot, is_right in enumerate(one.right, 1)
        ]  # fmt: skip
    for table, rows in ((PaperRow, papers), (AttemptRow, attempts), (GradingRow, gradings), (MarkRow, marks)):
        db.execute(insert(table), rows)


def store_login(db: Session, name: str, role: Role, at: datetime, until: datetime, cadre: int | None = None) -> None:
    """Store an account that is logged in with its name as the token."""
    row = AccountRow(login=name, name=name, password_hash="-", created_at=at, cadre_id=cadre)  # noqa: S106
    accounts.save_account(db, row, [role])
    db.flush()
    accounts.save_login(db, token_digest(name), row.id, at, until)

"""A sitting with a short answer and a question of two blanks, the same paper for everyone, and more people who mark it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import Engine

from quiz.core.access import Actor, Role, command_line
from quiz.core.blueprint import Blueprint, Cell, Section
from quiz.core.plan import SittingPlan
from quiz.core.question import Point, QuestionType
from quiz.core.roster import Group
from quiz.core.rule import Rule
from quiz.core.saving import Save
from quiz.core.sitting import Release
from quiz.storage import accounts, gradings, sittings
from quiz.storage.engine import reading, writing
from quiz.storage.papers import read_paper
from quiz.storage.tables import AccountRow
from quiz.usecases import attempts, handing_in, publishing, scheduling
from tests.web.world import NINE, ZONE, make_questions, paper_code

WRITTEN = "written"
SHORT = "short-1"
MARKERS = {"bela": ("钱二评", Role.MARKER), "cara": ("孙三评", Role.MARKER), "dora": ("冯四评", Role.MARKER)}
POINTS = (Point("核实收入", Decimal(2), ("收入",)), Point("民主评议", Decimal(3), ("评议",)))
NAMES = ("王秀英", "李强", "赵敏", "Q001", "Q002", "Q003", "柳溪镇", "县水利局")
"""Nobody who marks may read any of them."""


def make_written(engine: Engine, **parts: object) -> None:
    """Store the sitting and the markers; `parts` are of its plan. The short answer is worth 5 marks, the blanks 2; 4 are enough."""
    before, chief = NINE - timedelta(hours=12), command_line("tests")
    first = make_questions()[0]
    short = replace(
        first,
        uid=SHORT,
        type=QuestionType.SHORT_ANSWER,
        stem="简答第1号：怎样确定对象？",
        options=(),
        key=frozenset(),
        points=POINTS,
        model_answer="先核实收入，再评议。",
        department="某局",
    )
    sections = (
        Section("填空题", QuestionType.FILL_IN, Decimal(2), (Cell(1),), Rule()),
        Section("简答题", QuestionType.SHORT_ANSWER, Decimal(5), (Cell(1),), Rule()),
    )
    plan = SittingPlan(WRITTEN, "笔试", WRITTEN, Group(), NINE, NINE + timedelta(hours=2), release=Release.MANUAL, forms=1, **parts)  # type: ignore[arg-type]
    with writing(engine) as db:
        publishing.publish(db, chief, before, [short], [Blueprint(WRITTEN, "笔试卷", 60, Decimal(4), sections)])
        scheduling.create_sitting(db, chief, NINE - timedelta(hours=3), plan, ZONE, bytes(range(32)))
        for login, (name, role) in MARKERS.items():
            accounts.save_account(db, AccountRow(login=login, name=name, password_hash="", created_at=before), [role])


def hand_in(engine: Engine, number: str, text: str, blanks: tuple[str, str] = ("12", "无")) -> None:
    """Let a cadre hand in a short answer and two blanks; by itself "12" is right and "无" wrong."""
    actor, code = Actor(number, {Role.TRAINEE: "/"}, cadre_number=number), paper_code(engine, number, WRITTEN)
    with writing(engine) as db:
        attempts.start(db, actor, code, NINE + timedelta(minutes=1))
        saves = [Save(1, list(blanks), 1), Save(2, [text], 2)]
        handing_in.submit(db, actor, code, saves, "d", NINE + timedelta(minutes=9))


def score(engine: Engine, number: str) -> tuple[Decimal, int]:
    """Return the score of a cadre and how many of their answers wait."""
    with reading(engine) as db:
        sitting = sittings.get_sitting(db, WRITTEN)
        assert sitting is not None
        seat = sittings.seats_of_sitting(db, sitting, numbers=[number])[0]
        assert seat.attempt is not None
        found = gradings.newest_grading(db, seat.attempt)
        assert found is not None
        return found.score, found.pending


def blank_uid(engine: Engine) -> str:
    """Return which question of blanks the paper has."""
    with reading(engine) as db:
        sitting = sittings.get_sitting(db, WRITTEN)
        assert sitting is not None
        return read_paper(sittings.seats_of_sitting(db, sitting)[0].paper).slots[0].question.uid

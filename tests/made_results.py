"""Sittings that are over, with results made by hand: each person's marks as the test wants them, stored as the real ones are."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from quiz.core.blueprint import Blueprint, Cell, Section
from quiz.core.question import AREAS, Level, Option, Question, QuestionType, Source
from quiz.core.rule import Rule
from quiz.storage import banks
from quiz.storage.engine import writing
from quiz.storage.tables import (
    AttemptRow,
    CadreRow,
    GradingRow,
    MarkRow,
    PaperRow,
    PostRow,
    QuestionRow,
    QuestionUseRow,
    ResponseRow,
    SittingRow,
    UnitRow,
)

OPENS = datetime(2026, 11, 2, 1, tzinfo=UTC)
OVER = OPENS + timedelta(days=1)
UNITS = (
    ("QL", "青岚县", "county", "/QL/"),
    ("T01", "柳溪镇", "township", "/QL/T01/"),
    ("T02", "云岭镇", "township", "/QL/T02/"),
    ("V01", "上河村", "village", "/QL/T01/V01/"),
    ("D01", "县水利局", "department", "/QL/D01/"),
)


@dataclass(frozen=True)
class Sat:
    """Somebody with a paper. `marks` (hundredths by question) are None for who never came; `post` is the kind of the post held, empty
    for none; `groups` are of cadres."""

    number: str
    unit: str
    marks: dict[str, int] | None
    post: str = ""
    groups: tuple[str, ...] = ()
    is_void: bool = False
    pending: int = 0
    has_late: bool = False


def question(uid: str, area: str = "water", level: Level = Level.RECALL) -> Question:
    """A single choice."""
    return Question(
        uid=uid,
        type=QuestionType.SINGLE,
        category="general/made",
        area=area,
        department="县水利局",
        stem=f"{uid}题干（　　）。",
        level=level,
        topic="t",
        source=Source("某办法", "某部", "第一条"),
        explanation="说明",
        valid_from=date(2026, 1, 1),
        options=tuple(Option(letter, f"选项{letter}") for letter in "ABCD"),
        key=frozenset("A"),
    )


def blueprint(count: int, each: int) -> Blueprint:
    """As many single choices of each of two areas as make a paper of `count` questions."""
    cells = (Cell(count - count // 2, areas=("water",)), Cell(count // 2, areas=("housing",)))
    return Blueprint("made", "蓝图", 60, Decimal(0), (Section("单项选择题", QuestionType.SINGLE, Decimal(each) / 100, cells, Rule()),))


def store(
    engine: Engine, code: str, people: list[Sat], questions: list[Question], each: int = 1000, opens: datetime = OPENS, **sitting: object
) -> None:
    """Store a sitting with these people, every question worth `each` hundredths; units, questions and cadres that are there are used again."""
    with writing(engine) as db:
        _units(db)
        known = set(db.scalars(select(QuestionRow.uid)))
        changed = [(one, f"{one.uid:0>64}"[-64:], None) for one in questions if one.uid not in known]
        banks.save_revisions(db, changed, opens, "tests")
        asked = max((len(one.marks or ()) for one in people), default=0) or len(questions)
        banks.save_document(db, "blueprint", "made", "蓝图", blueprint(asked, each), opens)
        plan = banks.get_document(db, "blueprint", "made")
        assert plan is not None
        row = _sitting(code, plan.id, opens, asked * each, sitting)
        db.add(row)
        db.flush()
        db.add_all(QuestionUseRow(sitting_id=row.id, question_uid=one.uid, revision=1, papers=1) for one in questions)
        known_areas = {one.uid: one.area for one in questions}
        for seat, one in enumerate(people, 1):
            _person(db, row, seat, one, known_areas, [one.uid for one in questions], each)


def _sitting(code: str, plan: int, opens: datetime, full: int, more: dict[str, object]) -> SittingRow:
    values: dict[str, object] = {"release": "on_close", "pass_mark": full * 6 // 10, "delivery_minutes": 10, **more}
    return SittingRow(
        code=code, title=f"{code}测试", blueprint_id=plan, group="{}", opens_at=opens, closes_at=opens + timedelta(hours=2), minutes=60,
        max_mark=full, seed=b"k" * 32, snapshot="{}", commitment="0" * 64, created_at=opens, created_by="tests", **values,
    )  # fmt: skip


def _units(db: Session) -> None:
    if not db.scalar(select(UnitRow.id).limit(1)):
        db.add_all(UnitRow(code=code, name=name, kind=kind, path=path) for code, name, kind, path in UNITS)
        db.flush()


def _person(db: Session, sitting: SittingRow, seat: int, one: Sat, areas: dict[str, str], uids: list[str], each: int) -> None:
    unit = db.scalars(select(UnitRow).where(UnitRow.code == one.unit)).one()
    cadre = db.scalars(select(CadreRow).where(CadreRow.number == one.number)).one_or_none()
    if cadre is None:
        cadre = CadreRow(number=one.number, name=f"干部{one.number}", unit_id=unit.id, groups=json.dumps(one.groups, ensure_ascii=False))
        db.add(cadre)
        db.flush()
        db.add_all(_posts(cadre.id, unit.id, one.post))
    asked = list(one.marks) if one.marks is not None else uids
    slots = [{"number": n, "section": 0, "chosen_by": AREAS[areas[uid]]} for n, uid in enumerate(asked, 1)]
    paper = PaperRow(
        sitting_id=sitting.id, cadre_id=cadre.id, code=f"{sitting.id}-{one.number}", unit_id=unit.id, post="", digest="d", seat=seat,
        content=json.dumps({"slots": slots}), questions=json.dumps(asked),
    )  # fmt: skip
    db.add(paper)
    db.flush()
    if one.marks is None:
        return
    at = sitting.opens_at + timedelta(minutes=30)
    attempt = AttemptRow(
        sitting_id=sitting.id, paper_id=paper.id, cadre_id=cadre.id, started_at=sitting.opens_at, deadline_at=at, submitted_at=at,
        closed_by="trainee", voided_at=at if one.is_void else None,
    )  # fmt: skip
    db.add(attempt)
    db.flush()
    if one.has_late:
        db.add(
            ResponseRow(
                sitting_id=sitting.id,
                attempt_id=attempt.id,
                slot=1,
                seq=9,
                value='["A"]',
                device="d",
                state="late",
                received_at=at + timedelta(hours=1),
            )
        )
    grade(db, attempt, one.marks, each, at, one.pending)


def _posts(cadre: int, unit: int, kind: str) -> list[PostRow]:
    """The post, after a contact point that names nobody and one that ended the day before the sitting."""
    day = OPENS.date()
    before = PostRow(cadre_id=cadre, kind="county_leader", place_id=unit, from_on=date(2020, 1, 1), to_on=day - timedelta(days=1))
    if not kind:
        return [before]
    contact = PostRow(cadre_id=cadre, kind="contact", place_id=unit, from_on=date(2024, 1, 1))
    return [before, contact, PostRow(cadre_id=cadre, kind=kind, place_id=unit, from_on=date(2024, 1, 1), to_on=day)]


def grade(db: Session, attempt: AttemptRow, marks: dict[str, int], each: int, at: datetime, pending: int = 0, number: int = 1, why: str = "") -> None:
    """Append a grading run; with `why` every mark has this reason."""
    run = GradingRow(
        sitting_id=attempt.sitting_id, attempt_id=attempt.id, number=number, score=sum(marks.values()), max_score=each * len(marks), pending=pending,
        reason="submitted", graded_at=at,
    )  # fmt: skip
    db.add(run)
    db.flush()
    db.add_all(
        MarkRow(
            grading_id=run.id,
            sitting_id=attempt.sitting_id,
            slot=n,
            mark=mark,
            max_mark=each,
            rule="all_or_nothing",
            why=why or ("right" if mark else "wrong"),
            detail="{}",
        )
        for n, mark in enumerate(marks.values(), 1)
    )
    db.flush()


def scored(number: str, unit: str, points: int, questions: list[Question], each: int = 1000, **more: object) -> Sat:
    """Somebody who had so many of the questions right, the first first."""
    marks = {one.uid: each * (n < points) for n, one in enumerate(questions)}
    return replace(Sat(number, unit, marks), **more)  # type: ignore[arg-type]

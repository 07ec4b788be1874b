"""What keeps our tables from being spread over machines by sitting is known, to the last key; docs/SCALING.md says what becomes of it."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table

from tools.distribution import findings

OWED = [
    "admission: digest unique without the sitting",
    "admission: id unique without the sitting",
    "amendment: id unique without the sitting",
    "appeal: id unique without the sitting",
    "appeal: refers to attempt without the sitting",
    "appeal_answer: id unique without the sitting",
    "appeal_answer: refers to appeal without the sitting",
    "appeal_answer: refers to mark_override without the sitting",
    "attempt: id unique without the sitting",
    "attempt: refers to paper without the sitting",
    "attempt_change: id unique without the sitting",
    "attempt_void: id unique without the sitting",
    "attempt_void: refers to attempt without the sitting",
    "correction: id unique without the sitting",
    "decision: id unique without the sitting",
    "grading: attempt_id, number unique without the sitting",
    "grading: id unique without the sitting",
    "grading: refers to attempt without the sitting",
    "hall_event: id unique without the sitting",
    "hall_event: refers to paper without the sitting",
    "keying: id unique without the sitting",
    "keying: paper_id, number unique without the sitting",
    "keying: refers to paper without the sitting",
    "late_decision: id unique without the sitting",
    "late_decision: refers to attempt without the sitting",
    "late_decision: refers to response without the sitting",
    "mark: grading_id, slot unique without the sitting",
    "mark: id unique without the sitting",
    "mark: refers to grading without the sitting",
    "mark: refers to response without the sitting",
    "mark_override: id unique without the sitting",
    "mark_override: refers to attempt without the sitting",
    "paper: code unique without the sitting",
    "paper: id unique without the sitting",
    "pause: id unique without the sitting",
    "presence: refers to paper without the sitting",
    "question_use: id unique without the sitting",
    "reading: id unique without the sitting",
    "response: id unique without the sitting",
    "response: refers to attempt without the sitting",
    "scan: refers to paper, whose rows are spread",
    "scan_decision: refers to paper, whose rows are spread",
    "sitting_site: id unique without the sitting",
    "visit: refers to admission without the sitting",
    "visit: token_digest unique without the sitting",
]


def test_nothing_new_stands_in_the_way() -> None:
    assert sorted(findings()) == OWED


def test_what_stands_in_the_way_is_found() -> None:
    made = MetaData()
    Table("sitting", made, Column("id", Integer, primary_key=True))
    Table("audit", made, Column("id", Integer, primary_key=True))
    sitting = Column("sitting_id", ForeignKey("sitting.id"), primary_key=True)
    Table("attempt", made, sitting, Column("id", Integer, primary_key=True), Column("audit_id", ForeignKey("audit.id")))
    Table("unit", made, Column("id", Integer, primary_key=True), Column("attempt_id", ForeignKey("attempt.id")))
    Table("surprise", made, Column("id", Integer, primary_key=True))
    assert list(findings(made)) == [
        "attempt: refers to audit, which is on one machine",
        "surprise: of no kind",
        "unit: refers to attempt, whose rows are spread",
    ]

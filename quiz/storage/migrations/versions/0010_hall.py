"""the hall: sites, presence, pauses, void attempts, late answers, clocks"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from quiz.storage import append_only, tables

revision = "0010"
down_revision = "0009"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _moment(name: str, nullable: bool = False) -> "sa.Column[Any]":
    return sa.Column(name, tables.Moment(timezone=True), nullable=nullable)


def _whole(name: str) -> "sa.Column[Any]":
    return sa.Column(name, sa.Integer(), nullable=False)


def _big(name: str) -> "sa.Column[Any]":
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _text(name: str, length: int) -> "sa.Column[Any]":
    return sa.Column(name, sa.String(length=length), nullable=False)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def upgrade() -> None:
    """Apply."""
    op.add_column("sitting", _moment("paused_at", nullable=True))
    op.add_column("attempt", _moment("paused_at", nullable=True))
    op.add_column("attempt", _moment("voided_at", nullable=True))
    op.add_column("attempt_change", sa.Column("seconds", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_paper_unit", "paper", ["sitting_id", "unit_id"])
    for name, condition in (("ix_response_late", "state = 'late'"), ("ix_response_made", "made_at IS NOT NULL")):
        where = sa.text(condition)
        op.create_index(name, "response", ["sitting_id", "attempt_id"], sqlite_where=where, postgresql_where=where)
    _places()
    _events()
    _decisions()
    _clocks()
    for table in ("hall_event", "attempt_void", "late_decision"):
        for statement in append_only.statements(op.get_bind().dialect.name, table):
            op.execute(statement)


def _places() -> None:
    op.create_table(
        "sitting_site",
        _whole("id"),
        _whole("sitting_id"),
        _whole("unit_id"),
        _text("name", 40),
        _refers("sitting_site", "sitting_id", "sitting"),
        _refers("sitting_site", "unit_id", "unit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sitting_site")),
        sa.UniqueConstraint("sitting_id", "unit_id", name=op.f("uq_sitting_site_sitting_id_unit_id")),
    )
    op.create_table(
        "pause",
        _whole("id"),
        _whole("sitting_id"),
        _text("kind", 10),
        _text("place", 40),
        _text("name", 100),
        _text("reason", 500),
        _moment("at"),
        _text("actor", 100),
        _moment("ended_at", nullable=True),
        _text("ended_by", 100),
        _text("end_reason", 500),
        sa.CheckConstraint("kind IN ('all', 'site', 'unit')", name=op.f("ck_pause_kind")),
        _refers("pause", "sitting_id", "sitting"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pause")),
    )
    op.create_index("ix_pause_sitting", "pause", ["sitting_id", "ended_at"])


def _events() -> None:
    op.create_table(
        "presence",
        _whole("sitting_id"),
        _big("paper_id"),
        _moment("first_at"),
        _moment("seen_at"),
        _text("device", 40),
        _text("address", 45),
        _whole("turn"),
        _whole("unsent"),
        _moment("unsent_since", nullable=True),
        _whole("devices"),
        _whole("addresses"),
        _whole("lefts"),
        _refers("presence", "sitting_id", "sitting"),
        _refers("presence", "paper_id", "paper"),
        sa.PrimaryKeyConstraint("sitting_id", "paper_id", name=op.f("pk_presence")),
    )
    op.create_table(
        "hall_event",
        sa.Column("id", BIG_ID, nullable=False),
        _whole("sitting_id"),
        _big("paper_id"),
        _text("kind", 10),
        _moment("at"),
        _whole("seconds"),
        _text("detail", 200),
        _moment("received_at"),
        sa.CheckConstraint("kind IN ('device', 'address', 'left', 'offline')", name=op.f("ck_hall_event_kind")),
        _refers("hall_event", "sitting_id", "sitting"),
        _refers("hall_event", "paper_id", "paper"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hall_event")),
    )
    op.create_index("ix_hall_event_paper", "hall_event", ["sitting_id", "paper_id"])


def _decisions() -> None:
    op.create_table(
        "attempt_void",
        sa.Column("id", BIG_ID, nullable=False),
        _whole("sitting_id"),
        _big("attempt_id"),
        sa.Column("is_void", sa.Boolean(), nullable=False),
        _text("reason", 500),
        _moment("at"),
        _text("actor", 100),
        _refers("attempt_void", "sitting_id", "sitting"),
        _refers("attempt_void", "attempt_id", "attempt"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt_void")),
    )
    op.create_index("ix_attempt_void_sitting_id", "attempt_void", ["sitting_id"])
    op.create_table(
        "late_decision",
        sa.Column("id", BIG_ID, nullable=False),
        _whole("sitting_id"),
        _big("attempt_id"),
        _big("response_id"),
        sa.Column("is_accepted", sa.Boolean(), nullable=False),
        _text("reason", 500),
        _moment("at"),
        _text("actor", 100),
        _refers("late_decision", "sitting_id", "sitting"),
        _refers("late_decision", "attempt_id", "attempt"),
        _refers("late_decision", "response_id", "response"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_decision")),
    )
    op.create_index("ix_late_decision_attempt", "late_decision", ["sitting_id", "attempt_id"])
    op.create_index("ix_late_decision_response_id", "late_decision", ["response_id"])


def _clocks() -> None:
    op.create_table("clock", _text("host", 64), _big("ticks"), _moment("at"), sa.PrimaryKeyConstraint("host", name=op.f("pk_clock")))
    op.create_table(
        "clock_alarm",
        _whole("id"),
        _text("host", 64),
        _moment("at"),
        _big("seconds"),
        _moment("ended_at", nullable=True),
        _moment("settled_at", nullable=True),
        _text("settled_by", 100),
        _text("reason", 500),
        sa.Column("follow", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_alarm")),
    )

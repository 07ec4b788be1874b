"""What stands between our tables and a PostgreSQL that is spread over machines by sitting: `python -m tools.distribution`.

Partitions of plain PostgreSQL and the shards of Citus want the same: every row says which sitting it belongs to, every key that must be unique
contains the sitting, and what refers to another row of the sitting refers by both. Tables that everybody reads and few change are copied to every
machine; the rest stays on one.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Constraint, ForeignKeyConstraint, MetaData, PrimaryKeyConstraint, Table, UniqueConstraint

from quiz.storage.tables import Base

KEY = "sitting_id"

SPREAD = {
    "admission",
    "amendment",
    "appeal",
    "appeal_answer",
    "attempt",
    "attempt_change",
    "attempt_void",
    "claim",
    "correction",
    "decision",
    "grading",
    "hall_event",
    "keying",
    "late_decision",
    "mark",
    "mark_override",
    "paper",
    "pause",
    "presence",
    "question_use",
    "reading",
    "response",
    "sitting_site",
    "visit",
}
"""Rows of one sitting: these grow with every person and every answer."""

COPIED = {
    "account",
    "cadre",
    "document",
    "paper_question",
    "picture",
    "post",
    "question",
    "question_person",
    "question_revision",
    "role_grant",
    "sitting",
    "unit",
}
"""Read with the rows of every sitting, changed seldom while people sit."""

CENTRAL = {
    "audit",
    "certificate",
    "certificate_end",
    "clock",
    "clock_alarm",
    "login",
    "practice_answer",
    "practice_set",
    "proposal",
    "proposal_event",
    "proposal_picture",
    "record_issue",
    "sample",
    "sample_draw",
    "scan",
    "scan_decision",
    "scan_image",
    "stranger",
}
"""Of no sitting, or one chain for all, or not yet known of which: on one machine."""


def findings(metadata: MetaData = Base.metadata) -> Iterator[str]:
    """Name what is in the way, table by table; and tables that nobody has put into one of the three kinds."""
    for name, table in sorted(metadata.tables.items()):
        kinds = [kind for kind in (SPREAD, COPIED, CENTRAL) if name in kind]
        if len(kinds) != 1:
            yield f"{name}: of no kind"
        elif name in SPREAD:
            yield from _of_spread(table)
        else:
            yield from (f"{name}: refers to {other}, whose rows are spread" for other in _others(table) if other in SPREAD)


def _of_spread(table: Table) -> Iterator[str]:
    if KEY not in table.columns:
        yield f"{table.name}: does not say which sitting it belongs to"
    for columns in _unique(table):
        if KEY not in columns:
            yield f"{table.name}: {', '.join(columns)} unique without the sitting"
    for constraint in sorted(table.foreign_key_constraints, key=lambda found: list(found.column_keys)):
        other = constraint.referred_table.name
        if other in SPREAD and KEY not in constraint.column_keys:
            yield f"{table.name}: refers to {other} without the sitting"
        elif other in CENTRAL:
            yield f"{table.name}: refers to {other}, which is on one machine"


def _unique(table: Table) -> list[tuple[str, ...]]:
    found: list[Constraint] = [one for one in table.constraints if isinstance(one, PrimaryKeyConstraint | UniqueConstraint)]
    keys = [tuple(column.name for column in one.columns) for one in found]  # type: ignore[attr-defined]
    keys += [tuple(column.name for column in index.columns) for index in table.indexes if index.unique]
    return sorted(keys)


def _others(table: Table) -> list[str]:
    constraints: set[ForeignKeyConstraint] = table.foreign_key_constraints
    return sorted({constraint.referred_table.name for constraint in constraints})


if __name__ == "__main__":
    print("\n".join(findings()))

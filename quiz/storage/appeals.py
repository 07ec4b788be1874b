"""Reports and appeals with their answers: rows that are only ever added; of several answers the newest counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from quiz.storage.tables import AppealAnswerRow, AppealRow, AttemptRow, CadreRow, CorrectionRow, GradingRow, MarkRow, PaperRow, SittingRow, UnitRow

REPORT, APPEAL = "report", "appeal"
UPHELD, REJECTED = "upheld", "rejected"

_later = aliased(AppealAnswerRow)
_IS_NEWEST = ~exists().where(_later.appeal_id == AppealAnswerRow.appeal_id, _later.id > AppealAnswerRow.id)


@dataclass(frozen=True, slots=True)
class Said:
    """A report or an appeal with its answer, if there is one, and whose it is."""

    row: AppealRow
    answer: AppealAnswerRow | None
    attempt: AttemptRow
    cadre: CadreRow
    unit: UnitRow


def get_said(session: Session, sitting: SittingRow, appeal_id: int, scope: str = "/") -> Said | None:
    """Return one report or appeal of a sitting within the path `scope`, or None."""
    found = session.execute(_said(AppealRow.id == appeal_id, sitting, scope)).first()
    return None if found is None else Said(*found)


def list_said(session: Session, sitting: SittingRow, scope: str = "/", uids: Sequence[str] | None = None, only_open: bool = False) -> list[Said]:
    """Return what was said in a sitting within the path `scope`, the first first; only of these questions, only what waits, when asked."""
    condition = AppealRow.id > 0
    if uids is not None:
        condition = condition & AppealRow.question_uid.in_(list(uids))
    if only_open:
        condition = condition & AppealAnswerRow.id.is_(None)
    return [Said(*row) for row in session.execute(_said(condition, sitting, scope).order_by(AppealRow.id))]


def said_in_attempt(session: Session, attempt: AttemptRow) -> list[tuple[AppealRow, AppealAnswerRow | None]]:
    """Return what one person said of their paper, each with its answer if there is one, the first first."""
    query = (
        select(AppealRow, AppealAnswerRow)
        .select_from(AppealRow)
        .outerjoin(AppealAnswerRow, (AppealAnswerRow.appeal_id == AppealRow.id) & _IS_NEWEST)
        .where(AppealRow.attempt_id == attempt.id)
        .order_by(AppealRow.id)
    )
    return [(row, answer) for row, answer in session.execute(query)]


def changed_marks(session: Session, attempt: AttemptRow) -> dict[int, datetime]:
    """Return when the mark of a slot was last another than before, by slot; nothing where it never was."""
    query = (
        select(MarkRow.slot, MarkRow.mark, MarkRow.max_mark, GradingRow.graded_at)
        .join(GradingRow, GradingRow.id == MarkRow.grading_id)
        .where(GradingRow.attempt_id == attempt.id)
        .order_by(MarkRow.slot, GradingRow.number)
    )
    before: dict[int, tuple[int, int]] = {}
    out: dict[int, datetime] = {}
    for slot, mark, most, at in session.execute(query):
        if before.get(slot, (mark, most)) != (mark, most):
            out[slot] = at
        before[slot] = mark, most
    return out


def save_said(session: Session, attempt: AttemptRow, slot: int, uid: str, kind: str, text: str, at: datetime) -> AppealRow:
    """Append a report or an appeal; a second of its kind for the slot breaks the table's constraint."""
    row = AppealRow(sitting_id=attempt.sitting_id, attempt_id=attempt.id, slot=slot, question_uid=uid, kind=kind, text=text, at=at)
    session.add(row)
    session.flush()
    return row


def save_answer(
    session: Session,
    row: AppealRow,
    verdict: str,
    reason: str,
    at: datetime,
    actor: str,
    correction: int | None = None,
    override_id: int | None = None,
) -> AppealAnswerRow:
    """Append an answer, with the correction or the mark set by hand that it rests on."""
    answer = AppealAnswerRow(
        sitting_id=row.sitting_id,
        appeal_id=row.id,
        verdict=verdict,
        reason=reason,
        correction=correction,
        override_id=override_id,
        at=at,
        actor=actor,
    )
    session.add(answer)
    session.flush()
    return answer


def count_open(session: Session, scope: str = "/") -> dict[int, int]:
    """Return how many reports and appeals of each sitting wait for an answer within the path `scope`, by the sitting's row id."""
    query = (
        select(AppealRow.sitting_id, func.count())
        .join(AttemptRow, AttemptRow.id == AppealRow.attempt_id)
        .join(PaperRow, PaperRow.id == AttemptRow.paper_id)
        .join(UnitRow, UnitRow.id == PaperRow.unit_id)
        .where(~exists().where(AppealAnswerRow.appeal_id == AppealRow.id), UnitRow.path.startswith(scope, autoescape=True))
        .group_by(AppealRow.sitting_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that a cadre was given to what they said about a paper."""

    sitting: SittingRow
    attempt: AttemptRow
    paper_code: str
    said: AppealRow
    answer: AppealAnswerRow


@dataclass(frozen=True, slots=True)
class Corrected:
    """A correction that concerned a cadre's paper."""

    sitting: SittingRow
    attempt: AttemptRow
    paper_code: str
    correction: CorrectionRow


def answers_since(session: Session, number: str, since: datetime) -> list[Answered]:
    """Return what a cadre was answered since a moment, the newest first."""
    query = (
        select(SittingRow, AttemptRow, PaperRow.code, AppealRow, AppealAnswerRow)
        .select_from(SittingRow)
        .join(AppealRow, AppealRow.sitting_id == SittingRow.id)
        .join(AppealAnswerRow, (AppealAnswerRow.appeal_id == AppealRow.id) & _IS_NEWEST)
        .join(AttemptRow, AttemptRow.id == AppealRow.attempt_id)
        .join(PaperRow, PaperRow.id == AttemptRow.paper_id)
        .join(CadreRow, CadreRow.id == AttemptRow.cadre_id)
        .where(CadreRow.number == number, AppealAnswerRow.at >= since)
        .order_by(AppealAnswerRow.id.desc())
    )
    return [Answered(*row) for row in session.execute(query)]


def corrections_since(session: Session, number: str, since: datetime) -> list[Corrected]:
    """Return the corrections since a moment by which a cadre's attempt was graded anew, the newest first."""
    query = (
        select(SittingRow, AttemptRow, PaperRow.code, CorrectionRow)
        .select_from(SittingRow)
        .join(CorrectionRow, CorrectionRow.sitting_id == SittingRow.id)
        .join(GradingRow, (GradingRow.sitting_id == SittingRow.id) & (GradingRow.correction == CorrectionRow.number))
        .join(AttemptRow, AttemptRow.id == GradingRow.attempt_id)
        .join(PaperRow, PaperRow.id == AttemptRow.paper_id)
        .join(CadreRow, CadreRow.id == AttemptRow.cadre_id)
        .where(CadreRow.number == number, CorrectionRow.at >= since)
        .order_by(CorrectionRow.id.desc())
    )
    return [Corrected(*row) for row in session.execute(query)]


def _said(condition: ColumnElement[bool], sitting: SittingRow, scope: str) -> Select[AppealRow, AppealAnswerRow, AttemptRow, CadreRow, UnitRow]:
    return (
        select(AppealRow, AppealAnswerRow, AttemptRow, CadreRow, UnitRow)
        .select_from(AppealRow)
        .outerjoin(AppealAnswerRow, (AppealAnswerRow.appeal_id == AppealRow.id) & _IS_NEWEST)
        .join(AttemptRow, AttemptRow.id == AppealRow.attempt_id)
        .join(CadreRow, CadreRow.id == AttemptRow.cadre_id)
        .join(PaperRow, PaperRow.id == AttemptRow.paper_id)
        .join(UnitRow, UnitRow.id == PaperRow.unit_id)
        .where(condition, AppealRow.sitting_id == sitting.id, UnitRow.path.startswith(scope, autoescape=True))
    )

"""A name for the state of the published bank, cheap to ask for: revisions are only ever added, so their number and the newest tell."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quiz.storage.tables import QuestionRevisionRow


def bank_mark(session: Session) -> str:
    """Return a text that is the same exactly while no revision is published; another database or an older copy has another."""
    newest = select(QuestionRevisionRow.id, QuestionRevisionRow.digest, QuestionRevisionRow.published_at).order_by(QuestionRevisionRow.id.desc())
    row = session.execute(newest.limit(1)).first()
    count = session.scalar(select(func.count()).select_from(QuestionRevisionRow))
    return f"{count}" if row is None else f"{count} {row.id} {row.digest} {row.published_at.isoformat()}"

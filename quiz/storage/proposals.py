"""Proposals: bank files on their way to publication, and what happened to each."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from quiz.core.review import Step
from quiz.storage.tables import AccountRow, ProposalEventRow, ProposalRow


@dataclass(frozen=True, slots=True)
class Listed:
    """A proposal with the names of its author and reader."""

    row: ProposalRow
    author: str
    reader: str


def get_proposal(session: Session, proposal_id: int) -> ProposalRow | None:
    """Return a proposal held against other writers until this transaction ends, or None."""
    return session.scalar(select(ProposalRow).where(ProposalRow.id == proposal_id).with_for_update())


def list_proposals(session: Session, states: Collection[str] = ()) -> list[Listed]:
    """Return the proposals in these states (all when none is given), the last changed first."""
    author, reader = aliased(AccountRow), aliased(AccountRow)
    query = (
        select(ProposalRow, author.name, reader.name)
        .join(author, author.id == ProposalRow.author_id)
        .outerjoin(reader, reader.id == ProposalRow.reader_id)
        .order_by(ProposalRow.changed_at.desc(), ProposalRow.id.desc())
    )
    if states:
        query = query.where(ProposalRow.state.in_(states))
    return [Listed(row, written, read or "") for row, written, read in session.execute(query)]


def record_step(session: Session, proposal: ProposalRow, step: Step, actor: str, comment: str, at: datetime) -> None:
    """Append what was done with a proposal, and note when it changed."""
    proposal.changed_at = at
    session.flush()
    session.add(
        ProposalEventRow(
            proposal_id=proposal.id,
            at=at,
            actor=actor,
            action=step.value,
            comment=comment,
            source_digest=source_digest(proposal.source),
        )
    )
    session.flush()


def events_of(session: Session, proposal_id: int) -> list[ProposalEventRow]:
    """Return what happened to a proposal, the oldest first."""
    query = select(ProposalEventRow).where(ProposalEventRow.proposal_id == proposal_id).order_by(ProposalEventRow.id)
    return list(session.scalars(query))


def source_digest(source: str) -> str:
    """Return the SHA-256 of a proposal's text."""
    return hashlib.sha256(source.encode()).hexdigest()

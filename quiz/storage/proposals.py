"""Proposals: bank files on their way to publication, and what happened to each."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, aliased

from quiz.core.picture import Upload
from quiz.core.review import Step
from quiz.storage.tables import AccountRow, ProposalEventRow, ProposalPictureRow, ProposalRow


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
            source_digest=source_digest(proposal.source, pictures_of(session, proposal.id)),
        )
    )
    session.flush()


def events_of(session: Session, proposal_id: int) -> list[ProposalEventRow]:
    """Return what happened to a proposal, the oldest first."""
    query = select(ProposalEventRow).where(ProposalEventRow.proposal_id == proposal_id).order_by(ProposalEventRow.id)
    return list(session.scalars(query))


def pictures_of(session: Session, proposal_id: int) -> list[Upload]:
    """Return the pictures of a proposal by name, without their bytes."""
    picture = ProposalPictureRow
    columns = (picture.name, picture.digest, picture.width, picture.height, func.length(picture.content))
    rows = session.execute(select(*columns).where(picture.proposal_id == proposal_id))
    return sorted((Upload(*row) for row in rows), key=lambda one: one.name)


def picture_contents(session: Session, proposal_id: int) -> dict[str, bytes]:
    """Return the bytes of a proposal's pictures by digest."""
    query = select(ProposalPictureRow.digest, ProposalPictureRow.content).where(ProposalPictureRow.proposal_id == proposal_id)
    return {row.digest: row.content for row in session.execute(query)}


def get_picture(session: Session, proposal_id: int, digest: str) -> bytes | None:
    """Return the bytes of one picture of a proposal, or None."""
    of_it = select(ProposalPictureRow.content).where(ProposalPictureRow.proposal_id == proposal_id)
    return session.scalar(of_it.where(ProposalPictureRow.digest == digest).limit(1))


def save_picture(session: Session, proposal_id: int, picture: Upload, content: bytes) -> None:
    """Add a picture to a proposal, in the place of one with the same name."""
    session.merge(
        ProposalPictureRow(
            proposal_id=proposal_id, name=picture.name, digest=picture.digest, width=picture.width, height=picture.height, content=content
        )
    )
    session.flush()


def remove_pictures(session: Session, proposal_id: int, names: Iterable[str]) -> None:
    """Delete these pictures of a proposal."""
    session.execute(delete(ProposalPictureRow).where(ProposalPictureRow.proposal_id == proposal_id, ProposalPictureRow.name.in_(list(names))))


def source_digest(source: str, pictures: Sequence[Upload] = ()) -> str:
    """Return the SHA-256 of a proposal's text with the names and digests of its pictures: what a reader approves, approved together."""
    named = "".join(f"\0{picture.name}\0{picture.digest}" for picture in sorted(pictures, key=lambda one: one.name))
    return hashlib.sha256((source + named).encode()).hexdigest()

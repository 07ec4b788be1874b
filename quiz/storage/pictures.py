"""Pictures of questions by the SHA-256 of their bytes: appended once, never changed, so that a frozen paper keeps its pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from quiz.core.picture import picture_kind
from quiz.storage.tables import PictureRow

MOST_AT_ONCE = 500
"""How many digests one statement asks for."""


def known_pictures(session: Session, digests: Iterable[str]) -> set[str]:
    """Return which of these digests are stored."""
    return {digest for part in _parts(digests) for digest in session.scalars(select(PictureRow.digest).where(PictureRow.digest.in_(part)))}


def save_pictures(session: Session, contents: Mapping[str, bytes]) -> None:
    """Append pictures that are not stored yet, by their digests."""
    session.add_all(PictureRow(digest=digest, kind=picture_kind(content), content=content) for digest, content in contents.items())
    session.flush()


def pictures_of(session: Session, digests: Iterable[str]) -> dict[str, bytes]:
    """Return the bytes of these pictures; what is not stored is left out."""
    query = select(PictureRow.digest, PictureRow.content)
    return {digest: content for part in _parts(digests) for digest, content in session.execute(query.where(PictureRow.digest.in_(part)))}


def get_picture(session: Session, digest: str) -> PictureRow | None:
    """Return one picture, or None."""
    return session.get(PictureRow, digest)


def _parts(digests: Iterable[str]) -> list[list[str]]:
    ordered = sorted(set(digests))
    return [ordered[at : at + MOST_AT_ONCE] for at in range(0, len(ordered), MOST_AT_ONCE)]

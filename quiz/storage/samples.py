"""Samples of cadres: frames as they were published, and the one draw of each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quiz.core.canonical import canonical_json
from quiz.core.frozen import freeze, thaw
from quiz.core.sample import Frame
from quiz.storage.tables import SampleDrawRow, SampleRow


def get_sample(session: Session, code: str) -> SampleRow | None:
    """Return the sample with this code, or None."""
    return session.scalar(select(SampleRow).where(SampleRow.code == code))


def hold_sample(session: Session, code: str) -> SampleRow | None:
    """Return the sample with this code, held against other writers until this transaction ends, or None."""
    return session.scalar(select(SampleRow).where(SampleRow.code == code).with_for_update())


def list_samples(session: Session) -> list[tuple[SampleRow, SampleDrawRow | None]]:
    """Return every sample with its draw if it was drawn, the newest first."""
    query = select(SampleRow, SampleDrawRow).outerjoin(SampleDrawRow, SampleDrawRow.sample_id == SampleRow.id)
    return [(row, drawn) for row, drawn in session.execute(query.order_by(SampleRow.id.desc()))]


def draw_of(session: Session, sample: SampleRow) -> SampleDrawRow | None:
    """Return the draw of a sample, or None."""
    return session.get(SampleDrawRow, sample.id)


def frame_of(row: SampleRow) -> Frame:
    """Return the frame in a row."""
    return thaw(Frame, json.loads(row.frame))


def numbers_of(row: SampleDrawRow) -> list[str]:
    """Return the staff numbers that were drawn."""
    return [str(number) for number in json.loads(row.numbers)]


def save_sample(session: Session, frame: Frame, at: datetime, actor: str) -> SampleRow | None:
    """Append a frame; None when another with its code came at the same moment and was first."""
    row = SampleRow(code=frame.code, title=frame.title, frame=canonical_json(freeze(frame)).decode(), digest=frame.digest, at=at, actor=actor)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return None
    return row


def save_draw(session: Session, sample: SampleRow, seed: str, numbers: Sequence[str], at: datetime, actor: str) -> SampleDrawRow:
    """Append the draw of a sample."""
    row = SampleDrawRow(sample_id=sample.id, seed=seed, numbers=json.dumps(list(numbers), ensure_ascii=False), at=at, actor=actor)
    session.add(row)
    session.flush()
    return row

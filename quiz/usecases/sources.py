"""What a stored sitting's papers are made of: its documents, and the revisions that its snapshot names by digest."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from quiz.assembly.derive import Amendment, is_derivable, other_version
from quiz.assembly.papers import Sheet
from quiz.assembly.pool import placed_cells
from quiz.core.access import Action, Actor
from quiz.core.blueprint import Blueprint
from quiz.core.message import Forbidden, Message, NotFound, QuizError
from quiz.core.profile import Dataset
from quiz.core.question import Revision
from quiz.core.seed import exam_key, snapshot_digest
from quiz.core.sitting import Phase
from quiz.core.template import TemplateRevision
from quiz.storage import amendments, banks, sittings
from quiz.storage.tables import SittingRow
from quiz.usecases.personal_part import Binder


def find_sitting(session: Session, code: str) -> SittingRow:
    """Return a sitting, whoever asks. NotFound without it."""
    found = sittings.get_sitting(session, code)
    if found is None:
        raise NotFound()
    return found


def sitting_within(session: Session, code: str, scope: str) -> SittingRow:
    """Return a sitting of people within the path `scope`. NotFound, also where none of them has a paper: its title and time are not theirs."""
    sitting = find_sitting(session, code)
    if not is_within(session, sitting, scope):
        raise NotFound()
    return sitting


def is_within(session: Session, sitting: SittingRow, scope: str) -> bool:
    """True when somebody within the path `scope` has a paper in a sitting."""
    return scope == "/" or sittings.has_papers(session, sitting, scope)


def whole_sitting(session: Session, actor: Actor, action: Action, code: str) -> SittingRow:
    """Return a sitting all of whose papers lie within the actor's authority. NotFound without it; Forbidden when some lie outside."""
    scope = actor.require(action)
    sitting = sitting_within(session, code, scope)
    if amendments.papers_outside(session, sitting, scope):
        raise Forbidden()
    return sitting


def closed_sitting(session: Session, code: str, scope: str, now: datetime, refusal: Message) -> SittingRow:
    """Return a sitting of people within the path `scope` in which nobody can answer any more.

    NotFound as `sitting_within`; QuizError `not_closed` with the words of `refusal` before.
    """
    sitting = sitting_within(session, code, scope)
    if sittings.window_of(sitting).phase(now) is not Phase.CLOSED:
        raise QuizError("not_closed", refusal)
    return sitting


class Sources:
    """A sitting with everything that its papers are made of. QuizError `other_version` for one that older rules drew."""

    def __init__(self, session: Session, sitting: SittingRow) -> None:
        self._session = session
        self.sitting = sitting
        self.snapshot: dict[str, Any] = json.loads(sitting.snapshot)
        if not is_derivable(self.snapshot):
            raise other_version(self.snapshot)
        self.blueprint_row = banks.document_by_id(session, sitting.blueprint_id)
        self.blueprint = banks.read_document(self.blueprint_row, Blueprint)
        self.places = placed_cells(self.blueprint)
        row = banks.document_by_id(session, sitting.dataset_id) if sitting.dataset_id else None
        self.dataset = banks.read_document(row, Dataset) if row else None
        self.key = exam_key(sitting.seed, snapshot_digest(self.snapshot))
        timed = replace(self.blueprint, minutes=sitting.minutes)
        self.sheet = Sheet(sitting.code, sitting.title, timed, self.places, self.dataset, row.digest if row else "")
        self._digests = {item[0]: item[1] for item in self.snapshot["draw"]["items"]}
        self._known: dict[str, Revision] = {}

    @property
    def digests(self) -> dict[str, str]:
        """The digest of every question and template that the snapshot names, by uid."""
        return {**self._digests, **dict(self.snapshot["local"]["templates"])}

    @cached_property
    def templates(self) -> list[TemplateRevision]:
        """The templates of the snapshot, in the revisions that it names."""
        found = banks.revisions_by_digest(self._session, dict(self.snapshot["local"]["templates"]))
        return [revision for revision in found.values() if isinstance(revision, TemplateRevision)]

    @cached_property
    def _bound(self) -> Binder:
        return Binder(self.dataset, self.templates, self.key)

    def read(self, uids: Iterable[str]) -> dict[str, Revision]:
        """Return these questions, general and bound, in the revisions that the snapshot names; KeyError when the bank lacks one."""
        wanted = set(uids)
        new = {uid: self._digests[uid] for uid in wanted - set(self._known) if uid in self._digests}
        for uid, revision in banks.revisions_by_digest(self._session, new).items():
            if isinstance(revision, Revision):
                self._known[uid] = revision
        for uid in wanted - set(self._known):
            if "@" in uid:
                self._known[uid] = self._bound(uid)
        return {uid: self._known[uid] for uid in wanted}

    def amendments(self) -> list[Amendment]:
        """Return what was changed after the draw, in order."""
        rows = amendments.list_amendments(self._session, self.sitting)
        return [Amendment(row.number, row.kind, amendments.detail_of(row)) for row in rows]

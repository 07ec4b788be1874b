"""Publishing banks: checked questions, blueprints and datasets become revisions that sittings may use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor, Person
from quiz.core.blueprint import Blueprint
from quiz.core.message import NotFound, QuizError, say
from quiz.core.picture import NO_PICTURES
from quiz.core.profile import Dataset, Place, Scope
from quiz.core.question import Label, Question
from quiz.core.seed import Stream
from quiz.core.template import Template, bind
from quiz.storage import audit, banks, sittings
from quiz.storage.advisory import Lock, hold
from quiz.storage.banks import BankFilter, Published
from quiz.usecases.pictures import store_pictures


@dataclass(frozen=True, slots=True)
class PublishReport:
    """What a publication did: uids of new and of revised questions, how many stayed, and the documents that changed."""

    added: tuple[str, ...]
    revised: tuple[str, ...]
    unchanged: int
    documents: tuple[str, ...]


def publish(
    session: Session,
    actor: Actor,
    now: datetime,
    questions: Sequence[Question | Template],
    blueprints: Sequence[Blueprint] = (),
    datasets: Sequence[Dataset] = (),
    author: Person | None = None,
    reader: Person | None = None,
    pictures: Mapping[str, bytes] = NO_PICTURES,
) -> PublishReport:
    """Store a new revision of everything that changed; an unchanged question stays the revision it was.

    `author` wrote the questions (the actor when left out), `reader` is the second reader, `pictures` the bytes of the pictures by digest. The
    caller has linted the files: what comes here is whole. QuizError `unread` when a confirmed question has no second reader or its author for
    one, `kind_changed` when a uid was a question and is now a template, `no_picture` as `store_pictures`.
    """
    actor.require(Action.PUBLISH_BANK)
    author = author or actor.person
    _check_readers(questions, author, reader)
    hold(session, Lock.BANK)  # two who publish at once must not both make the next revision of one question
    store_pictures(session, (item for item in questions if isinstance(item, Question)), pictures)
    changed = _changed(session, questions)
    added = [item.uid for item, _, row in changed if row is None]
    revised = [item.uid for item, _, row in changed if row is not None]
    banks.save_revisions(session, changed, now, author.name, reader.name if reader else "")
    documents = [plan.id for plan in blueprints if banks.save_document(session, banks.BLUEPRINT, plan.id, plan.title, plan, now)]
    documents += [
        data.id for data in datasets if banks.save_document(session, banks.DATASET, data.id, f"{data.county} {data.as_of.isoformat()}", data, now)
    ]
    report = PublishReport(tuple(added), tuple(revised), len(questions) - len(added) - len(revised), tuple(documents))
    if added or revised or documents:
        detail: dict[str, object] = {"added": added, "revised": revised, "documents": documents}
        audit.record(session, now, actor.person, "publish_bank", "", detail)
    return report


def _changed(session: Session, questions: Sequence[Question | Template]) -> list[banks.Changed]:
    """Those that are new or read otherwise than what is published."""
    known = banks.current_digests(session) if questions else {}
    changed: list[banks.Changed] = []
    for item, content in banks.contents_of(questions):
        row, current = known.get(item.uid, (None, ""))
        if current == content:
            continue
        if row is not None and row.is_template != isinstance(item, Template):
            raise QuizError("kind_changed", say("编号{uid}原来是另一种题目（试题与本地题模板不能互换），请换一个编号。", uid=item.uid))
        changed.append((item, content, row))
    return changed


def _check_readers(items: Sequence[Question | Template], author: Person, reader: Person | None) -> None:
    """A sample says of itself that nobody has confirmed it; whatever claims more has been read by a second person."""
    confirmed = [item.uid for item in items if item.label is Label.CONFIRMED]
    if confirmed and (reader is None or reader.id == author.id):
        text = say("{uid}等{n}题标为“已核对”，须由编写人以外的第二人审核后发布。", uid=confirmed[0], n=len(confirmed))
        raise QuizError("unread", text)


def list_bank(session: Session, actor: Actor, wanted: BankFilter, offset: int, limit: int) -> tuple[list[Published], int]:
    """Return a page of the published bank and the number of all that fit."""
    actor.require(Action.READ_BANK)
    return banks.list_published(session, wanted, offset, limit)


def bank_tree(session: Session, actor: Actor) -> list[tuple[str, bool, int]]:
    """Return (category, holds templates, number of questions) for every category."""
    actor.require(Action.READ_BANK)
    return banks.category_counts(session)


def read_question(session: Session, actor: Actor, uid: str) -> Published:
    """Return one published question or template. NotFound when there is none."""
    actor.require(Action.READ_BANK)
    found = banks.get_published(session, uid)
    if found is None:
        raise NotFound()
    return found


@dataclass(frozen=True, slots=True)
class Preview:
    """A template filled in for one place of a published dataset."""

    place: str
    question: Question


def preview_template(session: Session, actor: Actor, template: Template, most: int) -> list[Preview]:
    """Return the template bound to the first `most` places that have its facts, from a key that no paper uses."""
    actor.require(Action.READ_BANK)
    out: list[Preview] = []
    for row in banks.list_documents(session, banks.DATASET):
        dataset = banks.read_document(row, Dataset)
        for place in sorted(dataset.places, key=lambda place: place.code):
            question = bind(template, place, dataset, Stream(b"preview", f"{template.uid}@{place.code}")) if _is_asked(template, place) else None
            if question is not None:
                out.append(Preview(place.name, question))
            if len(out) == most:
                return out
    return out


def _is_asked(template: Template, place: Place) -> bool:
    """True when a setter may see this template filled in for the place; a household's facts are for its helper alone."""
    if template.scope is Scope.SPONSORED_VILLAGE and not place.sponsors:
        return False
    return place.kind is template.scope.kind and template.scope is not Scope.HOUSEHOLD


@dataclass(frozen=True, slots=True)
class Lapse:
    """A question whose validity ends soon, and the sittings to come that have it on a paper."""

    published: Published
    sittings: tuple[str, ...]


def lapses(session: Session, actor: Actor, today: date, days: int = 90) -> list[Lapse]:
    """Return what lapses within `days` from `today` on, the soonest first, with the titles of the sittings not yet closed that it touches.

    A sitting that the actor has a paper in is left out: it would tell them what will be asked.
    """
    actor.require(Action.READ_BANK)
    found = banks.lapsing(session, today, today + timedelta(days=days))
    used = sittings.coming_uses(session, [item.item.uid for item in found], today, actor.cadre_number)
    return [Lapse(item, tuple(used.get(item.item.uid, ()))) for item in found]

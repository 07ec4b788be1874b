"""Bank files between author and second reader: save, submit, return, approve, publish; nothing is published unread or with a fault in it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor, Person
from quiz.core.message import NotFound, QuizError, say
from quiz.core.picture import Upload
from quiz.core.question import Question
from quiz.core.reason import clean_reason
from quiz.core.review import State, Step, next_state, open_steps
from quiz.core.template import Template
from quiz.storage import audit, banks, proposals
from quiz.storage.proposals import Listed
from quiz.storage.tables import AccountRow, ProposalEventRow, ProposalRow
from quiz.usecases.publishing import PublishReport, publish

LONGEST_SOURCE = 1_000_000
MOST_OTHERS = 200
MOST_PICTURES = 60


@dataclass(frozen=True, slots=True)
class Desk:
    """A proposal with its history, the steps that the reader of the page may take, its pictures, and the digest of its text with them."""

    row: ProposalRow
    author: str
    events: list[ProposalEventRow]
    steps: list[Step]
    pictures: list[Upload]

    @property
    def digest(self) -> str:
        """What a page was made from; a step is taken only with the same."""
        return proposals.source_digest(self.row.source, self.pictures)


def list_proposals(session: Session, actor: Actor) -> list[Listed]:
    """Return every proposal that is neither published nor withdrawn."""
    actor.require(Action.READ_BANK)
    return proposals.list_proposals(session, [State.DRAFT, State.SUBMITTED, State.RETURNED, State.APPROVED])


def read_proposal(session: Session, actor: Actor, proposal_id: int) -> Desk:
    """Return a proposal with its history. NotFound when there is none."""
    actor.require(Action.READ_BANK)
    row = _get(session, proposal_id)
    author = session.get_one(AccountRow, row.author_id).name
    steps = open_steps(State(row.state), actor.account_id == row.author_id)
    return Desk(row, author, proposals.events_of(session, row.id), steps, proposals.pictures_of(session, row.id))


@dataclass(frozen=True, slots=True)
class Standing:
    """What is published of a text's questions, by uid, and what else is published in its category and in use."""

    published: dict[str, banks.Published]
    others: list[banks.Published]


def compare(session: Session, actor: Actor, category: str, uids: Sequence[str]) -> Standing:
    """Return what is published now of the questions `uids`, which a text puts into `category`. At most `MOST_OTHERS` others are told."""
    actor.require(Action.READ_BANK)
    found = banks.published_of(session, uids)
    there, _ = banks.list_published(session, banks.BankFilter(category=category), 0, len(uids) + MOST_OTHERS) if category else ([], 0)
    others = [one for one in there if one.item.uid not in found and one.item.category == category and one.retired_at is None]
    return Standing(found, others[:MOST_OTHERS])


def save(
    session: Session,
    actor: Actor,
    now: datetime,
    proposal_id: int | None,
    title: str,
    source: str,
    pictures: Sequence[tuple[Upload, bytes]] = (),
    without: Collection[str] = (),
) -> ProposalRow:
    """Store the text of a proposal, faults and all: a new one when `proposal_id` is None; add `pictures`, made anew, drop those named in `without`.

    QuizError `too_long`, `too_many_pictures`, or as `next_state`.
    """
    actor.require(Action.PROPOSE)
    if len(source) > LONGEST_SOURCE:
        raise QuizError("too_long", say("稿子太长，请分成几个文件。"))
    if proposal_id is None:
        assert actor.account_id is not None
        row = ProposalRow(title=title[:200], source=source, author_id=actor.account_id, state=State.DRAFT.value, changed_at=now)
        session.add(row)
    else:
        row = _get(session, proposal_id)
        row.state = next_state(State(row.state), Step.SAVE, actor.account_id == row.author_id).value
        row.title, row.source = title[:200], source
    session.flush()
    if without:
        proposals.remove_pictures(session, row.id, without)
    for picture, content in pictures:
        proposals.save_picture(session, row.id, picture, content)
    if pictures and len(proposals.pictures_of(session, row.id)) > MOST_PICTURES:
        raise QuizError("too_many_pictures", say("一份稿子最多放{most}张图片，请移除不用的，或者分成几份。", most=MOST_PICTURES))
    proposals.record_step(session, row, Step.SAVE, actor.name, "", now)
    return row


def take(session: Session, actor: Actor, now: datetime, proposal_id: int, step: Step, comment: str, faults: int) -> ProposalRow:
    """Submit, return, approve or withdraw a proposal. `faults` is how many errors its text has now, as the caller has linted it.

    QuizError `has_faults` for submitting or approving a text with errors, `no_comment` for returning without one, or as `next_state`.
    """
    actor.require(Action.PROPOSE)
    row = _get(session, proposal_id)
    state = next_state(State(row.state), step, actor.account_id == row.author_id)
    if faults and step in (Step.SUBMIT, Step.APPROVE):
        raise QuizError("has_faults", say("稿子还有{n}处错误，改正后才能送审和通过。", n=faults))
    if step is Step.RETURN and not comment.strip():
        raise QuizError("no_comment", say("退回时请写明需要修改的地方。"))
    row.state = state.value
    row.reader_id = actor.account_id if step is Step.APPROVE else None if step is not Step.WITHDRAW else row.reader_id
    proposals.record_step(session, row, step, actor.name, comment.strip()[:2000], now)
    return row


def publish_proposal(
    session: Session, actor: Actor, now: datetime, proposal_id: int, items: Sequence[Question | Template], faults: int
) -> PublishReport:
    """Publish an approved proposal, whose text reads as `items`; author and reader are remembered and never get these questions."""
    actor.require(Action.PROPOSE)
    row = _get(session, proposal_id)
    state = next_state(State(row.state), Step.PUBLISH, actor.account_id == row.author_id)
    if faults:
        raise QuizError("has_faults", say("稿子还有{n}处错误，改正后才能送审和通过。", n=faults))
    author, reader = session.get_one(AccountRow, row.author_id), session.get_one(AccountRow, row.reader_id)
    pictures = proposals.picture_contents(session, row.id)
    report = publish(session, actor, now, items, author=_person(author), reader=_person(reader), pictures=pictures)
    changed = [*report.added, *report.revised]
    for account, part in ((author, "author"), (reader, "reader")):
        if account.cadre_id is not None:
            banks.save_people(session, changed, account.cadre_id, part)
    row.state = state.value
    proposals.record_step(session, row, Step.PUBLISH, actor.name, "", now)
    return report


def retire(session: Session, actor: Actor, now: datetime, uid: str, reason: str, back: bool = False) -> None:
    """Take a question out of future draws, or with `back` into them again; papers that exist are not touched. QuizError `no_reason`."""
    actor.require(Action.PROPOSE)
    text = clean_reason(reason, say("请写明理由。"))
    row = banks.get_question_row(session, uid)
    if row is None:
        raise NotFound()
    row.retired_at = None if back else row.retired_at or now
    audit.record(session, now, actor.person, "restore_question" if back else "retire_question", uid, {"reason": text})


def history(session: Session, actor: Actor, uid: str) -> list[banks.Published]:
    """Return every published revision of a question, the newest first. NotFound when there is none."""
    actor.require(Action.READ_BANK)
    found = banks.revisions_of(session, uid)
    if not found:
        raise NotFound()
    return found


def read_picture(session: Session, actor: Actor, proposal_id: int, digest: str) -> bytes:
    """Return the bytes of a proposal's picture, for those who may propose. NotFound when there is none."""
    actor.require(Action.PROPOSE)
    content = proposals.get_picture(session, proposal_id, digest)
    if content is None:
        raise NotFound()
    return content


def read_pictures(session: Session, actor: Actor, proposal_id: int) -> dict[str, bytes]:
    """Return the bytes of all pictures of a proposal by digest, for its proof."""
    actor.require(Action.PROPOSE)
    return proposals.picture_contents(session, proposal_id)


def _person(account: AccountRow) -> Person:
    return Person.of_account(account.id, account.name)


def _get(session: Session, proposal_id: int) -> ProposalRow:
    row = proposals.get_proposal(session, proposal_id)
    if row is None:
        raise NotFound()
    return row

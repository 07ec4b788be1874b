"""The page of a proposal: its text with what is wrong there, its questions beside what is published, and why a step was refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quiz.core.message import Diagnostic, Message, QuizError, mark_text
from quiz.core.picture import Upload
from quiz.core.review import STATE_NAMES, STEP_NAMES, Step
from quiz.core.template import Template
from quiz.usecases import publishing, reviewing
from quiz.usecases.reviewing import Desk
from quiz.web.context import actor, reader, say_text, today, translate
from quiz.web.proposal_form import BadPictures, ProposalForm
from quiz.web.proposal_text import Checked, Entry, check_text, entries_of, lines_of, mark_name, tidy

THE_TEXT = mark_text("正文")

PAGE_SIZE = 50
"""Questions on one page of a proposal."""

PREVIEWS = 1
"""For so many places a template is filled in, to be looked at."""

REFUSED = {"has_faults": 422, "no_comment": 422, "too_long": 422, "no_text": 422, "unreadable": 422, "bad_picture": 422, "too_many_pictures": 422}
"""The status of a refusal that the page itself shows; every other is a conflict: 409."""

LATEST_NAME = 40
"""So many of the last characters of a file's name are told."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing was done, with the faults of an uploaded file when it could not be read, or of pictures."""

    code: str
    text: str
    file: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()
    pictures: tuple[Message, ...] = ()

    @property
    def status(self) -> int:
        """The HTTP status of the page that shows it."""
        return REFUSED.get(self.code, 409)


def check_proposal(source: str, pictures: Sequence[Upload] = ()) -> Checked:
    """Return what a text holds and what is wrong with it today."""
    return check_text(source, translate(THE_TEXT), today(), pictures)


def refusal_of(error: QuizError, form: ProposalForm) -> Refusal:
    """Return what the page says about a refusal; who may not see the proposal gets no page."""
    if error.code in ("not_found", "forbidden"):
        raise error
    upload = form.file.data
    is_upload = error.code == "unreadable" and upload
    name = (upload.filename or "")[-LATEST_NAME:] if is_upload else ""
    faults = error.faults if isinstance(error, BadPictures) else ()
    return Refusal(error.code, say_text(error.message), name, _read_again(form) if is_upload else (), faults)


def _read_again(form: ProposalForm) -> tuple[Diagnostic, ...]:
    form.file.data.seek(0)
    return check_text(form.file.data.read(), (form.file.data.filename or "")[-LATEST_NAME:], today()).diagnostics


def show_proposal(proposal_id: int, form: ProposalForm, refusal: Refusal | None = None) -> ResponseReturnValue:
    """Answer with the page of a proposal; after a refusal with the text as it was sent."""
    with reader() as db:
        desk = reviewing.read_proposal(db, actor(), proposal_id)
        is_kept = bool(refusal and Step.SAVE in desk.steps and form.source.data)
        source = tidy(form.source.data) if is_kept else desk.row.source
        checked = check_proposal(source, desk.pictures)
        standing = reviewing.compare(db, actor(), checked.category, [item.uid for item in checked.items])
        entries = entries_of(checked, standing.published)
        offset = _offset(len(entries))
        shown = entries[offset : offset + PAGE_SIZE]
        examples = {
            entry.item.uid: publishing.preview_template(db, actor(), entry.item, PREVIEWS) for entry in shown if isinstance(entry.item, Template)
        }
    if not is_kept:
        form.title.data, form.source.data = desk.row.title, source
    form.seen.data = desk.digest
    g.draft_pictures = {one.digest: url_for(".picture", proposal_id=proposal_id, digest=one.digest) for one in desk.pictures}
    page = render_template(
        "workbench/proposal.html",
        form=form,
        refusal=refusal,
        desk=desk,
        row=desk.row,
        is_mine=desk.row.author_id == actor().account_id,
        read_by=_reader_name(desk),
        steps=set(desk.steps),
        checked=checked,
        lines=list(lines_of(source, checked.diagnostics)),
        counts=_counts(entries),
        entries=shown,
        examples=examples,
        offset=offset,
        limit=PAGE_SIZE,
        others=standing.others,
        done=request.args.get("done", "") if not refusal else "",
        translate=translate,
        mark_name=mark_name,
        Template=Template,
        Step=Step,
        STATE_NAMES=STATE_NAMES,
        STEP_NAMES=STEP_NAMES,
        today=today(),
    )
    return page, refusal.status if refusal else 200


def _reader_name(desk: Desk) -> str:
    """Who approved the text as it stands, if anybody has."""
    if desk.row.reader_id is None:
        return ""
    return next((event.actor for event in reversed(desk.events) if event.action == Step.APPROVE), "")


def _counts(entries: list[Entry]) -> dict[str, int]:
    added, changed = sum(entry.is_new for entry in entries), sum(entry.is_changed for entry in entries)
    return {"all": len(entries), "added": added, "changed": changed, "same": len(entries) - added - changed}


def _offset(total: int) -> int:
    text = request.args.get("offset", "0")
    wanted = int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
    return min(wanted, max(total - 1, 0)) // PAGE_SIZE * PAGE_SIZE

"""The setter's workbench: a bank file is written or uploaded, checked, read by a second person, compared with what is published, and published."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from quiz.core.access import Action
from quiz.core.message import QuizError, mark_text, say
from quiz.core.paper import Candidate
from quiz.core.picture import picture_kind
from quiz.core.question import Question
from quiz.core.review import STATE_NAMES, State, Step
from quiz.core.template import Template
from quiz.printing.job import PrintJob
from quiz.printing.paper_pdf import print_papers
from quiz.storage.proposals import Listed
from quiz.usecases import publishing, reviewing
from quiz.web import upkeep
from quiz.web.context import actor, needs, now, reader, translate, writer
from quiz.web.proposal_form import ProposalForm, require_fields, sent_pictures, sent_text
from quiz.web.proposal_page import PREVIEWS, check_proposal, refusal_of, show_proposal
from quiz.web.proposal_text import proof

pages = Blueprint("workbench", __name__)
pages.add_url_rule("/bank/questions/<path:uid>/history", "history", upkeep.history)
pages.add_url_rule("/bank/questions/<path:uid>/retire", "retire", upkeep.retire, methods=["POST"])
pages.add_url_rule("/bank/lapses", "lapses", upkeep.lapses)

PLACES = (
    ("setter.home", mark_text("题库")),
    ("workbench.proposals", mark_text("题库稿")),
    ("workbench.lapses", mark_text("到期提醒")),
    ("setter.coverage", mark_text("覆盖情况")),
    ("items.home", mark_text("试题分析")),
    ("blueprints.home", mark_text("蓝图")),
    ("booklets.home", mark_text("学习材料")),
)
"""The setter's pages, as the line below the masthead names them; a page that is not there is not named."""

BIGGEST_TEXT = 1024 * 1024
BIGGEST_REQUEST = 16 * 1024 * 1024
TAKE_FILES = ("workbench.new", "workbench.proposal")
"""The pages that take a text with its pictures: their requests may be larger than others."""

DIGEST = re.compile("[0-9a-f]{64}")
GROUPS = (
    mark_text("等我审核"),
    mark_text("退回给我修改"),
    mark_text("审核通过，可以发布"),
    mark_text("我的草稿"),
    mark_text("我已送审"),
    mark_text("其他人的稿子"),
)


@pages.app_context_processor
def _setter_places() -> dict[str, Any]:
    return {"setter_places": [place for place in PLACES if place[0] in current_app.view_functions]}


@pages.url_value_preprocessor
def _allow_long_text(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Let a field be as long as another request, and pictures come with it; runs before anything reads the request."""
    request.max_form_memory_size = BIGGEST_TEXT
    if endpoint in TAKE_FILES:
        request.max_content_length = BIGGEST_REQUEST


@pages.get("/bank/proposals")
@needs(Action.PROPOSE)
def proposals() -> ResponseReturnValue:
    """What waits for this person first, then what waits for others."""
    with reader() as db:
        found = reviewing.list_proposals(db, actor())
    groups: dict[str, list[Listed]] = {name: [] for name in GROUPS}
    for one in found:
        groups[_group(one)].append(one)
    return render_template("workbench/proposals.html", groups=groups, found=found, STATE_NAMES=STATE_NAMES)


@pages.route("/bank/proposals/new", methods=["GET", "POST"])
@needs(Action.PROPOSE)
def new() -> ResponseReturnValue:
    """Paste or upload a first text."""
    form = ProposalForm()
    refusal = None
    if request.method == "POST":
        try:
            proposal_id = _save(form, None)
        except QuizError as error:
            refusal = refusal_of(error, form)
        else:
            return redirect(url_for(".proposal", proposal_id=proposal_id, done="save"))
    return render_template("workbench/new.html", form=form, refusal=refusal), refusal.status if refusal else 200


@pages.route("/bank/proposals/<int(max=2147483647):proposal_id>", methods=["GET", "POST"])
@needs(Action.PROPOSE)
def proposal(proposal_id: int) -> ResponseReturnValue:
    """A proposal to be written or read, and each step of its way."""
    form = ProposalForm()
    if request.method != "POST":
        return show_proposal(proposal_id, form)
    do = "save" if "remove" in request.form else request.form.get("do", "")
    if do not in set(Step):
        abort(400)
    step = Step(do)
    try:
        if step is Step.SAVE or (step is Step.SUBMIT and "source" in request.form):
            _save(form, proposal_id, must_record=step is Step.SAVE)
        if step is not Step.SAVE:
            _take(form, proposal_id, step)
    except QuizError as error:
        return show_proposal(proposal_id, form, refusal_of(error, form))
    return redirect(url_for(".proposal", proposal_id=proposal_id, done=step.value))


@pages.get("/bank/proposals/<int(max=2147483647):proposal_id>/print.pdf")
@needs(Action.PROPOSE)
def print_proof(proposal_id: int) -> ResponseReturnValue:
    """The questions as they print, templates filled in for one place."""
    with reader() as db:
        desk = reviewing.read_proposal(db, actor(), proposal_id)
        row, pictures = desk.row, reviewing.read_pictures(db, actor(), proposal_id)
        checked = check_proposal(row.source, desk.pictures)
        shown = [*checked.items]
        questions = [item for item in shown if isinstance(item, Question)]
        for item in shown:
            if isinstance(item, Template):
                questions += [preview.question for preview in publishing.preview_template(db, actor(), item, PREVIEWS)]
    if not questions:
        raise QuizError("nothing_to_print", say("稿子里还没有可以打印的题目。"))
    paper = proof(" ".join(row.title.split()) or translate(UNNAMED), f"DRAFT-{row.id}", questions, translate)
    out = BytesIO()
    print_papers([PrintJob(paper, Candidate("", "", ""))], out, translate=translate, pictures=pictures)
    out.seek(0)
    return send_file(out, "application/pdf", download_name=f"draft-{row.id}.pdf")


@pages.get("/bank/proposals/<int(max=2147483647):proposal_id>/pictures/<digest>")
@needs(Action.PROPOSE)
def picture(proposal_id: int, digest: str) -> Response:
    """A picture of a proposal, for those who may read its text; under one name it is the same for ever."""
    if not DIGEST.fullmatch(digest):
        abort(404)
    with reader() as db:
        content = reviewing.read_picture(db, actor(), proposal_id, digest)
    response = Response(content, mimetype=f"image/{picture_kind(content)}")
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


SAVED_ELSEWHERE = mark_text("这份稿子在别处保存过新的正文，您这次的正文还没有保存，仍在下面。再按一次“保存”，就用它替换别处的改动。")
UNNAMED = mark_text("未命名题库稿")


def _group(one: Listed) -> str:
    """The heading under which a proposal stands for this person."""
    is_mine, state = one.row.author_id == actor().account_id, State(one.row.state)
    to_read, to_mend, to_publish, drafts, waiting, others = GROUPS
    if state is State.APPROVED:
        return to_publish
    if not is_mine:
        return to_read if state is State.SUBMITTED else others
    return {State.RETURNED: to_mend, State.SUBMITTED: waiting}.get(state, drafts)


def _save(form: ProposalForm, proposal_id: int | None, must_record: bool = True) -> int:
    """Store what was sent; return the proposal's id. QuizError `stale` when the stored text is not the one that the sender had before them.

    Without `must_record` nothing is stored when nothing has changed.
    """
    require_fields(form)
    text = sent_text(form)
    title = " ".join((form.title.data or "").split()) or _title_of(text, form)
    form.title.data, form.source.data = title, text  # kept on the page when the rest is refused, also what came as a file
    pictures = sent_pictures(form)
    without = request.form.getlist("remove")
    with writer() as db:
        if proposal_id is not None:
            desk = reviewing.read_proposal(db, actor(), proposal_id)
            if form.seen.data != desk.digest:
                raise QuizError("stale", say(SAVED_ELSEWHERE))
            if (desk.row.title, desk.row.source) == (title, text) and not pictures and not must_record:
                return proposal_id
        row = reviewing.save(db, actor(), now(), proposal_id, title, text, pictures, without)
        form.seen.data = reviewing.read_proposal(db, actor(), row.id).digest
        return row.id


def _take(form: ProposalForm, proposal_id: int, step: Step) -> None:
    """Take a step other than saving with the text as it is stored, which must be the one that was read."""
    require_fields(form)
    with reader() as db:
        read = reviewing.read_proposal(db, actor(), proposal_id)
        source, digest = read.row.source, read.digest
    checked = check_proposal(source, read.pictures)
    with writer() as db:
        _require_seen(form, reviewing.read_proposal(db, actor(), proposal_id).digest, digest)
        if step is Step.PUBLISH:
            reviewing.publish_proposal(db, actor(), now(), proposal_id, checked.items, checked.faults)
        else:
            reviewing.take(db, actor(), now(), proposal_id, step, form.comment.data or "", checked.faults)


def _require_seen(form: ProposalForm, *digests: str) -> None:
    """The text with its pictures that the sender saw is the one that was checked and the one that is stored."""
    if any(form.seen.data != digest for digest in digests):
        raise QuizError("stale", say("正文在您打开这一页之后有了改动，这次操作没有执行。请看过现在的内容，再操作一次。"))


def _title_of(text: str, form: ProposalForm) -> str:
    """A name for a proposal that was given none: the file's, else the category's."""
    name = (form.file.data.filename or "").rsplit("/", 1)[-1] if form.file.data else ""
    return name or check_proposal(text).category or translate(UNNAMED)

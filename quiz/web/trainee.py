"""Pages of the trainee: what is theirs to sit, the notice, the sitting page, the check before submission, the result.

Every page works by plain forms; the sitting page's script talks to `saving` and `time_left`. Never sends a key before its release.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from quiz.core.access import Action
from quiz.core.correction import REMEDY_NAMES
from quiz.core.counting import COUNTING_NAMES, COUNTING_RULES
from quiz.core.hundredths import from_hundredths
from quiz.core.message import QuizError
from quiz.core.paper import Paper, section_heading
from quiz.core.results import STANDING_NAMES
from quiz.core.saving import Saved, SaveResult
from quiz.core.sitting import GRACE, Phase, Release, seconds_left, seconds_to_open
from quiz.storage.papers import read_without_key
from quiz.storage.sittings import known_end
from quiz.usecases import appealing, attempts, cadre_record, make_ups, results
from quiz.usecases.attempts import Desk, Listed, Start
from quiz.usecases.corrected_copies import has_corrected
from quiz.usecases.handing_in import HandIn
from quiz.usecases.mark_history import history_of
from quiz.usecases.mistakes import has_mistakes
from quiz.usecases.oral import helps_households
from quiz.usecases.verifying import seed_to_show
from quiz.web import counters, form_saves, sheet
from quiz.web.context import actor, do_together, installation, needs, now, reader, writer
from quiz.web.lockdown import proofs
from quiz.web.presence import be_seen
from quiz.web.review import read_review

pages = Blueprint("trainee", __name__)
log = logging.getLogger("quiz.web")


class Standing(StrEnum):
    """Where a trainee stands with a paper, each with its own next step on the page."""

    COMING = "coming"
    START = "start"
    RESUME = "resume"
    COLLECTING = "collecting"
    SUBMITTED = "submitted"
    RESULT = "result"
    MISSED = "missed"
    PAUSED = "paused"


TO_DO = (Standing.RESUME, Standing.START, Standing.PAUSED)


@dataclass(frozen=True, slots=True)
class Entry:
    """A sitting in the trainee's list with where they stand."""

    listed: Listed
    standing: Standing


@pages.get("/papers")
@needs(Action.SIT)
def home() -> ResponseReturnValue:
    """What is mine to sit: now, later, and what is over."""
    with reader() as db:
        entries = [Entry(listed, standing_of(listed, now())) for listed in attempts.list_mine(db, actor(), now())]
        news = appealing.news_of(db, actor(), now())
        is_free = all(entry.standing not in (*TO_DO, Standing.COMING) for entry in entries)
        is_helper = is_free and helps_households(db, actor())
    todo = [entry for entry in entries if entry.standing in TO_DO]
    coming = [entry for entry in reversed(entries) if entry.standing is Standing.COMING]
    past = [entry for entry in entries if entry not in todo and entry not in coming]
    return render_template("trainee/home.html", todo=todo, coming=coming, past=past, news=news, is_helper=is_helper, REMEDY_NAMES=REMEDY_NAMES)


@pages.get("/papers/<code>")
@needs(Action.SIT)
def paper(code: str) -> ResponseReturnValue:
    """The notice before a sitting, with one clear next step."""
    with reader() as db:
        listed = attempts.get_mine(db, actor(), code, now())
        shown = read_without_key(listed.seat.paper)
        made_up = make_ups.announced(db, listed.seat.sitting)
    return render_template(
        "trainee/paper.html",
        listed=listed,
        paper=shown,
        standing=standing_of(listed, now()),
        is_right_browser=attempts.is_right_browser(listed.seat, proofs(code)),
        seconds_to_open=seconds_to_open(listed.seat.sitting.opens_at, now()),
        headings=headings(shown),
        seed=seed_to_show(listed.seat.sitting, now()),
        made_up=made_up,
        COUNTING_NAMES=COUNTING_NAMES,
        COUNTING_RULES=COUNTING_RULES,
    )


@pages.post("/papers/<code>/start")
@needs(Action.SIT)
def start(code: str) -> ResponseReturnValue:
    """Start, or go on with what was started."""
    attempt = do_together(installation().starts, Start(actor(), code, now(), proofs(code)))
    if attempt.started_at == now():  # else it was started before
        counters.STARTS.inc()
    return redirect(url_for("trainee.sit", code=code), 303)


@pages.get("/papers/<code>/sit")
@needs(Action.SIT)
def sit(code: str) -> ResponseReturnValue:
    """The sitting page: by script the whole paper, without script one section at a time."""
    desk = _desk(code)
    if not isinstance(desk, Desk):
        return desk
    be_seen(desk.seat)
    section = min(max(request.args.get("section", 1, int), 1), len(desk.paper.sections))
    return _render_desk("trainee/sit.html", desk, code, section=section)


@pages.get("/papers/<code>/summary")
@needs(Action.SIT)
def summary(code: str) -> ResponseReturnValue:
    """What is still open, and the last step before submission."""
    desk = _desk(code)
    if not isinstance(desk, Desk):
        return desk
    return _render_desk("trainee/summary.html", desk, code)


@pages.post("/papers/<code>/save")
@needs(Action.SIT)
def save_section(code: str) -> ResponseReturnValue:
    """Save one section's form, then go where its button says."""
    section = request.form.get("section", 1, int)
    with writer() as db:
        try:
            desk = attempts.open_desk(db, actor(), code, now(), proofs(code))
        except QuizError as error:
            if error.code != "closed":
                raise
            states = form_saves.keep_late(db, code, request.form)
            onward = url_for("trainee.result", code=code, late=states.count(Saved.LATE) or None)
        else:
            be_seen(desk.seat)
            states = form_saves.save_all(db, code, form_saves.changes(desk, section - 1, request.form))
            onward = _next_page(code, section, len(desk.paper.sections))
    counters.count_saves(states)
    return redirect(onward, 303)


@pages.post("/papers/<code>/submit")
@needs(Action.SIT)
def submit(code: str) -> ResponseReturnValue:
    """Save what the page still carries and submit. What is no save of this paper cannot keep anyone from submitting."""
    items, device = form_saves.unsent(request.form.get("unsent", "")), request.form.get("device", form_saves.FORM_DEVICE)
    call = HandIn(actor(), code, items, device, now(), by_clock=request.form.get("by_clock") == "1")
    attempt, outcomes = do_together(installation().submissions, call)
    states = [outcome.state for outcome in outcomes if isinstance(outcome, SaveResult)]
    if len(states) < len(outcomes):
        log.warning("a submission carried what is no save of its paper")
    counters.count_saves(states)
    if attempt.submitted_at == now():  # else it was closed before
        counters.CLOSED.labels("trainee").inc()
    return redirect(url_for("trainee.result", code=code, late=states.count(Saved.LATE) or None), 303)


@pages.get("/papers/<code>/result")
@needs(Action.SIT)
def result(code: str) -> ResponseReturnValue:
    """The receipt, and the result as far as it is released."""
    with reader() as db:
        listed = attempts.get_mine(db, actor(), code, now())
        standing = standing_of(listed, now())
        if standing not in (Standing.SUBMITTED, Standing.RESULT, Standing.COLLECTING):
            return redirect(url_for("trainee.paper", code=code))
        found = None if standing is Standing.COLLECTING else results.my_result(db, actor(), code, now())
        history = history_of(db, found) if found else None
        mine = appealing.read_mine(db, actor(), code, now())
        is_scanned = found is not None and has_corrected(db, found)
        chain = cadre_record.my_chain(db, actor(), listed.seat.sitting, now()) if found and found.visible.score else ()
    shares = results.area_shares(found.paper, found.marks) if found and found.paper and found.marks else []
    return render_template(
        "trainee/result.html",
        listed=listed,
        result=found,
        history=history,
        mine=mine,
        longest=appealing.LONGEST_TEXT,
        REMEDY_NAMES=REMEDY_NAMES,
        is_scanned=is_scanned,
        has_mistakes=found is not None and has_mistakes(found),
        chain=chain,
        STANDING_NAMES=STANDING_NAMES,
        COUNTING_NAMES=COUNTING_NAMES,
        code=code,
        shares=shares,
        review=read_review(request.args, history.paper, found.marks) if found and found.marks and history and history.paper else None,
        pass_mark=from_hundredths(listed.seat.sitting.pass_mark),
        release=Release(listed.seat.sitting.release),
        over_at=known_end(listed.seat.sitting),
        late=request.args.get("late", 0, int),
        seed=seed_to_show(listed.seat.sitting, now()),
    )


@pages.get("/papers/<code>/time")
@needs(Action.SIT)
def time_left(code: str) -> ResponseReturnValue:
    """The server's time for the scripts of the waiting room and of the sitting page, and a fresh token for one whose log-in was lost meanwhile."""
    with reader() as db:
        listed = attempts.get_mine(db, actor(), code, now())
    standing, attempt = standing_of(listed, now()), listed.seat.attempt
    is_open = standing is Standing.RESUME and attempt is not None
    return jsonify(
        state="open" if is_open else standing.value if standing in (Standing.COMING, Standing.START) else "closed",
        seconds_to_open=seconds_to_open(listed.seat.sitting.opens_at, now()),
        seconds_left=seconds_left(attempts.deadline_of(attempt, now()), now()) if is_open and attempt else 0,
        server_time=now().isoformat(),
        token=generate_csrf(),
    )


def standing_of(listed: Listed, at: datetime) -> Standing:
    """Return where a trainee stands with one of their sittings."""
    attempt = listed.seat.attempt
    if attempt is None:
        if listed.is_paused and listed.phase is not Phase.SCHEDULED:
            return Standing.PAUSED
        return {Phase.SCHEDULED: Standing.COMING, Phase.OPEN: Standing.START, Phase.CLOSED: Standing.MISSED}[listed.phase]
    if attempt.submitted_at is None:
        return Standing.RESUME if at <= attempts.deadline_of(attempt, at) + GRACE else Standing.COLLECTING
    return Standing.RESULT if listed.visible.score else Standing.SUBMITTED


def headings(paper: Paper) -> list[Any]:
    """Return the heading of each section."""
    return [section_heading(paper, index) for index in range(len(paper.sections))]


def _render_desk(template: str, desk: Desk, code: str, **values: object) -> str:
    offset = now().astimezone(installation().settings.zone).utcoffset() or timedelta()
    minutes = offset // timedelta(minutes=1)
    return render_template(template, desk=desk, paper=desk.paper, code=code, headings=headings(desk.paper), utc_offset=minutes, sheet=sheet, **values)


def _desk(code: str) -> Desk | ResponseReturnValue:
    """The desk; or, when it is not open, the way to the page that says why."""
    try:
        with reader() as db:
            return attempts.open_desk(db, actor(), code, now(), proofs(code))
    except QuizError as error:
        if error.code == "closed":
            return redirect(url_for("trainee.result", code=code))
        if error.code == "not_started":
            return redirect(url_for("trainee.paper", code=code))
        raise


def _next_page(code: str, section: int, count: int) -> str:
    go = request.form.get("go", "next")
    wanted = {"previous": section - 1, "stay": section}.get(go, section + 1)
    if go == "summary" or wanted > count:
        return url_for("trainee.summary", code=code)
    return url_for("trainee.sit", code=code, section=max(wanted, 1))

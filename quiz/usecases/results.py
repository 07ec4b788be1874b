"""Reading results: the trainee's own as far as the release rule allows, everyone's within the reader's authority."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.blueprint import Blueprint, Section
from quiz.core.frozen import thaw
from quiz.core.hundredths import from_hundredths
from quiz.core.marking import Mark
from quiz.core.message import Forbidden, NotFound, QuizError, listed, say
from quiz.core.paper import Paper
from quiz.core.response import Response
from quiz.core.results import ResultRow, Standing
from quiz.core.roster import POST_NAMES, Group
from quiz.core.sitting import Phase, Release, Visibility
from quiz.core.staffing import Staffing
from quiz.storage import attempts, audit, banks, gradings, papers, rosters, sittings
from quiz.storage.gradings import Graded
from quiz.storage.sittings import Seat
from quiz.storage.tables import DocumentRow, SittingRow
from quiz.usecases.sources import sitting_within, whole_sitting
from quiz.usecases.staffing import for_sitting


@dataclass(frozen=True, slots=True)
class Result:
    """One attempt's result as far as the reader may see it: no grading without the score, no paper, marks or responses without the key."""

    seat: Seat
    visible: Visibility
    graded: Graded | None = None
    paper: Paper | None = None
    marks: dict[int, Mark] | None = None
    responses: dict[int, Response] | None = None


@dataclass(frozen=True, slots=True)
class SittingSummary:
    """A sitting in a list: how many have a paper, have started, have submitted, and wait for a person to judge a text."""

    sitting: SittingRow
    phase: Phase
    papers: int
    started: int
    submitted: int
    pending: int = 0

    @property
    def awaits_release(self) -> bool:
        """True when the window has closed and the results wait for the organiser's word."""
        return self.phase is Phase.CLOSED and self.sitting.release == Release.MANUAL and self.sitting.released_at is None


@dataclass(frozen=True, slots=True)
class SittingView:
    """A sitting with the results within the reader's authority.

    `sections` are those of its blueprint, each with its marking rule.
    `audience` names the groups, units, posts and staff numbers that the sitting is for, empty for everyone. `is_own` is True while the
    reader may still sit it: then they may not read or print its papers. `staffing` says whether enough people may mark it.
    """

    sitting: SittingRow
    phase: Phase
    rows: list[ResultRow]
    blueprint: DocumentRow
    dataset: DocumentRow | None
    sections: tuple[Section, ...]
    audience: tuple[str, ...]
    is_own: bool
    staffing: Staffing


def my_result(session: Session, actor: Actor, code: str, now: datetime) -> Result:
    """Return the actor's own result, as far as the release rule allows now; nothing of a void one.

    NotFound for another's paper; QuizError `not_submitted`.
    """
    actor.require(Action.SIT)
    seat = sittings.get_seat(session, code, actor.cadre_number)
    if seat is None or not actor.may_enter(seat.sitting.code):
        raise NotFound()
    if seat.attempt is None or seat.attempt.submitted_at is None:
        raise QuizError("not_submitted", say("您还没有交卷。"))
    return _result(session, seat, sittings.visibility_of(seat.sitting, seat.attempt, now))


def list_readable(session: Session, actor: Actor, now: datetime) -> list[SittingSummary]:
    """Return every sitting of people within the actor's authority, with how many of them have a paper, have started and have submitted, the latest
    first."""
    scope = actor.require(Action.READ_SITTINGS)
    counts = sittings.progress(session, scope)
    pending = gradings.pending_by_sitting(session, scope)
    return [
        SittingSummary(row, sittings.window_of(row).phase(now), *counts.get(row.id, (0, 0, 0)), pending.get(row.id, 0))
        for row in sittings.list_sittings(session)
        if scope == "/" or row.id in counts
    ]


def read_sitting(session: Session, actor: Actor, code: str, now: datetime) -> SittingView:
    """Return one sitting with who has sat and the scores within the actor's authority. NotFound when there is none, or nobody of theirs in it."""
    scope = actor.require(Action.READ_RESULTS)
    sitting = sitting_within(session, code, scope)
    return _view(session, sitting, scope, is_candidate(session, actor, sitting, now), now)


def read_result(session: Session, actor: Actor, code: str, number: str, now: datetime, run: int | None = None) -> Result:
    """Return one cadre's result with every mark and its why, for those who may read it; as an earlier grading `run` left it when one is named.

    NotFound without such a cadre or run. Forbidden to someone who sits the same sitting while its window is open: the paper would tell
    them questions.
    """
    sitting, scope = sitting_for(session, actor, Action.READ_RESULTS, code, now)
    seats = sittings.seats_of_sitting(session, sitting, scope, [number])
    if not seats:
        raise NotFound()
    result = _result(session, seats[0], Visibility(score=True, key=True))
    return result if run is None else _as_graded(session, result, run)


def release(session: Session, actor: Actor, code: str, now: datetime) -> SittingRow:
    """Release the results of a sitting whose rule waits for it, to everyone in it. Doing it twice changes nothing. QuizError `not_manual`.

    Forbidden to who has authority over a part of its people only.
    """
    sitting = whole_sitting(session, actor, Action.RELEASE, code)
    if sitting.release != Release.MANUAL:
        raise QuizError("not_manual", say("这场考试按规则自动公布成绩，不需要手动公布。"))
    if sitting.released_at is None:
        sitting.released_at = now
        audit.record(session, now, actor.person, "release", code)
    return sitting


def refuse_candidate(session: Session, actor: Actor, sitting: SittingRow, now: datetime) -> None:
    """Forbidden when the actor has a paper in the sitting and its window has not closed."""
    if is_candidate(session, actor, sitting, now):
        raise Forbidden()


def sitting_for(session: Session, actor: Actor, action: Action, code: str, now: datetime) -> tuple[SittingRow, str]:
    """Return a sitting and the path within which the actor may do this with it. NotFound, also where nobody within that path has a paper; Forbidden,
    also to a candidate until it has closed."""
    scope = actor.require(action)
    sitting = sitting_within(session, code, scope)
    refuse_candidate(session, actor, sitting, now)
    return sitting, scope


def refuse_missing(wanted: Iterable[str], found: Iterable[str]) -> None:
    """QuizError `no_paper` when some of the staff numbers that are asked for have no paper among those that were found."""
    missing = sorted(set(wanted).difference(found))
    if missing:
        raise QuizError("no_paper", say("这场考试没有下列工号的试卷：{numbers}。", numbers=listed(missing)))


def is_candidate(session: Session, actor: Actor, sitting: SittingRow, now: datetime) -> bool:
    """True when the actor has a paper in the sitting and its window has not closed."""
    if not actor.cadre_number or sittings.window_of(sitting).phase(now) is Phase.CLOSED:
        return False
    return bool(sittings.seats_of_sitting(session, sitting, numbers=[actor.cadre_number], with_content=False))


def _result(session: Session, seat: Seat, visible: Visibility) -> Result:
    graded = gradings.newest_grading(session, seat.attempt) if seat.attempt is not None else None
    if not visible.score:
        return Result(seat, visible)
    if not visible.key:
        return Result(seat, visible, graded)
    return Result(
        seat,
        visible,
        graded,
        paper=papers.read_paper(seat.paper),
        marks=gradings.marks_of(session, graded.grading_id) if graded else {},
        responses=attempts.current_responses(session, seat.attempt) if seat.attempt else {},
    )


def _as_graded(session: Session, result: Result, run: int) -> Result:
    """The result as a grading run left it, with the responses that it judged."""
    runs = gradings.list_gradings(session, result.seat.attempt) if result.seat.attempt else []
    graded = next((one for one in runs if one.number == run), None)
    if graded is None:
        raise NotFound()
    marks, responses = gradings.marks_of(session, graded.grading_id), gradings.judged_responses(session, graded.grading_id)
    return replace(result, graded=graded, marks=marks, responses=responses)


def _view(session: Session, sitting: SittingRow, scope: str, is_own: bool, now: datetime) -> SittingView:
    phase = sittings.window_of(sitting).phase(now)
    newest = gradings.newest_gradings(session, sitting.id)
    seats = sittings.seats_of_sitting(session, sitting, scope, with_content=False)
    rows = [_row(seat, newest.get(seat.attempt.id) if seat.attempt else None, phase) for seat in seats]
    dataset = banks.document_by_id(session, sitting.dataset_id) if sitting.dataset_id else None
    blueprint = banks.document_by_id(session, sitting.blueprint_id)
    sections = banks.read_document(blueprint, Blueprint).sections
    return SittingView(
        sitting=sitting,
        phase=phase,
        rows=rows,
        blueprint=blueprint,
        sections=sections,
        dataset=dataset,
        audience=_audience(session, sitting),
        is_own=is_own,
        staffing=for_sitting(session, sitting, sections),
    )


def _audience(session: Session, sitting: SittingRow) -> tuple[str, ...]:
    group = thaw(Group, json.loads(sitting.group))
    units = rosters.units_by_code(session) if group.units else {}
    names = [units[code].name if code in units else code for code in group.units]
    listed = () if sitting.makes_up or sitting.sample else group.cadres  # a make-up and a sample are told as such
    return (*group.groups, *names, *(POST_NAMES[post] for post in group.posts), *listed)


def _row(seat: Seat, graded: Graded | None, phase: Phase) -> ResultRow:
    attempt = seat.attempt
    if attempt is None:
        standing = Standing.ABSENT if phase is Phase.CLOSED else Standing.NOT_STARTED
    else:
        standing = Standing.VOIDED if attempt.voided_at else Standing.AT_WORK if attempt.submitted_at is None else Standing.SUBMITTED
    return ResultRow(
        unit_code=seat.unit.code,
        unit=seat.unit.name,
        number=seat.cadre.number,
        name=seat.cadre.name,
        post=seat.paper.post,
        paper_code=seat.paper.code,
        standing=standing,
        score=graded.score if graded else None,
        max_score=from_hundredths(seat.sitting.max_mark),
        pass_mark=from_hundredths(seat.sitting.pass_mark),
        pending=graded.pending if graded else 0,
        started_at=attempt.started_at if attempt else None,
        submitted_at=attempt.submitted_at if attempt else None,
        closed_by=attempt.closed_by or "" if attempt else "",
        form=seat.paper.form,
    )


def area_shares(paper: Paper, marks: dict[int, Mark]) -> list[tuple[str, Decimal, Decimal]]:
    """Return (area, earned, available) for each policy area of a paper of which anything counts, in the order of their first slot."""
    out: dict[str, tuple[Decimal, Decimal]] = {}
    for slot in paper.slots:
        earned, available = out.get(slot.question.area, (Decimal(0), Decimal(0)))
        mark = marks[slot.number]
        out[slot.question.area] = (earned + mark.mark, available + mark.max_mark)
    return [(area, earned, available) for area, (earned, available) in out.items() if available]

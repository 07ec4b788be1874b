"""Correcting a question after people sat it: say first whose marks would change and how, then apply it as new grading runs beside the old.

Nobody who has a paper in the sitting may do so, not even when it is over: the key they choose would mark their own answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.canonical import digest
from quiz.core.correction import Correction, NewKey, Remedy, check_key, in_force, key_words, new_key_words
from quiz.core.frozen import freeze
from quiz.core.hundredths import from_hundredths, to_hundredths
from quiz.core.marking import Why
from quiz.core.message import Forbidden, QuizError, say
from quiz.core.question import Question
from quiz.core.reason import clean_reason
from quiz.core.sitting import Phase
from quiz.storage import audit, changes, corrections, gradings, regrading, sittings
from quiz.storage.regrading import Regraded
from quiz.storage.tables import CorrectionRow, SittingRow
from quiz.usecases.certificate_effect import Certificates, effect_on_certificates
from quiz.usecases.correction_effect import Change, Effect, bands_of, mean_of, plain_effect
from quiz.usecases.grading import regrade_slots
from quiz.usecases.make_up_effect import effect_on_make_ups
from quiz.usecases.sources import whole_sitting


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of a correction: which question, what counts instead, and another key where it needs one."""

    question: str
    remedy: Remedy
    key: NewKey | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """A correction that was not applied yet. `fingerprint` stands for all that it would do: it is applied only while that still holds.

    `lapses_shares` tells that another key comes to a question whose author set what each option of the old one earns.
    """

    sitting: SittingRow
    correction: Correction
    effect: Effect
    changes: tuple[Change, ...]
    fingerprint: str
    lapses_shares: bool = False


def preview(session: Session, actor: Actor, code: str, wish: Wish, now: datetime) -> Preview:
    """Say what a correction would do; stores nothing.

    NotFound; Forbidden to whoever has a paper in it or whose authority is narrower than the sitting; QuizError `still_open`, `not_asked`,
    `one_question` (a new key needs one question, not a template or case), `bad_key`, `same_key`, `same_as_now`, `nothing_left`.
    """
    sitting = to_correct(session, actor, code, now)
    return _preview(session, sitting, wish, now)[0]


def apply(session: Session, actor: Actor, code: str, wish: Wish, reason: str, now: datetime, fingerprint: str | None = None) -> CorrectionRow:
    """Apply a correction: a new grading run for every attempt whose paper has the question, beside the old ones.

    As `preview`, and QuizError `no_reason`, or `changed_since` when what was shown under `fingerprint` is not what would happen now. The same
    confirmation sent twice (a double click) is one correction: the second gets the row of the first.
    """
    text = checked_reason(reason)
    sitting = to_correct(session, actor, code, now)
    changes.lock_sitting(session, sitting)
    regrading.hold_attempts(session, sitting)
    try:
        seen, regrades = _preview(session, sitting, wish, now)
    except QuizError as error:
        done = _just_done(session, actor, sitting, wish, text) if fingerprint is not None and error.code == "same_as_now" else None
        if done is None:
            raise
        return done
    if fingerprint is not None and fingerprint != seen.fingerprint:
        raise QuizError("changed_since", say("您确认的结果已经过时：其间有成绩发生了变动。请核对新的结果后再确认。"))
    row = corrections.save_correction(session, sitting, seen.correction, text, plain_effect(seen.effect), now, actor.name)
    regrading.save_runs(session, sitting, regrades, "correction", now, row.number)
    told: dict[str, object] = {"correction": row.number, "question": wish.question, "remedy": wish.remedy.value, "reason": text}
    counts = {name: getattr(seen.effect, name) for name in ("graded", "changed", "raised", "lowered", "now_pass", "now_fail")}
    audit.record(session, now, actor.person, "correct", code, {**told, **counts})
    return row


def _just_done(session: Session, actor: Actor, sitting: SittingRow, wish: Wish, reason: str) -> CorrectionRow | None:
    """The newest correction of the question, where this actor made it for this reason: what counts now is what they ask for."""
    rows = [row for row in corrections.list_rows(session, sitting.id) if corrections.read_row(row).names(wish.question)]
    return rows[-1] if rows and (rows[-1].actor, rows[-1].reason) == (actor.name, reason) else None


def checked_reason(reason: str) -> str:
    """Return a reason that cadres will read, as it is stored. QuizError `no_reason` without one or for one that is too long."""
    return clean_reason(reason, say("请写明原因，考生会看到。"))


def to_correct(session: Session, actor: Actor, code: str, now: datetime) -> SittingRow:
    """Return a sitting that the actor may correct: all of it within their authority, and no paper of it theirs. NotFound, Forbidden."""
    sitting = whole_sitting(session, actor, Action.CORRECT, code)
    refuse_participant(session, actor, sitting)
    return sitting


def refuse_participant(session: Session, actor: Actor, sitting: SittingRow) -> None:
    """Forbidden to whoever has a paper in the sitting, whether it is over or not."""
    if is_participant(session, actor, sitting):
        raise Forbidden()


def is_participant(session: Session, actor: Actor, sitting: SittingRow) -> bool:
    """True when the actor has a paper in the sitting."""
    return bool(actor.cadre_number and sittings.seats_of_sitting(session, sitting, numbers=[actor.cadre_number], with_content=False))


def _preview(session: Session, sitting: SittingRow, wish: Wish, now: datetime) -> tuple[Preview, list[Regraded]]:
    if sittings.window_of(sitting).phase(now) is not Phase.CLOSED:
        raise QuizError("still_open", say("考试还没有结束，结束后才能更正。"))
    earlier = corrections.list_corrections(session, sitting.id)
    correction = Correction(corrections.next_number(session, sitting), wish.question, wish.remedy, wish.key)
    places = regrading.list_places(session, sitting, correction)
    asked = list({one.question.uid: one.question for place in places for _, one in place.slots}.values())
    if not asked:
        raise QuizError("not_asked", say("这场考试的试卷上没有{uid}。", uid=wish.question or "—"))
    correction = _checked(correction, asked, earlier)
    regrades = regrade_slots(session, sitting, regrading.list_sat(session, sitting, places), [*earlier, correction])
    changes = _changes(sitting, regrades)
    effect = _effect(session, sitting, correction, asked, len(places), regrades, changes, now)
    lapses = correction.remedy.needs_key and asked[0].has_shares
    return Preview(sitting, correction, effect, changes, _fingerprint(correction, regrades, effect), lapses), regrades


def _checked(correction: Correction, asked: Sequence[Question], earlier: Sequence[Correction]) -> Correction:
    """The correction with its key as it is stored."""
    if correction.remedy.needs_key:
        if len(asked) > 1:
            raise QuizError("one_question", say("{uid}在试卷上是{n}道不同的题，请选定其中一道再更换答案。", uid=correction.question, n=len(asked)))
        key = check_key(asked[0], correction.key or NewKey())
        correction = Correction(correction.number, asked[0].uid, correction.remedy, key)
    else:
        correction = Correction(correction.number, correction.question, correction.remedy)
    for question in asked:
        now = in_force(earlier, question.uid)
        same = (now is None and correction.remedy is Remedy.ORIGINAL) or (now and (now.remedy, now.key) == (correction.remedy, correction.key))
        if not same:
            return correction
    raise QuizError("same_as_now", say("这道题现在就是这样计分的，不需要更正。"))


def _changes(sitting: SittingRow, regrades: Sequence[Regraded]) -> tuple[Change, ...]:
    """Whose marks or score change: those who come to pass or to fail first, then those who lose most."""
    line = from_hundredths(sitting.pass_mark)
    out = []
    for one in regrades:
        before = from_hundredths(sum(slot.earned for slot in one.sat.slots))
        after = from_hundredths(sum(mark.earned for mark in one.marks))
        scores = one.sat.graded.score, one.score
        if scores[0] == scores[1]:
            continue
        places = tuple(slot.number for slot in one.sat.slots)
        passed = (True, True) if not line else (scores[0] >= line, scores[1] >= line)  # a contest has none: below 0 is no failure
        out.append(Change(one.sat.number, one.sat.name, one.sat.unit, places, before, after, *scores, *passed))
    return tuple(sorted(out, key=lambda one: (-abs(one.crosses), one.score_after - one.score_before, one.unit, one.number)))


def _effect(
    session: Session,
    sitting: SittingRow,
    correction: Correction,
    asked: Sequence[Question],
    papers: int,
    regrades: Sequence[Regraded],
    changes: Sequence[Change],
    now: datetime,
) -> Effect:
    before = {attempt: graded.score for attempt, graded in gradings.newest_gradings(session, sitting.id).items()}
    rescored = {one.sat.attempt_id: one.score for one in regrades if one.score != one.sat.graded.score}
    after = before | rescored
    issued = effect_on_certificates(session, sitting, rescored, now) if rescored else Certificates()
    make_ups = effect_on_make_ups(session, sitting, rescored, now)
    full = from_hundredths(sitting.max_mark)
    return Effect(
        papers=papers,
        graded=len(regrades),
        changed=len(changes),
        raised=sum(one.score_after > one.score_before for one in changes),
        lowered=sum(one.score_after < one.score_before for one in changes),
        now_pass=sum(one.crosses > 0 for one in changes),
        now_fail=sum(one.crosses < 0 for one in changes),
        waiting=sum(any(mark.waits for mark in one.marks) for one in regrades),
        by_hand=sum(any(mark.mark.why is Why.OVERRIDDEN for mark in one.marks) for one in regrades),
        scored=len(before),
        mean_before=mean_of(before.values()),
        mean_after=mean_of(after.values()),
        bands_before=bands_of(before.values(), full),
        bands_after=bands_of(after.values(), full),
        questions=len(asked),
        stem=asked[0].stem,
        old_key=key_words(asked[0]),
        new_keys=new_key_words(asked[0], correction.key) if correction.key else (),
        has_line=sitting.pass_mark > 0,
        certificates_ended=issued.ended,
        certificates_restored=issued.restored,
        make_ups=make_ups.touched,
        make_up_missing=make_ups.unplanned,
    )


def _fingerprint(correction: Correction, regrades: Sequence[Regraded], effect: Effect) -> str:
    rows = [[one.sat.attempt_id, one.sat.graded.number, to_hundredths(one.score), [mark.earned for mark in one.marks]] for one in regrades]
    return digest([freeze(correction), rows, freeze(effect.make_ups), effect.make_up_missing])

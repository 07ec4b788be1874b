"""Certificates: issued by rule from the score that counts, withdrawn with it or by hand, and checked by anybody who has the code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.admission import clean_code
from quiz.core.certificate import LONGEST_MONTHS, CertificateRule, Ending, Shown, certificate_number, ending_of, status_of
from quiz.core.contest import Contest
from quiz.core.hundredths import from_hundredths, to_hundredths
from quiz.core.message import Forbidden, NotFound, QuizError, say
from quiz.core.paper import plain_number
from quiz.core.reason import clean_reason
from quiz.storage import audit, certificates, changes
from quiz.storage.certificates import Certificate
from quiz.storage.tables import CertificateRow, SittingRow
from quiz.usecases import cadre_record, make_ups
from quiz.usecases.extending import is_released
from quiz.usecases.make_ups import Standing
from quiz.usecases.sources import whole_sitting


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate as it stands now: what it shows, whose it is, and why it is withdrawn if it is."""

    certificate: Certificate
    shown: Shown
    ending: Ending | None


@dataclass(frozen=True, slots=True)
class Certified:
    """A sitting's certificates, and who could get one by its pass mark: how many, and how many still wait for a person's judgement."""

    sitting: SittingRow
    held: list[Held]
    ready: int
    waiting: int


def read_certified(session: Session, actor: Actor, code: str, now: datetime, today: date) -> Certified:
    """Return the certificates of an examination. NotFound, Forbidden to who has authority over a part only; QuizError `not_out`, `of_original`."""
    sitting = _original(session, actor, Action.READ_RECORDS, code, now)
    standings = make_ups.counted_in(session, sitting, now)
    found = certificates.of_sitting(session, sitting)
    earned = _earned(standings, found, from_hundredths(sitting.pass_mark))
    scores = {number: one.counted.score for number, one in standings.items()}
    held = [_held(one, scores.get(one.cadre.number), today) for one in found]
    return Certified(sitting, held, sum(one.is_final for one in earned.values()), sum(not one.is_final for one in earned.values()))


def issue(session: Session, actor: Actor, code: str, rule: CertificateRule, now: datetime, new_code: Callable[[], str]) -> list[CertificateRow]:
    """Give a certificate to everyone who earned one by what counts and has none from this examination; who waits for a judgement waits.

    NotFound, Forbidden; QuizError `not_out`, `of_original` for a make-up, `bad_rule`, `nobody`.
    """
    sitting = _original(session, actor, Action.CERTIFY, code, now)
    _check_rule(sitting, rule)
    changes.lock_sitting(session, sitting)  # two who issue at once must not both find the same people without one
    earned = _earned(make_ups.counted_in(session, sitting, now), certificates.of_sitting(session, sitting), rule.least)
    chosen = {number: one for number, one in earned.items() if one.is_final}
    if not chosen:
        raise QuizError("nobody", say("没有可以发证的人：都已发证，或者没有达到条件。"))
    told: dict[str, object] = {"title": rule.title, "least": str(rule.least), "people": len(chosen), "to": rule.valid_to.isoformat()}
    audit.record(session, now, actor.person, "certify", code, told)  # its lock also keeps two sittings from the same numbers
    first = certificates.count_issued(session) + 1
    rows = [
        CertificateRow(
            sitting_id=sitting.id,
            cadre_id=one.seat.cadre.id,
            number=certificate_number(rule.valid_from.year, first + at),
            code=new_code(),
            name=one.seat.paper.cadre_name or one.seat.cadre.name,
            unit=one.seat.paper.unit_name or one.seat.unit.name,
            title=rule.title,
            least=to_hundredths(rule.least),
            score=to_hundredths(one.counted.score or Decimal(0)),
            valid_from=rule.valid_from,
            valid_to=rule.valid_to,
            at=now,
            actor=actor.name,
        )
        for at, (_, one) in enumerate(sorted(chosen.items()))
    ]
    certificates.save_certificates(session, rows)
    return rows


def withdraw(session: Session, actor: Actor, code: str, number: str, reason: str, now: datetime) -> None:
    """Withdraw a certificate of an examination for good. NotFound, Forbidden (for one's own too); QuizError `no_reason`, `already_withdrawn`."""
    sitting = _original(session, actor, Action.CERTIFY, code, now)
    found = next((one for one in certificates.of_sitting(session, sitting) if one.row.number == number), None)
    if found is None:
        raise NotFound()
    if found.cadre.number == actor.cadre_number:
        raise Forbidden()
    text = clean_reason(reason)
    if found.end is not None:
        raise QuizError("already_withdrawn", say("这张证书已经撤销。"))
    certificates.save_end(session, found.row, text, now, actor.name)
    audit.record(session, now, actor.person, "withdraw_certificate", code, {"number": number, "cadre": found.cadre.number, "reason": text})


def list_mine(session: Session, actor: Actor, now: datetime, today: date) -> list[Held]:
    """Return the actor's own certificates, the newest first. Forbidden to who was admitted by a code."""
    actor.require(Action.SIT)
    if actor.only_sitting:
        raise Forbidden()
    return _of_cadre(session, actor.cadre_number, now, today)


def list_of(session: Session, actor: Actor, number: str, now: datetime, today: date) -> list[Held]:
    """Return the certificates of a cadre who is within the actor's authority today, the newest first. NotFound."""
    cadre_record.managed(session, actor, number)
    return _of_cadre(session, number, now, today)


def check(session: Session, code: str, now: datetime, today: date) -> Shown | None:
    """Return what anybody with its code is told of a certificate: name, title, validity and whether it holds; None for an unknown code."""
    found = certificates.by_code(session, clean_code(code))
    return None if found is None else _held_alone(session, found, now, today).shown


def printable(held: list[Held], number: str) -> Held:
    """Return the one with this number, to be printed. NotFound; QuizError `withdrawn` for one that does not hold any more."""
    found = next((one for one in held if one.shown.number == number), None)
    if found is None:
        raise NotFound()
    if found.ending is not None:
        raise QuizError("withdrawn", say("这张证书已经撤销，不能打印。"))
    return found


def _original(session: Session, actor: Actor, action: Action, code: str, now: datetime) -> SittingRow:
    sitting = whole_sitting(session, actor, action, code)
    if sitting.makes_up:
        raise QuizError("of_original", say("补考的证书从原考（{code}）发放。", code=sitting.makes_up))
    if Contest(sitting.contest).takes_marks:
        raise QuizError("of_contest", say("竞赛不设及格线，不能据此发放证书。"))
    if not is_released(sitting, now):
        raise QuizError("not_out", say("成绩公布以后，才能发放证书。"))
    return sitting


def _check_rule(sitting: SittingRow, rule: CertificateRule) -> None:
    low, high = from_hundredths(sitting.pass_mark), from_hundredths(sitting.max_mark)
    if not low <= rule.least <= high:
        raise QuizError("bad_rule", say("发证分数须在及格线{low}分和满分{high}分之间。", low=plain_number(low), high=plain_number(high)))
    if not 1 <= rule.months <= LONGEST_MONTHS:
        raise QuizError("bad_rule", say("有效期须为1至{most}个月。", most=LONGEST_MONTHS))
    if not rule.title.strip():
        raise QuizError("bad_rule", say("请填写证书名称。"))


def _earned(standings: dict[str, Standing], issued: list[Certificate], least: Decimal) -> dict[str, Standing]:
    """Who reaches `least` and has no certificate but such as were withdrawn by hand."""
    have = {one.cadre.number for one in issued if one.end is None}
    return {number: one for number, one in standings.items() if number not in have and one.counted.is_pass(least)}


def _of_cadre(session: Session, number: str, now: datetime, today: date) -> list[Held]:
    found = certificates.of_cadre(session, number)
    scores = cadre_record.counted_scores(session, number, now) if found else {}
    return [_held(one, scores[one.sitting.code].score if one.sitting.code in scores else None, today) for one in reversed(found)]


def _held_alone(session: Session, found: Certificate, now: datetime, today: date) -> Held:
    counted = cadre_record.counted_scores(session, found.cadre.number, now).get(found.sitting.code)
    return _held(found, counted.score if counted else None, today)


def _held(found: Certificate, counted: Decimal | None, today: date) -> Held:
    row = found.row
    ending = ending_of(found.end is not None, counted, from_hundredths(row.least))
    return Held(
        found, Shown(row.number, row.name, row.title, row.valid_from, row.valid_to, status_of(ending, row.valid_from, row.valid_to, today)), ending
    )

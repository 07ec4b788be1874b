"""Samples of cadres: freeze out of whom and from whose seed, draw once, let anybody verify, and let those who were drawn sit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.message import Forbidden, Message, NotFound, QuizError, mark_text, say
from quiz.core.roster import POST_NAMES, Cadre, Group, main_post
from quiz.core.sample import By, Frame, Stratum, allocate, clean_seed, draw_sample, proof_of, verify_sample
from quiz.storage import audit, rosters, samples
from quiz.storage.tables import SampleDrawRow, SampleRow, UnitRow

EVERYONE, NO_POST = mark_text("全部人员"), mark_text("没有岗位")


@dataclass(frozen=True, slots=True)
class Wish:
    """A sample to be made: out of which group, sorted by what, how many in all, at least how many of each stratum, where the seed will come from."""

    code: str
    title: str
    group: Group
    by: By
    take: int
    source: str
    least: int = 1


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample with its frame and, once it was drawn, its seed and the people who were: staff number, name and unit as they are now."""

    row: SampleRow
    frame: Frame
    drawn: SampleDrawRow | None = None
    people: tuple[tuple[str, str, str], ...] = ()


def freeze_sample(session: Session, actor: Actor, now: datetime, day: date, wish: Wish) -> SampleRow:
    """Store out of whom a sample will be drawn, as the roster stands on `day`; its digest goes into the audit log.

    QuizError `sample_exists`, `no_source`, `nobody`, `sample_size`.
    """
    scope = actor.require(Action.SCHEDULE)
    exists = QuizError("sample_exists", say("代码为{code}的抽样已经存在，请换一个代码。", code=wish.code))
    if samples.get_sample(session, wish.code) is not None:
        raise exists
    if not wish.source.strip():
        raise QuizError("no_source", say("请写明种子将来自哪里。"))
    found = _strata(session, scope, day, wish)
    if not found:
        raise QuizError("nobody", say("没有符合条件的考生，请检查参考范围。"))
    takes = allocate([len(numbers) for _, _, numbers in found], wish.take, wish.least)
    strata = tuple(Stratum(code, name, tuple(numbers), take) for (code, name, numbers), take in zip(found, takes, strict=True))
    frame = Frame(wish.code, wish.title, day, wish.by, scope, wish.source.strip(), strata)
    row = samples.save_sample(session, frame, now, actor.name)
    if row is None:
        raise exists
    audit.record(session, now, actor.person, "freeze_sample", wish.code, {"digest": frame.digest, "people": frame.people, "take": frame.take})
    return row


def draw(session: Session, actor: Actor, code: str, seed: str, now: datetime) -> SampleDrawRow:
    """Draw a sample from its public seed, once for ever. NotFound, Forbidden; QuizError `no_seed`, `already_drawn`."""
    row, frame = _sample(session, actor, Action.SCHEDULE, code, is_held=True)
    if samples.draw_of(session, row) is not None:
        raise QuizError("already_drawn", say("这份抽样已经抽过，只能抽一次。"))
    seed = clean_seed(seed)
    if not seed:
        raise QuizError("no_seed", say("请填写公开的种子。"))
    drawn = samples.save_draw(session, row, seed, draw_sample(frame, seed), now, actor.name)
    audit.record(session, now, actor.person, "draw_sample", code, {"seed": seed, "digest": frame.digest})
    return drawn


def list_readable(session: Session, actor: Actor) -> list[Sample]:
    """Return the samples within the actor's authority, the newest first, without names."""
    scope = actor.require(Action.VERIFY)
    found = [Sample(row, samples.frame_of(row), drawn) for row, drawn in samples.list_samples(session)]
    return [sample for sample in found if sample.frame.scope.startswith(scope)]


def read_sample(session: Session, actor: Actor, code: str) -> Sample:
    """Return a sample with the names of who was drawn. NotFound, and Forbidden when some of it lies outside the actor's authority."""
    row, frame = _sample(session, actor, Action.VERIFY, code)
    drawn = samples.draw_of(session, row)
    if drawn is None:
        return Sample(row, frame)
    numbers = samples.numbers_of(drawn)
    people = rosters.cadre_rows(session, numbers)
    units = {unit.id: unit.name for unit in rosters.units_by_code(session).values()}
    return Sample(row, frame, drawn, tuple((n, people[n].name, units[people[n].unit_id]) for n in numbers if n in people))


def drawn_people(session: Session, actor: Actor, code: str) -> tuple[str, ...]:
    """Return the staff numbers of who was drawn, to be a sitting's group. NotFound, Forbidden; QuizError `not_drawn`."""
    row, _ = _sample(session, actor, Action.SCHEDULE, code)
    drawn = samples.draw_of(session, row)
    if drawn is None:
        raise QuizError("not_drawn", say("这份抽样还没有抽取。"))
    return tuple(samples.numbers_of(drawn))


def make_proof(session: Session, actor: Actor, code: str) -> dict[str, Any]:
    """Return what anybody can verify a draw with, without names. NotFound, Forbidden; QuizError `not_drawn`."""
    row, frame = _sample(session, actor, Action.VERIFY, code)
    drawn = samples.draw_of(session, row)
    if drawn is None:
        raise QuizError("not_drawn", say("这份抽样还没有抽取。"))
    return {**proof_of(frame, drawn.seed, samples.numbers_of(drawn)), "digest": row.digest}


def verify(session: Session, actor: Actor, code: str) -> tuple[Frame, tuple[Message, ...]]:
    """Draw a stored sample again and return what contradicts. NotFound, Forbidden; QuizError `not_drawn`."""
    return verify_sample(make_proof(session, actor, code))


def _sample(session: Session, actor: Actor, action: Action, code: str, is_held: bool = False) -> tuple[SampleRow, Frame]:
    scope = actor.require(action)
    row = samples.hold_sample(session, code) if is_held else samples.get_sample(session, code)
    if row is None:
        raise NotFound()
    frame = samples.frame_of(row)
    if not frame.scope.startswith(scope):
        raise Forbidden()
    return row, frame


def _strata(session: Session, scope: str, day: date, wish: Wish) -> list[tuple[str, str, list[str]]]:
    """The people of the group in strata by their codes, each with a name and the staff numbers in order."""
    units = rosters.units_by_code(session)
    above = {code: row.path.strip("/").split("/") for code, row in units.items()}
    out: dict[tuple[str, str], list[str]] = {}
    for cadre in rosters.list_cadres(session, scope):
        if wish.group.includes(cadre, frozenset(above[cadre.unit]), day):
            out.setdefault(_stratum(cadre, wish.by, above[cadre.unit], units, day), []).append(cadre.number)
    return [(code, name, sorted(numbers)) for (code, name), numbers in sorted(out.items())]


def _stratum(cadre: Cadre, by: By, path: Sequence[str], units: dict[str, UnitRow], day: date) -> tuple[str, str]:
    """The code and name of a cadre's stratum: the town or department they belong to, or the kind of their main post."""
    if by is By.UNIT:
        code = path[1] if len(path) > 1 else path[0]
        return code, units[code].name
    if by is By.POST:
        post = main_post(cadre, day)
        return (post.kind.value, POST_NAMES[post.kind]) if post else ("", NO_POST)
    return "", EVERYONE

"""The audit log for those who answer for it: who did what when; is it whole, and does it still hold what was written down of it?"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.audit_words import ACTION_NAMES, DETAIL_NAMES
from quiz.core.message import Forbidden, Message, QuizError, listed, say
from quiz.core.sitting import Phase
from quiz.storage import audit, audit_search, sittings
from quiz.storage.audit import PERSON, Chain, Fault
from quiz.storage.audit_search import Search
from quiz.storage.tables import AuditRow, SittingRow
from quiz.usecases.results import is_candidate

ACCOUNT = "account:"
EMPTY: tuple[object, ...] = (None, "", [])
"""What is said of nothing is left out; 0 and no are said."""

DIGEST = re.compile("[0-9a-f]{64}")
FIRST, LAST = date(1900, 1, 1), date(9000, 1, 1)
"""Between these every day can be told in every zone."""

MOST_NAMED, LONGEST_TOLD, LEAST_OF_DIGEST = 6, 300, 12
"""How much of a detail is shown: a bank's publication names hundreds of questions; the log itself keeps all."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the log in words: who (with the log-in, "" where only a name is known), what, about what, and `told`, its details by name.

    `sitting` says that the subject is the code of one; `is_closed` that its details cannot be read yet.
    """

    id: int
    at: datetime
    actor: str
    login: str
    action: Message
    subject: str
    told: tuple[tuple[Message, Message], ...]
    sitting: bool
    is_closed: bool


def search_of(who: str, about: str, action: str, since: date | None, until: date | None, zone: ZoneInfo) -> Search:
    """Return the search for what was done from one day of the county to another, both included; None for no end."""
    after = _begins(until, zone) + timedelta(days=1) if until else None
    return Search(who, about, action, _begins(since, zone) if since else None, after)


def _begins(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins; one that is too far away to be reckoned with is as the nearest that is not."""
    return datetime.combine(min(max(day, FIRST), LAST), time(), zone)


def read_log(session: Session, actor: Actor, search: Search, offset: int, limit: int, now: datetime) -> tuple[list[Entry], int]:
    """Return some of the rows that are looked for, the newest first, and how many there are.

    Forbidden to who answers for a part of the county: a row says nothing of units. The details of a sitting that has not closed are read by who
    holds sittings and is no candidate: they name questions and judge answers.
    """
    refuse_part(actor)
    all_sittings = sittings.list_sittings(session)
    closed = {row.code for row in all_sittings if _is_closed_to(session, actor, row, now)}
    rows, total = audit_search.list_rows(session, search, closed, offset, limit)
    told = [json.loads(row.detail) for row in rows]
    accounts = {int(who.removeprefix(ACCOUNT)) for one in told if (who := str(one.get(PERSON, ""))).startswith(ACCOUNT)}
    log_ins, codes = audit_search.log_ins_of(session, accounts), {row.code for row in all_sittings}
    return [_entry(row, detail, log_ins, codes, closed) for row, detail in zip(rows, told, strict=True)], total


def refuse_part(actor: Actor) -> None:
    """Forbidden to who may not read the log of the whole county."""
    if not actor.may_everywhere(Action.READ_AUDIT):
        raise Forbidden()


def _is_closed_to(session: Session, actor: Actor, sitting: SittingRow, now: datetime) -> bool:
    if sittings.window_of(sitting).phase(now) is Phase.CLOSED:
        return False
    return not actor.may(Action.SCHEDULE) or is_candidate(session, actor, sitting, now)


def _entry(row: AuditRow, detail: dict[str, object], log_ins: dict[int, str], codes: set[str], closed: set[str]) -> Entry:
    who, is_closed = str(detail.pop(PERSON, "")), row.subject in closed
    login = log_ins.get(int(who.removeprefix(ACCOUNT)), "") if who.startswith(ACCOUNT) else ""
    told = () if is_closed else tuple((_name(name), _value(name, value)) for name, value in detail.items() if value not in EMPTY)
    action = Message(ACTION_NAMES[row.action]) if row.action in ACTION_NAMES else Message("{word}", {"word": row.action})
    return Entry(row.id, row.at, row.actor, login, action, row.subject, told, row.subject in codes, is_closed)


def _name(name: str) -> Message:
    return Message(DETAIL_NAMES[name]) if name in DETAIL_NAMES else Message("{word}", {"word": name})


def _value(name: str, value: object) -> Message:
    if isinstance(value, bool):
        return say("是") if value else say("否")
    if name == "blank" and isinstance(value, int):  # counted from 0 within, from 1 by people
        value += 1
    if isinstance(value, Sequence) and not isinstance(value, str):
        names = listed([str(one) for one in value[:MOST_NAMED]])
        return say("{names}等{n}项", names=names, n=len(value)) if len(value) > MOST_NAMED else names
    text = str(value)
    most = LEAST_OF_DIGEST if DIGEST.fullmatch(text) else LONGEST_TOLD
    return Message("{word}", {"word": text if len(text) <= most else f"{text[:most]}……"})


def verify_audit(session: Session, actor: Actor, expect: str = "") -> Chain:
    """Walk the audit log; `expect` is a head digest written down earlier, "" for none. QuizError `bad_digest` when it is no digest."""
    actor.require(Action.READ_AUDIT)
    if expect and not DIGEST.fullmatch(expect):
        raise QuizError("bad_digest", say("摘要应为64位十六进制数。"))
    return audit.verify(session, expect)


def is_sound(chain: Chain, expect: str = "") -> bool:
    """True when the chain is whole and, where a digest was expected, holds it."""
    return chain.broken is None and (not expect or chain.kept is not None)


def describe_chain(chain: Chain, expect: str = "") -> list[Message]:
    """Return what a walk found, a sentence each: the verdict, the head that can be written down, and what became of the expected one."""
    lines = [_verdict(chain), say("最新摘要：{digest}", digest=chain.head_digest)]
    if expect and chain.kept:
        lines.append(say("记下的摘要是第{id}行，此后又有{n}行。", id=chain.kept.id, n=chain.after))
    elif expect:
        lines.append(say("日志里没有记下的摘要：末尾的行被删去，或者整条链被改写过。"))
    return lines


def _verdict(chain: Chain) -> Message:
    if chain.broken is None:
        return say("审计日志共{n}行，链条完整。", n=chain.rows)
    text = {
        Fault.CHANGED: say("审计日志共{n}行，有{faults}处断裂，第一处：第{id}行（{at}）的内容被改过。", **_place(chain)),
        Fault.GAP: say("审计日志共{n}行，有{faults}处断裂，第一处：第{id}行（{at}）与前一行接不上，它之前有行被删去、插入或改写。", **_place(chain)),
    }
    return text[chain.fault or Fault.CHANGED]


def _place(chain: Chain) -> dict[str, object]:
    assert chain.broken is not None
    at = chain.broken.at.isoformat(timespec="seconds")
    return {"n": chain.rows, "faults": chain.faults, "id": chain.broken.id, "at": at}

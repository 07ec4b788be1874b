"""Looking after the audit log: is it whole, and does it still hold what was written down of it?"""

from __future__ import annotations

import re

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.message import Message, QuizError, say
from quiz.storage import audit
from quiz.storage.audit import Chain, Fault


def verify_audit(session: Session, actor: Actor, expect: str = "") -> Chain:
    """Walk the audit log; `expect` is a head digest written down earlier, "" for none. QuizError `bad_digest` when it is no digest."""
    actor.require(Action.READ_AUDIT)
    if expect and not re.fullmatch(r"[0-9a-f]{64}", expect):
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

"""Amending a sitting after its papers were drawn: a faulty question replaced before the window opens, a paper for somebody late.

Only what must change is issued anew, each change is logged with its reason, and all of it can be derived again from the seed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from quiz.assembly.amend import Exchange, late_local, names, replace_everywhere
from quiz.assembly.derive import ADD, REPLACE, log_of, seat_late
from quiz.assembly.papers import paper_code
from quiz.core.access import Actor
from quiz.core.message import Message, QuizError, listed, say
from quiz.core.question import base_uid
from quiz.core.seed import paper_key
from quiz.core.sitting import Phase
from quiz.storage import amendments, rosters, sittings
from quiz.storage.new_papers import NewPaper
from quiz.storage.papers import read_paper
from quiz.storage.tables import AmendmentRow, CadreRow, SittingRow
from quiz.usecases.amendment import Amended, Change, Seating, cadre_on_roster, check_reason, sitting_to_amend


class NoSubstitute(QuizError):
    """Some papers have no question that may take the faulty one's place; `numbers` says whose, by staff number. Nothing was changed."""

    def __init__(self, uid: str, papers: int, numbers: Sequence[str]) -> None:
        text = say("{papers}份试卷上有{uid}，其中{n}份找不到可以替换的题，没有更换任何试卷。", papers=papers, uid=uid, n=len(numbers))
        super().__init__("no_substitute", text)
        self.numbers = tuple(numbers)

    def lines(self) -> list[Message]:
        """Return whose papers they are."""
        return [say("工号：{numbers}", numbers=listed(self.numbers[:20]))]


@dataclass(frozen=True, slots=True)
class AmendmentView:
    """A line of the log. `question` and `papers` tell of a replacement, `cadre` of a paper for somebody late, or another one (`attempt` above 1)."""

    row: AmendmentRow
    question: str
    papers: int
    cadre: str
    attempt: int


def list_amendments(session: Session, actor: Actor, code: str, now: datetime) -> tuple[SittingRow, list[AmendmentView]]:
    """Return a sitting with the log of its amendments, for those who may make them."""
    sitting = sitting_to_amend(session, actor, code, now)
    out = []
    for row in amendments.list_amendments(session, sitting):
        detail = amendments.detail_of(row)
        issued = len({entry[0] for entry in detail.get("papers", ())})
        out.append(AmendmentView(row, detail.get("question", ""), issued, detail.get("cadre", ""), detail.get("attempt", 1)))
    return sitting, out


def foresee_replacement(session: Session, actor: Actor, now: datetime, code: str, uid: str) -> Amended:
    """Say what replacing a question would do; stores nothing. Refuses what `replace_question` refuses, but for the reason."""
    return _Replacement(session, actor, now, code, uid).amended


def replace_question(session: Session, actor: Actor, now: datetime, code: str, uid: str, reason: str) -> Amended:
    """Issue every paper with a question anew with a substitute in its place and all else unchanged; all papers or none.

    `uid` names a question, a part for its case, a template for all that it makes, or one bound question. NotFound, Forbidden; QuizError
    `no_reason`, `already_open`, `not_asked` for a question on no paper (also when it was replaced before), `other_version`; NoSubstitute.
    """
    check_reason(reason)
    amendments.hold(session, sitting_to_amend(session, actor, code, now))
    change = _Replacement(session, actor, now, code, uid)
    change.store(now, actor, reason.strip())
    return change.amended


def foresee_cadre(session: Session, actor: Actor, now: datetime, code: str, number: str) -> Amended:
    """Draw the paper that somebody late would get; stores nothing. Refuses what `add_cadre` refuses, but for the reason."""
    return _Addition(session, actor, now, code, number).amended


def add_cadre(session: Session, actor: Actor, now: datetime, code: str, number: str, reason: str) -> Amended:
    """Give a cadre who is on the roster but not in the sitting a paper, until the window closes.

    NotFound, Forbidden; QuizError `no_reason`, `closed`, `has_paper`, `no_paper_possible`, `other_version`.
    """
    check_reason(reason)
    amendments.hold(session, sitting_to_amend(session, actor, code, now))
    change = _Addition(session, actor, now, code, number)
    change.store(now, actor, reason.strip())
    return change.amended


class _Replacement(Change):
    def __init__(self, session: Session, actor: Actor, now: datetime, code: str, asked: str) -> None:
        sitting = sitting_to_amend(session, actor, code, now)
        if sittings.window_of(sitting).phase(now) is not Phase.SCHEDULED or amendments.has_attempts(session, sitting):
            raise QuizError("already_open", say("考试已经开始，不能再换题。"))
        super().__init__(session, sitting)
        self.asked = asked = asked.strip()
        with_it = [place for place, (row, _) in enumerate(self.rows) if base_uid(asked) in json.loads(row.questions)]
        self.read_entries(with_it)
        touched = [p for p in with_it if any(names(asked, entry.uid) for entry in self.board.holders[p].entries)]
        if not touched:
            raise QuizError("not_asked", say("这场考试的试卷上没有{uid}。", uid=asked or "—"))
        self.out = self.barred(asked)
        self.done, stuck = replace_everywhere(self.board, self.number, asked, frozenset(self.out))
        if stuck:
            raise NoSubstitute(asked, len(touched), sorted(set(stuck)))
        self.log = log_of(self.board, self.done)
        self.amended = Amended(self.number, tuple((n, attempt, old, new) for n, attempt, old, new in self.log))

    def store(self, now: datetime, actor: Actor, reason: str) -> None:
        """Issue the papers anew and log it."""
        by_paper: dict[int, list[Exchange]] = {}
        for exchange in self.done:
            for paper in exchange.papers:
                by_paper.setdefault(paper, []).append(exchange)
        self.sources.read({exchange.new for exchange in self.done})
        people = rosters.cadre_rows(self.session, [self.rows[paper][1] for paper in by_paper])
        new = [self._reissue(people, paper, exchanges) for paper, exchanges in sorted(by_paper.items())]
        self.save(REPLACE, {"question": self.asked, "barred": self.out, "papers": self.log}, reason, now, actor, new)

    def _reissue(self, people: Mapping[str, CadreRow], paper: int, exchanges: Sequence[Exchange]) -> NewPaper:
        row, number = self.rows[paper]
        groups = [list(group) for group in self.groups[paper]]
        for exchange in exchanges:
            (came,) = self.slots([(exchange.cell, exchange.new, exchange.mixer)])
            at = next(at for at, group in enumerate(groups) if (group[0].case or group[0].question.uid) == exchange.old)
            groups[at] = came
        slots = tuple(replace(slot, number=at) for at, slot in enumerate((slot for group in groups for slot in group), 1))
        attempt = row.number + 1
        code = paper_code(paper_key(self.sources.key, number, attempt))
        return NewPaper(people[number], row.post, replace(read_paper(row), code=code, slots=slots), row.seat, attempt)


class _Addition(Seating):
    def __init__(self, session: Session, actor: Actor, now: datetime, code: str, number: str) -> None:
        sitting = sitting_to_amend(session, actor, code, now)
        if sittings.window_of(sitting).phase(now) is Phase.CLOSED:
            raise QuizError("closed", say("考试已经结束，不能再补卷。"))
        super().__init__(session, sitting, cadre_on_roster(session, actor, number))
        if any(holder.number == self.cadre.number for holder in self.board.holders):
            raise QuizError("has_paper", say("{name}（{number}）已有这场考试的试卷。", name=self.cadre.name, number=self.cadre.number))
        self.read_around(len(self.rows))
        self.detail = self.first_detail(len(self.rows) + 1, self.seen_before())
        barred = frozenset(self.detail["barred"])
        self.detail["local"] = self.local_score(late_local(self.board, self.member, barred))
        holder = seat_late(self.board, self.member, self.detail, barred)
        if holder is None:
            raise QuizError("no_paper_possible", say("题库里剩下的题，组不成{name}的一份完整试卷，没有补卷。", name=self.cadre.name))
        self.detail["form"] = holder.form
        self.amended = Amended(self.number, paper=self.paper_of(holder), cadre=self.cadre)

    def store(self, now: datetime, actor: Actor, reason: str) -> None:
        """Store the paper and log it."""
        self.save(ADD, self.detail, reason, now, actor, [self.new_paper(self.amended)])

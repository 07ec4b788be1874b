"""Amending a sitting after its papers were drawn: a faulty question replaced before the window opens, a paper for somebody late.

Only what must change is issued anew, each change is logged with its reason, and all of it can be derived again from the seed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from quiz.assembly.amend import NEIGHBOURS, Board, Entry, Exchange, Holder, late_local, names, replace_everywhere
from quiz.assembly.derive import ADD, REPLACE, log_of, seat_late
from quiz.assembly.local import Member
from quiz.assembly.papers import chosen_by, finish_paper, paper_code, slots_for
from quiz.assembly.problem import Desk
from quiz.assembly.snapshot import read_fits, read_member, read_members, read_problem
from quiz.core.access import Action, Actor
from quiz.core.difficulty import facility
from quiz.core.message import Message, QuizError, say
from quiz.core.paper import Paper, Slot
from quiz.core.plan import AVOID_LAST
from quiz.core.profile import Scope
from quiz.core.question import base_uid
from quiz.core.roster import Cadre
from quiz.core.seed import exam_key, paper_key, snapshot_digest
from quiz.core.sitting import Phase
from quiz.storage import amendments, audit, banks, papers, rosters, sittings
from quiz.storage.papers import NewPaper, read_paper
from quiz.storage.tables import AmendmentRow, CadreRow, SittingRow
from quiz.usecases.drawing import roster_entry
from quiz.usecases.results import refuse_candidate
from quiz.usecases.scheduling import post_name
from quiz.usecases.sources import Sources, whole_sitting

LONGEST_REASON = 500


class NoSubstitute(QuizError):
    """Some papers have no question that may take the faulty one's place; `numbers` says whose, by staff number. Nothing was changed."""

    def __init__(self, uid: str, papers: int, numbers: Sequence[str]) -> None:
        text = say("{papers}份试卷上有{uid}，其中{n}份找不到可以替换的题，没有更换任何试卷。", papers=papers, uid=uid, n=len(numbers))
        super().__init__("no_substitute", text)
        self.numbers = tuple(numbers)

    def lines(self) -> list[Message]:
        """Return whose papers they are."""
        return [say("工号：{numbers}", numbers="、".join(self.numbers[:20]))]


@dataclass(frozen=True, slots=True)
class Amended:
    """An amendment that was made or, before it is stored, would be: what was exchanged (staff number, issue, old, new), or the paper added."""

    number: int
    exchanged: tuple[tuple[str, int, str, str], ...] = ()
    paper: Paper | None = None
    cadre: Cadre | None = None

    @property
    def papers(self) -> int:
        """How many papers are issued."""
        return len({number for number, *_ in self.exchanged}) if self.paper is None else 1


@dataclass(frozen=True, slots=True)
class AmendmentView:
    """A line of the log. `question` and `papers` tell of a replacement, `cadre` of somebody late."""

    row: AmendmentRow
    question: str
    papers: int
    cadre: str


def list_amendments(session: Session, actor: Actor, code: str, now: datetime) -> tuple[SittingRow, list[AmendmentView]]:
    """Return a sitting with the log of its amendments, for those who may make them."""
    sitting = _open_to(session, actor, code, now)
    out = []
    for row in amendments.list_amendments(session, sitting):
        detail = amendments.detail_of(row)
        out.append(AmendmentView(row, detail.get("question", ""), len({entry[0] for entry in detail.get("papers", ())}), detail.get("cadre", "")))
    return sitting, out


def foresee_replacement(session: Session, actor: Actor, now: datetime, code: str, uid: str) -> Amended:
    """Say what replacing a question would do; stores nothing. Refuses what `replace_question` refuses, but for the reason."""
    return _Replacement(session, actor, now, code, uid).amended


def replace_question(session: Session, actor: Actor, now: datetime, code: str, uid: str, reason: str) -> Amended:
    """Issue every paper with a question anew with a substitute in its place and all else unchanged; all papers or none.

    `uid` names a question, a part for its case, a template for all that it makes, or one bound question. NotFound, Forbidden; QuizError
    `no_reason`, `already_open`, `not_asked` for a question on no paper (also when it was replaced before), `other_version`; NoSubstitute.
    """
    _check_reason(reason)
    amendments.hold(session, _open_to(session, actor, code, now))
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
    _check_reason(reason)
    amendments.hold(session, _open_to(session, actor, code, now))
    change = _Addition(session, actor, now, code, number)
    change.store(now, actor, reason.strip())
    return change.amended


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise QuizError("no_reason", say("请写明原因，它会记入更正记录。"))
    if len(reason.strip()) > LONGEST_REASON:
        raise QuizError("no_reason", say("原因最多{n}个字。", n=LONGEST_REASON))


def _open_to(session: Session, actor: Actor, code: str, now: datetime) -> SittingRow:
    sitting = whole_sitting(session, actor, Action.SCHEDULE, code)
    refuse_candidate(session, actor, sitting, now)
    return sitting


class _Change:
    """A sitting's board made of its stored papers; contents are read only of papers that the change can touch."""

    def __init__(self, session: Session, sitting: SittingRow) -> None:
        self.session, self.sitting = session, sitting
        self.sources = Sources(session, sitting)
        self.earlier = self.sources.amendments()
        self.number = len(self.earlier) + 1
        self.rows = amendments.papers_by_seat(session, sitting)
        self.groups: dict[int, list[list[Slot]]] = {}
        self.board = self._board()

    def _board(self) -> Board:
        local = self.sources.snapshot["local"]
        problem = read_problem(self.sources.snapshot["draw"])
        late = [amendment.detail for amendment in self.earlier if amendment.kind == ADD]
        members = [*read_members(local), *(read_member(local, detail["member"]) for detail in late)]
        desks = [*problem.desks, *(late_desk_of(detail) for detail in late)]
        local_key = exam_key(self.sitting.seed, snapshot_digest(local))
        board = Board(problem, self.sources.places, read_fits(local), [], self.sources.key, local_key)
        for desk, member, (row, number) in zip(desks, members, self.rows, strict=True):
            assert number == desk.number, "papers stand in the order of seats"
            items = {board.numbers[uid] for uid in json.loads(row.questions) if uid in board.numbers}
            board.add(Holder(desk, member, items, row.form, row.number))
        return board

    def read_entries(self, places: Iterable[int]) -> None:
        """Read what stands on these papers, by place in the order of seats."""
        wanted = sorted(set(places))
        for paper in wanted:
            groups: list[list[Slot]] = []
            for slot in read_paper(self.rows[paper][0]).slots:
                if slot.case and groups and groups[-1][0].case == slot.case:
                    groups[-1].append(slot)
                else:
                    groups.append([slot])
            self.groups[paper] = groups
            self.board.holders[paper].entries = [Entry(self._cell_of(group[0]), group[0].case or group[0].question.uid) for group in groups]

    def _cell_of(self, slot: Slot) -> int:
        """The cell that a slot was filled by; of cells in the same words any, since they admit the same."""
        for number, place in enumerate(self.sources.places):
            if place.section == slot.section and chosen_by(place) == slot.chosen_by:
                return number
        raise QuizError("other_version", say("试卷上第{n}题的组卷规则无法识别，不能更正。", n=slot.number))

    def barred(self, *more: str) -> list[str]:
        """What may come onto no paper any more: retired or revised since the draw, replaced before, and `more`."""
        earlier = [amendment.detail["question"] for amendment in self.earlier if amendment.kind == REPLACE]
        return sorted({*banks.changed_since(self.session, self.sources.digests), *earlier, *more})

    def slots(self, entries: Sequence[tuple[int, str, bytes]]) -> list[list[Slot]]:
        """The slots of questions that come onto a paper. QuizError `other_version` when the bank lacks a revision."""
        try:
            revisions = self.sources.read(uid for _, uid, _ in entries)
        except KeyError as error:
            raise QuizError("other_version", say("题库中没有{uid}在快照中登记的版本", uid=error.args[0])) from error
        return [slots_for(self.sources.places[cell], revisions[uid], mixer) for cell, uid, mixer in entries]

    def save(self, kind: str, detail: dict[str, Any], reason: str, now: datetime, actor: Actor, new: Sequence[NewPaper]) -> None:
        """Append papers, amendment and audit record."""
        papers.save_papers(self.session, self.sitting, new)
        papers.save_new_uses(self.session, self.sitting, [paper.paper for paper in new])
        amendments.save_amendment(self.session, self.sitting, self.number, kind, detail, reason, now, actor.name)
        told = {"amendment": self.number, "papers": len(new), "reason": reason, "subject": detail.get("question") or detail.get("cadre")}
        audit.record(self.session, now, actor.name, kind, self.sitting.code, told)


def late_desk_of(detail: Mapping[str, Any]) -> Desk:
    """Return the desk of somebody who came late before."""
    return Desk(detail["cadre"], own=frozenset(detail["own"]), seen=frozenset(detail["seen"]), local=detail["local"])


class _Replacement(_Change):
    def __init__(self, session: Session, actor: Actor, now: datetime, code: str, asked: str) -> None:
        sitting = _open_to(session, actor, code, now)
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


class _Addition(_Change):
    def __init__(self, session: Session, actor: Actor, now: datetime, code: str, number: str) -> None:
        sitting = _open_to(session, actor, code, now)
        if sittings.window_of(sitting).phase(now) is Phase.CLOSED:
            raise QuizError("closed", say("考试已经结束，不能再补卷。"))
        self.cadre = self._cadre(session, actor, number.strip())
        super().__init__(session, sitting)
        if any(holder.number == self.cadre.number for holder in self.board.holders):
            raise QuizError("has_paper", say("{name}（{number}）已有这场考试的试卷。", name=self.cadre.name, number=self.cadre.number))
        self.day = date.fromisoformat(self.sources.snapshot["local"]["day"])
        firsts = {holder.form: place for place, holder in reversed(list(enumerate(self.board.holders)))}
        self.read_entries([*firsts.values(), *range(max(0, len(self.rows) - NEIGHBOURS), len(self.rows))])
        self.detail = self._detail(sitting)
        member = read_member(self.sources.snapshot["local"], self.detail["member"])
        self.detail["local"] = self._local_score(member)
        holder = seat_late(self.board, member, self.detail, frozenset(self.detail["barred"]))
        if holder is None:
            raise QuizError("no_paper_possible", say("题库里剩下的题，组不成{name}的一份完整试卷，没有补卷。", name=self.cadre.name))
        self.detail["form"] = holder.form
        paper = finish_paper(self.sources.sheet, paper_code(paper_key(self.sources.key, holder.number)), self._slots(holder), holder.form)
        self.amended = Amended(self.number, paper=paper, cadre=self.cadre)

    def _cadre(self, session: Session, actor: Actor, number: str) -> Cadre:
        scope = actor.require(Action.SCHEDULE)
        cadre = rosters.get_cadre(session, number)
        if cadre is None or not rosters.units_by_code(session)[cadre.unit].path.startswith(scope):
            raise QuizError("unknown_cadre", say("花名册里没有工号为{number}的干部。", number=number or "—"))
        return cadre

    def _detail(self, sitting: SittingRow) -> dict[str, Any]:
        """All that the paper follows from besides key, snapshot and what was amended before."""
        local, number = self.sources.snapshot["local"], self.cadre.number
        row = rosters.get_cadre_row(self.session, number)
        written = banks.own_questions(self.session).get(row.id, set()) if row else set()
        seen = papers.recent_questions(self.session, sitting.opens_at, local.get("avoid_last", AVOID_LAST), number).get(number, frozenset())
        index = self.sources.dataset.index() if self.sources.dataset else {}
        scopes = sorted({Scope(scope) for scope in local["scopes"].values()})
        own = [uid for uid in written if uid in local["scopes"]]
        return {
            "cadre": number,
            "seat": len(self.rows) + 1,
            "member": roster_entry(self.sources.blueprint, self.sources.places, self.cadre, self.day, scopes, index, own),
            "own": sorted(self.board.numbers[uid] for uid in written if uid in self.board.numbers),
            "seen": sorted(self.board.numbers[uid] for uid in seen if uid in self.board.numbers),
            "barred": self.barred(),
            "local": 0,
        }

    def _local_score(self, member: Member) -> int:
        known = papers.facilities(self.session, self.sitting.opens_at)
        templates = {found.template.uid: found.template for found in self.sources.templates}
        part = late_local(self.board, member, frozenset(self.detail["barred"]))
        return sum(self.board.problem.cells[cell].each * facility(templates[base_uid(uid)], known) for cell, uid in part.picks)

    def _slots(self, holder: Holder) -> list[Slot]:
        """The slots of the paper; what is shared with a form is taken from one of its holders as it stands."""
        first = next((place for place, found in enumerate(self.board.holders[:-1]) if found.form == holder.form and place in self.groups), -1)
        shared = {group[0].case or group[0].question.uid: group for group in self.groups[first]} if holder.form else {}
        new = [entry for entry in holder.entries if not (holder.form and self.board.is_common(entry.cell))]
        made = dict(zip((entry.uid for entry in new), self.slots(new), strict=True))
        return [slot for entry in holder.entries for slot in (made[entry.uid] if entry.uid in made else shared[entry.uid])]

    def store(self, now: datetime, actor: Actor, reason: str) -> None:
        """Store the paper and log it."""
        assert self.amended.paper is not None
        people = rosters.cadre_rows(self.session, [self.cadre.number])
        new = NewPaper(people[self.cadre.number], post_name(self.cadre, self.day), self.amended.paper, self.detail["seat"])
        self.save(ADD, self.detail, reason, now, actor, [new])

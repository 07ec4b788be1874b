"""A sitting whose papers are being amended: what stands on every paper now, what may come onto them, and how a change is stored."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from quiz.assembly.amend import NEIGHBOURS, Board, Entry, Holder
from quiz.assembly.derive import ADD, REPLACE
from quiz.assembly.local import Local, Member
from quiz.assembly.papers import chosen_by, finish_paper, paper_code, slots_for
from quiz.assembly.problem import Desk
from quiz.assembly.snapshot import read_fits, read_member, read_members, read_problem
from quiz.core.access import Action, Actor
from quiz.core.difficulty import facility
from quiz.core.message import QuizError, say
from quiz.core.paper import Paper, Slot
from quiz.core.plan import AVOID_LAST
from quiz.core.profile import Scope
from quiz.core.question import base_uid
from quiz.core.reason import clean_reason
from quiz.core.roster import Cadre
from quiz.core.seed import exam_key, paper_key, snapshot_digest
from quiz.storage import amendments, audit, banks, new_papers, questions_asked, rosters
from quiz.storage.new_papers import NewPaper
from quiz.storage.papers import read_paper
from quiz.storage.tables import SittingRow
from quiz.usecases.personal_part import roster_entry
from quiz.usecases.results import refuse_candidate
from quiz.usecases.scheduling import post_name
from quiz.usecases.sources import Sources, whole_sitting


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


def check_reason(reason: str) -> str:
    """Return the reason of an amendment, as it is stored. QuizError `no_reason` for none, and for one that is too long."""
    return clean_reason(reason, say("请写明原因，它会记入更正记录。"))


def sitting_to_amend(session: Session, actor: Actor, code: str, now: datetime) -> SittingRow:
    """Return a sitting all of whose papers the actor may issue anew. NotFound, Forbidden (to its candidates too)."""
    sitting = whole_sitting(session, actor, Action.SCHEDULE, code)
    refuse_candidate(session, actor, sitting, now)
    return sitting


class Change:
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
        added = [amendment.detail for amendment in self.earlier if amendment.kind == ADD]
        late = [detail for detail in added if detail.get("attempt", 1) == 1]
        again = {detail["cadre"]: late_desk_of(detail) for detail in added if detail.get("attempt", 1) > 1}
        members = [*read_members(local), *(read_member(local, detail["member"]) for detail in late)]
        desks = [again.get(desk.number, desk) for desk in (*problem.desks, *(late_desk_of(detail) for detail in late))]
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

    def save(self, kind: str, detail: dict[str, Any], reason: str, now: datetime, actor: Actor, new: Sequence[NewPaper], action: str = "") -> None:
        """Append papers, amendment and audit record (of `action`, by default the kind of the amendment)."""
        new_papers.save_papers(self.session, self.sitting, new)
        new_papers.save_new_uses(self.session, self.sitting, [paper.paper for paper in new])
        amendments.save_amendment(self.session, self.sitting, self.number, kind, detail, reason, now, actor.name)
        told = {"amendment": self.number, "papers": len(new), "reason": reason, "subject": detail.get("question") or detail.get("cadre")}
        audit.record(self.session, now, actor.person, action or kind, self.sitting.code, told)


def late_desk_of(detail: Mapping[str, Any]) -> Desk:
    """Return the desk of somebody who came late before."""
    return Desk(detail["cadre"], own=frozenset(detail["own"]), seen=frozenset(detail["seen"]), local=detail["local"])


def cadre_on_roster(session: Session, actor: Actor, number: str) -> Cadre:
    """Return a cadre within the actor's authority. QuizError `unknown_cadre`."""
    scope = actor.require(Action.SCHEDULE)
    cadre = rosters.get_cadre(session, number.strip())
    if cadre is None or not rosters.units_by_code(session)[cadre.unit].path.startswith(scope):
        raise QuizError("unknown_cadre", say("花名册里没有工号为{number}的干部。", number=number.strip() or "—"))
    return cadre


class Seating(Change):
    """A change that draws one paper for one cadre. `detail` is all that it follows from besides key, snapshot and what was amended before."""

    detail: dict[str, Any]

    def __init__(self, session: Session, sitting: SittingRow, cadre: Cadre) -> None:
        super().__init__(session, sitting)
        self.cadre = cadre
        self.day = date.fromisoformat(self.sources.snapshot["local"]["day"])

    @property
    def member(self) -> Member:
        """The cadre as the personal part sees them."""
        return read_member(self.sources.snapshot["local"], self.detail["member"])

    def read_around(self, place: int) -> None:
        """Read what a paper drawn for a place depends on: the first of each form, the last ones, and what stands at the place itself."""
        firsts = {holder.form: at for at, holder in reversed(list(enumerate(self.board.holders)))}
        own = [place] if place < len(self.rows) else []
        self.read_entries([*firsts.values(), *range(max(0, len(self.rows) - NEIGHBOURS), len(self.rows)), *own])

    def seen_before(self) -> set[str]:
        """The questions that the cadre was asked in the last sittings, as many as the draw looked back."""
        last = self.sources.snapshot["local"].get("avoid_last", AVOID_LAST)
        return set(questions_asked.recent_questions(self.session, self.sitting.opens_at, last, self.cadre.number).get(self.cadre.number, ()))

    def first_detail(self, seat: int, seen: Collection[str]) -> dict[str, Any]:
        """The detail as far as it is known before the draw."""
        local, number = self.sources.snapshot["local"], self.cadre.number
        row = rosters.get_cadre_row(self.session, number)
        written = banks.own_questions(self.session).get(row.id, set()) if row else set()
        index = self.sources.dataset.index() if self.sources.dataset else {}
        scopes = sorted({Scope(scope) for scope in local["scopes"].values()})
        own = [uid for uid in written if uid in local["scopes"]]
        return {
            "cadre": number,
            "seat": seat,
            "member": roster_entry(self.sources.blueprint, self.sources.places, self.cadre, self.day, scopes, index, own),
            "own": sorted(self.board.numbers[uid] for uid in written if uid in self.board.numbers),
            "seen": sorted(self.board.numbers[uid] for uid in seen if uid in self.board.numbers),
            "barred": self.barred(),
            "local": 0,
        }

    def local_score(self, part: Local) -> int:
        """The expected score of a personal part, in thousandths of hundredths of a mark."""
        known = questions_asked.facilities(self.session, self.sitting.opens_at)
        templates = {found.template.uid: found.template for found in self.sources.templates}
        return sum(self.board.problem.cells[cell].each * facility(templates[base_uid(uid)], known) for cell, uid in part.picks)

    def paper_of(self, holder: Holder) -> Paper:
        """The paper of a holder; what is shared with a form is taken from one of its other holders as it stands."""
        others = enumerate(self.board.holders)
        first = next((at for at, found in others if found is not holder and found.form == holder.form and at in self.groups), -1)
        shared = {group[0].case or group[0].question.uid: group for group in self.groups[first]} if holder.form else {}
        new = [entry for entry in holder.entries if not (holder.form and self.board.is_common(entry.cell))]
        made = dict(zip((entry.uid for entry in new), self.slots(new), strict=True))
        slots = [slot for entry in holder.entries for slot in (made[entry.uid] if entry.uid in made else shared[entry.uid])]
        code = paper_code(paper_key(self.sources.key, holder.number, holder.attempt))
        return finish_paper(self.sources.sheet, code, slots, holder.form)

    def new_paper(self, amended: Amended, attempt: int = 1) -> NewPaper:
        """The paper to be stored."""
        assert amended.paper is not None
        people = rosters.cadre_rows(self.session, [self.cadre.number])
        return NewPaper(people[self.cadre.number], post_name(self.cadre, self.day), amended.paper, self.detail["seat"], attempt)

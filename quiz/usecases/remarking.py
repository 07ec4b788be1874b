"""Marking stored responses again, by the one marking path, and comparing every grading run with what comes of it; stores nothing.

The newest run of an attempt that counts must be exactly what follows from all that stands today. An older run, and one of an attempt that is void,
open again or was replaced by another paper, must follow from what stood at its time (`core/settled_then.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from quiz.core.contest import Contest
from quiz.core.hundredths import from_hundredths, to_hundredths
from quiz.core.marking import score_of
from quiz.core.message import Message, join_messages, mark_text, say
from quiz.core.paper import plain_number
from quiz.core.paper_text import named_digests
from quiz.core.settled_then import Bounds, Overridden, Saved, Standing, standing_at, standing_near
from quiz.core.to_mark import Settled, ToMark
from quiz.storage import papers, stored_marks
from quiz.storage.attempts import response_in
from quiz.storage.gradings import Marked, NewMark
from quiz.storage.stored_marks import GradedAttempt, StoredMark, StoredRun
from quiz.storage.tables import SittingRow
from quiz.usecases.grading import AGAIN, NOTHING, OVERRIDE, UNANSWERED, Marker

RUNS_AT_ONCE = 1000
"""Grading runs whose marks are in memory together."""

MOST_MARKERS = 2000
"""States of what was settled of which the marks are kept in memory."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something stored that does not follow: whose attempt (staff number, issue of the paper), what, and in which run and slot, 0 where in none."""

    number: str
    issue: int
    what: Message
    run: int = 0
    slot: int = 0

    def tell(self) -> Message:
        """Return it as a sentence."""
        who: Message | str = say("{number}（第{attempt}次签发）", number=self.number, attempt=self.issue) if self.issue > 1 else self.number
        if self.slot:
            return say("{who}，第{run}次评分，第{slot}题：{what}", who=who, run=self.run, slot=self.slot, what=self.what)
        if self.run:
            return say("{who}，第{run}次评分：{what}", who=who, run=self.run, what=self.what)
        return say("{who}：{what}", who=who, what=self.what)


@dataclass(slots=True)
class Checked:
    """What became of some attempts: how many grading runs and marks were compared, and what differs."""

    runs: int = 0
    marks: int = 0
    differences: list[Difference] = field(default_factory=list)


Expected = tuple[int, Marked | None, int | None]
"""The mark that a slot should have, None where the response cannot be read, and the id of the response row that it should judge."""


@dataclass(frozen=True, slots=True)
class _Graded:
    """An attempt with all that its marks follow from."""

    attempt: GradedAttempt
    slots: list[tuple[int, ToMark]]
    runs: list[StoredRun]
    rows: Standing
    saves: Sequence[Saved]
    by_hand: Sequence[Overridden]

    def is_now(self, run: StoredRun) -> bool:
        """True for the run whose marks count today."""
        return self.attempt.counts and run is self.runs[-1]

    def by_hand_up_to(self, override: int | None = None) -> dict[int, Decimal]:
        """The marks set by hand that stood, by slot, after the override with this row id; those that stand now without one."""
        newest = {one.slot: one.mark for one in self.by_hand if override is None or one.id <= override}
        return {slot: mark for slot, mark in newest.items() if mark is not None}


@dataclass(frozen=True, slots=True)
class _Then:
    """A slot at the time of an older run: its number and question, when that was, what causes tell of it, and its mark where one was set by hand."""

    number: int
    asked: ToMark
    moment: datetime
    bounds: Bounds
    override: Decimal | None


class Remarker:
    """Checks attempts of one sitting."""

    def __init__(self, session: Session, sitting: SittingRow) -> None:
        self._session, self._sitting = session, sitting
        self._contest = Contest(sitting.contest)
        self._log = stored_marks.settled_log(session, sitting.id)
        self._marker, self._by_rule = Marker(self._log.now()), Marker(Settled({}))
        self._markers: dict[object, Marker] = {}

    def check(self, some: Sequence[GradedAttempt]) -> Checked:
        """Mark these attempts again, as many as fit into memory together, and say what differs, by staff number, run and slot."""
        out = Checked()
        graded = self._read(some, out)
        runs = [(one, run) for one in graded for run in one.runs]
        for start in range(0, len(runs), RUNS_AT_ONCE):
            part = runs[start : start + RUNS_AT_ONCE]
            marks = stored_marks.marks_of_many(self._session, [run.id for _, run in part])
            for one, run in part:
                out.runs, out.marks = out.runs + 1, out.marks + len(marks[run.id])
                out.differences += self._check_run(one, run, marks[run.id])
        out.differences.sort(key=lambda one: (one.number, one.issue, one.run, one.slot))
        return out

    def _read(self, some: Sequence[GradedAttempt], out: Checked) -> list[_Graded]:
        """What the marks of these attempts follow from; what is wrong with an attempt as a whole is told to `out`."""
        ids = [attempt.id for attempt in some]
        runs = stored_marks.runs_of_many(self._session, ids)
        contents = papers.texts_by_id(self._session, [attempt.paper_id for attempt in some])
        texts = {paper: text if isinstance(text, str) else text.decode() for paper, text in contents.items()}
        sound = {attempt.paper_id for attempt in some if hashlib.sha256(texts[attempt.paper_id].encode()).hexdigest() == attempt.digest}
        changed = papers.changed_texts(self._session, [texts[paper] for paper in sound])
        sound -= {paper for paper in sound if changed and named_digests(texts[paper]) & changed}
        rows = stored_marks.counting_saves(self._session, self._sitting.id, ids)
        past = [attempt.id for attempt in some if len(runs[attempt.id]) > attempt.counts]
        saves = stored_marks.saves_of_many(self._session, self._sitting.id, past)
        by_hand = stored_marks.overrides_of_many(self._session, self._sitting.id, ids)
        graded = []
        for attempt in some:
            if attempt.paper_id not in sound:
                out.differences.append(Difference(attempt.number, attempt.issue, say("试卷正文与登记的摘要不符，无法据以重新评分")))
                continue
            slots = papers.read_to_mark(self._session, contents[attempt.paper_id])
            one = _Graded(attempt, slots, runs[attempt.id], rows[attempt.id], saves.get(attempt.id, ()), by_hand.get(attempt.id, ()))
            out.differences += _chain_faults(one)
            graded.append(one)
        return graded

    def _check_run(self, one: _Graded, run: StoredRun, marks: Sequence[StoredMark]) -> Iterator[Difference]:
        """What differs in one grading run."""
        who = one.attempt.number, one.attempt.issue
        stored = {mark[0]: mark for mark in marks}
        expected = self._expect(one, run, one.slots, stored)
        for number, new, row in expected:
            what = say("没有得分") if number not in stored else self._difference(stored[number], new, row)
            if what is not None:
                yield Difference(*who, what, run.number, number)
        for number in sorted(set(stored).difference(number for number, _ in one.slots)):
            yield Difference(*who, say("试卷上没有这道题，却有得分"), run.number, number)
        whole = [new for _, new, _ in expected if new is not None]
        full = to_hundredths(sum((asked.max_mark for _, asked in one.slots), Decimal(0)))
        for what in (*self._cause(one, run), *(self._sums(run, whole, full) if len(whole) == len(expected) else ())):
            yield Difference(*who, what, run.number)

    def _sums(self, run: StoredRun, marks: Sequence[Marked], full: int) -> Iterator[Message]:
        """Where the score, the full marks or the count of what waits is not what the marks give."""
        score = score_of(sum(mark.earned for mark in marks), sum(mark.available for mark in marks), full, self._contest)
        if run.score != score:
            yield say("总分存为{stored}，应为{found}", stored=_shown(run.score), found=_shown(score))
        if run.max_score != full:
            yield say("满分存为{stored}，应为{found}", stored=_shown(run.max_score), found=_shown(full))
        waiting = sum(mark.waits for mark in marks)
        if run.pending != waiting:
            yield say("待人工判定的存为{stored}题，应为{found}题", stored=run.pending, found=waiting)

    def _cause(self, one: _Graded, run: StoredRun) -> Iterator[Message]:
        """Where a run belongs elsewhere, or names a cause that there is not."""
        if run.sitting_id != self._sitting.id:
            yield say("登记在另一场考试名下")
        name, _, row = run.reason.partition(":")
        ids = {OVERRIDE: [hand.id for hand in one.by_hand], AGAIN: self._log.decision_ids}
        is_there = _row_id(run.reason, name) in ids[name] if name in ids else not row
        if name == "decision":
            is_there = run.graded_at in self._log.decided_at
        if name == "correction" or run.correction is not None:
            known = next((known for known in self._log.corrections if known.number == run.correction), None)
            is_there = known is not None and any(known.names(asked.question.uid) for _, asked in one.slots)
        if not is_there:
            yield say("写明的缘由查无此项：{reason}", reason=run.reason if run.correction is None else f"{run.reason} {run.correction}")

    def _expect(self, one: _Graded, run: StoredRun, slots: list[tuple[int, ToMark]], stored: Mapping[int, StoredMark]) -> Sequence[Expected]:
        """The marks that these slots should have; where a response cannot be read, the others are marked one by one."""
        try:
            if one.is_now(run):
                return self._marker.mark_paper(slots, one.rows, one.by_hand_up_to() or NOTHING)
            return self._expect_then(one, run, slots, stored)
        except ValueError:
            if len(slots) > 1:
                return [found for slot in slots for found in self._expect(one, run, [slot], stored)]
            return [(number, None, None) for number, _ in slots]

    def _expect_then(self, one: _Graded, run: StoredRun, slots: list[tuple[int, ToMark]], stored: Mapping[int, StoredMark]) -> list[Expected]:
        """The marks by what stood at the time of a run. Most depend on nothing that anybody settled."""
        bounds = _bounds(one.runs, run)
        by_hand, rows = one.by_hand_up_to(bounds.override), standing_at(one.saves, run.graded_at)
        near: list[Standing] = []
        out: list[Expected] = []
        for (number, asked), new in zip(slots, self._by_rule.mark_paper(slots, rows, NOTHING), strict=True):
            is_settled = self._log.touches(asked.question.uid) or number in by_hand
            if not is_settled and self._is_same(stored.get(number), new):
                out.append(new)
                continue
            then = _Then(number, asked, run.graded_at, bounds, by_hand.get(number))
            likely = self._possible(then, [rows])
            found = next((one for one in likely if self._is_same(stored.get(number), one)), None)
            if found is None:
                near = near or standing_near(one.saves, run.graded_at)
                found = next((one for one in self._possible(then, near) if self._is_same(stored.get(number), one)), likely[0])
            out.append(found)
        return out

    def _possible(self, then: _Then, standing: Sequence[Standing]) -> list[NewMark]:
        """The marks that a slot may have had with any of these saves, the likeliest first."""
        texts = dict(rows.get(then.number, UNANSWERED) for rows in standing)
        return [
            (then.number, self._marker_under(settled).mark(then.asked, text, then.override), row)
            for row, text in texts.items()
            for settled in self._log.possible(then.asked.question, response_in(text), then.moment, then.bounds)
        ]

    def _is_same(self, stored: StoredMark | None, new: NewMark) -> bool:
        return stored is not None and self._difference(stored, new[1], new[2]) is None

    def _marker_under(self, settled: Settled) -> Marker:
        key = frozenset(settled.decisions.items()), len(settled.corrections)
        found = self._markers.get(key)
        if found is None:
            if len(self._markers) >= MOST_MARKERS:
                self._markers.clear()
            found = self._markers[key] = Marker(settled)
        return found

    def _difference(self, stored: StoredMark, new: Marked | None, row: int | None) -> Message | None:
        """Where a stored mark is not the one that it should be."""
        _, columns, response, sitting = stored
        if new is None:
            return say("存下的作答读不出来，无法重新评分")
        if columns == new.columns and response == row and sitting in (None, self._sitting.id):
            return None
        pairs = zip((MARK, MAX_MARK, RULE, WHY), columns, new.columns, strict=False)
        out = [say(text, stored=_shown(was), found=_shown(now)) for text, was, now in pairs if was != now]
        if response != row:
            out.append(say("依据的作答存为{stored}，应为{found}", stored=_row_name(response), found=_row_name(row)))
        if sitting not in (None, self._sitting.id):
            out.append(say("登记在另一场考试名下"))
        if not out and stored_marks.mark_in(columns[4]) != new.mark:
            out.append(say("记下的计分细节与作答不符"))
        return join_messages(mark_text("；"), out) if out else None


MARK = mark_text("得分存为{stored}，应为{found}")
MAX_MARK = mark_text("分值存为{stored}，应为{found}")
RULE = mark_text("计分规则存为{stored}，应为{found}")
WHY = mark_text("给分原因存为{stored}，应为{found}")


def _chain_faults(one: _Graded) -> Iterator[Difference]:
    """Where grading runs of an attempt are missing."""
    who = one.attempt.number, one.attempt.issue
    if one.attempt.is_closed and not one.runs:
        yield Difference(*who, say("答卷已经交了，却没有评分"))
    there = {run.number for run in one.runs}
    for number in sorted(set(range(1, max(there, default=0))) - there):
        yield Difference(*who, say("缺少这一次评分"), number)
    named = {_row_id(run.reason, OVERRIDE) for run in one.runs}
    for hand in one.by_hand:
        if hand.id not in named:
            yield Difference(*who, say("第{n}题由人工改过分，却没有随之重新评分", n=hand.slot))


def _bounds(runs: Sequence[StoredRun], run: StoredRun) -> Bounds:
    """What the causes named up to this run, and after it, tell of what was settled then."""
    before, after = [one for one in runs if one.number <= run.number], [one for one in runs if one.number > run.number]
    return Bounds(
        decision=max((row for one in before if (row := _row_id(one.reason, AGAIN))), default=None),
        later_decision=min((row for one in after if (row := _row_id(one.reason, AGAIN))), default=None),
        correction=max((one.correction for one in before if one.correction is not None), default=None),
        later_correction=min((one.correction for one in after if one.correction is not None), default=None),
        override=max((_row_id(one.reason, OVERRIDE) for one in before), default=0),
    )


def _row_id(reason: str, name: str) -> int:
    """The row that a run's reason names behind this word, 0 where it names none."""
    found, _, row = reason.partition(":")
    return int(row) if found == name and row.isascii() and row.isdigit() else 0


def _shown(column: object) -> str:
    """A number of hundredths as a mark, a code as it is."""
    return plain_number(from_hundredths(column)) if isinstance(column, int) else str(column)


def _row_name(row: int | None) -> Message:
    return say("空白") if row is None else say("第{n}号保存", n=row)

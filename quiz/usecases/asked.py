"""The questions of a sitting for those who answer for it: on how many papers each stands, and how it was answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.correction import REMEDY_NAMES, Correction, Remedy, in_force, words_of
from quiz.core.hundredths import from_hundredths
from quiz.core.message import Message, NotFound, say
from quiz.core.question import Question, QuestionType, base_uid
from quiz.core.response import Response
from quiz.core.same_text import normalise
from quiz.core.sitting import PHASE_NAMES, Phase
from quiz.storage import amendments, appeals, corrections, questions_asked, regrading, sittings
from quiz.storage.attempts import response_in
from quiz.storage.questions_asked import Asked
from quiz.storage.regrading import Sat
from quiz.storage.tables import CorrectionRow, SittingRow
from quiz.usecases.correcting import is_participant, to_correct
from quiz.usecases.sources import is_within

MOST_ANSWERS = 20
"""Different responses that are listed; the rarer ones are counted together."""


@dataclass(frozen=True, slots=True)
class AskedList:
    """The questions of a sitting, those first of which most is said that waits; which are marked by a correction, and what waits by uid."""

    sitting: SittingRow
    questions: list[Asked]
    corrected: frozenset[str]
    waiting: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Answered:
    """A response that people gave: in words (empty for none), how many gave it, and the marks it earned on average."""

    words: str
    people: int
    mean_mark: Decimal
    is_key: bool


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another sitting with the same question: where it stands, on how many papers, and by which remedy it is marked there, None for the key.

    `uid` is the question's in the bank; `may_correct` says that the actor may correct that sitting too.
    """

    uid: str
    code: str
    title: str
    phase: Phase
    papers: int
    remedy: Remedy | None
    may_correct: bool

    def describe(self) -> Message:
        """Return it as a sentence."""
        phase, how = Message(PHASE_NAMES[self.phase]), Message(REMEDY_NAMES[self.remedy]) if self.remedy else say("按卷面答案")
        values = {"title": self.title, "code": self.code, "phase": phase, "n": self.papers, "how": how}
        return say("考试“{title}”（{code}，{phase}）也有这道题：{n}份试卷，{how}。", **values)


@dataclass(frozen=True, slots=True)
class AskedView:
    """One question as it stands on papers: between which numbers, how many have sat it, what they answered, and its corrections.

    `in_force` is the correction by which it is marked, `is_corrected` says that there is one for it or for a question behind it, `waiting` how
    many reports and appeals wait for an answer, `answered` how many have one. `variants` are the questions behind a template or case with how many
    papers have each; `question` is None where there are several.
    """

    sitting: SittingRow
    uid: str
    variants: list[tuple[Question, int]]
    question: Question | None
    papers: int
    lowest: int
    highest: int
    graded: int
    full: int
    answers: list[Answered]
    rarer: int
    history: list[CorrectionRow]
    in_force: Correction | None
    is_corrected: bool
    waiting: int
    answered: int
    elsewhere: tuple[Elsewhere, ...]


def list_asked(session: Session, actor: Actor, code: str, now: datetime, search: str = "") -> AskedList:
    """Return the questions of a sitting whose uid or stem holds `search`: first where most is said that waits, then those on most papers.

    NotFound, Forbidden as for correcting.
    """
    sitting = to_correct(session, actor, code, now)
    wanted = search.strip().casefold()
    found = [one for one in questions_asked.list_asked(session, sitting) if wanted in one.uid.casefold() or wanted in one.stem.casefold()]
    known = corrections.list_corrections(session, sitting.id)
    corrected = {base_uid(one.question) for one in known if in_force(known, one.question) is not None}
    waiting = Counter(base_uid(said.row.question_uid) for said in appeals.list_said(session, sitting, only_open=True))
    return AskedList(sitting, sorted(found, key=lambda one: -waiting[one.uid]), frozenset(corrected), waiting)


def read_asked(session: Session, actor: Actor, code: str, uid: str, now: datetime) -> AskedView:
    """Return one question, template or case of a sitting. NotFound when no paper has it."""
    sitting = to_correct(session, actor, code, now)
    about = Correction(0, uid, Remedy.ORIGINAL)
    places = regrading.list_places(session, sitting, about)
    if not places:
        raise NotFound()
    numbers = [number for place in places for number, _ in place.slots]
    variants = _variants(asked.question for place in places for _, asked in place.slots)
    sat = regrading.list_sat(session, sitting, places)
    question = variants[0][0] if len(variants) == 1 else None
    answers = _answers(question, sat) if question is not None else []
    said = [one for one in appeals.list_said(session, sitting) if about.names(one.row.question_uid)]
    known = corrections.list_corrections(session, sitting.id)
    rows = [row for row in corrections.list_rows(session, sitting.id) if base_uid(row.question_uid) == uid or corrections.read_row(row).names(uid)]
    return AskedView(
        sitting=sitting,
        uid=question.uid if question else uid,
        variants=variants,
        question=question,
        papers=len(places),
        lowest=min(numbers),
        highest=max(numbers),
        graded=len(sat),
        full=sum(all(one.earned == one.available for one in each.slots) for each in sat),
        answers=answers[:MOST_ANSWERS],
        rarer=sum(one.people for one in answers[MOST_ANSWERS:]),
        history=rows,
        in_force=in_force(known, question.uid if question else uid),
        waiting=sum(one.answer is None for one in said),
        answered=sum(one.answer is not None for one in said),
        is_corrected=any(in_force(known, one.uid) for one, _ in variants),
        elsewhere=tuple(_elsewhere(session, actor, sitting, question.uid if question else uid, now)),
    )


def _elsewhere(session: Session, actor: Actor, sitting: SittingRow, uid: str, now: datetime) -> Iterator[Elsewhere]:
    """The other sittings with this question that the actor may know of: of people within their authority, and with no paper of their own."""
    scope, base = actor.require(Action.CORRECT), base_uid(uid)
    for row, papers in questions_asked.uses_elsewhere(session, base, sitting):
        if not is_within(session, row, scope) or is_participant(session, actor, row):
            continue
        standing = in_force(corrections.list_corrections(session, row.id), uid)
        phase, is_whole = sittings.window_of(row).phase(now), not amendments.papers_outside(session, row, scope)
        yield Elsewhere(base, row.code, row.title, phase, papers, standing.remedy if standing else None, phase is Phase.CLOSED and is_whole)


def _variants(questions: Iterable[Question]) -> list[tuple[Question, int]]:
    """The different questions in slots, in the bank's order of options, with how many slots have each."""
    found = list(questions)
    counts = Counter(one.uid for one in found)
    first = {one.uid: one for one in found}
    ordered = {uid: one.with_options(tuple(sorted(one.options, key=lambda option: option.id))) for uid, one in first.items()}
    return [(ordered[uid], count) for uid, count in sorted(counts.items())]


def _answers(question: Question, sat: Iterable[Sat]) -> list[Answered]:
    """What people answered, equal responses together, most frequent first; of a short answer only whether there is one."""
    marks: dict[Response, list[Decimal]] = {}
    words: dict[Response, str] = {}
    for each in sat:
        for one in each.slots:
            response = response_in(one.text)
            key = _alike(question, response)
            marks.setdefault(key, []).append(from_hundredths(one.earned))
            words.setdefault(key, words_of(question, response) if question.type is not QuestionType.SHORT_ANSWER else "")
    rows = [Answered(words[key], len(earned), _mean(earned), bool(key) and frozenset(key) == question.key) for key, earned in marks.items()]
    return sorted(rows, key=lambda row: (-row.people, row.words))


def _alike(question: Question, response: Response) -> Response:
    if question.type is QuestionType.SHORT_ANSWER:
        return ("",) if response else ()
    return tuple(normalise(text) for text in response) if question.type.is_text else response


def _mean(marks: list[Decimal]) -> Decimal:
    return (sum(marks, Decimal(0)) / len(marks)).quantize(Decimal("0.01"), ROUND_HALF_UP)

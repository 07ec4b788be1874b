"""The record of a cadre as a value: every sitting whose results are out, with what stood at its date; its digest is what a print is verified by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from quiz.core.canonical import canonical_json, digest
from quiz.core.counting import Counted, Counting
from quiz.core.frozen import freeze
from quiz.core.message import Message
from quiz.core.question import QuestionType
from quiz.core.results import Standing
from quiz.core.rule import Rule


@dataclass(frozen=True, slots=True)
class Document:
    """A blueprint or dataset in the state that was used: its title, its code, which state, and the SHA-256 of its text."""

    title: str
    code: str
    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class SectionRule:
    """By which rule a section of the paper was marked."""

    title: str
    type: QuestionType
    rule: Rule

    def describe(self) -> Message:
        """Return the rule as it was printed on the paper."""
        return self.rule.describe(self.type)


@dataclass(frozen=True, slots=True)
class Run:
    """A grading run: the score as it left it; `correction` is the number of the correction that caused it, `reason` the code of another cause."""

    number: int
    at: datetime
    score: Decimal
    pending: int = 0
    reason: str = ""
    correction: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A sitting in a record: `name`, `unit` and `post` as they stood when the paper was issued, `digest` the SHA-256 of the paper's text.

    `runs` are all grading runs, the newest last; none for who was absent. `makes_up` is the code of the sitting that this one made up for and
    `counting` by which rule; `counted` is what counts of the whole chain, for a sitting with a make-up and for the make-up alike.
    """

    sitting: str
    title: str
    opens_at: datetime
    closes_at: datetime
    standing: Standing
    name: str
    unit: str
    post: str
    paper: str
    digest: str
    max_score: Decimal
    pass_mark: Decimal
    blueprint: Document
    form: str = ""
    issue: int = 1
    dataset: Document | None = None
    rules: tuple[SectionRule, ...] = ()
    submitted_at: datetime | None = None
    runs: tuple[Run, ...] = ()
    makes_up: str = ""
    counting: Counting | None = None
    counted: Counted | None = None

    @property
    def score(self) -> Decimal | None:
        """The score as it stands; None without one that counts."""
        return self.runs[-1].score if self.runs and self.standing is Standing.SUBMITTED else None

    @property
    def is_pass(self) -> bool | None:
        """Whether this sitting's own score reaches the pass mark; None without a score or a pass mark."""
        return None if self.score is None or self.pass_mark <= 0 else self.score >= self.pass_mark

    @property
    def is_source(self) -> bool:
        """True when the score that counts of a chain comes from this sitting."""
        return self.counted is not None and self.counted.sitting == self.sitting


@dataclass(frozen=True, slots=True)
class Record:
    """A cadre's record: who they are now, and their entries, the newest first."""

    number: str
    name: str
    unit: str
    entries: tuple[Entry, ...] = ()

    @property
    def text(self) -> str:
        """The record as canonical JSON: what its digest is taken of."""
        return canonical_json(freeze(self)).decode()

    @property
    def digest(self) -> str:
        """The SHA-256 of the text, as 64 hexadecimal digits."""
        return digest(freeze(self))


def changed_entries(before: Record, after: Record) -> tuple[list[Entry], list[Entry], list[Entry]]:
    """Return which entries came since, which changed (as they are now), and which are gone (as they were)."""
    old, new = ({entry.sitting: entry for entry in record.entries} for record in (before, after))
    came = [entry for code, entry in new.items() if code not in old]
    changed = [entry for code, entry in new.items() if code in old and old[code] != entry]
    return came, changed, [entry for code, entry in old.items() if code not in new]


def is_rewritten(before: Entry, after: Entry) -> bool:
    """True when an entry of one issue of a paper says something else of what never changes, or a grading run that stood there is gone or another.

    An attempt made void, another issue, a further run or a make-up is no rewriting: these come beside what was there.
    """
    if (before.paper, before.issue) != (after.paper, after.issue):
        return False
    return _settled(before) != _settled(after) or after.runs[: len(before.runs)] != before.runs


def _settled(entry: Entry) -> tuple[object, ...]:
    """What stands once the paper was issued."""
    person = (entry.name, entry.unit, entry.post)
    return (*person, entry.digest, entry.max_score, entry.pass_mark, entry.blueprint, entry.dataset, entry.rules, entry.form, entry.counting)

"""A frozen paper ⇄ the text that is stored and hashed: it names its questions by the digests of their own texts, and the order of their options.

A general question is named by the digest of its published revision, whose text stands there for ever; a local question or a part of a case by
the digest of its own canonical JSON. The paper's digest is that of this text: it binds every word, through the digests in it.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from dataclasses import fields, replace
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any

from msgspec import Struct
from msgspec.json import Decoder

from quiz.core.canonical import canonical_json
from quiz.core.frozen import freeze, thaw, thaw_around
from quiz.core.paper import Paper, Slot
from quiz.core.question import Question
from quiz.core.rule import Rule
from quiz.core.to_mark import ToMark

QUESTION, NUMBER, OPTIONS, SLOTS, CODE, DIGEST = "question", "number", "options", "slots", "code", "revision_digest"
REVISION, OWN = "revision", "digest"
"""How a question is named: by a published revision, or by a text of its own."""


class PaperTexts:
    """Writes papers of one draw, in which a uid and a revision always name the same question.

    `questions` collects the canonical JSON of each question that no published revision holds, by its digest.
    """

    def __init__(self) -> None:
        self.questions: dict[str, str] = {}
        self._names: dict[tuple[str, str], str] = {}
        self._around: dict[tuple[Any, ...], tuple[str, ...]] = {}
        self._heads: dict[tuple[Any, ...], tuple[str, ...]] = {}

    def write(self, paper: Paper) -> tuple[str, str]:
        """Return the paper's text and its digest."""
        slots = []
        for slot in paper.slots:
            before, between, after, end = self._slot(slot)
            ids = ",".join([IDS.get(option.id) or _json(option.id) for option in slot.question.options])
            slots.append(f'{before}{slot.number}{between}{{{self._name(slot)},"options":[{ids}]}}{after}"{slot.revision_digest}"{end}')
        before, between, after = self._head(paper)
        content = f"{before}{_json(paper.code)}{between}[{','.join(slots)}]{after}"
        return content, hashlib.sha256(content.encode()).hexdigest()

    def _name(self, slot: Slot) -> str:
        if not slot.case and "@" not in slot.question.uid:
            return f'"revision":"{slot.revision_digest}"'
        key = (slot.question.uid, slot.revision_digest)
        if key not in self._names:
            text = canonical_json(freeze(in_bank_order(slot.question)))
            digest = hashlib.sha256(text).hexdigest()
            self.questions[digest] = text.decode()
            self._names[key] = f'"digest":"{digest}"'
        return self._names[key]

    def _slot(self, slot: Slot) -> tuple[str, ...]:
        """The canonical JSON of a slot but for its number, question and revision's digest: what stands before, between and after them."""
        own = AROUND(slot)
        found = self._around.get(own)
        if found is None:
            found = self._around[own] = _cut(freeze(replace(slot, question=BARE)), NUMBER, QUESTION, DIGEST)
        return found

    def _head(self, paper: Paper) -> tuple[str, ...]:
        """The canonical JSON of a paper but for its code and slots."""
        own = HEAD(paper)
        found = self._heads.get(own)
        if found is None:
            found = self._heads[own] = _cut(freeze(replace(paper, slots=())), CODE, SLOTS)
        return found


BARE: Any = None
"""No question: where only what stands around it is written."""

AROUND = attrgetter(*(field.name for field in fields(Slot) if field.name not in (NUMBER, QUESTION, DIGEST)))
HEAD = attrgetter(*(field.name for field in fields(Paper) if field.name not in (CODE, SLOTS)))
IDS = {letter: f'"{letter}"' for letter in "ABCDEFGHTF"}
GAP = "\x00"
"""Stands where a value is put in later; no text of ours has it."""


def _cut(plain: dict[str, Any], *keys: str) -> tuple[str, ...]:
    """Return canonical JSON in pieces: before, between and after the values of some keys, which sort in the order given."""
    return tuple(canonical_json(plain | dict.fromkeys(keys, GAP)).decode().split(_json(GAP)))


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def paper_digest(paper: Paper) -> str:
    """Return the SHA-256 of the paper's text, as 64 hexadecimal digits."""
    return PaperTexts().write(paper)[1]


def in_bank_order(question: Question) -> Question:
    """Return the question with its options as the bank has them: one value for all the orders in which papers show them."""
    if question.keep_order:
        return question
    return question.with_options(tuple(sorted(question.options, key=lambda option: option.id)))


SHARED = frozenset({DIGEST, "chosen_by", "case", "situation"})
"""Texts of a slot that many slots have alike: thousands of papers are in memory at once, and share them."""


class QuestionName(Struct, gc=False):
    """How a slot names its question, by one of both."""

    revision: str = ""
    digest: str = ""


class SlotToMark(Struct, gc=False):
    """What marking asks of a slot, as it is stored."""

    number: int
    question: QuestionName
    revision: int
    max_mark: str
    section: int


class SectionToMark(Struct, gc=False):
    """What marking asks of a section, as it is stored."""

    rule: dict[str, str]


class PaperToMark(Struct, gc=False):
    """What marking asks of a paper, as it is stored. All else in its text is passed over: read so, it takes a quarter of the time."""

    sections: list[SectionToMark]
    slots: list[SlotToMark]


READ_TO_MARK = Decoder(PaperToMark).decode


@cache
def _mark(text: str) -> Decimal:
    return Decimal(text)


class QuestionTexts:
    """Questions of papers by their digests, read once: they never change. Full, it forgets all and begins anew.

    `see` says what is seen of a question; the rest of it is not kept.
    """

    def __init__(self, most: int, see: Callable[[Question], Question] | None = None) -> None:
        self._most = most
        self._see = see or (lambda question: question)
        self._known: dict[str, Question] = {}
        self._shown: dict[tuple[str, ...], Question] = {}
        self._to_mark: dict[tuple[tuple[str, str], ...], dict[tuple[str, int, str], ToMark]] = {}
        """By the section's rule, then by the question's name, its revision and what it is worth."""

    def read(self, content: str, texts_of: Callable[[list[str]], Mapping[str, str]]) -> Paper:
        """Return the paper in a text; `texts_of` gives the canonical JSON of the questions and revisions with these digests."""
        plain = json.loads(content)
        known = self._learn(_digests_in(plain[SLOTS]), texts_of)
        return thaw_around(Paper, plain, slots=tuple(self._slot(slot, known) for slot in plain[SLOTS]))

    def read_slots(self, content: str, numbers: Collection[int], texts_of: Callable[[list[str]], Mapping[str, str]]) -> list[Slot]:
        """Return a few slots of the paper in a text, by their numbers: many times faster than the whole paper."""
        wanted = [slot for slot in json.loads(content)[SLOTS] if slot[NUMBER] in numbers]
        known = self._learn(_digests_in(wanted), texts_of)
        return [self._slot(one, known) for one in wanted]

    def read_to_mark(
        self, content: str | bytes, texts_of: Callable[[list[str]], Mapping[str, str]], numbers: Collection[int] | None = None
    ) -> list[tuple[int, ToMark]]:
        """Return by its number what marking asks of each slot of the paper in a text, or of those with these numbers: the least that can be read."""
        paper = READ_TO_MARK(content)
        if paper.slots and not (paper.slots[0].question.revision or paper.slots[0].question.digest):
            texts_of = _name_questions(paper.slots, content)
        slots = paper.slots if numbers is None else [slot for slot in paper.slots if slot.number in numbers]
        known = [self._to_mark.setdefault(tuple(section.rule.items()), {}) for section in paper.sections]
        out = []
        for slot in slots:  # half a million times in a sitting of ten thousand: no function is called
            name = slot.question.revision or slot.question.digest
            key = (name, slot.revision, slot.max_mark)
            found = known[slot.section].get(key)
            if found is None:
                question = self._learn({slot.question.revision or slot.question.digest for slot in slots}, texts_of)[name]
                found = ToMark(question, slot.revision, _mark(slot.max_mark), thaw(Rule, paper.sections[slot.section].rule))
                known[slot.section][key] = found
            out.append((slot.number, found))
        return out

    def _learn(self, wanted: Set[str], texts_of: Callable[[list[str]], Mapping[str, str]]) -> Mapping[str, Question]:
        """Return the questions with these digests, and others; what is not known yet is read."""
        known = self._known
        if wanted <= known.keys():
            return known
        if len(known) + len(wanted) > self._most:  # new ones: another thread may be reading from those
            known = self._known = {}
            self._shown, self._to_mark = {}, {}
        missing = sorted(wanted - known.keys())
        known.update((digest, self._see(thaw(Question, json.loads(text)))) for digest, text in texts_of(missing).items())
        return known

    def _slot(self, plain: dict[str, Any], known: Mapping[str, Question]) -> Slot:
        stub, shown = plain[QUESTION], self._shown
        digest = _digest_of(stub)
        if not digest:  # written before papers named their questions
            slot = thaw(Slot, plain)
            return replace(slot, question=self._see(slot.question))
        key = (digest, *stub[OPTIONS])
        if key not in shown:
            question = known[digest]
            options = {option.id: option for option in question.options}
            shown[key] = question.with_options(tuple(options[name] for name in stub[OPTIONS]))
        for name in SHARED & plain.keys():
            plain[name] = sys.intern(plain[name])
        return thaw_around(Slot, plain, question=shown[key], max_mark=_mark(plain["max_mark"]))


def _name_questions(slots: Sequence[SlotToMark], content: str | bytes) -> Callable[[list[str]], Mapping[str, str]]:
    """Name the questions of a paper whose text says each in full, as it was before papers named them; return what gives those texts."""
    texts = {}
    for slot, plain in zip(slots, json.loads(content)[SLOTS], strict=True):
        text = canonical_json(plain[QUESTION])
        slot.question.digest = hashlib.sha256(text).hexdigest()
        texts[slot.question.digest] = text.decode()
    return lambda digests: {digest: texts[digest] for digest in digests}


def without_code(content: str) -> str:
    """Return the digest of all that a stored paper says but its code: the same for papers that ask the same in the same order."""
    plain = json.loads(content)
    del plain[CODE]
    return hashlib.sha256(canonical_json(plain)).hexdigest()


def named_digests(content: str) -> set[str]:
    """Return the digests by which a paper's text names its questions."""
    return _digests_in(json.loads(content)[SLOTS])


def placings(content: str) -> list[tuple[int, str, bool]]:
    """Return for each slot of a paper's text its section, the rule by which it was filled, and whether a question begins there: no later part of a
    case does."""
    return [(slot["section"], slot["chosen_by"], slot.get("part", 0) < 2) for slot in json.loads(content)[SLOTS]]


def resolve(content: str, question_of: Callable[[str], Mapping[str, Any]]) -> dict[str, Any]:
    """Return the paper in a text as plain values with every question in full, its options in the order shown: what `thaw(Paper, …)` reads.

    `question_of` gives the plain values of the question or revision with a digest.
    """
    plain: dict[str, Any] = json.loads(content)
    for slot in plain[SLOTS]:
        stub = slot[QUESTION]
        digest = _digest_of(stub)
        if digest:
            question = dict(question_of(digest))
            if stub[OPTIONS]:
                options = {option["id"]: option for option in question[OPTIONS]}
                question[OPTIONS] = [options[name] for name in stub[OPTIONS]]
            slot[QUESTION] = question
    return plain


def _digests_in(slots: Iterable[Mapping[str, Any]]) -> set[str]:
    return {digest for slot in slots if (digest := _digest_of(slot[QUESTION]))}


def _digest_of(stub: dict[str, Any]) -> str:
    return str(stub.get(REVISION) or stub.get(OWN) or "")

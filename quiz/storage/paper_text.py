"""A frozen paper ⇄ the text of its row: questions stand in a table of their own by their digest, a paper names them and the order of their options.

The digest of a paper is that of its canonical JSON with every question in it, as if nothing had been taken out; pieces of that text are made
once for each question and reused, since many papers share their questions.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from operator import attrgetter
from typing import Any

from quiz.core.canonical import canonical_json
from quiz.core.frozen import freeze, thaw, thaw_around
from quiz.core.paper import Paper, Slot
from quiz.core.question import Question

QUESTION, NUMBER, OPTIONS, SLOTS, CODE = "question", "number", "options", "slots", "code"


class PaperTexts:
    """Writes papers of one draw, in which a uid and a revision always name the same question.

    `questions` collects the canonical JSON of each question met, by its digest.
    """

    def __init__(self) -> None:
        self.questions: dict[str, str] = {}
        self._known: dict[tuple[str, str], _Pieces] = {}
        self._around: dict[tuple[Any, ...], tuple[str, str, str]] = {}
        self._heads: dict[tuple[Any, ...], tuple[str, str, str]] = {}

    def write(self, paper: Paper) -> tuple[str, str]:
        """Return the content of the paper's row, and the paper's digest."""
        whole, named = [], []
        for slot in paper.slots:
            pieces = self._pieces(slot)
            before, between, after = self._slot(slot)
            start = f"{before}{slot.number}{between}"
            whole.append(f"{start}{pieces.shown(slot.question)}{after}")
            named.append(f"{start}{pieces.named(slot.question)}{after}")
        before, between, after = self._head(paper)
        start = f"{before}{_json(paper.code)}{between}"
        digest = hashlib.sha256(f"{start}[{','.join(whole)}]{after}".encode()).hexdigest()
        return f"{start}[{','.join(named)}]{after}", digest

    def _pieces(self, slot: Slot) -> _Pieces:
        key = (slot.question.uid, slot.revision_digest)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = _Pieces(slot.question)
            self.questions[found.digest] = found.text
        return found

    def _slot(self, slot: Slot) -> tuple[str, str, str]:
        """The canonical JSON of a slot but for its number and question: what stands before, between and after them."""
        own = AROUND(slot)
        found = self._around.get(own)
        if found is None:
            found = self._around[own] = _cut(freeze(slot), NUMBER, QUESTION)
        return found

    def _head(self, paper: Paper) -> tuple[str, str, str]:
        """The canonical JSON of a paper but for its code and slots."""
        own = HEAD(paper)
        found = self._heads.get(own)
        if found is None:
            found = self._heads[own] = _cut(freeze(replace(paper, slots=())), CODE, SLOTS)
        return found


class _Pieces:
    """A question's canonical JSON cut at its options, so that any order of them is put together without writing it anew."""

    def __init__(self, question: Question) -> None:
        plain = freeze(in_bank_order(question))
        self.text = canonical_json(plain).decode()
        self.digest = hashlib.sha256(self.text.encode()).hexdigest()
        self._options = {option.id: canonical_json(freeze(option)).decode() for option in question.options}
        self._ids = {option.id: _json(option.id) for option in question.options}
        self._start, _, self._end = _cut(plain, OPTIONS) if self._options else (self.text, "", "")

    def shown(self, question: Question) -> str:
        """The canonical JSON of the question with its options in this order."""
        if not self._options:
            return self.text
        return f"{self._start}[{','.join([self._options[option.id] for option in question.options])}]{self._end}"

    def named(self, question: Question) -> str:
        """What stands for the question in a row."""
        return f'{{"digest":"{self.digest}","options":[{",".join([self._ids[option.id] for option in question.options])}]}}'


AROUND = attrgetter(*(field.name for field in fields(Slot) if field.name not in (NUMBER, QUESTION)))
HEAD = attrgetter(*(field.name for field in fields(Paper) if field.name not in (CODE, SLOTS)))
GAP = "\x00"
"""Stands where a value is put in later; no text of ours has it."""


def _cut(plain: dict[str, Any], first: str, second: str = "") -> tuple[str, str, str]:
    """Return canonical JSON before, between and after the values of one or two keys, the first of which sorts before the second."""
    text = canonical_json(plain | {first: GAP} | ({second: GAP} if second else {})).decode()
    pieces = text.split(_json(GAP))
    return (pieces[0], pieces[1], pieces[2]) if second else (pieces[0], "", pieces[1])


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def in_bank_order(question: Question) -> Question:
    """Return the question with its options by their ids: one value for all the orders in which papers show them."""
    return question.with_options(tuple(sorted(question.options, key=lambda option: option.id)))


class QuestionTexts:
    """Questions of papers by their digests, read once: they never change. Full, it forgets all and begins anew."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[str, Question] = {}
        self._shown: dict[tuple[str, ...], Question] = {}

    def read(self, content: str, texts_of: Callable[[list[str]], Mapping[str, str]]) -> Paper:
        """Return the paper in a row's content; `texts_of` gives the canonical JSON of the questions with these digests."""
        plain = json.loads(content)
        stubs = [slot[QUESTION] for slot in plain[SLOTS]]
        missing = sorted({stub["digest"] for stub in stubs if "digest" in stub} - self._known.keys())
        if missing:
            if len(self._known) + len(missing) > self._most:
                self._known.clear()
                self._shown.clear()
                missing = sorted({stub["digest"] for stub in stubs if "digest" in stub})
            self._known.update((digest, thaw(Question, json.loads(text))) for digest, text in texts_of(missing).items())
        return thaw_around(Paper, plain, slots=tuple(self._slot(slot) for slot in plain[SLOTS]))

    def _slot(self, plain: dict[str, Any]) -> Slot:
        stub = plain[QUESTION]
        if "digest" not in stub:  # written before questions had a table of their own
            return thaw(Slot, plain)
        key = (stub["digest"], *stub[OPTIONS])
        if key not in self._shown:
            question = self._known[stub["digest"]]
            options = {option.id: option for option in question.options}
            self._shown[key] = question.with_options(tuple(options[name] for name in stub[OPTIONS]))
        return thaw_around(Slot, plain, question=self._shown[key])

"""The proof of a sitting: a file with which anybody can derive every paper again, without the bank, the database or anyone's name.

It holds no question's words and no key: questions by uid and digest, options by id. Refuses what it cannot read with `bad_proof`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quiz.assembly.amend import Entry
from quiz.assembly.derive import Amendment, Derived, Standing, derive
from quiz.assembly.papers import option_orders
from quiz.core.blueprint import Blueprint
from quiz.core.canonical import digest
from quiz.core.frozen import thaw
from quiz.core.message import Message, QuizError, say
from quiz.core.paper import Paper
from quiz.core.question import Question, QuestionType

FORMAT = "kaoxue/paper-proof/v1"
SHUFFLED, KEPT, ORDERING = "shuffled", "kept", "ordering"


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found: how many papers there are, how many are what follows from the seed, and each contradiction in words."""

    sitting: str
    commitment: str
    papers: int
    equal: int
    findings: tuple[Message, ...] = ()

    @property
    def is_proven(self) -> bool:
        """True when nothing contradicts."""
        return not self.findings and self.equal == self.papers


def item_of(question: Question) -> list[list[Any]]:
    """Return what the proof tells of a question: for each slot that it gives, the uid, the options' ids as published, and how they are ordered."""
    asked = question.parts or (question,)
    return [[part.uid, [option.id for option in part.options], _how(part)] for part in asked]


def _how(question: Question) -> str:
    if not question.options or question.keep_order:
        return KEPT
    return ORDERING if question.type is QuestionType.ORDERING else SHUFFLED


def paper_record(number: str, attempt: int, paper: Paper) -> dict[str, Any]:
    """Return what the proof tells of a stored paper."""
    return {
        "number": number,
        "attempt": attempt,
        "code": paper.code,
        "form": paper.form,
        "questions": [slot.question.uid for slot in paper.slots],
        "options": [[option.id for option in slot.question.options] for slot in paper.slots],
    }


def verify_proof(proof: Mapping[str, Any], on_paper: Callable[[int], None] = lambda _: None) -> Report:
    """Derive every paper from the proof's seed and compare. QuizError `bad_proof` for what is no proof, `other_version` for an older draw."""
    try:
        if proof["format"] != FORMAT:
            raise QuizError("bad_proof", say("这不是组卷证明文件，或者它的格式版本不被支持。"))
        blueprint, snapshot = thaw(Blueprint, proof["blueprint"]), proof["snapshot"]
        amendments = [Amendment(number, kind, detail) for number, kind, detail in proof["amendments"]]
        derived = derive(bytes.fromhex(proof["seed"]), snapshot, blueprint, amendments, on_paper)
        findings = list(derived.faults)
        if derived.commitment != proof["commitment"]:
            findings.insert(0, say("承诺值不符：由种子和快照算得{found}。", found=derived.commitment))
        if digest(proof["blueprint"]) != snapshot["local"]["blueprint"]:
            findings.append(say("命题蓝图与快照中登记的摘要不符。"))
        wrong = compare(derived, proof["papers"], proof["items"])
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, AssertionError) as error:
        raise QuizError("bad_proof", say("证明文件读不懂，可能不完整或被改动过：{what}", what=f"{type(error).__name__} {error}")) from error
    missing = len(set(derived.papers) - {(paper["number"], paper["attempt"]) for paper in proof["papers"]})
    if missing:
        findings.append(say("证明文件缺少{n}份应有的试卷。", n=missing))
    return Report(proof["sitting"], proof["commitment"], len(proof["papers"]), len(proof["papers"]) - len(wrong), (*findings, *wrong))


def compare(derived: Derived, papers: Sequence[Mapping[str, Any]], items: Mapping[str, list[list[Any]]]) -> list[Message]:
    """Return, for each paper that is not what it should be, where it differs first."""
    out = []
    for paper in papers:
        standing = derived.papers.get((paper["number"], paper["attempt"]))
        where = say("不应有这份试卷") if standing is None else _difference(standing, paper, items)
        if where is not None:
            out.append(say("{number}（第{attempt}次签发）：{where}", number=paper["number"], attempt=paper["attempt"], where=where))
    return out


def _difference(standing: Standing, paper: Mapping[str, Any], items: Mapping[str, list[list[Any]]]) -> Message | None:
    """The first difference between a derived paper and one as told, in words; None when they are the same."""
    if paper["code"] != standing.code:
        return say("试卷编号应为{code}", code=standing.code)
    if paper["form"] != standing.form:
        return say("应为{form}卷", form=standing.form)
    slots = [(slot, entry) for entry in standing.entries for slot in items.get(entry.uid, [[entry.uid, [], KEPT]])]
    told = list(zip(paper["questions"], paper["options"], strict=True))
    for number, ((slot, entry), (uid, options)) in enumerate(zip(slots, told, strict=False), 1):
        if uid != slot[0]:
            return say("第{n}题应为{uid}", n=number, uid=slot[0])
        if options not in orders_of(slot, entry):
            return say("第{n}题的选项顺序不符", n=number)
    return None if len(slots) == len(told) else say("应有{n}题，实有{m}题", n=len(slots), m=len(told))


def orders_of(slot: Sequence[Any], entry: Entry) -> list[list[str]]:
    """Return the orders in which the options of a slot may stand; the proof tells no key, so an ordering has two."""
    uid, ids, how = slot
    return [ids] if how == KEPT else option_orders(uid, ids, entry.mixer, how == ORDERING)

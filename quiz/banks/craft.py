"""The craft of a whole bank: each question, each file's habits, and what only a look over all files shows; adds warnings and notes, never a value.

Form says whether a file can be read; craft says whether a question is fair and its key defensible. The rules are C901 and on in docs/lint-rules.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from quiz.banks.bank_file import BankFile
from quiz.banks.craft_clues import check_clues
from quiz.banks.craft_file import check_questions
from quiz.banks.craft_question import CHOICES, TITLE, check_question, check_template, core
from quiz.banks.craft_words import Words
from quiz.banks.problems import START, Placed, Problems, Spot
from quiz.banks.yaml_tree import Mapping, Sequence
from quiz.core.message import listed, mark_text, say
from quiz.core.near_duplicates import LATEST, Nearby, overlap, shingles, similarity
from quiz.core.profile import Dataset, Scope
from quiz.core.question import Question, QuestionType, pictures_of
from quiz.core.roster import UnitKind
from quiz.core.same_text import normalise
from quiz.core.template import Template

ALIKE, ALIKE_WITH_KEY = 0.85, 0.6
"""How much two stems share when they are told as the same question: alone, and when the answers are the same too."""

ALIKE_WITH_LONG_KEY, LONG_KEY = 0.4, 6
"""The same for a key of so many characters, which two questions seldom share by chance."""

SAME_MATTER = 0.35
"""How much two stems of a topic share when the key of one may be the trap of the other."""

SHORTEST = 8
"""Stems with fewer words of their own (下列说法正确的是) are compared together with their options."""

MOST_OF_A_TOPIC = 40
SAID_BY_THE_CASE = frozenset({"C909", "C910", "C913"})


@dataclass(frozen=True, slots=True)
class _Seen:
    """An earlier question, as far as later ones are compared with it."""

    uid: str
    at: str
    stem: str
    answer: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """A single choice within its topic: what is right there, what is offered as wrong, by which document and when."""

    uid: str
    spot: Placed
    problems: Problems
    stem: str
    right: str
    wrong: dict[str, str]
    standard: tuple[str, str, str]


class Craft:
    """Looks at one file after the other, then at all of them together, as of `day`."""

    def __init__(self, day: date) -> None:
        self.day = day
        self.nearby = {kind: Nearby() for kind in QuestionType}
        self.seen: dict[QuestionType, list[_Seen]] = {kind: [] for kind in QuestionType}
        self.answers: dict[tuple[QuestionType, str], list[int]] = {}
        self.topics: dict[str, list[_Asked]] = {}
        self.asked: dict[Scope, set[str]] = {}
        self.words = Words()

    def add(self, bank: BankFile, problems: Problems) -> None:
        """Look at one file; `bank.items` still holds the nodes of its questions and templates."""
        documents: set[str] = set()
        for question in bank.questions:
            item = bank.items[question.uid]
            for finding in (*check_question(question), *check_clues(question)):
                problems.add(_spot(item, finding.part), finding.rule, finding.message)
            self.words.add(question, Spot(item.line, item.column), problems)
            self._parts(question, item, problems)
            self._document(question, item, documents, problems)
            if any(pictures_of(question)):
                continue  # its words alone do not tell what it asks
            self._compare(question.uid, question.type, _words(question), _answer(question), item, problems)
            self._topic(question, item, problems)
        for found in check_questions(bank.questions, self.day):
            problems.add(_spot(bank.items[found.uid], found.part), found.rule, found.message)
        for template in bank.templates:
            item = bank.items[template.uid]
            for finding in check_template(template):
                problems.add(_spot(item, finding.part), finding.rule, finding.message)
            answer = "".join((template.scope, template.key, template.claim, *template.blanks))
            self._compare(template.uid, template.type, core(template.stem), answer, item, problems)
            self._facts(template)

    def finish(self, profiles: Iterable[tuple[Dataset, Problems]]) -> None:
        """Look at what needs all files: standards that differ within a topic, words that tell the key, facts of the profiles that nothing asks."""
        for asked in self.topics.values():
            _standards(asked)
        self.words.finish()
        for dataset, problems in profiles if self.asked else ():
            self._unused(dataset, problems)

    def _parts(self, case: Question, item: Mapping, problems: Problems) -> None:
        """Look at the questions of a case; what their stems leave unsaid (document, year) the situation says."""
        nodes = item.entries["parts"].value if case.parts else None
        for part, node in zip(case.parts, nodes.items if isinstance(nodes, Sequence) else (), strict=False):
            if not isinstance(node, Mapping):
                continue
            for finding in (*check_question(part), *check_clues(part)):
                if finding.rule not in SAID_BY_THE_CASE:
                    problems.add(_spot(node, finding.part), finding.rule, finding.message)
            self.words.add(part, Spot(node.line, node.column), problems)

    def _document(self, question: Question, item: Mapping, told: set[str], problems: Problems) -> None:
        """A document without number and date cannot be found again; told once a file."""
        source = question.source
        if source.number is None and source.issued_on is None and source.title not in told:
            told.add(source.title)
            text = say("《{title}》没有写文号，也没有日期，别人查不到原文。请在 documents 里补上。", title=source.title)
            problems.add(_spot(item, "source"), "C913", text)

    def _compare(self, uid: str, kind: QuestionType, stem: str, answer: str, item: Mapping, problems: Problems) -> None:
        """Tell the earlier question that asks the same."""
        at = _spot(item, "stem")
        seen = self.seen[kind]
        same_key = self.answers.setdefault((kind, answer), []) if len(answer) >= LONG_KEY else []
        candidates = self.nearby[kind].add(stem, same_key)
        same_key.append(len(seen))
        del same_key[:-LATEST]
        own = shingles(stem) if candidates else set()
        for other in (seen[number] for number in candidates):
            share = overlap(own, shingles(other.stem))
            if _is_same(share, answer, other.answer):
                text = say(
                    "题干与“{uid}”（{at}）有{share}%相同，答案也一样，像是同一道题。请合并，或者换一个考法。",
                    uid=other.uid,
                    at=other.at,
                    share=round(share * 100),
                )
                problems.add(at, "C901", text)
                break
        seen.append(_Seen(uid, f"{problems.file}:{at.line}", stem, answer))

    def _topic(self, question: Question, item: Mapping, problems: Problems) -> None:
        if question.type is not QuestionType.SINGLE or not question.topic:
            return
        texts = {option.id: normalise(option.text) for option in question.options}
        right = next((texts[name] for name in texts if name in question.key), "")
        wrong = {text: name for name, text in texts.items() if name not in question.key}
        standard = (question.source.title, question.jurisdiction, str(question.valid_to))
        asked = _Asked(question.uid, Spot(item.line, item.column), problems, core(question.stem), right, wrong, standard)
        known = self.topics.setdefault(f"{question.area} {question.topic}", [])
        if len(known) < MOST_OF_A_TOPIC:
            known.append(asked)

    def _facts(self, template: Template) -> None:
        named = {template.key, template.claim, *template.blanks} - {""}
        self.asked.setdefault(template.scope, set()).update(named)

    def _unused(self, dataset: Dataset, problems: Problems) -> None:
        for kind, name in KIND_NAMES.items():
            asked = {fact for scope in self.asked if scope.kind is kind for fact in self.asked[scope]}
            known = {fact for place in dataset.places if place.kind is kind for fact in place.facts}
            left = sorted(known - asked)
            if left and asked:
                text = say("{kind}的本地资料里有{n}项没有模板问到：{names}。", kind=say(name), n=len(left), names=listed(left))
                problems.add(START, "C915", text)


KIND_NAMES = {
    UnitKind.TOWNSHIP: mark_text("镇"),
    UnitKind.VILLAGE: mark_text("村"),
    UnitKind.DEPARTMENT: mark_text("部门"),
    UnitKind.HOUSEHOLD: mark_text("农户"),
}


def _standards(asked: list[_Asked]) -> None:
    """Tell a distractor that is the key of a like question by another document, place or time."""
    for one in asked:
        for other in asked:
            if one is other or one.standard == other.standard or other.right not in one.wrong:
                continue
            if similarity(one.stem, other.stem) >= SAME_MATTER:
                text = say(
                    "选项{name}是“{uid}”（《{title}》）的正确答案：按另一个标准它是对的。请在题干里写明标准，或者换一个干扰项。",
                    name=one.wrong[other.right],
                    uid=other.uid,
                    title=other.standard[0],
                )
                one.problems.add(one.spot, "C914", text)


def _is_same(share: float, one: str, other: str) -> bool:
    """True when two questions whose stems share so much, with these answers, are one question to a trainee."""
    if one == other:
        return share >= (ALIKE_WITH_LONG_KEY if len(one) >= LONG_KEY else ALIKE_WITH_KEY)
    return share >= ALIKE and similarity(one, other) >= ALIKE_WITH_KEY


def _words(question: Question) -> str:
    """What a question asks, for comparing: its stem, with the options where the stem alone says little."""
    stem = core(question.stem)
    if question.type in CHOICES and len(stem) < SHORTEST + 12:
        stem += "".join(sorted(core(option.text) for option in question.options))
    return TITLE.sub("", stem)


def _answer(question: Question) -> str:
    """What is right, for comparing."""
    if question.type is QuestionType.TRUE_FALSE:
        return core(question.true_sentence or question.stem)
    if question.type is QuestionType.FILL_IN:
        return "".join(blank.answers[0] for blank in question.blanks)
    return "".join(sorted(core(option.text) for option in question.options if option.id in question.key))


def _spot(item: Mapping, part: str) -> Placed:
    """Where a part of a question stands; the question itself when it is not written."""
    name, _, option = part.partition(".")
    entry = item.entries.get(name)
    if entry is None:
        return item
    if option and isinstance(entry.value, Mapping) and option in entry.value.entries:
        return entry.value.entries[option].value
    return entry.value

"""Questions as the statistics see them: what guessing earns, which options there are, and which items a paper's slots are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quiz.core.question import TRUE_OPTIONS, Level, Question, QuestionType
from quiz.core.statistics.values import Item
from quiz.core.template import Template


@dataclass(frozen=True, slots=True)
class AskedItem:
    """An item of a sitting. `name` is the uid in the bank, for a question of a case with its number ("c#2"); `asked` is that question itself.

    All bindings of a template are one item: they ask the same of everybody about different places. `lost` is the share of its marks that a wrong
    answer costs in a contest, None where that differs from paper to paper.
    """

    name: str
    uid: str
    revision: int
    asked: Question | Template
    lost: float | None = 0.0

    @property
    def type(self) -> QuestionType:
        """Its type."""
        return self.asked.type

    @property
    def area(self) -> str:
        """Its policy area."""
        return self.asked.area

    @property
    def level(self) -> Level:
        """What it asks of people."""
        return self.asked.level

    @property
    def stem(self) -> str:
        """What it asks."""
        return self.asked.stem

    @property
    def is_template(self) -> bool:
        """True for a template."""
        return isinstance(self.asked, Template)

    def as_item(self) -> Item:
        """Return what the statistics must know of it: options only where everybody had the same."""
        question = self.asked
        if isinstance(question, Template):
            return Item(self.name, guess=self._net(0.5) if question.type is QuestionType.TRUE_FALSE else None, lost=self.lost)
        if question.type not in (QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.TRUE_FALSE):
            return Item(self.name, guess=self._net(guess(question)), lost=self.lost)
        ids = tuple(sorted(option.id for option in question.options))
        if question.type is QuestionType.TRUE_FALSE:
            ids = tuple(option.id for option in TRUE_OPTIONS)
        return Item(self.name, ids, question.key, question.type is not QuestionType.MULTIPLE, self._net(guess(question)), self.lost)

    def _net(self, share: float | None) -> float | None:
        """What guessing earns when a wrong guess costs marks."""
        return None if share is None or self.lost is None else share - (1.0 - share) * self.lost


def guess(question: Question) -> float | None:
    """Return the share of the marks that blind guessing earns on average, as Moodle's question types state it; None where nobody can say.

    One of the options of a single choice, half of true and false, nothing in a gap. Of several choices, orders and pairs it depends on how many
    people dare to choose, and on the marking rule.
    """
    match question.type:
        case QuestionType.SINGLE | QuestionType.TRUE_FALSE:
            return 1.0 / len(question.options) if question.options else None
        case QuestionType.FILL_IN:
            return 0.0
        case _:
            return None


def item_names(questions: Sequence[str], cases: frozenset[str]) -> list[str]:
    """Return the item of each slot of a paper from the bank uid of each: the questions of a case are numbered, everything else is its uid."""
    names = []
    seen: dict[str, int] = {}
    for uid in questions:
        seen[uid] = seen.get(uid, 0) + 1
        names.append(f"{uid}#{seen[uid]}" if uid in cases else uid)
    return names


def items_of(asked: Mapping[str, tuple[Question | Template, int]], lost: Mapping[QuestionType, float | None] | None = None) -> list[AskedItem]:
    """Return the items of what was asked (a question or template with its revision, by uid), by name; a case gives one for each of its questions.

    `lost` is the share of its marks that a wrong answer costs in a contest, by type.
    """
    costs, out = lost or {}, []
    for uid, (item, revision) in asked.items():
        if isinstance(item, Question) and item.type is QuestionType.CASE:
            out += [AskedItem(f"{uid}#{n}", uid, revision, part) for n, part in enumerate(item.parts, 1)]
        else:
            out.append(AskedItem(uid, uid, revision, item, costs.get(item.type, 0.0)))
    return sorted(out, key=lambda item: item.name)

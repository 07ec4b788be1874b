"""The fields of a blueprint's table that are no counts: examination or contest, the pass mark, the rule of each section; all written into the text.

A field's name says what stood in the text when it was shown, so that a table that was made from another text changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from quiz.banks.blueprint_file import RULES_OF, WITH_MARKS
from quiz.banks.blueprint_rules import Written, WrittenRule, read_written, write_contest, write_pass_mark, write_rule
from quiz.core.blueprint import Section
from quiz.core.contest import CONTEST_NAMES, Contest
from quiz.core.message import Message, from_minus
from quiz.core.question import QuestionType
from quiz.core.rule import FOR_CONTESTS, Rule, RuleName

USUAL_RULE = RuleName.ALL_OR_NOTHING
OPEN = "N"
"""Stands in a rule's words where its number goes."""

RULE_FIELD = re.compile(r"(rule|value):(\d{1,3}):([^:]*):(.*)", re.DOTALL)
PLAN_FIELD = re.compile(r"(contest|pass):(.*)", re.DOTALL)
MOST_CHANGED = 40
"""Sections whose rule one sending may change."""


@dataclass(frozen=True, slots=True)
class RuleRow:
    """The rule of a section as its table shows it: what is chosen, and what else there is, in two lists, the second for contests alone."""

    number: int
    section: Section
    chosen: str
    written: WrittenRule
    usual: Sequence[tuple[str, Message]]
    of_contests: Sequence[tuple[str, Message]]

    @property
    def is_known(self) -> bool:
        """True when the written rule is one of those to choose from."""
        return self.chosen in [name for name, _ in (*self.usual, *self.of_contests)]

    @property
    def has_choice(self) -> bool:
        """True when there is more than one."""
        return len(self.usual) + len(self.of_contests) > 1 or not self.is_known

    @property
    def wants_value(self) -> bool:
        """True when the chosen rule has a number."""
        return self.chosen in [name.value for name in WITH_MARKS]

    @property
    def was(self) -> str:
        """What stood in the text, for the names of the fields."""
        return f"{self.number}:{self.written.name}:{self.written.value}"


@dataclass(frozen=True, slots=True)
class RuleTable:
    """Everything that these fields show of a text."""

    written: Written
    rows: tuple[RuleRow, ...]

    @property
    def contest(self) -> str:
        """What is chosen: examination or a kind of contest."""
        return self.written.contest or Contest.NO.value

    @property
    def names(self) -> Mapping[Contest, str]:
        """What may be chosen."""
        return CONTEST_NAMES


def rule_table(text: str, sections: Sequence[Section]) -> RuleTable | None:
    """Return the fields of a text with these sections; None where its rules cannot be told to belong to them."""
    written = read_written(text)
    if written is None or len(written.rules) != len(sections):
        return None
    pairs = zip(sections, written.rules, strict=True)
    return RuleTable(written, tuple(_row(number, section, rule) for number, (section, rule) in enumerate(pairs) if rule is not None))


def _row(number: int, section: Section, written: WrittenRule) -> RuleRow:
    usual, of_contests = rule_choices(section.type)
    return RuleRow(number, section, written.name or USUAL_RULE.value, written, usual, of_contests)


def rule_choices(kind: QuestionType) -> tuple[list[tuple[str, Message]], list[tuple[str, Message]]]:
    """Return the rules of a type as (name, words): those of every sitting, and those of contests."""
    found = [(name, Rule(name).worded(kind, OPEN)) for name in RULES_OF.get(kind, (USUAL_RULE,))]
    usual, of_contests = ([(name.value, words) for name, words in found if (name in FOR_CONTESTS) is wanted] for wanted in (False, True))
    return usual, of_contests


def with_fields(text: str, form: Mapping[str, str]) -> str:
    """Return the text with what was changed in these fields."""
    written = read_written(text)
    if written is None:
        return text
    for name, value in form.items():
        place = PLAN_FIELD.fullmatch(name)
        if place and place[1] == "contest" and place[2] == written.contest and value != (written.contest or Contest.NO) and value in list(Contest):
            text = write_contest(text, Contest(value))
        elif place and place[1] == "pass" and place[2] == written.pass_mark != from_minus(value):
            text = write_pass_mark(text, value)
    for number, rule in list(_changed(form, written))[:MOST_CHANGED]:
        text = write_rule(text, number, RuleName(rule.name), rule.value)
    return text


def _changed(form: Mapping[str, str], written: Written) -> Iterator[tuple[int, WrittenRule]]:
    """The sections whose rule was changed, with the new one."""
    sent: dict[int, dict[str, str]] = {}
    for name, value in form.items():
        place = RULE_FIELD.fullmatch(name)
        if place and int(place[2]) < len(written.rules) and written.rules[int(place[2])] == WrittenRule(place[3], place[4]):
            sent.setdefault(int(place[2]), {})[place[1]] = value
    for number, values in sent.items():
        before = written.rules[number] or WrittenRule()
        name = values.get("rule") or before.name or USUAL_RULE.value
        value = from_minus(values.get("value", before.value)) if name in [one.value for one in WITH_MARKS] else ""
        if name in list(RuleName) and WrittenRule(name, value) not in (before, WrittenRule(before.name or USUAL_RULE.value, before.value)):
            yield number, WrittenRule(name, value)

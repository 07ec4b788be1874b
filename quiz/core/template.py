"""Local questions: a template filled in for one place, with distractors drawn from real neighbouring figures before made-up ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from quiz.core.profile import Dataset, Fact, Place, Scope, siblings
from quiz.core.question import TRUE_OPTIONS, Blank, BlankKind, Label, Level, Option, Question, QuestionType, Source
from quiz.core.seed import Stream

SIBLINGS, NEAR = "siblings", "near"
"""The two distractor sources that are no fact names: the same fact elsewhere, and close numbers."""

OPTION_COUNT = 4
FEWEST_NEIGHBOURS = 3
CLOSEST_AMOUNT = Decimal("0.05")
"""An amount of money closer to the key than this share is no fair distractor: the key itself is only about right."""
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
OWN_PLACEHOLDERS = frozenset({"name", "as_of", "claim", "source"})
"""Placeholders that are no facts: the place's name, the profile's date, the shown value of a statement, the profile's source."""


@dataclass(frozen=True, slots=True)
class Template:
    """A question with placeholders. `key`, `claim`, `blanks` and most `distractors` name facts; see docs/bank-format.md."""

    uid: str
    type: QuestionType
    category: str
    area: str
    department: str
    scope: Scope
    stem: str
    level: Level
    topic: str
    explanation: str
    label: Label = Label.SAMPLE
    key: str = ""
    options: tuple[str, ...] = ()
    distractors: tuple[str, ...] = ()
    blanks: tuple[str, ...] = ()
    claim: str = ""
    tags: tuple[str, ...] = ()
    difficulty: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TemplateRevision:
    """A published, immutable state of a template."""

    number: int
    digest: str
    template: Template


def format_day(day: date) -> str:
    """Return a date as Chinese texts write it: 2026年6月30日."""
    return f"{day.year}年{day.month}月{day.day}日"


def fact_names(template: Template) -> set[str]:
    """Return every fact the template needs to be bound."""
    texts = PLACEHOLDER.findall(template.stem + template.explanation)
    named = {template.key, template.claim, *template.blanks, *texts}
    return {name for name in named if name} - OWN_PLACEHOLDERS


def bind(template: Template, place: Place, dataset: Dataset, stream: Stream) -> Question | None:
    """Return the question that `template` makes of `place`, or None when it would be no question there.

    That is when facts are missing, when too few distractors differ from the key, or when all neighbours share the figure it asks for.

    The result depends only on its arguments; `stream` decides distractors among equals and whether a statement is shown falsely.
    """
    if any(name not in place.facts for name in fact_names(template)) or _is_shared_by_all(template, place, dataset):
        return None
    maker = {
        QuestionType.SINGLE: _single,
        QuestionType.MULTIPLE: _multiple,
        QuestionType.TRUE_FALSE: _true_false,
        QuestionType.FILL_IN: _fill_in,
    }[template.type]
    return maker(template, place, dataset, stream)


def _is_shared_by_all(template: Template, place: Place, dataset: Dataset) -> bool:
    """True when every one of at least three neighbours has the same figure, such as 0: then it tells nothing of this place."""
    asked = template.key or template.claim
    fact = place.facts.get(asked)
    if fact is None or fact.value is None:
        return False
    around = [other.facts[asked] for other in siblings(place, dataset.index()) if asked in other.facts]
    return len(around) >= FEWEST_NEIGHBOURS and all(other == fact for other in around)


def _question(template: Template, place: Place, dataset: Dataset, **parts: object) -> Question:
    claim = str(parts.pop("claim", ""))
    values = {"name": place.name, "as_of": format_day(dataset.as_of), "claim": claim, "source": dataset.source}

    def fill(text: str) -> str:
        return PLACEHOLDER.sub(lambda m: values[m[1]] if m[1] in values else str(place.facts[m[1]]), text)

    sentence = fill(template.stem.replace("{claim}", str(parts.pop("truth", ""))))
    return Question(
        uid=f"{template.uid}@{place.code}",
        type=template.type,
        category=template.category,
        area=template.area,
        department=template.department,
        stem=fill(template.stem),
        level=template.level,
        topic=template.topic,
        source=Source(title=dataset.source, issuer=dataset.approved_by, clause=place.name, issued_on=dataset.as_of),
        explanation=fill(template.explanation),
        valid_from=dataset.as_of,
        jurisdiction=dataset.county,
        label=template.label,
        tags=template.tags,
        difficulty=template.difficulty,
        true_sentence=sentence if template.type is QuestionType.TRUE_FALSE else "",
        **parts,  # type: ignore[arg-type]
    )


def _single(template: Template, place: Place, dataset: Dataset, stream: Stream) -> Question | None:
    key = place.facts[template.key]
    if template.options:
        texts = list(template.options)
        if str(key) not in texts:
            return None
    else:
        wrong = _distractors(template, key, place, dataset, stream, OPTION_COUNT - 1)
        if len(wrong) < OPTION_COUNT - 1:
            return None
        texts = _in_fair_order([str(key), *wrong], key, stream)
    options = _lettered(texts)
    return _question(template, place, dataset, options=options, key=_ids(options, {str(key)}), keep_order=key.value is not None)


def _multiple(template: Template, place: Place, dataset: Dataset, stream: Stream) -> Question | None:
    own = place.facts[template.key].items
    right = stream.shuffled(own)[: OPTION_COUNT - 1]
    wrong = _distractors(template, place.facts[template.key], place, dataset, stream, OPTION_COUNT + 1 - len(right))
    if len(right) < 2 or len(wrong) < 1:
        return None
    options = _lettered(stream.shuffled([*right, *wrong]))
    return _question(template, place, dataset, options=options, key=_ids(options, set(right)))


def _true_false(template: Template, place: Place, dataset: Dataset, stream: Stream) -> Question | None:
    truth = place.facts[template.claim]
    wrong = _distractors(template, truth, place, dataset, stream, 1)
    if not wrong:
        return None
    is_true = stream.below(2) == 0
    key = frozenset({"T" if is_true else "F"})
    claim = str(truth) if is_true else wrong[0]
    return _question(template, place, dataset, options=TRUE_OPTIONS, key=key, claim=claim, truth=str(truth), keep_order=True)


def _fill_in(template: Template, place: Place, dataset: Dataset, stream: Stream) -> Question | None:
    blanks = tuple(_blank(place.facts[name]) for name in template.blanks)
    return _question(template, place, dataset, blanks=blanks)


def _blank(fact: Fact) -> Blank:
    return Blank((str(fact),), BlankKind.NUMBER if fact.value is not None else BlankKind.TEXT)


def _lettered(texts: list[str]) -> tuple[Option, ...]:
    return tuple(Option(chr(ord("A") + i), text) for i, text in enumerate(texts))


def _ids(options: tuple[Option, ...], texts: set[str]) -> frozenset[str]:
    return frozenset(option.id for option in options if option.text in texts)


def _in_fair_order(texts: list[str], key: Fact, stream: Stream) -> list[str]:
    """Numbers ascend, so that the place of the key hints at nothing; other options are shuffled."""
    return sorted(texts, key=Decimal) if key.value is not None else stream.shuffled(texts)


def _distractors(template: Template, key: Fact, place: Place, dataset: Dataset, stream: Stream, wanted: int) -> list[str]:
    taken = set(key.items) or {str(key)}
    out: list[str] = []
    for text in _candidates(template, key, place, dataset, stream):
        if len(out) == wanted:
            break
        if text and text not in taken and not _is_too_close(text, key):
            taken.add(text)
            out.append(text)
    return out


def _is_too_close(text: str, key: Fact) -> bool:
    return key.decimal is not None and abs(Decimal(text) - key.decimal) <= CLOSEST_AMOUNT * abs(key.decimal)


def _candidates(template: Template, key: Fact, place: Place, dataset: Dataset, stream: Stream) -> Iterator[str]:
    fact_name = template.key or template.claim
    for source in template.distractors:
        if source == SIBLINGS:
            around = [p.facts[fact_name] for p in siblings(place, dataset.index()) if fact_name in p.facts]
            for fact in stream.shuffled(around):
                yield from fact.items or (str(fact),)
        elif source == NEAR:
            yield from _near(key.value, stream)
        elif source in place.facts:
            yield from place.facts[source].items or (str(place.facts[source]),)


def _near(value: int | Decimal | None, stream: Stream) -> Iterator[str]:
    """Close numbers of the same precision: 1 to 3 away below 20, else 10 to 30 % away; never negative."""
    if value is None:
        return
    step = Decimal(value).as_tuple().exponent
    unit = Decimal(1).scaleb(step if isinstance(step, int) else 0)
    spread = Decimal(1) if value < 20 else (Decimal(value) / 10).quantize(unit) or unit
    for away in stream.shuffled([-3, -2, -1, 1, 2, 3]):
        close = (Decimal(value) + away * spread).quantize(unit)
        if close >= 0:
            yield str(close)

"""Local facts: the townships, villages and departments of a county on a day, and the facts that templates may ask of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from quiz.core.message import Message, mark_text, say
from quiz.core.roster import Cadre, Post, PostKind, UnitKind

CATEGORIES = ("unstable", "marginal", "sudden")
"""The three categories of monitored households: 脱贫不稳定户, 边缘易致贫户, 突发严重困难户."""

CATEGORY_NAMES = {
    "unstable": mark_text("脱贫不稳定户"),
    "marginal": mark_text("边缘易致贫户"),
    "sudden": mark_text("突发严重困难户"),
}

STATES = ("identified", "active", "removed")
"""累计识别, 未消除风险, 已消除风险; identified = active + removed."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One local fact: a whole number, a decimal number, a text or a list of texts (exactly one of them)."""

    number: int | None = None
    decimal: Decimal | None = None
    text: str = ""
    items: tuple[str, ...] = ()

    @property
    def value(self) -> int | Decimal | None:
        """The number, whichever kind; None for text and lists."""
        return self.number if self.number is not None else self.decimal

    def __str__(self) -> str:
        if self.value is not None:
            return str(self.value)
        return self.text or "、".join(self.items)


@dataclass(frozen=True, slots=True)
class Place:
    """A township, village, department or household with its facts. `parent` is a village's township or a household's village.

    `sponsors` are a village's departments by code, `helpers` a household's responsible cadres by staff number: nobody else is asked about it.
    """

    code: str
    name: str
    kind: UnitKind
    parent: str = ""
    sponsors: tuple[str, ...] = ()
    facts: dict[str, Fact] = field(default_factory=dict)
    helpers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dataset:
    """An approved set of local facts as of a day; papers bind to one and name its digest."""

    id: str
    county: str
    as_of: date
    source: str
    approved_by: str
    places: tuple[Place, ...] = ()

    def index(self) -> dict[str, Place]:
        """Return the places by their code."""
        return {place.code: place for place in self.places}


class Scope(StrEnum):
    """Whose facts a template asks about."""

    TOWNSHIP = "township"
    VILLAGE = "village"
    DEPARTMENT = "department"
    SPONSORED_VILLAGE = "sponsored_village"
    CONTACT_VILLAGE = "contact_village"
    CONTACT_TOWNSHIP = "contact_township"
    HOUSEHOLD = "household"

    @property
    def kind(self) -> UnitKind:
        """The kind of place that is asked about."""
        return UnitKind(self.value.removeprefix("sponsored_").removeprefix("contact_"))


SCOPE_NAMES = {
    Scope.TOWNSHIP: mark_text("本镇"),
    Scope.VILLAGE: mark_text("本村（驻村、包村、联系村）"),
    Scope.DEPARTMENT: mark_text("本部门"),
    Scope.SPONSORED_VILLAGE: mark_text("本部门包抓帮扶的村"),
    Scope.CONTACT_VILLAGE: mark_text("联系村"),
    Scope.CONTACT_TOWNSHIP: mark_text("联系镇"),
    Scope.HOUSEHOLD: mark_text("帮扶户"),
}


def own_places(cadre: Cadre, scope: Scope, day: date, places: dict[str, Place]) -> list[Place]:
    """Return the places of `scope` that a cadre is bound to on `day`, ordered by code.

    A township through a post there or in one of its villages; a village through a post or contact there; a department through a post there;
    a sponsored village through the department of one's post; a contact village or township through a contact alone; a household as its helper.
    """
    if scope is Scope.HOUSEHOLD:
        return [place for _, place in sorted(places.items()) if cadre.number in place.helpers]
    held = [(places[post.place], post) for post in cadre.posts if post.is_held_on(day) and post.place in places]
    found: dict[str, Place] = {}
    for place, post in held:
        for own in _reach(place, post, scope, places):
            found[own.code] = own
    return [found[code] for code in sorted(found)]


def _reach(place: Place, post: Post, scope: Scope, places: dict[str, Place]) -> list[Place]:
    if scope is Scope.SPONSORED_VILLAGE:
        if place.kind is not UnitKind.DEPARTMENT or post.kind is PostKind.CONTACT:
            return []
        return [village for village in places.values() if place.code in village.sponsors]
    if scope in (Scope.CONTACT_VILLAGE, Scope.CONTACT_TOWNSHIP):
        return [place] if post.kind is PostKind.CONTACT and place.kind is scope.kind else []
    if scope is Scope.TOWNSHIP and place.kind is UnitKind.VILLAGE:
        return [places[place.parent]] if place.parent in places else []
    return [place] if place.kind is scope.kind else []


def siblings(place: Place, places: dict[str, Place]) -> list[Place]:
    """Return the places of the same kind with the same parent, ordered by code, without `place` itself; a household has none: it is private."""
    if place.kind is UnitKind.HOUSEHOLD:
        return []
    return [p for _, p in sorted(places.items()) if p.kind is place.kind and p.parent == place.parent and p.code != place.code]


def derived_facts(numbers: dict[str, Fact]) -> dict[str, Fact]:
    """Return the facts that follow from the category counts: monitored totals and the unique largest active category."""
    out: dict[str, Fact] = {}
    for state in STATES:
        for what in ("households", "persons"):
            parts = [numbers.get(f"{category}_{state}_{what}") for category in CATEGORIES]
            if all(part is not None and part.number is not None for part in parts):
                out[f"monitored_{state}_{what}"] = Fact(number=sum(part.number or 0 for part in parts if part))
    active = {c: numbers[f"{c}_active_households"].number or 0 for c in CATEGORIES if f"{c}_active_households" in numbers}
    if len(active) == len(CATEGORIES):
        top = max(active.values())
        winners = [category for category, count in active.items() if count == top]
        if len(winners) == 1:
            out["largest_active_category"] = Fact(text=CATEGORY_NAMES[winners[0]])
    return out


def count_problems(numbers: dict[str, int]) -> list[tuple[str, Message]]:
    """Return (fact name, message) for every count that contradicts another of the same place (domain brief 4.3, 1 and 4)."""
    problems: list[tuple[str, Message]] = []
    for category in CATEGORIES:
        for what, word in (("households", "户"), ("persons", "人")):
            identified, active, removed = (numbers.get(f"{category}_{state}_{what}") for state in STATES)
            if None not in (identified, active, removed) and identified != (active or 0) + (removed or 0):
                problems.append(
                    (
                        f"{category}_identified_{what}",
                        say(
                            "{category}：累计识别{identified}{word}，不等于未消除{active}与已消除{removed}之和。请核对台账。",
                            category=say(CATEGORY_NAMES[category]),
                            identified=identified,
                            active=active,
                            removed=removed,
                            word=word,
                        ),
                    )
                )
        for state in STATES:
            households, persons = numbers.get(f"{category}_{state}_households"), numbers.get(f"{category}_{state}_persons")
            if households is not None and persons is not None and persons < households:
                name = f"{category}_{state}_persons"
                problems.append((name, say("人数{persons}少于户数{households}。请核对台账。", persons=persons, households=households)))
    alleviated, unstable = numbers.get("alleviated_households"), numbers.get("unstable_identified_households")
    if alleviated is not None and unstable is not None and unstable > alleviated:
        text = say("脱贫不稳定户{unstable}户，多于脱贫户{alleviated}户。请核对台账。", unstable=unstable, alleviated=alleviated)
        problems.append(("unstable_identified_households", text))
    return problems


SUMMED = tuple(
    ["households", "population", "alleviated_households", "alleviated_persons"]
    + [f"{category}_{state}_{what}" for category in CATEGORIES for state in STATES for what in ("households", "persons")]
)
"""The counts of a township that must equal the sum over its villages, and that a department has by summing its sponsored villages."""


def sum_counts(places: Iterable[dict[str, int]]) -> dict[str, int]:
    """Return the sums of the `SUMMED` counts; a count that any place lacks is left out."""
    rows = list(places)
    return {name: sum(row[name] for row in rows) for name in SUMMED if rows and all(name in row for row in rows)}

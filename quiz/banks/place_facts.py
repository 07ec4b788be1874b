"""Reads townships and villages of a profile into facts, and sums villages into departments; refuses counts that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Map
from dataclasses import dataclass, field

from quiz.banks.problems import Placed, Problems
from quiz.banks.schema import CODE, Fields, open_fields, read_texts, read_whole
from quiz.banks.yaml_tree import Node
from quiz.banks.yaml_tree import Sequence as ListNode
from quiz.core.message import Message, say
from quiz.core.profile import CATEGORIES, STATES, Fact, Place, count_problems, derived_facts, sum_counts
from quiz.core.roster import UnitKind

COMMON_KEYS = ("code", "name", "groups_count", "households", "population", "alleviated", "monitored", "main_industries")
TOWNSHIP_KEYS = (*COMMON_KEYS, "villages_count", "dibao", "tekun_persons")
VILLAGE_KEYS = (
    *COMMON_KEYS, "township", "type", "party_members", "cultivated_mu", "collective_income_wan", "first_secretary_unit", "sponsors",
)  # fmt: skip
MOST = 100_000_000


@dataclass(slots=True)
class PlaceRow:
    """A place as read: its counts with where each stands, and its facts that are no counts."""

    fields: Fields
    code: str
    name: str
    parent: str = ""
    sponsors: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    spots: dict[str, Placed] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)

    def place(self, villages: Sequence[PlaceRow] | None = None) -> Place:
        """Return the place: a township when its county's villages are given, else a village."""
        facts = _number_facts(self.counts) | self.facts
        if villages is None:
            return Place(self.code, self.name, UnitKind.VILLAGE, self.parent, self.sponsors, facts)
        names = tuple(village.name for village in villages if village.parent == self.code)
        if names:
            facts["village_names"] = Fact(items=names)
        return Place(self.code, self.name, UnitKind.TOWNSHIP, facts=facts)


def read_township(node: Node, problems: Problems) -> PlaceRow | None:
    """Return a township; its counts are checked among themselves."""
    fields = open_fields(node, "townships", problems, TOWNSHIP_KEYS)
    if fields is None:
        return None
    row = _common(fields, problems)
    _counts(row, ("villages_count", "tekun_persons"), problems)
    _pair_of_counts(row, "dibao", problems)
    return row


def read_village(node: Node, townships: Map[str, str], departments: Map[str, str], problems: Problems) -> PlaceRow | None:
    """Return a village; its township and its sponsors must be among the given ones."""
    fields = open_fields(node, "villages", problems, VILLAGE_KEYS)
    if fields is None:
        return None
    row = _common(fields, problems)
    _counts(row, ("party_members", "cultivated_mu"), problems)
    income = fields.exact("collective_income_wan", "0", "1000000", required=False)
    if income is not None:
        row.facts["collective_income_wan"] = Fact(decimal=income)
    if kind := fields.text("type", required=False):
        row.facts["village_type"] = Fact(text=kind)
    row.parent = fields.text("township")
    if row.parent in townships:
        row.facts["township_name"] = Fact(text=townships[row.parent])
    elif row.parent:
        problems.add(fields.at("township"), "P503", say("没有编码为“{code}”的镇。请核对 townships。", code=row.parent))
    _sponsors(row, departments, problems)
    if sender := fields.text("first_secretary_unit", required=False):
        if sender not in departments and CODE.fullmatch(sender):
            problems.add(fields.at("first_secretary_unit"), "P503", _no_department(sender))
        row.facts["first_secretary_unit"] = Fact(text=departments.get(sender, sender))
    return row


def check_sums(townships: Sequence[PlaceRow], villages: Sequence[PlaceRow], problems: Problems) -> None:
    """Report every count of a township that is not the sum over its villages; a township without villages is left alone."""
    below: dict[str, list[PlaceRow]] = {}
    for village in villages:
        below.setdefault(village.parent, []).append(village)
    for township in townships:
        rows = below.get(township.code, [])
        sums = sum_counts(row.counts for row in rows) | ({"villages_count": len(rows)} if rows else {})
        for name, total in sums.items():
            if township.counts.get(name, total) != total:
                values = {"place": township.name, "name": name, "own": township.counts[name], "sum": total}
                text = say("{place}的“{name}”是{own}，各村相加是{sum}。请核对台账，不要只改一处。", **values)
                problems.add(township.spots[name], "P502", text)


def department_places(departments: Map[str, str], villages: Sequence[PlaceRow], townships: Map[str, str]) -> Iterator[Place]:
    """Return every department with the facts summed over the villages it sponsors."""
    sponsored: dict[str, list[PlaceRow]] = {code: [] for code in departments}
    for village in villages:
        for code in village.sponsors:
            sponsored[code].append(village)
    for code, rows in sponsored.items():
        facts: dict[str, Fact] = {}
        if rows:
            facts = _number_facts(sum_counts(row.counts for row in rows))
            facts["villages_count"] = Fact(number=len(rows))
            facts["village_names"] = Fact(items=tuple(row.name for row in rows))
            facts["township_names"] = Fact(items=tuple(dict.fromkeys(townships[row.parent] for row in rows)))
        if len(rows) == 1:
            facts["first_village_name"] = Fact(text=rows[0].name)
        yield Place(code, departments[code], UnitKind.DEPARTMENT, facts=facts)


def _common(fields: Fields, problems: Problems) -> PlaceRow:
    row = PlaceRow(fields, fields.code("code"), fields.text("name"))
    _counts(row, ("groups_count", "households", "population"), problems)
    _pair_of_counts(row, "alleviated", problems)
    monitored = fields.fields("monitored", CATEGORIES, required=False)
    for category in CATEGORIES if monitored else ():
        assert monitored is not None
        states = monitored.fields(category, STATES, required=False)
        for state in STATES if states else ():
            assert states is not None
            _pair_list(row, states, state, f"{category}_{state}", problems)
    if industries := fields.texts("main_industries", required=False):
        row.facts["main_industries"] = Fact(items=industries)
    for name, message in count_problems(row.counts):
        text = say("{place}：{problem}", place=row.name, problem=message)
        problems.add(row.spots[name], "P501", text)
    return row


def _counts(row: PlaceRow, names: tuple[str, ...], problems: Problems) -> None:
    for name in names:
        _keep(row, name, row.fields.value(name, required=False), name, problems)


def _keep(row: PlaceRow, name: str, node: Node | None, key: str, problems: Problems) -> None:
    count = None if node is None else read_whole(node, key, problems, 0, MOST)
    if node is not None and count is not None:
        row.counts[name], row.spots[name] = count, node


def _pair_of_counts(row: PlaceRow, key: str, problems: Problems) -> None:
    """`{households: 118, persons: 402}`."""
    pair = row.fields.fields(key, ("households", "persons"), required=False)
    for what in ("households", "persons") if pair else ():
        assert pair is not None
        _keep(row, f"{key}_{what}", pair.value(what), what, problems)


def _pair_list(row: PlaceRow, fields: Fields, key: str, name: str, problems: Problems) -> None:
    """`[9, 27]`: households, persons."""
    node = fields.value(key, required=False)
    if node is None:
        return
    if not isinstance(node, ListNode) or len(node.items) != 2:
        problems.add(node, "F103", say("“{key}”要写成 [户数, 人数]，如 [9, 27]。", key=key))
        return
    for what, item in zip(("households", "persons"), node.items, strict=True):
        _keep(row, f"{name}_{what}", item, key, problems)


def _sponsors(row: PlaceRow, departments: Map[str, str], problems: Problems) -> None:
    node = row.fields.value("sponsors", required=False)
    known: list[str] = []
    for code, at in [] if node is None else read_texts(node, "sponsors", problems):
        if code not in departments:
            problems.add(at, "P503", _no_department(code))
        elif code not in known:
            known.append(code)
    row.sponsors = tuple(known)
    if known:
        row.facts["sponsor_names"] = Fact(items=tuple(departments[code] for code in known))


def _no_department(code: str) -> Message:
    return say("没有编码为“{code}”的部门。请在 departments 里补上，或者改成已有的编码。", code=code)


def _number_facts(counts: Map[str, int]) -> dict[str, Fact]:
    facts = {name: Fact(number=count) for name, count in counts.items()}
    return facts | derived_facts(facts)

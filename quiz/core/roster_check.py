"""Roster rows from any file → units, cadres and posts: a bad row is refused with its reason, the rest kept; knows no file and no database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

from quiz.core.message import Message, listed, mark_text, say
from quiz.core.roster import POST_NAMES, Cadre, Post, PostKind, Roster, Unit, UnitKind

UNIT_KIND_NAMES = {"县": UnitKind.COUNTY, "镇": UnitKind.TOWNSHIP, "乡镇": UnitKind.TOWNSHIP, "乡": UnitKind.TOWNSHIP, "街道": UnitKind.TOWNSHIP}
UNIT_KIND_NAMES |= {"村": UnitKind.VILLAGE, "社区": UnitKind.VILLAGE, "村（社区）": UnitKind.VILLAGE}
UNIT_KIND_NAMES |= {"部门": UnitKind.DEPARTMENT, "县级部门": UnitKind.DEPARTMENT}
POST_KIND_NAMES = {name: kind for kind, name in POST_NAMES.items()}
POST_KIND_NAMES |= {"第一书记": PostKind.FIRST_SECRETARY, "驻村工作队队员": PostKind.TEAM_MEMBER, "包村干部": PostKind.TOWNSHIP_STAFF}

POST_PLACES = {
    PostKind.COUNTY_LEADER: UnitKind.COUNTY,
    PostKind.DEPARTMENT_LEADER: UnitKind.DEPARTMENT,
    PostKind.DEPARTMENT_STAFF: UnitKind.DEPARTMENT,
    PostKind.TOWNSHIP_LEADER: UnitKind.TOWNSHIP,
    PostKind.TOWNSHIP_STAFF: UnitKind.TOWNSHIP,
    PostKind.FIRST_SECRETARY: UnitKind.VILLAGE,
    PostKind.TEAM_MEMBER: UnitKind.VILLAGE,
    PostKind.VILLAGE_SECRETARY: UnitKind.VILLAGE,
    PostKind.VILLAGE_COMMITTEE: UnitKind.VILLAGE,
}
"""Where each post is held; a contact point may be anywhere."""

PARENTS = {
    UnitKind.COUNTY: (None,),
    UnitKind.TOWNSHIP: (None, UnitKind.COUNTY),
    UnitKind.DEPARTMENT: (None, UnitKind.COUNTY),
    UnitKind.VILLAGE: (UnitKind.TOWNSHIP,),
}
"""What may stand above a unit; None is nothing."""

K = TypeVar("K", bound=StrEnum)

DAY = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})-([0-9]{1,2})|/([0-9]{1,2})/([0-9]{1,2})|\.([0-9]{1,2})\.([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日)")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
LONGEST = 60
"""Characters of a name; a title may be twice as long."""

Spot = tuple[int, int]
"""Line (or row) and column, counted from 1."""


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit as written; `fields` tells where single values stand, `at` where the row does."""

    at: Spot
    code: str
    name: str
    kind: str
    parent: str = ""
    fields: Mapping[str, Spot] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PostRow:
    """A cadre with one post as written; `kind`, `place` and `from_on` all empty mean a cadre without a post.

    Rows of one `entry` belong to one cadre; in a table, which has no entries, rows of one number do when name and unit agree.
    """

    at: Spot
    number: str
    name: str
    unit: str
    groups: tuple[str, ...] = ()
    kind: str = ""
    place: str = ""
    from_on: str = ""
    to_on: str = ""
    title: str = ""
    unit_name: str = ""
    entry: int = 0
    fields: Mapping[str, Spot] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, order=True)
class RosterProblem:
    """Why a row was refused."""

    at: Spot
    rule: str
    message: Message = field(compare=False)


def check_roster(units: Sequence[UnitRow], posts: Sequence[PostRow], known_units: Iterable[Unit] = ()) -> tuple[Roster, tuple[RosterProblem, ...]]:
    """Return what can be kept of the rows, and a problem for each row that cannot.

    A unit or place must be among the rows' units or `known_units`. A cadre keeps those posts that are right.
    """
    check = _Check({unit.code: unit for unit in known_units})
    kept = tuple(unit for row in units if (unit := check.unit(row)))
    kept = check.with_right_parents(units, kept)
    for row in posts:
        check.post(row)
    cadres = tuple(Cadre(c.number, c.name, c.unit, tuple(check.groups[c.number]), tuple(check.posts[c.number])) for c in check.cadres.values())
    return Roster(kept, cadres), tuple(sorted(check.problems))


def parse_day(text: str) -> date | None:
    """Return the date of 2026-01-31, 2026/1/31, 2026.1.31 or 2026年1月31日; None for anything else and for days that do not exist."""
    match = DAY.fullmatch(text.strip())
    if not match:
        return None
    year, month, day = (int(part) for part in match.groups() if part)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _overlap(one: Post, other: Post) -> bool:
    """True when both posts are held on some day."""
    return (one.to_on is None or other.from_on <= one.to_on) and (other.to_on is None or one.from_on <= other.to_on)


class _Check:
    """The state of one pass over the rows."""

    def __init__(self, units: dict[str, Unit]) -> None:
        self.units = units
        self.problems: set[RosterProblem] = set()
        self.unit_spots: dict[str, Spot] = {}
        self.cadres: dict[str, PostRow] = {}
        self.posts: dict[str, list[Post]] = {}
        self.groups: dict[str, dict[str, None]] = {}
        self.secretaries: dict[str, list[tuple[str, Post]]] = {}
        self.refusals = 0

    def refuse(self, row: UnitRow | PostRow, name: str, rule: str, message: Message) -> None:
        """Report `row`, at its field `name` where that has a place of its own."""
        self.refusals += 1
        self.problems.add(RosterProblem(row.fields.get(name, row.at), rule, message))

    def unit(self, row: UnitRow) -> Unit | None:
        """Return the unit of a row, whose parent is not looked at yet."""
        if not self._texts_are_right(row, {"code": row.code, "name": row.name, "kind": row.kind}):
            return None
        if not CODE.fullmatch(row.code):
            self.refuse(row, "code", "R608", say("单位编码“{code}”只能用字母、数字和 . _ -。请改。", code=row.code))
            return None
        if row.code in self.unit_spots:
            line = self.unit_spots[row.code][0]
            self.refuse(row, "code", "R607", say("单位编码“{code}”在第{line}行已经有了。请删掉一行，或者换一个编码。", code=row.code, line=line))
            return None
        self.unit_spots[row.code] = row.at
        kind = UNIT_KIND_NAMES.get(row.kind) or _member(UnitKind, row.kind)
        kind = None if kind is UnitKind.HOUSEHOLD else kind
        if kind is None:
            self.refuse(row, "kind", "R608", say("不认识的单位类型“{kind}”。请写县、镇、村、部门之一。", kind=row.kind))
            return None
        unit = self.units[row.code] = Unit(row.code, row.name, kind, row.parent)
        return unit

    def with_right_parents(self, rows: Sequence[UnitRow], units: tuple[Unit, ...]) -> tuple[Unit, ...]:
        """Return the units whose parent is there and of the right kind; the others are refused and forgotten."""
        by_code = {row.code: row for row in reversed(rows)}
        kept = []
        for unit in sorted(units, key=lambda unit: unit.kind is UnitKind.VILLAGE):
            above = self.units.get(unit.parent)
            if unit.parent and above is None:
                self.refuse(
                    by_code[unit.code], "parent", "R601", say("“{name}”的上级编码“{code}”不存在。请补上这个单位。", name=unit.name, code=unit.parent)
                )
            elif (above.kind if above else None) not in PARENTS[unit.kind]:
                self.refuse(by_code[unit.code], "parent", "R608", say("“{name}”的上级不对：镇和部门在县之下，村在镇之下。", name=unit.name))
            else:
                kept.append(unit)
                continue
            del self.units[unit.code]
        order = {row.code: i for i, row in enumerate(rows)}
        return tuple(sorted(kept, key=lambda unit: order[unit.code]))

    def post(self, row: PostRow) -> None:
        """Add the row's cadre, or another post of one already there."""
        if not self._texts_are_right(row, {"number": row.number, "name": row.name, "unit": row.unit}):
            return
        who = {"number": row.number, "name": row.name}
        unit = self.units.get(row.unit)
        if not CODE.fullmatch(row.number):
            self.refuse(row, "number", "R609", say("{name}的工号“{number}”只能用字母、数字和 . _ -。请改。", **who))
        elif unit is None:
            text = say("{name}（{number}）的单位编码“{code}”不存在。请核对编码，或者先补上这个单位。", code=row.unit, **who)
            self.refuse(row, "unit", "R601", text)
        elif row.unit_name and row.unit_name != unit.name:
            text = say(
                "{name}（{number}）的单位写的是“{given}”，编码{code}却是“{unit}”。请核对。", given=row.unit_name, code=row.unit, unit=unit.name, **who
            )
            self.refuse(row, "unit", "R615", text)
        elif self._is_same_cadre(row):
            post = self._post(row, who)
            self.cadres.setdefault(row.number, row)
            self.groups.setdefault(row.number, {}).update(dict.fromkeys(row.groups))
            own = self.posts.setdefault(row.number, [])
            if post in own:
                self.refuse(row, "number", "R602", say("{name}（{number}）的这个岗位前面已经有了。请删掉这一行。", **who))
            elif post and not self._is_second_secretary(row, post, who):
                own.append(post)

    def _is_second_secretary(self, row: PostRow, post: Post, who: dict[str, str]) -> bool:
        """True, and reported, when the village already has another first secretary on a day of this post."""
        if post.kind is not PostKind.FIRST_SECRETARY:
            return False
        for number, other in self.secretaries.setdefault(post.place, []):
            if number != row.number and _overlap(other, post):
                text = say("{name}（{number}）任第一书记的村在同一时期已有第一书记（工号{other}）。请核对起止日期。", other=number, **who)
                self.refuse(row, "place", "R616", text)
                return True
        self.secretaries[post.place].append((row.number, post))
        return False

    def _is_same_cadre(self, row: PostRow) -> bool:
        """True for a new number, and for another row of the same cadre."""
        first = self.cadres.get(row.number)
        if first is None or (first.entry == row.entry and first.name == row.name and first.unit == row.unit):
            return True
        text = say(
            "工号{number}在第{line}行已经是{first}，这一行的{name}没有收入。请核对工号。",
            number=row.number,
            line=first.at[0],
            first=first.name,
            name=row.name,
        )
        self.refuse(row, "number", "R602", text)
        return False

    def _post(self, row: PostRow, who: dict[str, str]) -> Post | None:
        """Return the post of a row; None for no post and, after reporting, for a wrong one."""
        if not (row.kind or row.place or row.from_on):
            return None
        kind = POST_KIND_NAMES.get(row.kind) or _member(PostKind, row.kind)
        place, from_on = self.units.get(row.place), parse_day(row.from_on)
        to_on = parse_day(row.to_on) if row.to_on else None
        before = self.refusals
        if kind is None:
            names = listed(POST_KIND_NAMES)
            self.refuse(row, "kind", "R604", say("{name}（{number}）的岗位“{kind}”不认识。请写：{names}。", kind=row.kind, names=names, **who))
        if place is None:
            self.refuse(row, "place", "R601", say("{name}（{number}）的地点编码“{code}”不存在。请核对。", code=row.place, **who))
        elif kind and kind in POST_PLACES and place.kind is not POST_PLACES[kind]:
            text = say("{name}（{number}）的岗位“{kind}”不能在“{place}”：地点的类型不对。", kind=say(POST_NAMES[kind]), place=place.name, **who)
            self.refuse(row, "place", "R605", text)
        if from_on is None:
            self.refuse(row, "from", "R603", say("{name}（{number}）的起始日期“{day}”不对。请写成 2026-01-31。", day=row.from_on, **who))
        if row.to_on and to_on is None:
            self.refuse(row, "to", "R603", say("{name}（{number}）的截止日期“{day}”不对。请写成 2026-01-31，没有截止就留空。", day=row.to_on, **who))
        if from_on and to_on and to_on < from_on:
            self.refuse(row, "to", "R603", say("{name}（{number}）的截止日期早于起始日期。请核对。", **who))
        if self.refusals > before or kind is None or place is None or from_on is None:
            return None
        return Post(kind, place.code, from_on, to_on, row.title)

    def _texts_are_right(self, row: UnitRow | PostRow, wanted: dict[str, str]) -> bool:
        """False after reporting a text that is missing, too long, or holds characters that nobody can see."""
        before = self.refusals
        for name, text in wanted.items():
            if not text:
                self.refuse(row, name, "R606", say("这一行缺少{field}，没有收入。", field=say(FIELD_NAMES[name])))
        texts = [*wanted.items(), *((("title", row.title), *(("groups", g) for g in row.groups)) if isinstance(row, PostRow) else ())]
        for name, text in texts:
            if len(text) > LONGEST * (2 if name == "title" else 1) or any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in text):
                self.refuse(row, name, "R609", say("{field}太长，或者有看不见的字符。这一行没有收入，请改正。", field=say(FIELD_NAMES[name])))
        return self.refusals == before


FIELD_NAMES = {
    "code": mark_text("单位编码"),
    "name": mark_text("名称"),
    "kind": mark_text("类型"),
    "number": mark_text("工号"),
    "unit": mark_text("单位编码"),
    "title": mark_text("职务"),
    "groups": mark_text("群体"),
}


def _member(kind: type[K], text: str) -> K | None:
    try:
        return kind(text)
    except ValueError:
        return None

"""Units, cadres and posts as values, and which places a cadre's posts bind them to on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from quiz.core.message import mark_text


class UnitKind(StrEnum):
    """The kinds of unit in the tree county > township > village, county > department; households stand only in local facts."""

    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"
    DEPARTMENT = "department"
    HOUSEHOLD = "household"


class PostKind(StrEnum):
    """What a cadre does in a place; decides whose local questions they get."""

    COUNTY_LEADER = "county_leader"
    DEPARTMENT_LEADER = "department_leader"
    DEPARTMENT_STAFF = "department_staff"
    TOWNSHIP_LEADER = "township_leader"
    TOWNSHIP_STAFF = "township_staff"
    FIRST_SECRETARY = "first_secretary"
    TEAM_MEMBER = "team_member"
    VILLAGE_SECRETARY = "village_secretary"
    VILLAGE_COMMITTEE = "village_committee"
    CONTACT = "contact"


POST_NAMES: dict[PostKind, str] = {
    PostKind.COUNTY_LEADER: mark_text("县级领导"),
    PostKind.DEPARTMENT_LEADER: mark_text("部门领导"),
    PostKind.DEPARTMENT_STAFF: mark_text("部门帮扶干部"),
    PostKind.TOWNSHIP_LEADER: mark_text("镇班子成员"),
    PostKind.TOWNSHIP_STAFF: mark_text("镇包村干部"),
    PostKind.FIRST_SECRETARY: mark_text("驻村第一书记"),
    PostKind.TEAM_MEMBER: mark_text("驻村工作队员"),
    PostKind.VILLAGE_SECRETARY: mark_text("村支部书记"),
    PostKind.VILLAGE_COMMITTEE: mark_text("村两委成员"),
    PostKind.CONTACT: mark_text("联系点"),
}


@dataclass(frozen=True, slots=True)
class Unit:
    """A county, township, village or department; `parent` is the code of the unit above, empty for the county."""

    code: str
    name: str
    kind: UnitKind
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """What a cadre is, where, since when; `to_on` is None while the post lasts (the last day counts)."""

    kind: PostKind
    place: str
    from_on: date
    to_on: date | None = None
    title: str = ""

    def is_held_on(self, day: date) -> bool:
        """True when the post is held on `day`."""
        return self.from_on <= day and (self.to_on is None or day <= self.to_on)


@dataclass(frozen=True, slots=True)
class Cadre:
    """An official on the roster. `number` is the staff number, `unit` the code of the managing unit."""

    number: str
    name: str
    unit: str
    groups: tuple[str, ...] = ()
    posts: tuple[Post, ...] = ()

    def has_left(self, day: date) -> bool:
        """True when the cadre had posts and the last of them ended before `day`: people are never deleted, their posts end.

        Who never had a post has not left.
        """
        return bool(self.posts) and all(post.to_on is not None and post.to_on < day for post in self.posts)


@dataclass(frozen=True, slots=True)
class Roster:
    """What a roster file holds."""

    units: tuple[Unit, ...] = ()
    cadres: tuple[Cadre, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Who is to sit: a cadre belongs when every non-empty field names one of theirs; all fields empty means everyone.

    `units` are codes of units, each with everything below it. Who has left belongs only when named in `cadres`.
    """

    groups: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    posts: tuple[PostKind, ...] = ()
    cadres: tuple[str, ...] = ()

    def includes(self, cadre: Cadre, unit_codes: frozenset[str], day: date) -> bool:
        """True when `cadre`, whose unit and the units above it are `unit_codes`, belongs on `day`."""
        if cadre.has_left(day) and cadre.number not in self.cadres:
            return False
        kinds = {post.kind for post in cadre.posts if post.is_held_on(day)}
        return (
            (not self.groups or bool(set(self.groups) & set(cadre.groups)))
            and (not self.units or bool(set(self.units) & unit_codes))
            and (not self.posts or bool(set(self.posts) & kinds))
            and (not self.cadres or cadre.number in self.cadres)
        )


def main_post(cadre: Cadre, day: date) -> Post | None:
    """Return the post that names the cadre on `day`: the first one held that is not merely a contact point."""
    held = [post for post in cadre.posts if post.is_held_on(day)]
    return next((post for post in held if post.kind is not PostKind.CONTACT), held[0] if held else None)

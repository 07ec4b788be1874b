"""Where people sit: which site a unit belongs to, as a plan names them or by towns and departments; knows no database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

NAME_LENGTH = 40


@dataclass(frozen=True, slots=True)
class SitePlan:
    """A site as a plan names it, and the codes of the units that sit there, each with everything below it."""

    name: str
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """A site: `key` names it in addresses and rows (its name where a plan named it, else the code of its unit)."""

    key: str
    name: str


@dataclass(frozen=True)
class SiteMap:
    """The sites of a sitting. `named` gives the name of a site by the path of a unit, `units` (code, name) of every unit by its path."""

    named: Mapping[str, str]
    units: Mapping[str, tuple[str, str]]
    _known: dict[str, Site] = field(default_factory=dict, repr=False, compare=False)

    def of(self, path: str) -> Site:
        """Return the site of the people of a unit: that of the nearest unit above it that a plan names, else the unit itself that stands
        directly below the county (the county's own people are a site of theirs)."""
        found = self._known.get(path)
        if found is None:
            found = self._known[path] = self._find(path)
        return found

    def _find(self, path: str) -> Site:
        codes = path.strip("/").split("/")
        above = [f"/{'/'.join(codes[:n])}/" for n in range(len(codes), 0, -1)]
        named = next((self.named[start] for start in above if start in self.named), None)
        if named is not None:
            return Site(named, named)
        return Site(*self.units[above[-2] if len(above) > 1 else above[-1]])


def read_site_lines(text: str) -> tuple[SitePlan, ...]:
    """Return the sites written one a line as "name: unit unit"; ValueError with the line that is not like that."""
    out = []
    for line in text.splitlines():
        if not line.strip():
            continue
        name, _, units = line.replace("：", ":").partition(":")
        codes = tuple(units.replace("，", " ").replace("、", " ").replace(",", " ").split())
        if not name.strip() or not codes or len(name.strip()) > NAME_LENGTH:
            raise ValueError(line.strip())
        out.append(SitePlan(name.strip(), codes))
    return tuple(out)


def doubled(values: Iterable[str]) -> list[str]:
    """Return what stands more than once, in the order in which it comes up again."""
    seen: set[str] = set()
    return list(dict.fromkeys(value for value in values if value in seen or seen.add(value)))  # type: ignore[func-returns-value]

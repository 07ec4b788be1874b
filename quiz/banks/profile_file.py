"""A profile file ⇄ `Dataset`: places with the facts that templates may ask; refuses, rather than mends, figures that contradict each other."""

from __future__ import annotations

from collections.abc import Mapping as Map

from quiz.banks.household import read_household
from quiz.banks.place_facts import PlaceRow, check_sums, department_places, read_township, read_village
from quiz.banks.problems import Loaded, Problems
from quiz.banks.schema import open_fields
from quiz.banks.yaml_tree import Node, parse_yaml
from quiz.core.message import say
from quiz.core.profile import Dataset

TOP_KEYS = ("profile", "departments", "townships", "villages", "households")
PROFILE_KEYS = ("id", "county", "as_of", "source", "approved_by")


def load_profile(content: str | bytes, file_name: str, unit_names: Map[str, str] | None = None) -> Loaded[Dataset]:
    """Return the dataset of `content`, or None and why; never raises for bad content.

    `unit_names` gives the names of departments (from a roster) that the file itself does not list.
    """
    problems = Problems(file_name)
    node = parse_yaml(content, problems)
    dataset = None if node is None else read_profile(node, problems, unit_names or {})
    return Loaded(dataset, problems.told())


def read_profile(node: Node, problems: Problems, unit_names: Map[str, str]) -> Dataset | None:
    """Return the dataset of a parsed file, or None after reporting everything that is wrong with it."""
    before = problems.count
    top = open_fields(node, "profile", problems, TOP_KEYS)
    head = top and top.fields("profile", PROFILE_KEYS)
    if top is None or head is None:
        return None
    code, as_of = head.code("id"), head.day("as_of")
    county, source, approved_by = head.text("county"), head.text("source"), head.text("approved_by")
    codes: dict[str, int] = {}
    departments = {**unit_names, **_departments(top.items("departments", required=False), codes, problems)}
    townships = [row for item in top.items("townships") if (row := read_township(item, problems)) and _is_new(row, codes, problems)]
    names = {row.code: row.name for row in townships}
    items = top.items("villages", required=False)
    villages = [row for item in items if (row := read_village(item, names, departments, problems)) and _is_new(row, codes, problems)]
    check_sums(townships, villages, problems)
    village_names = {row.code: row.name for row in villages}
    households = [place for item in top.items("households", required=False) if (place := read_household(item, village_names, codes, problems))]
    if problems.count > before or as_of is None:
        return None
    towns, own_villages = (row.place(villages) for row in townships), (row.place() for row in villages)
    places = (*towns, *own_villages, *department_places(departments, villages, names), *households)
    return Dataset(code, county, as_of, source, approved_by, places)


def _departments(items: list[Node], codes: dict[str, int], problems: Problems) -> dict[str, str]:
    out: dict[str, str] = {}
    for item in items:
        fields = open_fields(item, "departments", problems, ("code", "name"))
        if fields is not None:
            row = PlaceRow(fields, fields.code("code"), fields.text("name"))
            if _is_new(row, codes, problems):
                out[row.code] = row.name
    return out


def _is_new(row: PlaceRow, codes: dict[str, int], problems: Problems) -> bool:
    if not row.code:
        return False
    at = row.fields.at("code")
    first = codes.setdefault(row.code, at.line)
    if first != at.line:
        problems.add(at, "P504", say("编码“{code}”已经用在第{line}行。每个地方要有自己的编码。", code=row.code, line=first))
    return first == at.line

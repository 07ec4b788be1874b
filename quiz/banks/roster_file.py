"""A roster file in YAML ⇄ `Roster`: reads rows with their places and leaves the judgement to the rules that tables share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from quiz.banks.problems import Loaded, Problems, Spot
from quiz.banks.schema import Fields, open_fields
from quiz.banks.yaml_tree import Node, parse_yaml
from quiz.core.roster import Roster, Unit
from quiz.core.roster_check import PostRow, UnitRow, check_roster

TOP_KEYS = ("units", "cadres")
UNIT_KEYS = ("code", "name", "kind", "parent")
CADRE_KEYS = ("number", "name", "unit", "groups", "posts")
POST_KEYS = ("kind", "title", "place", "from", "to")


def load_roster(content: str | bytes, file_name: str, known_units: Iterable[Unit] = ()) -> Loaded[Roster]:
    """Return what can be kept of `content`, and why the rest was refused; never raises for bad content."""
    problems = Problems(file_name)
    node = parse_yaml(content, problems)
    roster = None if node is None else read_roster(node, problems, known_units)
    return Loaded(roster, problems.told())


def read_roster(node: Node, problems: Problems, known_units: Iterable[Unit] = ()) -> Roster | None:
    """Return the roster of a parsed file; None when its top is no mapping."""
    top = open_fields(node, "cadres", problems, TOP_KEYS)
    if top is None:
        return None
    units = [row for item in top.items("units", required=False) if (row := _unit(item, problems))]
    posts = [row for i, item in enumerate(top.items("cadres", required=False)) for row in _cadre(i + 1, item, problems)]
    roster, refused = check_roster(units, posts, known_units)
    for problem in refused:
        problems.add(Spot(*problem.at), problem.rule, problem.message)
    return roster


def _unit(node: Node, problems: Problems) -> UnitRow | None:
    before = problems.count
    fields = open_fields(node, "units", problems, UNIT_KEYS)
    if fields is None:
        return None
    code, name, kind, parent = (fields.text(key, required=key != "parent") for key in UNIT_KEYS)
    if problems.count > before:
        return None
    return UnitRow((node.line, node.column), code, name, kind, parent, _spots([(fields, UNIT_KEYS)]))


def _cadre(entry: int, node: Node, problems: Problems) -> Iterable[PostRow]:
    """One row for each post; one row without a post for a cadre who has none."""
    before = problems.count
    fields = open_fields(node, "cadres", problems, CADRE_KEYS)
    if fields is None:
        return
    number, name, unit = fields.text("number"), fields.text("name"), fields.text("unit")
    groups = fields.texts("groups", required=False)
    own = _spots([(fields, CADRE_KEYS)])
    if problems.count > before:
        return
    posts = fields.items("posts", required=False)
    if not posts:
        yield PostRow((node.line, node.column), number, name, unit, groups, entry=entry, fields=own)
    for item in posts:
        post = open_fields(item, "posts", problems, POST_KEYS)
        if post is None:
            continue
        kind, place, start = post.text("kind"), post.text("place"), post.text("from")
        end, title = post.text("to", required=False), post.text("title", required=False)
        spots = own | _spots([(post, POST_KEYS)])
        if kind and place and start:
            at = (item.line, item.column)
            yield PostRow(at, number, name, unit, groups, kind, place, start, end, title, entry=entry, fields=spots)


def _spots(readers: Sequence[tuple[Fields, Sequence[str]]]) -> dict[str, tuple[int, int]]:
    return {key: (fields.at(key).line, fields.at(key).column) for fields, keys in readers for key in keys if key in fields.entries}

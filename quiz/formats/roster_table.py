"""A roster as CSV or XLSX → units, cadres and posts: a bad row is refused with its place and reason, the rest is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from quiz.core.message import Diagnostic, Message, listed, say
from quiz.core.roster import Roster, Unit
from quiz.core.roster_check import PostRow, UnitRow, check_roster
from quiz.formats.table import FORMULA, Table, read_tables

CADRE_COLUMNS = {
    "工号": "number",
    "姓名": "name",
    "单位编码": "unit",
    "单位": "unit_name",
    "群体": "groups",
    "岗位": "kind",
    "职务": "title",
    "地点编码": "place",
    "起始": "from",
    "截止": "to",
}
UNIT_COLUMNS = {"单位编码": "code", "单位名称": "name", "类型": "kind", "上级编码": "parent"}
CADRE_NEEDS, UNIT_NEEDS = ("工号", "姓名"), ("单位编码", "单位名称", "类型")
HEADER_ROWS = 5
"""The header may stand below a title, but no lower than this row that holds something."""

SPLIT = re.compile(r"[；;、\n]")


def read_roster(content: bytes, file_name: str, known_units: Iterable[Unit] = ()) -> tuple[Roster, tuple[Diagnostic, ...]]:
    """Return what can be kept of a CSV or XLSX roster, and a diagnostic for each refused row (line = row, column = cell).

    `known_units` are those stored already. A cadre's unit may be given by code or, when the name is unique, by name alone. Never raises for
    bad content; a file that cannot be read at all gives an empty roster and the reason.
    """
    tables, diagnostics = read_tables(content, file_name)
    reader = _Reader(file_name, list(diagnostics))
    found = [reader.table(table) for table in tables]
    if tables and not any(found):
        text = say("找不到表头。干部表要有“{cadre}”等列，单位表要有“{unit}”列。", cadre=listed(CADRE_NEEDS), unit=listed(UNIT_NEEDS))
        reader.report(1, 1, "R610", text)
    known = list(known_units)
    posts = reader.posts_with_units(known)
    roster, problems = check_roster(reader.units, posts, known)
    for problem in problems:
        reader.report(*problem.at, problem.rule, problem.message)
    return roster, tuple(sorted(reader.diagnostics))


@dataclass(frozen=True, slots=True)
class _Row:
    """The texts of one row by our name of their column, and where each stands."""

    number: int
    texts: Mapping[str, str]
    spots: Mapping[str, tuple[int, int]]


class _Reader:
    """Collects unit and cadre rows over the sheets of one file."""

    def __init__(self, file: str, diagnostics: list[Diagnostic]) -> None:
        self.file = file
        self.diagnostics = diagnostics
        self.units: list[UnitRow] = []
        self.cadres: list[_Row] = []

    def report(self, line: int, column: int, rule: str, message: Message) -> None:
        """Add a diagnostic."""
        self.diagnostics.append(Diagnostic(self.file, line, column, rule, message))

    def table(self, table: Table) -> bool:
        """Read the rows of a table whose header is known; False when it has none."""
        for i, (_, cells) in enumerate(table.rows[:HEADER_ROWS]):
            is_cadres = set(CADRE_NEEDS) <= set(cells)
            if is_cadres or set(UNIT_NEEDS) <= set(cells):
                columns = CADRE_COLUMNS if is_cadres else UNIT_COLUMNS
                places = {columns[text]: at for at, text in enumerate(cells) if text in columns}
                for number, row in table.rows[i + 1 :]:
                    self.row(_row(number, row, places), is_cadres)
                return True
        return False

    def row(self, row: _Row, is_cadres: bool) -> None:
        """Keep a row for the check; one with a formula is refused at once, for what it shows cannot be known."""
        formula = next((name for name, text in row.texts.items() if text == FORMULA), None)
        if formula is not None:
            self.report(*row.spots[formula], "R614", say("这个单元格是公式，这一行没有收入。请复制后用“选择性粘贴—数值”替换。"))
        elif is_cadres and any(row.texts.values()):
            self.cadres.append(row)
        elif any(row.texts.values()):
            get = row.texts.get
            self.units.append(UnitRow((row.number, 1), get("code", ""), get("name", ""), get("kind", ""), get("parent", ""), row.spots))

    def posts_with_units(self, known: Iterable[Unit]) -> list[PostRow]:
        """Return the cadre rows; a unit given by name alone gets its code when the name is unique."""
        codes: dict[str, set[str]] = {}
        for name, code in [*((unit.name, unit.code) for unit in known), *((row.name, row.code) for row in self.units)]:
            codes.setdefault(name, set()).add(code)
        return [_post_row(row, codes) for row in self.cadres]


def _row(number: int, cells: tuple[str, ...], places: Mapping[str, int]) -> _Row:
    texts = {name: cells[at] if at < len(cells) else "" for name, at in places.items()}
    return _Row(number, texts, {name: (number, at + 1) for name, at in places.items()})


def _post_row(row: _Row, codes: Mapping[str, set[str]]) -> PostRow:
    texts = {name: row.texts.get(name, "") for name in CADRE_COLUMNS.values()}
    named = codes.get(texts["unit_name"], set())
    unit = texts["unit"] or (next(iter(named)) if len(named) == 1 else "")
    groups = tuple(text.strip() for text in SPLIT.split(texts["groups"]) if text.strip())
    return PostRow(
        at=(row.number, 1),
        number=texts["number"],
        name=texts["name"],
        unit=unit,
        groups=groups,
        kind=texts["kind"],
        place=texts["place"],
        from_on=texts["from"],
        to_on=texts["to"],
        title=texts["title"],
        unit_name=texts["unit_name"],
        fields=row.spots,
    )

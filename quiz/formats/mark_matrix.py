"""A mark matrix as CSV or XLSX → a sheet for the statistics: a row for each person, a column for each question, each fault with its place.

The first row names the columns, by numbers from 1 on if need be. A column named as in PERSON says who, as in GROUP of which group, as in COUNT how
many people a row stands for, as in TOTAL is left out (totals are added up anew); every other column is a question. Rows whose person is MAXMARK, KEY
or OPTIONS give for each question the marks to be earned, the right options (then its cells are the options chosen, as letters) and how many options
there are. An empty cell is "not asked".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from quiz.core.message import Diagnostic, Message, say
from quiz.core.statistics.sheet import Sheet
from quiz.core.statistics.values import Item
from quiz.formats.table import FORMULA, read_tables

PERSON = frozenset(("attempt", "usage", "id", "person", "student", "candidate", "name", "number", "答卷", "编号", "序号", "工号", "考生", "姓名"))
GROUP = frozenset(("group", "组", "组别", "群体", "单位"))
COUNT = frozenset(("freq", "frequency", "count", "人数", "频数"))
TOTAL = frozenset(("sum", "total", "score", "sumgrades", "summarks", "总分", "合计", "得分"))
MOST_ROW, KEY_ROW, OPTIONS_ROW = frozenset({"maxmark", "满分"}), frozenset({"key", "答案"}), frozenset({"options", "选项数"})
MOST_COLUMNS = 2_000
MOST_PERSONS = 100_000
"""People in all, as many as a table may have rows."""

MOST_FAULTS = 50
TWICE = "M009"
"""The one rule that is only to be looked at."""


def read_matrix(content: bytes, file_name: str) -> tuple[Sheet | None, tuple[Diagnostic, ...]]:
    """Return the sheet in a file, and what is wrong with it; None when there is nothing to analyse. Never raises for bad content."""
    tables, notes = read_tables(content, file_name, MOST_COLUMNS)
    if not tables:
        return None, notes
    reader = _Reader(file_name, list(notes))
    sheet = reader.read(tables[0].rows)
    return sheet, tuple(reader.diagnostics)


@dataclass(slots=True)
class _Columns:
    """Which column is what."""

    person: int | None = None
    group: int | None = None
    count: int | None = None
    items: list[int] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    wide: int = 0

    @property
    def used(self) -> list[int]:
        """All but those that are left out."""
        return [*(i for i in (self.person, self.group, self.count) if i is not None), *self.items]


class _Reader:
    """Reads the rows of one table."""

    def __init__(self, file: str, diagnostics: list[Diagnostic]) -> None:
        self.file, self.diagnostics = file, diagnostics
        self.most: list[float | None] = []
        self.keys: list[frozenset[str]] = []
        self.sizes: list[int | None] = []

    def report(self, line: int, column: int, rule: str, message: Message) -> None:
        """Add a diagnostic; column 0 is the first."""
        if len(self.diagnostics) < MOST_FAULTS:
            self.diagnostics.append(Diagnostic(self.file, line, column + 1, rule, message))

    @property
    def is_refused(self) -> bool:
        """True once something was found with which nothing can be analysed."""
        return any(item.rule.startswith("M") and item.rule != TWICE for item in self.diagnostics)

    def read(self, rows: Sequence[tuple[int, tuple[str, ...]]]) -> Sheet | None:
        """Return the sheet in these rows."""
        if not rows:
            self.report(1, 0, "M001", say("表里没有内容。第一行写题目名称，以下每人一行。"))
            return None
        first = rows[0][1]
        is_bare = all(_number(cell) is not None for cell in first if cell) and not _counts_up(first)
        names = tuple(f"Q{n}" for n in range(1, len(first) + 1)) if is_bare else first
        columns = _sort_columns(names)
        self._check_names(names, columns, rows[0][0])
        body = self._take_special(rows if is_bare else rows[1:], columns)
        if not columns.items:
            body = []
        self._look_for_formulas(rows, columns)
        self._note_repeated(body, columns)
        people: list[_Person] = []
        for number, cells in body:
            people += self._person(number, cells, columns, MOST_PERSONS - len(people))
        if not people and not self.is_refused:
            self.report(rows[0][0], 0, "M001", say("没有题目列，或者没有人的行。第一行写题目名称，以下每人一行，每题一列。"))
        if self.is_refused:
            return None
        return self._sheet([names[i] for i in columns.items], people, columns)

    def _check_names(self, names: Sequence[str], columns: _Columns, line: int) -> None:
        """Two columns of one name would be one question in every table of results."""
        known: set[str] = set()
        for i in columns.items:
            if names[i] in known:
                self.report(line, i, "M006", say("有两列都叫“{name}”。每题的名称要不同。", name=names[i][:20]))
            known.add(names[i])

    def _look_for_formulas(self, rows: Sequence[tuple[int, tuple[str, ...]]], columns: _Columns) -> None:
        """What a formula comes to is not known here; in a column that is left out it does no harm."""
        for number, cells in rows:
            for i in columns.used if FORMULA in cells else ():
                if _cell(cells, i) == FORMULA:
                    self.report(number, i, "M008", say("这一格是公式，看不出它的值。请复制后用“选择性粘贴—数值”替换。"))

    def _note_repeated(self, body: Sequence[tuple[int, tuple[str, ...]]], columns: _Columns) -> None:
        """Two rows of one person are told, and both count: people may have one name."""
        lines: dict[str, int] = {}
        at = columns.person
        if at is None or columns.count is not None:
            return
        for number, cells in body:
            name = _cell(cells, at)
            if name in lines:
                self.report(number, at, TWICE, say("“{name}”在第{line}行已经有过，两行算作两个人。", name=name[:20], line=lines[name]))
            elif name:
                lines[name] = number

    def _take_special(self, rows: Sequence[tuple[int, tuple[str, ...]]], columns: _Columns) -> list[tuple[int, tuple[str, ...]]]:
        """Read the rows of full marks, keys and numbers of options; return the others."""
        wide = len(columns.items)
        self.most, self.keys, self.sizes = [None] * wide, [frozenset()] * wide, [None] * wide
        body = []
        for number, cells in rows:
            name = "" if columns.person is None else _cell(cells, columns.person).casefold()
            if name in MOST_ROW:
                self.most = [self._most(number, cells, i) for i in columns.items]
            elif name in KEY_ROW:
                self.keys = [frozenset(_letters(_cell(cells, i))) for i in columns.items]
            elif name in OPTIONS_ROW:
                self.sizes = [self._size(number, cells, i) for i in columns.items]
            else:
                body.append((number, cells))
            if any(cells[columns.wide :]):
                self.report(
                    number, columns.wide, "M005", say("这一行比第一行多出{n}格。多半是少了引号，或者名称行不全。", n=len(cells) - columns.wide)
                )
        return body

    def _mark(self, number: int, cells: tuple[str, ...], column: int) -> float | None:
        text = _cell(cells, column)
        value = _number(text)
        if text not in ("", FORMULA) and value is None:
            self.report(number, column, "M002", say("“{cell}”不是得分。得分写数字，没有作答的留空。", cell=text[:20]))
        return value

    def _most(self, number: int, cells: tuple[str, ...], column: int) -> float | None:
        value = self._mark(number, cells, column)
        if value is not None and value < 0:
            self.report(number, column, "M007", say("满分不能小于0。"))
            return None
        return value

    def _size(self, number: int, cells: tuple[str, ...], column: int) -> int | None:
        value = self._mark(number, cells, column)
        if value is not None and (value != int(value) or value < 1):
            self.report(number, column, "M007", say("选项数应当是大于0的整数。"))
            return None
        return None if value is None else int(value)

    def _person(self, number: int, cells: tuple[str, ...], columns: _Columns, room: int) -> list[_Person]:
        """The people that a row stands for, of whom there is room for so many."""
        count = 1.0 if columns.count is None else self._mark(number, cells, columns.count)
        if count is None or count != int(count) or not 0 <= count <= room:
            self.report(number, columns.count or 0, "M003", say("人数应当是整数，合计不超过{n}。", n=MOST_PERSONS))
            return []
        marks: list[float | None] = []
        letters = []
        for place, i in enumerate(columns.items):
            chosen = _letters(_cell(cells, i)) if self.keys[place] else ()
            letters.append("".join(chosen))
            marks.append(self._chosen_mark(place, chosen) if self.keys[place] else self._checked(number, cells, i, place))
        name = str(number) if columns.person is None else _cell(cells, columns.person)
        group = "" if columns.group is None else _cell(cells, columns.group)
        return [_Person(name, group, tuple(marks), tuple(letters))] * int(count)

    def _chosen_mark(self, place: int, chosen: tuple[str, ...]) -> float:
        """All or nothing; nothing chosen is an empty answer, since with a key an empty cell cannot be told from one."""
        most = self.most[place]
        return (1.0 if most is None else most) if frozenset(chosen) == self.keys[place] else 0.0

    def _checked(self, number: int, cells: tuple[str, ...], column: int, place: int) -> float | None:
        value, most = self._mark(number, cells, column), self.most[place]
        if value is not None and most is not None and value > most:
            self.report(number, column, "M004", say("得分{value}超过满分{most}。", value=_cell(cells, column), most=f"{most:g}"))
        return value

    def _sheet(self, names: list[str], people: list[_Person], columns: _Columns) -> Sheet:
        has_letters = any(self.keys)
        items = []
        for place, name in enumerate(names):
            key, size = self.keys[place], self.sizes[place]
            seen = {letter for person in people for letter in person.letters[place]} if key else set()
            guess = 1.0 / size if size and (not key or len(key) == 1) else None
            items.append(Item(name, tuple(sorted(seen | key)), key, len(key) < 2, guess))
        return Sheet(
            items=tuple(items),
            persons=tuple(person.name for person in people),
            marks=tuple(person.marks for person in people),
            most=tuple(self.most),
            letters=tuple(person.letters for person in people) if has_letters else (),
            groups=tuple(person.group for person in people) if columns.group is not None else (),
            left_out=tuple(columns.left_out),
        )


@dataclass(frozen=True, slots=True)
class _Person:
    name: str
    group: str
    marks: tuple[float | None, ...]
    letters: tuple[str, ...]


def _sort_columns(names: Sequence[str]) -> _Columns:
    """Which column is what, by its name; of two that say the same the first counts, the other is left out. A column without a name is left out."""
    found = _Columns(wide=len(names))
    for i, name in enumerate(names):
        word = name.casefold()
        if word in PERSON and found.person is None:
            found.person = i
        elif word in GROUP and found.group is None:
            found.group = i
        elif word in COUNT and found.count is None:
            found.count = i
        elif not word or word in PERSON | GROUP | COUNT | TOTAL:
            found.left_out.append(name)
        else:
            found.items.append(i)
    return found


def _cell(cells: tuple[str, ...], column: int) -> str:
    return cells[column] if column < len(cells) else ""


WIDE = str.maketrans("．－−＋", ".--+")
"""Points and signs as Chinese keyboards and typesetters write them; Python knows digits of any width."""


def _counts_up(cells: Sequence[str]) -> bool:
    """True for 1, 2, 3, …: numbers of questions, since nobody earns such marks."""
    return len(cells) > 2 and list(cells) == [str(n) for n in range(1, len(cells) + 1)]


def _number(text: str) -> float | None:
    try:
        value = float(text.translate(WIDE))
    except ValueError:
        return None
    return value if abs(value) < 1e9 and "_" not in text else None  # also False for "nan"


def _letters(text: str) -> tuple[str, ...]:
    """The options in a cell: "AC", "a, c" and "A;C" are the same."""
    return tuple(sorted({letter for letter in text.upper() if letter.isalnum()}))

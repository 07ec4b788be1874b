"""The organiser's roster page: loads a file, says what became of every row; registered by the organiser's pages."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO
from typing import Any

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired

from quiz.banks.roster_file import load_roster as read_yaml
from quiz.core.access import Action
from quiz.core.message import Diagnostic, mark_text, say
from quiz.core.roster import Roster, Unit, UnitKind
from quiz.formats.csv_table import write_csv
from quiz.formats.roster_table import CADRE_COLUMNS
from quiz.formats.roster_table import read_roster as read_table
from quiz.usecases import rosters
from quiz.usecases.rosters import RosterReport
from quiz.web.context import actor, needs, now, reader, say_text, writer

BIGGEST_ROSTER = 10 * 1024 * 1024
YAML_NAMES, TABLE_NAMES = (".yaml", ".yml"), (".csv", ".xlsx")
ACCEPTED = ",".join((*TABLE_NAMES, *YAML_NAMES))

UNIT_KIND_NAMES = {
    UnitKind.COUNTY: mark_text("县"),
    UnitKind.TOWNSHIP: mark_text("镇"),
    UnitKind.VILLAGE: mark_text("村"),
    UnitKind.DEPARTMENT: mark_text("部门"),
}

EXAMPLE = (
    ("T01-001", "张三", "T01", "青溪镇", "帮扶干部", "镇班子成员", "镇长", "T01", "2024-03-01", ""),
    ("T01-002", "李四", "T01", "青溪镇", "帮扶干部；驻村干部", "驻村第一书记", "", "V0101", "2025-05-10", ""),
    ("T01-002", "李四", "T01", "青溪镇", "", "联系点", "", "V0102", "2025-05-10", "2026-12-31"),
    ("D05-001", "王五", "D05", "县医疗保障局", "帮扶干部", "部门帮扶干部", "", "D05", "2025-01-01", ""),
)
"""Fictional rows: a cadre with two posts stands in two rows."""


class RosterForm(FlaskForm):  # type: ignore[misc]
    """The file."""

    file = FileField(mark_text("花名册文件"), validators=[FileRequired(mark_text("请选择文件。"))])


def allow_upload(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Let a roster be larger than other requests; runs before anything reads the request."""
    if endpoint == "organiser.roster":
        request.max_content_length = BIGGEST_ROSTER


@needs(Action.LOAD_ROSTER)
def roster() -> ResponseReturnValue:
    """The units with their cadres; load a file and report every row that was added, changed or refused."""
    form = RosterForm()
    report: RosterReport | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    problem = ""
    if form.validate_on_submit():
        name = form.file.data.filename or ""
        content = form.file.data.read()
        if not name.lower().endswith(YAML_NAMES + TABLE_NAMES):
            problem = say_text(say("只能载入 CSV、XLSX 或 YAML 文件。旧的 .xls 请在 Excel 中另存为 .xlsx。"))
        else:
            with reader() as db:
                known = rosters.known_units(db, actor())
            found, diagnostics = _read(content, name, known)  # takes a while: no save waits behind it
            with writer() as db:
                report = rosters.load_roster(db, actor(), now(), found)
    with reader() as db:
        units = rosters.count_units(db, actor())
    page = render_template(
        "organiser/roster.html",
        form=form,
        report=report,
        diagnostics=diagnostics,
        problem=problem,
        units=units,
        depth=_depths(unit for unit, _ in units),
        people=sum(count for unit, count in units if unit.parent not in {other.code for other, _ in units}),
        accepted=ACCEPTED,
        UNIT_KIND_NAMES=UNIT_KIND_NAMES,
    )
    return page, 422 if problem or form.errors else 200


@needs(Action.LOAD_ROSTER)
def roster_example() -> ResponseReturnValue:
    """A table to fill in."""
    out = StringIO(newline="")
    write_csv(list(CADRE_COLUMNS), EXAMPLE, out)
    response = Response(out.getvalue(), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename="roster-example.csv")
    return response


def _read(content: bytes, name: str, known: list[Unit]) -> tuple[Roster, tuple[Diagnostic, ...]]:
    if name.lower().endswith(TABLE_NAMES):
        return read_table(content, name, known)
    loaded = read_yaml(content, name, known)
    return loaded.value or Roster(), loaded.diagnostics


def _depths(units: Iterable[Unit]) -> dict[str, int]:
    """How many of the listed units stand above each; parents come before children."""
    out: dict[str, int] = {}
    for unit in units:
        out[unit.code] = out[unit.parent] + 1 if unit.parent in out else 0
    return out

"""quiz stats: the statistics of any mark matrix, so that anybody can feed it data with known results."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from quiz.cli.console import Console, pass_console
from quiz.cli.stats_lines import HEAD, flag_lines, item_rows, model_line, similarity_lines, total_lines
from quiz.core.message import Translate
from quiz.core.statistics.gates import MINIMUM
from quiz.core.statistics.report import Analysis, ItemReport
from quiz.core.statistics.values import Similarity
from quiz.formats.mark_matrix import read_matrix


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="every figure, unrounded")
@click.option("--people", is_flag=True, help="with --json: each person's total and estimated abilities as well")
@click.option(
    "--false-alarm", type=click.FloatRange(0, 1, min_open=True), default=0.01, show_default=True, help="of the screening for copied answers"
)
@pass_console
def stats(console: Console, file: Path, as_json: bool, people: bool, false_alarm: float) -> None:
    """Analyse FILE (CSV or Excel): a row for each person, a column for each question, a mark in each cell, an empty cell for "not asked".

    The first row names the columns. Rows that begin with MAXMARK, KEY or OPTIONS give the marks to be earned, the right options (cells are then
    letters) and their number. Columns named attempt, id or 工号 say who, group or 组别 of which group, freq or 人数 for how many people a row stands;
    sum and total are left out. docs/statistics.md has every formula with its source.
    """
    from quiz.core.statistics.open_sheet import analyse_sheet

    sheet, problems = read_matrix(file.read_bytes(), str(file))
    console.report(problems)
    if sheet is None:
        raise click.exceptions.Exit(1)
    report = analyse_sheet(sheet, false_alarm)
    if as_json:
        plain = {"file": file.name, "left_out": sheet.left_out, **plain_analysis(report.analysis, console.translate)}
        plain["similarity"] = plain_similarity(report.similarity, sheet.persons)
        if people:
            plain["people"] = [asdict(person) for person in report.persons]
        click.echo(json.dumps(plain, ensure_ascii=False, indent=2))
        return
    show_analysis(console, report.analysis, [item.name for item in sheet.items])
    for line in similarity_lines(report.similarity, sheet.persons):
        console.say(line)


def show_analysis(console: Console, analysis: Analysis, names: Sequence[str]) -> None:
    """Print an analysis: the test, its items under these names, what to look at."""
    for line in (*total_lines(analysis.totals), *(model_line(found) for found in analysis.calibrations)):
        console.say(line)
    click.echo("")
    console.table([[console.translate(name) for name in HEAD], *item_rows(analysis.items, names)], numbers=True)
    click.echo("")
    for line in flag_lines(analysis):
        console.say(line)


def plain_analysis(analysis: Analysis, translate: Translate) -> dict[str, Any]:
    """Return an analysis as what JSON can hold, the flags in words."""
    names = [report.item.name for report in analysis.items]
    models = {}
    for found in analysis.calibrations:
        items = dict(zip(names, (item and asdict(item) for item in found.items), strict=True))
        models[found.model] = {**{name: value for name, value in asdict(found).items() if name not in ("model", "items")}, "items": items}
    return {
        "totals": asdict(analysis.totals),
        "items": [_plain_item(report, translate) for report in analysis.items],
        "models": models,
        "minimum": MINIMUM,
    }


def _plain_item(report: ItemReport, translate: Translate) -> dict[str, Any]:
    return {
        "name": report.item.name,
        **asdict(report.figures),
        "options": [asdict(option) for option in report.options],
        "bands": [asdict(band) for band in report.bands],
        "differences": {name: asdict(found) for name, found in report.differences},
        "flags": [{"kind": flag.kind.value, "is_grave": flag.is_grave, "text": flag.message.render(translate)} for flag in report.flags],
    }


def plain_similarity(found: Similarity, persons: tuple[str, ...]) -> dict[str, Any]:
    """Return a screening with the names of those whom it names."""
    leads = [{**asdict(lead), "first": persons[lead.first], "second": persons[lead.second]} for lead in found.leads]
    return {**asdict(found), "leads": leads}

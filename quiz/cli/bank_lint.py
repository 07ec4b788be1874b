"""quiz bank lint, schema, coverage: what setters ask of their files before anything is published."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from quiz.banks.fix import fix_content
from quiz.banks.json_schema import to_text
from quiz.banks.lint import LoadedBank, Progress, lint_paths, to_json, yaml_files
from quiz.cli.console import Console, pass_console
from quiz.core.coverage import VALIDITY_NAMES, Coverage, cover
from quiz.core.message import Message, Severity, say
from quiz.core.question import AREAS, LEVEL_NAMES, TYPE_NAMES
from quiz.formats.whole_file import whole_file

MANY = 2_000
"""Questions from which on reading them shows its progress."""

PATHS = click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
ON = click.option("--on", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="judge validity as of this day; today when left out")


@click.command()
@PATHS
@click.option("--json", "as_json", is_flag=True, help="report the problems as JSON, for editors")
@click.option("--fix", is_flag=True, help="first mend what can be mended without a doubt, and say what was mended")
@click.option("--strict", is_flag=True, help="exit status 1 for warnings too")
@click.option("--notes", is_flag=True, help="list the notes too, not only their number")
@ON
@pass_console
def lint(console: Console, paths: tuple[Path, ...], as_json: bool, fix: bool, strict: bool, notes: bool, on: datetime | None) -> None:
    """Report every problem in the files as file:line:column: RULE message; exit status 1 when there is an error."""
    if fix:
        fix_files(console, paths, quiet=as_json)
    with Bar(console) as bar:
        found = lint_paths(paths, console.settings.zone, day_of(console, on), bar.tell)
    if as_json:
        click.echo(to_json(found.diagnostics, console.translate))
    else:
        console.report(tuple(d for d in found.diagnostics if notes or d.severity != Severity.NOTE))
        console.say(counts(found))
    if found.errors or (strict and any(d.severity == Severity.WARNING for d in found.diagnostics)):
        raise click.exceptions.Exit(1)


@click.command()
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="write to this file")
@pass_console
def schema(console: Console, output: Path | None) -> None:
    """Print the JSON Schema of all files, for editors that complete and check while one types."""
    if output is None:
        click.echo(to_text(), nl=False)
        return
    with whole_file(output) as out:
        out.write(to_text().encode())
    console.say(say("已写入{path}。", path=str(output)))


@click.command()
@PATHS
@click.option("--json", "as_json", is_flag=True, help="print {questions, templates, by_area, by_type, by_level, by_validity}")
@ON
@pass_console
def coverage(console: Console, paths: tuple[Path, ...], as_json: bool, on: datetime | None) -> None:
    """Count the questions by area, type, level and validity."""
    with Bar(console) as bar:
        found = lint_paths(paths, console.settings.zone, progress=bar.tell)
    console.report(found.errors)
    day = day_of(console, on)
    covered = cover((*found.questions, *found.templates), day)
    if as_json:
        click.echo(json.dumps(as_dict(covered), ensure_ascii=False, indent=1))
    else:
        _print_table(console, covered, day)
    if found.errors:
        raise click.exceptions.Exit(1)


def as_dict(covered: Coverage) -> dict[str, object]:
    """Return a coverage for programs; every known area, type, level and validity is named, with 0 when there is none."""
    return {
        "questions": covered.questions.total(),
        "templates": covered.templates.total(),
        **{f"by_{field}": covered.by(field) for field in ("area", "type", "level", "validity")},
        "templates_by_area": covered.templates_by_area(),
        "cells": [
            {"area": cell.area, "type": cell.type, "level": cell.level, "validity": cell.validity, "questions": count}
            for cell, count in sorted(covered.questions.items())
        ],
    }


def day_of(console: Console, on: datetime | None) -> date:
    """Return the day that was asked for, or today where the installation is."""
    return on.date() if on else console.now().astimezone(console.settings.zone).date()


def fix_files(console: Console, paths: tuple[Path, ...], quiet: bool = False) -> None:
    """Mend the files in place, each as a whole, and say what was changed on standard error."""
    total = 0
    for path in yaml_files(paths):
        try:
            content = path.read_bytes()
            fixed = fix_content(content)
            if fixed.changes:
                mode = path.stat().st_mode
                with whole_file(path.resolve()) as out:
                    out.write(fixed.content)
                path.chmod(mode)
        except OSError as error:
            click.echo(f"{path}: {error.strerror}", err=True)
            continue
        total += len(fixed.changes)
        changed = console.text(say("已改"))
        for change in fixed.changes if not quiet else ():
            click.echo(f"{path.as_posix()}:{change.line}: {changed} {console.text(change.message)}", err=True)
    if not quiet:
        click.echo(console.text(say("改了{n}处。", n=total) if total else say("没有要改的。")), err=True)


class Bar:
    """A progress bar on standard error that appears only when there is much to read and somebody looks on."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.bar: Any = None
        self.tell: Progress = self._tell

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *error: object) -> None:
        if self.bar is not None:
            self.bar.render_finish()

    def _tell(self, done: int, total: int, questions: int) -> None:
        if self.bar is None and (questions < MANY or not sys.stderr.isatty()):
            return
        if self.bar is None:
            label = self.console.text(say("正在检查题库"))
            self.bar = click.progressbar(length=total, label=label, file=sys.stderr, fill_char="#", empty_char="-", width=30)
        self.bar.update(done - self.bar.pos)


def counts(found: LoadedBank) -> Message:
    """Return what was found, in one sentence."""
    values = {
        "questions": len(found.questions),
        "templates": len(found.templates),
        "blueprints": len(found.blueprints),
        "profiles": len(found.profiles),
        "n": len(found.errors),
        "warnings": sum(d.severity == Severity.WARNING for d in found.diagnostics),
        "notes": sum(d.severity == Severity.NOTE for d in found.diagnostics),
    }
    return say(
        "{questions}道试题，{templates}道本地题模板，{blueprints}份蓝图，{profiles}份本地资料；{n}处错误，{warnings}处警告，{notes}处提示。", **values
    )


def _print_table(console: Console, covered: Coverage, day: date) -> None:
    """Area × (type, level, validity), with sums; columns padded by width on the screen."""
    tr = console.translate
    columns: list[tuple[str, str, str]] = [("type", code, name) for code, name in TYPE_NAMES.items()]
    columns += [("level", code, name) for code, name in LEVEL_NAMES.items()]
    columns += [("validity", code, name) for code, name in VALIDITY_NAMES.items()]
    used = [column for column in columns if covered.by(column[0])[column[1]]]
    head = [tr(say("政策领域").text), tr(say("试题").text), tr(say("模板").text), *(tr(name) for _, _, name in used)]
    rows = [head]
    areas = covered.by("area")
    templates = covered.templates_by_area()
    for area in [*areas, *sorted(templates.keys() - areas.keys())]:
        own = {cell: count for cell, count in covered.questions.items() if cell.area == area}
        numbers = [sum(count for cell, count in own.items() if getattr(cell, field) == code) for field, code, _ in used]
        rows.append([tr(AREAS.get(area, area)), str(areas.get(area, 0)), str(templates.get(area, 0)), *map(str, numbers)])
    sums = [covered.by(field)[code] for field, code, _ in used]
    rows.append([tr(say("合计").text), str(covered.questions.total()), str(covered.templates.total()), *map(str, sums)])
    console.say(say("截至{day}的题库覆盖情况", day=str(day)))
    console.table(rows, numbers=True)

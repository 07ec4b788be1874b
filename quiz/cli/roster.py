"""quiz roster: load units, cadres and posts."""

from __future__ import annotations

from pathlib import Path

import click

from quiz.banks.roster_file import load_roster as load_yaml
from quiz.banks.rules import NOTICES
from quiz.cli.console import Console, pass_console
from quiz.core.message import say
from quiz.core.roster import Roster
from quiz.formats.roster_table import read_roster as read_table
from quiz.usecases import rosters


@click.group()
def roster() -> None:
    """Units, cadres and posts."""


@roster.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_console
def load(console: Console, file: Path) -> None:
    """Load a roster from YAML, CSV or XLSX; report who was added, changed and refused. Exit status 1 when a row was refused."""
    with console.writer() as db:
        known = rosters.known_units(db, console.actor)
        if file.suffix.lower() in (".yaml", ".yml"):
            loaded = load_yaml(file.read_bytes(), str(file), known)
            found, problems = loaded.value or Roster(), loaded.diagnostics
        else:
            found, problems = read_table(file.read_bytes(), str(file), known)
        report = rosters.load_roster(db, console.actor, console.now(), found)
    refused = sum(problem.rule not in NOTICES for problem in problems) + len(report.refused)
    console.say(
        say(
            "单位：新增{units}个，改名{renamed}个。干部：新增{added}人，变更{changed}人，未变{unchanged}人，拒收{refused}条。",
            units=len(report.added_units),
            renamed=len(report.changed_units),
            added=len(report.added),
            changed=len(report.changed),
            unchanged=report.unchanged,
            refused=refused,
        )
    )
    console.report(problems)
    for number, reason in report.refused:
        click.echo(f"{number}: {console.text(reason)}", err=True)
    if refused:
        raise click.exceptions.Exit(1)

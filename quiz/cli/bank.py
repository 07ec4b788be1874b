"""quiz bank: check and publish question banks, blueprints and profiles."""

from __future__ import annotations

from pathlib import Path

import click

from quiz.banks.lint import LoadedBank, lint_paths, to_json
from quiz.cli.console import Console, pass_console
from quiz.core.message import Message, say
from quiz.usecases import publishing

PATHS = click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))


@click.group()
def bank() -> None:
    """Question banks, blueprints and profiles."""


@bank.command()
@PATHS
@click.option("--json", "as_json", is_flag=True, help="report the problems as JSON, for editors")
@pass_console
def lint(console: Console, paths: tuple[Path, ...], as_json: bool) -> None:
    """Report every problem in the files as file:line:column: RULE message; exit status 1 when there is one."""
    found = lint_paths(paths, console.settings.zone)
    if as_json:
        click.echo(to_json(found.diagnostics, console.translate))
    else:
        console.report(found.diagnostics)
        console.say(_counts(found))
    if found.diagnostics:
        raise click.exceptions.Exit(1)


@bank.command()
@PATHS
@click.option("--by", default="", help="who publishes, as it is recorded")
@pass_console
def publish(console: Console, paths: tuple[Path, ...], by: str) -> None:
    """Store new revisions of everything that changed. A bank with errors publishes nothing."""
    found = lint_paths(paths, console.settings.zone)
    if found.diagnostics:
        console.report(found.diagnostics)
        click.echo(console.text(say("有{n}处错误，没有发布任何内容。", n=len(found.diagnostics))), err=True)
        raise click.exceptions.Exit(1)
    actor = console.actor if not by else type(console.actor)(name=by, roles=console.actor.roles)
    with console.writer() as db:
        report = publishing.publish(db, actor, console.now(), (*found.questions, *found.templates), found.blueprints, found.profiles)
    text = say(
        "新增{added}题，修订{revised}题，未变{unchanged}题；蓝图与本地资料更新{documents}份。",
        added=len(report.added),
        revised=len(report.revised),
        unchanged=report.unchanged,
        documents=len(report.documents),
    )
    console.say(text)


def _counts(found: LoadedBank) -> Message:
    return say(
        "{questions}道试题，{templates}道本地题模板，{blueprints}份蓝图，{profiles}份本地资料；{n}处错误。",
        questions=len(found.questions),
        templates=len(found.templates),
        blueprints=len(found.blueprints),
        profiles=len(found.profiles),
        n=len(found.diagnostics),
    )

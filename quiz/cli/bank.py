"""quiz bank: check and publish question banks, blueprints and profiles."""

from __future__ import annotations

from pathlib import Path

import click

from quiz.banks.known_files import KnownFiles, dump_known, load_known
from quiz.banks.lint import lint_paths
from quiz.cli.bank_lint import PATHS, Bar, coverage, day_of, lint, schema
from quiz.cli.console import Console, pass_console
from quiz.cli.exchange import export, import_
from quiz.core.access import Person
from quiz.core.message import QuizError, say
from quiz.core.question import Question
from quiz.core.template import Template
from quiz.formats.whole_file import whole_file
from quiz.storage.bank_mark import bank_mark
from quiz.usecases import publishing

KNOWN_FILES = "known-files.json"
"""In the instance folder: which bank files were published as they are; a mere aid that may be deleted at any time."""


@click.group()
def bank() -> None:
    """Question banks, blueprints and profiles."""


for command in (lint, schema, coverage, import_, export):
    bank.add_command(command)


@bank.command()
@PATHS
@click.option("--by", default="", help="who wrote them, as it is recorded")
@click.option("--reader", default="", help="the second person who read them; questions labelled confirmed need one")
@pass_console
def publish(console: Console, paths: tuple[Path, ...], by: str, reader: str) -> None:
    """Store new revisions of everything that changed. A bank with errors, or confirmed by nobody else, publishes nothing."""
    store = console.settings.instance / KNOWN_FILES
    with console.reader() as db:
        known = load_known(store, bank_mark(db))
    with Bar(console) as bar:
        found = lint_paths(paths, console.settings.zone, day_of(console, None), bar.tell, known)
    if found.errors:
        console.report(found.errors)
        click.echo(console.text(say("有{n}处错误，没有发布任何内容。", n=len(found.errors))), err=True)
        raise click.exceptions.Exit(1)
    items: list[Question | Template] = [*found.questions, *found.templates]
    with console.writer() as db:
        if found.unread and bank_mark(db) != known.mark:
            raise QuizError("bank_changed", say("题库在检查期间被别人更新了，没有发布任何内容。请再发布一次。"))
        report = publishing.publish(
            db, console.actor, console.now(), items, found.blueprints, found.profiles, _named(by), _named(reader), found.pictures
        )
        mark = bank_mark(db)
    with whole_file(store) as out:
        changed = {*report.added, *report.revised}
        out.write(dump_known(KnownFiles(mark, {**known.without(changed), **found.known})))
    text = say(
        "新增{added}题，修订{revised}题，未变{unchanged}题；蓝图与本地资料更新{documents}份。",
        added=len(report.added),
        revised=len(report.revised),
        unchanged=report.unchanged + found.unread,
        documents=len(report.documents),
    )
    console.say(text)


def _named(name: str) -> Person | None:
    return Person.as_typed(name) if name.strip() else None

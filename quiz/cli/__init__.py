"""The command line: one module a noun, the same use cases as the web; turns errors into words and exit statuses."""

from __future__ import annotations

import sys

import click

from quiz import __version__
from quiz.cli import account, audit, backup, bank, blueprint, database, paper, result, roster, scan, serve, sitting
from quiz.cli.console import Console
from quiz.core.message import QuizError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="quiz")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="消息的语言 / language of messages")
@click.pass_context
def quiz(context: click.Context, lang: str | None) -> None:
    """考学 Kaoxue: question banks, papers, sittings, grading and records."""
    context.obj = Console(lang)


for command in (
    bank.bank,
    blueprint.blueprint,
    roster.roster,
    sitting.sitting,
    paper.paper,
    scan.scan,
    result.result,
    account.account,
    audit.audit,
    backup.backup,
    backup.restore,
    database.db,
    serve.init,
    serve.demo,
    serve.serve,
    serve.doctor,
):
    quiz.add_command(command)


def main() -> None:
    """Run the command line; exit status 1 for a broken rule, 2 for words that click does not understand."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        quiz(standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except QuizError as error:
        click.echo(Console.latest().text(error.message), err=True)
        for line in getattr(error, "lines", list)():
            click.echo("  " + Console.latest().text(line), err=True)
        sys.exit(1)

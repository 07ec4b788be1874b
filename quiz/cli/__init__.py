"""The command line: one module a noun, the same use cases as the web; turns errors into words and exit statuses."""

from __future__ import annotations

import sys

import click

from quiz import __version__
from quiz.cli import (
    account,
    appeal,
    audit,
    backup,
    bank,
    batch,
    blueprint,
    book,
    certificate,
    correction,
    database,
    grade,
    paper,
    record,
    report,
    result,
    roster,
    sample,
    scan,
    serve,
    sitting,
    stats,
)
from quiz.cli.console import Console
from quiz.core.message import QuizError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="quiz")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="消息的语言 / language of messages")
@click.pass_context
def quiz(context: click.Context, lang: str | None) -> None:
    """考学 Kaoxue: question banks, papers, sittings, grading and records."""
    context.obj = Console(lang)
    context.call_on_close(context.obj.close)


for command in (
    bank.bank,
    blueprint.blueprint,
    roster.roster,
    sitting.sitting,
    paper.paper,
    book.book,
    scan.scan,
    result.result,
    record.record,
    sample.sample,
    certificate.certificate,
    report.report,
    appeal.appeal,
    grade.grade,
    stats.stats,
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

for command in (correction.correct, correction.corrections, correction.correction_notice):
    sitting.sitting.add_command(command)
result.result.add_command(appeal.override)
paper.paper.add_command(batch.batch)


def main() -> None:
    """Run the command line; exit status 1 for a broken rule, 2 for words that click does not understand."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        sys.exit(quiz(standalone_mode=False))  # click returns the status of its Exit, and None from a command that came to its end
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except QuizError as error:
        for indent, line in (("", error.message), *(("  ", line) for line in getattr(error, "lines", list)())):
            click.echo(indent + Console.in_words(line), err=True)
        sys.exit(1)

"""The command line: one module a noun, the same use cases as the web; turns errors into words and exit statuses."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module

import click

from quiz import __version__
from quiz.core.message import QuizError

NOUNS = (
    "account", "appeal", "audit", "bank", "blueprint", "book", "certificate", "grade", "paper", "record", "report", "result", "roster", "sample",
    "scan", "sitting", "stats",
)  # fmt: skip
"""Commands whose module has their name."""

ELSEWHERE = {
    "backup": "backup",
    "restore": "backup",
    "db": "database",
    "init": "installation",
    "demo": "installation",
    "doctor": "installation",
    "serve": "serve",
}


class Commands(click.Group):
    """The commands, each loaded when it is asked for: a server has no use for what makes papers and charts."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names."""
        return sorted((*NOUNS, *ELSEWHERE))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command with a name; None when there is none."""
        if cmd_name not in NOUNS and cmd_name not in ELSEWHERE:
            return None
        found = getattr(import_module(f"quiz.cli.{ELSEWHERE.get(cmd_name, cmd_name)}"), cmd_name.replace("-", "_"))
        assert isinstance(found, click.Command)
        return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="quiz")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="消息的语言 / language of messages")
@click.pass_context
def quiz(context: click.Context, lang: str | None) -> None:
    """考学 Kaoxue: question banks, papers, sittings, grading and records."""
    from quiz.cli.console import Console  # with the database behind it

    context.obj = Console(lang)
    context.call_on_close(context.obj.close)


def main() -> None:
    """Run the command line; exit status 1 for a broken rule, 2 for words that click does not understand."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    sys.exit(spoken(lambda: quiz(standalone_mode=False)))  # click returns the status of its Exit, and None from a command that came to its end


def spoken(work: Callable[[], int | None]) -> int:
    """Do some work; say in words what went wrong, and return the exit status."""
    try:
        return work() or 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return 130
    except QuizError as error:
        from quiz.cli.console import Console

        for indent, line in (("", error.message), *(("  ", line) for line in getattr(error, "lines", list)())):
            click.echo(indent + Console.in_words(line), err=True)
        return 1

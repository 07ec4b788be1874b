"""quiz audit: is the log of who did what still whole?"""

from __future__ import annotations

import click

from quiz.cli.console import Console, pass_console
from quiz.usecases.auditing import describe_chain, is_sound, verify_audit


@click.group()
def audit() -> None:
    """The audit log."""


@audit.command()
@click.option("--expect", default="", metavar="HEX", help="a digest written down earlier: it must still stand in the chain")
@pass_console
def verify(console: Console, expect: str) -> None:
    """Walk the chain of the audit log and print its head digest; exit status 1 when it is broken or an expected digest is gone."""
    expect = expect.strip().lower()
    with console.reader() as db:
        chain = verify_audit(db, console.actor, expect)
    for line in describe_chain(chain, expect):
        console.say(line)
    if not is_sound(chain, expect):
        raise click.exceptions.Exit(1)

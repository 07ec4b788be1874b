"""quiz audit: who did what when; is the log of it still whole?"""

from __future__ import annotations

from datetime import datetime

import click

from quiz.cli.console import Console, pass_console
from quiz.core.message import say
from quiz.usecases.auditing import describe_chain, is_sound, read_log, search_of, verify_audit


@click.group()
def audit() -> None:
    """The audit log."""


@audit.command("list")
@click.option("--who", default="", help="a name or a log-in")
@click.option("--about", default="", help="the code of a sitting, a staff number or a question")
@click.option("--action", default="", help="as it is stored: correct, decide, release, ...")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="the first day")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="the last day")
@click.option("--most", type=click.IntRange(1), default=50, show_default=True, help="rows, the newest first")
@pass_console
def list_(console: Console, who: str, about: str, action: str, since: datetime | None, until: datetime | None, most: int) -> None:
    """List what was done, the newest first: time, who (log-in), what, about what, and the details."""
    zone = console.settings.zone
    search = search_of(who, about, action, since and since.date(), until and until.date(), zone)
    with console.reader() as db:
        entries, total = read_log(db, console.actor, search, 0, most, console.served())
    for one in entries:
        by = f"{one.actor} ({one.login})" if one.login else one.actor
        told = "  ".join(f"{console.text(name)}={console.text(value)}" for name, value in one.told)
        moment = one.at.astimezone(zone).isoformat(" ", "seconds")
        click.echo("\t".join((moment, by, console.text(one.action), one.subject, told)))
    if total > len(entries):
        console.say(say("共{n}行，只列出最新的{most}行。", n=total, most=len(entries)))


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

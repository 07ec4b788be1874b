"""quiz certificate: issue by rule, list, withdraw, print, and check a code."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click

from quiz.cli.console import Console, pass_console
from quiz.cli.sitting import new_code, site_address
from quiz.core.certificate import ENDING_NAMES, STATUS_NAMES, CertificateRule, Shown, Status
from quiz.core.message import NotFound, QuizError, say
from quiz.formats.whole_file import whole_file
from quiz.printing.certificate_pdf import CertificateText, print_certificate
from quiz.usecases import certificates


@click.group()
def certificate() -> None:
    """Certificates."""


@certificate.command()
@click.argument("sitting")
@click.option("--title", required=True, help="what stands on the certificate")
@click.option("--least", required=True, help="the score from which on there is one")
@click.option("--months", type=int, required=True, help="how long it is good")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), default=None, help="its first day; by default today")
@pass_console
def issue(console: Console, sitting: str, title: str, least: str, months: int, first: datetime | None) -> None:
    """Give a certificate to everyone whose counted score in SITTING and its make-ups is at least --least."""
    try:
        rule = CertificateRule(title, Decimal(least), months, first.date() if first else _today(console))
    except InvalidOperation:
        raise QuizError("bad_rule", say("请填写数字，例如 0.5。")) from None
    with console.writer() as db:
        made = certificates.issue(db, console.actor, sitting, rule, console.served(), new_code)
        lines = [(row.number, row.name, row.unit) for row in made]
    for line in lines:
        click.echo("\t".join(line))
    console.say(say("已发放{n}张证书，有效期至{last}。", n=len(lines), last=rule.valid_to.isoformat()))


@certificate.command(name="list")
@click.argument("sitting")
@pass_console
def list_(console: Console, sitting: str) -> None:
    """List the certificates of SITTING with how they stand today."""
    with console.reader() as db:
        found = certificates.read_certified(db, console.actor, sitting, console.served(), _today(console))
    for one in found.held:
        why = f"（{console.translate(ENDING_NAMES[one.ending])}）" if one.ending else ""
        click.echo(_line(console, one.shown) + why)
    console.say(say("按及格线还有{ready}人可以发证，{waiting}人等待人工判定。", ready=found.ready, waiting=found.waiting))


@certificate.command()
@click.argument("sitting")
@click.argument("number")
@click.option("--reason", required=True)
@pass_console
def withdraw(console: Console, sitting: str, number: str, reason: str) -> None:
    """Withdraw certificate NUMBER of SITTING for good."""
    with console.writer() as db:
        certificates.withdraw(db, console.actor, sitting, number, reason, console.served())
    console.say(say("证书{number}已撤销。", number=number))


@certificate.command(name="print")
@click.argument("sitting")
@click.argument("number")
@click.option("--address", default="", help="the address of the site, as people reach it; by default the first of QUIZ_HOSTS")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path))
@pass_console
def print_(console: Console, sitting: str, number: str, address: str, output: Path) -> None:
    """Write certificate NUMBER of SITTING as a PDF."""
    with console.reader() as db:
        found = certificates.read_certified(db, console.actor, sitting, console.served(), _today(console))
    held = certificates.printable(found.held, number)
    row = held.certificate.row
    site = (address or site_address(console.settings)).rstrip("/")
    text = CertificateText(held.shown, row.code, f"{site}/verify?code={row.code}", found.sitting.title, row.unit)
    with whole_file(output) as out:
        print_certificate(text, out, console.translate)
    console.say(say("证书已写入{file}。", file=output))


@certificate.command()
@click.argument("code")
@pass_console
def verify(console: Console, code: str) -> None:
    """Say what the certificate with this CODE is and whether it holds today; exit status 1 when it does not."""
    with console.reader() as db:
        shown = certificates.check(db, code, console.served(), _today(console))
    if shown is None:
        raise NotFound()
    click.echo(_line(console, shown))
    if shown.status is not Status.VALID:
        raise click.exceptions.Exit(1)


def _today(console: Console) -> date:
    return console.served().astimezone(console.settings.zone).date()


def _line(console: Console, shown: Shown) -> str:
    cells = [shown.number, shown.name, shown.title, f"{shown.valid_from}—{shown.valid_to}", console.translate(STATUS_NAMES[shown.status])]
    return "\t".join(cells)

"""quiz account: log-ins."""

from __future__ import annotations

import io
import secrets
from pathlib import Path

import click

from quiz.cli.console import Console, pass_console
from quiz.core.access import Role
from quiz.core.message import say
from quiz.formats.csv_table import write_csv
from quiz.formats.whole_file import whole_file
from quiz.usecases import account_care, accounts, passwords

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that nobody mistakes for one another on a printed slip."""


@click.group()
def account() -> None:
    """Log-ins."""


@account.command()
@click.argument("login")
@click.option("--name", required=True, help="the person's name")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([role.value for role in Role]))
@click.option("--cadre", default="", help="staff number, for a trainee")
@click.option("--unit", default="", help="code of the unit that the roles are limited to")
@click.password_option(help="asked for when left out")
@pass_console
def create(console: Console, login: str, name: str, roles: tuple[str, ...], cadre: str, unit: str, password: str) -> None:
    """Create an account."""
    with console.writer() as db:
        accounts.create_account(db, console.actor, console.now(), login, name, password, [Role(role) for role in roles], cadre, unit)
    console.say(say("账号{login}已创建。", login=login))


@account.command()
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="CSV with the first passwords; hand out, then destroy"
)
@pass_console
def issue(console: Console, output: Path) -> None:
    """Give every cadre without an account one, with a first password that must be changed at first use."""
    header = [console.text(text) for text in (say("单位"), say("工号"), say("姓名"), say("登录名"), say("初始密码"))]
    with console.reader() as db:
        numbers = accounts.without_account(db, console.actor)
    made = {number: passwords.make_first_password(new_password()) for number in numbers}
    with whole_file(output) as out, console.writer() as db:
        issued = accounts.issue_passwords(db, console.actor, console.now(), made)
        rows = [[item.unit, item.number, item.name, item.login, item.password] for item in issued]
        text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
        write_csv(header, rows, text)
        text.detach()
    console.say(say("已为{n}人开通账号，初始密码在{file}，请妥善保管。", n=len(issued), file=output))


@account.command()
@click.argument("login")
@pass_console
def close(console: Console, login: str) -> None:
    """Let nobody in by this account any more; whoever is logged in is out at once."""
    with console.writer() as db:
        account_care.close_account(db, console.actor, console.now(), login)
    console.say(say("账号{login}已停用，登录已全部失效。", login=login))


@account.command(name="open")
@click.argument("login")
@pass_console
def open_(console: Console, login: str) -> None:
    """Let a closed account in again, with the password it had."""
    with console.writer() as db:
        account_care.open_account(db, console.actor, console.now(), login)
    console.say(say("账号{login}已恢复使用。", login=login))


@account.command()
@click.argument("login")
@pass_console
def end(console: Console, login: str) -> None:
    """End every log-in of an account, as for a phone that was lost."""
    with console.writer() as db:
        ended = account_care.end_log_ins(db, console.actor, console.now(), login)
    console.say(say("账号{login}的{n}次登录已全部失效。", login=login, n=ended))


@account.command()
@click.argument("login")
@pass_console
def reset(console: Console, login: str) -> None:
    """Print a new first password for an account, to be changed at first use, and end every log-in."""
    password = new_password()
    with console.writer() as db:
        account_care.reset_password(db, console.actor, console.now(), login, password)
    console.say(say("账号{login}的新初始密码：{password}。首次登录时须修改。", login=login, password=password))


def new_password() -> str:
    """Return a first password: ten letters and digits, about 49 random bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(10))

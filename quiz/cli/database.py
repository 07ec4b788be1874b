"""quiz db: the database's schema."""

from __future__ import annotations

import tempfile

import click

from quiz.cli.console import Console, pass_console
from quiz.core.message import say
from quiz.storage import migrate
from quiz.storage.engine import closing_engine, make_engine


@click.group()
def db() -> None:
    """The database's schema."""


@db.command()
@pass_console
def upgrade(console: Console) -> None:
    """Bring the database to the newest schema."""
    with closing_engine(console.settings.database_url) as engine:
        migrate.upgrade(engine)
    console.say(say("数据库结构已是最新。"))


@db.command()
@pass_console
def check(console: Console) -> None:
    """Migrate an empty database and say whether it agrees with the models, triggers included."""
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/empty.sqlite3")
        migrate.upgrade(engine)
        found = migrate.differences(engine)
        engine.dispose()
    for difference in found:
        click.echo(str(difference), err=True)
    if found:
        raise click.exceptions.Exit(1)
    console.say(say("模型与迁移一致。"))

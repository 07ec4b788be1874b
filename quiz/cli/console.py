"""What every command needs: settings, database, clock, the acting person, and how to speak."""

from __future__ import annotations

import getpass
import platform
import unicodedata
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import click
from sqlalchemy import Engine, inspect
from sqlalchemy.orm import Session

from quiz.core.access import Actor, command_line
from quiz.core.message import Diagnostic, Message, QuizError, Translate, say
from quiz.settings import Settings, load_settings
from quiz.storage.engine import make_engine, reading, writing
from quiz.translation import translator
from quiz.usecases import timekeeping


class Console:
    """One run of the command line."""

    _latest: Console | None = None

    def __init__(self, language: str | None = None) -> None:
        Console._latest = None
        self.settings: Settings = load_settings()
        self.translate: Translate = translator(language or self.settings.language)
        self.language = language or self.settings.language
        Console._latest = self

    @classmethod
    def in_words(cls, message: Message) -> str:
        """Return a message in the language of this run; in Chinese when its settings could not even be read."""
        return cls._latest.text(message) if cls._latest else message.render()

    @cached_property
    def engine(self) -> Engine:
        """The installation's database. QuizError `no_database` when it has not been made yet."""
        engine = make_engine(self.settings.database_url)
        if not inspect(engine).has_table("alembic_version"):
            raise QuizError("no_database", say("还没有数据库。请先运行 quiz init（正式使用）或 quiz demo（演示）。"))
        return engine

    def close(self) -> None:
        """Close the connections to the database."""
        if "engine" in self.__dict__:  # where a cached property keeps what it has made
            self.engine.dispose()

    @property
    def actor(self) -> Actor:
        """Who holds this command line."""
        try:
            name = getpass.getuser()
        except (KeyError, OSError):
            name = "?"
        return command_line(f"cli:{name}")

    def now(self) -> datetime:
        """Return the machine's time."""
        return datetime.now(UTC)

    def served(self) -> datetime:
        """Return the time that people are served by: the machine's, unless its clock was set while they were at work (see `timekeeping`)."""
        return self.now() - self._shift

    @cached_property
    def _shift(self) -> timedelta:
        if not inspect(self.engine).has_table("clock_alarm"):  # a database of before: it is about to be upgraded
            return timedelta()
        with self.reader() as db:
            return timekeeping.shift(db, host_name())

    def reader(self) -> AbstractContextManager[Session]:
        """Give a transaction that only reads."""
        return reading(self.engine)

    def writer(self) -> AbstractContextManager[Session]:
        """Give a transaction that is committed at its end."""
        return writing(self.engine)

    def text(self, message: Message) -> str:
        """Return a message in the console's language."""
        return message.render(self.translate)

    def say(self, message: Message) -> None:
        """Print a message."""
        click.echo(self.text(message))

    def table(self, rows: Sequence[Sequence[str]], numbers: bool = False) -> None:
        """Print rows of texts with their columns one under the other; with `numbers` all but the first column end at the right."""
        widths = [max(width_of(row[column]) for row in rows) for column in range(len(rows[0]))]
        for row in rows:
            gaps = [" " * (width - width_of(cell)) for cell, width in zip(row, widths, strict=True)]
            cells = [gap + cell if numbers and i else cell + gap for i, (cell, gap) in enumerate(zip(row, gaps, strict=True))]
            click.echo("  ".join(cells).rstrip())

    def report(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        """Print problems in files to standard error, one a line."""
        for diagnostic in sorted(diagnostics):
            click.echo(diagnostic.render(self.translate), err=True)


def width_of(text: str) -> int:
    """Return how many columns of a terminal a text takes: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


pass_console: Callable[..., Callable[..., None]] = click.pass_obj


def host_name() -> str:
    """Return what names this machine since it was started, as far as the system tells: its ticks count from then on."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    return boot.read_text("ascii").strip() if boot.exists() else platform.node()[:64]

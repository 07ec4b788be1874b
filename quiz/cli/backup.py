"""quiz backup and quiz restore: a whole installation in one file, taken while the server runs, put back into an empty place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from quiz.cli.backup_file import Backup, open_backup, write_backup
from quiz.cli.backup_file import restore as put_back
from quiz.cli.backup_places import note_where
from quiz.cli.console import Console, pass_console
from quiz.core.message import Message, QuizError, mark_text, say
from quiz.formats.whole_file import whole_file
from quiz.settings import DATABASE, Settings
from quiz.translation import format_moment
from quiz.usecases.auditing import describe_chain
from quiz.usecases.backups import note_backup, note_restore

MEGABYTE = 1_000_000


@click.command()
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="the file, or a folder in which it gets a name with the time")
@click.option("--force", is_flag=True, help="replace a file of that name")
@pass_console
def backup(console: Console, output: Path, force: bool) -> None:
    """Write everything this installation holds into one file, while the server runs. Keep it as you keep papers: it holds every key."""
    path = output / f"kaoxue-{console.now().astimezone(console.settings.zone):%Y%m%d-%H%M%S}.zip" if output.is_dir() else output
    if path.exists() and not force:
        raise QuizError("file_exists", say("{file}已经存在。换一个名字，或用 --force 替换它。", file=path))
    with _in_words("cannot_back_up", mark_text("没有备份成，{file}没有动过：{reason}"), path):
        with console.writer() as db:
            note_backup(db, console.actor, console.now())
        with whole_file(path) as out:
            manifest, chain = write_backup(console.engine, console.settings, out, console.now())
    note_where(console.settings.instance, path)
    rows = sum(table["rows"] for table in manifest["tables"])
    size = f"{path.stat().st_size / MEGABYTE:.1f}"
    console.say(say("已备份到{file}：{tables}张表，{rows}行，{size}兆字节。", file=path, tables=len(manifest["tables"]), rows=rows, size=size))
    for line in describe_chain(chain):
        console.say(line)
    console.say(say("文件里有全部试题的答案、密码摘要和密钥，请像保管试卷一样保管。"))


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), help="an empty folder to become the instance, with a SQLite database in it")
@click.option("--check", "only_check", is_flag=True, help="read the file through and say what it holds, restore nothing")
@pass_console
def restore(console: Console, file: Path, into: Path | None, only_check: bool) -> None:
    """Put a backup into an installation that has no database yet. All of it or nothing; nothing that is there is ever replaced."""
    if into is not None and into.exists() and any(into.iterdir()):
        raise QuizError("not_empty", say("{file}已经存在，没有恢复。请先把它移走，或用 --into 恢复到另一个空目录。", file=into))
    with file.open("rb") as content:
        found = open_backup(content)
        console.say(_what(console, found))
        if only_check:
            console.say(say("文件完好，没有恢复任何东西。"))
            return
        settings = console.settings if into is None else _in_folder(console.settings, into)
        with _in_words("cannot_restore", mark_text("没有恢复，{file}没有动过：{reason}"), settings.instance):
            chain = put_back(found, settings, lambda db: note_restore(db, console.actor, console.now(), found.manifest["created_at"]))
    console.say(say("已恢复到{folder}，各表行数与备份一致。", folder=settings.instance))
    for line in describe_chain(chain):
        console.say(line)
    console.say(say("备份之后的作答不在其中；用 quiz serve 启动后，请考生重新打开试卷核对。"))


def _what(console: Console, found: Backup) -> Message:
    """Say of what moment a backup is and how much it holds."""
    at = format_moment(datetime.fromisoformat(found.manifest["created_at"]), console.language, console.settings.zone)
    rows = found.rows
    counts = {name: rows.get(table, 0) for name, table in (("papers", "paper"), ("attempts", "attempt"), ("responses", "response"))}
    return say("{at}的备份（{kind}）：{rows}行，其中试卷{papers}份、答卷{attempts}份、作答{responses}条。",
               at=at, kind=found.manifest["database"], rows=sum(rows.values()), **counts)  # fmt: skip


def _in_folder(settings: Settings, folder: Path) -> Settings:
    """Return the settings of an installation with a SQLite database in another folder, which is made if need be."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return replace(settings, instance=folder, database_url=f"sqlite:///{(folder / DATABASE).as_posix()}")


@contextmanager
def _in_words(code: str, text: str, file: Path) -> Iterator[None]:
    """Turn what disks, databases and rows that cannot be raise into a QuizError that says what did not happen."""
    try:
        yield
    except (OSError, ValueError, SQLAlchemyError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        raise QuizError(code, say(text, file=file, reason=reason)) from error

"""What `quiz doctor` says of this node: who serves the database, what a confirmed save rests on, and what must be the same on every node."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from quiz.cli.console import Console
from quiz.core.message import Message, say
from quiz.settings import Settings
from quiz.storage.engine import reading
from quiz.storage.postgres import ServerState, state_of
from quiz.storage.served import served_by

MOST_SECONDS_APART = 2
MARK = ".mark"
"""The file by which nodes know the folder that they share."""


def node_lines(console: Console, engine: Engine) -> Iterator[Message]:
    """Say it, line by line; what asks for somebody's attention begins with 注意."""
    if engine.dialect.name == "postgresql":
        with reading(engine) as db:
            yield from server_lines(state_of(db), console.now())
    else:
        process = served_by(console.settings.database_url)
        yield say("服务正在运行，进程号{pid}。", pid=process) if process else say("现在没有服务在使用这个数据库。")
    yield say("密钥的标记：{mark}。各节点须相同，否则准考码和表单在别的节点上无效。", mark=mark_of_key(console.settings))
    yield from prints_lines(console.settings, are_nodes_possible=engine.dialect.name == "postgresql")
    if console.settings.secure and not console.settings.proxies:
        yield say("注意：设了 QUIZ_SECURE，却没有用 QUIZ_PROXIES 指明前面的代理：准考条上的网址会是 http，日志里只见代理的地址。")


def server_lines(state: ServerState, now: datetime) -> Iterator[Message]:
    """Say what a PostgreSQL server is like, and what of it endangers a sitting."""
    yield say("PostgreSQL {version}（{address}）", version=state.version, address=state.address or "local")
    if not state.is_durable:
        yield say("注意：fsync 或 synchronous_commit 已关闭，断电时“已保存”的作答可能丢失。")
    if state.is_stuck:
        yield say("注意：同步备机（{names}）没有连上，现在任何保存都不会得到确认。", names=state.standby_names)
    elif state.standby_names:
        yield say("同步备机已连接：每次保存写到两台机器上才确认。")
    else:
        yield say("没有设同步备机：主机损坏时，最后的保存可能丢失。")
    apart = abs((now - state.clock).total_seconds())
    if apart > MOST_SECONDS_APART:
        yield say("注意：本机时钟与数据库相差{n}秒。各节点按自己的时钟判断截止，请先校时（NTP）。", n=round(apart))


def prints_lines(settings: Settings, *, are_nodes_possible: bool) -> Iterator[Message]:
    """Say where the files lie that are printed behind a page, so that the next request may be answered by another node."""
    if settings.shared_prints is None:
        if are_nodes_possible:
            yield say("按考场打印的文件只在生成它们的节点上。有几个节点时，请用 QUIZ_PRINTS 指定一个各节点共用的文件夹。")
        return
    try:
        mark = mark_of_folder(settings.shared_prints)
    except OSError as error:
        yield say("注意：打印文件夹{folder}不能读写：{why}", folder=settings.shared_prints, why=error.strerror or "")
    else:
        yield say("打印文件夹的标记：{mark}。各节点须相同，否则它们用的不是同一个文件夹。", mark=mark)


def mark_of_folder(folder: Path) -> str:
    """Return a few letters that lie in a folder, and put them there when it has none: nodes that read the same share it. OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(folder / MARK, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        os.utime(folder / MARK)  # what may not be written to is no folder for prints
        return (folder / MARK).read_text("ascii")
    with os.fdopen(handle, "w") as file:
        file.write(mark := secrets.token_hex(4))
    return mark


def mark_of_key(settings: Settings) -> str:
    """Return a few letters by which keys can be compared without being shown."""
    return hashlib.sha256(b"the mark of " + settings.secret_key.encode()).hexdigest()[:8]

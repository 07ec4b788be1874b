"""quiz init, demo, serve, doctor: from an empty folder to a running server."""

from __future__ import annotations

import logging
import socket
import threading
from typing import Any

import click

from quiz.cli import demo_county
from quiz.cli.console import Console, pass_console
from quiz.core.message import QuizError, say
from quiz.settings import load_settings
from quiz.storage import migrate
from quiz.storage.engine import make_engine, sqlite_version, writing
from quiz.usecases import attempts
from quiz.usecases.auditing import describe_chain, is_sound, verify_audit

log = logging.getLogger("quiz.sweep")
LOOPBACK = ("127.0.0.1", "::1", "localhost")
SWEEP_SECONDS = 5
SERVER: dict[str, Any] = {"threads": 32, "connection_limit": 10_000, "asyncore_use_poll": True, "ident": None}
"""How waitress serves. A hall sends many slow requests at once: it takes each whole before it uses a thread. Threads that save mostly wait, for the
others whose saves are stored with theirs: as many can be stored together as there are threads.
"""


@click.command()
@pass_console
def init(console: Console) -> None:
    """Make an empty installation for a real county: database, secret key, and what to do next."""
    if console.settings.is_demo:
        raise QuizError("is_demo", say("这个实例目录是演示用的。请用 QUIZ_INSTANCE 指定另一个目录，再运行 quiz init。"))
    migrate.upgrade(make_engine(console.settings.database_url))
    console.say(say("数据库已就绪：{folder}", folder=console.settings.instance))
    for step in (
        say("1. 创建组考账号：quiz account create 登录名 --name 姓名 --role organiser"),
        say("2. 创建命题账号：quiz account create 登录名 --name 姓名 --role setter"),
        say("3. 导入花名册：quiz roster load 花名册.xlsx"),
        say("4. 发布题库：quiz bank publish question_banks/"),
        say("5. 开通考生账号：quiz account issue -o 初始密码.csv"),
        say("6. 启动：quiz serve"),
    ):
        console.say(step)


@click.command()
@click.option("--port", type=int, default=8765, show_default=True)
@click.option("--no-serve", is_flag=True, help="prepare the demo and stop")
@pass_console
def demo(console: Console, port: int, no_serve: bool) -> None:
    """Prepare the fictional county with shipped banks and a sitting that is open now, print the log-ins, and serve on this machine only."""
    instance = console.settings.instance
    if not console.settings.is_demo and (instance / "quiz.sqlite3").exists():
        raise QuizError("not_demo", say("这个实例目录已用于正式考试，不能改成演示。请用 QUIZ_INSTANCE 指定另一个目录。"))
    (instance / "demo").touch()
    engine = make_engine(console.settings.database_url)
    migrate.upgrade(engine)
    demo_county.prepare(engine, console)
    port = _free_port(port)
    click.echo("")
    console.say(say("考学演示已就绪：http://127.0.0.1:{port}", port=port))
    for login, what in demo_county.LOG_INS:
        console.say(say("  {what}　登录名 {login}　密码 {password}", what=what, login=login, password=demo_county.PASSWORD))
    console.say(say("按 Ctrl+C 停止；再次运行不会丢失数据。"))
    if not no_serve:
        _serve(console, "127.0.0.1", port)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=int, default=8765, show_default=True)
@pass_console
def serve(console: Console, host: str, port: int) -> None:
    """Serve the pages, and close attempts whose time is over."""
    if console.settings.is_demo and host not in LOOPBACK:
        raise QuizError("demo_is_local", say("演示账号的密码是公开的，只能在本机打开。"))
    migrate.upgrade(make_engine(console.settings.database_url))
    console.say(say("考学已启动：http://{host}:{port}", host=host, port=port))
    _serve(console, host, port)


@click.command()
@pass_console
def doctor(console: Console) -> None:
    """Say what this installation runs on and whether its database is in order."""
    engine = make_engine(console.settings.database_url)
    console.say(say("实例目录：{folder}", folder=console.settings.instance))
    console.say(say("数据库：{kind}", kind=engine.dialect.name))
    if engine.dialect.name == "sqlite":
        console.say(say("SQLite 版本：{version}", version=sqlite_version()))
    found = migrate.differences(console.engine)
    for difference in found:
        click.echo(str(difference), err=True)
    if found:
        raise QuizError("schema", say("数据库结构与程序不一致，请运行 quiz db upgrade。"))
    console.say(say("数据库结构正常。"))
    with console.reader() as db:
        chain = verify_audit(db, console.actor)
    for line in describe_chain(chain):
        console.say(line)
    if not is_sound(chain):
        raise click.exceptions.Exit(1)


def _serve(console: Console, host: str, port: int) -> None:
    import waitress  # the web is loaded by the commands that serve, not by every lint

    from quiz.web import create_app, start_logging

    settings = load_settings()
    start_logging(settings.log_all)
    stop = threading.Event()
    sweeper = threading.Thread(target=_close_expired_until, args=(stop, console), name="close-expired", daemon=True)
    sweeper.start()
    try:
        waitress.serve(create_app(settings), host=host, port=port, **SERVER)
    finally:
        stop.set()
        sweeper.join(timeout=10)


def _close_expired_until(stop: threading.Event, console: Console) -> None:
    from quiz.web import count_swept

    engine = make_engine(console.settings.database_url)
    while not stop.wait(SWEEP_SECONDS):
        try:
            with writing(engine) as db:
                closed = attempts.close_expired(db, console.now())
        except Exception:  # a database that is away comes back, and then its attempts must still be closed
            log.exception("the sweep failed")
        else:
            count_swept(closed)


def _free_port(wanted: int) -> int:
    """Return `wanted` if nobody listens there, else a free port."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    return wanted

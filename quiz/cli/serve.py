"""quiz init, demo, serve, doctor: from an empty folder to a running server."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable

import click
from sqlalchemy import Engine

from quiz.cli import demo_county
from quiz.cli.console import Console, host_name, pass_console
from quiz.core.message import QuizError, say
from quiz.core.steady import SteadyClock
from quiz.settings import load_settings
from quiz.storage import migrate
from quiz.storage.engine import make_engine, reading, sqlite_version, writing
from quiz.usecases import attempts, timekeeping
from quiz.usecases.auditing import describe_chain, is_sound, verify_audit

log = logging.getLogger("quiz.sweep")
LOOPBACK = ("127.0.0.1", "::1", "localhost")
SWEEP_SECONDS = 5
PRESENCE_SECONDS = 3
THREADS = 8


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

    from quiz.web import create_app, start_logging, steady_clock

    settings = load_settings()
    start_logging(settings.log_all)
    clock = steady_clock()
    with reading(console.engine) as db:
        timekeeping.go_on(db, host_name(), clock)
    app = create_app(settings, clock)
    stop = threading.Event()
    helpers = [
        threading.Thread(target=_keep_watch_until, args=(stop, console, clock), name="watch", daemon=True),
        threading.Thread(target=_write_down_until, args=(stop, app.extensions["quiz"].presences.write_down), name="presence", daemon=True),
    ]
    for helper in helpers:
        helper.start()
    try:
        # a hall sends many slow requests at once: waitress takes each whole before a thread is used
        waitress.serve(app, host=host, port=port, threads=THREADS, connection_limit=2000, asyncore_use_poll=True, ident=None)
    finally:
        stop.set()
        for helper in helpers:
            helper.join(timeout=10)


def _keep_watch_until(stop: threading.Event, console: Console, clock: SteadyClock) -> None:
    """Look at the clock and close what is out of time, every few seconds."""
    from quiz.web import count_swept

    engine = make_engine(console.settings.database_url)
    while not stop.wait(SWEEP_SECONDS):
        try:
            closed = watch(engine, clock, host_name())
        except Exception:  # a database that is away comes back, and then its attempts must still be closed
            log.exception("the sweep failed")
        else:
            count_swept(closed)


def watch(engine: Engine, clock: SteadyClock, host: str) -> int:
    """Compare the clocks, tell of a jump, and close what is out of time unless that has to wait for a person; return how many were closed."""
    now, drift = clock(), clock.drift
    with writing(engine) as db:
        kept = timekeeping.keep_time(db, host, clock.ticks, now, drift)
        closed = attempts.close_expired(db, now)
    if kept.jumped is not None:
        log.error("the clock was set, nothing is closed until somebody has looked", extra={"fields": {"seconds": round(kept.jumped.total_seconds())}})
    if kept.follow:
        clock.follow()
    return closed


def _write_down_until(stop: threading.Event, write_down: Callable[[], int]) -> None:
    """Write down every few seconds who was heard of, and once more at the end."""
    is_last = False
    while not is_last:
        is_last = stop.wait(PRESENCE_SECONDS)
        try:
            write_down()
        except Exception:  # as above; what was told is kept meanwhile
            log.exception("presence was not written down")


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

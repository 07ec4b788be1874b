"""quiz init, demo, serve, doctor: from an empty folder to a running server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from sqlalchemy.exc import OperationalError

from quiz.cli import demo_county, workers
from quiz.cli.console import Console, host_name, pass_console
from quiz.cli.damage import refuse_damaged
from quiz.cli.disk import disk_lines
from quiz.cli.http_crowd import Gather
from quiz.cli.http_server import run
from quiz.cli.node_report import node_lines
from quiz.cli.sweep import sweep_until, write_down_until
from quiz.core.collector import settle
from quiz.core.message import QuizError, say
from quiz.settings import Settings, load_settings
from quiz.storage import migrate, reserve, soundness, turn
from quiz.storage.engine import closing_engine, reading, sqlite_version
from quiz.storage.served import only_server
from quiz.usecases import timekeeping
from quiz.usecases.accounts import who_has_password
from quiz.usecases.auditing import describe_chain, is_sound, verify_audit

if TYPE_CHECKING:
    from flask import Flask

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@click.command()
@pass_console
def init(console: Console) -> None:
    """Make an empty installation for a real county: database, secret key, and what to do next."""
    if console.settings.is_demo:
        raise QuizError("is_demo", say("这个实例目录是演示用的。请用 QUIZ_INSTANCE 指定另一个目录，再运行 quiz init。"))
    with closing_engine(console.settings.database_url) as engine:
        migrate.upgrade(engine)
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
    with closing_engine(console.settings.database_url) as engine:
        migrate.upgrade(engine)
        demo_county.prepare(engine, console)
    port = _free_port(port)
    click.echo("")
    console.say(say("考学演示已就绪：http://127.0.0.1:{port}", port=port))
    for login, what in demo_county.LOG_INS:
        console.say(say("  {what}　登录名 {login}　密码 {password}", what=what, login=login, password=demo_county.PASSWORD))
    console.say(say("按 Ctrl+C 停止；再次运行不会丢失数据。"))
    if not no_serve:
        reserve.keep(console.settings.database_url)
        with only_server(console.settings.database_url), _at_work(console) as (app, gather, stopping):
            run(app, "127.0.0.1", port, stopping, gather=gather)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=int, default=8765, show_default=True)
@click.option(
    "--notice", type=click.FloatRange(0, 60), default=0.0, show_default=True, help="seconds from not ready to closed, for balancers that ask /readyz"
)
@click.option("--processes", type=click.IntRange(1, 64), help="side by side; by default one a core on SQLite, at most 4, and one on PostgreSQL")
@pass_console
def serve(console: Console, host: str, port: int, notice: float, processes: int | None) -> None:
    """Serve the pages, and close attempts whose time is over. SIGTERM and Ctrl+C stop it when all that was asked has been answered."""
    if console.settings.is_demo and host not in LOOPBACK:
        raise QuizError("demo_is_local", say("演示账号的密码是公开的，只能在本机打开。"))
    with only_server(console.settings.database_url) as lock:
        refuse_damaged(console.settings)
        _upgrade(console.settings.database_url)
        if not console.settings.is_demo:
            _refuse_published_passwords(console)
        soundness.write_again(console.settings.database_url)
        reserve.keep(console.settings.database_url)
        console.say(say("考学已启动：http://{host}:{port}", host=host, port=port))
        count = _processes(console.settings, processes)
        if count == 1:
            with _at_work(console) as (app, gather, stopping):
                run(app, host, port, stopping, notice, gather)
            return
        console.close()  # the processes open the database themselves
        workers.become_watcher(count, host, port, notice, lock)


@click.command("serve-worker", hidden=True)
@click.option("--orders", type=int, required=True)
@click.option("--notice", type=float, required=True)
@click.option("--check", is_flag=True, help="look whether the database's file is whole: a large one was not looked at to its end before")
@click.argument("sockets", type=int, nargs=-1, required=True)
@pass_console
def serve_worker(console: Console, orders: int, notice: float, check: bool, sockets: tuple[int, ...]) -> None:
    """Be one process of a server: only `quiz serve` calls this."""
    if check:
        soundness.Check(console.settings.database_url)
    turn.share(console.settings.database_url)
    with _at_work(console) as (app, gather, stopping):
        workers.work(app, gather, sockets, orders, stopping, notice)


@click.command()
@pass_console
def doctor(console: Console) -> None:
    """Say what this installation runs on and whether its database is in order."""
    console.say(say("实例目录：{folder}", folder=console.settings.instance))
    for line in disk_lines(console.settings.database_url):
        console.say(line)
    refuse_damaged(console.settings, thoroughly=True)
    engine = console.engine
    console.say(say("数据库：{kind}", kind=engine.dialect.name))
    if engine.dialect.name == "sqlite":
        console.say(say("SQLite 版本：{version}", version=sqlite_version()))
    for line in node_lines(console, engine):
        console.say(line)
    found = migrate.differences(engine)
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


def _refuse_published_passwords(console: Console) -> None:
    """QuizError `published_password` when the demo's password, which everybody can read, opens an account of a real installation."""
    with console.reader() as db:
        found = who_has_password(db, [login for login, _ in demo_county.LOG_INS], demo_county.PASSWORD)
    if found:
        text = say("账号{logins}还在用演示的公开密码，没有启动。请先运行 quiz account reset。", logins="、".join(found))
        raise QuizError("published_password", text)


def _upgrade(url: str) -> None:
    """Bring the database to the newest schema, on a full disk with the room that was kept for that."""
    with closing_engine(url) as engine:
        try:
            migrate.upgrade(engine)
        except OperationalError as error:
            if not reserve.is_full(error, url) or not reserve.give_up(url):
                raise
            migrate.upgrade(engine)


def _processes(settings: Settings, wanted: int | None) -> int:
    """How many processes serve. QuizError `one_process` where there can be only one."""
    if not turn.CAN_SHARE and (wanted or 1) > 1:
        raise QuizError("one_process", say("Windows 上只能由一个进程服务。"))
    if wanted is None:
        wanted = workers.usual_count() if soundness.sqlite_file(settings.database_url) and turn.CAN_SHARE else 1
    return wanted


@contextmanager
def _at_work(console: Console) -> Iterator[tuple[Flask, Gather, threading.Event]]:
    """Give the application, with what runs beside its pages, what answers its saves together, and what says that it is about to stop; all ends
    afterwards."""
    # the web is loaded by the commands that serve, not by every lint
    from quiz.web import count_swept, create_app, saves_together, start_logging, steady_clock

    settings = load_settings()
    start_logging(settings.log_all)
    clock, stopping = steady_clock(), threading.Event()
    with reading(console.engine) as db:
        timekeeping.go_on(db, host_name(), clock)
    app = create_app(settings, stopping, clock)
    helpers = [
        threading.Thread(target=sweep_until, args=(stopping, console, clock, count_swept), name="close-expired", daemon=True),
        threading.Thread(target=write_down_until, args=(stopping, app.extensions["quiz"].presences.write_down), name="presence", daemon=True),
    ]
    for helper in helpers:
        helper.start()
    settle()
    try:
        yield app, saves_together(app), stopping
    finally:
        stopping.set()
        for helper in helpers:
            helper.join(timeout=10)


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

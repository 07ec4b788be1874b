"""quiz init, demo, serve, doctor: from an empty folder to a running server."""

from __future__ import annotations

import socket
import threading

import click
from sqlalchemy.exc import OperationalError

from quiz.cli import demo_county
from quiz.cli.console import Console, host_name, pass_console
from quiz.cli.damage import refuse_damaged
from quiz.cli.disk import disk_lines
from quiz.cli.node_report import node_lines
from quiz.cli.sweep import sweep_until, write_down_until
from quiz.core.message import QuizError, say
from quiz.settings import load_settings
from quiz.storage import migrate, reserve
from quiz.storage.engine import closing_engine, reading, sqlite_version
from quiz.storage.served import only_server
from quiz.usecases import timekeeping
from quiz.usecases.accounts import who_has_password
from quiz.usecases.auditing import describe_chain, is_sound, verify_audit

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
        with only_server(console.settings.database_url):
            _serve(console, "127.0.0.1", port)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=int, default=8765, show_default=True)
@click.option(
    "--notice", type=click.FloatRange(0, 60), default=0.0, show_default=True, help="seconds from not ready to closed, for balancers that ask /readyz"
)
@pass_console
def serve(console: Console, host: str, port: int, notice: float) -> None:
    """Serve the pages, and close attempts whose time is over. SIGTERM and Ctrl+C stop it when all that was asked has been answered."""
    if console.settings.is_demo and host not in LOOPBACK:
        raise QuizError("demo_is_local", say("演示账号的密码是公开的，只能在本机打开。"))
    with only_server(console.settings.database_url):
        refuse_damaged(console.settings)
        _upgrade(console.settings.database_url)
        if not console.settings.is_demo:
            _refuse_published_passwords(console)
        console.say(say("考学已启动：http://{host}:{port}", host=host, port=port))
        _serve(console, host, port, notice)


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


def _serve(console: Console, host: str, port: int, notice: float = 0.0) -> None:
    from quiz.cli.http_server import run  # the web is loaded by the commands that serve, not by every lint
    from quiz.web import count_swept, create_app, saves_together, start_logging, steady_clock

    settings = load_settings()
    start_logging(settings.log_all)
    reserve.keep(settings.database_url)
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
    try:
        run(app, host, port, stopping, notice, saves_together(app))
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

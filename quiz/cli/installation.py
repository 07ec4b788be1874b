"""quiz init, demo, doctor: what an installation begins with, and what state it is in."""

from __future__ import annotations

import socket

import click

from quiz.cli import demo_county
from quiz.cli.at_work import at_work
from quiz.cli.console import Console, pass_console
from quiz.cli.damage import refuse_damaged
from quiz.cli.disk import disk_lines
from quiz.cli.http_server import run
from quiz.cli.node_report import node_lines
from quiz.core.message import QuizError, say
from quiz.storage import migrate, reserve
from quiz.storage.engine import closing_engine, sqlite_version
from quiz.storage.served import only_server
from quiz.usecases.auditing import describe_chain, is_sound, verify_audit


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
        with only_server(console.settings.database_url), at_work(console) as (app, gather, stopping):
            run(app, "127.0.0.1", port, stopping, gather=gather)


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

"""quiz serve: look at the database, then serve the pages with one process or several (ADR 0024)."""

from __future__ import annotations

import os
import sys
from functools import partial

import click
from sqlalchemy.exc import OperationalError

from quiz.cli import workers
from quiz.cli.at_work import at_work, load
from quiz.cli.console import Console, pass_console
from quiz.cli.counts_folder import counts_folder
from quiz.cli.damage import refuse_damaged
from quiz.cli.http_server import run
from quiz.cli.watch import watch
from quiz.core.message import QuizError, listed, say
from quiz.settings import Settings
from quiz.storage import migrate, reserve, soundness, turn
from quiz.storage.engine import closing_engine
from quiz.storage.served import only_server
from quiz.usecases.accounts import who_has_password

LOOPBACK = ("127.0.0.1", "::1", "localhost")


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
        count = _processes(console.settings, processes)
        if count == 1:
            _make_ready(console, host, port)
            with at_work(console) as (app, gather, stopping):
                run(app, host, port, stopping, notice, gather)
            return
        with counts_folder() as counts:
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(counts)  # read when the web is loaded
            ready = workers.fork(partial(_make_ready, console, host, port))
            load()  # meanwhile, since every process that serves is a copy of this one
            ready.join()
            if ready.exitcode:
                sys.exit(ready.exitcode)
            watch(partial(workers.work, console, count, notice), count, host, port, notice, lock)


def _make_ready(console: Console, host: str, port: int) -> None:
    """Look whether the database's file is whole, bring it to the newest schema, and refuse what must not be served."""
    refuse_damaged(console.settings)
    _upgrade(console.settings.database_url)
    if not console.settings.is_demo:
        _refuse_published_passwords(console)
    soundness.write_again(console.settings.database_url)
    reserve.keep(console.settings.database_url)
    console.say(say("考学已启动：http://{host}:{port}", host=host, port=port))


def _refuse_published_passwords(console: Console) -> None:
    """QuizError `published_password` when the demo's password, which everybody can read, opens an account of a real installation."""
    from quiz.cli import demo_county  # with all that makes a county

    with console.reader() as db:
        found = who_has_password(db, [login for login, _ in demo_county.LOG_INS], demo_county.PASSWORD)
    if found:
        text = say("账号{logins}还在用演示的公开密码，没有启动。请先运行 quiz account reset。", logins=listed(found))
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

"""A server of several processes: all of them serve, none of them is missed for long, and they end together."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import urlencode

import psutil
import pytest

from quiz.cli import counts_folder, watch
from quiz.cli.watch import MOST_SHORT_LIVES
from quiz.core.message import QuizError
from quiz.settings import DATABASE
from quiz.storage import soundness, turn
from quiz.storage.engine import make_engine, reading, writing
from quiz.storage.tables import CadreRow
from tests.cli.test_stop import PATIENCE, Server, ask, folder, start  # noqa: F401
from tests.web.conftest import filled_sqlite  # noqa: F401
from tests.web.world import PASSWORD

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks the system for the processes below another")

Start = Callable[..., Server]


def below(server: Server) -> list[int]:
    """Return the numbers of the processes that serve."""
    return [one.pid for one in psutil.Process(server.process.pid).children()]


def is_at_work(process: int) -> bool:
    """True for a process that has not ended; who has, and whom nobody asks how, stays in the system's list."""
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    return False


def wait_for(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


@contextmanager
def held_up(process: int) -> Iterator[None]:
    """Let a process do nothing meanwhile."""
    os.kill(process, signal.SIGSTOP)
    try:
        wait_for(lambda: Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "T")
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def serves_alone(server: Server, others: list[int]) -> bool:
    """True when the server answers on a new connection while these of its processes do nothing."""
    with held_up(others[0]), closing(server.connect()) as new:
        return ask(new, "/healthz")[0] == 200


@pytest.fixture
def two(start: Start) -> Server:  # noqa: F811
    """A server of two processes, both of which serve."""
    server = start("--processes", "2")
    server.connect().close()
    wait_for(lambda: len(below(server)) == 2)
    first, second = below(server)
    assert serves_alone(server, [second])
    assert serves_alone(server, [first])
    return server


def test_one_that_is_killed_is_replaced_and_the_other_serves_on(two: Server) -> None:
    with closing(two.connect()) as kept:
        assert ask(kept, "/healthz")[0] == 200
        first, second = below(two)
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: len(set(below(two)) - {first, second}) == 1)
        (new,) = set(below(two)) - {first, second}
        assert serves_alone(two, [second]), f"{new} does not serve"
    assert two.end() == 0
    assert '"event": "a serving process died and is replaced", "status": -9' in two.process.stderr.read()  # type: ignore[union-attr]


def test_when_the_watcher_is_killed_none_is_left_behind(two: Server, start: Start) -> None:  # noqa: F811
    left = below(two)
    assert two.end(signal.SIGKILL) == -signal.SIGKILL
    try:
        wait_for(lambda: not any(is_at_work(number) for number in left))
    finally:  # else they would hold this test's pipe for ever
        for number in left:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
    with closing(start("--processes", "2").connect()) as after:
        assert ask(after, "/readyz")[0] == 200


def test_a_killed_server_s_counts_are_removed_by_the_next(start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setenv("TMPDIR", str(tmp_path))

    def folders() -> list[Path]:
        return list(tmp_path.glob("quiz-counts-*"))

    killed = start("--processes", "2")
    killed.connect().close()
    left = below(killed)
    killed.end(signal.SIGKILL)
    wait_for(lambda: not any(is_at_work(number) for number in left))
    (stale,) = folders()
    after = start("--processes", "2")
    after.connect().close()
    (own,) = folders()
    assert own != stale
    assert after.end() == 0
    assert folders() == []


def test_counts_of_a_server_that_serves_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts_folder, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(counts_folder, "mkdtemp", partial(mkdtemp, dir=tmp_path))
    with counts_folder.counts_folder() as one:
        (one / "counter.db").write_bytes(b"1")
        with counts_folder.counts_folder() as other:
            assert (one / "counter.db").exists()
            assert other != one
        assert [*tmp_path.iterdir()] == [one]
    assert [*tmp_path.iterdir()] == []


def test_a_terminal_s_signal_to_all_of_them_is_heard_once(two: Server) -> None:
    """Ctrl+C reaches every process of the terminal, a service manager's stop every process of the service; heard twice it would cut people off."""
    raw = two.send(b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 7\r\n\r\nlog")
    for process in (*below(two), two.process.pid):
        os.kill(process, signal.SIGINT)
        os.kill(process, signal.SIGTERM) if process != two.process.pid else None
    two.wait_until_closed()
    raw.sendall(b"in=x")
    with raw, raw.makefile("rb") as file:
        assert file.read().startswith(b"HTTP/1.1 400 ")
    assert two.process.wait(PATIENCE) == 0


def test_what_one_counts_any_of_them_tells(two: Server) -> None:
    for _ in range(10):
        with closing(two.connect()) as new:
            ask(new, "/login")
    with closing(two.connect()) as asking:
        asking.request("GET", "/metrics", headers={"Host": f"127.0.0.1:{two.port}"})
        told = asking.getresponse().read().decode()
    assert re.search(r'^quiz_requests_total{method="GET",route="/login",status="200"} 10\.0$', told, re.MULTILINE)
    assert re.search(r"^quiz_open_attempts \d", told, re.MULTILINE)


def test_processes_that_cannot_begin_are_not_begun_for_ever(start: Start, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    (folder / "demo").touch()
    monkeypatch.setenv("QUIZ_SECURE", "1")  # the demo for everybody: no process that serves agrees to that
    server = start("--processes", "2")
    _, told = server.process.communicate(timeout=2 * PATIENCE)
    assert server.process.returncode == 1
    assert told.count("a serving process died") == MOST_SHORT_LIVES
    assert "服务进程一启动就退出" in told


def test_a_server_that_serves_is_not_given_up_for_those_that_die_young_beside_it() -> None:
    """Something kills each new one within a minute, five times in succession: while another has lived longer, people are served."""
    process = get_context("fork").Process()
    new, old = watch._Worker(process, 0), watch._Worker(process, 0, began=time.monotonic() - watch.SHORT_LIFE)
    assert not watch._is_hopeless(MOST_SHORT_LIVES, [new, old])
    assert watch._is_hopeless(MOST_SHORT_LIVES, [new, new])
    assert not watch._is_hopeless(MOST_SHORT_LIVES - 1, [new, new])


def test_what_watches_can_be_copied(two: Server) -> None:
    """A fork copies the locks of other threads in whatever state they are, and SQLite knows those of an open file no more."""
    watcher = Path(f"/proc/{two.process.pid}")
    assert len(list((watcher / "task").iterdir())) == 1
    opened = [os.readlink(one) for one in (watcher / "fd").iterdir()]
    assert not [name for name in opened if DATABASE in name and not name.endswith(".server")]
    for number in below(two):
        assert f"{DATABASE}.server" not in " ".join(os.readlink(one) for one in Path(f"/proc/{number}/fd").iterdir())


def test_who_waits_is_next(tmp_path: Path) -> None:
    """One holds the turn, another waits, a third comes: the third stands behind the second, whatever the system wakes first."""
    place, order = str(tmp_path / "x"), []

    def take(name: str) -> None:
        with turn._among_processes(place):
            order.append(name)

    second, third = (threading.Thread(target=take, args=(name,)) for name in ("second", "third"))
    with turn._among_processes(place):
        second.start()
        wait_for(lambda: is_locked(f"{place}.door"))
        third.start()
        assert order == []
    second.join(PATIENCE)
    third.join(PATIENCE)
    assert order == ["second", "third"]
    assert not is_locked(f"{place}.door")
    assert not is_locked(f"{place}.room")


def is_locked(path: str) -> bool:
    import fcntl

    handle = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


def test_a_process_that_shares_the_turn_waits_for_the_others(folder: Path) -> None:  # noqa: F811
    url = f"sqlite:///{folder / DATABASE}"
    engine, written = make_engine(url), threading.Event()
    turn.share(url)

    def write() -> None:
        with writing(engine) as db:
            db.query(CadreRow).count()
        written.set()

    with turn._among_processes(str(folder / DATABASE)):
        thread = threading.Thread(target=write)
        thread.start()
        wait_for(lambda: is_locked(str(folder / f"{DATABASE}.door")))
        assert not written.is_set()
    assert written.wait(PATIENCE)
    thread.join(PATIENCE)
    engine.dispose()


def test_damage_that_another_process_found_ends_writing_here_until_the_file_is_looked_at_anew(folder: Path) -> None:  # noqa: F811
    url = f"sqlite:///{folder / DATABASE}"
    engine = make_engine(url)
    (folder / f"{DATABASE}.damaged").touch()  # as `stop_writing` leaves it
    with pytest.raises(QuizError, match="damaged"), writing(engine):
        pass
    with reading(engine) as db:
        assert db.query(CadreRow).count()
    soundness.write_again(url)
    with writing(engine) as db:
        db.query(CadreRow).count()
    engine.dispose()


def try_log_in(server: Server, login: str, password: str) -> tuple[str, str]:
    """Return the cookie that the reply sets, and its text."""
    with closing(server.connect()) as new:
        new.request("GET", "/login")
        page = new.getresponse()
        cookie = page.headers["Set-Cookie"].partition(";")[0]
        token = page.read().decode().split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    with closing(server.connect()) as new:
        body = urlencode({"csrf_token": token, "login": login, "password": password})
        new.request("POST", "/login", body, {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"})
        reply = new.getresponse()
        return reply.headers.get("Set-Cookie", "").partition(";")[0], reply.read().decode()


def test_saves_of_all_processes_are_in_one_file(two: Server, folder: Path) -> None:  # noqa: F811
    """A wrong password is counted by whichever process hears it, and every one goes by the count."""
    statuses = ["秒后再试" in try_log_in(two, "nobody-at-all", "wrong wrong")[1] for _ in range(8)]
    assert statuses[:5] == [False] * 5
    assert any(statuses[5:])
    with closing(sqlite3.connect(folder / DATABASE)) as after:
        assert after.execute("SELECT failures FROM stranger").fetchall()[0][0] >= 5


def test_numpy_is_loaded_by_the_first_page_that_needs_it_and_by_no_other(start: Start) -> None:  # noqa: F811
    """It costs each process twenty megabytes, and who logs in and looks at their papers needs none of it."""
    server = start("--processes", "1")
    cookie, _ = try_log_in(server, "q001", PASSWORD)

    def read(path: str) -> int:
        with closing(server.connect()) as cadre:
            cadre.request("GET", path, headers={"Cookie": cookie})
            reply = cadre.getresponse()
            reply.read()
            return reply.status

    assert [read(path) for path in ("/papers", "/record", "/password")] == [200, 200, 200]
    assert not has_numpy(server)
    assert read("/learning") == 200
    assert has_numpy(server)


def has_numpy(server: Server) -> bool:
    return "/numpy/" in Path(f"/proc/{server.process.pid}/maps").read_text()

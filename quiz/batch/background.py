"""Printing behind a page: a process of its own carries an order out in a private folder, and says in it how far it is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import quiz
from quiz.batch.folder import JOURNAL, Folder
from quiz.batch.order import Order, read_order, write_order
from quiz.batch.run import carry_out
from quiz.batch.slips import Issuing, issue_slips
from quiz.core.message import QuizError
from quiz.formats.whole_file import whole_file
from quiz.settings import Settings, load_settings
from quiz.storage.engine import closing_engine, reading
from quiz.translation import translator
from quiz.usecases.log_ins import actor_of_account

ORDER, STATUS = "order.json", "status.json"
BEHIND = 10
"""How far it steps back behind who sits an exam on the same machine."""

NOTABLE = 20
"""Documents from one note of the progress to the next."""


class State(StrEnum):
    """Where printing stands."""

    NONE = "none"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    BROKEN_OFF = "broken_off"


@dataclass(frozen=True, slots=True)
class Status:
    """How far printing is: documents done of all, and in words what went wrong."""

    state: State = State.NONE
    done: int = 0
    total: int = 0
    problem: str = ""


def folder_of(settings: Settings, sitting: str, account: int | None) -> Path:
    """Return where a person's prints of a sitting lie: nobody else's order removes them, nobody else is handed them."""
    return settings.prints / sitting / str(account or 0)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for slips (the account), when, and the address that is to stand on them."""

    account: int
    at: datetime
    address: str


def start(order: Order, folder: Path, settings: Settings, asked: Asked) -> None:
    """Begin to carry an order out in another process, slips included. QuizError `being_printed` while one is at it."""
    place = Folder(folder)
    folder.chmod(0o700)
    with place.held():
        _write(folder / ORDER, {**write_order(order), "asked": {**asdict(asked), "at": asked.at.isoformat()}})
        write_status(folder, Status(State.RUNNING))
        stamp = _stamp(folder)
    home = os.pathsep.join(part for part in (str(Path(quiz.__file__).parent.parent), os.environ.get("PYTHONPATH", "")) if part)
    inherited = {name: value for name, value in os.environ.items() if name != "PROMETHEUS_MULTIPROC_DIR"}  # a server's counts end with it
    environment = {**inherited, "PYTHONPATH": home, "QUIZ_INSTANCE": str(settings.instance), "QUIZ_DATABASE_URL": settings.database_url}
    process = subprocess.Popen(
        [sys.executable, "-m", "quiz.batch", str(folder)],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    threading.Thread(target=_outlive, args=(process, folder, stamp), name="printing", daemon=True).start()


def _outlive(process: subprocess.Popen[bytes], folder: Path, stamp: tuple[int, int]) -> None:
    """Wait for the process, so that none is left behind, and say so when it was killed; of an order that came after its own it says nothing."""
    process.wait()
    found = status_in(folder)
    if found.state is State.RUNNING and _stamp(folder) == stamp:
        write_status(folder, replace(found, state=State.BROKEN_OFF))


def _stamp(folder: Path) -> tuple[int, int]:
    """What tells the order in a folder from one that was written there before or after it; zeros when there is none."""
    try:
        found = (folder / ORDER).stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_ino, found.st_mtime_ns


def status_in(folder: Path) -> Status:
    """Return how far the printing in a folder is."""
    path = folder / STATUS
    if not path.exists():
        return Status()
    plain = json.loads(path.read_text("utf-8"))
    return Status(State(plain["state"]), plain["done"], plain["total"], plain["problem"])


def files_in(folder: Path) -> list[str]:
    """Return the names of the finished files in a folder, in order."""
    if not (folder / JOURNAL).exists():
        return []
    return sorted(name for name in Folder(folder).finished() if (folder / name).is_file())


def remove(folder: Path) -> None:
    """Delete all that was printed. QuizError `being_printed`."""
    with Folder(folder).held():
        for path in folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name in (ORDER, STATUS, JOURNAL):
                path.unlink()


def work(folder: Path, new_code: Callable[[], str]) -> None:
    """Carry out the order in a folder, with slips whose codes come from `new_code`; what goes wrong is said in its status."""
    if hasattr(os, "nice"):
        os.nice(BEHIND)
    plain, settings = json.loads((folder / ORDER).read_text("utf-8")), load_settings()
    order = read_order(plain)
    latest, slips = Status(State.RUNNING), sum(len(file.people) for file in order.slips)

    def tell(done: int, total: int) -> None:
        nonlocal latest
        if done - latest.done >= NOTABLE or not latest.total:
            latest = Status(State.RUNNING, done, total + slips)
            write_status(folder, latest)

    try:
        carry_out(order, folder, settings.database_url, progress=tell)
        if order.slips:
            _issue(order, folder, settings, Asked(**{**plain["asked"], "at": datetime.fromisoformat(plain["asked"]["at"])}), new_code)
        outcome = replace(latest, state=State.DONE, done=latest.total)
    except QuizError as error:
        outcome = replace(latest, state=State.FAILED, problem=error.message.render(translator(order.language)))
    except BaseException:
        write_status(folder, replace(latest, state=State.BROKEN_OFF))
        raise
    write_status(folder, outcome)


def _issue(order: Order, folder: Path, settings: Settings, asked: Asked, new_code: Callable[[], str]) -> None:
    """Issue the slips by the authority that the account has now. Forbidden when it has none."""
    with closing_engine(settings.database_url) as engine:
        with reading(engine) as db:
            actor = actor_of_account(db, asked.account)
        issue_slips(order, folder, engine, Issuing(actor, asked.at, asked.address, settings.secret_key, settings.zone, new_code))


def write_status(folder: Path, status: Status) -> None:
    """Say in a folder how far its printing is."""
    _write(folder / STATUS, asdict(status))


def _write(path: Path, plain: object) -> None:
    with whole_file(path) as out:
        out.write(json.dumps(plain, ensure_ascii=False).encode())

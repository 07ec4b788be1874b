"""How many people can come in each second: admission codes beside passwords, on one core.

`python -m benchmarks.admission [N]`, by default 2000 people on a new SQLite file with full durability. Each of four figures is what one thread does:
checking alone (argon2 of a password, keyed hash and look-up of a code), and coming in whole, as one committed transaction with its session and,
for codes, its audit row. Codes are tried right and wrong.
"""

from __future__ import annotations

import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from quiz.core.access import command_line
from quiz.core.admission import ALPHABET, LENGTH, clean_code, code_digest
from quiz.core.roster import Cadre, Roster, Unit, UnitKind
from quiz.storage import admissions, migrate, papers, rosters
from quiz.storage.engine import make_engine, reading, writing
from quiz.storage.tables import DocumentRow, PaperRow, SittingRow
from quiz.usecases import accounts, admission, log_ins, passwords
from quiz.usecases.rosters import load_roster

NOW = datetime(2026, 12, 1, 1, tzinfo=UTC)
KEY = "the key of this measurement"
PASSWORDS = 60


def main(people: int) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{(Path(folder) / 'quiz.sqlite3').as_posix()}")
        migrate.upgrade(engine)
        codes = _fill(engine, people)
        stored = passwords.HASHER.hash("a password of somebody")

        def look_up(code: str) -> None:
            with reading(engine) as db:
                admissions.find_codes(db, [code_digest(clean_code(code), KEY)])

        def come_in(code: str) -> None:
            with writing(engine) as db:
                admission.admit(db, code, KEY, secrets.token_urlsafe(32), NOW)

        def log_in(login: str) -> None:
            with writing(engine) as db:
                log_ins.log_in(db, login, "a password of somebody", secrets.token_urlsafe(32), NOW, KEY)

        wrong = ["".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in codes]
        _say("argon2 alone", _rate(lambda _: passwords.HASHER.verify(stored, "a password of somebody"), range(PASSWORDS)))
        _say("log-in by password, whole", _rate(log_in, [f"n{n}" for n in range(PASSWORDS)]))
        _say("keyed hash alone", _rate(lambda code: code_digest(clean_code(code), KEY), codes))
        _say("code looked up", _rate(look_up, codes))
        _say("wrong code, whole", _rate(come_in, wrong))
        _say("log-in by code, whole", _rate(come_in, codes))
        engine.dispose()


def _fill(engine: object, people: int) -> list[str]:
    """A county, a sitting with an empty paper for each, a password for some, a code for everyone; returns the codes."""
    chief = command_line("benchmark")
    roster = Roster((Unit("QL", "县", UnitKind.COUNTY),), tuple(Cadre(f"N{n}", f"干部{n}", "QL") for n in range(people)))
    with writing(engine) as db:  # type: ignore[arg-type]
        load_roster(db, chief, NOW, roster)
        for n in range(PASSWORDS):
            accounts.create_account(db, chief, NOW, f"n{n}", f"干部{n}", "a password of somebody", [], f"N{n}")
        plan = DocumentRow(kind="blueprint", code="b", number=1, title="b", digest="", content="{}", published_at=NOW)
        db.add(plan)
        db.flush()
        sitting = SittingRow(
            code="s", title="s", blueprint_id=plan.id, group="{}", opens_at=NOW, closes_at=NOW + timedelta(hours=2), minutes=60, release="on_close",
            max_mark=1, pass_mark=1, seed=b"", snapshot="{}", commitment="", created_at=NOW, created_by="b",
        )  # fmt: skip
        db.add(sitting)
        db.flush()
        cadres = rosters.cadre_rows(db)
        unit = rosters.units_by_code(db)["QL"]
        db.add_all(
            PaperRow(sitting_id=sitting.id, cadre_id=row.id, code=f"p{number}", unit_id=unit.id, post="", digest=number, content="{}", seat=None)
            for number, row in cadres.items()
        )
        db.flush()
        assert papers.count_papers(db, sitting) == people
        made = admission.make_slips(db, chief, "s", NOW, lambda: "".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))
        admission.store_slips(db, chief, NOW, made, KEY)
    return [slip.code for slip in made.slips]


def _rate(do: Callable[..., object], items: Sequence[object]) -> tuple[float, float]:
    """How many a second by the clock on the wall, and by the processor's."""
    wall, used = time.perf_counter(), time.process_time()
    for item in items:
        do(item)
    return len(items) / (time.perf_counter() - wall), len(items) / max(time.process_time() - used, 1e-9)


def _say(what: str, rate: tuple[float, float]) -> None:
    print(f"{what:28}{rate[0]:12,.0f} a second{rate[1]:12,.0f} a processor second")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)

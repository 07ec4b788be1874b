"""What a page's pulse costs the processor, next to a word without the product's work and to the call that only tells the time.

    python -m benchmarks.pulse [PEOPLE] [CALLS]

In one process and without a network: the application is called as a WSGI server calls it. Afterwards what was told is written down, and
the board counted.
"""

from __future__ import annotations

import json
import secrets
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import select

from quiz.core.access import Role
from quiz.settings import load_settings
from quiz.storage import accounts as account_rows
from quiz.storage import hall, sittings
from quiz.storage.engine import make_engine, reading, writing
from quiz.storage.tables import AccountRow, AttemptRow, CadreRow, PaperRow
from quiz.usecases.log_ins import token_digest
from quiz.web import create_app
from quiz.web.context import LOGIN_COOKIE, Installation
from tools import make_hall

PAGES = 200
"""Different people who call in turn."""


def main(people: int, calls: int) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        made = make_hall.make(Path(folder), people, datetime.now(UTC))
        app = create_app(load_settings())
        given: Installation = app.extensions["quiz"]
        clients = _log_in(app.test_client, given)
        turns = [clients[n % len(clients)] for n in range(calls)]
        _say("a word (/healthz)", calls, lambda: [client.get("/healthz") for client, _, _ in turns])
        _say("time left (GET …/time)", calls, lambda: [client.get(f"/papers/{code}/time") for client, code, _ in turns])
        _say("pulse", calls, lambda: [_pulse(*turn) for turn in turns])
        for client, code, token in clients:
            assert _pulse(client, code, token)["state"] == "open"
        _say(f"written down for {len(clients)} papers", 1, given.presences.write_down)
        with reading(given.engine) as db:
            row = sittings.get_sitting(db, made)
            assert row is not None
            units, now = hall.units_of(db, row), datetime.now(UTC)
            town = {key: unit for key, unit in units.items() if unit.path.startswith("/CITY/T05/")}
            _say(f"board of {people} counted", 1, lambda: hall.count_units(db, row, units, now))
            _say("board of one site counted", 1, lambda: hall.count_units(db, row, town, now))
        given.engine.dispose()


def _log_in(make_client: Callable[[], FlaskClient], given: Installation) -> list[tuple[FlaskClient, str, str]]:
    """Somebody at work each: their browser, the code of their paper and the token of their forms."""
    now, out = datetime.now(UTC), []
    engine = make_engine(given.settings.database_url)
    with writing(engine) as db:
        query = select(PaperRow.code, CadreRow).join(CadreRow, CadreRow.id == PaperRow.cadre_id).join(AttemptRow, AttemptRow.paper_id == PaperRow.id)
        at_work = (AttemptRow.submitted_at.is_(None), AttemptRow.paused_at.is_(None), AttemptRow.deadline_at > now + timedelta(minutes=10))
        for code, cadre in db.execute(query.where(*at_work).limit(PAGES)).all():
            account = AccountRow(login=cadre.number.lower(), name=cadre.name, password_hash="", cadre_id=cadre.id, created_at=now)
            account_rows.save_account(db, account, [Role.TRAINEE])
            token = secrets.token_urlsafe(32)
            account_rows.save_login(db, token_digest(token), account.id, now, now + timedelta(hours=1))
            out.append((code, token))
    engine.dispose()
    clients = []
    for code, token in out:
        client = make_client()
        client.set_cookie(LOGIN_COOKIE, token)
        page = client.get("/login").get_data(as_text=True)
        clients.append((client, code, page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]))
    return clients


def _pulse(client: FlaskClient, code: str, token: str) -> dict[str, object]:
    body = {"device": "d1", "turn": 1, "unsent": 0, "mark": 0, "events": []}
    reply = client.post(f"/papers/{code}/pulse", json=body, headers={"X-CSRFToken": token, "Accept": "application/json"})
    assert reply.status_code == 200, reply.text
    told: dict[str, object] = json.loads(reply.text)
    return told


def _say(what: str, times: int, do: Callable[[], object]) -> None:
    wall, used = time.perf_counter(), time.process_time()
    do()
    used, wall = time.process_time() - used, time.perf_counter() - wall
    print(f"{what:36}{used / times * 1000:9.2f} ms of the processor each{wall / times * 1000:9.2f} ms in all")


if __name__ == "__main__":
    main(*(int(word) for word in (*sys.argv[1:], "8000", "4000")[:2]))

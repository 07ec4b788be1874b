"""How PostgreSQL is reached: at one address or at several of which one takes writes, how long anything is waited for; and what it says of itself.

A server that died, froze or lost its power must be noticed within seconds and the next connection go to whoever takes writes now, so that a
failover needs no restart of ours. What the address itself says always wins over what stands here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import URL, Engine, event, make_url, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.orm import Session

READ_ONLY = "25006"
"""PostgreSQL's word for a write refused by a server that only reads: what was the primary is none any more."""

WAITS: dict[str, str | int] = {
    "connect_timeout": 3,  # seconds for each address
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # milliseconds that what we sent may stay without a sign of life
    "application_name": "kaoxue",
}
"""libpq's own settings: a machine that fell silent is given up after about ten seconds."""

SERVER_WAITS = {"statement_timeout": "60s", "tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}
"""Settings of our sessions at the server: nothing of ours runs for a minute, and the locks of a node that fell silent are free after half of one."""

_ADDRESS = re.compile(r"postgres(?:ql)?(?:\+psycopg)?://(?P<who>(?:[^@/?]*@)?)(?P<hosts>[^/?]*)(?P<rest>.*)")
_HOST = re.compile(r"(?:\[(?P<six>[^\]]*)\]|(?P<name>[^:\[\]]*))(?::(?P<port>\d+))?")


def usable_url(written: str) -> str:
    """Return a database's address as SQLAlchemy takes it; PostgreSQL's own way of writing is understood as well, several servers included.

    postgresql://quiz:secret@db1,db2:5433/quiz means: whichever of the two takes writes. ValueError for what is no address of a server.
    """
    if not written.startswith("postgres"):
        return written
    found = _ADDRESS.fullmatch(written)
    places = [_HOST.fullmatch(host) for host in found["hosts"].split(",")] if found else [None]
    if found is None or None in places:
        raise ValueError("not an address of a PostgreSQL server")
    if len(places) == 1:
        return f"postgresql+psycopg://{found['who']}{found['hosts']}{found['rest']}"
    several = {
        "host": ",".join(place["six"] or place["name"] for place in places if place),
        "port": ",".join(place["port"] or "5432" for place in places if place),
    }
    return make_url(f"postgresql+psycopg://{found['who']}{found['rest']}").update_query_dict(several).render_as_string(hide_password=False)


def arguments(url: URL) -> dict[str, Any]:
    """Return what a connection is opened with, besides what `url` says; among several servers the one that takes writes."""
    given = dict(url.query)
    out: dict[str, Any] = {name: value for name, value in WAITS.items() if name not in given}
    if _is_several(given.get("host", "")) and "target_session_attrs" not in given:
        out["target_session_attrs"] = "read-write"
    told = str(given.get("options", ""))
    ours = [f"-c {name}={value}" for name, value in SERVER_WAITS.items() if name not in told]
    return out | {"options": " ".join([*ours, told]).strip()}


def watch(engine: Engine) -> None:
    """Throw away connections to a server that takes writes no more, so that the next ones look for the one that does."""
    event.listen(engine, "handle_error", _give_up_if_read_only)


def _give_up_if_read_only(context: ExceptionContext) -> None:
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
        context.is_disconnect = True


def _is_several(host: str | tuple[str, ...]) -> bool:
    return isinstance(host, tuple) or "," in host


@dataclass(frozen=True, slots=True)
class ServerState:
    """What a PostgreSQL server says of itself: where it is, what a commit waits for, and what its clock shows.

    `standby_names` are the standbys that a commit must reach, as configured, `attached` how many of those are there now.
    """

    version: str
    address: str
    is_durable: bool
    standby_names: str
    attached: int
    clock: datetime

    @property
    def is_stuck(self) -> bool:
        """True when commits wait for a standby that is not there: nothing is confirmed."""
        return bool(self.standby_names) and not self.attached


def state_of(session: Session) -> ServerState:
    """Return what the server behind a session says of itself. A role without `pg_monitor` sees standbys, but not whether commits wait for them."""
    row = session.execute(text(_STATE)).one()
    is_durable = row.fsync == "on" and row.commits in ("on", "remote_apply")
    return ServerState(row.version, f"{row.address or ''}:{row.port}" if row.port else "", is_durable, row.names, row.attached, row.clock)


_STATE = """
SELECT current_setting('server_version') AS version, host(inet_server_addr()) AS address, inet_server_port() AS port,
       current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commits,
       trim(current_setting('synchronous_standby_names')) AS names, clock_timestamp() AS clock,
       (SELECT count(*) FROM pg_stat_replication WHERE coalesce(sync_state, 'sync') IN ('sync', 'quorum')) AS attached
"""

"""Behind a proxy: who asks and whether by https is believed of the named proxies alone."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest
from flask import Flask, jsonify, request, url_for

from tests.web.world import Clock, engine_of, make_app

OURS, CALLER, LIAR = "10.0.0.5", "203.0.113.9", "198.51.100.1"


@pytest.fixture
def behind(filled_sqlite: Path, tmp_path: Path, clock: Clock) -> Iterator[Flask]:
    """The application behind proxies of one network, with a page that says what it was told."""
    app = make_app(f"sqlite:///{filled_sqlite.as_posix()}", tmp_path, clock, proxies=(ip_network("10.0.0.0/24"), ip_network("::1")))
    app.add_url_rule("/told", "told", lambda: jsonify(address=request.remote_addr, url=url_for("admission.admit", _external=True)))
    yield app
    engine_of(app).dispose()


def told(app: Flask, peer: str, **headers: str) -> tuple[str, str]:
    reply = app.test_client().get("/told", environ_base={"REMOTE_ADDR": peer}, headers={n.replace("_", "-"): v for n, v in headers.items()})
    return reply.json["address"], reply.json["url"].partition(":")[0]  # type: ignore[index]


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "caller"),
    [
        (OURS, CALLER, CALLER),
        (OURS, f"{LIAR}, {CALLER}", CALLER),
        (OURS, f"{CALLER}, 10.0.0.7", CALLER),
        (OURS, f"{LIAR},{CALLER} ,10.0.0.7", CALLER),
        (OURS, "2001:db8::7", "2001:db8::7"),
        ("::1", CALLER, CALLER),
        (OURS, "not an address", OURS),
        (OURS, f"{LIAR}, unknown, 10.0.0.7", "10.0.0.7"),
        (OURS, "", OURS),
        (LIAR, CALLER, LIAR),
        ("", CALLER, ""),
    ],
)
def test_the_caller_is_whom_our_proxies_name(behind: Flask, peer: str, forwarded_for: str, caller: str) -> None:
    assert told(behind, peer, X_Forwarded_For=forwarded_for)[0] == caller


def test_https_is_believed_of_our_proxies_alone(behind: Flask) -> None:
    """The address in a slip's QR code is made of it."""
    assert told(behind, OURS, X_Forwarded_Proto="https")[1] == "https"
    assert told(behind, OURS, X_Forwarded_Proto="http")[1] == "http"
    assert told(behind, LIAR, X_Forwarded_Proto="https")[1] == "http"


def test_without_a_named_proxy_nobody_is_believed(app: Flask) -> None:
    app.add_url_rule("/told", "told", lambda: jsonify(address=request.remote_addr, url=url_for("admission.admit", _external=True)))
    assert told(app, "127.0.0.1", X_Forwarded_For=CALLER, X_Forwarded_Proto="https") == ("127.0.0.1", "http")


def test_what_came_through_a_proxy_of_ours_is_not_from_this_machine(behind: Flask) -> None:
    """Counts are for this machine itself: somebody outside must not become it by way of the proxy."""
    for headers in ({"X-Forwarded-For": "127.0.0.1"}, {"X-Forwarded-For": CALLER}):
        assert behind.test_client().get("/metrics", environ_base={"REMOTE_ADDR": "::1"}, headers=headers).status_code == 403
    assert behind.test_client().get("/metrics", environ_base={"REMOTE_ADDR": "::1"}).status_code == 200

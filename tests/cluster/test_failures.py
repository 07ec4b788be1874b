"""While people sit: nodes are restarted and killed, the primary is killed and comes back, the standby goes. No confirmed save is ever missing.

Each test waits for saves, never for time: that people get on again is part of what it shows.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from urllib.request import urlopen

import psycopg
import pytest

from benchmarks.county import Sitter
from tests.cluster.load import Load
from tools.cluster.cluster import Cluster
from tools.cluster.postgres import Postgres
from tools.cluster.web import Node

Lost = Callable[[], list[tuple[str, int]]]
SOME = 300


def saves_of(node: Node) -> int:
    """Return how many saves a node has stored since it was started."""
    found = re.search(r'^quiz_saves_total\{outcome="accepted"\} (\d+)', node.metrics(), re.MULTILINE)
    return int(found[1]) if found else 0


def test_two_nodes_serve_the_same_people(cluster: Cluster, sitters: list[Sitter], lost: Lost) -> None:
    """Log-ins, forms and codes of one node are good on the other: nginx sends each request to the next."""
    with Load(sitters) as load:
        load.wait_for(SOME)
    assert load.errors == {}
    assert min(saves_of(node) for node in cluster.nodes) > SOME / 4
    assert lost() == []


def test_a_rolling_restart(cluster: Cluster, sitters: list[Sitter], lost: Lost) -> None:
    """The next node is stopped when the one before serves people again: nginx looks for it only every two seconds."""
    with Load(sitters) as load:
        for node in cluster.nodes:
            load.wait_for(SOME)
            assert node.process.stop() == 0
            load.wait_for(SOME)
            node.start()
            while not saves_of(node):
                load.wait_for(1)
        load.wait_for(SOME)
    assert lost() == []
    assert "stopped with unanswered requests" not in "".join(node.log.read_text() for node in cluster.nodes)


def test_a_node_that_is_killed(cluster: Cluster, sitters: list[Sitter], lost: Lost) -> None:
    with Load(sitters) as load:
        for node in cluster.nodes:
            load.wait_for(SOME)
            node.process.kill()
            load.wait_for(SOME)
            node.start()
        load.wait_for(SOME)
    assert lost() == []


def test_a_primary_that_is_killed_and_comes_back(cluster: Cluster, sitters: list[Sitter], lost: Lost) -> None:
    """The standby has all that was confirmed; what comes back as the primary it was confirms nothing, and the nodes pass it over."""
    old, nodes = cluster.primary, [node.process.pid for node in cluster.nodes]
    with Load(sitters) as load:
        load.wait_for(SOME)
        cluster.fail_over()
        load.wait_for(SOME)
        assert lost() == []
        old.start()
        with writing_to(old) as never:
            cluster.primary.cut_connections()  # everybody looks for a server anew, and `old` is the first in the address
            stayed = connections_to(old)  # who looks for a server comes, asks whether it can confirm, and goes
            for _ in range(20):
                load.wait_for(SOME)
                stayed &= connections_to(old)
            assert not stayed
        assert never.confirmed is False
        cluster.rejoin()
        load.wait_for(SOME)
    assert lost() == []
    assert [node.process.pid for node in cluster.nodes] == nodes  # nobody was started again
    assert cluster.primary.execute("SELECT to_regclass('never')") == [(None,)]


def test_a_standby_that_goes_is_told_at_once_and_reading_goes_on(cluster: Cluster, sitters: list[Sitter], lost: Lost) -> None:
    with Load(sitters) as load:
        load.wait_for(SOME)
        cluster.standby.process.kill()
        unconfirmed = load.errors["503"]
        load.wait_for_errors("503", unconfirmed + len(sitters))
        with urlopen(f"http://127.0.0.1:{cluster.port}/admit", timeout=30) as page:
            assert page.status == 200
        cluster.primary.wait_for("")  # the organiser's decision: on one machine rather than not at all
        load.wait_for(SOME)
        cluster.rejoin()
        load.wait_for(SOME)
    assert lost() == []


def connections_to(server: Postgres) -> set[int]:
    """Return the numbers of the server's processes that work for a node."""
    return {number for (number,) in server.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'kaoxue'")}


class writing_to:
    """A write to a server, in a thread, that is to wait for its standby for ever.

    The block begins when the server says that it waits for it, and the server is killed at its end.
    """

    def __init__(self, server: Postgres) -> None:
        self.server = server
        self.confirmed = False
        self._thread = threading.Thread(target=self._write)

    def _write(self) -> None:
        with pytest.raises(psycopg.OperationalError):
            self.server.execute("CREATE TABLE never (id int)")
            self.confirmed = True

    def __enter__(self) -> writing_to:
        self._thread.start()
        while self.server.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query LIKE 'CREATE TABLE never%'") != [
            (1,)
        ]:
            assert self._thread.is_alive()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.process.kill()
        self._thread.join(60)
        assert not self._thread.is_alive()

"""A primary with its synchronous standby, two nodes and nginx, with a made county that is sitting now."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, func, select

from benchmarks.county import Sitter, confirmed_saves, lost_saves, make_county, make_sitters
from quiz.storage.engine import make_engine, reading
from quiz.storage.postgres import usable_url
from quiz.storage.tables import ResponseRow
from tasks import has_cluster
from tests.conftest import HOW_TO_GET_A_CLUSTER
from tools.cluster.cluster import Cluster, running_cluster

PEOPLE = 30


@pytest.fixture(scope="session")
def started() -> Iterator[tuple[Cluster, list[Sitter]]]:
    """The cluster and everybody who sits there, for all tests."""
    if not has_cluster():
        pytest.fail(HOW_TO_GET_A_CLUSTER)
    with running_cluster() as cluster:
        url = usable_url(cluster.url)
        codes = make_county(url, PEOPLE, cluster.key)
        yield cluster, make_sitters(url, cluster.port, codes)


@pytest.fixture
def cluster(started: tuple[Cluster, list[Sitter]]) -> Cluster:
    """The cluster, whole: every test leaves it as it found it, though perhaps with the databases in exchanged parts."""
    cluster = started[0]
    assert all(node.process.pid for node in cluster.nodes)
    assert cluster.primary.execute("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == [(1,)]
    return cluster


@pytest.fixture
def sitters(started: tuple[Cluster, list[Sitter]]) -> list[Sitter]:
    """Everybody who sits there."""
    return started[1]


@pytest.fixture
def engine(cluster: Cluster) -> Iterator[Engine]:
    """Our own way to whichever server takes the writes."""
    engine = make_engine(usable_url(cluster.url))
    yield engine
    engine.dispose()


@pytest.fixture
def lost(engine: Engine, sitters: list[Sitter]) -> Iterator[object]:
    """A function that names the saves that were confirmed, by now or in an earlier test, and are not in the database."""

    def look() -> list[tuple[str, int]]:
        confirmed = confirmed_saves(sitters)  # first, since people go on
        with reading(engine) as db:
            doubled = select(ResponseRow.attempt_id, ResponseRow.seq).group_by(ResponseRow.attempt_id, ResponseRow.seq).having(func.count() > 1)
            assert db.execute(doubled).all() == []  # what was sent again is there once
            return lost_saves(db, confirmed)

    return look

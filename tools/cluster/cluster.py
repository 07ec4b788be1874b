"""A primary with one synchronous standby, two application nodes and nginx, started together and ended together."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tasks import find_nginx, find_postgres
from tools.cluster.postgres import DATABASE, USER, Postgres
from tools.cluster.programs import own_folder
from tools.cluster.web import Nginx, Node

NODES = 2


class Cluster:
    """All of it: `port` is where browsers come, `primary` takes the writes, `standby` confirms them."""

    def __init__(self, folder: Path, programs: Path, nginx: Path, nodes: int) -> None:
        data = own_folder(folder / "databases")
        self.primary, self.standby = Postgres("a", data, programs), Postgres("b", data, programs)
        self.url = f"postgresql://{USER}@127.0.0.1:{self.primary.port},127.0.0.1:{self.standby.port}/{DATABASE}"
        self.key = secrets.token_urlsafe(48)
        self.nodes = [Node(number, folder, self.url, self.key) for number in range(1, nodes + 1)]
        self.proxy = Nginx(folder, nginx, self.nodes)
        self.port = self.proxy.port

    def start(self) -> None:
        """Start everything; returns when nginx passes requests on."""
        self.primary.make()
        self.standby.follow(self.primary)
        self.primary.wait_for(self.standby.name)
        for node in self.nodes:
            node.start()
        self.proxy.start()

    def fail_over(self) -> None:
        """Let the primary's power be cut, and the standby take its place; the nodes are told nothing."""
        self.primary.process.kill()
        self.standby.promote()
        self.primary, self.standby = self.standby, self.primary

    def rejoin(self) -> None:
        """Let what is the standby now follow the primary from the beginning, and commits wait for it again."""
        self.standby.follow(self.primary)
        self.primary.wait_for(self.standby.name)

    def stop(self) -> None:
        """End everything, whatever state it is in."""
        for process in (self.proxy.process, *(node.process for node in self.nodes), self.standby.process, self.primary.process):
            process.kill()


@contextmanager
def running_cluster(nodes: int = NODES) -> Iterator[Cluster]:
    """Give a cluster in a temporary folder, and leave nothing of it behind. RuntimeError when a program is missing."""
    programs, nginx = find_postgres(), find_nginx()
    if programs is None or nginx is None:
        raise RuntimeError("make cluster")
    folder = Path(tempfile.mkdtemp(prefix="kaoxue-"))
    folder.chmod(0o755)  # PostgreSQL and nginx run as somebody else
    cluster = Cluster(folder, programs, nginx, nodes)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)

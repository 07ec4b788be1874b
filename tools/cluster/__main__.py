"""`python -m tools.cluster`: start a primary with its synchronous standby, two nodes and nginx on this machine, say where they are, wait for Ctrl+C.

Needs PostgreSQL and nginx from Debian's packages (`make cluster`). Everything lives in a temporary folder and is gone afterwards.
"""

from __future__ import annotations

import signal

from tools.cluster.cluster import running_cluster


def main() -> None:
    """Start, tell, wait."""
    with running_cluster() as cluster:
        print(f"nginx      http://127.0.0.1:{cluster.port}")
        for node in cluster.nodes:
            print(f"node       http://127.0.0.1:{node.port}   process {node.process.pid}")
        for role, server in (("primary", cluster.primary), ("standby", cluster.standby)):
            print(f"{role:<10} 127.0.0.1:{server.port}   process {server.process.pid}   {server.data}")
        print(f"settings   QUIZ_DATABASE_URL={cluster.url} QUIZ_SECRET_KEY={cluster.key}", flush=True)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        signal.pause()


if __name__ == "__main__":
    main()

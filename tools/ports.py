"""Ports of this machine for servers that tests and tools start, kept for whom they were given to."""

from __future__ import annotations

import socket
import sys
from collections import deque

MOST_KEPT = 100
"""Ports that one process keeps; each is an open file."""

_kept: deque[socket.socket] = deque()


def free_port() -> int:
    """Return a port of this machine that nobody listens at, and that the system gives to no other who asks for any port while this process lives.

    A server takes seconds until it listens, and what is started beside it would find the port free. A socket that is bound and does not listen keeps
    it: on Linux servers may listen there all the same, since they let their address be used again. Elsewhere the port is free at this moment only.
    """
    keeper = socket.socket()
    keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    keeper.bind(("127.0.0.1", 0))
    port = int(keeper.getsockname()[1])
    _kept.append(keeper)
    while len(_kept) > (MOST_KEPT if sys.platform == "linux" else 0):
        _kept.popleft().close()
    return port

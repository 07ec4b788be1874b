"""Application nodes, and nginx in front of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from string import Template
from urllib.error import URLError
from urllib.request import urlopen

from tools.cluster.programs import PATIENCE, Process, other_user, own_folder
from tools.ports import free_port

ROOT = Path(__file__).resolve().parents[2]

NGINX = Template("""\
worker_processes 1;
daemon off;
pid $folder/nginx.pid;
error_log stderr warn;
events { worker_connections 4096; }
http {
    access_log off;
    client_body_temp_path $folder/body;
    proxy_temp_path $folder/proxy;
    fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi;
    scgi_temp_path $folder/scgi;
    client_max_body_size 32m;

    upstream kaoxue {
$servers
        keepalive 64;
    }
    server {
        listen 127.0.0.1:$port;
        location / {
            proxy_pass http://kaoxue;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $$http_host;
            proxy_set_header X-Forwarded-For $$proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $$scheme;
            proxy_connect_timeout 2s;
            proxy_read_timeout 65s;
            proxy_next_upstream error timeout;
            proxy_next_upstream_tries 2;
        }
        location = /metrics { return 404; }
    }
}
""")
"""A node that does not take the connection is passed over for two seconds. What has been sent to a node is sent to no other, unless it only reads:
the page itself sends again what was not confirmed."""


class Node:
    """`quiz serve` in a process of its own."""

    def __init__(self, number: int, folder: Path, database_url: str, key: str) -> None:
        self.port = free_port()
        instance = folder / f"node{number}"
        settings = {"QUIZ_INSTANCE": str(instance), "QUIZ_DATABASE_URL": database_url, "QUIZ_SECRET_KEY": key, "QUIZ_PROXIES": "127.0.0.1"}
        command = [sys.executable, "-m", "quiz", "serve", "--port", str(self.port)]
        self.log = folder / f"node{number}.log"
        self.process = Process(command, self.log, cwd=ROOT, env={**os.environ, **settings})

    def start(self) -> None:
        """Start it, and return when it is ready."""
        self.process.start(lambda: answers(self.port, "/readyz"))

    def metrics(self) -> str:
        """Return what it has counted."""
        with urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=PATIENCE) as reply:
            return str(reply.read().decode())


class Nginx:
    """The proxy that browsers speak to."""

    def __init__(self, folder: Path, program: Path, nodes: Sequence[Node]) -> None:
        self.port = free_port()
        own = own_folder(folder / "nginx")
        servers = "\n".join(f"        server 127.0.0.1:{node.port} max_fails=1 fail_timeout=2s;" for node in nodes)
        config = own / "nginx.conf"
        config.write_text(NGINX.substitute(folder=own, port=self.port, servers=servers))
        self.process = Process([program, "-p", own, "-c", config], folder / "nginx.log", cwd=own, **other_user())

    def start(self) -> None:
        """Start it, and return when it passes requests on."""
        self.process.start(lambda: answers(self.port, "/healthz"))


def answers(port: int, path: str) -> bool:
    """True when somebody at this port answers with 200."""
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as reply:
            return bool(reply.status == 200)
    except (URLError, OSError):
        return False

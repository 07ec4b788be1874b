"""What one installation is: read once, by web and command line alike, from the environment and the instance folder; never from the code."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from zoneinfo import ZoneInfo

from quiz.core.message import Message, QuizError, say
from quiz.storage.postgres import usable_url

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "quiz.sqlite3"
"""The embedded database's file in the instance folder."""

LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")
SHORTEST_KEY = 32
"""Characters of a secret key below which it could be guessed: it signs form tokens and makes the digests of admission codes."""

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Settings:
    """The frozen settings. `secure` says that browsers reach us by https; `hosts` are the names they may use.

    `metrics_token` opens /metrics to callers from elsewhere; `log_all` writes a line for every request, not only for those that went wrong.
    `proxies` are the addresses in front of us that may say for whom they ask and whether by https. `processes` is how many of them serve together.
    `shared_prints` is the folder, the same on every node, for what is printed behind a page; None: each node keeps it in its own instance.
    """

    instance: Path
    database_url: str
    secret_key: str = field(repr=False)
    zone: ZoneInfo
    language: str = "zh"
    hosts: tuple[str, ...] = LOCAL_HOSTS
    secure: bool = False
    is_demo: bool = False
    metrics_token: str = field(default="", repr=False)
    log_all: bool = False
    proxies: tuple[Network, ...] = ()
    processes: int = 1
    shared_prints: Path | None = None

    @property
    def prints(self) -> Path:
        """The folder for what is printed behind a page."""
        return self.shared_prints or self.instance / "prints"


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of the installation that `environ` describes; makes the instance folder and its secret key at first use.

    QUIZ_INSTANCE (a folder), QUIZ_DATABASE_URL, QUIZ_SECRET_KEY (the same on every node; else a file in the folder), QUIZ_ZONE, QUIZ_LANG,
    QUIZ_HOSTS and QUIZ_PROXIES (comma separated), QUIZ_SECURE (1 behind https), QUIZ_METRICS_TOKEN, QUIZ_LOG (info for a line for every request),
    QUIZ_PRINTS (a folder that all nodes share).
    QuizError `bad_setting` for a value that cannot be meant. `bad_key` for a secret key that is empty or cut short.
    """
    home = ROOT if (ROOT / "pyproject.toml").exists() else Path.cwd()  # a checkout, or wherever an installed copy is run
    instance = Path(environ.get("QUIZ_INSTANCE") or home / "instance").resolve()
    instance.mkdir(parents=True, exist_ok=True)
    return Settings(
        instance=instance,
        database_url=_database_url(environ.get("QUIZ_DATABASE_URL", "")) or f"sqlite:///{instance / DATABASE}",
        secret_key=_given_key(environ.get("QUIZ_SECRET_KEY", "")) or _secret_key(instance),
        zone=ZoneInfo(environ.get("QUIZ_ZONE") or "Asia/Shanghai"),
        language="en" if environ.get("QUIZ_LANG", "").startswith("en") else "zh",
        hosts=(*_listed(environ.get("QUIZ_HOSTS", "")), *LOCAL_HOSTS),
        secure=environ.get("QUIZ_SECURE", "") == "1",
        is_demo=(instance / "demo").exists(),
        metrics_token=environ.get("QUIZ_METRICS_TOKEN", ""),
        log_all=environ.get("QUIZ_LOG", "").lower() in ("info", "debug"),
        proxies=tuple(_network(text) for text in _listed(environ.get("QUIZ_PROXIES", ""))),
        shared_prints=Path(environ["QUIZ_PRINTS"]).resolve() if environ.get("QUIZ_PRINTS") else None,
    )


def shipped(folder: str) -> Path:
    """Return a folder that ships with the product (templates, question_banks): beside the package in a checkout, inside it when installed."""
    beside = ROOT / folder
    return beside if beside.is_dir() else Path(__file__).resolve().parent / f"_{folder}"


def check_key(key: str) -> str:
    """Return the key. QuizError `bad_key` when it is too short to be a secret."""
    if len(key) < SHORTEST_KEY:
        raise QuizError(
            "bad_key", say("实例目录里的 secret_key 是空的或者不完整，没有启动。请从备份恢复；确实没有备份时删掉它，原来的准考码会失效。")
        )
    return key


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _bad(name: str, why: Message) -> QuizError:
    return QuizError("bad_setting", say("环境变量{name}不对：{why}", name=name, why=why))


def _database_url(text: str) -> str:
    try:
        return usable_url(text)
    except ValueError:
        raise _bad("QUIZ_DATABASE_URL", say("应当像 postgresql://用户:密码@主机,备机/库名 这样写。")) from None


def _given_key(text: str) -> str:
    if text and len(text) < SHORTEST_KEY:
        raise _bad(
            "QUIZ_SECRET_KEY", say("至少要有{n}个字符，可用 python3 -c 'import secrets; print(secrets.token_urlsafe(48))' 生成。", n=SHORTEST_KEY)
        )
    return text


def _network(text: str) -> Network:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        raise _bad("QUIZ_PROXIES", say("{value}不是IP地址或网段。", value=text)) from None


def _secret_key(instance: Path) -> str:
    """The key that signs form tokens, made once and readable by the owner only."""
    path = instance / "secret_key"
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return check_key(path.read_text().strip())
    with os.fdopen(descriptor, "w") as file:
        key = secrets.token_urlsafe(48)
        file.write(key)
    return key

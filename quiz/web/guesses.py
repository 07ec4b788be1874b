"""Passwords that are tried on everybody, as this process sees them: one that failed on many names opens no account.

A name counts its own failures and slows down (`usecases.log_ins`), which does not stop one password from being tried once on everybody. Addresses
are not counted: a hall of thousands may stand behind one.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

FEW = 3
MANY = 10
"""Names on which one password may fail before it is taken for a guess at everybody: whoever shares a hall seldom mistypes alike."""

REMEMBERED = timedelta(hours=1)
MOST_KEPT = 10_000


@dataclass
class _Tried:
    """The names on which a password failed, and when it was tried last."""

    names: set[str] = field(default_factory=set)
    at: datetime | None = None


@dataclass
class Guesses:
    """What was tried on whom; passwords only as digests under a key of this process, one of `processes` that share what comes in."""

    processes: int = 1
    passwords: dict[bytes, _Tried] = field(default_factory=dict)
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def many(self) -> int:
        """The names on which a password may fail here: this process sees its part of all, and a few are no guess in any case."""
        return max(FEW, -(-MANY // self.processes))

    def add(self, password: str, name: str, now: datetime) -> bool:
        """Note that a password failed on a name; return True when that makes it one that is tried on everybody."""
        with self.lock:
            if len(self.passwords) >= MOST_KEPT:
                self.passwords.clear()
            tried = self.passwords.setdefault(self._digest(password), _Tried())
            if tried.at is not None and now - tried.at > REMEMBERED:
                tried.names.clear()
            was_many = len(tried.names) >= self.many
            if not was_many:
                tried.names.add(name)
            tried.at = now
            return len(tried.names) >= self.many and not was_many

    def is_tried_on_many(self, password: str, now: datetime) -> bool:
        """True for a password that failed on many names within the last hour: right or wrong, it opens nothing."""
        with self.lock:
            tried = self.passwords.get(self._digest(password))
            return tried is not None and tried.at is not None and now - tried.at <= REMEMBERED and len(tried.names) >= self.many

    def _digest(self, password: str) -> bytes:
        return hashlib.blake2b(password.encode("utf-8", "surrogatepass"), key=self.key, digest_size=16).digest()

"""Guessed passwords as this process sees them: names that nobody has wait like those of accounts, and a password tried on many accounts opens none.

An account counts its own failures and slows down. That tells who has an account unless unknown names slow down alike, and it does not stop one
password from being tried once on everybody. Addresses are not counted: a hall of thousands may stand behind one.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from quiz.usecases.accounts import seconds_to_wait

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
    """Failures of names without an account, and what was tried on whom; passwords only as digests under a key of this process."""

    strangers: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    passwords: dict[bytes, _Tried] = field(default_factory=dict)
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def seconds_to_wait(self, name: str, now: datetime) -> int:
        """Return how long a name that nobody has must wait, as an account's would."""
        with self.lock:
            failures, failed_at = self.strangers.get(name, (0, now))
            return seconds_to_wait(failures, failed_at, now)

    def add_stranger(self, name: str, now: datetime) -> None:
        """Count a failure of a name that nobody has."""
        with self.lock:
            if len(self.strangers) >= MOST_KEPT:
                self.strangers.clear()
            self.strangers[name] = (self.strangers.get(name, (0, now))[0] + 1, now)

    def add(self, password: str, name: str, now: datetime) -> bool:
        """Note that a password failed on a name; return True when that makes it one that is tried on everybody."""
        with self.lock:
            if len(self.passwords) >= MOST_KEPT:
                self.passwords.clear()
            tried = self.passwords.setdefault(self._digest(password), _Tried())
            if tried.at is not None and now - tried.at > REMEMBERED:
                tried.names.clear()
            was_many = len(tried.names) >= MANY
            if not was_many:
                tried.names.add(name)
            tried.at = now
            return len(tried.names) >= MANY and not was_many

    def is_tried_on_many(self, password: str, now: datetime) -> bool:
        """True for a password that failed on many names within the last hour: right or wrong, it opens nothing."""
        with self.lock:
            tried = self.passwords.get(self._digest(password))
            return tried is not None and tried.at is not None and now - tried.at <= REMEMBERED and len(tried.names) >= MANY

    def _digest(self, password: str) -> bytes:
        return hashlib.blake2b(password.encode("utf-8", "surrogatepass"), key=self.key, digest_size=16).digest()

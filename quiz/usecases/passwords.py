"""Passwords: which are good enough, and how they are kept and checked, by argon2 and slowly. It asks nobody who they are."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from quiz.core.message import QuizError, say

HASHER = PasswordHasher(time_cost=5, memory_cost=7 * 1024, parallelism=1)
"""OWASP's small argon2id setting: 7 MiB, 5 passes; a hall of 500 logs in within seconds on two cores."""

MIN_PASSWORD, MAX_PASSWORD = 8, 200

GUESSABLE = 2
"""What zxcvbn's score must reach: below it a password is found within a million guesses in the order in which people choose them."""

LONGEST_JUDGED = 72
"""Characters that are judged; judging takes time with the square of the length."""

NOBODYS = HASHER.hash("nobody has this password")
"""What a password is checked against where there is nobody, so that it takes as long."""

_HASHING = threading.BoundedSemaphore(os.cpu_count() or 1)
"""As many passwords are checked at once as there are processors: more would be no faster, take 7 MiB each, and keep saves waiting."""


def hashed(password: str) -> str:
    """Return what is stored of a password. Slow on purpose, so hold no transaction meanwhile: on SQLite every save would wait behind it."""
    return HASHER.hash(password)


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of a password check against a stored hash."""

    password_hash: str
    matches: bool


def check(stored: str, password: str) -> Checked:
    """Check a password; as slow as `hashed`."""
    return Checked(stored, matches(stored, password if len(password) <= MAX_PASSWORD else ""))


@dataclass(frozen=True, slots=True)
class FirstPassword:
    """A password that somebody may get, and its hash, which took its time."""

    password: str
    password_hash: str


def make_first_password(password: str) -> FirstPassword:
    """Hash a first password: thousands take minutes."""
    return FirstPassword(password, hashed(password))


def check_password(password: str, *known: str) -> None:
    """QuizError `weak_password` when a password is too short, too long, or soon guessed by whoever knows the texts in `known`."""
    from zxcvbn import zxcvbn  # its lists of words are large, and most processes never need them

    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise QuizError("weak_password", say("密码须为{low}至{high}个字符。", low=MIN_PASSWORD, high=MAX_PASSWORD))
    if zxcvbn(password[:LONGEST_JUDGED], user_inputs=list(known))["score"] < GUESSABLE:
        raise QuizError("weak_password", say("这个密码太容易猜到，请换一个。例如用几个不相干的词，中间加数字。"))


def matches(stored: str, password: str) -> bool:
    """True when this is the password of a stored hash; only so many are asked at once as there are processors."""
    try:
        with _HASHING:
            return HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False

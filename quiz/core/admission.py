"""Admission codes: printed on a slip, good for one person in one sitting. Random enough that a plain keyed hash is the right way to keep them."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Digits and capitals that nobody mistakes for one another on a slip: no 0 or O, no 1, I or L."""

LENGTH = 12
"""Characters of a code: 31 to the power of 12, more than 59 random bits."""

GROUP = 4
EARLY = timedelta(minutes=30)
"""How long before a sitting opens its codes admit to the notice."""

LINGER = timedelta(minutes=30)
"""How long after the sitting's end a device that was admitted may still read its receipt."""

LONGEST_INPUT = 100


@dataclass(frozen=True, slots=True)
class Slip:
    """What is printed for one person: `seat`, `form` and `site` are empty where there are none, `code` stands in clear nowhere else."""

    name: str
    number: str
    unit: str
    seat: str
    form: str
    code: str
    site: str = ""


def make_code(choose: Callable[[str], str]) -> str:
    """Return a new code of characters that `choose` takes out of `ALPHABET`, each by chance: `secrets.choice`."""
    return "".join(choose(ALPHABET) for _ in range(LENGTH))


def clean_code(text: str) -> str:
    """Return a typed code as it was issued: capitals, no spaces or dashes, full-width characters as plain ones."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST_INPUT]).upper()
    return "".join(char for char in plain if char.isalnum())


def grouped(code: str) -> str:
    """Return a code in groups, as it is printed and easily typed."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def code_digest(code: str, key: str) -> str:
    """Return what is stored of a code: HMAC-SHA256 under the installation's key, so that the database alone tells nothing."""
    return hmac.new(key.encode(), b"kaoxue/admission/v1\0" + code.encode(), hashlib.sha256).hexdigest()

"""Safe Exam Browser: which configuration of it shows a page, proved by a digest of the page's address and the configuration's key.

The browser tells SHA-256 of the address, without fragment, followed by the key in hex. It proves a configuration and not that its holder is honest.
Source: the developers' documentation of Safe Exam Browser, "Config Key" and "Browser Exam Key".
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass

MOST_KEYS = 8
HEADERS = ("X-SafeExamBrowser-ConfigKeyHash", "X-SafeExamBrowser-RequestHash")
"""What it sends with every request: the digest by the configuration's key, and the one by the key of the program with its configuration."""

_KEY = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Proof:
    """A digest as a browser told it, and the address of the page for which it did."""

    address: str
    digest: str


def read_keys(text: str) -> tuple[str, ...]:
    """Return the keys in `text`, parted by white space or commas. ValueError for what is no key, or for too many."""
    found = tuple(dict.fromkeys(part.lower() for part in re.split(r"[\s,，;；]+", text) if part))
    if len(found) > MOST_KEYS or not all(_KEY.fullmatch(key) for key in found):
        raise ValueError
    return found


def digest_for(address: str, key: str) -> str:
    """Return what a browser with this key tells of a page."""
    return hashlib.sha256((address.partition("#")[0] + key).encode()).hexdigest()


def is_proved(keys: Iterable[str], proofs: Iterable[Proof]) -> bool:
    """True when one of the keys made one of the digests; also where no key is asked for. Compared without telling by time how much was right."""
    wanted = list(keys)
    told = [proof for proof in proofs if proof.digest.isascii()]
    return not wanted or any(hmac.compare_digest(digest_for(proof.address, key), proof.digest) for proof in told for key in wanted)

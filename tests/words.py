"""Chinese text for made-up questions: the same for the same name, and no two alike, so that none is taken for a near-duplicate."""

import hashlib


def words(name, count=24):
    """Return `count` characters that follow from `name` alone."""
    return "".join(chr(0x4E00 + byte * 40) for byte in hashlib.sha256(name.encode()).digest()[:count])

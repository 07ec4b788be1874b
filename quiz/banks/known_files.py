"""Bank files that were whole when they were last published: their ids by the SHA-256 of path and bytes, so that they need not be read again.

A file is known only under the same version of the readers and rules, which is the hash of their source; a file that shows pictures is never known,
for its meaning lies in other files too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from quiz.banks.problems import Spot


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file's digest, and where the id of each of its questions and templates stands."""

    digest: str
    ids: tuple[tuple[str, int, int], ...]

    def positions(self) -> list[tuple[str, Spot]]:
        """Return the ids with their places."""
        return [(uid, Spot(line, column)) for uid, line, column in self.ids]


@dataclass(slots=True)
class KnownFiles:
    """Known files by their path; `mark` names the state of the bank that they were published to."""

    mark: str = ""
    files: dict[str, KnownFile] = field(default_factory=dict)

    def find(self, path: str, digest: str) -> KnownFile | None:
        """Return the file when its path and bytes are the known ones."""
        known = self.files.get(path)
        return known if known is not None and known.digest == digest else None

    def without(self, uids: Collection[str]) -> dict[str, KnownFile]:
        """Return the files that hold none of these questions: what another file says of a question makes this one's word old."""
        return {path: file for path, file in self.files.items() if not any(uid in uids for uid, _, _ in file.ids)}


def file_digest(path: str, content: bytes) -> str:
    """Return what a file is known by."""
    return hashlib.sha256(path.encode("utf-8", "surrogatepass") + b"\0" + content).hexdigest()


def load_known(path: Path, mark: str) -> KnownFiles:
    """Return the known files that `path` holds for this state of the bank and these readers; none of them when anything differs or is broken."""
    try:
        held: Any = json.loads(path.read_bytes())
        if held["readers"] != readers_version() or held["mark"] != mark:
            return KnownFiles(mark)
        files = {name: KnownFile(digest, tuple((uid, line, column) for uid, line, column in ids)) for name, (digest, ids) in held["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return KnownFiles(mark)
    return KnownFiles(mark, files)


def dump_known(known: KnownFiles) -> bytes:
    """Return what `load_known` reads."""
    files = {name: [file.digest, file.ids] for name, file in known.files.items()}
    return json.dumps({"readers": readers_version(), "mark": known.mark, "files": files}, ensure_ascii=False, separators=(",", ":")).encode()


@cache
def readers_version() -> str:
    """Return a hash of the source of everything that decides what a bank file means."""
    total = hashlib.sha256()
    here = Path(__file__).resolve().parent
    for source in sorted([*here.glob("*.py"), *(here.parent / "core").glob("*.py")]):
        total.update(source.name.encode() + b"\0" + source.read_bytes())
    return total.hexdigest()

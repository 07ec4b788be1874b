"""One zip with a manifest that names every member and its SHA-256: backups and records of sittings. Nothing is ever unpacked to disk by its name.

The digests find damage. They do not stop a forger, who can write them anew.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO

from quiz.core.message import QuizError, say
from quiz.formats.package_zip import DAMAGED

MANIFEST = "manifest.json"
CHUNK = 1 << 20
AT_ONCE = 500
LEVEL = 3
"""How hard to compress: higher levels take several times as long and save little on texts that repeat each other."""


class SealedWriter:
    """Writes a zip member by member, in a `with`; `seal` puts in the manifest, without which it is no sealed zip."""

    def __init__(self, out: BinaryIO, at: datetime) -> None:
        self._zip = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL)
        self._time = (at.year, at.month, at.day, at.hour, at.minute, at.second)
        self._members: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> SealedWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End the zip; after an error leave it as it is, for its owner to throw away."""
        if kind is None:
            self._zip.close()
        self._zip.fp = None

    def add(self, name: str, lines: Iterable[bytes]) -> int:
        """Write a member from its lines (or other pieces) and return how many there were; few are in memory at a time."""
        digest, size, count = hashlib.sha256(), 0, 0
        info = zipfile.ZipInfo(name, self._time)
        info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
        pieces = iter(lines)
        with self._zip.open(info, "w", force_zip64=True) as member:
            while batch := list(islice(pieces, AT_ONCE)):
                chunk = b"".join(batch)
                digest.update(chunk)
                member.write(chunk)
                size += len(chunk)
                count += len(batch)
        self._members[name] = {"sha256": digest.hexdigest(), "bytes": size}
        return count

    def seal(self, manifest: dict[str, Any]) -> str:
        """Write the manifest with what is known of each member, the last thing to do; return its SHA-256, which binds all of them."""
        content = json.dumps({**manifest, "members": self._members}, ensure_ascii=False, indent=1).encode()
        self.add(MANIFEST, [content])
        return hashlib.sha256(content).hexdigest()


class SealedZip:
    """A sealed zip to read. `manifest` is what it says of itself."""

    def __init__(self, file: BinaryIO, wanted: str, newest: int) -> None:
        """Open a zip whose format is `wanted` in a version up to `newest`. QuizError `wrong_file`, `damaged_file`, `newer_file`."""
        start = file.read(4)
        file.seek(0)
        try:
            self._zip = zipfile.ZipFile(file)
            self.manifest: dict[str, Any] = json.loads(self._zip.read(MANIFEST))
            found, version, self._members = self.manifest["format"], int(self.manifest["version"]), self.manifest["members"]
        except DAMAGED as error:
            raise (damaged(MANIFEST) if start[:2] == b"PK" else _wrong()) from error
        except (KeyError, TypeError) as error:
            raise _wrong() from error
        if found != wanted:
            raise _wrong()
        if version > newest:
            raise QuizError("newer_file", say("这个文件由更新版本的考学写成，请先升级程序。"))

    def check(self) -> None:
        """Read every member and compare its digest. QuizError `damaged_file` names the first that is missing or different."""
        for name, told in self._members.items():
            digest, size = hashlib.sha256(), 0
            for chunk in self._chunks(name):
                digest.update(chunk)
                size += len(chunk)
            if (digest.hexdigest(), size) != (told["sha256"], told["bytes"]):
                raise damaged(name)

    def names(self) -> list[str]:
        """Return the names of the members, the manifest left out."""
        return list(self._members)

    def read(self, name: str) -> bytes:
        """Return a member whole."""
        return b"".join(self._chunks(name))

    def lines(self, name: str) -> Iterator[bytes]:
        """Yield the lines of a member."""
        try:
            with self._zip.open(name) as raw:
                yield from io.BufferedReader(raw, CHUNK)  # type: ignore[type-var]  # it only reads
        except (KeyError, *DAMAGED) as error:
            raise damaged(name) from error

    def _chunks(self, name: str) -> Iterator[bytes]:
        try:
            with self._zip.open(name) as raw:
                while chunk := raw.read(CHUNK):
                    yield chunk
        except (KeyError, *DAMAGED) as error:
            raise damaged(name) from error


def damaged(name: str) -> QuizError:
    """Return the refusal of a damaged file."""
    return QuizError("damaged_file", say("文件已损坏（{name}），没有读取。请换一份。", name=name))


def _wrong() -> QuizError:
    return QuizError("wrong_file", say("这不是所要的文件：里面没有考学写的清单，或者是另一种文件。"))

"""A zip of questions, opened with suspicion: no path out of the package, no bomb, no encrypted part; nothing is written to disk."""

from __future__ import annotations

import io
import lzma
import posixpath
import zipfile
import zlib

from quiz.core.message import say
from quiz.formats.report import Refused, check_size

MAX_UNPACKED = 100_000_000
MAX_RATIO, ALWAYS_FINE = 200, 5_000_000
MAX_FILES = 20_000
ZIP = b"PK\x03\x04"
"""The first bytes of a zip that holds anything."""
DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, ValueError, OSError)
"""What `zipfile` and its decoders raise for a damaged, encrypted or unknown zip (NotImplementedError is a RuntimeError)."""


class Package:
    """The files of a zip by their clean path."""

    def __init__(self, content: bytes) -> None:
        check_size(content)
        try:
            self.archive = zipfile.ZipFile(io.BytesIO(content))
        except DAMAGED:
            raise _broken() from None
        items = [item for item in self.archive.infolist() if not item.is_dir()]
        unpacked = sum(item.file_size for item in items)
        if len(items) > MAX_FILES or unpacked > MAX_UNPACKED or (unpacked > ALWAYS_FINE and unpacked > MAX_RATIO * len(content)):
            raise Refused("I806", say("压缩包解开后太大：{files}个文件，{n}兆字节。", files=len(items), n=unpacked // 1_000_000))
        self.items: dict[str, zipfile.ZipInfo] = {}
        for item in items:
            path = clean_path(item.filename)
            if path is None:
                raise Refused("I806", say("压缩包里有指向包外的路径“{path}”，为安全起见不读取。", path=item.filename[:80]))
            self.items.setdefault(path, item)

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file; None when there is no such file. Refused when it is damaged or encrypted."""
        item = self.items.get(path)
        if item is None:
            return None
        try:
            return self.archive.read(item)
        except DAMAGED:
            raise _broken() from None


def clean_path(path: str) -> str | None:
    """Return a package path in one form; None when it leads out of the package."""
    path = path.replace("\\", "/")
    if path.startswith("/") or path[1:2] == ":" or "\0" in path or ".." in path.split("/"):
        return None
    return posixpath.normpath(path)


def _broken() -> Refused:
    return Refused("I801", say("压缩包已损坏或加了密码。请从原来的系统重新导出。"))

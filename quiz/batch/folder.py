"""The folder that a sitting is printed into: which files in it are finished, by the digest of what they were made from; one run at a time."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from quiz.batch.order import File
from quiz.core.message import QuizError, say
from quiz.formats.whole_file import whole_file
from quiz.storage.served import take_lock

JOURNAL, LOCK = "finished.jsonl", ".running"


class Folder:
    """A folder with its journal: a line for each finished file, written in one go behind it, so that whoever is killed has told only what is true."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder against other runs. QuizError `being_printed`."""
        handle = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if not take_lock(handle):
                raise QuizError("being_printed", say("这个文件夹正在由另一个打印任务使用：{path}", path=self.path))
            yield
        finally:
            os.close(handle)

    def finished(self) -> dict[str, dict[str, str]]:
        """Return what the journal says of each file: the digest of what it was made from, and of its bytes. A torn last line says nothing."""
        out: dict[str, dict[str, str]] = {}
        journal = self.path / JOURNAL
        for line in journal.read_bytes().splitlines() if journal.exists() else ():
            try:
                row = json.loads(line)
            except ValueError:
                continue
            out[row["name"]] = row
        return out

    def is_finished(self, file: File, known: dict[str, dict[str, str]]) -> bool:
        """True when the file was made from the same and nobody changed it since."""
        row = known.get(file.name)
        path = self.path / file.name
        return row is not None and row["digest"] == file.digest and path.is_file() and bytes_digest(path.read_bytes()) == row["bytes"]

    def clear(self, files: Sequence[File], known: dict[str, dict[str, str]]) -> int:
        """Remove what an earlier run made and this order does not have, since nobody shall hand out the list of a room that is no more, and what
        killed runs left behind. Return how many files went."""
        wanted = {file.name for file in files}
        stale = [name for name in known if name not in wanted and (self.path / name).is_file()]
        for name in stale:
            (self.path / name).unlink()
        for left in self.path.glob("*/.*.pdf.*"):
            left.unlink()
        for child in self.path.iterdir():
            if child.is_dir() and not any(child.iterdir()):
                child.rmdir()
        return len(stale)

    def save(self, file: File, content: bytes) -> None:
        """Write a finished file whole, then its line."""
        path = self.path / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as out:
            out.write(content)
        line = json.dumps({"name": file.name, "digest": file.digest, "bytes": bytes_digest(content)}, ensure_ascii=False)
        handle = os.open(self.path / JOURNAL, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, f"\n{line}\n".encode())  # a line of its own even behind a torn one
        finally:
            os.close(handle)


def bytes_digest(content: bytes) -> str:
    """Return the SHA-256 of a file's bytes."""
    return hashlib.sha256(content).hexdigest()

"""A disk made again from the system calls of a process: what was written, what was flushed, and what would be there after a power cut."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from quiz.settings import DATABASE

FILES = (DATABASE, f"{DATABASE}-wal")


@dataclass(frozen=True)
class Write:
    """Bytes written at a place; or, without bytes, a file cut to a length."""

    offset: int
    data: bytes | None


@dataclass(frozen=True)
class Confirmed:
    """A reply about to be sent that says of these numbers that they are stored."""

    seqs: tuple[int, ...]


@dataclass
class Disk:
    """Files as they were at first, what was written since, and how much of that is flushed for certain."""

    first: dict[str, bytes]
    writes: dict[str, list[Write]] = field(default_factory=lambda: {name: [] for name in FILES})
    flushed: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FILES, 0))
    flushes: Counter[str] = field(default_factory=Counter)

    def after_a_cut(self, keeps: float, chance: random.Random) -> dict[str, bytes]:
        """Return the files when the power goes now: all that was flushed, and of the rest each write with the chance `keeps`."""
        return {name: self._file(name, keeps, chance) for name in FILES}

    def _file(self, name: str, keeps: float, chance: random.Random) -> bytes:
        content = bytearray(self.first.get(name, b""))
        for number, write in enumerate(self.writes[name]):
            if number >= self.flushed[name] and chance.random() >= keeps:
                continue
            if write.data is None:
                del content[write.offset :]
                content.extend(bytes(max(0, write.offset - len(content))))
                continue
            content.extend(bytes(max(0, write.offset - len(content))))
            content[write.offset : write.offset + len(write.data)] = write.data
        return bytes(content)


def replay(lines: Iterable[str], disk: Disk) -> Iterator[Confirmed]:
    """Do on `disk` what a trace tells, call by call; yield each confirmation at the moment when its sending begins."""
    begun: dict[str, tuple[str, int]] = {}
    for line in lines:
        thread, _, call = line.partition(" ")
        call = call.strip()
        if resumed := _RESUMED.match(call):
            name, mark = begun.pop(thread)
            _finish(disk, name + resumed["rest"], mark)
        elif _is_file(call):
            mark = len(disk.writes[_file_of(call)])
            if call.endswith("<unfinished ...>"):
                begun[thread] = (call.removesuffix("<unfinished ...>").rstrip(), mark)
            else:
                _finish(disk, call, mark)
        elif call.startswith("sendto("):
            if call.endswith("<unfinished ...>"):
                begun[thread] = ("sendto(", 0)
            seqs = tuple(int(seq) for seq in _ACCEPTED.findall(_bytes_in(call)))
            if seqs:
                yield Confirmed(seqs)
        elif call.endswith("<unfinished ...>"):
            begun[thread] = ("other(", 0)


def _finish(disk: Disk, call: str, mark: int) -> None:
    """A call on a file has come to its end; `mark` writes were complete when it began."""
    if not _is_file(call):
        return
    name, result = _file_of(call), call.rpartition("= ")[2]
    if call.startswith("pwrite64("):
        data = _bytes_in(call)
        assert result == str(len(data)), call[-80:]
        offset = int(call.rpartition(")")[0].rpartition(", ")[2])
        disk.writes[name].append(Write(offset, data))
    elif call.startswith("ftruncate("):
        disk.writes[name].append(Write(int(call.rpartition(")")[0].rpartition(", ")[2]), None))
    elif call.startswith(("fdatasync(", "fsync(")):
        assert result == "0", call
        disk.flushed[name] = max(disk.flushed[name], mark)
        disk.flushes[name] += 1


def _is_file(call: str) -> bool:
    found = _PATH.match(call)
    return found is not None and _decoded(found["path"]).rpartition("/")[2] in FILES


def _file_of(call: str) -> str:
    found = _PATH.match(call)
    assert found is not None
    return _decoded(found["path"]).rpartition("/")[2]


def _decoded(path: str) -> str:
    return bytes.fromhex(path.replace("\\x", "")).decode() if path.startswith("\\x") else path


def _bytes_in(call: str) -> bytes:
    found = _STRING.search(call)
    return bytes.fromhex(found["hex"].replace("\\x", "")) if found else b""


_PATH = re.compile(r"\w+\(\d+<(?P<path>[^>]*)>")
_STRING = re.compile(r'"(?P<hex>(?:\\x[0-9a-f]{2})*)"')
_RESUMED = re.compile(r"<\.\.\. \w+ resumed>(?P<rest>.*)")
_ACCEPTED = re.compile(rb'"seq": (\d+), "state": "accepted"')

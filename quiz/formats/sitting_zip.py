"""The record of a sitting as one zip that can be read without this program: JSON lines, pictures, a manifest with digests, and how to read it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from quiz.formats.sealed_zip import SealedWriter

FORMAT, VERSION = "kaoxue-sitting", 1
README = Path(__file__).with_name("record_readme.txt")

Plain = dict[str, Any]


def write_record(
    out: BinaryIO,
    at: datetime,
    about: Plain,
    documents: Iterable[tuple[str, Plain]],
    streams: Iterable[tuple[str, Iterator[Plain]]],
    pictures: Callable[[], Iterable[tuple[str, bytes]]],
    plain: Callable[[object], str],
) -> tuple[dict[str, int], str]:
    """Write the zip; return how many rows of each kind there are, and the SHA-256 of the manifest, which binds all the rest.

    `about` goes into the manifest and has code, title and is_final; `pictures` is called when the streams have been read; `plain` turns
    what JSON does not know into text.
    """

    def line(row: Plain) -> bytes:
        return json.dumps(row, default=plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    state = "已结束" if about["is_final"] else "尚未结束，记录不完整"
    readme = README.read_text("utf-8").format(title=about["title"], code=about["code"], at=f"{at:%Y-%m-%d %H:%M}", state=state)
    with SealedWriter(out, at) as file:
        file.add("读我.txt", [readme.encode()])
        for name, row in documents:
            file.add(f"{name}.json", [line(row)])
        counts = {name: file.add(f"{name}.jsonl", map(line, rows)) for name, rows in streams}
        for name, content in pictures():
            file.add(f"pictures/{name}", [content])
        digest = file.seal({"format": FORMAT, "version": VERSION, "created_at": at.isoformat(), **about, "rows": counts})
    return counts, digest

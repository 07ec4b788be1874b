"""A file that was written in memory, as a reply that browsers save."""

from __future__ import annotations

from pathlib import PurePath
from typing import IO

from flask import Response, send_file

TYPES = {
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".zip": "application/zip",
}


def attachment(out: IO[bytes], name: str) -> Response:
    """Return what was written to `out` as a file with this name, whose ending says what it is."""
    out.seek(0)
    return send_file(out, mimetype=TYPES[PurePath(name).suffix], as_attachment=True, download_name=name)

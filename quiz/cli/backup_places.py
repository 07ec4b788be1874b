"""Where this installation's backups were put, and which of those that are still there is the newest good one. Works without the database."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from quiz.cli.backup_file import open_backup
from quiz.core.message import QuizError
from quiz.formats.whole_file import whole_file

FILE = "backups.json"
MOST = 200
"""How many places are remembered, the newest last: more than a day of a backup every ten minutes."""


@dataclass(frozen=True, slots=True)
class GoodBackup:
    """A backup that was read through: where it is, of what time, how many responses it holds."""

    path: Path
    made_at: datetime
    responses: int


def note_where(instance: Path, path: Path) -> None:
    """Remember that a backup was put at `path`."""
    places = [*(place for place in _places(instance) if place != str(path.absolute())), str(path.absolute())]
    with whole_file(instance / FILE) as out:
        out.write(json.dumps(places[-MOST:], ensure_ascii=False, indent=0).encode())


def newest_good(instance: Path) -> GoodBackup | None:
    """Return the newest backup whose every byte is as it was written; None when there is none, or none can be read from here."""
    for place in reversed(_places(instance)):
        with suppress(OSError, QuizError), Path(place).open("rb") as file:
            found = open_backup(file)
            return GoodBackup(Path(place), datetime.fromisoformat(found.manifest["created_at"]), found.rows.get("response", 0))
    return None


def _places(instance: Path) -> list[str]:
    try:
        found = json.loads((instance / FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return []
    return [place for place in found if isinstance(place, str)] if isinstance(found, list) else []

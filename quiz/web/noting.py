"""What pages told of themselves, kept in memory until it is written down for all at once; knows no request."""

from __future__ import annotations

import threading

from sqlalchemy import Engine

from quiz.storage.engine import writing
from quiz.usecases import presence
from quiz.usecases.presence import Note


class Presences:
    """What pages told and is not written down yet; one for each process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._guard = threading.Lock()
        self._notes: dict[int, Note] = {}

    def add(self, note: Note) -> None:
        """Keep a note until it is written down; of one paper the newest counts, and every event."""
        with self._guard:
            self._notes[note.paper_id] = note.after(self._notes.get(note.paper_id))

    def write_down(self) -> int:
        """Write down what has been told, and return of how many papers. What could not be written is kept for the next time."""
        with self._guard:
            notes, self._notes = self._notes, {}
        if not notes:
            return 0
        try:
            with writing(self._engine) as session:
                presence.write_down(session, notes.values())
        except BaseException:
            with self._guard:
                newer, self._notes = self._notes, notes
            for note in newer.values():
                self.add(note)
            raise
        return len(notes)

"""What was confirmed, as the pages remember it, and whether the database has each of it: nothing lost, changed, doubled, or outweighed."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import select

from quiz.storage import attempts
from quiz.storage.engine import make_engine, reading
from quiz.storage.tables import AttemptRow, PaperRow, ResponseRow

STATES = ("accepted", "superseded", "conflict", "late")


@dataclass(frozen=True)
class Found:
    """What became of the confirmed saves; all but `confirmed` and `unconfirmed` must be nothing.

    `lost`: confirmed and not there. `changed`: there with another value or outcome. `doubled`: there twice. `outweighed`: slots where an older
    answer counts. `strangers`: rows that no page sent. `unconfirmed`: there, though no page was told so, which is no fault.
    """

    confirmed: int
    lost: int = 0
    changed: int = 0
    doubled: int = 0
    outweighed: int = 0
    strangers: int = 0
    unconfirmed: int = 0

    @property
    def is_whole(self) -> bool:
        """True when nothing is wrong."""
        return not (self.lost or self.changed or self.doubled or self.outweighed or self.strangers)


@dataclass
class Checker:
    """Remembers what pages made and what they were told."""

    answers: dict[tuple[str, int], set[tuple[int, tuple[str, ...]]]] = field(default_factory=dict)
    """By paper and number: slot and value as a page made it."""

    confirmed: dict[tuple[str, int, int], tuple[tuple[str, ...], str]] = field(default_factory=dict)
    """By paper, number and slot: value and outcome as the server told."""

    def made(self, code: str, slot: int, seq: int, value: list[str]) -> None:
        """A page has made an answer."""
        self.answers.setdefault((code, seq), set()).add((slot, tuple(value)))

    def confirm(self, code: str, slot: int, seq: int, value: list[str], state: str) -> None:
        """A page was told that an answer is stored; told twice, it must be told the same."""
        assert state in STATES
        before = self.confirmed.setdefault((code, seq, slot), (tuple(value), state))
        assert before == (tuple(value), state), (code, slot, seq, before, value, state)

    def look(self, url: str) -> Found:
        """Look for all of it in the database."""
        engine = make_engine(url)
        with reading(engine) as db:
            attempt_rows = {row.id: (row, code) for row, code in db.execute(_ATTEMPTS)}
            rows = [(attempt_rows[row.attempt_id][1], row) for row in db.scalars(select(ResponseRow))]
            counting = {code: attempts.current_rows(db, attempt) for attempt, code in attempt_rows.values()}
        engine.dispose()
        kept: dict[tuple[str, int, int], set[tuple[tuple[str, ...], str]]] = {}
        for code, row in rows:
            kept.setdefault((code, row.seq, row.slot), set()).add((tuple(json.loads(row.value)), row.state))
        times = Counter((code, row.seq, row.slot, row.value) for code, row in rows)
        return Found(
            confirmed=len(self.confirmed),
            lost=sum(key not in kept for key in self.confirmed),
            changed=sum(key in kept and told not in kept[key] for key, told in self.confirmed.items()),
            doubled=sum(count > 1 for count in times.values()),
            outweighed=self._outweighed(counting),
            strangers=sum((row.slot, tuple(json.loads(row.value))) not in self.answers.get((code, row.seq), ()) for code, row in rows),
            unconfirmed=sum(key not in self.confirmed for key in kept),
        )

    def _outweighed(self, counting: dict[str, dict[int, ResponseRow]]) -> int:
        """How many slots count with an older answer than the newest that was confirmed as accepted."""
        newest: dict[tuple[str, int], int] = {}
        for (code, seq, slot), (_, state) in self.confirmed.items():
            if state == "accepted":
                newest[code, slot] = max(seq, newest.get((code, slot), 0))
        return sum(slot not in counting[code] or counting[code][slot].seq < seq for (code, slot), seq in newest.items())


_ATTEMPTS = select(AttemptRow, PaperRow.code).join(PaperRow, PaperRow.id == AttemptRow.paper_id)

"""How long whoever sends wrong admission codes is asked to wait. Right codes never wait: a hall of thousands may stand behind one address."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime

LONGEST_WAIT = 30
MOST_ADDRESSES = 10_000


@dataclass
class Debt:
    """A leaky count: each wrong code adds `cost` seconds, time takes them away; `free` seconds are nobody's trouble."""

    cost: float
    free: float
    owed: float = 0.0
    at: datetime | None = None

    def add(self, now: datetime) -> int:
        """Count one wrong code; return the whole seconds to wait."""
        if self.at is not None:
            self.owed = max(0.0, self.owed - (now - self.at).total_seconds())
        self.owed += self.cost
        self.at = now
        return min(LONGEST_WAIT, int(max(0.0, self.owed - self.free)))


@dataclass
class WrongCodes:
    """Wrong codes of all addresses (20 a second are free) and of each (2 a second, after the first hundred).

    Of several processes each counts what comes to it, which is its part of all, so many times over.
    """

    everyone: Debt = field(default_factory=lambda: Debt(1 / 20, 5.0))
    weight: int = 1
    addresses: dict[str, Debt] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, processes: int) -> WrongCodes:
        """Return the part of one of so many processes."""
        return cls(Debt(processes / 20, 5.0), processes)

    def add(self, address: str, now: datetime) -> int:
        """Count a wrong code from an address; return the seconds that its sender is asked to wait."""
        with self.lock:
            if len(self.addresses) >= MOST_ADDRESSES:
                self.addresses.clear()
            own = self.addresses.setdefault(address, Debt(self.weight / 2, 50.0))
            return max(self.everyone.add(now), own.add(now))

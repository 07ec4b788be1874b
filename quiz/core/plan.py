"""What an organiser writes down to hold a sitting: which blueprint, for whom, when; checks nothing against what is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from quiz.core.roster import Group
from quiz.core.sitting import Release


@dataclass(frozen=True, slots=True)
class SittingPlan:
    """A sitting to be made. Times are aware; `profile` is empty without local questions, `minutes` None for the blueprint's own."""

    code: str
    title: str
    blueprint: str
    group: Group
    opens_at: datetime
    closes_at: datetime
    profile: str = ""
    minutes: int | None = None
    release: Release = Release.ON_CLOSE

"""What an organiser writes down to hold a sitting: which blueprint, for whom, when; checks nothing against what is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from quiz.core.counting import MakeUp
from quiz.core.roster import Group
from quiz.core.site import SitePlan
from quiz.core.sitting import APPEAL_DAYS, DELIVERY_MINUTES, MARGIN_PERCENT, Release

AVOID_LAST = 2
"""Of how many last sittings questions are avoided unless a plan says otherwise."""


@dataclass(frozen=True, slots=True)
class SittingPlan:
    """A sitting to be made. Times are aware; `profile` is empty without local questions, `minutes` None for the blueprint's own.

    `forms` is 0 for a paper of their own for everybody, 1 for one common form, else the number of forms dealt out in turn. People sit in
    rows of `columns`; neighbours' papers share as little as the bank allows. Questions of the last `avoid_last` sittings come only where
    nothing else is left. The expected scores of all papers end within `band` marks of each other where swaps allow. Units that no site of `sites`
    names sit by towns and departments.
    Answers that were made in time may come in until `delivery_minutes` after a deadline; results wait so long. For `appeal_days` after the keys
    are shown a cadre may appeal. Short answers are marked by `markers` people, one or two; where two differ by more than `margin_percent` of a
    question's marks, a third decides. With `seb_keys`, questions are shown only to a Safe Exam Browser with one of these keys.
    A make-up (`makes_up`) is for those of its people who are in the group too; so is the sitting of a sample, which is named by its code.
    """

    code: str
    title: str
    blueprint: str
    group: Group
    opens_at: datetime
    closes_at: datetime
    profile: str = ""
    minutes: int | None = None
    release: Release = Release.ON_CLOSE
    forms: int = 0
    columns: int = 6
    avoid_last: int = AVOID_LAST
    band: Decimal = Decimal("0.5")
    delivery_minutes: int = DELIVERY_MINUTES
    sites: tuple[SitePlan, ...] = ()
    appeal_days: int = APPEAL_DAYS
    markers: int = 1
    margin_percent: int = MARGIN_PERCENT
    seb_keys: tuple[str, ...] = ()
    makes_up: MakeUp | None = None
    sample: str = ""

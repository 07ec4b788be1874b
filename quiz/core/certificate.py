"""Certificates: by which rule one is earned, how long it is good, and whether it is now. It is as good as the score it rests on."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from quiz.core.message import Message, mark_text, say

LONGEST_MONTHS = 120


class Status(StrEnum):
    """Whether a certificate is good on a day."""

    VALID = "valid"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


STATUS_NAMES: dict[Status, str] = {
    Status.VALID: mark_text("有效"),
    Status.NOT_YET: mark_text("尚未生效"),
    Status.EXPIRED: mark_text("已过期"),
    Status.WITHDRAWN: mark_text("已撤销"),
}


class Ending(StrEnum):
    """Why a certificate is withdrawn: by a person, because the attempt is void, or because the score that counts is no longer enough."""

    BY_HAND = "by_hand"
    VOID = "void"
    SCORE = "score"


ENDING_NAMES: dict[Ending, str] = {
    Ending.BY_HAND: mark_text("由组考人员撤销"),
    Ending.VOID: mark_text("答卷作废，没有可以计入的成绩"),
    Ending.SCORE: mark_text("成绩更正后，不再达到发证条件"),
}


@dataclass(frozen=True, slots=True)
class CertificateRule:
    """Who gets a certificate: everyone whose counted score is at least `least`; good for `months` from `valid_from`."""

    title: str
    least: Decimal
    months: int
    valid_from: date

    @property
    def valid_to(self) -> date:
        """The last day: the day before the same day so many months later, or the last of a shorter month."""
        return add_months(self.valid_from, self.months) - timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later; the last of the month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def ending_of(is_ended: bool, counted: Decimal | None, least: Decimal) -> Ending | None:
    """Return why a certificate does not hold any more, from what counts now; None while it does.

    Nobody has to remember to withdraw it when a mark is corrected or an attempt made void, and it holds again when that is undone.
    """
    if is_ended:
        return Ending.BY_HAND
    if counted is None:
        return Ending.VOID
    return Ending.SCORE if counted < least else None


def status_of(ending: Ending | None, valid_from: date, valid_to: date, day: date) -> Status:
    """Return how a certificate stands on a day; the first and the last day count."""
    if ending is not None:
        return Status.WITHDRAWN
    return Status.NOT_YET if day < valid_from else Status.EXPIRED if day > valid_to else Status.VALID


def certificate_number(year: int, count: int) -> str:
    """Return the number of the certificate that is the `count`th of an installation."""
    return f"KX{year}-{count:06}"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a certificate says, on paper and to whoever checks it: nothing of unit, score or paper."""

    number: str
    name: str
    title: str
    valid_from: date
    valid_to: date
    status: Status

    @property
    def sentence(self) -> Message:
        """What the status means."""
        return say(STATUS_NAMES[self.status])

"""Form fields whose faults are told in our own words; holds no form and no view."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import DateTimeLocalField, DecimalField, Field, IntegerField, StringField
from wtforms.validators import ValidationError

from quiz.core.message import from_minus, mark_text

NOT_LISTED = mark_text("请从列出的选项中选择。")
BAD_AMOUNT = mark_text("请填写数字，例如 0.5。")
MOMENT_FORMAT = "%Y-%m-%dT%H:%M"


Choices = Sequence[tuple[str, str]]
"""What may be chosen: (value, text)."""


class ListedField(StringField):  # type: ignore[misc]
    """A choice of one, as a list or as radio buttons."""

    def __init__(self, label: str = "", choices: Choices = (), **options: Any) -> None:
        super().__init__(label, **options)
        self.choices: Choices = choices

    def iter_choices(self) -> Iterator[tuple[str, str, bool]]:
        """Give (value, text, is chosen)."""
        return ((value, text, value == self.data) for value, text in self.choices)

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not listed."""
        if self.data not in dict(self.choices):
            raise ValidationError(NOT_LISTED)


class SeveralField(Field):  # type: ignore[misc]
    """A choice of none, one or several."""

    def __init__(self, label: str = "", choices: Choices = (), **options: Any) -> None:
        super().__init__(label, **options)
        self.choices: Choices = choices

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take every value sent under the name."""
        self.data = valuelist

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not listed: dropping it in silence could turn a narrow choice into "everyone"."""
        if not set(self.data or ()) <= set(dict(self.choices)):
            raise ValidationError(NOT_LISTED)


class MomentField(DateTimeLocalField):  # type: ignore[misc]
    """A day and a time in the county's zone, as the browser's own control sends it; `data` is naive."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the time, with or without seconds."""
        if not valuelist or not valuelist[0].strip():
            return
        text = valuelist[0].strip().replace(" ", "T")[:16]
        try:
            self.data = datetime.strptime(text, MOMENT_FORMAT)  # noqa: DTZ007 (the form adds the county's zone)
        except ValueError:
            raise ValueError(mark_text("请填写日期和时间，例如 2026-12-20 09:00。")) from None


class WholeField(IntegerField):  # type: ignore[misc]
    """A whole number."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number; full-width digits are digits too."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(mark_text("请填写整数。")) from None


MOST_DIGITS = 9
"""Of a number before its point, and behind it."""


def read_amount(text: str) -> Decimal:
    """Return a number that was typed. ValueError for what is none, and for 1e999999999, which no rule could count with in a lifetime."""
    try:
        found = Decimal(from_minus(text))
    except InvalidOperation:
        raise ValueError(BAD_AMOUNT) from None
    if not found.is_finite() or (found and abs(found.adjusted()) > MOST_DIGITS):
        raise ValueError(BAD_AMOUNT)
    return found


class AmountField(DecimalField):  # type: ignore[misc]
    """A number that may have decimals."""

    data: Any
    """The number; None where nothing or nothing right was written."""

    def __init__(self, label: str = "", **options: Any) -> None:
        super().__init__(label, places=None, **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number."""
        if valuelist:
            self.data = None
            self.data = read_amount(valuelist[0])

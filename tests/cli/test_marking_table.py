"""quiz grade gives every odd response of the marking table its documented answer."""

import json
from decimal import Decimal
from fractions import Fraction

import pytest

from quiz.core.hundredths import round_mark
from quiz.core.question import QuestionType
from tests.cli.test_chain import shell  # noqa: F401
from tests.marking_rows import FILL_IN, ROWS, Row

CASES = [row for row in ROWS if row.kind is not QuestionType.SHORT_ANSWER and not any("\ud83d" in text for text in row.response)]
"""A short answer is for a person alone, and a shell hands over no half characters."""


def words(row: Row) -> list[str]:
    """The row as somebody types it."""
    out = ["--type", row.kind.value, "--rule", row.rule.name.value, "--marks", row.full]
    if row.rule.value is not None:
        out += ["--value", f"{row.rule.value:f}"]
    out += ["--shares", row.shares] if row.shares else []
    if row.kind is not FILL_IN:
        separator = "," if row.kind.is_pairs else ""
        is_lettered = row.kind is not QuestionType.TRUE_FALSE
        return [*out, "--key", row.key, "--response", separator.join(row.response), *(("--options", str(row.options)) if is_lettered else ())]
    first = row.blanks[0]
    if all(blank.kind is first.kind for blank in row.blanks):
        out += ["--kind", first.kind.value]
    out += ["--unit", first.unit] if first.unit else []
    out += ["--tolerance", first.tolerance] if first.tolerance else []
    out += ["--unit-required"] if first.unit_required else []
    out += ["--any-order"] if first.group else []
    for blank in row.blanks:
        out += ["--key", "|".join(blank.answers), "--weight", f"{blank.weight:f}"]
    return [*out, *(word for text in row.response for word in ("--response", text))]


@pytest.mark.parametrize("row", CASES, ids=lambda row: row.name.encode("ascii", "backslashreplace").decode())
def test_every_row_is_graded_as_documented(shell, row):  # noqa: F811
    told = shell("grade", *words(row), "--json")
    if row.is_refused:
        assert "bad_response" in told
        return
    found = json.loads(told)
    assert Decimal(found["mark"]) == round_mark(Fraction(row.mark))
    assert (found["why"], tuple(found["verdicts"])) == (row.why, row.verdicts)
    assert found["exact"] in ("", str(Fraction(row.mark)))
    assert found["explanation"]

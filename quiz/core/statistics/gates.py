"""How many answers a verdict needs: below, a figure stands with its interval and nothing is concluded from it.

The numbers are the usual advice of textbooks on test analysis, rounded.
"""

from __future__ import annotations

FACILITY = 30
"""Answers to an item before its facility is called high or low."""

DISCRIMINATION = 100
"""Answers before anything is said about how an item separates, or about its options."""

RASCH = 200
"""Answers before an item's difficulty on the scale of ability is used."""

TWO_PARAMETER = 500
"""The same for a discrimination of its own."""

DIFFERENCE = 100
"""People in each of two groups before an item is said to treat them differently."""

GROUP = 5
"""People in a group before its mean is shown: a mean of fewer tells single people's scores."""

COMPARISON = 30
"""People in a group before it is said to do better or worse than all."""

LINK = 20
"""Questions that two sittings must have in common before they are compared on these (M. J. Kolen, R. L. Brennan, Test Equating, 2014)."""

MINIMUM = {
    "facility": FACILITY,
    "discrimination": DISCRIMINATION,
    "options": DISCRIMINATION,
    "rasch": RASCH,
    "two_parameter": TWO_PARAMETER,
    "difference_per_group": DIFFERENCE,
}
"""All of them, as they are told."""

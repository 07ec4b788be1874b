"""The cycle collector: still while it would find nothing, on again afterwards, and away from what a server keeps to its end."""

from __future__ import annotations

import gc
import subprocess
import sys

import pytest

from quiz.core.collector import uncollected


def test_it_is_still_meanwhile_and_goes_on_afterwards_whatever_happened() -> None:
    with pytest.raises(ValueError, match="x"), uncollected():
        assert not gc.isenabled()
        raise ValueError("x")
    assert gc.isenabled()


def test_a_server_that_has_settled_does_not_look_through_its_program_again() -> None:
    """In a process of its own, since nothing that was left alone is ever looked at again."""
    code = """
import gc
from quiz.core.collector import settle
before = len(gc.get_objects())
settle()
cycle = []
cycle.append(cycle)
del cycle
print(before > 1000 > len(gc.get_objects()), gc.isenabled(), gc.collect() > 0)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True", "True"]

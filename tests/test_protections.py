"""The table of protections, which `tools/remove_protections.py` takes away one by one: it names what is there, for every attack and fault."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from tools.remove_protections import ROOT, Protection, complaint, load_protections

TABLE = load_protections()
DOCUMENT = (ROOT / "docs" / "attacks-and-faults.md").read_text("utf-8")
ROWS = {*(f"A{n}" for n in range(1, 33)), *(f"F{n}" for n in range(1, 27))}


@cache
def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("protection", TABLE, ids=lambda one: one.name.replace(" ", "-"))
def test_what_is_taken_away_stands_there_once_and_is_gone_afterwards(protection: Protection) -> None:
    assert text_of(protection.file).count(protection.old) == 1
    assert protection.new != protection.old


def test_every_attack_and_fault_has_its_protections() -> None:
    assert {row for protection in TABLE for row in protection.rows} == ROWS
    assert [name for name, times in Counter(one.name for one in TABLE).items() if times > 1] == []


def test_every_test_that_is_named_is_there() -> None:
    named = {test for protection in TABLE for test in protection.tests} | documented()
    assert sorted(test for test in named if not is_there(test)) == []


def documented() -> set[str]:
    """Return the tests that the document names; `::test_…` is of the file named before."""
    found, file = set(), ""
    for text in re.findall(r"`((?:tests/)?[\w/]*(?:\.py)?(?:::\w+)?)`", DOCUMENT):
        path, _, name = text.partition("::")
        if path.startswith("tests/") and path.endswith(".py"):
            file = path
        if (path or name) and (path == file or not path):
            found.add(f"{file}::{name}" if name else file)
    return found


def is_there(test: str) -> bool:
    path, _, name = test.partition("::")
    return Path(ROOT / path).is_file() and (not name or re.search(rf"^def {name}\(", text_of(path), re.MULTILINE) is not None)


def test_what_a_failing_test_said_is_told_in_a_line() -> None:
    said = "E   AssertionError: lost\nE   assert 1 == 2\n=== short test summary info ===\nFAILED tests/x/test_y.py::test_z[sqlite] - Assertion\n"
    assert complaint(said) == "test_y.py::test_z[sqlite]: AssertionError: lost assert 1 == 2"
    assert complaint("") == "?: "

"""The table of protections, which `tools/remove_protections.py` takes away one by one: it names what is there, for every attack and fault."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from tools.remove_protections import NO_VERDICT, NOT_NOTICED, NOTICED, ROOT, Copy, Protection, complaint, keep_record, load_protections, read_record

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
    said = "ERROR    quiz.sweep:sweep.py:44 a line of the log\nE   AssertionError: lost\nE   assert 1 == 2\n=== short test summary info ===\n"
    said += "FAILED tests/x/test_y.py::test_z[a b/c.yaml] - Assertion\n"
    assert complaint(said) == "test_y.py::test_z[a b/c.yaml]: AssertionError: lost assert 1 == 2"
    assert complaint("") == "?: "


def test_what_came_of_a_try_is_kept_for_as_long_as_the_entry_says_the_same(tmp_path: Path) -> None:
    record, (first, second) = tmp_path / "tried.tsv", TABLE[:2]
    assert read_record(record) == {}
    keep_record(record, first, NOT_NOTICED, "")
    keep_record(record, second, NOT_NOTICED, "")
    keep_record(record, first, NOTICED, 'test_a.py::test_b["x"]')
    assert read_record(record) == {first.digest: (NOTICED, 'test_a.py::test_b["x"]'), second.digest: (NOT_NOTICED, "")}
    assert replace(first, tests=("tests/another.py",)).digest not in read_record(record)


DOOR = Protection(("A1",), "a door is shut", "door.py", "SHUT = True", "SHUT = False", ("test_door.py::test_it_is_shut",))


@pytest.mark.parametrize(
    ("test", "verdict", "said"),
    [
        ("test_it_is_shut", NOTICED, "assert False"),
        ("test_it_is_there", NOT_NOTICED, ""),
        ("test_it_is_red", NO_VERDICT, "although nothing was taken away"),
        ("test_it_has_a_key", NO_VERDICT, "skipped"),
    ],
)
def test_a_protection_is_taken_away_and_given_back(tmp_path: Path, test: str, verdict: str, said: str) -> None:
    (tmp_path / "door.py").write_text("SHUT = True\n", "utf-8")
    (tmp_path / "test_door.py").write_text(DOOR_TESTS, "utf-8")
    found, told = Copy(tmp_path).try_without(replace(DOOR, tests=(f"test_door.py::{test}",)))
    assert found == verdict
    assert said in told
    assert (tmp_path / "door.py").read_text("utf-8") == "SHUT = True\n"


DOOR_TESTS = """
import door, pytest

def test_it_is_shut():
    assert door.SHUT

def test_it_is_there():
    assert door

def test_it_is_red():
    assert "red" == "green"

def test_it_has_a_key():
    pytest.skip("no key here")
"""

"""Take away each protection that `protections.toml` names, one at a time and in a copy of the checkout, and see whether its tests notice.

    python -m tools.remove_protections                 every protection (an hour and more)
    python -m tools.remove_protections A9 F13          those of these rows of docs/attacks-and-faults.md
    python -m tools.remove_protections --named token   those with this word in their name

First the tests run once on the unchanged copy, where each must pass. Ends with status 1 when a protection could go without a test that fails.
What a failing test said is printed beside each: it must speak of the harm, which no program judges.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TABLE = Path(__file__).with_name("protections.toml")
PASSED, FAILED = 0, 1
"""What pytest ends with; anything else is no verdict."""

LONGEST_RUN = 1800
"""Seconds after which a run counts as failed: without some protections a program waits for ever."""


@dataclass(frozen=True, slots=True)
class Protection:
    """A piece of a file that protects: without it (`old` replaced by `new`) a test of `tests` must fail. `rows` as A9 (attack) or F13 (fault)."""

    rows: tuple[str, ...]
    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def take_from(self, tree: Path) -> str:
        """Take the protection out of a copy of the checkout; return the file's text as it was."""
        path = tree / self.file
        before = path.read_text("utf-8")
        assert before.count(self.old) == 1, f"{self.name}: what is to be taken away stands {before.count(self.old)} times in {self.file}"
        path.write_text(before.replace(self.old, self.new), "utf-8")
        return before


def load_protections(path: Path = TABLE) -> list[Protection]:
    """Return the table."""
    rows = tomllib.loads(path.read_text("utf-8"))["protection"]
    return [Protection(tuple(row["rows"]), row["name"], row["file"], row["old"], row["new"], tuple(row["tests"])) for row in rows]


def copy_checkout(target: Path) -> None:
    """Copy every file that git tracks or would, as it stands now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target / name)


def run_tests(tree: Path, tests: Sequence[str], stop_at_first: bool) -> tuple[int, str]:
    """Run tests in a copy of the checkout; return pytest's status and what it said."""
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short", *(["-x"] if stop_at_first else []), *tests]
    environ = {**os.environ, "PYTHONPATH": str(tree)}
    try:
        done = subprocess.run(words, cwd=tree, env=environ, capture_output=True, text=True, timeout=LONGEST_RUN, check=False)
    except subprocess.TimeoutExpired:
        return FAILED, f"E   no end after {LONGEST_RUN} seconds"
    return done.returncode, done.stdout + done.stderr


def complaint(said: str) -> str:
    """Return which test failed and what its assertion said, in one line."""
    which = re.search(r"^(?:FAILED|ERROR) (\S+)", said, re.MULTILINE)
    errors = [line[1:].strip() for line in said.splitlines() if line.startswith("E  ")]
    return f"{which[1].rpartition('/')[2] if which else '?'}: {' '.join(errors)[:300]}"


def try_each(chosen: Sequence[Protection], at_once: bool) -> int:
    """Take away one protection after the other; print what came of it, and return how many no test noticed."""
    unnoticed = 0
    with tempfile.TemporaryDirectory(prefix="without-") as folder:
        tree = Path(folder)
        copy_checkout(tree)
        named = sorted({test for protection in chosen for test in protection.tests})
        status, said = (PASSED, "") if at_once else run_tests(tree, named, stop_at_first=False)
        if status != PASSED:
            print(said)
            print("these tests fail although nothing was taken away: no verdict")
            return len(chosen)
        for protection in chosen:
            before = protection.take_from(tree)
            status, said = run_tests(tree, protection.tests, stop_at_first=True)
            (tree / protection.file).write_text(before, "utf-8")
            verdict = {PASSED: "NOT NOTICED", FAILED: "noticed"}.get(status, "NO VERDICT")
            unnoticed += status != FAILED
            print(f"{'+'.join(protection.rows)}\t{protection.file}\t{protection.name}\t{verdict}\t{complaint(said)}", flush=True)
    return unnoticed


def main() -> int:
    """Try the protections that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", help="rows such as A9 or F13; none means all")
    parser.add_argument("--named", default="", help="a word in the names")
    parser.add_argument("--at-once", action="store_true", help="leave out the run on the unchanged copy")
    asked = parser.parse_args()
    chosen = [one for one in load_protections() if (not asked.rows or set(asked.rows) & set(one.rows)) and asked.named in one.name]
    if not chosen:
        print("no such protection")
        return 1
    unnoticed = try_each(chosen, asked.at_once)
    print(f"{len(chosen)} taken away, {unnoticed} not noticed")
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())

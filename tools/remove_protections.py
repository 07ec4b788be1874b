"""Take away each protection that `protections.toml` names, one at a time and in a copy of the checkout, and see whether its tests notice.

    python -m tools.remove_protections                 every protection (an hour and more)
    python -m tools.remove_protections A9 F13          those of these rows of docs/attacks-and-faults.md
    python -m tools.remove_protections --named token   those with this word in their name
    python -m tools.remove_protections --untried       those of which `protections-tried.tsv` does not say that they were noticed
    python -m tools.remove_protections --list          say what was tried and what came of it, and try nothing

Before a protection is taken away its tests must pass on the unchanged copy. Ends with status 1 when a protection could go without a test that fails.
What a failing test said is printed beside each: it must speak of the harm, which no program judges. What came of each try is kept at once in
`protections-tried.tsv`, so that a run that was broken off goes on with `--untried`; a line counts for as long as the entry says the same.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TABLE = Path(__file__).with_name("protections.toml")
RECORD = Path(__file__).with_name("protections-tried.tsv")
HEAD = "rows\tname\tdigest\tverdict\ttest"
PASSED, FAILED = 0, 1
"""What pytest ends with; anything else is no verdict."""

NOTICED, NOT_NOTICED, NO_VERDICT = "noticed", "NOT NOTICED", "NO VERDICT"

LONGEST_RUN = 1800
"""Seconds after which tests on the unchanged copy count as failed."""

PATIENCE = 120, 4
"""Seconds, and times what its tests took before, after which a run without a protection counts as failed: some programs then wait for ever."""


@dataclass(frozen=True, slots=True)
class Protection:
    """A piece of a file that protects: without it (`old` replaced by `new`) a test of `tests` must fail. `rows` as A9 (attack) or F13 (fault)."""

    rows: tuple[str, ...]
    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Tell this entry from what it said before: a try counts for one wording of what is taken away and of the tests that must notice."""
        return hashlib.sha256("\0".join((self.file, self.old, self.new, *self.tests)).encode()).hexdigest()[:12]

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


def read_record(path: Path) -> dict[str, tuple[str, str]]:
    """Return what came of each entry when it was tried last: the verdict and the test that failed, by the entry's digest."""
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["digest"]: (row["verdict"], row["test"]) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}


def keep_record(path: Path, protection: Protection, verdict: str, test: str) -> None:
    """Add what came of a try: one write at the end of the file, so that several may try at the same time."""
    line = "\t".join(("+".join(protection.rows), protection.name, protection.digest, verdict, test))
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write(f"{line}\n" if file.tell() else f"{HEAD}\n{line}\n")


def run_tests(tree: Path, tests: Sequence[str], longest: float) -> tuple[int, str]:
    """Run tests in a copy of the checkout up to the first that fails; return pytest's status and what it said.

    After `longest` seconds they count as failed, and they are ended with what they started.
    """
    words = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--tb=short", *tests]
    environ = {**os.environ, "PYTHONPATH": str(tree)}
    with subprocess.Popen(
        words, cwd=tree, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as running:
        try:
            said, _ = running.communicate(timeout=longest)
        except subprocess.TimeoutExpired:
            _end(running)
            return FAILED, f"E   no end after {longest:.0f} seconds\nFAILED {tests[0]}"
    return running.returncode, said


def _end(running: subprocess.Popen[str]) -> None:
    """End tests that do not end: politely, so that they stop the databases and servers which they started, then by force."""
    os.kill(running.pid, signal.SIGINT)
    try:
        running.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)


def complaint(said: str) -> str:
    """Return which test failed and what its assertion said, in one line."""
    which = re.search(r"^(?:FAILED|ERROR) (?:[^\s:]*/)?(test_.+?)(?: - |$)", said, re.MULTILINE)
    errors = [line[1:].strip() for line in said.splitlines() if line.startswith("E  ")]
    return f"{which[1] if which else '?'}: {' '.join(errors)[:300]}"


class Copy:
    """A copy of the checkout, from which protections are taken and to which they are given back; it remembers how long tests take that pass."""

    def __init__(self, tree: Path) -> None:
        self.tree = tree
        self.took: dict[str, float] = {}

    def pass_unchanged(self, tests: Sequence[str]) -> str:
        """Run the tests that were not run before on the copy as it is; return what they complain of, "" for nothing."""
        for test in tests:
            if test not in self.took:
                began = time.monotonic()
                status, said = run_tests(self.tree, [test], LONGEST_RUN)
                if status != PASSED:
                    return f"{complaint(said)} although nothing was taken away"
                if not re.search(r"\b\d+ passed\b", said):
                    return f"{test.rpartition('/')[2]}: skipped"
                self.took[test] = time.monotonic() - began
        return ""

    def try_without(self, protection: Protection) -> tuple[str, str]:
        """Take one protection away, run its tests, give it back; return the verdict and what the failing test said."""
        if said := self.pass_unchanged(protection.tests):
            return NO_VERDICT, said
        least, times = PATIENCE
        before = protection.take_from(self.tree)
        try:
            longest = least + times * sum(self.took[test] for test in protection.tests)
            status, said = run_tests(self.tree, protection.tests, longest)
        finally:
            (self.tree / protection.file).write_text(before, "utf-8")
        return {PASSED: NOT_NOTICED, FAILED: NOTICED}.get(status, NO_VERDICT), complaint(said)


def try_each(chosen: Sequence[Protection], record: Path) -> int:
    """Take away one protection after the other; print and keep what came of it, and return how many no test noticed."""
    unnoticed = 0
    with tempfile.TemporaryDirectory(prefix="without-") as folder:
        copy_checkout(Path(folder))
        copy = Copy(Path(folder))
        for protection in chosen:
            verdict, said = copy.try_without(protection)
            unnoticed += verdict != NOTICED
            print(f"{'+'.join(protection.rows)}\t{protection.file}\t{protection.name}\t{verdict}\t{said}", flush=True)
            keep_record(record, protection, verdict, said.partition(": ")[0].strip("?"))
    return unnoticed


def list_record(chosen: Sequence[Protection], tried: dict[str, tuple[str, str]]) -> int:
    """Print what came of each when it was tried last; return how many were not noticed by then, or never tried."""
    left = 0
    for one in chosen:
        verdict, test = tried.get(one.digest, ("not tried", ""))
        left += verdict != NOTICED
        print(f"{'+'.join(one.rows)}\t{one.file}\t{one.name}\t{verdict}\t{test}")
    return left


def main() -> int:
    """Try the protections that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", help="rows such as A9 or F13; none means all")
    parser.add_argument("--named", default="", help="a word in the names")
    parser.add_argument("--untried", action="store_true", help="leave out what was noticed when it was tried as it stands in the table")
    parser.add_argument("--list", action="store_true", help="try nothing, say what was tried")
    asked = parser.parse_args()
    tried = read_record(RECORD)
    chosen = [one for one in load_protections() if (not asked.rows or set(asked.rows) & set(one.rows)) and asked.named in one.name]
    if asked.untried:
        chosen = [one for one in chosen if tried.get(one.digest, ("", ""))[0] != NOTICED]
    if asked.list:
        left = list_record(chosen, tried)
        print(f"{len(chosen)} protections, {left} of them not tried or not noticed")
        return 1 if left else 0
    if not chosen:
        print("no such protection")
        return 1
    unnoticed = try_each(chosen, RECORD)
    print(f"{len(chosen)} taken away, {unnoticed} not noticed")
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())

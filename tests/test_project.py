"""The project itself: what the first page promises, and what must never be in a tracked file. Looks at no code of ours."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

import tasks

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.txt", "requirements-test.txt")

# Put together from pieces, so that this file does not hold what it looks for.
MACHINE_PATHS = re.compile("|".join(re.escape("/" + name + "/") for name in ("root", "home", "Users")) + r"|[A-Z]:\\\\Users")
REGISTRY_HOSTS = re.compile(
    "index" + "-url|" + "find" + "-links|" + ":/" + "/pypi|" + "python" + r"hosted\.org|registry\." + "npmjs|" + "deb" + r"\.debian\.org"
)


def tracked_texts() -> list[Path]:
    """Return the text files that git tracks, or outside a clone every file of the source folders."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        found = [path for folder in ("quiz", "tests", "templates", "question_banks", "docs") for path in (ROOT / folder).rglob("*")]
    else:
        found = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in found if path.is_file() and b"\0" not in path.read_bytes()[:4096]]


@pytest.mark.parametrize(
    ("pattern", "what"), [(MACHINE_PATHS, "a path of one machine"), (REGISTRY_HOSTS, "a package registry")], ids=["paths", "hosts"]
)
def test_no_tracked_file_names(pattern: re.Pattern[str], what: str) -> None:
    faults = [
        f"{path.relative_to(ROOT)}:{number}: {what}: {line.strip()[:80]}"
        for path in tracked_texts()
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]
    assert faults == []


def test_readme_shows_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "make run" in readme
    assert "make test" in readme


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_of_a_lock_has_hashes(name: str) -> None:
    pins = re.split(r"\n(?=\S)", (ROOT / name).read_text("utf-8").strip())
    assert len(pins) > 20
    assert [pin for pin in pins if not re.match(r"[a-z0-9-]+==\S+ .*\\\n +--hash=sha256:[0-9a-f]{64}", pin, re.DOTALL)] == []


def test_tests_run_on_the_same_pins_as_the_site() -> None:
    site, tests = ({line for line in (ROOT / name).read_text("utf-8").splitlines() if "==" in line} for name in LOCKS)
    assert site <= tests


def test_the_locks_hold_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for name, wanted in zip(LOCKS, (project["dependencies"], project["optional-dependencies"]["test"]), strict=True):
        pinned = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / name).read_text("utf-8"), re.MULTILINE))
        names = {re.match(r"[A-Za-z0-9-]+", want).group().lower() for want in wanted}  # type: ignore[union-attr]
        assert names - pinned == set()


def test_every_command_of_tasks_has_a_make_target_and_a_line_of_help() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for command in tasks.COMMANDS:
        assert re.search(rf"^(?:\w+ )*{command}(?: \w+)*:", makefile, re.MULTILINE), command
        assert f"\n  {command} " in tasks.USAGE


def test_the_launcher_finds_the_project_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packages = tmp_path / "考学" / ".venv" / "lib" / "python3.11" / "site-packages"
    packages.mkdir(parents=True)
    for name, value in {"ROOT": tmp_path / "考学", "VENV": tmp_path / "考学/.venv", "BIN": tmp_path / "考学/.venv/bin", "WINDOWS": False}.items():
        monkeypatch.setattr(tasks, name, value)
    tasks.BIN.mkdir()
    tasks.link_project()
    line = (packages / "kaoxue-quiz.pth").read_text("ascii").strip()
    assert (packages / line).resolve() == tmp_path / "考学"
    assert (tasks.BIN / "quiz").stat().st_mode & 0o111


def test_without_hosts_keeps_only_pins(tmp_path: Path) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text("--" + "index" + "-url https://example.test/simple\nflask==3 \\\n    --hash=sha256:00\n", "utf-8")
    tasks.without_hosts(lock)
    assert lock.read_text("utf-8") == "flask==3 \\\n    --hash=sha256:00\n"


@pytest.mark.parametrize("table", ["attacks-and-faults", "marking", "marks-shown"])
def test_every_test_that_a_table_of_promises_names_is_there(table: str) -> None:
    text = (ROOT / f"docs/{table}.md").read_text(encoding="utf-8")
    file, missing = "", []
    for path, name in re.findall(r"`(tests/[\w/]+\.py)?(?:::(\w+))?`", text):
        file = path or file
        found = ROOT / file
        if not found.is_file() or (name and f"def {name}(" not in found.read_text(encoding="utf-8")):
            missing.append(f"{file}::{name}")
    assert missing == []

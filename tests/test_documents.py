"""What the documents name is there: links, files and what stands in them, commands with their options, modules to run, settings.

Looks at README, CONTRIBUTING, `docs/` and the notes beside the benchmarks; not at CHANGELOG, which tells of what was.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import click
import pytest

import tasks
from quiz.cli import quiz

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/**/*.md")), *sorted(ROOT.glob("benchmarks/*.md"))]
TOPS = ("", "quiz", "docs", "tests", "question_banks", "templates")
"""Folders from which a document may name a file: `core/message.py` is `quiz/core/message.py`."""

EXAMPLES = ("a/x.png", "b/x.png", "images/x.png", ".vscode/settings.json", "instance/backups.json", "instance/known-files.json")
"""Files of a reader or an installation, which no checkout holds."""

FILE = re.compile(r"`([\w./-]+\.(?:py|md|toml|yaml|html|css|js|txt|tsv|json|png))(?:: ([\w, ]+))?`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
COMMAND = re.compile(r"(?<![\w/.-])(?:\.venv/bin/)?quiz ([a-z][^`#|;\n]*)")
POSTGRES = re.compile(r"(?:[ab]\$ )?(?:host|psql|createuser) ")
"""Lines in which `quiz` is the name of a database and its owner."""

MODULE = re.compile(r"python -m ((?:benchmarks|tools|quiz)[\w.]*)")
SETTING = re.compile(r"\bQUIZ_[A-Z_]+\b")


def texts_of(document: Path) -> list[str]:
    """Return what a document shows as code: spans in backticks and lines set in by four spaces or fenced."""
    text = document.read_text("utf-8")
    fenced = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = re.findall(r"^ {4,}(\S.*)$", text, re.MULTILINE)
    return [*re.findall(r"`([^`\n]+)`", text), *lines, *(line for block in fenced for line in block.splitlines())]


def fault_of_command(words: list[str]) -> str:
    """Return what is wrong with a command line behind `quiz`, "" when nothing is."""
    command: click.Command = quiz
    context = click.Context(command)
    options = {name for param in command.params for name in param.opts}
    while words and isinstance(command, click.Group):
        found = command.get_command(context, words[0])
        if found is None:
            return "" if re.match(r"[A-Z…-]", words[0]) else f"no command {words[0]}"
        command, words = found, words[1:]
        options |= {name for param in command.params for name in (*param.opts, *param.secondary_opts)}
    unknown = [word for word in words if word.startswith("--") and word.split("=")[0] not in options]
    return f"no option {unknown[0]}" if unknown else ""


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_document_names_is_there(document: Path) -> None:
    text, code = document.read_text("utf-8"), texts_of(document)
    faults = [f"no file {link}" for link in LINK.findall(text) if "://" not in link and not (document.parent / link.split("#")[0]).exists()]
    for name, inside in FILE.findall(text):
        place = next((path for top in TOPS if (path := ROOT / top / name).exists()), document.parent / name)
        if not place.exists() and name not in EXAMPLES and "/" in name:
            faults.append(f"no file {name}")
        elif inside and place.exists():
            there = place.read_text("utf-8")
            faults += [f"{name} has no {word}" for word in re.split(r", ?", inside) if not re.search(rf"\b{re.escape(word)}\b", there)]
    for line in code:
        commands = () if POSTGRES.match(line) else COMMAND.findall(line)
        faults += [f"quiz {rest}: {fault}" for rest in commands if (fault := fault_of_command(rest.split()))]
        faults += [f"no module {name}" for name in MODULE.findall(line) if not module_is_there(name)]
        faults += [f"make {name}" for name in re.findall(r"^make ([a-z]+)", line) if name not in (*tasks.COMMANDS, "help")]
    faults += [f"no setting {name}" for name in sorted(set(SETTING.findall(text)) - settings())]
    assert faults == []


def module_is_there(name: str) -> bool:
    """True when `python -m name` finds something."""
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__main__.py").exists()


@cache
def settings() -> set[str]:
    """Return every setting that the program, its tests or its tools read."""
    sources = (path for top in ("quiz", "tests", "tools", "benchmarks") for path in ROOT.joinpath(top).rglob("*.py") if path != Path(__file__))
    return {name for path in (*sources, ROOT / "tasks.py") for name in SETTING.findall(path.read_text("utf-8"))}

"""Reads every YAML file under some paths and checks them against each other; the one entry for commands that load or check files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from collections.abc import Mapping as Mapped
from dataclasses import dataclass, field
from datetime import UTC, date, tzinfo
from pathlib import Path

from quiz.banks.bank_file import BankFile, read_bank, report_doubled
from quiz.banks.blueprint_file import read_blueprint
from quiz.banks.craft import Craft
from quiz.banks.known_files import KnownFile, KnownFiles, file_digest
from quiz.banks.pictures import PictureFolder
from quiz.banks.problems import START, Placed, Problems
from quiz.banks.profile_file import read_profile
from quiz.banks.roster_file import read_roster
from quiz.banks.sitting_file import read_sitting
from quiz.banks.source_text import MAX_BYTES
from quiz.banks.yaml_tree import Mapping, Node, parse_yaml
from quiz.core.blueprint import Blueprint
from quiz.core.collector import uncollected
from quiz.core.message import Diagnostic, Translate, listed, mark_text, say
from quiz.core.plan import SittingPlan
from quiz.core.profile import Dataset
from quiz.core.question import Question, pictures_of
from quiz.core.roster import Roster, Unit, UnitKind
from quiz.core.template import Template

FOLDER = "question_banks"
"""Below a folder of this name a bank's category must be its path."""

SUFFIXES = (".yaml", ".yml")

KINDS = {
    "questions": "bank",
    "templates": "bank",
    "blueprint": "blueprint",
    "profile": "profile",
    "units": "roster",
    "cadres": "roster",
    "sitting": "sitting",
}
"""The top-level key by which a file is known → what it is."""


@dataclass(frozen=True, slots=True)
class LoadedBank:
    """Everything without a fault in the files, what is wrong with the rest, how many files there were, and the pictures by their digests.

    `known` are the bank files that need not be read again while they stay as they are, `unread` how many questions of such files were left out.
    """

    questions: tuple[Question, ...] = ()
    templates: tuple[Template, ...] = ()
    blueprints: tuple[Blueprint, ...] = ()
    profiles: tuple[Dataset, ...] = ()
    rosters: tuple[Roster, ...] = ()
    sittings: tuple[SittingPlan, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    files: int = 0
    pictures: Mapped[str, bytes] = field(default_factory=dict)
    known: Mapped[str, KnownFile] = field(default_factory=dict, compare=False)
    unread: int = 0

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What must be mended before anything is published; warnings and notes are left out."""
        return tuple(diagnostic for diagnostic in self.diagnostics if diagnostic.is_error)


Progress = Callable[[int, int, int], None]
"""Is told, after each file, how many bytes are done, how many there are, and how many questions have been read."""


def lint_paths(
    paths: Iterable[Path], zone: tzinfo, on: date | None = None, progress: Progress | None = None, known: KnownFiles | None = None
) -> LoadedBank:
    """Return what the files at `paths` hold; folders are walked for *.yaml and *.yml. Never raises for a bad or missing file.

    Local times are read in `zone`. Ids must differ over all files given. With a day `on` the craft of the questions is looked at too, as of that day.
    Bank files that are `known` are not read: their questions are left out, only their ids are held against those of the others.
    The result depends on the files and the day alone, not on their order.
    """
    linter = _Linter(zone, on, known)
    files = _files(paths, linter)
    sizes = [_size(path) for path in files] if progress else []
    done, total = 0, sum(sizes)
    with uncollected():
        for number, path in enumerate(files):
            linter.read(path)
            if progress:
                done += sizes[number]
                progress(done, total, linter.count)
        return linter.finish(len(files))


def to_json(diagnostics: Iterable[Diagnostic], translate: Translate = mark_text) -> str:
    """Return a JSON list of {file, line, column, rule, severity, message}."""
    rows = [
        {"file": d.file, "line": d.line, "column": d.column, "rule": d.rule, "severity": str(d.severity), "message": d.message.render(translate)}
        for d in diagnostics
    ]  # fmt: skip
    return json.dumps(rows, ensure_ascii=False, indent=1)


class _Linter:
    """The state of one pass: what was read, and which ids stand where."""

    def __init__(self, zone: tzinfo, on: date | None, known: KnownFiles | None = None) -> None:
        self.zone = zone
        self.known = known
        self.digest = ""
        self.now_known: dict[str, KnownFile] = {}
        self.unread = 0
        self.craft = Craft(on) if on else None
        self.count = 0
        self.banks: list[BankFile] = []
        self.pictures: dict[str, bytes] = {}
        self.blueprints: list[Blueprint] = []
        self.profiles: list[Dataset] = []
        self.rosters: list[Roster] = []
        self.sittings: list[SittingPlan] = []
        self.all_problems: list[Problems] = []
        self.waiting: dict[str, list[tuple[Mapping, Problems]]] = {"roster": [], "profile": []}
        self.ids: dict[tuple[str, str], str] = {}

    def problems(self, path: Path) -> Problems:
        """Return a collector for one file."""
        problems = Problems(path.as_posix())
        self.all_problems.append(problems)
        return problems

    def read(self, path: Path) -> None:
        """Read one file as what its top-level keys tell; rosters and profiles wait until all files are known."""
        problems = self.problems(path)
        try:
            with path.open("rb") as file:
                content = file.read(MAX_BYTES + 1)
        except OSError as error:
            problems.add(START, "Y019", say("文件打不开：{reason}。", reason=error.strerror or str(error)))
            return
        if self.known is not None and self.is_known(file_digest(problems.file, content), problems):
            return
        node = parse_yaml(content, problems)
        if node is None:
            return
        kind = next((KINDS[key] for key in KINDS if isinstance(node, Mapping) and key in node.entries), "")
        if not isinstance(node, Mapping) or not kind:
            problems.add(node, "F107", say("看不出这是哪一种文件：最外层要有这些键之一：{keys}。", keys=listed(KINDS)))
        elif kind == "bank":
            self.bank(node, path, problems)
        elif kind == "blueprint":
            blueprint = read_blueprint(node, problems)
            if blueprint and self.is_new("B404", blueprint.id, _value_of(node, "blueprint", "id"), problems):
                self.blueprints.append(blueprint)
        elif kind == "sitting":
            plan = read_sitting(node, problems, self.zone)
            if plan and self.is_new("S703", plan.code, _value_of(node, "sitting", "code"), problems):
                self.sittings.append(plan)
        else:
            self.waiting[kind].append((node, problems))

    def is_known(self, digest: str, problems: Problems) -> bool:
        """True for a known file, after taking note of its ids; `digest` stays for the file that is read next."""
        self.digest = digest
        known = self.known.find(problems.file, digest) if self.known else None
        if known is None:
            return False
        self.now_known[problems.file] = known
        self.unread += sum(self.is_new("Q206", uid, at, problems) for uid, at in known.positions())
        return True

    def bank(self, node: Mapping, path: Path, problems: Problems) -> None:
        """Read a bank; ids that another file has used are left out here."""
        bank = read_bank(node, problems, PictureFolder(path.parent, self.pictures))
        if bank is None:
            return
        if self.digest and not any(True for question in bank.questions for _ in pictures_of(question)):
            ids = tuple((uid, at.line, at.column) for uid, at in bank.positions.items())
            self.now_known[problems.file] = KnownFile(self.digest, ids)
        wanted = _category_of(path)
        if wanted and bank.category and bank.category != wanted:
            text = say(
                "类别是“{category}”，文件却在 {path}。请把类别改为“{wanted}”，或者移动文件。",
                category=bank.category,
                path=path.as_posix(),
                wanted=wanted,
            )
            problems.add(_value_of(node, "category"), "Q213", text)
        new = {uid for uid, at in bank.positions.items() if self.is_new("Q206", uid, at, problems)}
        questions = tuple(question for question in bank.questions if question.uid in new)
        templates = tuple(template for template in bank.templates if template.uid in new)
        self.count += len(questions) + len(templates)
        if self.craft:
            self.craft.add(BankFile(bank.category, questions, templates, items=bank.items), problems)
        self.banks.append(BankFile(bank.category, questions, templates))

    def is_new(self, rule: str, code: str, at: Placed, problems: Problems) -> bool:
        """True for an id seen for the first time; else it is reported where it stands."""
        here = f"{problems.file}:{at.line}"
        first = self.ids.setdefault((rule, code), here)
        if first is not here:
            report_doubled(rule, code, first, at, problems)
        return first is here

    def finish(self, files: int) -> LoadedBank:
        """Read what waited, rosters with units first, and return everything."""
        for node, problems in sorted(self.waiting["roster"], key=lambda pair: "units" not in pair[0].entries):
            roster = read_roster(node, problems, [unit for roster in self.rosters for unit in roster.units])
            self.rosters += [roster] if roster else []
        units: list[Unit] = [unit for roster in self.rosters for unit in roster.units]
        names = {unit.code: unit.name for unit in units if unit.kind is UnitKind.DEPARTMENT}
        profiles: list[tuple[Dataset, Problems]] = []
        for node, problems in self.waiting["profile"]:
            dataset = read_profile(node, problems, names)
            if dataset and self.is_new("P505", dataset.id, _value_of(node, "profile", "id"), problems):
                self.profiles.append(dataset)
                profiles.append((dataset, problems))
        if self.craft:
            self.craft.finish(profiles)
        return LoadedBank(
            questions=tuple(question for bank in self.banks for question in bank.questions),
            templates=tuple(template for bank in self.banks for template in bank.templates),
            blueprints=tuple(self.blueprints),
            profiles=tuple(self.profiles),
            rosters=tuple(self.rosters),
            sittings=tuple(self.sittings),
            diagnostics=tuple(sorted(d for problems in self.all_problems for d in problems.told())),
            files=files,
            pictures=self.pictures,
            known=self.now_known,
            unread=self.unread,
        )


def yaml_files(paths: Iterable[Path]) -> list[Path]:
    """Return the files that `lint_paths` would read."""
    return _files(paths, _Linter(UTC, None))


def _files(paths: Iterable[Path], linter: _Linter) -> list[Path]:
    """The files at `paths` and below its folders, each once, in the order of their names; hidden ones are left out."""
    found: dict[Path, Path] = {}
    for path in paths:
        inside = [path]
        if path.is_dir():
            inside = [p for p in path.rglob("*") if p.suffix in SUFFIXES and p.is_file() and not _is_hidden(p.relative_to(path))]
            if not inside:
                linter.problems(path).add(START, "Y019", say("这个文件夹里没有 .yaml 文件。"))
        for file in inside:
            found.setdefault(file.resolve(), file)
    return sorted(found.values(), key=lambda file: file.as_posix())


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _category_of(path: Path) -> str:
    """The category that a file's place gives it; "" outside a folder of banks."""
    parts = path.resolve().parts
    if FOLDER not in parts:
        return ""
    start = len(parts) - parts[::-1].index(FOLDER)
    return "/".join((*parts[start:-1], path.stem))


def _value_of(node: Node, *keys: str) -> Placed:
    """Where the value under `keys` stands, as far as they lead."""
    for key in keys:
        if isinstance(node, Mapping) and key in node.entries:
            node = node.entries[key].value
    return node

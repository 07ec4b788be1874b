"""How long reading and checking banks takes beside the floor: `python -m benchmarks.banks [N …]`, by default 1000 10000 100000 questions.

For each size a made-up bank is written (shuffled phrases of the shipped explanations, so that texts are as long as real ones and mostly differ) and
measured in processes of their own: the floor (PyYAML's C event stream over the same bytes), the floor with validation (that, and our
readers over nodes that stand ready), loading, and linting with the craft rules, each with its peak memory. The ratios count: the seconds
depend on the machine (they are processor seconds, so that other work on it matters less).
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from quiz.banks.bank_file import read_bank
from quiz.banks.lint import lint_paths
from quiz.banks.problems import Problems
from quiz.banks.yaml_tree import parse_yaml

SIZES = (1_000, 10_000, 100_000)
A_FILE = 500
ROOT = Path(__file__).resolve().parents[1]
ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 21)
HEAD = """\
category: made/bank-{number}
area: water
department: 县水利局
label: sample
documents:
  law: {{title: 某法, number: 第一号, issuer: 某部, date: 2021-01-01}}
questions:
"""
COMMON = """\
    level: recall
    topic: {topic}
    source: {{document: law, clause: 第{clause}条}}
    valid_from: 2021-06-01
    valid_to: open
    explanation: {explanation}
"""


def write_bank(folder: Path, count: int) -> None:
    """Write `count` questions of four types into files of `A_FILE`."""
    chance = random.Random(count)  # noqa: S311
    words = _words()
    for number, start in enumerate(range(0, count, A_FILE)):
        items = "".join(_question(chance, words, index) for index in range(start, min(start + A_FILE, count)))
        (folder / f"bank-{number}.yaml").write_text(HEAD.format(number=number) + items, encoding="utf-8")


def _words() -> list[str]:
    """Pieces of the shipped stems and options."""
    shipped = lint_paths([ROOT / "question_banks" / "general"], ZONE)
    texts = [question.explanation for question in shipped.questions]
    pieces = {piece for text in texts for piece in text.replace("，", "。").replace("；", "。").split("。")}
    return sorted(piece for piece in pieces if 4 <= len(piece) <= 20 and piece.isalnum())


def _question(chance: random.Random, words: list[str], index: int) -> str:
    stem = "，".join(chance.sample(words, 3))
    options = dict(zip("ABCD", chance.sample(words, 4), strict=True))
    end = COMMON.format(topic=chance.choice(words)[:6], clause=index % 90 + 1, explanation="，".join(chance.sample(words, 6)) + "。")
    start = f"  - id: made-{index}\n"
    if index % 10 < 5:
        listed = "".join(f"      {name}: {text}\n" for name, text in options.items())
        return f"{start}    type: single\n    stem: 根据《某法》，{stem}的是（　　）。\n    options:\n{listed}    key: {chance.choice('ABCD')}\n{end}"
    if index % 10 < 7:
        listed = "".join(f"      {name}: {text}\n" for name, text in options.items())
        return f"{start}    type: multiple\n    stem: 根据《某法》，{stem}的有（　　）。\n    options:\n{listed}    key: [A, C]\n{end}"
    if index % 10 < 9:
        rest = "    key: true\n" if chance.random() < 0.5 else f"    key: false\n    true_sentence: {stem}，正确。\n"
        return f"{start}    type: true_false\n    stem: 根据《某法》，{stem}。\n{rest}{end}"
    return f"{start}    type: fill_in\n    stem: 根据《某法》，{stem}____年____月。\n    blanks: [{chance.randrange(1990, 2026)}, [5, 五]]\n{end}"


def floor(files: list[Path]) -> int:
    """Run the bare event stream over the bytes."""
    events = 0
    for path in files:
        parser = yaml.CLoader(path.read_bytes())
        while parser.check_event():
            parser.get_event()
            events += 1
        parser.dispose()
    return events


def validated(files: list[Path]) -> int:
    """Run our readers over nodes that stand ready; only this part is timed."""
    spent, count = 0.0, 0
    for path in files:
        problems = Problems(path.name)
        node = parse_yaml(path.read_bytes(), problems)
        assert node is not None
        start = time.process_time()
        bank = read_bank(node, problems)
        spent += time.process_time() - start
        count += len(bank.questions) if bank else 0
    print(f"part {spent:.4f}")
    return count


def loaded(files: list[Path]) -> int:
    """Load the bank as publishing does."""
    return len(lint_paths([files[0].parent], ZONE).questions)


def linted(files: list[Path]) -> int:
    """Load the bank and judge its craft, as `quiz bank lint` does."""
    return len(lint_paths([files[0].parent], ZONE, DAY).questions)


JOBS: dict[str, Callable[[list[Path]], int]] = {"floor": floor, "validated": validated, "loaded": loaded, "linted": linted}


def run(job: str, folder: Path) -> None:
    """Do one job and print its seconds and peak memory; the process does nothing else."""
    files = sorted(folder.glob("*.yaml"))
    start = time.process_time()
    JOBS[job](files)
    print(f"all {time.process_time() - start:.4f}")
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.1f}")


def measure(job: str, folder: Path) -> dict[str, float]:
    """Return the figures of one job, done in a process of its own."""
    done = subprocess.run([sys.executable, "-m", "benchmarks.banks", "--job", job, str(folder)], capture_output=True, text=True, check=True, cwd=ROOT)
    return {name: float(number) for name, number in (line.split() for line in done.stdout.splitlines())}


def main(sizes: list[int]) -> None:
    """Print a table of all sizes."""
    print("questions     MB  floor s  +valid. s   load s   lint s  load/both  lint/both  load/floor  lint/floor  load MiB  lint MiB")
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_bank(folder, size)
            megabytes = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
            bare = min(measure("floor", folder)["all"] for _ in range(2))
            both = bare + measure("validated", folder)["part"]
            load, lint = measure("loaded", folder), measure("linted", folder)
            print(
                f"{size:>9} {megabytes:>6.1f} {bare:>8.2f} {both:>10.2f} {load['all']:>8.2f} {lint['all']:>8.2f}"
                f" {load['all'] / both:>10.2f} {lint['all'] / both:>10.2f} {load['all'] / bare:>11.2f} {lint['all'] / bare:>11.2f}"
                f" {load['peak']:>9.0f} {lint['peak']:>9.0f}",
                flush=True,
            )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--job"]:
        run(sys.argv[2], Path(sys.argv[3]))
    else:
        main([int(word) for word in sys.argv[1:]] or list(SIZES))

"""Check the published test vectors of the draw: `python -m tools.check_vectors [FILE]`; any Python from 3.11 on, nothing but the standard library.

Each part of the file is computed again and compared: streams of numbers, whole draws of small problems, and a sitting's proof with amendments.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from quiz.assembly.draw import draw
from quiz.assembly.proof import verify_proof
from quiz.assembly.snapshot import read_problem
from quiz.core.seed import Stream, commitment, exam_key, paper_key, snapshot_digest

VECTORS = Path(__file__).resolve().parents[1] / "tests" / "assembly" / "vectors.json"


def main(arguments: list[str]) -> int:
    """Print what differs; return 1 when anything does."""
    path = Path(arguments[0]) if arguments else VECTORS
    wrong = faults(json.loads(path.read_text(encoding="utf-8")))
    print("\n".join(wrong) or f"Python {sys.version.split()[0]}: all vectors agree")
    return 1 if wrong else 0


def faults(vectors: dict[str, Any]) -> list[str]:
    """Return where the computed values differ from those in the file."""
    out = [f"keys: {name}" for name, found in keys_of(vectors["keys"]).items() if vectors["keys"][name] != found]
    for entry in vectors["streams"]:
        found = stream_of(entry)
        out += [f"stream {entry['label']}: {name}" for name in found if found[name] != entry[name]]
    for entry in vectors["draws"]:
        found = draw_of(entry)
        out += [f"draw {entry['name']}: {name}" for name in found if found[name] != entry[name]]
    report = verify_proof(vectors["sitting"])
    return out + [f"sitting: {finding.render()}" for finding in report.findings]


def keys_of(entry: dict[str, Any]) -> dict[str, str]:
    """Return everything that is derived from a seed and a snapshot before the first draw."""
    seed, digest = bytes.fromhex(entry["seed"]), snapshot_digest(entry["snapshot"])
    key = exam_key(seed, digest)
    return {
        "digest": digest.hex(),
        "commitment": commitment(seed, digest),
        "exam_key": key.hex(),
        "exam_key_with_beacon": exam_key(seed, digest, entry["beacon"].encode()).hex(),
        "paper_key": paper_key(key, entry["number"]).hex(),
        "paper_key_second_issue": paper_key(key, entry["number"], 2).hex(),
    }


def stream_of(entry: dict[str, Any]) -> dict[str, Any]:
    """Return the first numbers of a stream in every way in which they are used."""
    key, label = bytes.fromhex(entry["key"]), entry["label"]
    numbers, tens, items = Stream(key, label), Stream(key, label), list(range(10))
    return {
        "u64": [str(numbers.next_u64()) for _ in range(5)],
        "below_10": [tens.below(10) for _ in range(12)],
        "shuffled_10": Stream(key, label).shuffled(items),
        "lazily_10": list(Stream(key, label).lazily(items)),
    }


def draw_of(entry: dict[str, Any]) -> dict[str, Any]:
    """Return what a draw gives: every paper's picks, the expected scores, and what was given up or done."""
    drawn = draw(read_problem(entry["problem"]), bytes.fromhex(entry["key"]))
    return {
        "papers": [[list(pick) for pick in picks] for picks in drawn.papers],
        "scores": list(drawn.scores),
        "near": drawn.near,
        "seen": drawn.seen,
        "repaired": drawn.repaired,
        "swaps": drawn.swaps,
        "forms": list(drawn.forms),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

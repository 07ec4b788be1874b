"""The published test vectors: this code gives them, on any Python and without anything installed, and no other numbers pass."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.check_vectors import VECTORS, faults

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def vectors():
    return json.loads(VECTORS.read_text(encoding="utf-8"))


def test_the_published_vectors_are_computed_again(vectors):
    assert faults(vectors) == []
    done = {name: sum(entry[name] for entry in vectors["draws"]) for name in ("near", "seen", "repaired", "swaps")}
    assert all(done.values()), done


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_they_need_nothing_but_the_standard_library_and_no_order_of_hashes(hash_seed):
    """Without site packages, under two orders of sets."""
    command, env = [sys.executable, "-S", "-m", "tools.check_vectors"], {**os.environ, "PYTHONHASHSEED": hash_seed}
    run = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    assert "all vectors agree" in run.stdout


def test_other_numbers_do_not_pass(vectors):
    vectors["keys"]["exam_key"] = "00" * 32
    vectors["streams"][0]["below_10"][0] += 1
    vectors["draws"][0]["swaps"] += 1
    vectors["draws"][1]["papers"][0].reverse()
    vectors["sitting"]["papers"][0]["code"] = "x"
    assert len(faults(vectors)) == 5

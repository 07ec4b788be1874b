"""The exit status of the real command line, by which scripts and schedulers know what happened."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from quiz.settings import ROOT


@pytest.mark.parametrize(
    ("words", "status"),
    [(("--version",), 0), (("bank", "lint", "good"), 0), (("bank", "lint", "bad"), 1), (("sitting", "list"), 1), (("bank", "no-such-word"), 2)],
    ids=["nothing to do", "done", "faults found", "broken rule", "not understood"],
)
def test_the_status_says_what_happened(tmp_path: Path, words: tuple[str, ...], status: int) -> None:
    for name, content in (("good", (ROOT / "question_banks" / "blueprints" / "cadre-quick.yaml").read_bytes()), ("bad", b"questions: [")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.yaml").write_bytes(content)
    command = [sys.executable, "-m", "quiz", *words]
    environment = {**os.environ, "QUIZ_INSTANCE": str(tmp_path), "PYTHONPATH": str(ROOT)}
    assert subprocess.run(command, cwd=tmp_path, env=environment, check=False, capture_output=True).returncode == status

"""The questions of a text that waits in the workbench, for counting what its publication would add."""

from __future__ import annotations

from collections.abc import Sequence

from quiz.banks.bank_file import read_bank
from quiz.banks.pictures import PictureFolder
from quiz.banks.problems import Problems
from quiz.banks.yaml_tree import parse_yaml
from quiz.core.picture import Upload
from quiz.core.question import Question
from quiz.core.template import Template


def read_waiting(source: str, uploads: Sequence[Upload] = ()) -> tuple[Question | Template, ...]:
    """Return the questions and templates of `source` that have no fault; `uploads` are the pictures that it may name."""
    problems = Problems("")
    node = parse_yaml(source, problems)
    bank = None if node is None else read_bank(node, problems, PictureFolder(uploads={one.name: one for one in uploads}))
    return () if bank is None else (*bank.questions, *bank.templates)

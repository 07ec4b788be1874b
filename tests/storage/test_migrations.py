"""Migrations add and never take away, so that nodes of the program before go on serving while the first new one has brought the schema further."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from quiz.storage.migrate import SCRIPTS

SINCE = "0009"
"""Up to here no installation with several nodes can exist."""

TAKES_AWAY = {"drop_table", "drop_column", "rename_table", "alter_column", "batch_alter_table", "create_check_constraint", "create_unique_constraint"}


def calls(path: Path) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]


@pytest.mark.parametrize(
    "path", [path for path in sorted((SCRIPTS / "versions").glob("0*.py")) if path.name[:4] >= SINCE], ids=lambda path: path.stem
)
def test_a_migration_only_adds(path: Path) -> None:
    for call in calls(path):
        assert isinstance(call.func, ast.Attribute)
        assert call.func.attr not in TAKES_AWAY
        if call.func.attr == "add_column":
            given = {word.arg: ast.unparse(word.value) for column in call.args[1:] if isinstance(column, ast.Call) for word in column.keywords}
            assert given.get("nullable") != "False" or "server_default" in given, ast.unparse(call)

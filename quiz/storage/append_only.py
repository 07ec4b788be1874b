"""SQL of the triggers that make a table append-only; migrations use it, after every batch recreate as well (which drops triggers)."""

from __future__ import annotations


def statements(dialect: str, table: str) -> list[str]:
    """Return the statements that refuse UPDATE and DELETE on `table`, for "sqlite" or "postgresql"."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    function = (
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    return [function] + [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        for verb in ("UPDATE", "DELETE")
    ]

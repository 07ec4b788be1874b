"""The kinds of value that JSON Schema can describe for editors, with the limits and patterns of the readers; each has a Chinese title."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import Any

from quiz.banks.bank_file import CATEGORY
from quiz.banks.schema import CODE, DAY, LINE_LIMIT, MOMENT

Schema = dict[str, Any]

SCALAR = ["string", "number", "boolean"]
"""Editors read `5` as a number and `true` as a truth value where our readers keep the text that was written."""


def text(title: str, about: str = "", limit: int = LINE_LIMIT, **more: Any) -> Schema:
    """A text of at most `limit` characters."""
    return _named({"type": SCALAR, "minLength": 1, "maxLength": limit}, title, about) | more


def code(title: str, about: str = "") -> Schema:
    """An id of letters, digits, `.`, `_` and `-`."""
    return _named({"type": SCALAR, "pattern": f"^{CODE.pattern}$"}, title, about)


def category(title: str, about: str = "") -> Schema:
    """A path of small letters."""
    return _named({"type": "string", "pattern": f"^{CATEGORY.pattern}$"}, title, about)


def day(title: str, about: str = "") -> Schema:
    """A date as 2026-01-31."""
    return _named({"type": "string", "pattern": f"^{DAY.pattern}$"}, title, about)


def moment(title: str, about: str = "") -> Schema:
    """A local time as 2026-01-31 09:00."""
    return _named({"type": "string", "pattern": f"^{MOMENT.pattern}$"}, title, about)


def whole(title: str, low: int, high: int, about: str = "") -> Schema:
    """A whole number within limits."""
    return _named({"type": "integer", "minimum": low, "maximum": high}, title, about)


def number(title: str, low: float, high: float, about: str = "") -> Schema:
    """A decimal number within limits."""
    return _named({"type": "number", "minimum": low, "maximum": high}, title, about)


def flag(title: str, about: str = "") -> Schema:
    """True or false."""
    return _named({"type": "boolean"}, title, about)


Allowed = type[StrEnum] | Mapping[str, str] | Collection[str]


def choice(title: str, allowed: Allowed, names: Mapping[Any, str] | None = None, about: str = "") -> Schema:
    """One of the allowed words; an editor shows the Chinese name of each beside it."""
    words = [member.value for member in allowed] if isinstance(allowed, type) else list(allowed)
    known = allowed if isinstance(allowed, Mapping) else names
    shown = {"enumDescriptions": [known.get(word, "") for word in words]} if known else {}
    told = "；".join(f"{word} = {known[word]}" for word in words if word in known) if known else ""
    return _named({"enum": words} | shown, title, "。".join(part for part in (about, told) if part))


def several(title: str, item: Schema, about: str = "", fewest: int = 1, most: int | None = None) -> Schema:
    """A list."""
    return _named({"type": "array", "items": item, "minItems": fewest} | ({} if most is None else {"maxItems": most}), title, about)


def one_or_several(title: str, item: Schema, about: str = "") -> Schema:
    """A value alone, or a list of such values."""
    return _named({"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]}, title, about)


def table(title: str, keys: Iterable[str], described: Mapping[str, Schema], required: Collection[str] = (), about: str = "", **more: Any) -> Schema:
    """A mapping with exactly the `keys` of a reader; KeyError for one that is not described, so that nothing is left out in silence."""
    made = {"type": "object", "additionalProperties": False, "properties": {key: described[key] for key in keys}}
    return _named(made | ({"required": [key for key in keys if key in required]} if required else {}) | more, title, about)


def reference(name: str, title: str, about: str = "") -> Schema:
    """A mapping that is described under definitions."""
    return _named({"allOf": [{"$ref": f"#/definitions/{name}"}]}, title, about)


def _named(schema: Schema, title: str, about: str) -> Schema:
    return {"title": title} | ({"description": about} if about else {}) | schema

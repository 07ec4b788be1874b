"""Frozen values ⇄ plain JSON values, by their type hints: what is stored is what was, whatever the code becomes later."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def freeze(value: Any) -> Any:
    """Return `value` (a frozen dataclass of this package, or a part of one) as dicts, lists, text, integers, booleans and None.

    Decimals and dates become text, sets become sorted lists. A field that holds its default is left out, so that a field added later
    changes no old digest.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(freeze(item) for item in value)
    if isinstance(value, list | tuple):
        return [freeze(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): freeze(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: freeze(getattr(value, f.name)) for f in fields(value) if getattr(value, f.name) != f.default}
    raise TypeError(f"{type(value).__name__} cannot be frozen")


def thaw(kind: type[T], plain: Any) -> T:
    """Return the value of type `kind` that `freeze` made `plain` from. KeyError or ValueError when it cannot have been."""
    return typing.cast(T, _thaw(kind, plain))


def thaw_around(kind: type[T], plain: Mapping[str, Any], **ready: Any) -> T:
    """Return the value of a dataclass whose fields in `ready` are values already and the others what `freeze` made."""
    hints = _hints(typing.cast(type, kind))
    found = fields(typing.cast(Any, kind))
    values = {f.name: _thaw(hints[f.name], plain[f.name]) for f in found if f.name not in ready and (f.name in plain or _is_required(f))}
    return kind(**values, **ready)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _thaw(kind: Any, plain: Any) -> Any:
    origin = typing.get_origin(kind)
    if origin is not None:
        return _thaw_generic(origin, typing.get_args(kind), plain)
    if is_dataclass(kind):
        hints = _hints(typing.cast(type, kind))
        values = {f.name: _thaw(hints[f.name], plain[f.name]) for f in fields(kind) if f.name in plain or _is_required(f)}
        return typing.cast(type, kind)(**values)
    if kind is Decimal:
        return Decimal(plain)
    if kind in (date, datetime):
        return kind.fromisoformat(plain)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(plain)
    return plain


def _thaw_generic(origin: Any, args: tuple[Any, ...], plain: Any) -> Any:
    if origin in (typing.Union, types.UnionType):
        if plain is None:
            return None
        return _thaw(next(arg for arg in args if arg is not type(None)), plain)
    if origin is tuple:
        return tuple(_thaw(args[0], item) for item in plain)
    if origin is frozenset:
        return frozenset(_thaw(args[0], item) for item in plain)
    if origin is dict:
        return {key: _thaw(args[1], item) for key, item in plain.items()}
    raise ValueError(f"cannot thaw {origin}")


def _is_required(field: Any) -> bool:
    return field.default is MISSING and field.default_factory is MISSING

"""Frozen values ⇄ plain JSON values, by their type hints: what is stored is what was, whatever the code becomes later."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Container, Hashable, Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")
Make = Callable[[Any], Any]


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
    make = _maker(typing.cast(Hashable, kind))
    return typing.cast(T, make(plain) if make else plain)


def thaw_around(kind: type[T], plain: Mapping[str, Any], **ready: Any) -> T:
    """Return the value of a dataclass whose fields in `ready` are values already and the others what `freeze` made."""
    return kind(**_values(typing.cast(type, kind), plain, ready), **ready)


def _values(kind: type, plain: Mapping[str, Any], ready: Container[str] = ()) -> dict[str, Any]:
    """The values of a dataclass's fields, but for those that are ready and those that hold their default."""
    return {
        name: make(plain[name]) if make else plain[name]
        for name, make, is_required in _fields(kind)
        if name not in ready and (name in plain or is_required)
    }


@cache
def _fields(kind: type) -> list[tuple[str, Make | None, bool]]:
    """The fields of a dataclass: name, what makes its value (None: it is as plain as it is stored), and whether it has no default."""
    hints = typing.get_type_hints(kind)
    return [(f.name, _maker(hints[f.name]), f.default is MISSING and f.default_factory is MISSING) for f in fields(kind)]


@cache
def _maker(kind: Any) -> Make | None:
    """What makes a value of a type from what is stored; None for text, numbers and truth, which are stored as they are."""
    origin = typing.get_origin(kind)
    if origin is not None:
        return _generic_maker(origin, typing.get_args(kind))
    if is_dataclass(kind):
        value = typing.cast(type, kind)
        return lambda plain: value(**_values(value, plain))
    if kind in (date, datetime):
        return typing.cast(Make, kind.fromisoformat)
    if kind is Decimal or (isinstance(kind, type) and issubclass(kind, StrEnum)):
        return kind
    return None


def _generic_maker(origin: Any, args: tuple[Any, ...]) -> Make | None:
    if origin in (typing.Union, types.UnionType):
        make = _maker(next(arg for arg in args if arg is not type(None)))
        return make and (lambda plain: None if plain is None else make(plain))
    if origin is tuple:
        return lambda plain: tuple(_each(args[0], plain))
    if origin is frozenset:
        return lambda plain: frozenset(_each(args[0], plain))
    if origin is dict:
        return lambda plain: dict(zip(plain, _each(args[1], plain.values()), strict=True))
    raise ValueError(f"cannot thaw {origin}")


def _each(kind: Any, plain: Iterable[Any]) -> Iterable[Any]:
    make = _maker(kind)
    return map(make, plain) if make else plain

"""A problem and a personal part ⇄ the plain values that the commitment binds: whole numbers and texts, no question's words and nobody's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quiz.assembly.local import Local, Member
from quiz.assembly.problem import Desk, DrawCell, DrawLimit, Item, Problem

VERSION = 2
"""Written into every snapshot: papers are drawn again by the rules of their own version."""


def write_problem(problem: Problem) -> dict[str, Any]:
    """Return a problem as plain values."""
    return {
        "items": [[item.uid, item.digest, item.kind, item.topic, item.facility] for item in problem.items],
        "cells": [[cell.count, cell.each, list(cell.kinds), cell.instead_of, *filter(None, (cell.cost,))] for cell in problem.cells],
        "limits": [[list(limit.kinds), limit.least, limit.most] for limit in problem.limits],
        "tables": [[list(entry) for entry in table] for table in problem.tables],
        "desks": [[desk.number, [list(pair) for pair in desk.instead], sorted(desk.own), sorted(desk.seen), desk.local] for desk in problem.desks],
        "rivals": [list(rivals) for rivals in problem.rivals],
        "topic_cap": problem.topic_cap,
        "gap": problem.gap,
        "tolerance": problem.tolerance,
        "forms": problem.forms,
    }


def read_problem(plain: Mapping[str, Any]) -> Problem:
    """Return the problem that `write_problem` made `plain` from. KeyError, TypeError or ValueError when it cannot have been."""
    return Problem(
        items=tuple(Item(*entry) for entry in plain["items"]),
        cells=tuple(DrawCell(count, each, tuple(kinds), *more) for count, each, kinds, *more in plain["cells"]),
        limits=tuple(DrawLimit(tuple(kinds), least, most) for kinds, least, most in plain["limits"]),
        tables=tuple(tuple((kind, cell, n) for kind, cell, n in table) for table in plain["tables"]),
        desks=tuple(
            Desk(number, tuple((cell, n) for cell, n in instead), frozenset(own), frozenset(seen), local)
            for number, instead, own, seen, local in plain["desks"]
        ),
        rivals=tuple(tuple(rivals) for rivals in plain["rivals"]),
        topic_cap=plain["topic_cap"],
        gap=plain["gap"],
        tolerance=plain["tolerance"],
        forms=plain["forms"],
    )


def read_members(plain: Mapping[str, Any]) -> list[Member]:
    """Return the members of a personal part from its plain values: what binds for them follows from their places and from what binds where."""
    bindable = {template: frozenset(codes) for template, codes in plain["bindable"].items()}
    return [_member(entry, plain["scopes"], bindable) for entry in plain["roster"]]


def read_member(plain: Mapping[str, Any], entry: Sequence[Any]) -> Member:
    """Return one more member of a personal part from their roster entry."""
    return _member(entry, plain["scopes"], {template: frozenset(codes) for template, codes in plain["bindable"].items()})


def _member(entry: Sequence[Any], scopes: Mapping[str, str], bindable: Mapping[str, frozenset[str]]) -> Member:
    number, group, wanted, places, own = entry
    bound = {
        template: [uid for code in places.get(scope, ()) if code in bindable[template] and (uid := f"{template}@{code}") not in own]
        for template, scope in scopes.items()
        if template not in own
    }
    return Member(number, group, tuple((cell, n) for cell, n in wanted), {t: uids for t, uids in bound.items() if uids})


def read_fits(plain: Mapping[str, Any]) -> dict[int, frozenset[str]]:
    """Return which templates each local cell admits."""
    return {cell: frozenset(templates) for cell, templates in plain["fits"]}


def write_local(part: Sequence[Local]) -> list[list[list[Any]]]:
    """Return what was chosen for each paper: pairs of cell and bound question."""
    return [[list(pick) for pick in local.picks] for local in part]

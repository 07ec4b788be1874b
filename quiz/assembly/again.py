"""What differs when somebody gets another paper instead of one that was made void: another form, other local questions where there are any."""

from __future__ import annotations

from collections.abc import Collection

from quiz.assembly.amend import Board, late_local
from quiz.assembly.local import Local, Member
from quiz.assembly.problem import Desk


def again_local(board: Board, member: Member, barred: frozenset[str], had: frozenset[str]) -> Local:
    """Return the personal part: the mix of their group, without the bound questions that they had, unless fewer local ones would stand then."""
    usual = late_local(board, member, barred)
    fresh = late_local(board, member, barred | had)
    return usual if fresh.short or len(fresh.picks) < len(usual.picks) else fresh


def again_form(board: Board, desk: Desk, forms: str, place: int, had: Collection[str]) -> str:
    """Return the next form in turn after the one at this place that they have not had and that has no question of their own.

    "" for a paper of their own: without forms, and where every form has been had.
    """
    count = min(board.problem.forms, len(board.problem.desks))
    old = forms.find(board.holders[place].form) if board.holders[place].form else place
    for step in range(1, count + 1):
        form = forms[(old + step) % count]
        holder = next((holder for holder in board.holders if holder.form == form and holder.entries), None)
        if form in had or holder is None:
            continue
        if desk.own.isdisjoint(board.numbers[entry.uid] for entry in holder.entries if board.is_common(entry.cell)):
            return form
    return ""

"""Imposition, proved by folding: sheets are turned over as the printer does, cut, laid upon each other, folded, and read leaf by leaf."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.core.imposition import Duplex, Side, backs_are_turned, impose_booklet, impose_cards

STRIPS = st.sampled_from([1, 2])
"""A sheet lies across with one strip, and stands upright with two."""


def seen(side: Side, rows: int) -> dict[tuple[int, int], tuple[int, bool]]:
    """Page and whether it is upright, by column and row, as one sees the printed side; a turned side is drawn upside down."""
    out = {}
    for cell in side.cells:
        place = (1 - cell.column, rows - 1 - cell.row) if side.is_turned else (cell.column, cell.row)
        out[place] = (cell.page, not side.is_turned)
    return out


def behind(back: dict[tuple[int, int], tuple[int, bool]], rows: int, duplex: Duplex, is_upright: bool) -> dict[tuple[int, int], tuple[int, bool]]:
    """What stands behind each place of the front, held up to the light: the printer turns the sheet over about the long or the short edge."""
    about_upright_axis = (duplex is Duplex.LONG) == is_upright
    if about_upright_axis:
        return {(1 - column, row): found for (column, row), found in back.items()}
    return {(column, rows - 1 - row): (page, not is_right) for (column, row), (page, is_right) in back.items()}


def fold(sides: list[Side], rows: int, duplex: Duplex) -> list[int]:
    """The pages in the order in which one reads the stapled booklet; fails when one stands upside down."""
    strips = []
    for row in range(rows):  # the upper stack lies upon the lower one
        for front_side, back_side in zip(sides[::2], sides[1::2], strict=True):
            front, back = seen(front_side, rows), behind(seen(back_side, rows), rows, duplex, is_upright=rows == 2)
            assert all(is_right for _, is_right in (*front.values(), *back.values()))
            left, right = ((front[column, row][0], back[column, row][0]) for column in (0, 1))
            strips.append((left, right))
    first_half = [page for _, (outside, inside) in strips for page in (outside, inside)]
    second_half = [page for (outside, inside), _ in reversed(strips) for page in (inside, outside)]
    return first_half + second_half


@given(pages=st.integers(1, 130), strips=STRIPS, duplex=st.sampled_from(list(Duplex)))
def test_a_folded_booklet_reads_from_its_first_page_to_its_last(pages: int, strips: int, duplex: Duplex) -> None:
    sides = impose_booklet(pages, strips, are_backs_turned=backs_are_turned(duplex, is_upright=strips == 2))
    read = fold(sides, strips, duplex)
    assert read[:pages] == list(range(1, pages + 1))
    assert set(read[pages:]) <= {0}
    assert len(read) - pages < 4 * strips, "a sheet more than needed"


@given(pages=st.integers(1, 130), strips=STRIPS)
def test_every_page_is_printed_once_and_every_place_of_a_sheet_is_used(pages: int, strips: int) -> None:
    sides = impose_booklet(pages, strips)
    printed = [cell.page for side in sides for cell in side.cells]
    assert sorted(page for page in printed if page) == list(range(1, pages + 1))
    assert all({(cell.column, cell.row) for cell in side.cells} == {(c, r) for c in (0, 1) for r in range(strips)} for side in sides)
    assert [side.is_back for side in sides] == [False, True] * (len(sides) // 2)


@pytest.mark.parametrize("duplex", list(Duplex))
@pytest.mark.parametrize("rows", [1, 2])
def test_every_card_has_its_second_page_behind_its_first(rows: int, duplex: Duplex) -> None:
    front, back = impose_cards(2, rows, are_backs_turned=backs_are_turned(duplex, is_upright=rows == 2))
    assert set(seen(front, rows).values()) == {(1, True)}
    assert set(behind(seen(back, rows), rows, duplex, is_upright=rows == 2).values()) == {(2, True)}
    assert len(impose_cards(1, rows)) == 1


def test_a_booklet_of_eight_small_pages_by_hand() -> None:
    front, back = impose_booklet(8, 2)
    assert [cell.page for cell in front.cells] == [8, 1, 6, 3]
    assert [cell.page for cell in back.cells] == [2, 7, 4, 5]

"""Rooms and seats: everyone has one place, no room is overfull, neighbours have different forms, and nobody is moved by who comes later."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.core.room import Room, RoomPlan, RoomsTooSmall, Sitter, read_plan, read_room_lines, seat_people, spread_forms, write_plan


def people(drawn, late=0, forms=1):
    """So many of the draw, with forms in turn, and so many who came later."""
    made = [Sitter(n, f"N{n:05}", n + 1, "ABCDEFGH"[n % forms] if forms > 1 else "") for n in range(drawn)]
    return made + [Sitter(drawn + n, f"M{n:05}", None, "A" if forms > 1 else "") for n in range(late)]


ROOMS = st.lists(st.builds(Room, st.integers(1, 40)), max_size=8)


@given(st.integers(0, 300), st.integers(0, 20), st.integers(1, 60), st.integers(1, 4), st.integers(0, 8))
def test_everyone_has_one_place_and_rooms_are_as_few_and_even_as_can_be(drawn, late, usual, forms, columns):
    seated = seat_people(people(drawn, late, forms), usual=usual, columns=columns)
    assert seated.keys() == {one.key for one in people(drawn, late)}
    assert len({(at.room, at.seat) for at in seated.values()}) == len(seated)
    sizes = Counter(at.room for at in seated.values())
    assert sorted(sizes) == list(range(1, len(sizes) + 1))
    assert all(size <= usual for size in sizes.values())
    assert all({at.seat for at in seated.values() if at.room == room} == set(range(1, size + 1)) for room, size in sizes.items())
    of_draw = Counter(seated[key].room for key in range(drawn))
    assert len(of_draw) == -(-drawn // usual)
    assert max(of_draw.values(), default=0) - min(of_draw.values(), default=0) <= 1


@given(st.integers(0, 120), st.integers(0, 20), ROOMS, st.integers(1, 3))
def test_named_rooms_are_filled_in_order_or_refused_with_how_many_are_missing(drawn, late, rooms, forms):
    places = sum(room.places for room in rooms)
    if rooms and places < drawn + late:
        with pytest.raises(RoomsTooSmall) as caught:
            seat_people(people(drawn, late, forms), rooms, columns=5)
        assert caught.value.missing == drawn + late - places
        return
    sizes = Counter(at.room for at in seat_people(people(drawn, late, forms), rooms, columns=5).values())
    if rooms:
        assert all(sizes[n] <= room.places for n, room in enumerate(rooms, 1))
        used = [n for n in range(1, len(rooms) + 1) if sizes[n]]
        assert all(sizes[n] == rooms[n - 1].places for n in used[:-1])


@given(st.integers(0, 150), st.integers(0, 10), st.integers(1, 10), ROOMS, st.integers(1, 3), st.integers(1, 40))
def test_nobody_is_moved_by_who_comes_later(drawn, late, more, rooms, forms, usual):
    rooms = [*rooms, Room(drawn + late + more)] if rooms else []
    before = seat_people(people(drawn, late, forms), rooms, usual, 5)
    after = seat_people(people(drawn, late + more, forms), rooms, usual, 5)
    assert {key: after[key] for key in before} == before


@given(st.permutations(range(60)))
def test_the_order_in_which_people_are_given_does_not_matter(order):
    some = people(50, 10, 3)
    assert seat_people([some[at] for at in order], usual=20, columns=6) == seat_people(some, usual=20, columns=6)


@given(st.integers(2, 5), st.integers(2, 9), st.integers(1, 70))
def test_neighbours_at_the_side_and_in_front_have_different_forms(forms, columns, count):
    seated = spread_forms(people(count, forms=forms), columns)
    assert sorted(one.key for one in seated) == list(range(count))
    for form in "ABCDE":
        keys = [one.key for one in seated if one.form == form]
        assert keys == sorted(keys)
    beside = [at for at in range(1, count) if at % columns and seated[at].form == seated[at - 1].form]
    before = [at for at in range(columns, count) if seated[at].form == seated[at - columns].form]
    assert len(beside) + len(before) <= 2  # where the last people of a room leave no choice


def test_a_late_person_takes_a_free_place_in_the_last_room_then_in_another_then_a_new_room():
    seated = seat_people(people(5, 4), usual=3)
    assert [(seated[key].room, seated[key].seat) for key in range(9)] == [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3), (3, 1), (3, 2), (3, 3)]
    assert seat_people(people(1), [Room(5, "201室")])[0].label == "01-01"
    assert seat_people(people(1), [Room(5, "201室")])[0].room_name == "201室"


def test_rooms_are_read_as_they_are_written():
    sites = read_room_lines("第一中学：30 30、201室=28\n\n T01: 25\n")
    assert sites == {"第一中学": (Room(30), Room(30), Room(28, "201室")), "T01": (Room(25),)}
    assert read_plan(write_plan(RoomPlan(25, sites))) == RoomPlan(25, sites)
    assert read_plan(write_plan(RoomPlan(30))) == RoomPlan(30)
    assert read_plan("") is None


@pytest.mark.parametrize(
    "line", ["第一中学", "第一中学：", "：30", "第一中学：三十", "一中：0", "一中：501", "一中：30 x=", "一中：30\n一中：20", f"一中：{'长' * 21}=3"]
)
def test_a_line_that_is_not_like_that_is_named(line):
    with pytest.raises(ValueError, match=line.splitlines()[-1][:5]):
        read_room_lines(line)

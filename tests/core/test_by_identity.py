"""What is remembered of a value is remembered of that very one, as long as the program runs."""

from quiz.core import by_identity as remembering
from quiz.core.by_identity import by_identity


class Thing:
    """Equal to every other, as questions are that differ in nothing but what they are made from."""

    def __init__(self, name):
        self.name = name

    def __eq__(self, other):
        return True

    def __hash__(self):
        raise AssertionError("reads the whole value")


def test_the_same_value_is_worked_out_once_for_the_same_other_arguments_and_equal_ones_apart():
    calls = []

    @by_identity
    def made(thing, times, *, loud=False):
        calls.append((thing.name, times, loud))
        return thing.name * times + "!" * loud

    one, two = Thing("a"), Thing("b")
    assert [made(one, 2), made(one, 2), made(two, 2), made(one, 3), made(one, 2, loud=True)] == ["aa", "aa", "bb", "aaa", "aa!"]
    assert calls == [("a", 2, False), ("b", 2, False), ("a", 3, False), ("a", 2, True)]


def test_no_other_value_takes_the_place_of_one_that_is_remembered():
    @by_identity
    def name(thing):
        return thing.name

    assert [name(Thing(str(n))) for n in range(1000)] == [str(n) for n in range(1000)]


def test_it_forgets_when_it_is_full(monkeypatch):
    monkeypatch.setattr(remembering, "MOST", 3)
    calls = []

    @by_identity
    def name(thing):
        calls.append(thing.name)
        return thing.name

    things = [Thing(str(n)) for n in range(4)]
    assert [name(thing) for thing in [*things, things[0]]] == ["0", "1", "2", "3", "0"]
    assert calls == ["0", "1", "2", "3", "0"]

"""What stands in the way of a paper is named: the one ban whose lifting helps, or all when none helps alone."""

from dataclasses import replace

from quiz.assembly.blame import Ban, blame
from quiz.assembly.problem import Desk
from quiz.core.blueprint import Cell
from tests.assembly.made import blueprint, problem_of, revision


def problem(count=3, wanted=3, **parts):
    questions = [revision(f"q{i}", topic="t") for i in range(count)]
    return replace(problem_of(blueprint(Cell(wanted)), questions), **parts)


def test_the_guilty_ban_is_named():
    assert blame(problem(rivals=((0, 1),)), 0, b"k") == (Ban.RIVALS,)
    assert blame(problem(topic_cap=2), 0, b"k") == (Ban.TOPICS,)
    assert blame(problem(desks=(Desk("C", own=frozenset({2})),)), 0, b"k") == (Ban.OWN,)
    assert blame(problem(4, rivals=((0, 1),), desks=(Desk("C", own=frozenset({0, 2})),)), 0, b"k") == (Ban.OWN,)


def test_bans_that_only_together_stand_aside_are_all_named():
    assert blame(problem(rivals=((0, 1),), topic_cap=2), 0, b"k") == (Ban.RIVALS, Ban.TOPICS)

"""Options and flags: counts by hand, and each flag where it belongs and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from quiz.core.message import mark_text
from quiz.core.statistics.analysis import analyse
from quiz.core.statistics.flags import FlagKind, flags_of
from quiz.core.statistics.marks import mark_table, matrix_table
from quiz.core.statistics.options import Chosen
from quiz.core.statistics.values import GroupDifference, Item
from tests.core.statistics.made import make


def sheet(columns, keys, single=True):
    """An analysis of what everybody chose: a text of letters for each item ("AACB…", one for each person; "." for none)."""
    persons, items = len(columns[0]), len(columns)
    letters = "ABCD"
    rows = [(s, i, columns[i][s]) for s in range(persons) for i in range(items)]
    table = mark_table([r[0] for r in rows], [r[1] for r in rows], [float(r[2] == keys[r[1]]) for r in rows], 1.0, persons, items)
    chosen = [(k, letters.index(r[2])) for k, r in enumerate(rows) if r[2] != "."]
    picked = Chosen(np.array([k for k, _ in chosen]), np.array([o for _, o in chosen]))
    return analyse(table, [Item(f"q{i}", tuple(letters), frozenset(key), single) for i, key in enumerate(keys)], picked)


def kinds(report):
    return {flag.kind for flag in report.flags}


def test_options_by_hand():
    """Eleven people; the best and the weakest 27 % are three each: the key draws the best, B the weakest, D nobody, one person left it empty."""
    filler = ["A" * n + "B" * (11 - n) for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)]
    first = sheet(["AAAACCBBBB.", *filler], "A" * 11).items[0]
    found = {option.option: option for option in first.options}
    assert [found[letter].count for letter in "ABCD"] == [4, 4, 2, 0]
    assert found["A"].share == pytest.approx(4 / 11)
    assert (found["A"].upper, found["A"].lower) == (1, 0)
    assert (found["B"].upper, found["B"].lower) == (0, pytest.approx(2 / 3))
    assert found["A"].correlation > 0 > found["B"].correlation
    assert found["D"].correlation is None
    assert found["A"].is_key
    assert not found["B"].is_key
    assert sum(option.bands[0] for option in first.options) < 1  # the one who left it empty is among the weakest
    assert sum(option.bands[4] for option in first.options) == pytest.approx(1)


def test_several_options_may_be_chosen_by_one():
    """A share of options is a share of people: they may add up to more than one."""
    table = matrix_table([[1.0, 1.0], [0.0, 1.0]])
    picked = Chosen(np.array([0, 0, 2]), np.array([0, 1, 1]))
    options = analyse(table, [Item("a", ("A", "B"), frozenset("AB"), False), Item("b")], picked).items[0].options
    assert [(option.count, option.share) for option in options] == [(1, 0.5), (2, 1.0)]
    assert analyse(table, [Item("a"), Item("b")]).items[0].options == ()


def made_sheet(change, persons=400, items=20, keys=None, single=True):
    """Letters of people who answer by ability with key A; `change` alters the letters of the first item given the abilities."""
    made = make(13, persons, items, easy=1.0)
    letters = np.where(made.right, "A", np.array(["B", "C", "D"])[made.wrong_option])
    letters[:, 0] = change(letters[:, 0].copy(), made.ability, np.random.default_rng(1))
    return sheet(["".join(column) for column in letters.T], keys or "A" * items, single)


def test_most_of_the_best_chose_b():
    """The key says A, those who know say B: the setter is asked in words that name both options and how many chose them."""

    def swap(letters, _ability, _chance):
        return np.where(letters == "A", "B", np.where(letters == "B", "A", letters))

    report = made_sheet(swap).items[0]
    assert {FlagKind.KEY_WRONG, FlagKind.BACKWARDS} <= kinds(report)
    flag = report.flags[0]
    assert (flag.kind, flag.is_grave) == (FlagKind.KEY_WRONG, True)
    text = flag.message.render(mark_text)
    assert "选B的有" in text
    assert "选答案A的只有" in text


def test_sound_items_have_no_grave_flag():
    """Twenty items that do what they should."""
    analysis = made_sheet(lambda letters, _ability, _chance: letters)
    assert [kind for report in analysis.items for kind in kinds(report) if kind not in (FlagKind.UNUSED, FlagKind.EASY)] == []


def test_below_the_minimum_nothing_is_said():
    """The same wrong key with 99 people: figures, no flag."""
    report = made_sheet(lambda letters, _a, _c: np.where(letters == "A", "B", "A"), persons=99).items[0]
    assert report.figures.discrimination < 0
    assert not kinds(report) & {FlagKind.KEY_WRONG, FlagKind.BACKWARDS, FlagKind.FLAT}


def test_chance_alone_is_flat_or_guessed():
    """Everybody guesses: no better than guessing when that is known, in any case flat."""
    report = made_sheet(lambda letters, _ability, chance: chance.choice(list("ABCD"), len(letters))).items[0]
    assert FlagKind.FLAT in kinds(report)


def test_no_better_than_guessing():
    figures = analyse(
        matrix_table(np.array([[1.0, k % 2] for k in range(20)] + [[0.0, k % 2] for k in range(80)])), [Item("a", guess=0.25), Item("b")]
    )
    assert FlagKind.GUESSED not in kinds(figures.items[0])  # 20 % of a hundred may be 28 %
    many = analyse(
        matrix_table(np.array([[1.0, k % 2] for k in range(100)] + [[0.0, k % 2] for k in range(400)])), [Item("a", guess=0.25), Item("b")]
    )
    assert FlagKind.GUESSED in kinds(many.items[0])
    assert FlagKind.HARD not in kinds(many.items[0])


@pytest.mark.parametrize(("right", "kind"), [(10, FlagKind.HARD), (198, FlagKind.EASY)])
def test_hard_and_easy(right, kind):
    marks = np.array([[float(k < right), float(k % 2)] for k in range(200)])
    assert kind in kinds(analyse(matrix_table(marks), [Item("a"), Item("b")]).items[0])


@pytest.mark.parametrize(("right", "is_hard"), [(68, False), (10, True)])
def test_hard_in_a_contest_is_told_from_how_many_know_it(right, is_hard):
    """A third are right, the others lose half of the marks, 1 % is earned: no hard question. Where the loss differs nobody asks."""
    marks = np.array([[1.0 if k < right else -0.5, float(k % 2)] for k in range(200)])
    report = analyse(matrix_table(marks), [Item("a", lost=0.5), Item("b")]).items[0]
    assert (FlagKind.HARD in kinds(report)) is is_hard
    assert FlagKind.HARD in kinds(analyse(matrix_table(marks), [Item("a"), Item("b")]).items[0])
    assert FlagKind.HARD not in kinds(analyse(matrix_table(marks), [Item("a", lost=None), Item("b")]).items[0])
    assert not [flag for flag in report.flags if "-" in flag.message.render(mark_text)]


def test_an_option_that_nobody_takes_and_one_that_draws_the_best():
    def change(letters, ability, chance):
        letters = np.where(letters == "D", "C", letters)
        return np.where((ability > 1) & (chance.random(len(letters)) < 0.4), "C", np.where((letters == "C") & (ability < 0), "B", letters))

    report = made_sheet(change).items[0]
    assert {FlagKind.UNUSED, FlagKind.DRAWS_BEST} <= kinds(report)
    assert "D" in next(flag for flag in report.flags if flag.kind is FlagKind.UNUSED).message.render(mark_text)


def test_several_right_options():
    """Most of the best leave out a key option, and choose one that is no key."""
    persons = 400
    made = make(13, persons, 20)
    best = made.ability > 0.3
    table = made.table
    rows = np.flatnonzero(table.item == 0)
    chosen = [(rows[s], option) for s in range(persons) for option, takes in ((0, True), (1, not best[s]), (2, best[s])) if takes]
    items = [Item("a", ("A", "B", "C"), frozenset("AB"), False), *(Item(f"q{k}") for k in range(19))]
    report = analyse(table, items, Chosen(np.array([k for k, _ in chosen]), np.array([o for _, o in chosen]))).items[0]
    assert {FlagKind.KEY_OPTION, FlagKind.ALSO_RIGHT} <= kinds(report)
    assert FlagKind.DRAWS_BEST not in kinds(report)


@pytest.mark.parametrize(
    ("delta", "letter", "people", "flagged"), [(-2, "C", 100, True), (2, "B", 500, True), (-2, "C", 99, False), (0.5, "A", 500, False)]
)
def test_differences_between_groups(delta, letter, people, flagged):
    """B and C with a hundred on each side; in words that say who has the harder lot."""
    figures = analyse(matrix_table(np.array([[float(k % 2), float(k % 3 == 0)] for k in range(300)])), [Item("a"), Item("b")]).items[0].figures
    found = GroupDifference(people, people, category=letter, delta=float(delta))
    texts = [flag.message.render(mark_text) for flag in flags_of(figures, differences=[("村干部", found)]) if flag.kind is FlagKind.DIFFERS]
    assert bool(texts) is flagged
    if texts:
        assert "村干部" in texts[0]
        assert ("更难" if delta < 0 else "更容易") in texts[0]


def test_the_gravest_come_first():
    analysis = made_sheet(lambda letters, _a, _c: np.where(letters == "A", "B", np.where(letters == "B", "A", letters)))
    assert analysis.flagged[0].item.name == "q0"

"""Samples: shares of strata are what largest remainders give, and who is drawn follows from frame and seed alone."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.core.frozen import freeze, thaw
from quiz.core.message import QuizError
from quiz.core.sample import By, Frame, Stratum, allocate, clean_seed, draw_sample, proof_of, verify_sample

SIZES = st.lists(st.integers(1, 60), min_size=1, max_size=12)


def frame_of(sizes, total, least=1):
    takes = allocate(sizes, total, least)
    strata = (
        Stratum(f"T{at:02}", f"镇{at}", tuple(f"C{at:02}{n:03}" for n in range(size)), take)
        for at, (size, take) in enumerate(zip(sizes, takes, strict=True))
    )
    return Frame("audit-1", "抽考", date(2026, 12, 1), By.UNIT, "/", "双色球第2026138期开奖号码", tuple(strata))


FRAME = frame_of([10, 20, 5], 7)


@pytest.mark.parametrize(
    ("sizes", "total", "least", "expected"),
    [
        ([10, 20, 5], 7, 1, [2, 4, 1]),
        ([50, 50], 5, 0, [3, 2]),
        ([97, 1, 1, 1], 10, 1, [7, 1, 1, 1]),
        ([97, 1, 1, 1], 10, 0, [10, 0, 0, 0]),
        ([3, 3], 6, 1, [3, 3]),
        ([1, 9], 5, 3, [1, 4]),
    ],
)
def test_worked_shares(sizes, total, least, expected):
    assert allocate(sizes, total, least) == expected


@given(SIZES, st.data())
def test_shares_add_up_and_stay_within_reach(sizes, data):
    least = data.draw(st.integers(0, 2))
    total = data.draw(st.integers(max(1, sum(min(least, size) for size in sizes)), sum(sizes)))
    taken = allocate(sizes, total, least)
    assert sum(taken) == total
    assert all(min(least, size) <= n <= size for n, size in zip(taken, sizes, strict=True))
    if not least:  # quota: nobody is a whole person away from their share
        assert all(abs(n - total * size / sum(sizes)) < 1 for n, size in zip(taken, sizes, strict=True))


@pytest.mark.parametrize(("sizes", "total", "least"), [([3, 3], 7, 1), ([3, 3], 1, 1), ([3], 0, 0), ([], 1, 1)])
def test_what_cannot_be_taken_is_refused(sizes, total, least):
    with pytest.raises(QuizError, match="sample_size"):
        allocate(sizes, total, least)


@given(st.text(min_size=1))
def test_each_stratum_gives_its_share_and_a_draw_repeats(seed):
    drawn = draw_sample(FRAME, seed)
    assert drawn == draw_sample(thaw(Frame, freeze(FRAME)), seed)
    assert Counter(number[:3] for number in drawn) == {"C00": 2, "C01": 4, "C02": 1}


def test_a_draw_stays_the_same_for_ever():
    """Written down once: another version of the program must draw the same people."""
    assert draw_sample(FRAME, "03 07 12 18 25 31 + 09") == ("C00000", "C00001", "C01001", "C01004", "C01005", "C01018", "C02000")


def test_everybody_is_drawn_about_as_often():
    often = Counter(number for n in range(2000) for number in draw_sample(FRAME, str(n)))
    assert all(330 <= often[number] <= 470 for stratum in FRAME.strata for number in stratum.numbers)  # 400 expected, 18 the deviation


def test_how_a_seed_is_typed_does_not_matter():
    assert clean_seed(" ０３　07\t12 ") == "03 07 12"
    assert draw_sample(FRAME, "０３　07 12") == draw_sample(FRAME, "03 07 12\n")


def test_a_proof_tells_what_was_changed():
    drawn = draw_sample(FRAME, "1 2 3")
    proof = proof_of(FRAME, "1 2 3", drawn)
    assert verify_sample(proof) == (FRAME, ())
    for part, value in (("numbers", ["C00000", *drawn[1:]]), ("seed", "1 2 4"), ("digest", "0" * 64)):
        assert len(verify_sample({**proof, part: value})[1]) == 1
    other = replace(FRAME, strata=(replace(FRAME.strata[0], take=3), *FRAME.strata[1:]))
    assert len(verify_sample({**proof, "frame": freeze(other)})[1]) == 2
    too_many = replace(FRAME, strata=(replace(FRAME.strata[0], take=99), *FRAME.strata[1:]))
    assert "超过" in verify_sample(proof_of(too_many, "1", ()))[1][0].render()
    for bad in ({}, {**proof, "format": "x"}, {**proof, "frame": 3}, []):
        with pytest.raises(QuizError, match="bad_proof"):
            verify_sample(bad)

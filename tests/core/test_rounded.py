"""Figures as text."""

from __future__ import annotations

from quiz.core.rounded import rounded


def test_a_true_minus_sign_and_none_before_nothing():
    assert [rounded(value, 1) for value in (-3.25, -0.04, 0.04, 2.0)] == ["−3.2", "0.0", "0.0", "2.0"]
    assert [rounded(value, 1, "+") for value in (1.0, -1.0, -0.04)] == ["+1.0", "−1.0", "+0.0"]
    assert rounded(-0.4) == "0"

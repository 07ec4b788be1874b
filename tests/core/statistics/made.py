"""Answers made from known abilities and difficulties, so that tests know what should come out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quiz.core.statistics.marks import MarkTable, mark_table, matrix_table


@dataclass(frozen=True)
class Made:
    """Right and wrong answers of persons × items, which wrong option each chose, and what they were made from."""

    right: np.ndarray
    wrong_option: np.ndarray
    ability: np.ndarray
    difficulty: np.ndarray
    slope: np.ndarray

    @property
    def table(self) -> MarkTable:
        return matrix_table(self.right.astype(float))


def make(seed: int, persons: int, items: int, slopes: float = 0.0, easy: float = 0.0, options: int = 3, guess: float = 0.0) -> Made:
    """Answers by a model with discriminations exp(N(0, slopes)) and difficulties N(-easy, 1); who does not know guesses right by `guess`."""
    chance = np.random.default_rng(seed)
    ability, difficulty = chance.normal(size=persons), chance.normal(-easy, 1.0, items)
    slope = np.exp(chance.normal(0.0, slopes, items))
    right = chance.random((persons, items)) < guess + (1 - guess) / (1 + np.exp(-slope * (ability[:, None] - difficulty)))
    drawn_to = chance.dirichlet(np.full(options, 2.0), items).cumsum(axis=1)
    wrong_option = (drawn_to[None] < chance.random((persons, items))[:, :, None]).sum(axis=2)
    return Made(right, wrong_option, ability, difficulty, slope)


def thin(made: Made, seed: int, each: int) -> MarkTable:
    """The table that comes out when everybody meets only `each` of the items, drawn by chance."""
    chance = np.random.default_rng(seed)
    persons, items = made.right.shape
    met = np.sort(chance.permuted(np.tile(np.arange(items), (persons, 1)), axis=1)[:, :each], axis=1)
    person = np.repeat(np.arange(persons), each)
    return mark_table(person, met.ravel(), made.right[person, met.ravel()].astype(float), 1.0, persons, items)

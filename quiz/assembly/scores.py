"""Which scores drawn papers expect: of all papers, and form by form. Trial draws and the reports of sittings tell it by the same figures.

Each question is taken as right or wrong as a whole, by chance and apart from the others, with the share of marks that it earns on average. So
the distribution of a paper's score is exact, but it is that of a person of average knowledge, who does not exist: whoever is better or worse
than average is so on every question, so real scores lie further apart, and part marks bring them closer together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd, sqrt
from statistics import fmean, pstdev
from typing import Any

from quiz.assembly.problem import PER_MILLE
from quiz.core.blueprint import Section
from quiz.core.contest import Contest
from quiz.core.hundredths import to_hundredths

BANDS = 10
"""Into so many parts of the total the forecast of scores is cut."""

Worth = tuple[int, float] | tuple[int, float, int]
"""What a question may earn, in hundredths of a mark, the share of people who earn it, in thousandths, and in a contest what the others lose by it."""


def worth_in(section: Section, facility: float) -> Worth:
    """Return what a question of a section is worth that such a share of people, in thousandths, answers rightly."""
    taken = section.rule.most_taken(section.each)
    return to_hundredths(section.each), facility, to_hundredths(taken)


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """What one paper's score is expected to be, in hundredths of a mark: its mean, its variance, and the chance of each score from `lowest` on in
    steps. A contest whose totals stop at 0 gathers there what would be below."""

    chances: Any
    step: int
    mean: float
    variance: float
    lowest: int = 0


@dataclass(frozen=True, slots=True)
class Parallel:
    """The papers of one form (`form` is "" for all papers of the sitting) beside the others, in hundredths of a mark.

    `mean`, `sd`, `least` and `most` are of the papers' expected scores; `score_sd` is how far one person's score strays from its own
    paper's expectation by chance alone; `pass_rate` is the mean chance of passing, from 0 to 1, `pass_least` and `pass_most` are those of the
    papers furthest apart.
    """

    form: str
    papers: int
    mean: float
    sd: float
    least: float
    most: float
    score_sd: float
    pass_rate: float
    pass_least: float
    pass_most: float


def outlook(worths: Sequence[Worth], contest: Contest = Contest.NO) -> Outlook:
    """Return the outlook of a paper: the exact distribution of a sum of independent questions."""
    import numpy as np

    costs = [sum(worth[2:]) for worth in worths]
    step = gcd(*(worth[0] for worth in worths), *costs) or 1
    chances, mean, variance = np.ones(1), -float(sum(costs)), 0.0
    for worth, cost in zip(worths, costs, strict=True):
        marks = worth[0] + cost
        up, share = marks // step, worth[1] / PER_MILLE
        grown = np.zeros(len(chances) + up)
        grown[: len(chances)] += chances * (1 - share)
        grown[up:] += chances * share
        chances = grown
        mean += marks * share
        variance += marks * marks * share * (1 - share)
    found = Outlook(chances, step, mean, variance, -sum(costs))
    return found if contest is Contest.BELOW_ZERO or not found.lowest else _stopped_at_0(found)


def _stopped_at_0(paper: Outlook) -> Outlook:
    """The outlook of totals that never fall below 0."""
    import numpy as np

    below = -paper.lowest // paper.step
    chances = np.r_[paper.chances[: below + 1].sum(), paper.chances[below + 1 :]]
    scores = np.arange(len(chances)) * paper.step
    mean = float((chances * scores).sum())
    return Outlook(chances, paper.step, mean, float((chances * (scores - mean) ** 2).sum()))


def pass_chance(paper: Outlook, pass_mark: int) -> float:
    """Return the chance that a score reaches the pass mark."""
    return float(paper.chances[max(0, -((paper.lowest - pass_mark) // paper.step)) :].sum())


def compare(papers: Sequence[tuple[str, Outlook]], pass_mark: int) -> tuple[Parallel, ...]:
    """Return all papers as one row, then each form by its letter when there is more than one; nothing without papers."""
    if not papers:
        return ()
    by_form: dict[str, list[tuple[Outlook, float]]] = {}
    for form, paper in papers:
        by_form.setdefault(form, []).append((paper, pass_chance(paper, pass_mark)))
    rows = [_row("", [one for found in by_form.values() for one in found])]
    if len(by_form) > 1:
        rows += [_row(form, found) for form, found in sorted(by_form.items())]
    return tuple(rows)


def bands(papers: Sequence[Outlook], total: int) -> tuple[float, ...]:
    """Return how the scores of all papers spread: the share in each tenth of the total, the full score in the last, what is below 0 in the first."""
    out = [0.0] * BANDS
    for paper in papers:
        for place, chance in enumerate(paper.chances):
            out[max(0, min((paper.lowest + place * paper.step) * BANDS // max(total, 1), BANDS - 1))] += float(chance)
    return tuple(share / max(len(papers), 1) for share in out)


def _row(form: str, papers: Sequence[tuple[Outlook, float]]) -> Parallel:
    means, passes = [paper.mean for paper, _ in papers], [chance for _, chance in papers]
    return Parallel(
        form=form,
        papers=len(papers),
        mean=fmean(means),
        sd=pstdev(means),
        least=min(means),
        most=max(means),
        score_sd=sqrt(fmean(paper.variance for paper, _ in papers)),
        pass_rate=fmean(passes),
        pass_least=min(passes),
        pass_most=max(passes),
    )

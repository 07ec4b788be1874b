"""Are the papers of a sitting alike? Expected score, its spread and the expected pass rate, over all papers and form by form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import erfc, sqrt
from statistics import fmean, pstdev

from quiz.assembly.problem import PER_MILLE

TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Outlook:
    """What one paper's score is expected to be, in hundredths of a mark: its mean and its variance."""

    mean: float
    variance: float


@dataclass(frozen=True, slots=True)
class Parallel:
    """The papers of one form (`form` is "" for all papers of the sitting) beside the others, in hundredths of a mark.

    `mean`, `sd`, `least` and `most` are of the papers' expected scores; `score_sd` is how far one person's score strays from its own
    paper's expectation by chance alone; `pass_rate` is the mean chance of passing, from 0 to 1.
    """

    form: str
    papers: int
    mean: float
    sd: float
    least: float
    most: float
    score_sd: float
    pass_rate: float


def outlook(asked: Iterable[tuple[int, float]]) -> Outlook:
    """Return the outlook of a paper from the marks (in hundredths) and the facility (in thousandths) of each of its questions.

    Each question is taken as all or nothing and as independent of the others. Part marks make the true spread smaller, and that some
    people know more than others makes it larger.
    """
    mean = variance = 0.0
    for each, thousandths in asked:
        right = thousandths / PER_MILLE
        mean += each * right
        variance += each * each * right * (1 - right)
    return Outlook(mean, variance)


def pass_chance(paper: Outlook, pass_mark: int, step: int) -> float:
    """Return the chance that a score reaches the pass mark, by the normal approximation of a sum of independent questions: a per cent or two off.

    `step` is the smallest difference between two scores: half of it is the correction for continuity.
    """
    if paper.variance < TINY:
        return float(paper.mean >= pass_mark - TINY)
    return 0.5 * erfc((pass_mark - step / 2 - paper.mean) / sqrt(2 * paper.variance))


def compare(papers: Sequence[tuple[str, Outlook]], pass_mark: int, step: int) -> tuple[Parallel, ...]:
    """Return all papers as one row, then each form by its letter when there is more than one; nothing without papers."""
    if not papers:
        return ()
    by_form: dict[str, list[Outlook]] = {}
    for form, paper in papers:
        by_form.setdefault(form, []).append(paper)
    rows = [_row("", [paper for _, paper in papers], pass_mark, step)]
    if len(by_form) > 1:
        rows += [_row(form, found, pass_mark, step) for form, found in sorted(by_form.items())]
    return tuple(rows)


def _row(form: str, papers: Sequence[Outlook], pass_mark: int, step: int) -> Parallel:
    means = [paper.mean for paper in papers]
    return Parallel(
        form=form,
        papers=len(papers),
        mean=fmean(means),
        sd=pstdev(means),
        least=min(means),
        most=max(means),
        score_sd=sqrt(fmean(paper.variance for paper in papers)),
        pass_rate=fmean(pass_chance(paper, pass_mark, step) for paper in papers),
    )

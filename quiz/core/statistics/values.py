"""What the statistics say, as plain values: figures of an item, of the whole test, of an option, of a calibration. None means "not defined here"."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interval:
    """The lowest and the highest value that the data leave open, at 95 %."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Item:
    """What must be known of an item beside its marks: its name, its options and which of them are right, and what blind guessing earns.

    `lost` is the share of its marks that a wrong answer costs in a contest, None where that differs from paper to paper.
    """

    name: str
    options: tuple[str, ...] = ()
    key: frozenset[str] = frozenset()
    is_single: bool = True
    guess: float | None = None
    lost: float | None = 0.0

    @property
    def is_key_facility(self) -> bool:
        """True when the facility is the share of people who chose the key: one option is right, and a wrong one costs nothing."""
        return self.is_single and bool(self.options) and self.lost == 0


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """How one item fared, by the definitions of Moodle's quiz statistics where that has one.

    Shares run from 0 to 1: `facility` (with its interval), `guess` (what blind guessing would earn), `upper` and `lower` (facility among the
    best and the weakest 27 %) and `upper_lower`, their difference. In percent: `intended_weight`, `effective_weight`, `discrimination`
    (the index) and `efficiency`. `point_biserial` correlates the item with the rest of the total, `point_biserial_whole` with all of it.
    `deviation` is in marks. `shrinks_total` is True where the item falls while totals rise, so that it has no effective weight.
    """

    answers: int
    max_mark: float | None
    mean: float | None
    facility: float | None
    facility_interval: Interval | None
    deviation: float | None
    guess: float | None
    intended_weight: float | None
    effective_weight: float | None
    shrinks_total: bool
    discrimination: float | None
    efficiency: float | None
    point_biserial: float | None
    point_biserial_interval: Interval | None
    point_biserial_whole: float | None
    upper: float | None
    lower: float | None
    upper_lower: float | None
    alpha_without: float | None = None


@dataclass(frozen=True, slots=True)
class TotalFigures:
    """How the totals came out. `is_share` is True where papers differ, so that a total is a share of what its paper let expect (1 = as expected).
    `earned` is the share of all marks to be earned that were earned.

    `internal_consistency` (Cronbach's alpha), `error_ratio` in percent and `standard_error` in marks exist only for a common paper;
    `kr20` only where it was marked all or nothing with equal marks; `alpha` from 0 to 1, over pairs of items where answers are missing.
    """

    persons: int
    items: int
    answers: int
    is_share: bool
    earned: float | None
    mean: float | None
    median: float | None
    deviation: float | None
    skewness: float | None
    kurtosis: float | None
    internal_consistency: float | None
    error_ratio: float | None
    standard_error: float | None
    alpha: float | None
    kr20: float | None


@dataclass(frozen=True, slots=True)
class OptionFigures:
    """How often an option was chosen: by so many, by which share of all, of the best and of the weakest 27 %.

    `correlation` is that of choosing it with the rest of the total; `bands` are the shares in five equal groups, the weakest first.
    """

    option: str
    is_key: bool
    count: int
    share: float
    upper: float
    lower: float
    correlation: float | None
    bands: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """One of five equal groups of those who met an item, the weakest first: how many and which share of the marks they earned."""

    answers: float
    facility: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Calibrated:
    """An item on the scale of ability, which has mean 0 and deviation 1 among those who sat: difficulty b and discrimination a, with their errors.

    Without a discrimination to speak of an item has no difficulty on that scale.
    """

    difficulty: float | None
    difficulty_error: float | None
    discrimination: float
    discrimination_error: float | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """Items fitted by marginal maximum likelihood; None for an item that everybody or nobody solved, unless a prior holds it, and
    for all where the fit did not come to rest.

    `model` is rasch (one common discrimination), rasch_one (it is 1) or two_parameter. `reliability` is the share of the variance of estimated
    abilities that is real; `test_reliability` the same foreseen from the test's information, for a common paper.
    """

    model: str
    items: tuple[Calibrated | None, ...]
    log_likelihood: float
    persons: int
    has_prior: bool
    iterations: int
    converged: bool
    reliability: float | None
    test_reliability: float | None


@dataclass(frozen=True, slots=True)
class GroupDifference:
    """Whether an item treats two groups of equal ability alike (Mantel-Haenszel): `odds` of the reference group over those of the focal group.

    `delta` = -2.35 ln(odds) is negative where the item is harder for the focal group; `category` is A (none or slight), B or C (large) by the
    rules of ETS, None where too few can be compared. `share_difference` is the standardised difference of shares right.
    """

    reference: int
    focal: int
    chi_square: float | None = None
    p_value: float | None = None
    share_difference: float | None = None
    odds: float | None = None
    delta: float | None = None
    delta_error: float | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Lead:
    """Two persons whose wrong answers agree more than chance explains: a reason to look, never a proof."""

    first: int
    second: int
    common: int
    both_wrong: int
    same_wrong: int
    expected: float
    p_value: float


@dataclass(frozen=True, slots=True)
class Similarity:
    """What the screening for copied answers compared and found.

    Were nobody to copy, the chance that any pair at all is named would be at most `false_alarm`; `threshold` is what that leaves for one pair.
    """

    pairs: int
    false_alarm: float
    threshold: float
    leads: tuple[Lead, ...]

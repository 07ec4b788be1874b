"""Where a step that improves its argument comes to rest, found in a fraction of the steps by Anderson acceleration."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from quiz.core.statistics.marks import Floats

REMEMBERED = 6
"""Earlier steps that are combined: more cost more and hardly help."""

LOSS = 1e-10
"""How much of its value an objective may lose by rounding."""


def come_to_rest(step: Callable[[Floats], tuple[Floats, float]], start: Floats, close: float, most: int) -> tuple[Floats, int, bool]:
    """Return where `step` moves no value by `close` or more, how many steps that took, and whether it was reached within `most`.

    `step` gives the improved values and the objective (which it never lowers) at the old ones. Where a combined step went wrong, the last plain
    one is taken up again. D. G. Anderson, J. ACM 12 (1965) 547-560; for expectation-maximisation N. Henderson, R. Varadhan, J. Comput. Graph.
    Stat. 28 (2019) 834-846.
    """
    values = plain = start
    best = -np.inf
    moves: list[Floats] = []
    images: list[Floats] = []
    for count in range(1, most + 1):
        image, objective = step(values)
        move = image - values
        if np.abs(move).max() < close:
            return image, count, True
        if not objective >= best - LOSS * abs(best):  # worse, or no number at all
            values, best, moves, images = plain, -np.inf, [], []
            continue
        best, plain = objective, image
        moves, images = [*moves[-REMEMBERED:], move], [*images[-REMEMBERED:], image]
        values = image if len(moves) == 1 else image - _combined(moves, images)
    return plain, most, False


def _combined(moves: list[Floats], images: list[Floats]) -> Floats:
    """What to take from the newest image so that, were the step linear, it would have moved nothing."""
    weights = np.linalg.lstsq(np.diff(np.stack(moves, axis=1), axis=1), moves[-1], rcond=None)[0]
    taken: Floats = np.diff(np.stack(images, axis=1), axis=1) @ weights
    return taken

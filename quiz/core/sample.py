"""Samples of cadres (抽考): a frame that is published first, a public seed, and who follows from both. Specification v1: docs/records.md.

The frame says out of whom, how many of each stratum, and where the seed will come from. Nobody who made it can choose who is drawn.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

from quiz.core.canonical import digest
from quiz.core.frozen import freeze, thaw
from quiz.core.message import Message, QuizError, mark_text, say
from quiz.core.seed import Stream

FORMAT = "kaoxue/sample-proof/v1"


class By(StrEnum):
    """What people are sorted by before some of each are drawn."""

    UNIT = "unit"
    POST = "post"
    NOTHING = "nothing"


BY_NAMES: dict[By, str] = {
    By.UNIT: mark_text("按镇、部门分层"),
    By.POST: mark_text("按岗位分层"),
    By.NOTHING: mark_text("不分层"),
}


@dataclass(frozen=True, slots=True)
class Stratum:
    """Some of the frame's people by staff number, sorted; `take` of them are drawn."""

    code: str
    name: str
    numbers: tuple[str, ...]
    take: int


@dataclass(frozen=True, slots=True)
class Frame:
    """Out of whom a sample is drawn. `scope` is the path within which its maker has authority, `source` where the seed will come from."""

    code: str
    title: str
    day: date
    by: By
    scope: str
    source: str
    strata: tuple[Stratum, ...]

    @property
    def people(self) -> int:
        """How many are in the frame."""
        return sum(len(stratum.numbers) for stratum in self.strata)

    @property
    def take(self) -> int:
        """How many are drawn."""
        return sum(stratum.take for stratum in self.strata)

    @property
    def digest(self) -> str:
        """The SHA-256 of the frame's canonical JSON, as 64 hexadecimal digits: published before there is a seed."""
        return digest(freeze(self))


def allocate(sizes: Sequence[int], total: int, least: int = 1) -> list[int]:
    """Return how many to take of strata of these sizes, `total` in all: in proportion by largest remainders, at least `least` of each.

    A stratum with fewer gives all it has. Ties go to the earlier stratum. QuizError `sample_size` when there are fewer people than `total`,
    or `total` does not suffice for the least.
    """
    people, floor = sum(sizes), [min(least, size) for size in sizes]
    if not sum(floor) <= total <= people or total < 1:
        raise QuizError("sample_size", say("抽取人数须在{least}和{most}之间。", least=max(1, sum(floor)), most=people))
    exact = [Fraction(total * size, people) for size in sizes]
    taken = [max(low, int(share)) for low, share in zip(floor, exact, strict=True)]
    while sum(taken) > total:  # the least of small strata took more than their share: those furthest above theirs give it back
        taken[max((at for at, n in enumerate(taken) if n > floor[at]), key=lambda at: (taken[at] - exact[at], -at))] -= 1
    while sum(taken) < total:
        taken[max((at for at, n in enumerate(taken) if n < sizes[at]), key=lambda at: (exact[at] - taken[at], -at))] += 1
    return taken


def draw_sample(frame: Frame, seed: str) -> tuple[str, ...]:
    """Return the staff numbers that follow from the frame and the public seed, sorted."""
    key = hashlib.sha256(b"kaoxue/sample/v1\0" + bytes.fromhex(frame.digest) + clean_seed(seed).encode()).digest()
    drawn = [Stream(key, f"stratum/{one.code}").shuffled(sorted(one.numbers))[: one.take] for one in frame.strata]
    return tuple(sorted(number for numbers in drawn for number in numbers))


def clean_seed(seed: str) -> str:
    """Return a seed as it counts: full-width and other forms of characters made one, spaces at the ends gone and others single."""
    return " ".join(unicodedata.normalize("NFKC", seed).split())


def proof_of(frame: Frame, seed: str, numbers: Sequence[str]) -> dict[str, Any]:
    """Return what anybody can verify the draw with: staff numbers, no names."""
    return {"format": FORMAT, "frame": freeze(frame), "digest": frame.digest, "seed": seed, "numbers": list(numbers)}


def verify_sample(proof: Mapping[str, Any]) -> tuple[Frame, tuple[Message, ...]]:
    """Draw again and return the frame with every contradiction in words. QuizError `bad_proof` for what is no proof of a sample."""
    try:
        if proof["format"] != FORMAT:
            raise ValueError(proof["format"])
        frame = thaw(Frame, proof["frame"])
        findings = [] if frame.digest == proof["digest"] else [say("名单和规则与登记的摘要不符，由它们算得{found}。", found=frame.digest)]
        if not is_possible(frame):
            findings.append(say("有一层抽取的人数超过该层人数，或者有人在名单上出现两次。"))
        elif list(draw_sample(frame, proof["seed"])) != list(proof["numbers"]):
            findings.append(say("由种子推算的名单与登记的名单不同。"))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise QuizError("bad_proof", say("这不是抽样证明文件，或者文件不完整：{what}", what=f"{type(error).__name__} {error}")) from error
    return frame, tuple(findings)


def is_possible(frame: Frame) -> bool:
    """True when no stratum gives more people than it has, and nobody stands in two."""
    numbers = [number for stratum in frame.strata for number in stratum.numbers]
    return len(set(numbers)) == len(numbers) and all(0 <= stratum.take <= len(stratum.numbers) for stratum in frame.strata)

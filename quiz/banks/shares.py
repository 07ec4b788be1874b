"""Reads what each option of a multiple-choice question earns, and reports what `quiz.core.option_shares` finds wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from quiz.banks.problems import Placed, Problems
from quiz.banks.schema import Fields
from quiz.core.message import say
from quiz.core.option_shares import FINEST, share_faults
from quiz.core.question import Option, QuestionType


def read_share(fields: Fields, kind: QuestionType, problems: Problems) -> Decimal | None:
    """Return the `share` of an option, in percent; None when there is none or it was refused."""
    if kind is not QuestionType.MULTIPLE and fields.has("share"):
        text = say("“{type}”题的选项不用“share”：只有多选题可以给每个选项定比例。请删掉，或者改题型。", type=kind.value)
        problems.add(fields.at("share"), "Q212", text)
        return None
    share = fields.exact("share", "-100", "100", required=False)
    if share is None or round(share, FINEST) == share:
        return share
    problems.add(fields.at("share"), "F108", say("“{key}”最多{n}位小数，这里是{got}。", key="share", n=FINEST, got=f"{share:f}"))
    return None


def check_shares(options: Sequence[tuple[Option, Placed]], key: frozenset[str], at: Placed, problems: Problems) -> None:
    """Report what `share_faults` finds: of one option at its place, of all together at the key's, which is `at`."""
    places = {option.id: place for option, place in options}
    for name, rule, message in share_faults([option for option, _ in options], key):
        problems.add(places.get(name, at), rule, message)

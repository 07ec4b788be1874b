"""What each option of a multiple-choice question earns, as its author set it: which shares contradict the key or themselves.

The key is written all the same: every other rule marks by it, and a slip in one of the two is found by the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from quiz.core.message import Message, say
from quiz.core.question import Option

FINEST = 5
"""Decimals of a share at most; a third is 33.33333, as in Moodle."""

SLACK = Decimal("0.1")
"""How far the shares of the key may be from 100 together: three thirds written as 33.3 are 99.9, and exactly the key earns everything anyway."""

MOST_FOR_ALL = Decimal(99)
"""What choosing every option may earn at most, in percent."""


def share_faults(options: Sequence[Option], key: frozenset[str]) -> list[tuple[str, str, Message]]:
    """Return (option or "", rule, why) where shares are incomplete or not the key's, do not make 100, or pay for choosing everything."""
    if all(option.share is None for option in options):
        return []
    found = [fault for option in options if (fault := _fault_of(option, key))]
    return found or [("", rule, message) for rule, message in _faults_together(options, key)]


def _fault_of(option: Option, key: frozenset[str]) -> tuple[str, str, Message] | None:
    name, share = option.id, option.share
    if share is None:
        values = {"name": name, "example": "{text: …, share: 0}"}
        return name, "Q220", say("选项{name}没有写 share，别的选项写了。请写成“{name}: {example}”，或者把各选项的 share 都删掉。", **values)
    values = {"name": name, "share": f"{share:f}"}
    if share > 0 and name not in key:
        text = say("选项{name}的 share 是{share}，大于0，答案 key 里却没有{name}。请把 share 改成0或负数，或者把{name}补进 key。", **values)
        return name, "Q221", text
    if share <= 0 and name in key:
        return name, "Q221", say("选项{name}在答案 key 里，share 却是{share}。请把 share 改成大于0的数，或者从 key 里去掉{name}。", **values)
    return None


def _faults_together(options: Sequence[Option], key: frozenset[str]) -> Iterator[tuple[str, Message]]:
    right = sum((option.share for option in options if option.share and option.id in key), Decimal(0))
    total = sum((option.share for option in options if option.share), Decimal(0))
    if abs(right - 100) > SLACK:
        values = {"names": "、".join(sorted(key)), "sum": f"{right:f}", "each": percent_each(len(key))}
        yield "Q222", say("正确选项{names}的 share 加起来要是100，现在是{sum}。请改；平均分的话，每项写{each}。", **values)
    elif len(key) == len(options):
        text = say("所有选项都是正确选项，全选就得满分。请加一个错误选项，share 写负数，如 -50；或者把各选项的 share 都删掉。")
        yield "Q223", text
    elif total > MOST_FOR_ALL:
        values = {"all": f"{total:f}", "most": f"{MOST_FOR_ALL:f}"}
        yield "Q223", say("把选项全部选中会得{all}%，最多只能是{most}%。请给错误选项写负的 share，如 -50：选错要扣掉这么多。", **values)


def percent_each(count: int) -> str:
    """Return 100/count as a share is written: five decimals at most."""
    return f"{Decimal(100) / count:.{FINEST}f}".rstrip("0").rstrip(".")

"""Reads a household of a profile: pseudonymous, with what its helper must know; refuses names, and has no place for ids, phones or diagnoses."""

from __future__ import annotations

import re
from collections.abc import Mapping as Map

from quiz.banks.problems import Problems
from quiz.banks.schema import Fields, open_fields
from quiz.banks.yaml_tree import Node
from quiz.core.message import listed, mark_text, say
from quiz.core.profile import CATEGORY_NAMES, Fact, Place
from quiz.core.roster import UnitKind

HOUSEHOLD_KEYS = ("code", "village", "label", "members", "labour", "category", "state", "identified", "risks", "measures", "helpers")
LABEL = re.compile(r"[\u4e00-\u9fff]{1,2}某某?家?")
STATE_NAMES = {"active": mark_text("未消除风险"), "removed": mark_text("已消除风险")}
MOST_MEMBERS = 30
MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


def read_household(node: Node, villages: Map[str, str], codes: dict[str, int], problems: Problems) -> Place | None:
    """Return a household as a place of local facts; `villages` are names by code, `codes` those used so far with their lines."""
    fields = open_fields(node, "households", problems, HOUSEHOLD_KEYS)
    if fields is None:
        return None
    code, village, label = fields.code("code"), fields.text("village"), fields.text("label")
    if code and codes.setdefault(code, fields.at("code").line) != fields.at("code").line:
        text = say("编码“{code}”已经用在第{line}行。每个地方要有自己的编码。", code=code, line=codes[code])
        problems.add(fields.at("code"), "P504", text)
    if village and village not in villages:
        problems.add(fields.at("village"), "P503", say("没有编码为“{code}”的村。请核对 villages。", code=village))
    if label and not LABEL.fullmatch(label):
        problems.add(fields.at("label"), "P506", say("户主只写姓加“某”，如“王某家”，这里是“{got}”。", got=label))
    facts = _facts(fields, problems)
    if village in villages:
        facts["village_name"] = Fact(text=villages[village])
    return Place(code, label, UnitKind.HOUSEHOLD, village, (), facts, fields.texts("helpers"))


def _facts(fields: Fields, problems: Problems) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    members, labour = fields.whole("members", 1, MOST_MEMBERS), fields.whole("labour", 0, MOST_MEMBERS)
    if members is not None and labour is not None and labour > members:
        problems.add(fields.at("labour"), "P501", say("劳动力{labour}人，多于家庭人口{members}人。请核对台账。", labour=labour, members=members))
    for name, number in (("members", members), ("labour", labour)):
        if number is not None:
            facts[name] = Fact(number=number)
    for key, names, fact in (("category", CATEGORY_NAMES, "category_name"), ("state", STATE_NAMES, "state_name")):
        text = fields.text(key)
        if text in names:
            facts[fact] = Fact(text=names[text])
        elif text:
            problems.add(fields.at(key), "F104", say("“{key}”要写 {known} 之一，这里是“{got}”。", key=key, known=listed(names), got=text))
    month = fields.text("identified", required=False)
    if month and not MONTH.fullmatch(month):
        problems.add(fields.at("identified"), "F106", say("“identified”要写成 2025-03 这样的年月，这里是“{got}”。", got=month))
    elif month:
        facts["identified_month"] = Fact(text=f"{month[:4]}年{int(month[5:])}月")
    for name in ("risks", "measures"):
        if items := fields.texts(name, required=False):
            facts[name] = Fact(items=items)
    return facts

"""A blueprint file ⇄ `Blueprint`; refuses sections that do not add up to the total, and marking rules that do not fit their type."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from quiz.banks.bank_file import is_category
from quiz.banks.problems import Loaded, Problems
from quiz.banks.schema import Fields, open_fields, read_choice, read_text, read_texts, report_choice
from quiz.banks.yaml_tree import Mapping, Node, Scalar, parse_yaml
from quiz.core.blueprint import NEW_POST, OTHER_POSTS, USUAL_SHARES, Band, Blueprint, Cell, Limit, Section, Share, SourceLevel, WeightClass
from quiz.core.contest import Contest
from quiz.core.message import mark_text, say
from quiz.core.question import AREAS, Level, QuestionType
from quiz.core.roster import PostKind
from quiz.core.rule import FOR_CONTESTS, VALUED, Rule, RuleName

E = TypeVar("E", bound=StrEnum)

TOP_KEYS = ("blueprint", "sections", "limits", "rivals")
PLAN_KEYS = ("id", "title", "minutes", "total", "pass_mark", "notes", "topic_cap", "shares", "contest")
SECTION_KEYS = ("title", "type", "each", "rule", "cells")
WHAT_KEYS = ("category", "area", "topic", "level", "tag", "difficulty", "weight_class", "source")
CELL_KEYS = ("count", *WHAT_KEYS, "instead")
LIMIT_KEYS = ("least", "most", *WHAT_KEYS)
USUAL = "usual"
MAX_MINUTES, MAX_COUNT = 600, 200
RULES_OF = {
    QuestionType.MULTIPLE: tuple(name for name in RuleName if name is not RuleName.PENALTY),
    QuestionType.SINGLE: (RuleName.ALL_OR_NOTHING, *FOR_CONTESTS),
    QuestionType.TRUE_FALSE: (RuleName.ALL_OR_NOTHING, *FOR_CONTESTS),
    QuestionType.ORDERING: (RuleName.ALL_OR_NOTHING, RuleName.PROPORTIONAL),
    QuestionType.MATCHING: (RuleName.ALL_OR_NOTHING, RuleName.PROPORTIONAL),
}
"""The rules that a type knows; every other type knows all or nothing alone. What takes marks off is for choices, and for contests."""

OF_CONTESTS = (QuestionType.SINGLE, QuestionType.TRUE_FALSE, QuestionType.MULTIPLE)
"""The types of which a wrong answer may cost marks: what a person or a list of answers judges never does."""

WITH_MARKS = (*VALUED, *FOR_CONTESTS, RuleName.PLUS_MINUS)
"""Rules that are written with their marks, as `{deduct: 1}`; `plus_minus` may be."""

NOT_THIS_RULE = mark_text("“{type}”题不用这个计分规则。请删掉“rule”，或者换一个规则。")
NO_DEDUCTION = mark_text("“{type}”题不能倒扣分：只有单选、多选、判断题可以。请删掉“rule”，或者换一个规则。")


def load_blueprint(content: str | bytes, file_name: str) -> Loaded[Blueprint]:
    """Return the blueprint of `content`, or None and why; never raises for bad content."""
    problems = Problems(file_name)
    node = parse_yaml(content, problems)
    blueprint = None if node is None else read_blueprint(node, problems)
    return Loaded(blueprint, problems.told())


def sketch_blueprint(content: str | bytes, file_name: str) -> Loaded[Blueprint]:
    """Return as much of a blueprint that is still being written as can be read (None without a section), and everything that is wrong with it."""
    problems = Problems(file_name)
    node = parse_yaml(content, problems)
    sketch = None if node is None else _read(node, problems)
    return Loaded(sketch if sketch and sketch.sections else None, problems.told())


def read_blueprint(node: Node, problems: Problems) -> Blueprint | None:
    """Return the blueprint of a parsed file, or None after reporting everything that is wrong with it."""
    before = problems.count
    blueprint = _read(node, problems)
    return blueprint if problems.count == before else None


def _read(node: Node, problems: Problems) -> Blueprint | None:
    """What can be read of the file; only what was read without any problem is a blueprint."""
    before = problems.count
    top = open_fields(node, "blueprint", problems, TOP_KEYS)
    plan = top and top.fields("blueprint", PLAN_KEYS)
    if top is None or plan is None:
        return None
    code, title, notes = plan.code("id"), plan.text("title"), plan.texts("notes", required=False, limit=500)
    minutes = plan.whole("minutes", 1, MAX_MINUTES)
    total, pass_mark = plan.exact("total", "0.01", "10000"), _marks(plan, "pass_mark", "0", "10000", problems)
    topic_cap = plan.whole("topic_cap", 1, MAX_COUNT, required=False) or 0
    shares = _shares(plan, problems)
    contest = plan.choice("contest", Contest, required=False) or Contest.NO
    sections = tuple(section for item in top.items("sections") if (section := _section(item, contest, problems)))
    limits = tuple(limit for item in top.items("limits", required=False) if (limit := _limit(item, problems)))
    rivals = tuple(uids for item in top.items("rivals", required=False) if (uids := _rivals(item, problems)))
    blueprint = Blueprint(code, title, minutes or 0, pass_mark or Decimal(0), sections, notes, limits, topic_cap, rivals, shares, contest)
    if contest.takes_marks:
        blueprint = _as_contest(blueprint, plan, problems)
    if problems.count > before or total is None or pass_mark is None:
        return blueprint
    if blueprint.total != total:
        parts = " + ".join(f"{section.count}×{section.each:f}" for section in sections)
        text = say(
            "各大题分值之和是{sum}（{parts}），与总分{total}不等。请改题数、分值或总分。", sum=f"{blueprint.total:f}", parts=parts, total=f"{total:f}"
        )
        problems.add(plan.at("total"), "B401", text)
    if pass_mark > total:
        problems.add(plan.at("pass_mark"), "B402", say("及格线{mark}分超过了总分{total}分。", mark=f"{pass_mark:f}", total=f"{total:f}"))
    return blueprint


def _as_contest(blueprint: Blueprint, plan: Fields, problems: Problems) -> Blueprint:
    """The blueprint of a contest, which has no pass mark: an examination that decides who has passed may not take marks off."""
    if blueprint.pass_mark:
        text = say("竞赛不设及格线：倒扣分只用于竞赛，考试不倒扣分。请把 pass_mark 写成0，或者删掉 contest 和倒扣分的规则。")
        problems.add(plan.at("pass_mark"), "B410", text)
    return replace(blueprint, pass_mark=blueprint.lowest)


def _section(node: Node, contest: Contest, problems: Problems) -> Section | None:
    fields = open_fields(node, "sections", problems, SECTION_KEYS)
    if fields is None:
        return None
    title, kind = fields.text("title"), fields.choice("type", QuestionType)
    each = _marks(fields, "each", "0.01", "1000", problems)
    rule = _rule(fields, kind, each, problems)
    if rule.takes_marks and not contest.takes_marks and kind in OF_CONTESTS:
        text = say("“{rule}”会倒扣分，只有竞赛可以用。请在 blueprint 下面写“contest: not_below_zero”，或者换一个规则。", rule=rule.name.value)
        problems.add(fields.at("rule"), "B409", text)
    cells = tuple(cell for item in fields.items("cells") if (cell := _cell(item, problems)))
    return Section(title, kind, each, cells, rule) if kind and each and cells and title else None


def _marks(fields: Fields, key: str, low: str, high: str, problems: Problems) -> Decimal | None:
    """A number of marks: hundredths are the finest that is stored."""
    marks = fields.exact(key, low, high)
    if marks is None or marks == marks.quantize(Decimal("0.01")):
        return marks
    problems.add(fields.at(key), "F108", say("“{key}”最多两位小数，这里是{got}。", key=key, got=f"{marks:f}"))
    return None


def _rule(fields: Fields, kind: QuestionType | None, each: Decimal | None, problems: Problems) -> Rule:
    """The marking rule: a name, or one with its marks as `{per_option: marks}`; all or nothing when left out."""
    node = fields.value("rule", required=False)
    if node is None:
        return Rule()
    if isinstance(node, Mapping):
        rule = _valued(node, each, problems)
    else:
        text = read_text(node, "rule", problems)
        name = read_choice(text, node, "rule", RuleName, problems) if text else None
        if name in (*VALUED, *FOR_CONTESTS):
            problems.add(node, "B403", say("“{rule}”要写出分值，如“rule: {example}”。", rule=name.value, example=f"{{{name.value}: 0.5}}"))
            return Rule()
        rule = Rule(name or RuleName.ALL_OR_NOTHING)
    if kind and rule.name not in RULES_OF.get(kind, (RuleName.ALL_OR_NOTHING,)):
        problems.add(node, "B403", say(NO_DEDUCTION if rule.takes_marks and kind not in OF_CONTESTS else NOT_THIS_RULE, type=kind.value))
    return rule


def _valued(node: Mapping, each: Decimal | None, problems: Problems) -> Rule:
    """A rule with its marks: exactly one of those that have some."""
    given = open_fields(node, "rule", problems, tuple(name.value for name in WITH_MARKS))
    named = [name for name in WITH_MARKS if given and given.has(name.value)]
    if given is None or len(named) != 1:
        problems.add(node, "B403", say("计分规则要写一个名称和它的分值，如“rule: {example}”。", example="{per_option: 0.5}"))
        return Rule()
    (name,) = named
    if name is RuleName.PENALTY:
        return Rule(name, given.exact(name.value, "0.01", "1"))
    if name is RuleName.PLUS_MINUS:
        return _plus_minus(given, each, problems)
    value = _marks(given, name.value, "0.01", "1000", problems) if name is RuleName.DEDUCT else given.exact(name.value, "0.01", "1000")
    if value is not None and each is not None and value > each:
        values = {"value": f"{value:f}", "each": f"{each:f}"}
        text = (
            say("答错倒扣{value}分，超过了每题{each}分。", **values)
            if name is RuleName.DEDUCT
            else say("少选得{value}分，超过了每题{each}分。", **values)
        )
        problems.add(node, "B403", text)
    return Rule(name, value)


def _plus_minus(given: Fields, each: Decimal | None, problems: Problems) -> Rule:
    """Plus and minus with its lowest mark, from 0 down to what the question is worth."""
    name = RuleName.PLUS_MINUS
    lowest = _marks(given, name.value, "-1000", "0", problems)
    if lowest is not None and each is not None and -lowest > each:
        values = {"value": f"{-lowest:f}", "each": f"{each:f}"}
        problems.add(given.at(name.value), "B403", say("答错倒扣{value}分，超过了每题{each}分。", **values))
    return Rule(name, lowest or None)


def _cell(node: Node, problems: Problems) -> Cell | None:
    fields = open_fields(node, "cells", problems, CELL_KEYS)
    if fields is None:
        return None
    count = fields.whole("count", 1, MAX_COUNT)
    what = _what(fields, count or 0, problems)
    instead = fields.fields("instead", WHAT_KEYS, required=False)
    if instead is None:
        return None if count is None else what
    stand_in = _what(instead, 0, problems)
    if not what.is_local or stand_in.is_local:
        problems.add(fields.at("instead"), "B405", say("“instead”只用在本地题的单元里，并且要指向通用题，如“category: general”。"))
    return None if count is None else replace(what, instead=stand_in)


def _limit(node: Node, problems: Problems) -> Limit | None:
    fields = open_fields(node, "limits", problems, LIMIT_KEYS)
    if fields is None:
        return None
    before = problems.count
    least, most = fields.whole("least", 0, MAX_COUNT, required=False), fields.whole("most", 0, MAX_COUNT, required=False)
    if problems.count == before and least is None and most is None:
        problems.add(node, "B406", say("这条要求没有写“least”（至少）或“most”（至多）。请补上一个。"))
    if least is not None and most is not None and least > most:
        problems.add(fields.at("least"), "B406", say("至少{least}题多于至多{most}题。请改掉一个。", least=least, most=most))
    what = _what(fields, 0, problems)
    if what == Cell(0):
        problems.add(node, "B406", say("这条要求没有写管哪些题，如“area: monitoring”或“level: application”。"))
    return Limit(what, least or 0, most)


def _rivals(node: Node, problems: Problems) -> tuple[str, ...]:
    given = read_texts(node, "rivals", problems)
    if len(given) == 1:
        problems.add(node, "B407", say("不能同卷的题至少要写两道，如“[water-001, water-002]”。"))
    return tuple(text for text, _ in given)


def _shares(plan: Fields, problems: Problems) -> tuple[Share, ...]:
    """The share of local marks by post: a mapping of percents, or `usual`."""
    node = plan.value("shares", required=False)
    if node is None:
        return ()
    if isinstance(node, Scalar):
        if read_text(node, "shares", problems) == USUAL:
            return USUAL_SHARES
        problems.add(node, "B408", say("“shares”写成“usual”（通常的比例），或者按岗位写百分数，如“first_secretary: 50”。"))
        return ()
    posts = (*(kind.value for kind in PostKind), NEW_POST, OTHER_POSTS)
    fields = open_fields(node, "shares", problems, posts)
    if fields is None:
        return ()
    found = [(post, fields.whole(post, 0, 100, required=False)) for post in posts]
    return tuple(Share(post, percent) for post, percent in found if percent is not None)


def _what(fields: Fields, count: int, problems: Problems) -> Cell:
    """Which questions are meant: the selectors of a cell, a limit or a stand-in."""
    areas = fields.texts("area", required=False, single=True)
    categories = fields.texts("category", required=False, single=True)
    for area in areas:
        if area not in AREAS:
            report_choice(area, fields.at("area"), "area", AREAS, problems)
    for category in categories:
        if not is_category(category):
            problems.add(fields.at("category"), "F109", say("“{got}”不是类别。类别写成 general/monitoring 或 township 这样。", got=category))
    return Cell(
        count=count,
        categories=categories,
        areas=areas,
        topics=fields.texts("topic", required=False, single=True),
        levels=_members(fields, "level", Level, problems),
        tags=fields.texts("tag", required=False, single=True),
        bands=_members(fields, "difficulty", Band, problems),
        weights=_members(fields, "weight_class", WeightClass, problems),
        sources=_members(fields, "source", SourceLevel, problems),
    )


def _members(fields: Fields, key: str, kind: type[E], problems: Problems) -> tuple[E, ...]:
    node = fields.value(key, required=False)
    given = [] if node is None else read_texts(node, key, problems, single=True)
    return tuple(member for text, at in given if (member := read_choice(text, at, key, kind, problems)))

"""The table of numbers from which a new blueprint is made: fields → the text of a blueprint, as a setter would write it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from flask import render_template

from quiz.banks.blueprint_file import MAX_COUNT, MAX_MINUTES
from quiz.banks.blueprint_rules import write_rule
from quiz.banks.blueprint_text import write_blueprint
from quiz.core.blueprint import FOLDERS, Cell, Section, is_local_category
from quiz.core.blueprint import Blueprint as Plan
from quiz.core.contest import CONTEST_NAMES, Contest
from quiz.core.message import QuizError, say
from quiz.core.question import AREAS, TYPE_NAMES, QuestionType
from quiz.core.rule import Rule, RuleName
from quiz.web.blueprint_fields import rule_choices

GRID_TYPES = (QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.TRUE_FALSE, QuestionType.FILL_IN)
"""The sections of a blueprint that is made from the table; others are added in the text."""

GRID_EACH = {QuestionType.SINGLE: "1", QuestionType.MULTIPLE: "2", QuestionType.TRUE_FALSE: "1", QuestionType.FILL_IN: "2"}
GRID_RULES = {kind: RuleName.HALF if kind is QuestionType.MULTIPLE else RuleName.ALL_OR_NOTHING for kind in GRID_TYPES}
"""The rules that sections have unless another is chosen."""

LOCAL_ROW, ANY_ROW = "local", "any"
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def grid_page(values: Mapping[str, str], problem: str) -> str:
    """Return the page of the table, with what was typed and what is wrong with it."""
    return render_template(
        "blueprints/new.html",
        values=values,
        problem=problem,
        types=GRID_TYPES,
        each=GRID_EACH,
        rules={kind: rule_choices(kind) for kind in GRID_TYPES},
        usual=GRID_RULES,
        contests=CONTEST_NAMES,
        TYPE_NAMES=TYPE_NAMES,
        LOCAL_ROW=LOCAL_ROW,
        ANY_ROW=ANY_ROW,
        most=MAX_COUNT,
    )


def grid_text(form: Mapping[str, str]) -> str:
    """Return the text of the blueprint that the table describes. QuizError `bad_grid` with what to mend; rules are judged where the text is read."""
    contest = next((kind for kind in Contest if kind == form.get("contest")), Contest.NO)
    plan = _grid_plan(form, contest)
    text = write_blueprint(plan)
    for number, section in enumerate(plan.sections):
        name = next((rule for rule in RuleName if rule == form.get(f"rule-{section.type.value}")), section.rule.name)
        if name is not section.rule.name:
            text = write_rule(text, number, name, form.get(f"value-{section.type.value}", ""))
    return text


def _grid_plan(form: Mapping[str, str], contest: Contest) -> Plan:
    """The blueprint that the table describes. QuizError `bad_grid` with what to mend."""
    code, title = form.get("id", "").strip(), " ".join(form.get("title", "").split())[:200]
    if not CODE.fullmatch(code):
        raise QuizError("bad_grid", say("代码只用英文字母、数字和 . _ -，以字母或数字开头，最多64个字符。"))
    if not title:
        raise QuizError("bad_grid", say("请填写蓝图名称。"))
    minutes = _whole(form.get("minutes", ""), MAX_MINUTES)
    sections = tuple(section for kind in GRID_TYPES if (section := _grid_section(kind, form)))
    if not sections:
        raise QuizError("bad_grid", say("请在表中至少填一个题数。"))
    plan = Plan(code, title, minutes or 60, Decimal(0), sections)
    share = _mark(form.get("pass", "60") or "60")
    if not 0 <= share <= 100:
        raise QuizError("bad_grid", say("及格线按满分的百分之几填写，0到100。"))
    pass_mark = Decimal(0) if contest.takes_marks else (plan.total * share / 100).quantize(Decimal("0.01"))
    return Plan(code, title, minutes or 60, pass_mark, sections, contest=contest)


def _grid_section(kind: QuestionType, form: Mapping[str, str]) -> Section | None:
    cells = []
    for area in AREAS:
        if count := _whole(form.get(f"n-{kind.value}-{area}", ""), MAX_COUNT):
            cells.append(Cell(count, ("general",), (area,)))
    if count := _whole(form.get(f"n-{kind.value}-{ANY_ROW}", ""), MAX_COUNT):
        cells.append(Cell(count, ("general",)))
    if count := _whole(form.get(f"n-{kind.value}-{LOCAL_ROW}", ""), MAX_COUNT):
        folders = tuple(folder for folder in FOLDERS if is_local_category(folder))
        cells.append(Cell(count, folders, instead=Cell(0, ("general",))))
    if not cells:
        return None
    each = _mark(form.get(f"each-{kind.value}", "") or GRID_EACH[kind])
    if not Decimal("0.01") <= each <= 1000:
        raise QuizError("bad_grid", say("每题分值须在0.01到1000之间，最多两位小数。"))
    return Section(TYPE_NAMES[kind], kind, each, tuple(cells), Rule(GRID_RULES[kind]))


def _whole(text: str, most: int) -> int:
    """A whole number; 0 for an empty field."""
    text = text.strip()
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= most):
        raise QuizError("bad_grid", say("“{got}”不是0到{most}之间的整数。", got=text[:20], most=most))
    return int(text)


def _mark(text: str) -> Decimal:
    """A number with at most two decimals."""
    try:
        value = Decimal(text.strip())
        if value.is_finite() and abs(value) <= 10_000 and value == value.quantize(Decimal("0.01")):
            return value
    except InvalidOperation:
        pass
    raise QuizError("bad_grid", say("“{got}”不是数，或者小数多于两位。", got=text.strip()[:20]))

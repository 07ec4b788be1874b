"""Made-up questions, blueprints and draws, small enough to judge by hand or by brute force."""

from datetime import date
from decimal import Decimal

from quiz.assembly.draw import draw
from quiz.assembly.explain import explain
from quiz.assembly.papers import Sheet, make_paper
from quiz.assembly.plan import make_plan
from quiz.assembly.pool import make_pool
from quiz.assembly.problem import Desk, Problem
from quiz.core.blueprint import Blueprint, Section
from quiz.core.question import Level, Option, Question, QuestionType, Revision, Source
from quiz.core.rule import Rule
from tests.words import words

AREAS = ("water", "housing", "health")


def revision(uid, area="water", level=Level.RECALL, kind=QuestionType.SINGLE, **parts):
    question = Question(
        uid=uid,
        type=kind,
        category="general/" + area,
        area=area,
        department="d",
        stem=f"题干{uid}{words(uid)}",
        level=level,
        topic=parts.pop("topic", uid),
        source=Source("文件", "机关", "第一条"),
        explanation="解析" + uid,
        valid_from=date(2026, 1, 1),
        options=tuple(Option(c, f"{uid}{c}") for c in "ABCD"),
        key=frozenset("B"),
        **parts,
    )
    return Revision(1, "0" * 64, question)


def blueprint(*cells, each="2", **parts):
    section = Section("单项选择题", QuestionType.SINGLE, Decimal(each), tuple(cells), Rule())
    return Blueprint("b", "t", 60, Decimal(1), (section,), **parts)


def pool_of(plan, questions):
    return make_pool(plan, questions, {})


def problem_of(plan, questions, desks=1, known=None, **parts):
    """The problem of so many desks (or these), or None when no table exists."""
    pool = make_pool(plan, questions, known or {})
    places = tuple(Desk(f"C{n}") for n in range(desks)) if isinstance(desks, int) else tuple(desks)
    made = make_plan(pool.cells, pool.limits, pool.sizes, len(places))
    if made is None:
        return None
    return Problem(pool.items, pool.cells, pool.limits, made.tables, places, topic_cap=plan.topic_cap, **parts)


def paper_of(plan, questions, key=b"k" * 32):
    """One paper from a key, or None."""
    pool = make_pool(plan, questions, {})
    problem = problem_of(plan, questions)
    drawn = problem and draw(problem, key)
    if not drawn or drawn.stuck:
        return None
    chosen = [(cell, pool.revisions[item]) for cell, item in drawn.papers[0]]
    return make_paper(Sheet("s", "试卷", plan, pool.places), key, chosen)


def shortages_of(plan, questions):
    return explain(plan, pool_of(plan, questions))

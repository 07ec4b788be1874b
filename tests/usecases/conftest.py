"""A small county made of values: two townships, three cadres, a bank of four types, a sitting of one hour."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from quiz.core.access import Actor, Role, command_line
from quiz.core.blueprint import Blueprint, Cell, Section
from quiz.core.plan import SittingPlan
from quiz.core.profile import Dataset, Fact, Place, Scope
from quiz.core.question import TRUE_OPTIONS, Blank, BlankKind, Level, Option, Question, QuestionType, Source
from quiz.core.roster import Cadre, Group, Post, PostKind, Roster, Unit, UnitKind
from quiz.core.rule import Rule, RuleName
from quiz.core.saving import Save
from quiz.core.sitting import Release
from quiz.core.template import Template
from quiz.storage import papers, sittings
from quiz.storage.engine import writing
from quiz.usecases import attempts, handing_in, publishing, rosters, saving, scheduling
from tests.words import words

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
OPENS = NOW + timedelta(days=1)
SEED = bytes(range(32))
ADMIN = command_line("test")


BY_TYPE = {
    QuestionType.SINGLE: {"key": frozenset("B")},
    QuestionType.MULTIPLE: {"key": frozenset("AC")},
    QuestionType.TRUE_FALSE: {"options": TRUE_OPTIONS, "key": frozenset("T"), "keep_order": True},
    QuestionType.FILL_IN: {"options": (), "blanks": (Blank(("2025",), BlankKind.NUMBER), Blank(("自治",)))},
}


def make_question(uid, kind=QuestionType.SINGLE, valid_to=None):
    return Question(
        uid=uid,
        type=kind,
        category="general/water",
        area="water",
        department="县水利局",
        stem=f"{uid}{words(uid)}自____年起，实行____。" if kind is QuestionType.FILL_IN else f"{uid}题干{words(uid)}（　　）。",
        level=Level.RECALL,
        topic="t",
        source=Source("文件", "机关", "第一条"),
        explanation=f"{uid}解析",
        valid_from=date(2021, 6, 1),
        valid_to=valid_to,
        **{"options": tuple(Option(c, f"{uid}选项{c}") for c in "ABCD"), **BY_TYPE[kind]},
    )


QUESTIONS = (
    *(make_question(f"single-{i}") for i in range(4)),
    make_question("expired", valid_to=date(2025, 12, 31)),
    *(make_question(f"multiple-{i}", QuestionType.MULTIPLE) for i in range(2)),
    *(make_question(f"tf-{i}", QuestionType.TRUE_FALSE) for i in range(2)),
    *(make_question(f"fill-{i}", QuestionType.FILL_IN) for i in range(2)),
    Template("active", QuestionType.SINGLE, "township/three-categories", "monitoring", "县农业农村局", Scope.TOWNSHIP,
             "截至{as_of}，{name}有（　　）户。", Level.APPLICATION, "t", "{name}有{active}户。", key="active", distractors=("siblings", "near")),
)  # fmt: skip
PLAN = Blueprint(
    "plan",
    "蓝图",
    60,
    Decimal(6),
    (
        Section("单项选择题", QuestionType.SINGLE, Decimal(2), (Cell(2, areas=("water",)), Cell(1, categories=("township",))), Rule()),
        Section("多项选择题", QuestionType.MULTIPLE, Decimal(2), (Cell(1),), Rule(RuleName.HALF)),
        Section("判断题", QuestionType.TRUE_FALSE, Decimal(1), (Cell(1),), Rule()),
        Section("填空题", QuestionType.FILL_IN, Decimal(1), (Cell(1),), Rule()),
    ),
)
DATASET = Dataset(
    "data",
    "青岚县",
    date(2026, 6, 30),
    "导出",
    "巩固衔接办",
    tuple(Place(f"T0{i}", f"镇{i}", UnitKind.TOWNSHIP, facts={"active": Fact(number=20 + i)}) for i in (1, 2)),
)
ROSTER = Roster(
    (
        Unit("QL", "青岚县", UnitKind.COUNTY),
        Unit("T01", "镇1", UnitKind.TOWNSHIP, "QL"),
        Unit("T02", "镇2", UnitKind.TOWNSHIP, "QL"),
    ),
    tuple(
        Cadre(
            f"C{i}",
            f"干部{i}",
            "T01" if i < 3 else "T02",
            ("帮扶干部",),
            (Post(PostKind.TOWNSHIP_LEADER, "T01" if i < 3 else "T02", date(2024, 1, 1)),),
        )
        for i in (1, 2, 3)
    ),
)


def sitting_plan(**parts):
    values = {"release": Release.ON_CLOSE, "profile": "data", "group": Group(), **parts}
    return SittingPlan("s1", "测试", "plan", opens_at=OPENS, closes_at=OPENS + timedelta(hours=2), **values)


def trainee(number="C1"):
    return Actor(number, {Role.TRAINEE: "/"}, cadre_number=number)


class World:
    """The county with one scheduled sitting, and shorthands that act in it, each in its own transaction."""

    def __init__(self, engine):
        self.engine = engine
        self.opens = OPENS

    def do(self, action, *args, **kwargs):
        with writing(self.engine) as db:
            return action(db, *args, **kwargs)

    def code(self, number="C1"):
        with writing(self.engine) as db:
            return sittings.seats_of_cadre(db, number)[0].paper.code

    def paper(self, number="C1"):
        with writing(self.engine) as db:
            return papers.read_paper(sittings.seats_of_cadre(db, number)[0].paper)

    def start(self, number="C1", at=OPENS):
        return self.do(attempts.start, trainee(number), self.code(number), at)

    def save(self, slot, value, seq, number="C1", at=OPENS + timedelta(minutes=1)):
        return self.do(saving.save, trainee(number), self.code(number), Save(slot, value, seq), "dev", at)

    def submit(self, items=(), number="C1", at=OPENS + timedelta(minutes=30)):
        return self.do(handing_in.submit, trainee(number), self.code(number), items, "dev", at)

    def right_answers(self, number="C1"):
        return [Save(s.number, [b.answers[0] for b in s.question.blanks] or sorted(s.question.key), s.number) for s in self.paper(number).slots]


@pytest.fixture
def empty(engine):
    """The county with nothing scheduled."""
    world = World(engine)
    world.do(rosters.load_roster, ADMIN, NOW, ROSTER)
    world.do(publishing.publish, ADMIN, NOW, QUESTIONS, [PLAN], [DATASET])
    return world


@pytest.fixture
def world(empty):
    """The county with one sitting scheduled for everyone."""
    empty.do(scheduling.create_sitting, ADMIN, NOW, sitting_plan(), ZONE, SEED)
    return empty


@pytest.fixture
def county():
    """The values above, for tests that need them by name."""
    import types

    return types.SimpleNamespace(
        ADMIN=ADMIN, NOW=NOW, OPENS=OPENS, SEED=SEED, ZONE=ZONE, QUESTIONS=QUESTIONS, PLAN=PLAN, DATASET=DATASET, ROSTER=ROSTER,
        sitting_plan=sitting_plan, trainee=trainee, make_question=make_question,
    )  # fmt: skip

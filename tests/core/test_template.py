"""Local questions: filled in from real figures, honest distractors, and refused where facts are missing."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from quiz.core.profile import SCOPE_NAMES, Dataset, Fact, Place, Scope, count_problems, derived_facts, own_places, siblings
from quiz.core.question import Level, QuestionType
from quiz.core.roster import Cadre, Post, PostKind, UnitKind
from quiz.core.seed import Stream
from quiz.core.template import Template, bind


def town(code, name, **numbers):
    return Place(code, name, UnitKind.TOWNSHIP, "", (), {k: Fact(number=v) for k, v in numbers.items()})


TOWNS = (
    town("T1", "青溪镇", active=26, identified=96, persons=76, villages=12),
    town("T2", "柳坪镇", active=31, identified=88, persons=80, villages=9),
    town("T3", "石桥镇", active=26, identified=70, persons=66, villages=8),
    town("T4", "云山镇", active=18, identified=61, persons=50, villages=7),
)
VILLAGE = Place("V1", "柳坪村", UnitKind.VILLAGE, "T1", ("D1",), {"industries": Fact(items=("茶叶", "中蜂"))})
OTHER = Place("V2", "上河村", UnitKind.VILLAGE, "T1", ("D2",), {"industries": Fact(items=("茶叶", "食用菌", "养鱼"))})
DEPARTMENT = Place("D1", "县水利局", UnitKind.DEPARTMENT)
DATASET = Dataset("d", "青岚县", date(2026, 6, 30), "监测系统导出", "县巩固衔接办", (*TOWNS, VILLAGE, OTHER, DEPARTMENT))


def template(kind=QuestionType.SINGLE, **parts):
    values = {"scope": Scope.TOWNSHIP, "stem": "截至{as_of}，{name}共有（　　）户。", "explanation": "共{active}户。", **parts}
    return Template("t", kind, "township/x", "monitoring", "d", level=Level.APPLICATION, topic="t", **values)


def test_numbers_come_from_confusable_figures_first_and_ascend():
    asked = bind(template(key="active", distractors=("identified", "persons", "siblings", "near")), TOWNS[0], DATASET, Stream(b"k", "x"))
    texts = [option.text for option in asked.options]
    assert asked.stem == "截至2026年6月30日，青溪镇共有（　　）户。"
    assert asked.explanation == "共26户。"
    assert {"26", "96", "76"} < set(texts)
    assert texts == sorted(texts, key=int)
    assert len(set(texts)) == 4
    assert [o.text for o in asked.options if o.id in asked.key] == ["26"]
    assert asked.keep_order


def test_near_numbers_fill_up_and_are_never_negative_or_the_key():
    for seed in range(50):
        zero = Place("T9", "新镇", UnitKind.TOWNSHIP, facts={"active": Fact(number=0)})
        asked = bind(template(key="active", distractors=("near",)), zero, DATASET, Stream(bytes([seed]), "x"))
        assert sorted(int(o.text) for o in asked.options) == [0, 1, 2, 3]


def test_a_template_without_its_facts_or_distractors_is_not_used():
    assert bind(template(key="missing", distractors=("near",)), TOWNS[0], DATASET, Stream(b"k", "x")) is None
    assert bind(template(key="active", distractors=("active",)), TOWNS[0], DATASET, Stream(b"k", "x")) is None


def test_a_figure_that_all_neighbours_share_is_not_asked():
    towns = tuple(town(f"T{i}", f"镇{i}", active=0) for i in range(4))
    flat = replace(DATASET, places=towns)
    assert bind(template(key="active", distractors=("near",)), towns[0], flat, Stream(b"k", "x")) is None
    uneven = replace(DATASET, places=(*towns[:3], town("T3", "镇3", active=2)))
    assert bind(template(key="active", distractors=("near",)), towns[0], uneven, Stream(b"k", "x")) is not None


def test_amounts_close_to_the_key_are_no_distractors():
    incomes = ("24.3", "24.9", "25.4", "30.1", "19.8", "41.0")
    villages = tuple(
        Place(f"V{i}", f"村{i}", UnitKind.VILLAGE, "T1", facts={"income": Fact(decimal=Decimal(value))}) for i, value in enumerate(incomes)
    )
    for seed in range(20):
        asked = bind(
            template(scope=Scope.VILLAGE, key="income", distractors=("siblings", "near"), explanation=""),
            villages[0],
            replace(DATASET, places=villages),
            Stream(bytes([seed]), "x"),
        )
        assert not {"24.9", "25.4"} & {option.text for option in asked.options}


def test_list_questions_take_wrong_items_from_neighbours_only():
    asked = bind(
        template(QuestionType.MULTIPLE, scope=Scope.VILLAGE, key="industries", distractors=("siblings",), explanation=""),
        VILLAGE,
        DATASET,
        Stream(b"k", "x"),
    )
    right = {o.text for o in asked.options if o.id in asked.key}
    assert right == {"茶叶", "中蜂"}
    assert {o.text for o in asked.options} - right == {"食用菌", "养鱼"}


def test_a_statement_is_shown_truly_or_falsely_and_keeps_the_true_sentence():
    seen = set()
    for seed in range(20):
        asked = bind(
            template(QuestionType.TRUE_FALSE, stem="{name}有{claim}户。", claim="active", distractors=("identified",)),
            TOWNS[0],
            DATASET,
            Stream(bytes([seed]), "x"),
        )
        seen.add((asked.stem, asked.key))
        assert asked.true_sentence == "青溪镇有26户。"
    assert seen == {("青溪镇有26户。", frozenset("T")), ("青溪镇有96户。", frozenset("F"))}


def test_binding_depends_on_its_arguments_alone():
    asked = template(key="active", distractors=("siblings", "near"))
    assert bind(asked, TOWNS[0], DATASET, Stream(b"k", "x")) == bind(asked, TOWNS[0], DATASET, Stream(b"k", "x"))


@pytest.mark.parametrize(
    ("post", "scope", "codes"),
    [
        (Post(PostKind.TOWNSHIP_LEADER, "T1", date(2025, 1, 1)), Scope.TOWNSHIP, ["T1"]),
        (Post(PostKind.FIRST_SECRETARY, "V1", date(2025, 1, 1)), Scope.TOWNSHIP, ["T1"]),
        (Post(PostKind.FIRST_SECRETARY, "V1", date(2025, 1, 1)), Scope.VILLAGE, ["V1"]),
        (Post(PostKind.DEPARTMENT_STAFF, "D1", date(2025, 1, 1)), Scope.SPONSORED_VILLAGE, ["V1"]),
        (Post(PostKind.DEPARTMENT_STAFF, "D1", date(2025, 1, 1)), Scope.DEPARTMENT, ["D1"]),
        (Post(PostKind.CONTACT, "V1", date(2025, 1, 1)), Scope.CONTACT_VILLAGE, ["V1"]),
        (Post(PostKind.CONTACT, "T1", date(2025, 1, 1)), Scope.CONTACT_TOWNSHIP, ["T1"]),
        (Post(PostKind.TOWNSHIP_LEADER, "T1", date(2025, 1, 1)), Scope.CONTACT_TOWNSHIP, []),
        (Post(PostKind.TOWNSHIP_LEADER, "T1", date(2025, 1, 1), date(2026, 11, 20)), Scope.TOWNSHIP, []),
        (Post(PostKind.TOWNSHIP_LEADER, "T1", date(2026, 11, 22)), Scope.TOWNSHIP, []),
        (Post(PostKind.TOWNSHIP_LEADER, "T1", date(2025, 1, 1)), Scope.SPONSORED_VILLAGE, []),
    ],
)
def test_posts_held_on_the_day_bind_to_places(post, scope, codes):
    cadre = Cadre("C1", "李明", "QL", posts=(post,))
    assert [p.code for p in own_places(cadre, scope, date(2026, 11, 21), DATASET.index())] == codes


HOME = Place("H1", "王某家", UnitKind.HOUSEHOLD, "V1", facts={"members": Fact(number=4)}, helpers=("C1",))


def test_a_household_is_asked_of_its_helper_only_and_lends_nobody_its_figures():
    places = {**DATASET.index(), "H1": HOME, "H2": replace(HOME, code="H2", helpers=("C2",))}
    post = Post(PostKind.FIRST_SECRETARY, "V1", date(2025, 1, 1))
    for number, codes in (("C1", ["H1"]), ("C2", ["H2"]), ("C3", [])):
        cadre = Cadre(number, "某", "QL", posts=(post,))
        assert [p.code for p in own_places(cadre, Scope.HOUSEHOLD, date(2026, 11, 21), places)] == codes
    assert siblings(HOME, places) == []


STATES = (("identified", 5), ("active", 2), ("removed", 3))
COUNTS = {
    f"{category}_{state}_{what}": count
    for category in ("unstable", "marginal", "sudden")
    for state, count in STATES
    for what in ("households", "persons")
}


def test_consistent_counts_raise_no_problem_and_the_largest_category_must_be_unique():
    assert count_problems({**COUNTS, "alleviated_households": 9}) == []
    facts = derived_facts({k: Fact(number=v) for k, v in COUNTS.items()})
    assert facts["monitored_active_households"].number == 6
    assert "largest_active_category" not in facts
    facts = derived_facts({k: Fact(number=v + (k == "sudden_active_households")) for k, v in COUNTS.items()})
    assert facts["largest_active_category"].text == "突发严重困难户"


@pytest.mark.parametrize(("name", "value"), [("unstable_active_households", 3), ("marginal_identified_persons", 4), ("alleviated_households", 4)])
def test_contradicting_counts_are_named(name, value):
    assert count_problems({**COUNTS, "alleviated_households": 9, name: value})


def test_every_scope_has_a_name_for_setters():
    assert set(SCOPE_NAMES) == set(Scope)

"""Whose wrong answers and whose households anybody may read: their own, and never before keys are shown or while a sitting waits for them."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from quiz.core.access import Actor, Role
from quiz.core.blueprint import Blueprint, Cell, Section
from quiz.core.correction import Remedy
from quiz.core.message import Forbidden, NotFound, QuizError
from quiz.core.profile import Dataset, Fact, Place, Scope
from quiz.core.question import Level, QuestionType
from quiz.core.roster import Cadre, Group, Post, PostKind, Roster, Unit, UnitKind
from quiz.core.rule import Rule
from quiz.core.sitting import Release
from quiz.core.template import Template
from quiz.usecases import correcting, mistakes, oral, publishing, rosters, scheduling
from quiz.usecases.correcting import Wish
from quiz.usecases.mistakes import my_mistakes

DAY = date(2026, 11, 21)
AFTER = timedelta(hours=3)


def book(world, county, number="C1", code=None, at=None):
    return world.do(my_mistakes, county.trainee(number), at or county.OPENS + AFTER, county.ZONE, world.code(number) if code is None else code)


def sit_wrong(world, number="C1"):
    """Hand in a paper with nothing on it."""
    world.start(number)
    world.submit((), number)


def numbers(made):
    return [mistake.slot.number for lost in made.sittings for mistake in lost.mistakes]


def test_one_s_own_wrong_answers_after_the_end(world, county):
    world.start()
    world.submit(world.right_answers()[:2])
    made = book(world, county)
    assert numbers(made) == [slot.number for slot in world.paper().slots][2:]
    assert made.name == county.trainee("C1").name
    assert all(mistake.slot.question.explanation for mistake in made.sittings[0].mistakes)
    assert numbers(book(world, county, code="")) == numbers(made)


@pytest.mark.parametrize("minutes", [30, 119, 129])
def test_not_before_keys_are_shown(world, county, minutes):
    sit_wrong(world)
    with pytest.raises(NotFound):
        book(world, county, at=county.OPENS + timedelta(minutes=minutes))
    with pytest.raises(QuizError, match="no_mistakes"):
        book(world, county, code="", at=county.OPENS + timedelta(minutes=minutes))


def test_not_before_release_by_hand(empty, county):
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, county.sitting_plan(release=Release.MANUAL), county.ZONE, county.SEED)
    sit_wrong(empty)
    with pytest.raises(NotFound):
        book(empty, county, at=county.OPENS + timedelta(days=9))


def test_nobody_else_s(world, county):
    sit_wrong(world, "C2")
    with pytest.raises(NotFound):
        book(world, county, code=world.code("C2"))
    with pytest.raises(QuizError, match="no_mistakes"):
        book(world, county, code="")
    with pytest.raises(Forbidden):
        world.do(my_mistakes, Actor("o", {Role.ORGANISER: "/"}), county.OPENS + AFTER, county.ZONE, world.code("C2"))


def test_who_came_by_a_code_reads_that_sitting_alone(world, county):
    sit_wrong(world)
    visitor = replace(county.trainee("C1"), only_sitting="another")
    with pytest.raises(NotFound):
        world.do(my_mistakes, visitor, county.OPENS + AFTER, county.ZONE, world.code())
    with pytest.raises(QuizError, match="no_mistakes"):
        world.do(my_mistakes, visitor, county.OPENS + AFTER, county.ZONE)


def test_what_was_right_or_does_not_count_is_no_mistake(world, county):
    world.start()
    world.submit(world.right_answers())
    with pytest.raises(QuizError, match="no_mistakes"):
        book(world, county)
    sit_wrong(world, "C3")
    uid = world.paper("C3").slots[0].question.uid
    world.do(correcting.apply, county.ADMIN, "s1", Wish(uid, Remedy.DROP), "题目有误", county.OPENS + AFTER)
    assert numbers(book(world, county, "C3")) == [slot.number for slot in world.paper("C3").slots][1:]


# --- oral lists ------------------------------------------------------------------------------------------------------------------------------

FACTS = {"households": Fact(number=412), "secret": Fact(text="脱贫不稳定户")}
VILLAGES = tuple(Place(f"V{i}", f"村{i}", UnitKind.VILLAGE, f"T0{i}", facts=FACTS) for i in (1, 2))
HOMES = tuple(
    Place(
        f"H-{i}",
        f"王{i}某家",
        UnitKind.HOUSEHOLD,
        "V1",
        facts={"members": Fact(number=40 + i), "category_name": Fact(text="脱贫不稳定户")},
        helpers=(who,),
    )
    for i, who in ((1, "C1"), (2, "C2"), (3, "C3"))
)
LOCAL = Dataset("local", "青岚县", date(2026, 6, 30), "台账导出", "县巩固衔接办", (*VILLAGES, *HOMES))


def template(uid, scope, stem, **parts):
    return Template(
        uid, parts.pop("kind", QuestionType.FILL_IN), f"{scope.value}/x", "monitoring", "局", scope, stem, Level.RECALL, "t", "说明", **parts
    )


TEMPLATES = [
    template("v-homes", Scope.VILLAGE, "截至{as_of}，{name}共有____户。", blanks=("households",)),
    template("h-members", Scope.HOUSEHOLD, "截至{as_of}，您帮扶的{name}有____人。", blanks=("members",)),
    template("h-telling", Scope.HOUSEHOLD, "{name}是{category_name}，有____人。", blanks=("members",)),
]
INSPECTOR = Actor("督查", {Role.INSPECTOR: "/"})


@pytest.fixture
def village(empty, county):
    """Two villages in two towns, three households of the first with a helper each."""
    units = (*(Unit(f"V{i}", f"村{i}", UnitKind.VILLAGE, f"T0{i}") for i in (1, 2)),)
    secretary = Cadre("S1", "村书记", "V1", posts=(Post(PostKind.VILLAGE_SECRETARY, "V1", date(2024, 1, 1)),))
    roster = Roster((*county.ROSTER.units, *units), (*county.ROSTER.cadres, secretary))
    empty.do(rosters.load_roster, county.ADMIN, county.NOW, roster)
    empty.do(publishing.publish, county.ADMIN, county.NOW, TEMPLATES, [], [LOCAL])
    return empty


def asked(world, county, actor=INSPECTOR, code="V1", at=None, **options):
    return world.do(oral.village_list, actor, at or county.NOW, DAY, "local", code, b"chance", with_samples=True, **options)


def everything(made):
    """All that a list says."""
    items = [*made.policy, *made.local, *(item for household in made.households for item in household.items)]
    names = [text for household in made.households for text in (household.name, *household.helpers)]
    return "".join([*(item.question + item.answer for item in items), *names, *made.people])


def test_a_village_s_list_has_policy_the_village_and_households_without_any_fact(village, county):
    made = asked(village, county)
    assert 0 < len(made.policy) <= oral.MOST_POLICY
    assert [(item.question, item.answer) for item in made.local] == [("截至2026年6月30日，村1共有____户。", "412")]
    assert [household.name for household in made.households] == ["编号H-1的户", "编号H-2的户", "编号H-3的户"]
    assert [len(household.items) for household in made.households] == [1, 1, 1]
    assert {item.answer for household in made.households for item in household.items} == {""}
    assert made.people == ("村书记（村支部书记）",)
    said = everything(made)
    assert not [secret for secret in ("某家", "41", "42", "43", "脱贫不稳定户") if secret in said.replace("412", "")]


def test_an_inspector_of_a_town_asks_in_its_villages_alone(village, county):
    of_town = Actor("镇督查", {Role.INSPECTOR: "/QL/T01/"})
    assert [one.code for one in village.do(oral.list_villages, of_town)] == ["V1"]
    assert [household.helpers for household in asked(village, county, of_town).households] == [("干部1",), ("干部2",)]
    for code in ("V2", "H-1", "none"):
        with pytest.raises(NotFound):
            asked(village, county, of_town, code)


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.SETTER, Role.MARKER])
def test_nobody_else_gets_a_village_s_list(village, county, role):
    with pytest.raises(Forbidden):
        asked(village, county, Actor("x", {role: "/"}))


def test_a_helper_gets_their_own_households_with_answers_and_nobody_else_s(village, county):
    made = village.do(oral.my_households, county.trainee("C1"), county.NOW, DAY)
    assert [household.name for household in made.households] == ["王1某家"]
    assert [item.answer for item in made.households[0].items] == ["41", "41"]
    assert "王2某家" not in everything(made)
    with pytest.raises(NotFound):
        village.do(oral.my_households, county.trainee("S1"), county.NOW, DAY)
    with pytest.raises(Forbidden):
        village.do(oral.my_households, INSPECTOR, county.NOW, DAY)


def test_the_page_knows_who_helps(village, county):
    assert village.do(oral.helps_households, county.trainee("C1"))
    assert not village.do(oral.helps_households, county.trainee("C"))
    assert not village.do(oral.helps_households, replace(county.trainee("C1"), only_sitting="s1"))
    assert not village.do(oral.helps_households, county.trainee(""))


def test_nothing_that_is_on_a_paper_is_asked_and_who_is_to_sit_gets_no_list(village, county):
    plan = county.sitting_plan(group=Group(cadres=("C1", "C2", "C3")))
    village.do(scheduling.create_sitting, county.ADMIN, county.NOW, plan, county.ZONE, county.SEED)
    papers = "".join(slot.question.stem.replace("（　　）", "").strip("。") for n in ("C1", "C2", "C3") for slot in village.paper(n).slots)
    made = asked(village, county)
    assert not [item for item in made.policy if item.question.strip("。")[:12] in papers]
    for number in ("C1", "C3"):
        with pytest.raises(QuizError, match="to_sit"):
            village.do(oral.my_households, county.trainee(number), county.NOW, DAY)
        with pytest.raises(QuizError, match="to_sit"):
            asked(village, county, replace(INSPECTOR, cadre_number=number))
    assert village.do(oral.my_households, county.trainee("C1"), county.OPENS + timedelta(days=1), DAY)


def test_a_template_on_a_paper_is_asked_nowhere(village, county):
    section = Section("填空题", QuestionType.FILL_IN, Decimal(5), (Cell(1, categories=("household",)),), Rule())
    plan = Blueprint("homes", "户", 60, Decimal(3), (section,))
    village.do(publishing.publish, county.ADMIN, county.NOW, [], [plan])
    sitting = replace(county.sitting_plan(profile="local", group=Group(cadres=("C1",))), blueprint="homes")
    village.do(scheduling.create_sitting, county.ADMIN, county.NOW, sitting, county.ZONE, county.SEED)
    (slot,) = village.paper("C1").slots
    assert slot.question.uid.startswith("h-")
    with pytest.raises(QuizError, match="nothing_to_print"):
        village.do(oral.my_households, county.trainee("C2"), county.NOW, DAY)
    assert not asked(village, county).households
    after = county.OPENS + timedelta(days=1)
    assert village.do(oral.my_households, county.trainee("C2"), after, DAY).households


def test_pictures_of_a_book_are_those_of_its_questions(world, county):
    sit_wrong(world)
    assert world.do(mistakes.mistake_pictures, book(world, county)) == {}

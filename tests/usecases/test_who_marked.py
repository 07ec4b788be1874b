"""Who marked which text, when and why: two markers and the arbiter, blanks, marks as of an earlier grading; nobody else learns it."""

from datetime import timedelta
from decimal import Decimal

from quiz.core.access import Actor, Role
from quiz.core.question import QuestionType
from quiz.usecases import results
from quiz.usecases.who_marked import who_marked
from tests.judging import decide, list_texts
from tests.usecases.test_marking import ANNA, BELA, CARA, at, double, judge, short_sitting, single, sit, take  # noqa: F401  fixtures

ORGANISER = Actor("组考", {Role.ORGANISER: "/"})


def read(world, county, number, actor=ORGANISER, run=None):
    def told(db):
        result = results.read_result(db, actor, "s1", number, at(county, timedelta(days=1)), run)
        kinds = {slot.number: slot.question.type for slot in result.paper.slots}
        return {kinds[slot]: found for slot, found in who_marked(db, actor, result).items()}

    return world.do(told)


def lines(found):
    return [(one.title.render(), one.by, one.given, one.most, one.reason) for one in found]


def test_two_markers_and_the_arbiter(double, county):  # noqa: F811
    (item,) = take(double, county, ANNA)
    judge(double, county, ANNA, item, "0.2", "缺评议")
    minute = timedelta(minutes=1)
    (item,) = take(double, county, BELA, more=minute)
    judge(double, county, BELA, item, "0.8", "意思到了", more=minute)
    (third,) = take(double, county, CARA, more=2 * minute)
    assert third.digest == item.digest
    judge(double, county, CARA, third, "0.4", "只有收入", more=2 * minute)
    found = read(double, county, "C1")[QuestionType.SHORT_ANSWER]
    assert lines(found)[:3] == [
        ("第一位阅卷人", "阅卷1", Decimal(1), Decimal(5), "缺评议"),
        ("第二位阅卷人", "阅卷2", Decimal(4), Decimal(5), "意思到了"),
        ("仲裁", "阅卷3", Decimal(2), Decimal(5), "只有收入"),
    ]
    assert [one.title.render() for one in found[3:]] == ["判定"]
    assert found[3].given == 2
    assert read(double, county, "C2") == {}  # another text, which nobody has marked yet


def test_what_was_so_at_an_earlier_grading(single, county):  # noqa: F811
    (item,) = take(single, county, ANNA)
    judge(single, county, ANNA, item, "0.4", "写了收入")
    assert read(single, county, "C1", run=1) == {}
    assert lines(read(single, county, "C3")[QuestionType.SHORT_ANSWER]) == [("判定", "阅卷1", Decimal(2), Decimal(5), "写了收入")]


def test_a_blank_says_which_and_what_it_is_worth(empty, county):
    """The second of two blanks that share one mark: half of it; the text is as it was written, the decision as it is normalised."""
    world = short_sitting(empty, county)
    sit(world, "C1", "核实收入", blank=" 村民自治。")
    uid = next(slot.question.uid for slot in world.paper("C1").slots if slot.question.blanks)
    world.do(decide, ANNA, "s1", next(text for text in world.do(list_texts, "s1") if text.uid == uid), at(county))
    assert lines(read(world, county, "C1")[QuestionType.FILL_IN]) == [("第2空判定", "阅卷1", Decimal("0.50"), Decimal("0.50"), "同义")]


def test_who_answers_no_appeal_learns_no_names(single, county):  # noqa: F811
    (item,) = take(single, county, ANNA)
    judge(single, county, ANNA, item, "0.4", "写了收入")
    assert read(single, county, "C1", Actor("x", {Role.INSPECTOR: "/"})) == {}

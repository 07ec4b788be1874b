"""Double keying: two people who do not see each other's work, a third for what differs, and nothing stored before they agree."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from quiz.core.access import Actor, Role
from quiz.core.message import Forbidden, NotFound, QuizError
from quiz.core.question import OPTION_LETTERS, QuestionType
from quiz.core.sheet_state import Confirm, Hold
from quiz.storage.engine import reading, writing
from quiz.storage.tables import AttemptRow, GradingRow, KeyingRow, PaperRow
from quiz.usecases import keying, scanning, sheets
from quiz.usecases.keying import KeyingFaults, Turn
from tests.usecases.conftest import ADMIN, OPENS
from tests.usecases.test_scanning import AFTER, Paper

ANNA, BORIS, CARLA = (Actor(name, {role: "/"}) for name, role in (("安", Role.ORGANISER), ("博", Role.MARKER), ("蔡", Role.ORGANISER)))


@pytest.fixture
def sheet(world):
    return Paper(world)


def typed(sheet, wrong=()):
    """What somebody types who reads a right sheet, and in the slots `wrong` something else."""
    out = {}
    for slot in sheet.paper.slots:
        question = slot.question
        if question.type is QuestionType.FILL_IN:
            out[slot.number] = ["别的" if slot.number in wrong else blank.answers[0] for blank in question.blanks]
        elif question.type is QuestionType.TRUE_FALSE:
            out[slot.number] = ["√" if ("T" in question.key) != (slot.number in wrong) else "×"]
        else:
            places = [n for n, option in enumerate(question.options) if (option.id in question.key) != (slot.number in wrong)]
            out[slot.number] = ["".join(OPTION_LETTERS[n] for n in (places[:1] if question.type is QuestionType.SINGLE else places))]
    return out


def key(world, sheet, actor, values, at=AFTER):
    return world.do(keying.key_in, actor, "s1", sheet.paper.code, values, at)


def of_list(world, sheet, actor=ANNA):
    _, found = world.do(keying.list_sheets, actor, "s1", AFTER)
    return {item.seat.cadre.number: (item.turn, item.is_mine, item.differs) for item in found}[sheet.number]


def test_two_who_agree_store_the_sheet_and_it_is_graded_like_any_other(world, sheet):
    assert of_list(world, sheet) == (Turn.FIRST, False, 0)
    assert key(world, sheet, ANNA, typed(sheet)) is Turn.SECOND
    assert sheet.responses() is None
    assert of_list(world, sheet) == (Turn.SECOND, True, 0)
    assert key(world, sheet, BORIS, typed(sheet)) is Turn.DONE
    for slot in sheet.paper.slots:
        expected = tuple(b.answers[0] for b in slot.question.blanks) or tuple(sorted(slot.question.key))
        assert sheet.responses()[slot.number] == expected
    with reading(world.engine) as db:
        graded = db.scalar(select(GradingRow))
        assert (graded.score, graded.reason) == (graded.max_score, "keyed")
        assert db.scalar(select(AttemptRow.closed_by)) == "paper"


def test_what_differs_goes_to_a_third_who_sees_only_that(world, sheet):
    key(world, sheet, ANNA, typed(sheet))
    assert key(world, sheet, BORIS, typed(sheet, wrong=(1, 4))) is Turn.THIRD
    assert sheet.responses() is None
    assert of_list(world, sheet) == (Turn.THIRD, True, 2)
    desk = world.do(keying.open_sheet, CARLA, "s1", sheet.paper.code, AFTER)
    assert desk.turn is Turn.THIRD
    assert set(desk.differs) == {1, 4}
    right = typed(sheet)
    assert key(world, sheet, CARLA, {1: right[1], 4: right[4], 2: ["Z"]}) is Turn.DONE
    with reading(world.engine) as db:
        assert db.scalar(select(GradingRow.score)) == db.scalar(select(GradingRow.max_score))


def test_nobody_keys_a_sheet_twice_or_sees_the_other_keying(world, sheet):
    key(world, sheet, ANNA, typed(sheet))
    desk = world.do(keying.open_sheet, BORIS, "s1", sheet.paper.code, AFTER)
    assert (desk.turn, desk.differs) == (Turn.SECOND, {})
    key(world, sheet, BORIS, typed(sheet, wrong=(1,)))
    for actor in (ANNA, BORIS):
        with pytest.raises(QuizError, match="keyed"):
            key(world, sheet, actor, typed(sheet))
        with pytest.raises(QuizError, match="keyed"):
            world.do(keying.open_sheet, actor, "s1", sheet.paper.code, AFTER)
    with reading(world.engine) as db:
        assert db.query(KeyingRow).count() == 2


def test_three_people_of_one_name_are_three_people(world, sheet):
    first, second, third = (Actor("王强", {Role.MARKER: "/"}, account) for account in (101, 102, 103))
    assert key(world, sheet, first, typed(sheet)) is Turn.SECOND
    assert [of_list(world, sheet, actor)[1] for actor in (first, second)] == [True, False]
    assert key(world, sheet, second, typed(sheet, wrong=(1,))) is Turn.THIRD
    assert key(world, sheet, third, {1: typed(sheet)[1]}) is Turn.DONE
    with reading(world.engine) as db:
        rows = db.scalars(select(KeyingRow).order_by(KeyingRow.number)).all()
        assert [(row.keyed_by, row.person) for row in rows] == [("王强", f"account:{account}") for account in (101, 102, 103)]


def test_one_person_is_one_person_whatever_they_are_called(world, sheet):
    key(world, sheet, Actor("王强", {Role.MARKER: "/"}, 101), typed(sheet))
    renamed = Actor("王强（城关）", {Role.ORGANISER: "/"}, 101)
    assert of_list(world, sheet, renamed) == (Turn.SECOND, True, 0)
    with pytest.raises(QuizError, match="keyed"):
        key(world, sheet, renamed, typed(sheet))
    with pytest.raises(IntegrityError), writing(world.engine) as db:
        held = db.scalars(select(KeyingRow)).one()
        db.add(
            KeyingRow(sitting_id=held.sitting_id, paper_id=held.paper_id, number=2, value="{}", keyed_by="x", person="account:101", keyed_at=AFTER)
        )


def test_of_a_keying_of_before_only_the_name_is_known_and_who_bears_it_waits(world, sheet):
    with writing(world.engine) as db:
        paper = db.scalars(select(PaperRow).where(PaperRow.code == sheet.paper.code)).one()
        for number, name in ((1, "王强"), (2, "李霞")):
            db.add(KeyingRow(sitting_id=paper.sitting_id, paper_id=paper.id, number=number, value='{"1": ["a"]}', keyed_by=name, keyed_at=AFTER))
    for actor in (Actor("王强", {Role.MARKER: "/"}, 101), Actor("王强", {Role.MARKER: "/"}, 102)):
        assert of_list(world, sheet, actor)[:2] == (Turn.THIRD, True)
        with pytest.raises(QuizError, match="keyed"):
            world.do(keying.open_sheet, actor, "s1", sheet.paper.code, AFTER)
    assert world.do(keying.open_sheet, CARLA, "s1", sheet.paper.code, AFTER).turn is Turn.THIRD


def test_faults_are_told_slot_by_slot_and_nothing_is_stored(world, sheet):
    values = typed(sheet) | {1: ["AB"], 2: ["Q"]}
    with pytest.raises(KeyingFaults) as told:
        key(world, sheet, ANNA, values)
    assert set(told.value.faults) == {1, 2}
    with reading(world.engine) as db:
        assert db.query(KeyingRow).count() == 0


def test_a_sheet_that_was_scanned_or_sat_on_a_screen_is_not_keyed(world, sheet):
    sheet.take(sheet.page())
    with pytest.raises(QuizError, match="keyed"):
        key(world, sheet, ANNA, typed(sheet))
    other = Paper(world, "C2")
    key(world, other, ANNA, typed(other))
    world.start("C2")
    with pytest.raises(QuizError, match="keyed"):
        key(world, other, BORIS, typed(other))


def test_a_scan_that_says_otherwise_than_what_was_keyed_waits_for_a_word(world, sheet):
    key(world, sheet, ANNA, typed(sheet, wrong=(1,)))
    key(world, sheet, BORIS, typed(sheet, wrong=(1,)))
    before = sheet.responses()
    (taken,) = sheet.take(sheet.page())
    assert taken.sheet.state.holds == (Hold.KEYED,)
    assert sheet.responses() == before
    assert [held.state.holds for held in world.do(scanning.read_overview, ADMIN, "s1", AFTER).sheets] == [(Hold.KEYED,)]
    world.do(sheets.confirm, ADMIN, "s1", sheet.paper.code, Confirm.READ, "录入看错行", AFTER)
    assert sheet.responses()[1] == tuple(sorted(sheet.paper.slots[0].question.key))


def test_a_doubtful_scan_may_be_keyed_instead_of_decided(world, sheet):
    (taken,) = sheet.take(sheet.page(doubts=(1,)))
    assert taken.sheet.state.holds == (Hold.DOUBT,)
    key(world, sheet, ANNA, typed(sheet))
    assert key(world, sheet, BORIS, typed(sheet)) is Turn.DONE
    assert world.do(scanning.next_doubt, ADMIN, "s1", 0, AFTER).place is None
    assert world.do(scanning.read_overview, ADMIN, "s1", AFTER).open_places == 0


def test_keying_keeps_to_the_window_and_to_authority(world, sheet):
    with pytest.raises(QuizError, match="early"):
        key(world, sheet, ANNA, typed(sheet), OPENS - timedelta(minutes=1))
    with pytest.raises(NotFound):
        key(world, sheet, Actor("t", {Role.ORGANISER: "/QL/T02/"}), typed(sheet))
    for actor in (Actor("i", {Role.INSPECTOR: "/"}), Actor("C1", {Role.ORGANISER: "/"}, cadre_number="C1")):
        with pytest.raises(Forbidden):
            key(world, sheet, actor, typed(sheet), OPENS + timedelta(minutes=1))
        with pytest.raises(Forbidden):
            world.do(keying.list_sheets, actor, "s1", OPENS + timedelta(minutes=1))

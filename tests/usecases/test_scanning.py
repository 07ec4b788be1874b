"""Pages of answer sheets in the record: each kept, stored as if typed, graded alike; what is wrong is named, and nobody's answers are guessed."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from quiz.core.access import Actor, Person, Role
from quiz.core.answer_sheet import SheetId, sheet_id
from quiz.core.message import Forbidden, NotFound, QuizError
from quiz.core.question import QuestionType
from quiz.core.scan import Doubt, Fault, Problem, ScannedPage, SheetReading, SlotReading, State
from quiz.core.sheet_state import Confirm, Hold
from quiz.core.sitting import ClosedBy, Release
from quiz.storage import attempts as stored
from quiz.storage import gradings, scans, sittings
from quiz.storage.engine import reading, writing
from quiz.storage.tables import AttemptRow, AuditRow, GradingRow, PaperRow, ResponseRow, ScanImageRow, ScanRow, SittingRow
from quiz.usecases import extending, results, scanning, scheduling, sheets
from tests.at_once import at_once
from tests.usecases.conftest import ADMIN, NOW, OPENS, SEED, ZONE, sitting_plan

AFTER = OPENS + timedelta(hours=4)
"""When the papers are scanned: the day's exam is over."""

TOWN = Actor("镇组考", {Role.ORGANISER: "/QL/T02/"})


class Paper:
    """The sheet of one cadre, and what somebody filled in on it."""

    def __init__(self, world, number="C1"):
        self.world, self.number = world, number
        self.paper = world.paper(number)
        with reading(world.engine) as db:
            self.digest = db.scalar(select(PaperRow.digest).where(PaperRow.code == self.paper.code))

    def right(self):
        """A right response to every slot with bubbles, as bubbles."""
        return {
            slot.number: tuple((0, n) for n, option in enumerate(slot.question.options) if option.id in slot.question.key)
            for slot in self.paper.slots
            if not slot.question.type.is_text
        }

    def page(self, filled=None, doubts=(), written=(), number="", absent=State.BLANK, page=1, pages=1, picture=b"", **more):
        """A page as the reader gives it."""
        slots = []
        for slot in self.paper.slots:
            if slot.question.type.is_text:
                slots += [
                    SlotReading(slot.number, State.WRITTEN if (slot.number, blank) in written else State.BLANK, 0, (), blank)
                    for blank in range(len(slot.question.blanks))
                ]
                continue
            marks = (self.right() if filled is None else filled).get(slot.number, ())
            state = State.DOUBTFUL if slot.number in doubts else State.ACCEPTED if marks else State.BLANK
            slots.append(SlotReading(slot.number, state, 90, marks, 0, Doubt.SEVERAL if slot.number in doubts else Doubt.NONE))
        found = SheetReading(page, pages, tuple(slots), number, absent)
        content = picture or repr((self.paper.code, found)).encode()
        sheet = more.pop("sheet", sheet_id(self.paper.code, self.digest, page))
        return ScannedPage("scan.pdf#1", content, "jpeg", hashlib.sha256(content).hexdigest(), sheet, found, **more)

    def take(self, *pages, code="s1", actor=ADMIN, at=AFTER):
        return self.world.do(scanning.take_pages, actor, pages, code, at)

    def responses(self):
        with reading(self.world.engine) as db:
            attempt = db.scalar(select(AttemptRow).join(PaperRow, PaperRow.id == AttemptRow.paper_id).where(PaperRow.code == self.paper.code))
            return None if attempt is None else stored.current_responses(db, attempt)

    @property
    def text_slot(self):
        return next(slot.number for slot in self.paper.slots if slot.question.type is QuestionType.FILL_IN)


@pytest.fixture
def sheet(world):
    return Paper(world)


def count(world, table):
    with reading(world.engine) as db:
        return db.scalar(select(func.count()).select_from(table))


def overview(world, actor=ADMIN, at=AFTER):
    return world.do(scanning.read_overview, actor, "s1", at)


def doubt(world, skip=0, actor=ADMIN):
    return world.do(scanning.next_doubt, actor, "s1", skip, AFTER)


def test_a_clean_sheet_is_kept_stored_as_if_typed_and_graded_like_one(world, sheet):
    (taken,) = sheet.take(sheet.page())
    assert (taken.problem, taken.sheet.state.holds, taken.sheet.is_stored) == ("", (), True)
    right = {number: tuple(sorted(sheet.paper.slots[number - 1].question.key)) for number in sheet.right()}
    assert sheet.responses() == right
    world.start("C2")
    world.submit([item for item in world.right_answers("C2") if item.value and item.slot != Paper(world, "C2").text_slot], "C2")
    with reading(world.engine) as db:
        sitting = sittings.get_sitting(db, "s1")
        by_number = {seat.cadre.number: gradings.newest_grading(db, seat.attempt) for seat in sittings.seats_of_sitting(db, sitting) if seat.attempt}
        attempt = db.scalar(select(AttemptRow).where(AttemptRow.closed_by == ClosedBy.PAPER))
        assert attempt.started_at == OPENS
        assert attempt.submitted_at == attempt.deadline_at == OPENS + timedelta(hours=2)
        assert db.scalar(select(ScanImageRow.content)) == sheet.page().content
    assert by_number["C1"].score == by_number["C2"].score
    assert by_number["C1"].score > 0
    row = next(row for row in world.do(results.read_sitting, ADMIN, "s1", AFTER).rows if row.number == "C1")
    assert (row.standing, row.closed_by) == ("submitted", "paper")


def test_the_same_page_again_is_ignored_with_a_word_and_so_is_another_picture_of_it(world, sheet):
    page = sheet.page()
    sheet.take(page)
    assert sheet.take(page)[0].problem == Problem.SAME
    assert count(world, ScanRow) == 1
    (again,) = sheet.take(sheet.page(picture=b"the same sheet, scanned once more"))
    assert (again.problem, again.sheet.state.holds) == ("", ())
    assert (count(world, ScanRow), count(world, GradingRow)) == (2, 1)


def test_another_content_of_the_same_page_waits_for_a_person_and_what_is_stored_stays(world, sheet):
    sheet.take(sheet.page())
    before = sheet.responses()
    other = sheet.right() | {1: ((0, 0),) if sheet.right()[1] != ((0, 0),) else ((0, 1),)}
    (taken,) = sheet.take(sheet.page(other))
    assert taken.sheet.state.holds == (Hold.CONFLICT,)
    assert sheet.responses() == before
    ((_, second),) = taken.sheet.state.conflicts
    with pytest.raises(QuizError, match="no_reason"):
        world.do(sheets.choose_page, ADMIN, "s1", second, " ", AFTER)
    chosen = world.do(sheets.choose_page, ADMIN, "s1", second, "第一张是废卡", AFTER)
    assert chosen.state.holds == ()
    assert sheet.responses()[1] != before[1]
    assert count(world, GradingRow) == 2
    assert overview(world).stored == 1
    world.do(sheets.drop_page, ADMIN, "s1", second, "两张都是废卡", AFTER)
    (lost,) = overview(world).sheets
    assert lost.state.holds == (Hold.MISSING_PAGE,)


def test_doubts_hold_a_sheet_until_the_last_is_decided(world, sheet):
    fill = sheet.text_slot
    (taken,) = sheet.take(sheet.page(doubts=(1,), written=((fill, 0),)))
    assert taken.sheet.state.holds == (Hold.DOUBT,)
    assert sheet.responses() is None
    assert (overview(world).open_places, doubt(world).total) == (2, 2)
    assert [(doubt(world, skip).place.reading.slot, doubt(world, skip).skipped) for skip in (0, 1, 2, 9)] == [(1, 0), (fill, 1), (fill, 1), (fill, 1)]
    scan = doubt(world).place.scan_id
    key = sorted(sheet.paper.slots[0].question.key)
    with pytest.raises(QuizError, match="bad_response"):
        world.do(sheets.decide_place, ADMIN, "s1", scan, 1, 0, ["Z"], "", AFTER)
    with pytest.raises(QuizError, match="bad_response"):
        world.do(sheets.decide_place, ADMIN, "s1", scan, 1, 0, [o.id for o in sheet.paper.slots[0].question.options][:2], "", AFTER)
    half = world.do(sheets.decide_place, ADMIN, "s1", scan, 1, 0, key, "", AFTER)
    assert not half.is_stored
    assert (doubt(world).place.reading.slot, doubt(world).total, doubt(world).decided) == (fill, 1, 1)
    done = world.do(sheets.decide_place, ADMIN, "s1", scan, fill, 0, [" 2025 "], "", AFTER)
    assert done.is_stored
    assert sheet.responses()[1] == tuple(key)
    assert sheet.responses()[fill] == ("2025", "")
    view = overview(world)
    assert (view.stored, view.waiting, view.sheets, view.open_places, view.decided) == (1, 0, [], 0, 2)
    assert doubt(world).place is None


def test_a_decision_that_is_changed_later_is_graded_anew_beside_the_old(world, sheet):
    (taken,) = sheet.take(sheet.page(doubts=(1,)))
    scan = taken.sheet.state.places[0].scan_id
    key = next(iter(sheet.paper.slots[0].question.key))
    world.do(sheets.decide_place, ADMIN, "s1", scan, 1, 0, [key], "", AFTER)
    world.do(sheets.decide_place, ADMIN, "s1", scan, 1, 0, [], "", AFTER)
    assert sheet.responses().get(1) == ()
    assert count(world, GradingRow) == 2
    with reading(world.engine) as db:
        assert db.scalar(select(func.count()).select_from(ResponseRow).where(ResponseRow.slot == 1)) == 2


def test_a_missing_page_is_named_and_the_sheet_stored_when_it_comes(world, sheet):
    (taken,) = sheet.take(sheet.page(page=1, pages=2))
    assert (taken.sheet.state.holds, taken.sheet.state.missing) == ((Hold.MISSING_PAGE,), (2,))
    second = replace(sheet.page(page=2, pages=2).reading, slots=())
    page = replace(sheet.page(page=2, pages=2, picture=b"2"), reading=second)
    assert sheet.take(page)[0].sheet.is_stored


def test_who_sat_on_a_screen_keeps_those_answers_until_somebody_says_otherwise(world, sheet):
    world.start("C1")
    world.submit([item for item in world.right_answers("C1") if item.slot == 1])
    (taken,) = sheet.take(sheet.page())
    assert taken.sheet.state.holds == (Hold.SAT_ONLINE,)
    assert set(sheet.responses()) == {1}
    with pytest.raises(QuizError, match="not_held"):
        world.do(sheets.confirm, ADMIN, "s1", sheet.paper.code, Confirm.LATE, "x", AFTER)
    aside = world.do(sheets.confirm, ADMIN, "s1", sheet.paper.code, Confirm.ONLINE, "在线作答完整", AFTER)
    assert aside.state.is_aside
    assert set(sheet.responses()) == {1}


def test_the_paper_may_take_over_from_a_screen_that_broke_down_and_every_save_stays(world, sheet):
    world.start("C1")
    slot = next(s for s in sheet.paper.slots if s.question.type is QuestionType.SINGLE)
    wrong = next(o.id for o in slot.question.options if o.id not in slot.question.key)
    world.save(slot.number, [wrong], 1)
    sheet.take(sheet.page())
    done = world.do(sheets.confirm, ADMIN, "s1", sheet.paper.code, Confirm.PAPER, "机房停电，改用纸卷", AFTER)
    assert done.is_stored
    assert sheet.responses()[slot.number] == tuple(sorted(slot.question.key))
    with reading(world.engine) as db:
        rows = db.execute(select(ResponseRow.value, ResponseRow.device).where(ResponseRow.slot == slot.number).order_by(ResponseRow.seq)).all()
    assert [device for _, device in rows] == ["dev", "paper"]


def test_a_number_of_somebody_else_is_named_and_settled_by_a_word(world, sheet):
    (taken,) = sheet.take(sheet.page(number="2---------"))
    assert taken.sheet.state.holds == (Hold.NUMBER,)
    assert sheet.responses() is None
    assert world.do(sheets.confirm, ADMIN, "s1", sheet.paper.code, Confirm.NUMBER, "考生填错一位", AFTER).is_stored


def test_of_many_sheets_that_wait_only_so_many_are_read_and_all_are_counted(world):
    for number in ("C1", "C2", "C3"):
        sheet = Paper(world, number)
        sheet.take(sheet.page(doubts=(1,)))
    view = world.do(scanning.read_overview, ADMIN, "s1", AFTER, 2)
    assert (len(view.sheets), view.waiting, view.open_places) == (2, 3, 3)


def test_an_absence_makes_no_attempt(world, sheet):
    (taken,) = sheet.take(sheet.page({}, absent=State.ACCEPTED))
    assert taken.sheet.state.is_absent
    assert count(world, AttemptRow) == 0
    assert [held.state.is_absent for held in overview(world).sheets] == [True]


def test_wrong_sheets_are_named_kept_and_count_for_nothing(world, sheet):
    other = sitting_plan()
    world.do(scheduling.create_sitting, ADMIN, NOW, replace(other, code="s2"), ZONE, bytes(32))
    with reading(world.engine) as db:
        s2 = sittings.get_sitting(db, "s2")
        elsewhere = sittings.seats_of_sitting(db, s2, numbers=["C1"])[0].paper
    strange = SheetId("ZZZZZ-ZZZZZ", 1, "AAAAAA")
    pages = [
        sheet.page(picture=b"1", sheet=strange),
        sheet.page(picture=b"2", sheet=SheetId(sheet.paper.code, 1, "AAAAAA")),
        sheet.page(picture=b"3", sheet=sheet_id(elsewhere.code, elsewhere.digest, 1)),
        replace(sheet.page(picture=b"4"), reading=None, sheet=None, fault=Fault.NO_CODE),
        replace(sheet.page(picture=b"5"), reading=None, fault=Fault.BLURRED),
    ]
    taken = sheet.take(*pages)
    wanted = [Problem.UNKNOWN_PAPER, Problem.BAD_CHECK, Problem.WRONG_SITTING, Fault.NO_CODE, Fault.BLURRED]
    assert [item.problem for item in taken] == wanted
    assert count(world, AttemptRow) == 0
    view = overview(world)
    assert [row.problem for row in view.problems] == wanted[::-1]
    assert [row.paper_id is not None for row in view.problems] == [True, False, False, False, False]
    world.do(sheets.drop_page, ADMIN, "s1", view.problems[0].id, "已重新扫描", AFTER)
    assert len(overview(world).problems) == 4
    assert sheet.take(pages[4])[0].problem == Fault.BLURRED  # what was put aside may come again


def test_a_sheet_before_the_opening_and_one_of_a_replaced_paper_are_named(world, sheet):
    assert sheet.take(sheet.page(), at=OPENS - timedelta(hours=1))[0].problem == Problem.TOO_EARLY
    with reading(world.engine) as db:
        row = db.scalar(select(PaperRow).where(PaperRow.code == sheet.paper.code))
        columns = {c.name: getattr(row, c.name) for c in PaperRow.__table__.columns if c.name not in ("id", "number", "code")}
    world.do(lambda db: db.add(PaperRow(number=2, code="NEWER-PAPER", **columns)))
    (taken,) = sheet.take(sheet.page(picture=b"old"))
    assert taken.problem == Problem.REPLACED
    assert count(world, AttemptRow) == 0


def test_a_page_that_is_brought_by_several_at_once_counts_once(world, sheet):
    page = sheet.page()
    told = at_once(lambda _number: sheet.take(page)[0].problem, 6)
    assert sorted(told) == ["", *[Problem.SAME] * 5]
    assert count(world, AttemptRow) == 1


def test_without_a_sitting_each_sheet_goes_to_its_own(world, sheet):
    (taken,) = sheet.take(sheet.page(), code="")
    assert taken.sheet.is_stored
    stray = replace(sheet.page(picture=b"?"), reading=None, sheet=None, fault=Fault.NO_CODE)
    assert sheet.take(stray, code="")[0].problem == Fault.NO_CODE
    assert [row.problem for row in world.do(scanning.list_stray, ADMIN)] == [Fault.NO_CODE]
    assert world.do(scanning.list_stray, TOWN) == []


def test_a_page_that_is_nobodys_is_seen_by_who_brought_it_and_not_by_a_namesake(world, sheet):
    mine, namesake = (Actor("王强", {Role.ORGANISER: "/QL/T02/"}, account) for account in (101, 102))
    page = replace(sheet.page(picture=b"?"), reading=None, sheet=None, fault=Fault.NO_CODE)
    assert sheet.take(page, actor=mine)[0].problem == Fault.NO_CODE
    (scan,) = overview(world, mine).problems
    renamed = Actor("王强（城关）", {Role.ORGANISER: "/QL/T02/"}, 101)
    for actor in (mine, renamed):
        assert world.do(scanning.read_page_image, actor, "s1", scan.id, AFTER)[0].id == scan.id
    assert overview(world, namesake).problems == []
    for action in (
        lambda: world.do(scanning.read_page_image, namesake, "s1", scan.id, AFTER),
        lambda: world.do(sheets.drop_page, namesake, "s1", scan.id, "不是我的", AFTER),
    ):
        with pytest.raises(NotFound):
            action()
    world.do(sheets.drop_page, renamed, "s1", scan.id, "空白页", AFTER)
    assert overview(world, mine).problems == []


def test_a_page_of_before_that_is_nobodys_is_seen_by_the_county_alone(world, sheet):
    page = replace(sheet.page(picture=b"?"), reading=None, sheet=None, fault=Fault.NO_CODE)
    with writing(world.engine) as db:
        sitting = db.scalar(select(SittingRow.id).where(SittingRow.code == "s1"))
        scan = scans.save_page(db, page, sitting, None, Fault.NO_CODE, AFTER, Person("", TOWN.name)).id
    assert overview(world, TOWN).problems == []
    with pytest.raises(NotFound):
        world.do(scanning.read_page_image, TOWN, "s1", scan, AFTER)
    assert [row.id for row in overview(world, ADMIN).problems] == [scan]


def test_nobody_reaches_beyond_their_units_or_into_their_own_sitting(world, sheet):
    (taken,) = sheet.take(sheet.page(), actor=TOWN)
    assert taken.problem == Problem.UNKNOWN_PAPER
    assert sheet.take(sheet.page(doubts=(1,)))[0].problem == ""
    assert overview(world, TOWN).sheets == []
    assert doubt(world, actor=TOWN).place is None
    scan = doubt(world).place.scan_id
    for action in (
        lambda: world.do(sheets.decide_place, TOWN, "s1", scan, 1, 0, [], "", AFTER),
        lambda: world.do(sheets.drop_page, TOWN, "s1", scan, "x", AFTER),
        lambda: world.do(scanning.read_page_image, TOWN, "s1", scan, AFTER),
        lambda: world.do(sheets.seat_of, TOWN, "s1", sheet.paper.code, AFTER),
        lambda: world.do(sheets.decide_place, ADMIN, "s1", scan, 99, 0, [], "", AFTER),
        lambda: world.do(sheets.decide_place, ADMIN, "s1", 999, 1, 0, [], "", AFTER),
        lambda: world.do(scanning.take_pages, ADMIN, [], "none", AFTER),
    ):
        with pytest.raises(NotFound):
            action()
    both = Actor("C1", {Role.ORGANISER: "/", Role.TRAINEE: "/"}, cadre_number="C1")
    during = OPENS + timedelta(minutes=5)
    for action in (
        lambda: sheet.take(sheet.page(picture=b"x"), actor=both, at=during),
        lambda: sheet.take(sheet.page(picture=b"x"), code="", actor=both, at=during),
        lambda: overview(world, both, during),
        lambda: world.do(scanning.next_doubt, both, "s1", 0, during),
        lambda: world.do(sheets.decide_place, both, "s1", scan, 1, 0, [], "", during),
        lambda: sheet.take(sheet.page(), actor=Actor("m", {Role.MARKER: "/"})),
        lambda: overview(world, Actor("i", {Role.INSPECTOR: "/"})),
    ):
        with pytest.raises(Forbidden):
            action()


def test_a_sheet_found_after_the_release_waits_for_a_word(empty):
    empty.do(scheduling.create_sitting, ADMIN, NOW, sitting_plan(release=Release.MANUAL), ZONE, SEED)
    sheet = Paper(empty)
    empty.do(results.release, ADMIN, "s1", AFTER)
    (taken,) = sheet.take(sheet.page(), at=AFTER + timedelta(hours=1))
    assert taken.sheet.state.holds == (Hold.LATE,)
    assert empty.do(sheets.confirm, ADMIN, "s1", sheet.paper.code, Confirm.LATE, "封袋中漏取", AFTER + timedelta(hours=1)).is_stored


def test_everything_is_in_the_audit_log_and_nothing_of_it_can_be_changed(world, sheet):
    (taken,) = sheet.take(sheet.page(doubts=(1,)))
    world.do(sheets.decide_place, ADMIN, "s1", taken.sheet.state.places[0].scan_id, 1, 0, [], "", AFTER)
    with reading(world.engine) as db:
        actions = set(db.scalars(select(AuditRow.action).where(AuditRow.subject == "s1")))
        assert {"read_scans", "decide_mark"} <= actions
        row = db.scalar(select(ScanRow))
        assert scans.reading_of(row) == sheet.page(doubts=(1,)).reading
    for statement in ("UPDATE scan SET problem = 'x'", "DELETE FROM scan_decision", "DELETE FROM scan_image"):
        with pytest.raises(DatabaseError, match="append-only"):
            world.do(lambda db, sql=statement: db.execute(text(sql)))


def test_a_paper_attempt_that_is_opened_again_goes_on_from_the_paper(world, sheet):
    """An organiser may open it on a screen, as any other; the sheet then waits like one of somebody who sat there."""
    sheet.take(sheet.page(), at=OPENS + timedelta(minutes=30))
    world.do(extending.reopen, ADMIN, "s1", "C1", 10, "补答", OPENS + timedelta(minutes=40))
    assert overview(world).sheets[0].state.holds == (Hold.SAT_ONLINE,)

"""Handing out a sitting by rooms: the same seats everywhere, within authority only, one key for papers that are alike."""

from dataclasses import replace

import pypdfium2
import pytest
from sqlalchemy import select

from quiz.batch.order import Kind, make_order
from quiz.batch.run import carry_out
from quiz.core.access import Actor, Role
from quiz.core.blueprint import Blueprint
from quiz.core.message import Forbidden, NotFound, QuizError
from quiz.core.paper import Candidate
from quiz.core.room import Room, RoomPlan
from quiz.core.site import SitePlan
from quiz.printing.geometry import PageSize
from quiz.storage.tables import AuditRow, SittingRow
from quiz.usecases import admission, batch_printing, papers, publishing, rooms, scheduling
from tests.usecases.conftest import ADMIN, NOW, OPENS, PLAN, SEED, ZONE, sitting_plan

TOWN = Actor("镇组考", {Role.ORGANISER: "/QL/T01/"})


def printed(world, actor=ADMIN, code="s1"):
    return world.do(batch_printing.sitting_to_print, actor, code, NOW, ["papers"])


def places(found):
    return {one.candidate.number: (room.site, one.candidate.seat) for room in found.rooms for one in room.people}


@pytest.fixture
def roomed(world):
    world.do(rooms.save_rooms, ADMIN, "s1", RoomPlan(2, {"镇2": (Room(3, "礼堂"),)}), NOW)
    return world


def test_everyone_has_the_same_seat_on_paper_slip_and_list(roomed):
    found = printed(roomed)
    assert [(room.site_number, room.room, room.room_name, len(room.people)) for room in found.rooms] == [(1, 1, "", 2), (2, 1, "礼堂", 1)]
    seats = {number: seat for number, (_, seat) in places(found).items()}
    jobs = roomed.do(papers.papers_to_print, ADMIN, "s1", NOW)
    assert [candidate for _, candidate in jobs] == [one.candidate for one in found.people]
    assert all(isinstance(candidate, Candidate) and seats[candidate.number] == candidate.seat for _, candidate in jobs)
    slips = roomed.do(admission.make_slips, ADMIN, "s1", NOW, lambda: "23456789ABCD").slips
    assert {slip.number: (slip.site, slip.seat) for slip in slips} == places(found)
    assert [slip.number for slip in slips] == [one.candidate.number for one in found.people]


def test_rooms_must_be_planned_first_and_a_plan_must_hold_everyone(world):
    with pytest.raises(QuizError) as caught:
        printed(world)
    assert caught.value.code == "no_rooms"
    for plan, code in (
        (RoomPlan(2, {"镇1": (Room(1),)}), "rooms_too_small"),
        (RoomPlan(2, {"镇9": (Room(9),)}), "unknown_site"),
        (RoomPlan(0), "bad_rooms"),
        (RoomPlan(501), "bad_rooms"),
    ):
        with pytest.raises(QuizError) as caught:
            world.do(rooms.save_rooms, ADMIN, "s1", plan, NOW)
        assert caught.value.code == code
    with world.engine.connect() as db:
        assert db.scalar(select(SittingRow.rooms)) == ""


def test_a_plan_stands_once_people_sit(roomed):
    roomed.do(rooms.save_rooms, ADMIN, "s1", RoomPlan(1), NOW)
    roomed.do(rooms.save_rooms, ADMIN, "s1", RoomPlan(1), OPENS)  # the same again changes nothing
    with pytest.raises(QuizError) as caught:
        roomed.do(rooms.save_rooms, ADMIN, "s1", RoomPlan(3), OPENS)
    assert caught.value.code == "began"


def test_only_sites_wholly_within_the_authority_are_printed_with_the_same_seats(roomed):
    found = printed(roomed, TOWN)
    assert {room.site for room in found.rooms} == {"镇1"}
    assert places(found).items() <= places(printed(roomed)).items()
    with pytest.raises(QuizError) as caught:
        roomed.do(rooms.save_rooms, TOWN, "s1", RoomPlan(5), NOW)
    assert caught.value.code == "unknown_place"


def test_a_part_sees_the_rooms_of_its_own_sites_and_of_no_others(roomed):
    _, plan, sites = roomed.do(batch_printing.read_plan, TOWN, "s1", NOW)
    assert ([(one.site.name, one.people) for one in sites], plan) == ([("镇1", 2)], RoomPlan(2))
    _, plan, sites = roomed.do(batch_printing.read_plan, ADMIN, "s1", NOW)
    assert ([(one.site.name, one.people) for one in sites], plan) == ([("镇1", 2), ("镇2", 1)], RoomPlan(2, {"镇2": (Room(3, "礼堂"),)}))


def test_a_site_that_mixes_units_needs_authority_over_all_of_them(empty):
    plan = replace(sitting_plan(), sites=(SitePlan("一中", ("T01", "T02")),))
    empty.do(scheduling.create_sitting, ADMIN, NOW, plan, ZONE, SEED)
    empty.do(rooms.save_rooms, ADMIN, "s1", RoomPlan(30), NOW)
    assert len(printed(empty).people) == 3
    with pytest.raises(QuizError) as caught:
        printed(empty, TOWN)
    assert caught.value.code == "nobody"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ORGANISER])
def test_nobody_but_organisers_prints(roomed, role):
    who = Actor("x", {role: "/"})
    for act in (
        lambda: printed(roomed, who),
        lambda: roomed.do(rooms.save_rooms, who, "s1", RoomPlan(9), NOW),
        lambda: roomed.do(batch_printing.read_plan, who, "s1", NOW),
        lambda: roomed.do(batch_printing.record_download, who, "s1", "a.pdf", NOW),
    ):
        with pytest.raises(Forbidden):
            act()


def test_a_candidate_does_not_print_their_own_sitting_and_an_unknown_one_is_not_there(roomed):
    own = Actor("C1", {Role.ORGANISER: "/", Role.TRAINEE: "/"}, cadre_number="C1")
    for act in (
        lambda who, code: printed(roomed, who, code),
        lambda who, code: roomed.do(rooms.save_rooms, who, code, RoomPlan(9), NOW),
        lambda who, code: roomed.do(batch_printing.record_download, who, code, "a.pdf", NOW),
    ):
        with pytest.raises(Forbidden):
            act(own, "s1")
        with pytest.raises(NotFound):
            act(ADMIN, "none")


def test_printing_rooms_and_taking_files_is_in_the_audit_log(roomed):
    printed(roomed)
    roomed.do(batch_printing.record_download, ADMIN, "s1", "01/a.pdf", NOW)
    with roomed.engine.connect() as db:
        actions = list(db.scalars(select(AuditRow.action).order_by(AuditRow.id)))
    assert actions[-3:] == ["plan_rooms", "print_rooms", "download_print"]


def test_one_key_serves_a_form_whose_papers_are_alike(empty, tmp_path):
    general = Blueprint("general", "通用", 60, PLAN.pass_mark, tuple(replace(s, cells=s.cells[:1]) for s in PLAN.sections))
    empty.do(publishing.publish, ADMIN, NOW, (), [general], ())
    empty.do(scheduling.create_sitting, ADMIN, NOW, replace(sitting_plan(forms=2, profile=""), blueprint="general"), ZONE, SEED)
    empty.do(rooms.save_rooms, ADMIN, "s1", RoomPlan(30), NOW)
    found = printed(empty)
    assert found.forms == ("A", "B")
    order = make_order(found, [Kind.KEYS], PageSize.A4, "zh", ZONE)
    carry_out(order, tmp_path, empty.engine.url.render_as_string(hide_password=False), jobs=1)
    keys = {path.name: path for path in tmp_path.rglob("*.pdf")}
    assert sorted(keys) == ["A卷.pdf", "B卷.pdf"]
    for name, path in keys.items():
        document = pypdfium2.PdfDocument(path)
        text = "".join("".join(page.get_textpage().get_text_range().split()) for page in document)
        document.close()
        assert f"参考答案及评分标准试卷编号：{name[:2]}" in text
        assert "座位" not in text


def test_papers_with_a_personal_part_have_keys_of_their_own(empty):
    empty.do(scheduling.create_sitting, ADMIN, NOW, sitting_plan(forms=1), ZONE, SEED)
    empty.do(rooms.save_rooms, ADMIN, "s1", RoomPlan(30), NOW)
    assert printed(empty).forms == ()


def test_a_paper_that_is_no_longer_what_it_was_is_not_printed(roomed):
    one = printed(roomed).people[0]
    assert roomed.do(batch_printing.read_papers, [one])[0][0].code == one.code
    for wrong in (replace(one, digest="0" * 64), replace(one, paper_id=9999)):
        with pytest.raises(QuizError) as caught:
            roomed.do(batch_printing.read_papers, [wrong])
        assert caught.value.code == "paper_changed"


def test_every_character_of_the_papers_is_looked_at(roomed):
    people = printed(roomed).people
    found = roomed.do(batch_printing.characters, people)
    for one in people:
        paper = roomed.paper(one.candidate.number)
        assert set("".join(slot.question.stem for slot in paper.slots)) - {"\n"} <= found

"""From author to publication: the second reader is never the author, faults stop it, and neither meets the question in a sitting."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from quiz.core.access import Actor, Role
from quiz.core.blueprint import Cell
from quiz.core.message import Forbidden, NotFound, QuizError
from quiz.core.question import Label
from quiz.core.review import State, Step
from quiz.storage import sittings
from quiz.storage.engine import reading
from quiz.usecases import accounts, publishing, reviewing, scheduling

SOURCE = "questions: …"


@pytest.fixture
def people(empty, county):
    """Two setters who are cadres too."""
    out = []
    for login, cadre in (("author", "C1"), ("reader", "C2")):
        account = empty.do(accounts.create_account, county.ADMIN, county.NOW, login, login, "correct horse", [Role.SETTER], cadre)
        out.append(Actor(login, {Role.SETTER: "/"}, account.id, cadre))
    return out


@pytest.fixture
def proposal(empty, county, people):
    return empty.do(reviewing.save, people[0], county.NOW, None, "饮水安全", SOURCE).id


def take(empty, county, actor, proposal, step, comment="意见", faults=0):
    return empty.do(reviewing.take, actor, county.NOW, proposal, step, comment, faults).state


def test_the_whole_way_is_remembered(empty, county, people, proposal):
    author, reader = people
    assert take(empty, county, author, proposal, Step.SUBMIT) == State.SUBMITTED
    assert take(empty, county, reader, proposal, Step.RETURN, "第3题出处不全") == State.RETURNED
    empty.do(reviewing.save, author, county.NOW, proposal, "饮水安全", SOURCE + "2")
    take(empty, county, author, proposal, Step.SUBMIT)
    assert take(empty, county, reader, proposal, Step.APPROVE) == State.APPROVED
    report = empty.do(reviewing.publish_proposal, author, county.NOW, proposal, [county.make_question("new")], 0)
    assert report.added == ("new",)
    desk = empty.do(reviewing.read_proposal, author, proposal)
    assert [event.action for event in desk.events] == ["save", "submit", "return", "save", "submit", "approve", "publish"]
    assert len({event.source_digest for event in desk.events}) == 2
    assert desk.steps == []
    found = empty.do(publishing.read_question, author, "new")
    assert (found.published_by, found.read_by) == ("author", "reader")


def test_two_of_one_name_are_author_and_reader(empty, county):
    """What is confirmed needs a second person, who may be called like the first."""
    made = [empty.do(accounts.create_account, county.ADMIN, county.NOW, login, "王强", "correct horse", [Role.SETTER]).id for login in ("w1", "w2")]
    author, reader = (Actor("王强", {Role.SETTER: "/"}, account) for account in made)
    proposal = empty.do(reviewing.save, author, county.NOW, None, "饮水安全", SOURCE).id
    take(empty, county, author, proposal, Step.SUBMIT)
    with pytest.raises(QuizError, match="own_proposal"):
        take(empty, county, replace(author, name="李霞"), proposal, Step.APPROVE)
    take(empty, county, reader, proposal, Step.APPROVE)
    confirmed = replace(county.make_question("new"), label=Label.CONFIRMED)
    assert empty.do(reviewing.publish_proposal, author, county.NOW, proposal, [confirmed], 0).added == ("new",)
    found = empty.do(publishing.read_question, author, "new")
    assert (found.published_by, found.read_by) == ("王强", "王强")


def test_nobody_reads_their_own_and_nobody_publishes_unread(empty, county, people, proposal):
    author, reader = people
    with pytest.raises(QuizError, match="wrong_state"):
        empty.do(reviewing.publish_proposal, author, county.NOW, proposal, [], 0)
    take(empty, county, author, proposal, Step.SUBMIT)
    for step in (Step.APPROVE, Step.RETURN):
        with pytest.raises(QuizError, match="own_proposal"):
            take(empty, county, author, proposal, step)
    with pytest.raises(QuizError, match="not_author"):
        take(empty, county, reader, proposal, Step.WITHDRAW)
    with pytest.raises(QuizError, match="wrong_state"):
        empty.do(reviewing.save, author, county.NOW, proposal, "t", "changed while being read")
    with pytest.raises(Forbidden):
        take(empty, county, Actor("x", {Role.ORGANISER: "/"}), proposal, Step.APPROVE)
    with pytest.raises(NotFound):
        take(empty, county, reader, 999, Step.APPROVE)


def test_faults_and_missing_comments_stop_it(empty, county, people, proposal):
    author, reader = people
    with pytest.raises(QuizError, match="has_faults"):
        take(empty, county, author, proposal, Step.SUBMIT, faults=2)
    take(empty, county, author, proposal, Step.SUBMIT)
    with pytest.raises(QuizError, match="no_comment"):
        take(empty, county, reader, proposal, Step.RETURN, " ")
    take(empty, county, reader, proposal, Step.APPROVE)
    with pytest.raises(QuizError, match="has_faults"):
        empty.do(reviewing.publish_proposal, author, county.NOW, proposal, [], 1)


def test_author_and_reader_never_meet_their_question(empty, county, people, proposal):
    author, reader = people
    take(empty, county, author, proposal, Step.SUBMIT)
    take(empty, county, reader, proposal, Step.APPROVE)
    own = [q for q in county.QUESTIONS if q.uid.startswith("multiple")][:1]
    changed = [replace(own[0], explanation="改了")]
    empty.do(reviewing.publish_proposal, author, county.NOW, proposal, changed, 0)
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, county.sitting_plan(), county.ZONE, county.SEED)
    for number in ("C1", "C2"):
        assert own[0].uid not in {slot.question.uid for slot in empty.paper(number).slots}
    tight = replace(county.PLAN, id="tight", sections=(replace(county.PLAN.sections[1], cells=(Cell(2),)),))
    empty.do(publishing.publish, county.ADMIN, county.NOW, [], [tight])
    seen = empty.do(scheduling.forecast, county.ADMIN, county.NOW, replace(county.sitting_plan(), code="s2", blueprint="tight"), county.ZONE)
    assert [len(gap.numbers) for gap in seen.refusal.gaps] == [2]
    assert "命制或审核过的题" in seen.refusal.gaps[0].why.render()


def test_a_retired_question_is_drawn_no_more_until_it_is_restored(empty, county, people):
    author = people[0]
    for n in range(2):
        empty.do(reviewing.retire, author, county.NOW, f"tf-{n}", "条款已修改")
    seen = empty.do(scheduling.forecast, county.ADMIN, county.NOW, county.sitting_plan(), county.ZONE)
    assert ["只有0题" in gap.why.render() for gap in seen.refusal.gaps] == [True]
    empty.do(reviewing.retire, author, county.NOW, "tf-0", "核对无误", back=True)
    assert empty.do(scheduling.forecast, county.ADMIN, county.NOW, county.sitting_plan(), county.ZONE).refusal is None
    with pytest.raises(QuizError, match="no_reason"):
        empty.do(reviewing.retire, author, county.NOW, "tf-1", "")


def test_history_shows_every_revision(empty, county, people):
    empty.do(publishing.publish, county.ADMIN, county.NOW, [replace(county.QUESTIONS[0], explanation="二")])
    revisions = empty.do(reviewing.history, people[0], county.QUESTIONS[0].uid)
    assert [(r.number, r.item.explanation) for r in revisions] == [(2, "二"), (1, county.QUESTIONS[0].explanation)]


def test_what_lapses_soon_is_told_with_the_sittings_it_touches(world, county):
    soon = county.NOW.date() + timedelta(days=30)
    drawn = next(slot.question.uid for slot in world.paper().slots if slot.question.uid.startswith("multiple"))
    lapsing = [replace(q, valid_to=soon) for q in county.QUESTIONS if q.uid in (drawn, "single-3")]
    world.do(publishing.publish, county.ADMIN, county.NOW, lapsing)
    found = {lapse.published.item.uid: lapse.sittings for lapse in world.do(publishing.lapses, county.ADMIN, county.NOW.date())}
    assert found[drawn] == ("测试",)
    assert set(found) == {drawn, "single-3"}
    assert world.do(publishing.lapses, county.ADMIN, date(2027, 6, 1)) == []
    with reading(world.engine) as db:
        uses = sittings.coming_uses(db, ["active"], county.NOW.date())
    assert uses == {"active": ["测试"]}


def test_a_text_is_compared_with_what_is_published(empty, county, people):
    author, _ = people
    base = county.make_question("old")
    empty.do(
        publishing.publish,
        county.ADMIN,
        county.NOW,
        [base, replace(base, uid="left"), replace(base, uid="gone"), replace(base, uid="far", category="z")],
    )
    empty.do(reviewing.retire, author, county.NOW, "gone", "过时")
    standing = empty.do(reviewing.compare, author, base.category, ["old", "far", "new"])
    assert set(standing.published) == {"old", "far"}
    others = {other.item.uid for other in standing.others}
    assert "left" in others
    assert not others & {"old", "gone", "far"}
    assert empty.do(reviewing.compare, author, "", []).others == []
    with pytest.raises(Forbidden):
        empty.do(reviewing.compare, Actor("x", {Role.ORGANISER: "/"}), "", [])

"""Reports and appeals: said when, by whom, answered by whom with what, and what follows for the mark; nothing tells a key early."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from quiz.core.access import Actor, Role
from quiz.core.correction import NewKey, Remedy
from quiz.core.message import Forbidden, NotFound, QuizError
from quiz.core.saving import Save
from quiz.core.sitting import Release
from quiz.storage import gradings, sittings
from quiz.storage.engine import reading
from quiz.storage.tables import AppealAnswerRow, AppealRow, AuditRow, GradingRow, OverrideRow
from quiz.usecases import answering, appealing, asked, correcting, handing_in, mark_history, results, scheduling
from quiz.usecases.correcting import Wish

MARKER = Actor("marker", {Role.MARKER: "/"})
DURING, AFTER = timedelta(minutes=5), timedelta(hours=3)


@pytest.fixture
def sat(empty, county):
    """Everyone has the same general questions; C1 and C2 have handed in, C1 all right, C2 with C in the first, whose key is B; C3 is at work."""
    plan = replace(county.sitting_plan(release=Release.MANUAL), forms=1)
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, plan, county.ZONE, county.SEED)
    for number in ("C1", "C2", "C3"):
        empty.start(number)
    empty.submit(empty.right_answers("C1"), "C1")
    empty.submit([Save(1, ["C"], 1), *empty.right_answers("C2")[1:]], "C2")
    return empty


@pytest.fixture
def released(sat, county):
    """Results and keys are out since three hours after the opening."""
    sat.do(results.release, county.ADMIN, "s1", county.OPENS + AFTER)
    return sat


def speak(world, county, number="C2", slot=1, text="两种说法都对", after=DURING):
    return world.do(appealing.speak, county.trainee(number), world.code(number), slot, text, county.OPENS + after)


def answer(world, county, row, upheld, reason="理由", mark=None, actor=None, after=AFTER):
    return world.do(answering.answer, actor or county.ADMIN, "s1", row.id, upheld, reason, county.OPENS + after, mark)


def mine(world, county, number="C2", after=AFTER):
    return world.do(appealing.read_mine, county.trainee(number), world.code(number), county.OPENS + after)


def listed(world, county, actor=None, after=AFTER, show_answered=False):
    return world.do(answering.list_appeals, actor or county.ADMIN, "s1", county.OPENS + after, show_answered)


def score(world, number="C2"):
    with reading(world.engine) as db:
        return gradings.newest_grading(db, sittings.seats_of_cadre(db, number)[0].attempt).score


def test_a_report_while_people_sit_is_kept_and_read_but_answered_only_afterwards(sat, county):
    row = speak(sat, county, "C3", 2, "没有正确选项\0")
    assert (row.kind, row.text) == ("report", "没有正确选项")
    seen = mine(sat, county, "C3", DURING)
    assert (seen.may_report, seen.may_appeal, seen.said[2][0].answer) == (True, False, None)
    view = listed(sat, county, after=DURING)
    assert (view.is_over, view.waiting, [group.question.uid for group in view.questions]) == (False, 1, [row.question_uid])
    with pytest.raises(QuizError, match="still_open"):
        answer(sat, county, row, True, after=DURING)
    answer(sat, county, row, False)
    assert mine(sat, county, "C3").said[2][0].answer is None, "keys are not shown yet, so neither is the answer"
    sat.do(handing_in.close_expired, county.OPENS + AFTER)
    sat.do(results.release, county.ADMIN, "s1", county.OPENS + AFTER)
    assert mine(sat, county, "C3").said[2][0].answer.reason == "理由"


def test_who_has_handed_in_may_report_until_keys_are_shown_and_appeal_after(released, county):
    seen = mine(released, county)
    assert (seen.may_report, seen.may_appeal) == (False, True)
    assert seen.until == county.OPENS + AFTER + timedelta(days=3)
    row = speak(released, county, after=AFTER)
    assert row.kind == "appeal"
    assert mine(released, county).has_said(1, "appeal")


def test_the_window_closes_to_the_second_and_can_only_be_made_longer(released, county):
    last = AFTER + timedelta(days=3)
    speak(released, county, slot=1, after=last)
    late = last + timedelta(seconds=1)
    assert not mine(released, county, after=late).may_appeal
    with pytest.raises(QuizError, match="appeals_over"):
        speak(released, county, slot=2, after=late)
    with pytest.raises(QuizError, match="not_shorter"):
        released.do(answering.set_window, county.ADMIN, "s1", 2, county.OPENS + AFTER)
    with pytest.raises(QuizError, match="bad_days"):
        released.do(answering.set_window, county.ADMIN, "s1", 31, county.OPENS + AFTER)
    released.do(answering.set_window, county.ADMIN, "s1", 5, county.OPENS + late)
    assert speak(released, county, slot=2, after=late).kind == "appeal"
    with reading(released.engine) as db:
        assert [row.detail for row in db.query(AuditRow).filter(AuditRow.action == "appeal_days")] == ['{"after":5,"before":3}']


def test_a_mark_that_was_changed_later_may_be_appealed_against_for_as_long_again(released, county):
    """Ten days after the window a correction takes C2's mark of the second question away: for three days they may say what they think of it, and of
    no other."""
    late = AFTER + timedelta(days=13)
    uid = released.paper("C2").slot(2).question.uid
    asked = released.paper("C2").slot(2).question
    key = next(option.id for option in asked.options if option.id not in asked.key)
    assert mine(released, county, after=late).open_until == {}
    wish = Wish(uid, Remedy.NEW_KEY, NewKey(choices=(frozenset({key}),)))
    released.do(correcting.apply, county.ADMIN, "s1", wish, "答案有误", county.OPENS + late)
    now = mine(released, county, after=late + timedelta(days=3))
    assert (now.is_open, now.may_appeal, now.open_until) == (False, True, {2: county.OPENS + late + timedelta(days=3)})
    assert speak(released, county, slot=2, after=late + timedelta(days=3)).kind == "appeal"
    for slot, after in ((1, late), (2, late + timedelta(days=3, microseconds=1)), (3, late + timedelta(days=3))):
        with pytest.raises(QuizError) as refused:
            speak(released, county, slot=slot, text="还有", after=after)
        assert refused.value.code == "appeals_over"
    released.do(correcting.apply, county.ADMIN, "s1", Wish(uid, Remedy.FULL), "给满分", county.OPENS + late)
    assert set(mine(released, county, "C1", after=late).open_until) == {2}, "it was taken from them, too, and given back"


def test_where_no_appeals_are_taken_a_correction_opens_none(sat, county):
    sat.do(answering.set_window, county.ADMIN, "s1", 0, county.OPENS)
    sat.do(results.release, county.ADMIN, "s1", county.OPENS + AFTER)
    sat.do(correcting.apply, county.ADMIN, "s1", Wish(sat.paper("C2").slot(1).question.uid, Remedy.FULL), "给满分", county.OPENS + AFTER)
    assert not mine(sat, county).may_appeal


def test_before_the_keys_are_out_the_window_may_be_any(sat, county):
    sat.do(answering.set_window, county.ADMIN, "s1", 0, county.OPENS + AFTER)
    sat.do(results.release, county.ADMIN, "s1", county.OPENS + AFTER)
    seen = mine(sat, county)
    assert (seen.may_appeal, seen.until) == (False, None)
    with pytest.raises(QuizError, match="appeals_over"):
        speak(sat, county, after=AFTER)


def test_the_plan_says_for_how_many_days(empty, county):
    plan = county.sitting_plan(appeal_days=7)
    row = empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, plan, county.ZONE, county.SEED)
    assert row.appeal_days == 7
    assert sittings.appeals_until(row) == row.closes_at + timedelta(minutes=row.delivery_minutes, days=7)


def test_what_cannot_be_said_is_refused(sat, county):
    for slot, text, code in ((99, "x", "bad_slot"), (1, " \0", "no_text"), (1, "长" * 1001, "no_text")):
        with pytest.raises(QuizError, match=code):
            speak(sat, county, slot=slot, text=text)
    speak(sat, county)
    with pytest.raises(QuizError, match="already_said"):
        speak(sat, county, text="还是不对")
    with pytest.raises(NotFound):
        sat.do(appealing.speak, county.trainee("C1"), sat.code("C2"), 1, "x", county.OPENS)
    with reading(sat.engine) as db:
        assert db.query(AppealRow).count() == 1


def test_who_has_not_started_says_nothing(world, county):
    for act in (appealing.read_mine, lambda db, *a: appealing.speak(db, a[0], a[1], 1, "x", a[2])):
        with pytest.raises(QuizError, match="not_started"):
            world.do(act, county.trainee(), world.code(), county.OPENS)


def test_an_appeal_is_rejected_with_a_reason(released, county):
    row = speak(released, county, after=AFTER)
    with pytest.raises(QuizError, match="no_reason"):
        answer(released, county, row, False, " ")
    answer(released, county, row, False, "文件第三条写得很清楚")
    said = mine(released, county).said[1][0]
    assert (said.answer.verdict, said.answer.reason, said.answer.actor) == ("rejected", "文件第三条写得很清楚", "test")
    assert (listed(released, county).waiting, score(released)) == (0, 8)


def test_an_appeal_that_is_upheld_changes_a_mark_or_rests_on_a_correction(released, county):
    row = speak(released, county, after=AFTER)
    with pytest.raises(QuizError, match="nothing_done"):
        answer(released, county, row, True)
    for mark in ("-1", "2.01", "0.005"):
        with pytest.raises(QuizError, match="bad_mark"):
            answer(released, county, row, True, mark=Decimal(mark))
    assert score(released) == 8
    given = answer(released, county, row, True, "此卷印刷不清", Decimal("1.5"))
    assert (score(released), score(released, "C1"), given.correction) == (Decimal("9.5"), 10, None)
    found = released.do(results.my_result, county.trainee("C2"), released.code("C2"), county.OPENS + AFTER)
    assert (found.marks[1].mark, found.marks[1].why) == (Decimal("1.5"), "overridden")
    with reading(released.engine) as db:
        found = results.my_result(db, county.trainee("C2"), sittings.seats_of_cadre(db, "C2")[0].paper.code, county.OPENS + AFTER)
        history = mark_history.history_of(db, found)
    (change,) = history.changes
    assert (change.name.render(), change.reason, [(t.slot, t.before, t.after) for t in change.touched]) == (
        "人工改分", "此卷印刷不清", [(1, 0, Decimal("1.5"))]
    )  # fmt: skip
    assert history.by_hand[1].reason == "此卷印刷不清"


def test_a_second_answer_takes_the_place_of_the_first(released, county):
    row = speak(released, county, after=AFTER)
    answer(released, county, row, True, "看错", Decimal(2))
    assert score(released) == 10
    answer(released, county, row, False, "核对原件后，答案无误")
    assert score(released) == 8
    assert mine(released, county).said[1][0].answer.verdict == "rejected"
    with reading(released.engine) as db:
        assert db.query(AppealAnswerRow).count() == 2


def test_what_is_sent_twice_is_said_and_answered_once(released, county):
    """A double click, or the page gone back to: one row, one mark by hand, one grading run; other words are refused."""
    row = speak(released, county, after=AFTER)
    assert speak(released, county, text=" 两种说法都对 ", after=AFTER).id == row.id
    with pytest.raises(QuizError) as refused:
        speak(released, county, text="还有一点", after=AFTER)
    assert refused.value.code == "already_said"
    first = answer(released, county, row, True, mark=Decimal("1.5"))
    with reading(released.engine) as db:
        before = db.query(GradingRow).count()
    assert answer(released, county, row, True, mark=Decimal("1.5")).id == first.id
    with reading(released.engine) as db:
        assert (db.query(GradingRow).count(), db.query(OverrideRow).count(), db.query(AppealAnswerRow).count()) == (before, 1, 1)
    assert answer(released, county, row, True, mark=Decimal(1)).id != first.id
    assert answer(released, county, row, True, reason="另一个理由", mark=Decimal(1)).id != first.id


def test_who_answers_a_page_that_is_older_than_an_answer_is_told(released, county):
    """Two organisers, or two tabs: the second would take the place of an answer that they never saw."""
    row = speak(released, county, after=AFTER)
    at = county.OPENS + AFTER
    first = released.do(answering.answer, county.ADMIN, "s1", row.id, False, "依据不足", at, None, 0)
    other = replace(county.ADMIN, name="另一位组考")
    with pytest.raises(QuizError) as refused:
        released.do(answering.answer, other, "s1", row.id, True, "成立", at, Decimal(1), 0)
    assert refused.value.code == "answered_since"
    assert mine(released, county).said[1][0].answer.verdict == "rejected"
    released.do(answering.answer, other, "s1", row.id, True, "成立", at, Decimal(1), first.id)
    assert mine(released, county).said[1][0].answer.verdict == "upheld"


def test_an_answer_leaves_alone_what_others_set_by_hand(released, county):
    released.do(answering.override, county.ADMIN, "s1", "C2", 1, Decimal(1), "卷面污损", county.OPENS + AFTER)
    row = speak(released, county, after=AFTER)
    answer(released, county, row, False)
    assert score(released) == 9
    released.do(answering.override, county.ADMIN, "s1", "C2", 1, None, "已复核", county.OPENS + AFTER)
    assert score(released) == 8


def test_an_answer_that_a_correction_overtook_comes_up_again_and_says_so(released, county):
    """C2 was told no; then the key is found wrong: who answers sees it again among what waits, and the cadre reads that the mark changed since."""
    row = speak(released, county, after=AFTER)
    answer(released, county, row, False)
    assert listed(released, county).questions == []
    assert not mine(released, county).said[1][0].is_overtaken
    wish = Wish(released.paper("C2").slot(1).question.uid, Remedy.FULL)
    later = AFTER + timedelta(minutes=1)
    assert released.do(asked.read_asked, county.ADMIN, "s1", wish.question, county.OPENS + later).answered == 1
    released.do(correcting.apply, county.ADMIN, "s1", wish, "题目有误", county.OPENS + later)
    (group,) = listed(released, county, after=later).questions
    assert [(word.id, word.is_overtaken) for word in group.words] == [(row.id, True)]
    assert mine(released, county, after=later).said[1][0].is_overtaken
    answer(released, county, row, True, reason="复核后成立", after=later + timedelta(minutes=1))
    assert listed(released, county, after=later).questions == []
    assert not mine(released, county, after=later).said[1][0].is_overtaken


def test_a_correction_answers_what_waits_about_its_question(released, county):
    first = speak(released, county, after=AFTER)
    other = speak(released, county, slot=2, after=AFTER)
    at = county.OPENS + AFTER
    assert released.do(asked.list_asked, county.ADMIN, "s1", at).questions[0].uid in (first.question_uid, other.question_uid)
    assert released.do(asked.read_asked, county.ADMIN, "s1", first.question_uid, at).waiting == 1
    wish = Wish(first.question_uid, Remedy.BETTER, NewKey(choices=(frozenset("C"),)))
    row = released.do(correcting.apply, county.ADMIN, "s1", wish, "两种说法都对", at)
    assert released.do(answering.answer_corrected, county.ADMIN, "s1", row, at) == 1
    said = mine(released, county).said
    assert (said[1][0].answer.verdict, said[1][0].answer.correction, said[1][0].answer.reason) == ("upheld", 1, "两种说法都对")
    assert said[2][0].answer is None
    later = speak(released, county, "C1", 1, after=AFTER)
    assert answer(released, county, later, True).correction == 1


def test_a_report_may_be_right_and_change_nothing(sat, county):
    row = speak(sat, county, "C1", 2, "错字")
    answer(sat, county, row, True, "确有错字，不影响作答")
    assert score(sat, "C1") == 10


def test_organisers_read_names_within_their_authority_and_markers_none(released, county):
    speak(released, county, "C1", after=AFTER)
    speak(released, county, "C2", after=AFTER)
    (group,) = listed(released, county).questions
    assert [word.said.cadre.number for word in group.words] == ["C1", "C2"]
    assert group.question.key == {"B"}
    assert [(word.response, word.mark.mark) for word in group.words] == [(("B",), 2), (("C",), 0)]
    (group,) = listed(released, county, MARKER).questions
    assert [word.said for word in group.words] == [None, None]
    part = Actor("part", {Role.ORGANISER: "/QL/T02/"})
    assert listed(released, county, part).questions == []
    with pytest.raises(NotFound):
        answer(released, county, group.words[0], False, actor=part)
    assert answer(released, county, group.words[0], False, actor=MARKER).actor == "marker"


@pytest.mark.parametrize(
    "actor",
    [
        Actor("own", {Role.ORGANISER: "/"}, cadre_number="C3"),
        Actor("own", {Role.MARKER: "/"}, cadre_number="C3"),
        Actor("inspector", {Role.INSPECTOR: "/"}),
        Actor("setter", {Role.SETTER: "/"}),
        Actor("C2", {Role.TRAINEE: "/"}, cadre_number="C2"),
    ],
    ids=lambda actor: "-".join([actor.name, *actor.roles]),
)
def test_nobody_else_reads_or_answers_and_nobody_their_own_sitting(released, county, actor):
    row = speak(released, county, after=AFTER)
    for act in (lambda: listed(released, county, actor), lambda: answer(released, county, row, False, actor=actor)):
        with pytest.raises(Forbidden):
            act()
    with pytest.raises(Forbidden):
        released.do(answering.set_window, actor, "s1", 9, county.OPENS + AFTER)


def test_what_happened_lately_stands_on_ones_home_once_keys_are_shown(released, county):
    row = speak(released, county, after=AFTER)
    answer(released, county, row, False)
    wish = Wish(row.question_uid, Remedy.FULL)
    released.do(correcting.apply, county.ADMIN, "s1", wish, "题干有误", county.OPENS + AFTER)

    def news(number, after=AFTER):
        return released.do(appealing.news_of, county.trainee(number), county.OPENS + after)

    assert [one.said.slot for one in news("C2").answers] == [1]
    assert [one.correction.number for one in news("C2").corrections] == [1]
    assert (news("C1").answers, len(news("C1").corrections)) == ([], 1)
    later = news("C2", AFTER + timedelta(days=15))
    assert (later.answers, later.corrections) == ([], [])
    tied = replace(county.trainee("C2"), only_sitting="other")
    assert released.do(appealing.news_of, tied, county.OPENS + AFTER).answers == []


def test_nothing_new_is_told_before_keys_are_shown(sat, county):
    row = speak(sat, county)
    answer(sat, county, row, False)
    sat.do(correcting.apply, county.ADMIN, "s1", Wish(row.question_uid, Remedy.FULL), "题干有误", county.OPENS + AFTER)
    found = sat.do(appealing.news_of, county.trainee("C2"), county.OPENS + AFTER)
    assert (found.answers, found.corrections) == ([], [])


def test_how_many_wait_is_counted_within_ones_authority(released, county):
    speak(released, county, "C1", after=AFTER)
    row = speak(released, county, "C2", after=AFTER)
    assert list(released.do(answering.count_waiting, county.ADMIN).values()) == [2]
    assert released.do(answering.count_waiting, Actor("p", {Role.ORGANISER: "/QL/T02/"})) == {}
    answer(released, county, row, False)
    assert list(released.do(answering.count_waiting, MARKER).values()) == [1]

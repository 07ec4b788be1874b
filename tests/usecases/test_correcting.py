"""Correcting a question after people sat it: what is foreseen is what is done, the old marks stay, and every later grading keeps to it."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event

from quiz.core.access import Actor, Role
from quiz.core.correction import Correction, NewKey, Remedy
from quiz.core.message import Forbidden, NotFound, QuizError
from quiz.core.question import QuestionType, base_uid
from quiz.core.saving import Save
from quiz.core.sitting import Release
from quiz.storage import audit, corrections, gradings, questions_asked, regrading, scans, sittings
from quiz.storage.engine import reading, writing
from quiz.storage.tables import AuditRow, CorrectionRow, GradingRow, MarkRow
from quiz.usecases import asked, corrected, correcting, correction_effect, extending, results, saving, scheduling
from quiz.usecases.correcting import Wish
from tests.judging import decide, list_texts

AFTER = timedelta(hours=3)


@pytest.fixture
def common(empty, county):
    """A sitting in which everyone had the same general questions: C1 all right, C2 chose C in the first question and left two out, C3 never came."""
    plan = replace(county.sitting_plan(release=Release.MANUAL), forms=1)
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, plan, county.ZONE, county.SEED)
    empty.start("C1")
    empty.submit(empty.right_answers("C1"), "C1")
    empty.start("C2")
    rest = empty.right_answers("C2")[3:]
    empty.submit([Save(1, ["C"], 1), *rest], "C2")
    return empty


def first_uid(world):
    return world.paper("C1").slots[0].question.uid


def scores(world):
    with reading(world.engine) as db:
        seats = sittings.seats_of_sitting(db, sittings.get_sitting(db, "s1"))
        found = {seat.cadre.number: gradings.newest_grading(db, seat.attempt) for seat in seats if seat.attempt}
    return {number: (one.score, one.number) for number, one in found.items() if one}


def marks(world, number="C1", run=None):
    with reading(world.engine) as db:
        runs = gradings.list_gradings(db, sittings.seats_of_cadre(db, number)[0].attempt)
        return gradings.marks_of(db, (runs[-1] if run is None else runs[run]).grading_id)


def wish(world, remedy, *choices, uid=None):
    key = NewKey(choices=tuple(frozenset(choice) for choice in choices)) if choices else None
    return Wish(uid or first_uid(world), remedy, key)


def foresee(world, county, wanted, actor=None, at=None):
    return world.do(correcting.preview, actor or county.ADMIN, "s1", wanted, at or county.OPENS + AFTER)


def correct(world, county, wanted, reason="答案有误", actor=None, at=None, fingerprint=None):
    return world.do(correcting.apply, actor or county.ADMIN, "s1", wanted, reason, at or county.OPENS + AFTER, fingerprint)


def test_before_anything_is_corrected(common):
    assert scores(common) == {"C1": (10, 1), "C2": (4, 1)}


REMEDIES = [
    # the first question has the key B, worth 2 of 10; C1 answered B, C2 answered C
    (Remedy.NEW_KEY, ["C"], {"C1": 8, "C2": 6}),
    (Remedy.NEW_KEY, ["B", "C"], {"C1": 10, "C2": 6}),
    (Remedy.BETTER, ["C"], {"C1": 10, "C2": 6}),
    (Remedy.FULL, [], {"C1": 10, "C2": 6}),
    (Remedy.DROP, [], {"C1": 10, "C2": 5}),  # 8 of 8 and 4 of 8, out of 10
]


@pytest.mark.parametrize(("remedy", "choices", "after"), REMEDIES)
def test_each_remedy_makes_the_scores_that_it_foresaw(common, county, remedy, choices, after):
    seen = foresee(common, county, wish(common, remedy, *choices))
    assert scores(common) == {"C1": (10, 1), "C2": (4, 1)}, "a preview stores nothing"
    row = correct(common, county, wish(common, remedy, *choices), fingerprint=seen.fingerprint)
    assert row.number == 1
    assert scores(common) == {number: (score, 2) for number, score in after.items()}
    effect = seen.effect
    before = {"C1": Decimal(10), "C2": Decimal(4)}
    assert {one.number: (one.score_before, one.score_after) for one in seen.changes} == {
        number: (before[number], after[number]) for number in after if after[number] != before[number]
    }
    assert (effect.papers, effect.graded, effect.scored, effect.changed) == (3, 2, 2, len(seen.changes))
    assert (effect.raised, effect.lowered) == (
        sum(after[n] > before[n] for n in before),
        sum(after[n] < before[n] for n in before),
    )
    assert (effect.now_pass, effect.now_fail) == (int(after["C2"] >= 6), 0)
    assert (effect.mean_before, effect.mean_after) == (7, Decimal(after["C1"] + after["C2"]) / 2)
    assert (sum(effect.bands_before), sum(effect.bands_after)) == (2, 2)
    assert correction_effect.read_effect(row) == effect


def test_the_old_runs_stay_and_only_the_question_changes(common, county):
    before = marks(common, "C2")
    correct(common, county, wish(common, Remedy.NEW_KEY, "C"))
    assert marks(common, "C2", run=0) == before
    after = marks(common, "C2")
    assert {slot: mark for slot, mark in after.items() if slot != 1} == {slot: mark for slot, mark in before.items() if slot != 1}
    assert (after[1].mark, after[1].correction, after[1].revision) == (2, 1, 1)
    with reading(common.engine) as db:
        runs = {run.id: run for run in db.query(GradingRow)}
        assert {(run.reason, run.correction) for run in runs.values() if run.number == 2} == {("correction", 1)}
        assert all(row.sitting_id == runs[row.grading_id].sitting_id for row in db.query(MarkRow))  # those made, given anew and copied
        judged = {(runs[row.grading_id].attempt_id, runs[row.grading_id].number, row.slot): row.response_id for row in db.query(MarkRow)}
    assert all(judged[attempt, 2, slot] == response for (attempt, number, slot), response in judged.items() if number == 1)


def test_a_correction_is_undone_by_another(common, county):
    correct(common, county, wish(common, Remedy.DROP))
    correct(common, county, wish(common, Remedy.NEW_KEY, "C"))
    assert scores(common) == {"C1": (8, 3), "C2": (6, 3)}
    row = correct(common, county, wish(common, Remedy.ORIGINAL))
    assert (row.number, scores(common)) == (3, {"C1": (10, 4), "C2": (4, 4)})
    assert marks(common, "C1")[1].correction == 0


def test_every_later_grading_keeps_to_it(common, county):
    """A decision on a text and an attempt that was opened again are marked under the correction too."""
    common.start("C3")
    fill = next(slot.number for slot in common.paper("C3").slots if slot.question.blanks)
    answers = [Save(s.slot, ["2025", "村民自治"] if s.slot == fill else s.value, s.seq) for s in common.right_answers("C3")]
    common.submit(answers, "C3")
    at = county.OPENS + AFTER
    correct(common, county, wish(common, Remedy.NEW_KEY, "C"))
    assert scores(common)["C3"] == (Decimal("7.5"), 2)
    (item,) = common.do(list_texts, "s1")
    common.do(decide, county.ADMIN, "s1", item, at)
    assert scores(common)["C3"] == (8, 3)
    common.do(extending.reopen, county.ADMIN, "s1", "C3", 10, "误交", at)
    common.do(saving.save, county.trainee("C3"), common.code("C3"), Save(1, ["C"], 90), "d", at + timedelta(minutes=1))
    common.submit([], "C3", at + timedelta(minutes=2))
    assert scores(common)["C3"] == (10, 4)


def test_a_mark_set_by_hand_stays_and_is_counted(common, county):
    with attempt_of(common, "C2") as (db, attempt):
        corrections.save_override(db, attempt, 1, Decimal(1), "选项印错", county.NOW, "x")
    seen = foresee(common, county, wish(common, Remedy.NEW_KEY, "C"))
    assert (seen.effect.by_hand, {one.number: one.score_after for one in seen.changes}) == (1, {"C1": 8, "C2": 5})
    correct(common, county, wish(common, Remedy.NEW_KEY, "C"))
    assert marks(common, "C2")[1].why == "overridden"
    correct(common, county, wish(common, Remedy.FULL))
    assert scores(common)["C2"][0] == 6


@contextmanager
def attempt_of(world, number):
    """The session and the attempt of a cadre, committed at the end."""
    with writing(world.engine) as db:
        yield db, sittings.seats_of_cadre(db, number)[0].attempt


def test_what_was_confirmed_is_what_is_done_or_nothing(common, county):
    """Between preview and confirmation somebody else corrects another question: the confirmation is refused, nothing is stored."""
    seen = foresee(common, county, wish(common, Remedy.NEW_KEY, "C"))
    other = common.paper("C1").slots[1].question.uid
    correct(common, county, wish(common, Remedy.FULL, uid=other))
    with pytest.raises(QuizError, match="changed_since"):
        correct(common, county, wish(common, Remedy.NEW_KEY, "C"), fingerprint=seen.fingerprint)
    with pytest.raises(QuizError, match="changed_since"):
        again = foresee(common, county, wish(common, Remedy.NEW_KEY, "C"))
        correct(common, county, wish(common, Remedy.NEW_KEY, "D"), fingerprint=again.fingerprint)
    with reading(common.engine) as db:
        assert db.query(CorrectionRow).count() == 1


def test_a_template_is_dropped_as_a_whole_and_a_bound_question_corrected_alone(common, county):
    local = next(slot.question.uid for slot in common.paper("C1").slots if "@" in slot.question.uid)
    common.start("C3")
    common.submit(common.right_answers("C3"), "C3")
    with pytest.raises(QuizError, match="one_question"):
        foresee(common, county, wish(common, Remedy.NEW_KEY, "A", uid=base_uid(local)))
    assert foresee(common, county, wish(common, Remedy.DROP, uid=base_uid(local))).effect.graded == 3
    other = next(option.id for slot in common.paper("C1").slots if slot.question.uid == local for option in slot.question.options
                 if option.id not in slot.question.key)  # fmt: skip
    seen = foresee(common, county, wish(common, Remedy.NEW_KEY, other, uid=local))
    assert (seen.effect.papers, seen.effect.graded) == (2, 2)  # C1 and C2 are of one town
    correct(common, county, wish(common, Remedy.NEW_KEY, other, uid=local))
    assert (scores(common)["C1"][0], scores(common)["C3"]) == (8, (10, 1))


def test_what_cannot_be_corrected_is_refused(common, county):
    during = county.OPENS + timedelta(hours=1)
    refusals = [
        ("still_open", wish(common, Remedy.FULL), during),
        ("not_asked", wish(common, Remedy.FULL, uid="nowhere"), None),
        ("not_asked", wish(common, Remedy.FULL, uid="expired"), None),
        ("bad_key", wish(common, Remedy.NEW_KEY), None),
        ("same_key", wish(common, Remedy.BETTER, "B"), None),
        ("same_as_now", wish(common, Remedy.ORIGINAL), None),
    ]
    for code, wanted, at in refusals:
        for act in (foresee, correct):
            with pytest.raises(QuizError, match=code):
                act(common, county, wanted, at=at)
    for reason in (" ", "长" * 501):
        with pytest.raises(QuizError, match="no_reason"):
            correct(common, county, wish(common, Remedy.FULL), reason=reason)
    correct(common, county, wish(common, Remedy.NEW_KEY, "C"))
    with pytest.raises(QuizError, match="same_as_now"):
        correct(common, county, wish(common, Remedy.NEW_KEY, "C"))


def test_the_last_question_that_counts_cannot_be_dropped(common, county):
    uids = [slot.question.uid for slot in common.paper("C1").slots]
    for uid in uids[:-1]:
        correct(common, county, wish(common, Remedy.DROP, uid=base_uid(uid)))
    assert scores(common)["C1"][0] == 10
    with pytest.raises(QuizError, match="nothing_left"):
        foresee(common, county, wish(common, Remedy.DROP, uid=uids[-1]))


@pytest.mark.parametrize(
    "actor",
    [
        Actor("own", {Role.ORGANISER: "/"}, cadre_number="C3"),
        Actor("part", {Role.ORGANISER: "/QL/T01/"}),
        Actor("marker", {Role.MARKER: "/"}),
        Actor("inspector", {Role.INSPECTOR: "/"}),
        Actor("C1", {Role.TRAINEE: "/"}, cadre_number="C1"),
    ],
    ids=lambda actor: actor.name,
)
def test_only_an_organiser_of_the_whole_sitting_without_a_paper_in_it_corrects(common, county, actor):
    for act in (foresee, correct):
        with pytest.raises(Forbidden):
            act(common, county, wish(common, Remedy.FULL), actor=actor)
    at, uid = county.OPENS + AFTER, first_uid(common)
    with pytest.raises(Forbidden):
        common.do(asked.list_asked, actor, "s1", at)
    with pytest.raises(Forbidden):
        common.do(asked.read_asked, actor, "s1", uid, at)


def test_it_is_written_down_by_whom_and_what_it_did(common, county):
    correct(common, county, wish(common, Remedy.BETTER, "C"))
    with reading(common.engine) as db:
        row = db.query(AuditRow).filter(AuditRow.action == "correct").one()
        assert audit.verify(db).faults == 0
    assert '"changed":1' in row.detail
    assert '"reason":"答案有误"' in row.detail


def test_what_was_done_can_be_read_within_ones_authority(common, county):
    correct(common, county, wish(common, Remedy.NEW_KEY, "C"))
    at = county.OPENS + AFTER
    done = common.do(corrected.read_done, Actor("i", {Role.INSPECTOR: "/"}), "s1", 1, at)
    assert [(one.number, one.before, one.after) for one in done.people] == [("C1", 1000, 800), ("C2", 400, 600)]
    assert (done.effect.old_key, done.effect.new_keys) == (f"{first_uid(common)}选项B", (f"{first_uid(common)}选项C",))
    part = common.do(corrected.read_done, Actor("i", {Role.INSPECTOR: "/QL/T02/"}), "s1", 1, at)
    assert part.people == []
    with pytest.raises(NotFound):
        common.do(corrected.read_done, county.ADMIN, "s1", 2, at)
    with pytest.raises(Forbidden):
        common.do(corrected.list_done, Actor("m", {Role.MARKER: "/"}), "s1", at)


def test_the_questions_are_listed_with_how_they_were_answered(common, county):
    at = county.OPENS + AFTER
    listed = common.do(asked.list_asked, county.ADMIN, "s1", at)
    uids = {base_uid(slot.question.uid) for number in ("C1", "C2", "C3") for slot in common.paper(number).slots}
    assert {one.uid for one in listed.questions} == uids
    assert {one.papers for one in listed.questions} == {3}
    assert [one.uid for one in common.do(asked.list_asked, county.ADMIN, "s1", at, " ACTIVE ").questions] == ["active"]
    uid = first_uid(common)
    view = common.do(asked.read_asked, county.ADMIN, "s1", uid, at)
    assert (view.papers, view.graded, view.full, view.in_force, view.history) == (3, 2, 1, None, [])
    assert {(row.words, row.people, row.is_key) for row in view.answers} == {(f"{uid}选项B", 1, True), (f"{uid}选项C", 1, False)}
    correct(common, county, wish(common, Remedy.NEW_KEY, "C"))
    again = common.do(asked.read_asked, county.ADMIN, "s1", uid, at)
    assert (again.in_force.number, len(again.history)) == (1, 1)
    assert common.do(asked.list_asked, county.ADMIN, "s1", at).corrected == {base_uid(uid)}
    several = common.do(asked.read_asked, county.ADMIN, "s1", "active", at)
    assert (several.question, [count for _, count in several.variants]) == (None, [2, 1])
    with pytest.raises(NotFound):
        common.do(asked.read_asked, county.ADMIN, "s1", "nowhere", at)


def test_blanks_are_counted_alike_where_they_mean_the_same(common, county):
    common.start("C3")
    slot = next(slot for slot in common.paper("C3").slots if slot.question.type is QuestionType.FILL_IN)
    common.submit([Save(slot.number, ["二〇二五", "自 治。"], 1)], "C3")
    view = common.do(asked.read_asked, county.ADMIN, "s1", slot.question.uid, county.OPENS + AFTER)
    assert sorted(row.people for row in view.answers) == [1, 2]  # 2025 twice, the numeral in Chinese apart


def test_results_and_exports_show_the_newest_run(common, county):
    correct(common, county, wish(common, Remedy.DROP))
    view = common.do(results.read_sitting, county.ADMIN, "s1", county.OPENS + AFTER)
    assert {row.number: (row.score, row.max_score, row.is_pass) for row in view.rows if row.score is not None} == {
        "C1": (10, 10, True),
        "C2": (5, 10, False),
    }
    found = common.do(results.read_result, county.ADMIN, "s1", "C2", county.OPENS + AFTER)
    shares = results.area_shares(found.paper, found.marks)
    assert sum(available for _, _, available in shares) == 8


def test_what_was_given_to_all_says_nothing_of_how_hard_a_question_is(common, county):
    def facility():
        with reading(common.engine) as db:
            return questions_asked.facilities(db, county.OPENS + AFTER).get(base_uid(first_uid_of), None)

    first_uid_of = first_uid(common)
    assert facility() == (500, 2)
    correct(common, county, wish(common, Remedy.NEW_KEY, "B", "C"))
    assert facility() == (1000, 2)
    for remedy in (Remedy.FULL, Remedy.DROP):
        correct(common, county, wish(common, remedy))
        assert facility() is None


def test_no_paper_is_looked_up_among_all_attempts(common):
    """The index of attempts begins with their sitting: asked by the paper alone, each of ten thousand papers looked at all attempts."""
    if common.engine.dialect.name != "sqlite":
        pytest.skip("how PostgreSQL finds rows depends on how many there are")
    asked_for: list[tuple[str, object]] = []

    def note(_connection, _cursor, statement, parameters, *_rest):
        asked_for.append((statement, parameters))

    with reading(common.engine) as db:
        sitting = sittings.get_sitting(db, "s1")
        event.listen(common.engine, "before_cursor_execute", note)
        regrading.list_places(db, sitting, Correction(1, first_uid(common), Remedy.FULL))
        scans.papers_scanned(db, sitting, "/")
        scans.seats_of_papers(db, [seat.paper.id for seat in sittings.seats_of_sitting(db, sitting)])
        event.remove(common.engine, "before_cursor_execute", note)
        plans = [db.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {one}", values).all() for one, values in asked_for if "attempt" in one]
    assert len(plans) >= 3
    for step in (step[3] for plan in plans for step in plan):
        assert not step.startswith("SCAN attempt"), plans

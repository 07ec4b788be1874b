"""Publishing and rosters: again changes nothing, a change is a new revision, a bad row is refused by name."""

from dataclasses import replace
from datetime import date

import pytest

from quiz.core.access import Actor, Person, Role
from quiz.core.message import Forbidden, QuizError
from quiz.core.question import Label
from quiz.core.roster import Cadre, Post, PostKind, Roster, Unit, UnitKind
from quiz.core.template import Template
from quiz.storage import banks
from quiz.storage.banks import BankFilter
from quiz.usecases import publishing, rosters
from tests.at_once import at_once


def test_publishing_twice_changes_nothing(empty, county):
    report = empty.do(publishing.publish, county.ADMIN, county.NOW, county.QUESTIONS, [county.PLAN], [county.DATASET])
    assert (report.added, report.revised, report.unchanged, report.documents) == ((), (), len(county.QUESTIONS), ())


def test_a_changed_question_is_a_new_revision_and_the_others_stay(empty, county):
    changed = replace(county.QUESTIONS[0], explanation="新的解析")
    report = empty.do(publishing.publish, county.ADMIN, county.NOW, [changed, *county.QUESTIONS[1:]])
    assert report.revised == (changed.uid,)
    found = empty.do(publishing.read_question, county.ADMIN, changed.uid)
    assert (found.number, found.item.explanation) == (2, "新的解析")


def test_of_many_who_publish_at_once_each_makes_a_revision_of_its_own(empty, county):
    single = next(question for question in county.QUESTIONS if question.uid == "single-0")

    def publish(number):
        changed = replace(single, stem=f"{single.stem}{number}")
        return empty.do(publishing.publish, county.ADMIN, county.NOW, [changed, replace(single, uid="quite-new", stem=f"新{number}")])

    at_once(publish, 8)
    for uid, first in (("single-0", 1), ("quite-new", 0)):
        numbers = [found.number for found in empty.do(banks.revisions_of, uid)]
        assert numbers == list(range(first + 8, 0, -1))


def test_a_question_never_becomes_a_template(empty, county):
    template = next(item for item in county.QUESTIONS if isinstance(item, Template))
    with pytest.raises(QuizError, match="kind_changed"):
        empty.do(publishing.publish, county.ADMIN, county.NOW, [replace(template, uid="single-0")])


def test_what_claims_to_be_confirmed_has_a_second_reader(empty, county):
    confirmed = [replace(county.QUESTIONS[0], label=Label.CONFIRMED)]
    one, same, other = (Person.as_typed(name) for name in ("甲 Ａ", "甲a", "乙"))
    for author, reader in ((one, None), (one, one), (one, same), (None, county.ADMIN.person), (Person("account:5", "甲"), Person("account:5", "乙"))):
        with pytest.raises(QuizError, match="unread"):
            empty.do(publishing.publish, county.ADMIN, county.NOW, confirmed, author=author, reader=reader)
    empty.do(publishing.publish, county.ADMIN, county.NOW, confirmed, author=one, reader=other)
    found = empty.do(publishing.read_question, county.ADMIN, confirmed[0].uid)
    assert (found.published_by, found.read_by) == ("甲 Ａ", "乙")


def test_only_setters_publish(empty, county):
    with pytest.raises(Forbidden):
        empty.do(publishing.publish, Actor("x", {Role.ORGANISER: "/"}), county.NOW, [])


def test_the_bank_is_searched_by_category_type_text_and_day(empty, county):
    def search(**wanted):
        return empty.do(publishing.list_bank, county.ADMIN, BankFilter(**wanted), 0, 50)[1]

    assert search() == len(county.QUESTIONS)
    assert search(category="general") == len(county.QUESTIONS) - 1
    assert search(category="gen") == 0
    assert search(type="fill_in") == 2
    assert search(text="tf-1") == 1
    assert search(text="100%_") == 0
    assert search(on=date(2026, 1, 1)) == len(county.QUESTIONS) - 1


def test_loading_a_roster_again_changes_nothing(empty, county):
    report = empty.do(rosters.load_roster, county.ADMIN, county.NOW, county.ROSTER)
    assert (report.added, report.changed, report.unchanged, report.refused) == ([], [], 3, [])


def test_moves_are_changes_and_unknown_units_are_refused_by_name(empty, county):
    cadres = (
        replace(county.ROSTER.cadres[0], unit="T02"),
        Cadre("C9", "新人", "T77"),
        Cadre("C8", "新人", "T01", posts=(Post(PostKind.CONTACT, "V99", date(2026, 1, 1)),)),
    )
    units = (Unit("V01", "村", UnitKind.VILLAGE, "T01"), Unit("V02", "村", UnitKind.VILLAGE, "T55"))
    report = empty.do(rosters.load_roster, county.ADMIN, county.NOW, Roster(units, cadres))
    assert report.added_units == ["V01"]
    assert report.changed == ["C1"]
    assert [who for who, _ in report.refused] == ["V02", "C9", "C8"]


def test_a_post_that_ends_is_a_change(empty, county):
    cadre = county.ROSTER.cadres[0]
    ended = replace(cadre, posts=(replace(cadre.posts[0], to_on=date(2026, 10, 1)),))
    report = empty.do(rosters.load_roster, county.ADMIN, county.NOW, Roster(cadres=(ended,)))
    assert report.changed == ["C1"]

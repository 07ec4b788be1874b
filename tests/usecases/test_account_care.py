"""Ending log-ins, closing accounts, new first passwords, and that nobody reaches beyond their part of the county."""

import pytest

from quiz.core.access import Actor, Role
from quiz.core.message import Forbidden, NotFound, QuizError
from quiz.usecases import account_care, accounts, log_ins

TOKEN = "t" * 43
KEY = "k" * 32
TOWN = Actor("镇组考", {Role.ORGANISER: "/QL/T01/"})


@pytest.fixture
def people(empty, county):
    """A setter of the whole county, an organiser of town 1, and a trainee of each town; the first three are logged in."""
    for login, roles, parts in (
        ("setter", [Role.SETTER], {}),
        ("town", [Role.ORGANISER], {"unit": "T01"}),
        ("c1", [Role.TRAINEE], {"cadre": "C1"}),
        ("c3", [Role.TRAINEE], {"cadre": "C3"}),
    ):
        empty.do(accounts.create_account, county.ADMIN, county.NOW, login, login, "correct horse", roles, **parts)
        empty.do(log_ins.log_in, login, "correct horse", f"{login:x>43}", county.NOW, KEY)
    return empty


def is_in(world, county, login):
    return world.do(log_ins.who, f"{login:x>43}", county.NOW) is not None


def comes_in(world, county, login, password="correct horse"):
    return world.do(log_ins.log_in, login, password, TOKEN, county.NOW, KEY).account is not None


def test_ended_log_ins_are_out_at_once_and_may_come_again(people, county):
    assert people.do(account_care.end_log_ins, county.ADMIN, county.NOW, "C1") == 1
    assert not is_in(people, county, "c1")
    assert is_in(people, county, "c3")
    assert comes_in(people, county, "c1")


def test_a_closed_account_is_out_at_once_and_stays_out_until_it_is_opened(people, county):
    people.do(account_care.close_account, county.ADMIN, county.NOW, "c1")
    assert not is_in(people, county, "c1")
    assert not comes_in(people, county, "c1")
    people.do(account_care.open_account, county.ADMIN, county.NOW, "c1")
    assert not is_in(people, county, "c1")
    assert comes_in(people, county, "c1")


def test_a_new_first_password_ends_log_ins_and_the_wait_and_must_be_changed(people, county):
    for _ in range(6):
        people.do(log_ins.log_in, "c1", "wrong wrong", TOKEN, county.NOW, KEY)
    people.do(account_care.reset_password, county.ADMIN, county.NOW, "c1", "battery staple")
    assert not is_in(people, county, "c1")
    assert not comes_in(people, county, "c1")
    found = people.do(log_ins.log_in, "c1", "battery staple", TOKEN, county.NOW, KEY).account
    assert found.must_change_password
    with pytest.raises(QuizError, match="weak_password"):
        people.do(account_care.reset_password, county.ADMIN, county.NOW, "c1", "12345678")


@pytest.mark.parametrize("login", ["c3", "setter", "nobody-has-this"])
@pytest.mark.parametrize("care", [account_care.end_log_ins, account_care.close_account, account_care.open_account])
def test_a_towns_organiser_cares_for_its_own_people_only(people, county, care, login):
    with pytest.raises(NotFound):
        people.do(care, TOWN, county.NOW, login)
    people.do(care, TOWN, county.NOW, "c1")
    people.do(care, TOWN, county.NOW, "town")


def test_a_towns_organiser_resets_no_password_of_others(people, county):
    with pytest.raises(NotFound):
        people.do(account_care.reset_password, TOWN, county.NOW, "setter", "battery staple")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ORGANISER])
def test_other_roles_manage_nothing(people, county, role):
    with pytest.raises(Forbidden):
        people.do(account_care.close_account, Actor("x", {role: "/"}), county.NOW, "c1")


def test_a_towns_organiser_gives_roles_in_its_town_to_its_people(empty, county):
    give = lambda login, **parts: empty.do(accounts.create_account, TOWN, county.NOW, login, "名", "correct horse", [Role.ORGANISER], **parts)  # noqa: E731
    with pytest.raises(Forbidden):
        give("everywhere")
    with pytest.raises(QuizError, match="unknown_unit"):
        give("elsewhere", unit="T02")
    with pytest.raises(QuizError, match="unknown_cadre"):
        give("stranger", unit="T01", cadre="C3")
    give("own", unit="T01", cadre="C1")
    actor, _ = (comes_in(empty, county, "own"), empty.do(log_ins.who, TOKEN, county.NOW))[1]
    assert actor.roles == {Role.ORGANISER: "/QL/T01/"}

"""Accounts: a log-in is checked, slowed after failures, never locked; first passwords must be changed."""

from datetime import timedelta

import pytest

from quiz.core.access import Role
from quiz.core.message import QuizError
from quiz.storage.tables import AccountRow, LoginRow
from quiz.usecases import accounts, log_ins, passwords

SECOND = timedelta(seconds=1)
KEY = "k" * 32


@pytest.fixture
def someone(empty, county):
    empty.do(accounts.create_account, county.ADMIN, county.NOW, "Li Si", "李四", "correct horse", [Role.SETTER], unit="T01")
    return empty


def log_in(world, county, password="correct horse", at=None, login="li si", token="t" * 43):
    return world.do(log_ins.log_in, login, password, token, at or county.NOW, KEY)


def test_the_right_password_opens_a_session_that_ends(someone, county):
    assert log_in(someone, county).account.name == "李四"
    actor, _ = someone.do(log_ins.who, "t" * 43, county.NOW)
    assert actor.roles == {Role.SETTER: "/QL/T01/"}
    assert someone.do(log_ins.who, "t" * 43, county.NOW + log_ins.LOGIN_LASTS) is None
    someone.do(log_ins.log_out, "t" * 43)
    assert someone.do(log_ins.who, "t" * 43, county.NOW) is None


def test_only_a_digest_of_the_token_is_stored(someone, county):
    log_in(someone, county)
    assert someone.do(lambda db: db.query(LoginRow.token_digest).scalar()) == log_ins.token_digest("t" * 43) != "t" * 43


def test_unknown_name_and_wrong_password_look_the_same(someone, county):
    assert log_in(someone, county, "wrong") == log_in(someone, county, login="nobody") == log_ins.LogIn()
    assert log_in(someone, county, "x" * 10_000) == log_ins.LogIn()


def test_failures_make_one_wait_longer_and_longer_but_never_lock(someone, county):
    for _ in range(5):
        assert log_in(someone, county, "wrong").wait_seconds == 0
    assert log_in(someone, county).wait_seconds == 2
    assert log_in(someone, county, "wrong", county.NOW + 2 * SECOND).wait_seconds == 0
    assert log_in(someone, county, at=county.NOW + 3 * SECOND).wait_seconds == 3
    assert log_in(someone, county, at=county.NOW + 6 * SECOND).account is not None
    assert log_in(someone, county, "wrong").wait_seconds == 0


def test_a_right_guess_among_many_at_once_learns_nothing_while_the_account_must_wait(someone, county):
    stored = someone.do(log_ins.stored_hash, "li si", county.NOW, KEY)
    checked = passwords.check(stored, "correct horse")  # on its way while five other guesses fail
    for _ in range(5):
        log_in(someone, county, "wrong")
    assert someone.do(log_ins.log_in, "li si", "correct horse", "t" * 43, county.NOW, KEY, checked).wait_seconds == 2
    assert someone.do(log_ins.stored_hash, "li si", county.NOW, KEY) is None


def test_a_check_against_a_hash_that_was_changed_meanwhile_is_made_again(someone, county):
    stored = someone.do(log_ins.stored_hash, "li si", county.NOW, KEY)
    checked = passwords.check(stored, "correct horse")
    account = log_in(someone, county).account
    change = accounts.check_change(account, "correct horse", "another horse")
    someone.do(accounts.change_password, account.id, "correct horse", "another horse", "c" * 43, county.NOW, change)
    assert someone.do(log_ins.log_in, "li si", "correct horse", "t" * 43, county.NOW, KEY, checked) == log_ins.LogIn()
    with pytest.raises(QuizError, match="wrong_password"):
        someone.do(accounts.change_password, account.id, "correct horse", "third horse", "d" * 43, county.NOW, change)


def test_a_name_that_nobody_has_is_checked_against_a_hash_too(someone, county):
    assert not passwords.check(someone.do(log_ins.stored_hash, "nobody", county.NOW, KEY), "correct horse").matches


def test_an_account_that_is_closed_gets_nowhere(someone, county):
    log_in(someone, county)
    someone.do(lambda db: db.query(AccountRow).update({"is_active": False}))
    assert log_in(someone, county) == log_ins.LogIn()
    assert someone.do(log_ins.who, "t" * 43, county.NOW) is None


@pytest.mark.parametrize("password", ["short", "12345678", "P@ssw0rd", "1qaz2wsx", "19800101", "a1234567", "13812345678", "x" * 201, "x" * 10_000])
def test_weak_passwords_are_refused(empty, county, password):
    with pytest.raises(QuizError, match="weak_password"):
        empty.do(accounts.create_account, county.ADMIN, county.NOW, "li si", "李四", password, [])


@pytest.mark.parametrize("password", ["ouyang.wenxiu", "OuYang.WenXiu1"])
def test_ones_own_name_is_no_password(empty, county, password):
    with pytest.raises(QuizError, match="weak_password"):
        empty.do(accounts.create_account, county.ADMIN, county.NOW, "ouyang.wenxiu", "欧阳文秀", password, [])


def test_a_log_in_name_is_used_once_whatever_its_case(someone, county):
    with pytest.raises(QuizError, match="login_taken"):
        someone.do(accounts.create_account, county.ADMIN, county.NOW, "ＬＩ SI", "x", "long enough", [])


def test_changing_the_password_ends_the_other_log_ins(someone, county):
    account = log_in(someone, county, token="a" * 43).account
    log_in(someone, county, token="b" * 43)
    with pytest.raises(QuizError, match="wrong_password"):
        someone.do(accounts.change_password, account.id, "wrong", "new password", "a" * 43, county.NOW)
    someone.do(accounts.change_password, account.id, "correct horse", "new password", "c" * 43, county.NOW)
    assert [someone.do(log_ins.who, t * 43, county.NOW) is not None for t in "abc"] == [False, False, True]


def test_every_cadre_gets_one_first_password(empty, county):
    assert empty.do(accounts.without_account, county.ADMIN) == ["C1", "C2", "C3"]
    made = {number: passwords.make_first_password(f"first-{number}-password") for number in ("C1", "C3", "C9")}
    issued = empty.do(accounts.issue_passwords, county.ADMIN, county.NOW, made)
    assert [(item.number, item.password) for item in issued] == [("C1", "first-C1-password"), ("C3", "first-C3-password")]
    assert empty.do(accounts.issue_passwords, county.ADMIN, county.NOW, made) == []
    assert empty.do(accounts.without_account, county.ADMIN) == ["C2"]
    found = empty.do(log_ins.log_in, "c1", issued[0].password, "t" * 43, county.NOW, KEY)
    assert found.account.must_change_password
    actor, _ = empty.do(log_ins.who, "t" * 43, county.NOW)
    assert (actor.cadre_number, set(actor.roles)) == ("C1", {Role.TRAINEE})

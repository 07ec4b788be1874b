"""Looking after accounts: end somebody's log-ins, close and open an account, give a new first password. All of it is audited."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.message import NotFound
from quiz.storage import accounts, audit
from quiz.storage.tables import AccountRow
from quiz.usecases.log_ins import clean_login
from quiz.usecases.passwords import check_password, hashed


def end_log_ins(session: Session, actor: Actor, now: datetime, login: str) -> int:
    """End every log-in of an account and return how many there were: for a phone that was lost. NotFound outside the actor's authority."""
    account = _account(session, actor, login)
    ended = accounts.delete_logins_of(session, account.id)
    audit.record(session, now, actor.person, "end_log_ins", account.login, {"ended": ended})
    return ended


def close_account(session: Session, actor: Actor, now: datetime, login: str) -> None:
    """Let nobody in by this account any more, nor by an admission code of its person, and end its log-ins. NotFound as above."""
    account = _account(session, actor, login)
    account.is_active = False
    accounts.delete_logins_of(session, account.id)
    audit.record(session, now, actor.person, "close_account", account.login)


def open_account(session: Session, actor: Actor, now: datetime, login: str) -> None:
    """Let a closed account in again, with the password it had. NotFound as above."""
    account = _account(session, actor, login)
    account.is_active = True
    audit.record(session, now, actor.person, "open_account", account.login)


def reset_password(session: Session, actor: Actor, now: datetime, login: str, password: str) -> None:
    """Give a new first password, to be changed at first use, and end every log-in. NotFound as above; QuizError `weak_password`."""
    account = _account(session, actor, login)
    check_password(password, account.login, account.name)
    account.password_hash = hashed(password)
    account.must_change_password = True
    account.failures, account.failed_at = 0, None
    accounts.delete_logins_of(session, account.id)
    audit.record(session, now, actor.person, "reset_password", account.login)


def _account(session: Session, actor: Actor, login: str) -> AccountRow:
    """The account, if all that it may do and its person lie within the actor's authority: else a town could take over the county."""
    scope = actor.require(Action.MANAGE_ACCOUNTS)
    account = accounts.get_account(session, clean_login(login))
    if account is None or any(not path.startswith(scope) for path in accounts.paths_of(session, account)):
        raise NotFound()
    return account

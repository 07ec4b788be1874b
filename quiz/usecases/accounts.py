"""Accounts: made for people, with the roles they are given and a first password, which each changes for one of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor, Person, Role
from quiz.core.message import Forbidden, QuizError, say
from quiz.storage import accounts, audit, rosters
from quiz.storage.tables import AccountRow
from quiz.usecases.log_ins import LOGIN_LASTS, clean_login, count_failure, refuse_while_waiting, token_digest
from quiz.usecases.passwords import Checked, FirstPassword, check, check_password, hashed, matches


def create_account(
    session: Session, actor: Actor, now: datetime, login: str, name: str, password: str, roles: Sequence[Role], cadre: str = "", unit: str = ""
) -> AccountRow:
    """Create an account with roles, for a cadre if `cadre` is a staff number, its roles limited to `unit` if given.

    Whoever manages accounts of a part of the county gives roles for that part only, to its people. QuizError `login_taken`, `weak_password`,
    `unknown_cadre` or `unknown_unit`; Forbidden for roles in the whole county.
    """
    scope = actor.require(Action.MANAGE_ACCOUNTS)
    login = clean_login(login)
    if accounts.get_account(session, login) is not None:
        raise QuizError("login_taken", say("登录名{login}已经有人使用。", login=login))
    check_password(password, login, name)
    units = rosters.units_by_code(session)
    if unit and (unit not in units or not units[unit].path.startswith(scope)):
        raise QuizError("unknown_unit", say("没有编码为{code}的单位。", code=unit))
    if not unit and scope != "/":
        raise Forbidden()
    person = rosters.get_cadre_row(session, cadre) if cadre else None
    paths = {row.id: row.path for row in units.values()}
    if cadre and (person is None or not paths[person.unit_id].startswith(scope)):
        raise QuizError("unknown_cadre", say("花名册中没有工号{number}。", number=cadre))
    row = AccountRow(login=login, name=name, password_hash=hashed(password), cadre_id=person.id if person else None, created_at=now)
    accounts.save_account(session, row, roles, units[unit].id if unit else None)
    audit.record(session, now, actor.person, "create_account", login, {"roles": sorted(role.value for role in roles)})
    return row


@dataclass(frozen=True, slots=True)
class Credential:
    """A first password, to be handed to one person; it must be changed at first use."""

    unit: str
    number: str
    name: str
    login: str
    password: str


def without_account(session: Session, actor: Actor) -> list[str]:
    """Return the staff numbers of everybody in the actor's scope who cannot log in yet."""
    scope = actor.require(Action.MANAGE_ACCOUNTS)
    return [cadre.number for cadre, _ in accounts.cadres_without_account(session, scope)]


def issue_passwords(session: Session, actor: Actor, now: datetime, made: Mapping[str, FirstPassword]) -> list[Credential]:
    """Give those of these staff numbers who are in the actor's scope and have no account one, with the number as log-in and a first password."""
    scope = actor.require(Action.MANAGE_ACCOUNTS)
    out = []
    for cadre, unit in accounts.cadres_without_account(session, scope):
        first = made.get(cadre.number)
        if first is None:
            continue
        row = AccountRow(
            login=clean_login(cadre.number),
            name=cadre.name,
            password_hash=first.password_hash,
            cadre_id=cadre.id,
            must_change_password=True,
            created_at=now,
        )
        accounts.save_account(session, row, [Role.TRAINEE])
        out.append(Credential(unit.name, cadre.number, cadre.name, row.login, first.password))
    if out:
        audit.record(session, now, actor.person, "issue_passwords", "", {"count": len(out)})
    return out


@dataclass(frozen=True, slots=True)
class Change:
    """A change of password that was checked against a stored hash, with the hash of the new password."""

    checked: Checked
    new_hash: str


def check_change(account: AccountRow, old: str, new: str) -> Change:
    """Check a change of password; slow, so hold no transaction meanwhile. QuizError `wrong_password` or `weak_password`."""
    checked = check(account.password_hash, old)
    if not checked.matches:
        raise QuizError("wrong_password", say("原密码不对。"))
    check_password(new, account.login, account.name)
    return Change(checked, hashed(new))


def change_password(session: Session, account_id: int, old: str, new: str, token: str, now: datetime, change: Change | None = None) -> None:
    """Change one's own password, as `change` was checked before this transaction; every other log-in of the account ends.

    QuizError `wait`, `wrong_password` or `weak_password`.
    """
    account = session.get_one(AccountRow, account_id)
    refuse_while_waiting(account, now)
    if change is None or change.checked.password_hash != account.password_hash:
        change = check_change(account, old, new)
    account.password_hash = change.new_hash
    account.must_change_password = False
    account.failures, account.failed_at = 0, None
    accounts.delete_logins_of(session, account.id)
    accounts.save_login(session, token_digest(token), account.id, now, now + LOGIN_LASTS)
    audit.record(session, now, Person.of_account(account.id, account.name), "change_password", account.login)


def count_wrong_password(session: Session, account_id: int, now: datetime) -> None:
    """Count a wrong old password as a failed log-in."""
    count_failure(session.get_one(AccountRow, account_id), now)


def who_has_password(session: Session, logins: Sequence[str], password: str) -> list[str]:
    """Return those of the log-in names whose account is open and has this password."""
    found = [account for login in logins if (account := accounts.get_account(session, login)) is not None]
    return [account.login for account in found if account.is_active and matches(account.password_hash, password)]

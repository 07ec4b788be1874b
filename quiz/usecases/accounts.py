"""Accounts and log-ins: who someone is. Passwords are argon2 hashes, tokens are stored as digests, failures slow the account down, never lock it."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor, Role
from quiz.core.message import Forbidden, QuizError, say
from quiz.storage import accounts, audit, rosters
from quiz.storage.tables import AccountRow

HASHER = PasswordHasher(time_cost=5, memory_cost=7 * 1024, parallelism=1)
"""OWASP's small argon2id setting: 7 MiB, 5 passes; a hall of 500 logs in within seconds on two cores."""

MIN_PASSWORD, MAX_PASSWORD = 8, 200
LOGIN_LASTS = timedelta(hours=16)
FREE_FAILURES = 4
LONGEST_WAIT = 300
COMMON_PASSWORDS = frozenset({"12345678", "123456789", "1234567890", "password", "88888888", "11111111", "00000000", "qwertyui", "abcd1234"})

_DUMMY = HASHER.hash("nobody has this password")


@dataclass(frozen=True, slots=True)
class LogIn:
    """The outcome of a log-in: an account, or the seconds to wait, or neither (wrong name or password; the two are never told apart)."""

    account: AccountRow | None = None
    wait_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of a password check against a stored hash."""

    password_hash: str
    matches: bool


def stored_hash(session: Session, login: str, now: datetime) -> str | None:
    """Return the hash that a password for this log-in name is to be checked against, nobody's for a name that nobody has, None while it must wait."""
    account = accounts.get_account(session, clean_login(login))
    if account is None or not account.is_active:
        return _DUMMY
    return None if _seconds_to_wait(account, now) else account.password_hash


def check(stored: str, password: str) -> Checked:
    """Check a password. Slow on purpose, so hold no transaction meanwhile: on SQLite every save would wait behind it."""
    return Checked(stored, _matches(stored, password if len(password) <= MAX_PASSWORD else ""))


def log_in(session: Session, login: str, password: str, token: str, now: datetime, checked: Checked | None = None) -> LogIn:
    """Check a password and open a session for `token` (256 random bits as text); `checked` is the check made before this transaction.

    A refusal is returned, not raised, since the failure must be counted. From the fifth failure on the account waits 2, 4, 8 … at most 300 seconds.
    What was counted since the check holds: many guesses at once learn no more than one after the other.
    """
    account = accounts.get_account(session, clean_login(login))
    if account is None or not account.is_active or len(password) > MAX_PASSWORD:
        if checked is None:
            _matches(_DUMMY, "")
        return LogIn()
    wait = _seconds_to_wait(account, now)
    if wait:
        return LogIn(wait_seconds=wait)
    if checked is None or checked.password_hash != account.password_hash:
        checked = check(account.password_hash, password)
    if not checked.matches:
        account.failures += 1
        account.failed_at = now
        return LogIn()
    account.failures, account.failed_at = 0, None
    accounts.save_login(session, token_digest(token), account.id, now, now + LOGIN_LASTS)
    return LogIn(account=account)


def who(session: Session, token: str, now: datetime) -> tuple[Actor, AccountRow] | None:
    """Return who holds a live log-in token, or None."""
    account = accounts.account_of_login(session, token_digest(token), now)
    return None if account is None else (accounts.actor_of(session, account), account)


def trainees(session: Session, tokens: Sequence[str], now: datetime) -> dict[str, Actor | QuizError]:
    """Return who holds many log-in tokens at once, in no other role than the trainee's, or why they may not act; nobody's tokens are left out."""
    digests = {token_digest(token): token for token in tokens}
    out: dict[str, Actor | QuizError] = {}
    for digest, found in accounts.logged_in(session, digests, now).items():
        roles = {Role.TRAINEE: "/"} if found.is_trainee else {}
        actor = Actor(found.name, roles, account_id=found.account_id, cadre_number=found.number)
        out[digests[digest]] = Forbidden() if found.must_change_password else actor
    return out


def log_out(session: Session, token: str) -> None:
    """End the log-in session of `token`."""
    accounts.delete_login(session, token_digest(token))


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
    check_password(new, account.login)
    return Change(checked, HASHER.hash(new))


def change_password(session: Session, account_id: int, old: str, new: str, token: str, now: datetime, change: Change | None = None) -> None:
    """Change one's own password, as `change` was checked before this transaction; every other log-in of the account ends.

    QuizError `wrong_password` or `weak_password`.
    """
    account = session.get_one(AccountRow, account_id)
    if change is None or change.checked.password_hash != account.password_hash:
        change = check_change(account, old, new)
    account.password_hash = change.new_hash
    account.must_change_password = False
    accounts.delete_logins_of(session, account.id)
    accounts.save_login(session, token_digest(token), account.id, now, now + LOGIN_LASTS)
    audit.record(session, now, account.name, "change_password", account.login)


def create_account(
    session: Session, actor: Actor, now: datetime, login: str, name: str, password: str, roles: Sequence[Role], cadre: str = "", unit: str = ""
) -> AccountRow:
    """Create an account with roles, for a cadre if `cadre` is a staff number, its roles limited to `unit` if given.

    QuizError `login_taken`, `weak_password`, `unknown_cadre` or `unknown_unit`.
    """
    actor.require(Action.MANAGE_ACCOUNTS)
    login = clean_login(login)
    if accounts.get_account(session, login) is not None:
        raise QuizError("login_taken", say("登录名{login}已经有人使用。", login=login))
    check_password(password, login)
    person = rosters.get_cadre_row(session, cadre) if cadre else None
    if cadre and person is None:
        raise QuizError("unknown_cadre", say("花名册中没有工号{number}。", number=cadre))
    units = rosters.units_by_code(session)
    if unit and unit not in units:
        raise QuizError("unknown_unit", say("没有编码为{code}的单位。", code=unit))
    row = AccountRow(login=login, name=name, password_hash=HASHER.hash(password), cadre_id=person.id if person else None, created_at=now)
    accounts.save_account(session, row, roles, units[unit].id if unit else None)
    audit.record(session, now, actor.name, "create_account", login, {"roles": sorted(role.value for role in roles)})
    return row


@dataclass(frozen=True, slots=True)
class Credential:
    """A first password, to be handed to one person; it must be changed at first use."""

    unit: str
    number: str
    name: str
    login: str
    password: str


def issue_passwords(session: Session, actor: Actor, now: datetime, new_password: Callable[[], str]) -> list[Credential]:
    """Give every cadre of the actor's scope who has no account one, with the staff number as log-in and a first password."""
    scope = actor.require(Action.MANAGE_ACCOUNTS)
    out = []
    for cadre, unit in accounts.cadres_without_account(session, scope):
        password = new_password()
        row = AccountRow(
            login=clean_login(cadre.number),
            name=cadre.name,
            password_hash=HASHER.hash(password),
            cadre_id=cadre.id,
            must_change_password=True,
            created_at=now,
        )
        accounts.save_account(session, row, [Role.TRAINEE])
        out.append(Credential(unit.name, cadre.number, cadre.name, row.login, password))
    if out:
        audit.record(session, now, actor.name, "issue_passwords", "", {"count": len(out)})
    return out


def clean_login(login: str) -> str:
    """Return a log-in name as it is stored: NFKC, lower case, no spaces around."""
    return unicodedata.normalize("NFKC", login).strip().casefold()[:80]


def check_password(password: str, login: str) -> None:
    """QuizError `weak_password` when a password is too short, too long, too common or the log-in name."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise QuizError("weak_password", say("密码须为{low}至{high}个字符。", low=MIN_PASSWORD, high=MAX_PASSWORD))
    if password.casefold() in COMMON_PASSWORDS or password.casefold() == login:
        raise QuizError("weak_password", say("这个密码太常见，请换一个。"))


def token_digest(token: str) -> str:
    """Return what is stored of a log-in token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _seconds_to_wait(account: AccountRow, now: datetime) -> int:
    if account.failures <= FREE_FAILURES or account.failed_at is None:
        return 0
    wait = min(2 ** (account.failures - FREE_FAILURES), LONGEST_WAIT)
    left = account.failed_at + timedelta(seconds=wait) - now
    return max(0, int(left.total_seconds() + 0.999))


def _matches(stored: str, password: str) -> bool:
    try:
        return HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False

"""Accounts and log-ins: who someone is. Passwords are argon2 hashes, tokens are stored as digests, failures slow the account down, never lock it."""

from __future__ import annotations

import hashlib
import os
import threading
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor, Role
from quiz.core.message import Forbidden, QuizError, say
from quiz.storage import accounts, audit, rosters
from quiz.storage.tables import AccountRow, StrangerRow

HASHER = PasswordHasher(time_cost=5, memory_cost=7 * 1024, parallelism=1)
"""OWASP's small argon2id setting: 7 MiB, 5 passes; a hall of 500 logs in within seconds on two cores."""

MIN_PASSWORD, MAX_PASSWORD = 8, 200
LOGIN_LASTS = timedelta(hours=16)
FREE_FAILURES = 4
LONGEST_WAIT = 300
GUESSABLE = 2
"""What zxcvbn's score must reach: below it a password is found within a million guesses in the order in which people choose them."""

LONGEST_JUDGED = 72
"""Characters that are judged; judging takes time with the square of the length."""


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


def stored_hash(session: Session, login: str, now: datetime, key: str) -> str | None:
    """Return the hash that a password for this log-in name is to be checked against, nobody's for a name that nobody has, None while it must wait.

    `key` is the installation's secret, under which names that nobody has are kept.
    """
    account, failed = _asked_for(session, login, key)
    if failed is not None and seconds_to_wait(failed.failures, failed.failed_at, now):
        return None
    return account.password_hash if account else _DUMMY


def _asked_for(session: Session, login: str, key: str) -> tuple[AccountRow | None, AccountRow | StrangerRow | None]:
    """The open account with a log-in name, and what its failures are counted on; a name without one has failures of its own."""
    account = accounts.get_account(session, clean_login(login))
    if account is not None and account.is_active:
        return account, account
    return None, accounts.get_stranger(session, name_digest(login, key))


def name_digest(login: str, key: str) -> str:
    """Return what is stored of a log-in name that nobody has."""
    return hashlib.blake2b(clean_login(login).encode("utf-8", "surrogatepass"), key=key.encode()[:64], digest_size=16).hexdigest()


def check(stored: str, password: str) -> Checked:
    """Check a password. Slow on purpose, so hold no transaction meanwhile: on SQLite every save would wait behind it."""
    return Checked(stored, _matches(stored, password if len(password) <= MAX_PASSWORD else ""))


def log_in(session: Session, login: str, password: str, token: str, now: datetime, key: str, checked: Checked | None = None) -> LogIn:
    """Check a password and open a session for `token` (256 random bits as text); `checked` is the check made before this transaction.

    A refusal is returned, not raised, since the failure must be counted. From the fifth failure on the account waits 2, 4, 8 … at most 300 seconds.
    What was counted since the check holds: many guesses at once learn no more than one after the other. A name that nobody has waits alike.
    """
    account, failed = _asked_for(session, login, key)
    wait = seconds_to_wait(failed.failures, failed.failed_at, now) if failed else 0
    if wait:
        return LogIn(wait_seconds=wait)
    if account is None or len(password) > MAX_PASSWORD:
        if checked is None:
            _matches(_DUMMY, "")
        if account is None:
            accounts.count_stranger(session, name_digest(login, key), now)
        return LogIn()
    if checked is None or checked.password_hash != account.password_hash:
        checked = check(account.password_hash, password)
    if not checked.matches:
        count_failure(account, now)
        return LogIn()
    account.failures, account.failed_at = 0, None
    accounts.save_login(session, token_digest(token), account.id, now, now + LOGIN_LASTS)
    return LogIn(account=account)


def count_failure(account: AccountRow, now: datetime) -> None:
    """Count a wrong password."""
    account.failures += 1
    account.failed_at = now


def who(session: Session, token: str, now: datetime) -> tuple[Actor, AccountRow] | None:
    """Return who holds a live log-in token, or None."""
    account = accounts.account_of_login(session, token_digest(token), now)
    return None if account is None else (accounts.actor_of(session, account), account)


def actor_of_account(session: Session, account_id: int) -> Actor:
    """Return who acts when this account acts, for work that goes on when its request has been answered. Forbidden when it is closed."""
    account = session.get(AccountRow, account_id)
    if account is None or not account.is_active:
        raise Forbidden()
    return accounts.actor_of(session, account)


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


def refuse_while_waiting(account: AccountRow, now: datetime) -> None:
    """QuizError `wait` while the account has failed too often: a stolen log-in must not try passwords without end either."""
    wait = seconds_to_wait(account.failures, account.failed_at, now)
    if wait:
        raise QuizError("wait", say("输错次数较多，请{n}秒后再试。", n=wait))


def count_wrong_password(session: Session, account_id: int, now: datetime) -> None:
    """Count a wrong old password as a failed log-in."""
    count_failure(session.get_one(AccountRow, account_id), now)


def check_change(account: AccountRow, old: str, new: str) -> Change:
    """Check a change of password; slow, so hold no transaction meanwhile. QuizError `wrong_password` or `weak_password`."""
    checked = check(account.password_hash, old)
    if not checked.matches:
        raise QuizError("wrong_password", say("原密码不对。"))
    check_password(new, account.login, account.name)
    return Change(checked, HASHER.hash(new))


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
    audit.record(session, now, account.name, "change_password", account.login)


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


@dataclass(frozen=True, slots=True)
class FirstPassword:
    """A password that somebody may get, and its hash, which took its time."""

    password: str
    password_hash: str


def without_account(session: Session, actor: Actor) -> list[str]:
    """Return the staff numbers of everybody in the actor's scope who cannot log in yet."""
    scope = actor.require(Action.MANAGE_ACCOUNTS)
    return [cadre.number for cadre, _ in accounts.cadres_without_account(session, scope)]


def make_first_password(password: str) -> FirstPassword:
    """Hash a first password; slow on purpose, so hold no transaction meanwhile: thousands take minutes, and on SQLite every save would wait."""
    return FirstPassword(password, HASHER.hash(password))


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
        audit.record(session, now, actor.name, "issue_passwords", "", {"count": len(out)})
    return out


def who_has_password(session: Session, logins: Sequence[str], password: str) -> list[str]:
    """Return those of the log-in names whose account is open and has this password."""
    found = [account for login in logins if (account := accounts.get_account(session, login)) is not None]
    return [account.login for account in found if account.is_active and _matches(account.password_hash, password)]


def clean_login(login: str) -> str:
    """Return a log-in name as it is stored: NFKC, lower case, no spaces around."""
    return unicodedata.normalize("NFKC", login).strip().casefold()[:80]


def check_password(password: str, *known: str) -> None:
    """QuizError `weak_password` when a password is too short, too long, or soon guessed by whoever knows the texts in `known`."""
    from zxcvbn import zxcvbn  # its lists of words are large, and most processes never need them

    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise QuizError("weak_password", say("密码须为{low}至{high}个字符。", low=MIN_PASSWORD, high=MAX_PASSWORD))
    if zxcvbn(password[:LONGEST_JUDGED], user_inputs=list(known))["score"] < GUESSABLE:
        raise QuizError("weak_password", say("这个密码太容易猜到，请换一个。例如用几个不相干的词，中间加数字。"))


def token_digest(token: str) -> str:
    """Return what is stored of a log-in token."""
    return hashlib.sha256(token.encode()).hexdigest()


def seconds_to_wait(failures: int, failed_at: datetime | None, now: datetime) -> int:
    """Return how long whoever failed so often, the last time then, is to wait: 2, 4, 8 … at most 300 seconds from the fifth failure on."""
    if failures <= FREE_FAILURES or failed_at is None:
        return 0
    wait = min(2 ** (failures - FREE_FAILURES), LONGEST_WAIT)
    left = failed_at + timedelta(seconds=wait) - now
    return max(0, int(left.total_seconds() + 0.999))


_HASHING = threading.BoundedSemaphore(os.cpu_count() or 1)
"""As many passwords are checked at once as there are processors: more would be no faster, take 7 MiB each, and keep saves waiting."""


def _matches(stored: str, password: str) -> bool:
    try:
        with _HASHING:
            return HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False

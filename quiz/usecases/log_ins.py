"""Logging in and out: whose the name, the password or the token is. Tokens are stored as digests; failures slow a name down and never lock it."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from quiz.core.access import Actor, Role
from quiz.core.message import Forbidden, QuizError, say
from quiz.storage import accounts
from quiz.storage.tables import AccountRow, StrangerRow
from quiz.usecases import passwords
from quiz.usecases.passwords import Checked

LOGIN_LASTS = timedelta(hours=16)
FREE_FAILURES = 4
LONGEST_WAIT = 300


@dataclass(frozen=True, slots=True)
class LogIn:
    """The outcome of a log-in: an account, or the seconds to wait, or neither (wrong name or password; the two are never told apart)."""

    account: AccountRow | None = None
    wait_seconds: int = 0


def stored_hash(session: Session, login: str, now: datetime, key: str) -> str | None:
    """Return the hash that a password for this log-in name is to be checked against, nobody's for a name that nobody has, None while it must wait.

    `key` is the installation's secret, under which names that nobody has are kept.
    """
    account, failed = _asked_for(session, login, key)
    if failed is not None and seconds_to_wait(failed.failures, failed.failed_at, now):
        return None
    return account.password_hash if account else passwords.NOBODYS


def _asked_for(session: Session, login: str, key: str) -> tuple[AccountRow | None, AccountRow | StrangerRow | None]:
    """The open account with a log-in name, and what its failures are counted on; a name without one has failures of its own."""
    account = accounts.get_account(session, clean_login(login))
    if account is not None and account.is_active:
        return account, account
    return None, accounts.get_stranger(session, name_digest(login, key))


def log_in(session: Session, login: str, password: str, token: str, now: datetime, key: str, checked: Checked | None = None) -> LogIn:
    """Check a password and open a session for `token` (256 random bits as text); `checked` is the check made before this transaction.

    A refusal is returned, not raised, since the failure must be counted. From the fifth failure on the account waits 2, 4, 8 … at most 300 seconds.
    What was counted since the check holds: many guesses at once learn no more than one after the other. A name that nobody has waits alike.
    """
    account, failed = _asked_for(session, login, key)
    wait = seconds_to_wait(failed.failures, failed.failed_at, now) if failed else 0
    if wait:
        return LogIn(wait_seconds=wait)
    if account is None or len(password) > passwords.MAX_PASSWORD:
        if checked is None:
            passwords.matches(passwords.NOBODYS, "")
        if account is None:
            accounts.count_stranger(session, name_digest(login, key), now)
        return LogIn()
    if checked is None or checked.password_hash != account.password_hash:
        checked = passwords.check(account.password_hash, password)
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


def trainees(session: Session, tokens: Sequence[str], now: datetime) -> dict[str, Actor | QuizError]:
    """Return who holds many log-in tokens at once, in no other role than the trainee's, or why they may not act; nobody's tokens are left out."""
    digests = {token_digest(token): token for token in tokens}
    out: dict[str, Actor | QuizError] = {}
    for digest, found in accounts.logged_in(session, digests, now).items():
        roles = {Role.TRAINEE: "/"} if found.is_trainee else {}
        actor = Actor(found.name, roles, account_id=found.account_id, cadre_number=found.number)
        out[digests[digest]] = Forbidden() if found.must_change_password else actor
    return out


def actor_of_account(session: Session, account_id: int) -> Actor:
    """Return who acts when this account acts, for work that goes on when its request has been answered. Forbidden when it is closed."""
    account = session.get(AccountRow, account_id)
    if account is None or not account.is_active:
        raise Forbidden()
    return accounts.actor_of(session, account)


def log_out(session: Session, token: str) -> None:
    """End the log-in session of `token`."""
    accounts.delete_login(session, token_digest(token))


def refuse_while_waiting(account: AccountRow, now: datetime) -> None:
    """QuizError `wait` while the account has failed too often: a stolen log-in must not try passwords without end either."""
    wait = seconds_to_wait(account.failures, account.failed_at, now)
    if wait:
        raise QuizError("wait", say("输错次数较多，请{n}秒后再试。", n=wait))


def seconds_to_wait(failures: int, failed_at: datetime | None, now: datetime) -> int:
    """Return how long whoever failed so often, the last time then, is to wait: 2, 4, 8 … at most 300 seconds from the fifth failure on."""
    if failures <= FREE_FAILURES or failed_at is None:
        return 0
    wait = min(2 ** (failures - FREE_FAILURES), LONGEST_WAIT)
    left = failed_at + timedelta(seconds=wait) - now
    return max(0, int(left.total_seconds() + 0.999))


def clean_login(login: str) -> str:
    """Return a log-in name as it is stored: NFKC, lower case, no spaces around."""
    return unicodedata.normalize("NFKC", login).strip().casefold()[:80]


def name_digest(login: str, key: str) -> str:
    """Return what is stored of a log-in name that nobody has."""
    return hashlib.blake2b(clean_login(login).encode("utf-8", "surrogatepass"), key=key.encode()[:64], digest_size=16).hexdigest()


def token_digest(token: str) -> str:
    """Return what is stored of a log-in token."""
    return hashlib.sha256(token.encode()).hexdigest()

"""Accounts, role grants and log-ins."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from quiz.core.access import Actor, Person, Role
from quiz.storage.tables import AccountRow, CadreRow, GrantRow, LoginRow, StrangerRow, UnitRow

MOST_STRANGERS = 100_000
"""Names that nobody has whose failures are kept."""


def get_account(session: Session, login: str) -> AccountRow | None:
    """Return the account with this log-in name, or None."""
    return session.scalar(select(AccountRow).where(AccountRow.login == login))


def cadres_without_account(session: Session, scope: str = "/") -> list[tuple[CadreRow, UnitRow]]:
    """Return the cadres within the path `scope` who cannot log in yet, with their unit, by staff number."""
    query = (
        select(CadreRow, UnitRow)
        .join(UnitRow, UnitRow.id == CadreRow.unit_id)
        .outerjoin(AccountRow, AccountRow.cadre_id == CadreRow.id)
        .where(AccountRow.id.is_(None), UnitRow.path.startswith(scope, autoescape=True))
        .order_by(CadreRow.number)
    )
    return [(cadre, unit) for cadre, unit in session.execute(query)]


def save_account(session: Session, account: AccountRow, roles: Iterable[Role], unit_id: int | None = None) -> AccountRow:
    """Add an account with its roles."""
    session.add(account)
    session.flush()
    session.add_all(GrantRow(account_id=account.id, role=role.value, unit_id=unit_id) for role in roles)
    session.flush()
    return account


def save_login(session: Session, digest: str, account_id: int, now: datetime, expires_at: datetime) -> None:
    """Add a log-in session, and forget the account's expired ones."""
    session.execute(delete(LoginRow).where(LoginRow.account_id == account_id, LoginRow.expires_at <= now))
    session.add(LoginRow(token_digest=digest, account_id=account_id, created_at=now, expires_at=expires_at))


def delete_login(session: Session, digest: str) -> None:
    """End one log-in session."""
    session.execute(delete(LoginRow).where(LoginRow.token_digest == digest))


def delete_logins_of(session: Session, account_id: int) -> int:
    """End every log-in session of an account; return how many there were."""
    return len(session.execute(delete(LoginRow).where(LoginRow.account_id == account_id).returning(LoginRow.token_digest)).all())


def get_stranger(session: Session, digest: str) -> StrangerRow | None:
    """Return what failed under a name that nobody has, by its digest; None when nothing did."""
    return session.scalar(select(StrangerRow).where(StrangerRow.digest == digest))


def count_stranger(session: Session, digest: str, now: datetime) -> None:
    """Count one more failure of a name that nobody has, and forget the oldest of very many names."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    query = insert(StrangerRow).values(digest=digest, failures=1, failed_at=now)
    counted = query.on_conflict_do_update(index_elements=[StrangerRow.digest], set_={"failures": StrangerRow.failures + 1, "failed_at": now})
    number = session.scalar(counted.returning(StrangerRow.id))
    session.execute(delete(StrangerRow).where(StrangerRow.id <= (number or 0) - MOST_STRANGERS))


def account_of_login(session: Session, digest: str, now: datetime) -> AccountRow | None:
    """Return the active account behind a live log-in session, or None."""
    account = session.connection().execute(_LIVE, {"digest": digest, "now": now}).scalar()
    return None if account is None else session.scalar(_ACTIVE, {"account": account})  # most who sit were admitted by a code and have no log-in


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """Who holds a live log-in session, as far as sitting goes: name, account, staff number (empty for none), and whether they are a trainee."""

    name: str
    account_id: int
    number: str
    is_trainee: bool
    must_change_password: bool


def logged_in(session: Session, digests: Iterable[str], now: datetime) -> dict[str, LoggedIn]:
    """Return who holds the live log-in sessions with these digests; those of nobody are left out."""
    rows = session.connection().execute(_MANY_LOGGED_IN, {"digests": sorted(set(digests)), "now": now})
    return {digest: LoggedIn(name, account, number or "", role is not None, must_change) for digest, name, account, number, role, must_change in rows}


def actor_of(session: Session, account: AccountRow) -> Actor:
    """Return who acts when this account acts."""
    roles = {Role(role): path or "/" for role, path in session.execute(_GRANTS, {"account": account.id})}
    number = session.scalar(_NUMBER, {"cadre": account.cadre_id}) if account.cadre_id else None
    return Actor(name=account.name, roles=roles, account_id=account.id, cadre_number=number or "")


@dataclass(frozen=True, slots=True)
class Holder:
    """An account in use with a role, within the path of a unit; `number` is the staff number of whose it is, empty where it belongs to no cadre."""

    account_id: int
    number: str
    path: str

    @property
    def person(self) -> str:
        """What tells who holds the account from everybody else, as `Person.id`."""
        return Person.of_account(self.account_id, "").id


def holders(session: Session, roles: Collection[Role]) -> list[Holder]:
    """Return the accounts in use that hold one of these roles, each with the widest path within which it does."""
    query = (
        select(AccountRow.id, CadreRow.number, UnitRow.path)
        .join(GrantRow, GrantRow.account_id == AccountRow.id)
        .outerjoin(CadreRow, CadreRow.id == AccountRow.cadre_id)
        .outerjoin(UnitRow, UnitRow.id == GrantRow.unit_id)
        .where(AccountRow.is_active, GrantRow.role.in_([role.value for role in roles]))
        .order_by(AccountRow.id)
    )
    found: dict[int, Holder] = {}
    for account, number, path in session.execute(query):
        one = Holder(account, number or "", path or "/")
        if account not in found or len(one.path) < len(found[account].path):
            found[account] = one
    return list(found.values())


def paths_of(session: Session, account: AccountRow) -> list[str]:
    """Return the paths of the units for which the account holds staff roles, and of its person's unit; "/" is the whole county."""
    grants = session.execute(_GRANTS, {"account": account.id})
    staff = [path or "/" for role, path in grants if account.cadre_id is None or role != Role.TRAINEE]
    home = select(UnitRow.path).join(CadreRow, CadreRow.unit_id == UnitRow.id).where(CadreRow.id == account.cadre_id)
    return [*staff, *session.scalars(home)] or ["/"]


# Built once: every request asks these, and putting a query together takes longer than running it.
_LIVE = select(LoginRow.account_id).where(LoginRow.token_digest == bindparam("digest"), LoginRow.expires_at > bindparam("now"))
_ACTIVE = select(AccountRow).where(AccountRow.id == bindparam("account"), AccountRow.is_active)
_GRANTS = select(GrantRow.role, UnitRow.path).outerjoin(UnitRow, UnitRow.id == GrantRow.unit_id).where(GrantRow.account_id == bindparam("account"))
_NUMBER = select(CadreRow.number).where(CadreRow.id == bindparam("cadre"))
_MANY_LOGGED_IN = (
    select(LoginRow.token_digest, AccountRow.name, AccountRow.id, CadreRow.number, GrantRow.id, AccountRow.must_change_password)
    .join(AccountRow, AccountRow.id == LoginRow.account_id)
    .outerjoin(CadreRow, CadreRow.id == AccountRow.cadre_id)
    .outerjoin(GrantRow, (GrantRow.account_id == AccountRow.id) & (GrantRow.role == Role.TRAINEE.value))
    .where(LoginRow.token_digest.in_(bindparam("digests", expanding=True)), LoginRow.expires_at > bindparam("now"), AccountRow.is_active)
)

"""Units, cadres and their posts; accounts, roles and log-ins."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quiz.storage.tables.base import Base, BigId, Moment


class UnitRow(Base):
    """A unit; `path` is the codes from the root, "/QL/T01/V0101/", so that a subtree is a prefix."""

    __tablename__ = "unit"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(20))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    path: Mapped[str] = mapped_column(String(200), unique=True)


class CadreRow(Base):
    """An official on the roster."""

    __tablename__ = "cadre"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    groups: Mapped[str] = mapped_column(Text, default="[]")


class PostRow(Base):
    """A post of a cadre, from and to a day."""

    __tablename__ = "post"
    __table_args__ = (
        UniqueConstraint("cadre_id", "kind", "place_id", "from_on"),
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="ends_after_start"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    cadre_id: Mapped[int] = mapped_column(ForeignKey("cadre.id"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    place_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    title: Mapped[str] = mapped_column(String(100), default="")
    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date | None] = mapped_column(Date)


class AccountRow(Base):
    """A log-in. A trainee's account belongs to a cadre; `failures` counts wrong passwords since the last right one."""

    __tablename__ = "account"
    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    password_hash: Mapped[str] = mapped_column(String(200))
    cadre_id: Mapped[int | None] = mapped_column(ForeignKey("cadre.id"), unique=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    failures: Mapped[int] = mapped_column(default=0)
    failed_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)


class StrangerRow(Base):
    """Failed log-ins of a name that nobody has, by a keyed digest: people type passwords where a name belongs."""

    __tablename__ = "stranger"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    digest: Mapped[str] = mapped_column(String(32), unique=True)
    failures: Mapped[int]
    failed_at: Mapped[datetime] = mapped_column(Moment)


class GrantRow(Base):
    """A role of an account within a unit's subtree; no unit means the whole county."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("account_id", "role"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    role: Mapped[str] = mapped_column(String(20))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))


class LoginRow(Base):
    """A log-in session: only the SHA-256 of its token is stored."""

    __tablename__ = "login"
    token_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)

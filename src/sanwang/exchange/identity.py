"""Signing in: argon2id, sessions by hash, a lock after five failures."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from sanwang.exchange import clock
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.people import grants, parties, sessions, users
from sanwang.exchange.who import Grant, Who

FAILURES = 5
LOCKED = 15 * 60 * clock.SECOND
LASTS = 12 * 3600 * clock.SECOND
SHORTEST = 10

_HASHER = PasswordHasher()
_UNKNOWN = _HASHER.hash(secrets.token_hex(16))
"""Checked for logins that do not exist, so that they take as long as those that do."""


def hashed(password: str) -> str:
    """The argon2id hash of a password. Raises Refused for one that is too short."""
    if len(password) < SHORTEST:
        raise Refused("password", f"a password has at least {SHORTEST} characters", f"密码至少 {SHORTEST} 位")
    return _HASHER.hash(password)


def check_password(tx: Tx, login: str, password: str) -> str | None:
    """The user's id where login and password fit, else None; failures are counted and lock the login for a while.

    Raises Refused while it is locked. What it writes must be kept also where it gives None.
    """
    user = tx.one(sa.select(users).where(users.c.login_folded == login.casefold().strip()).with_for_update())
    if user is not None and (user["locked_until"] or 0) > tx.now:
        raise Refused(
            "locked", "too many failures: try again in a quarter of an hour", "失败次数过多，请 15 分钟后再试"
        )
    right = _fits(user["password"] if user else None, password)
    if user is None:
        return None
    if not right or user["state"] != "active":
        failures = user["failures"] + 1
        until = tx.now + LOCKED if failures >= FAILURES else None
        tx.change(users, user, failures=0 if until else failures, locked_until=until)
        return None
    if user["failures"]:
        tx.change(users, user, failures=0, locked_until=None)
    return str(user["id"])


def _fits(stored: str | None, password: str) -> bool:
    try:
        return _HASHER.verify(stored or _UNKNOWN, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def person(tx: Tx, user: str) -> Who:
    """A user with the grants in force today; those in suspended parties do not count. Raises NotFound."""
    row = tx.one(sa.select(users).where(users.c.id == user, users.c.state == "active"))
    if row is None:
        raise NotFound
    found, states = _grants(tx, user)
    mine = tuple(
        Grant(g["role"], g["scope_kind"], g["scope"]) for g in found if states.get(g["scope"]) != "suspended"
    )
    verified = frozenset(p for p, state in states.items() if state == "verified")
    return Who(str(row["id"]), str(row["name"]), str(row["locale"]), mine, verified)


def _grants(tx: Tx, user: str) -> tuple[list[Row], dict[str, Any]]:
    today = clock.day_of(tx.now).isoformat()
    in_time = sa.and_(
        grants.c.from_on <= today, sa.or_(grants.c.until_on.is_(None), grants.c.until_on >= today)
    )
    joined = sa.outerjoin(grants, parties, grants.c.scope == parties.c.id)
    asked = sa.select(grants.c.role, grants.c.scope_kind, grants.c.scope, parties.c.state).select_from(joined)
    rows = tx.all(asked.where(grants.c.user == user, in_time))
    return rows, {r["scope"]: r["state"] for r in rows if r["state"]}


def open_session(tx: Tx, user: str, agent: str | None = None, address: str | None = None) -> str:
    """A new session; returns its token, which is stored nowhere."""
    token = secrets.token_urlsafe(32)
    tx.insert(
        sessions, token_sha256=_sha256(token), user=user, csrf=secrets.token_urlsafe(16), created_at=tx.now,
        seen_at=tx.now, expires_at=tx.now + LASTS, agent=agent, address=address,
    )  # fmt: skip
    return token


def of_session(tx: Tx, token: str) -> Who | None:
    """Who a session's token belongs to, or None where it has ended."""
    found = sa.select(sessions.c.user).where(
        sessions.c.token_sha256 == _sha256(token), sessions.c.expires_at > tx.now
    )
    user = tx.value(found)
    return person(tx, str(user)) if user else None


def close_session(tx: Tx, token: str) -> None:
    """Sign out."""
    tx.execute(sessions.delete().where(sessions.c.token_sha256 == _sha256(token)))


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

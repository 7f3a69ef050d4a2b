"""Outside identities: whom a provider's subject stands for, by an operator's word or a verified e-mail."""

from __future__ import annotations

import sqlalchemy as sa

from sanwang.exchange import events
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.store import Tx
from sanwang.exchange.tables.people import users
from sanwang.exchange.who import Who


def user_of(tx: Tx, issuer: str, subject: str) -> str | None:
    """The active user that a provider's subject was linked to, or None."""
    asked = sa.select(users.c.id).where(
        users.c.issuer == issuer, users.c.subject == subject, users.c.state == "active"
    )
    return tx.value(asked)


def by_email(tx: Tx, issuer: str, subject: str, email: str) -> str | None:
    """Link the active user whose login is this e-mail, which the provider has verified, and give the id; None where no
    login is it, or the user is linked to somebody already."""
    row = tx.one(sa.select(users).where(users.c.login_folded == email.casefold().strip()).with_for_update())
    if row is None or row["state"] != "active" or row["subject"] is not None:
        return None
    tx.change(users, row, issuer=issuer, subject=subject)
    _told(tx, str(row["id"]), str(row["id"]), "person", {"by": "verified_email", "issuer": issuer})
    return str(row["id"])


def link(tx: Tx, who: Who, user: str, issuer: str, subject: str) -> None:
    """An operator says whom a provider's subject stands for. Raises Refused for others, or one taken."""
    if not who.has("operator"):
        raise Refused("role", "only the operator may do that", "须由运营方办理")
    row = tx.locked(users, user)
    if row is None:
        raise NotFound
    if not subject.strip() or user_of(tx, issuer, subject.strip()) not in (None, user):
        raise Refused("subject", "that subject is empty or somebody else's", "该外部标识为空或已属他人")
    tx.change(users, row, issuer=issuer, subject=subject.strip())
    _told(tx, user, who.user, who.agent, {"by": "operator", "issuer": issuer})


def _told(tx: Tx, user: str, by: str | None, agent: str, data: dict[str, object]) -> None:
    events.append(
        tx, process="user", subject=user, take="link", to_state="active", user=by, agent=agent, data=data
    )

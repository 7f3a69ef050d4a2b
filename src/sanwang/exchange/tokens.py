"""Tokens by which a program acts for one party, or for a person's offices: shown once, kept by their hash, at most a
year."""

from __future__ import annotations

import hashlib
import secrets

import sqlalchemy as sa

from sanwang.errors import OptionError
from sanwang.exchange import clock, identity
from sanwang.exchange.errors import NotFound
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.people import tokens
from sanwang.exchange.who import Grant, Who

YEAR = 366 * clock.DAY
SCOPES = ("read", "take")
"""What a token may be for: reading, or taking steps too."""


ALONE = frozenset({"operator"})
"""Roles that no program has: who holds the exchange's keys acts in person."""


def offices(who: Who) -> tuple[Grant, ...]:
    """What a person may do outside parties that a program may do for them."""
    return tuple(g for g in who.grants if g.scope_kind != "party" and g.role not in ALONE)


def issue(tx: Tx, who: Who, party: str | None, name: str, scopes: str = "read", days: int = 90) -> str:
    """A new token of one's own for one's own party, or (None) for one's offices; the only time it is seen.

    Raises NotFound for a party that is not one's own or where one has no office, OptionError for scopes there are none
    of or too many days.
    """
    if who.user is None or (party not in who.parties if party is not None else not offices(who)):
        raise NotFound
    if scopes not in SCOPES or not 1 <= days <= 366:
        raise OptionError(
            f"scopes is one of {', '.join(SCOPES)}, days 1 to 366",
            f"权限应为 {'、'.join(SCOPES)}，期限 1 至 366 天",
        )
    token = f"sw_{secrets.token_urlsafe(32)}"
    tx.insert(
        tokens, id=tx.id(), user=who.user, party=party, name=name[:100] or "–", prefix=token[:8], sha256=_sha256(token),
        scopes=scopes, created_at=tx.now, expires_at=min(tx.now + days * clock.DAY, tx.now + YEAR),
    )  # fmt: skip
    return token


def of_token(tx: Tx, token: str) -> tuple[Who, str] | None:
    """Who a token acts as, cut to its party or to offices, and its scopes; None where it has ended."""
    row = tx.one(sa.select(tokens).where(tokens.c.sha256 == _sha256(token)))
    if row is None or row["revoked_at"] is not None or row["expires_at"] <= tx.now:
        return None
    who = identity.person(tx, row["user"])
    party = row["party"]
    own = (g for g in who.grants if g.scope_kind == "party" and g.scope == party)
    kept = tuple(own) if party is not None else offices(who)
    return Who(who.user, who.name, who.locale, kept, who.verified & {party}), str(row["scopes"])


def revoke(tx: Tx, who: Who, token: str) -> None:
    """Take a token of one's own back. Raises NotFound for another person's."""
    mine = tokens.update().where(
        tokens.c.id == token, tokens.c.user == who.user, tokens.c.revoked_at.is_(None)
    )
    if not tx.execute(mine, {"revoked_at": tx.now}).rowcount:
        raise NotFound


def mine(tx: Tx, who: Who) -> list[Row]:
    """One's own tokens, without what would let anybody use them."""
    shown = (tokens.c.id, tokens.c.name, tokens.c.party, tokens.c.prefix, tokens.c.scopes, tokens.c.expires_at,
             tokens.c.revoked_at)  # fmt: skip
    return tx.all(sa.select(*shown).where(tokens.c.user == who.user).order_by(tokens.c.created_at.desc()))


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

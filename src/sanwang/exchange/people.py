"""Parties, users and what they may do: made by operators, each with an event."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from sanwang.errors import OptionError
from sanwang.exchange import clock, events
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.identity import hashed
from sanwang.exchange.store import Tx
from sanwang.exchange.tables.people import grants, parties, users
from sanwang.exchange.who import ROLES, Who
from sanwang.standards.places import place as gb2260
from sanwang.standards.uscc import check_uscc


def fictional(tx: Tx) -> bool:
    """Whether the exchange is a demonstration: some of its parties are made up."""
    return bool(tx.value(sa.select(sa.func.max(parties.c.fictional))))


def place_of(tx: Tx, party: str) -> str | None:
    """A party's place, GB/T 2260."""
    return tx.value(sa.select(parties.c.place).where(parties.c.id == party))


def _operates(who: Who) -> None:
    if not (who.has("operator") or who.agent == "exchange"):
        raise Refused("role", "only the operator may do that", "须由运营方办理")


def _told(
    tx: Tx, who: Who, process: str, subject: str, take: str, to_state: str, data: dict[str, Any]
) -> None:
    events.append(
        tx,
        process=process,
        subject=subject,
        take=take,
        to_state=to_state,
        user=who.user,
        agent=who.agent,
        data=data,
    )


def add_party(
    tx: Tx,
    who: Who,
    actor: str,
    name: str,
    *,
    place: str | None = None,
    uscc: str | None = None,
    foreign_id: str | None = None,
    name_en: str | None = None,
    kind: str = "org",
    fictional: bool = False,
) -> str:
    """A new party, not verified yet; ``actor`` is its id in the Region. Returns its id.

    Raises OptionError for a code that fails its check or a place that is none, Refused for who does not operate the
    exchange.
    """
    _operates(who)
    if uscc is not None and not check_uscc(uscc).ok:
        raise OptionError(f"{uscc} fails the check of GB 32100", f"{uscc} 不符合 GB 32100 校验")
    if place is not None and gb2260(place) is None:
        raise OptionError(f"{place} is no code of GB/T 2260", f"{place} 不是 GB/T 2260 代码")
    made = tx.id()
    tx.insert(
        parties, id=made, kind=kind, actor=actor, name=name, name_en=name_en, uscc=uscc, foreign_id=foreign_id,
        place=place, state="unverified", fictional=int(fictional), version=1,
    )  # fmt: skip
    _told(tx, who, "party", made, "add", "unverified", {"actor": actor})
    return made


def verify_party(tx: Tx, who: Who, party: str) -> None:
    """The operator has seen that a party is what it says. Raises Refused where an organisation has no code."""
    _operates(who)
    row = tx.locked(parties, party)
    if row is None:
        raise NotFound
    if row["kind"] == "org" and not (row["uscc"] or row["foreign_id"]):
        raise Refused("code", "an organisation is verified by its code", "单位须有统一社会信用代码或境外编号")
    tx.change(parties, row, state="verified", verified_by=who.user, verified_at=tx.now)
    _told(tx, who, "party", party, "verify", "verified", {})


def add_user(
    tx: Tx, who: Who, login: str, name: str, password: str, locale: str = "zh", kept: str | None = None
) -> str:
    """A new user. Returns the id. Raises Refused for a login that is taken or a password that is too short.

    ``kept`` is a hash made before, instead of the password: for the many people of a demonstration.
    """
    _operates(who)
    folded = login.casefold().strip()
    if tx.value(sa.select(users.c.id).where(users.c.login_folded == folded)):
        raise Refused("login", "that login is taken", "该登录名已被使用")
    made = tx.id()
    tx.insert(
        users, id=made, login=login, login_folded=folded, name=name, locale=locale, password=kept or hashed(password),
        state="active", failures=0, version=1,
    )  # fmt: skip
    _told(tx, who, "user", made, "add", "active", {})
    return made


def grant(
    tx: Tx,
    who: Who,
    user: str,
    role: str,
    scope_kind: str = "platform",
    scope: str = "",
    until_on: str | None = None,
) -> None:
    """Give a role. Raises OptionError for a role that there is none of."""
    _operates(who)
    if role not in ROLES:
        raise OptionError(f"no role is called {role!r}; {', '.join(ROLES)}", f"没有 {role!r} 这一角色")
    tx.insert(
        grants, user=user, role=role, scope_kind=scope_kind, scope=scope, given_by=who.user,
        from_on=clock.day_of(tx.now).isoformat(), until_on=until_on,
    )  # fmt: skip
    _told(tx, who, "grant", user, "give", "given", {"role": role, "scope_kind": scope_kind, "scope": scope})


def take_back(tx: Tx, who: Who, user: str, role: str, scope_kind: str = "platform", scope: str = "") -> None:
    """A role ends yesterday: it does not count any more today. Raises NotFound where it was not given."""
    _operates(who)
    where = (
        grants.c.user == user,
        grants.c.role == role,
        grants.c.scope_kind == scope_kind,
        grants.c.scope == scope,
    )
    if not tx.execute(grants.update().where(*where), {"until_on": "1970-01-01"}).rowcount:
        raise NotFound
    _told(
        tx, who, "grant", user, "take_back", "ended", {"role": role, "scope_kind": scope_kind, "scope": scope}
    )

"""For operators: people and parties, the record's end, whether everything adds up."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from sanwang.exchange import hooks, people, tokens, views
from sanwang.exchange.errors import Refused
from sanwang.exchange.store import Tx
from sanwang.exchange.who import ROLES
from sanwang.web.render import page, to
from sanwang.web.visit import Here, Visit

router = APIRouter()


def _operator(v: Visit) -> None:
    if not v.signed_in().has("operator"):
        raise Refused("role", "only the operator may do that", "须由运营方办理")


@router.get("/admin")
def admin(v: Here) -> Response:
    """Parties, users with their roles, and the record."""
    _operator(v)
    firms, persons = v.exchange.persons(v.who)
    with v.exchange.store.read() as tx:
        link, digest, waiting = views.record_end(tx)
        hosts = hooks.allowed(tx)
    return page(
        v,
        "admin",
        parties=firms,
        users=persons,
        link=link,
        digest=digest,
        waiting=waiting,
        known=ROLES,
        hosts=hosts,
    )


@router.post("/admin/verify")
def verify(v: Here) -> Response:
    """Recompute everything and say what does not hold."""
    _operator(v)
    return page(v, "verified", faults=v.exchange.verify())


@router.post("/admin/parties")
def add_party(v: Here) -> Response:
    """A new party, not verified yet."""
    _operator(v)
    place, uscc = (v.form.get(n, "").strip() or None for n in ("place", "uscc"))
    actor, name = v.form.get("actor", "").strip(), v.form.get("name", "").strip()
    v.exchange.store.run(lambda tx: people.add_party(tx, v.who, actor, name, place=place, uscc=uscc))
    return to("/admin")


@router.post("/admin/parties/{key}/verify")
def verify_party(v: Here, key: str) -> Response:
    """The operator has seen that it is what it says."""
    _operator(v)
    v.exchange.store.run(lambda tx: people.verify_party(tx, v.who, key))
    return to("/admin")


@router.post("/admin/users")
def add_user(v: Here) -> Response:
    """A new user with a first role."""
    _operator(v)

    def make(tx: Tx) -> None:
        made = people.add_user(
            tx, v.who, v.form.get("login", ""), v.form.get("name", ""), v.form.get("password", "")
        )
        if role := v.form.get("role"):
            scope = v.form.get("party", "")
            people.grant(tx, v.who, made, role, "party" if scope else "platform", scope)

    v.exchange.store.run(make)
    return to("/admin")


@router.get("/tokens")
def own_tokens(v: Here) -> Response:
    """One's own tokens for programs."""
    return _tokens(v, "")


@router.post("/tokens")
def issue(v: Here) -> Response:
    """A new token, shown this once."""
    who = v.signed_in()
    party = v.form.get("party") or None
    scopes = v.form.get("scopes", "read")
    return _tokens(
        v, v.exchange.store.run(lambda tx: tokens.issue(tx, who, party, v.form.get("name", ""), scopes))
    )


@router.post("/tokens/{key}/revoke")
def revoke(v: Here, key: str) -> Response:
    """Take one back."""
    who = v.signed_in()
    v.exchange.store.run(lambda tx: tokens.revoke(tx, who, key))
    return to("/tokens")


def _tokens(v: Visit, fresh: str) -> Response:
    who = v.signed_in()
    with v.exchange.store.read() as tx:
        rows = tokens.mine(tx, who)
        own = views.own_parties(tx, who)
    return page(v, "tokens", rows=rows, own=own, fresh=fresh, offices={g.role for g in tokens.offices(who)})

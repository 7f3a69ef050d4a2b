"""The first page, signing in and out, and the language."""

from __future__ import annotations

from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from sanwang.exchange import access, alerts, identity
from sanwang.exchange.errors import Refused
from sanwang.exchange.process import processes
from sanwang.exchange.store import Tx
from sanwang.exchange.who import Who
from sanwang.web.render import page, to
from sanwang.web.visit import COOKIE, LANGUAGE, Visit, visit

router = APIRouter()
Here = Annotated[Visit, Depends(visit)]

MINE = ("deal", "listing", "nda", "milestone", "trial", "registration")


@router.get("/")
def home(v: Here) -> Response:
    """What waits for the person: own business by process, notices; for a visitor, the market's counts."""
    counts = v.exchange.counts(v.who)
    if v.who.user is None:
        return page(v, "welcome", counts=counts)
    with v.exchange.store.read() as tx:
        own = [w for name in MINE for w in waiting(tx, v.who, name)]
        told = alerts.inbox(tx, v.who, 20)
    return page(v, "home", counts=counts, own=sorted(own, key=lambda w: w["deadline_at"] or 2**62), told=told)


def waiting(tx: Tx, who: Who, process: str) -> list[dict[str, Any]]:
    """A person's own subjects of a process that have not ended, those with the nearest deadline first."""
    table, one = access.table_of(process), processes()[process]
    asked = sa.select(table).where(access.mine(who, process), table.c.state.not_in(one.ends))
    rows = tx.all(asked.order_by(table.c.deadline_at.nulls_last()).limit(50))
    return [dict(row) | {"process": process} for row in rows]


@router.get("/sign-in")
def sign_in_form(v: Here) -> Response:
    """The form."""
    return page(v, "sign_in", back=v.query.get("next", "/"), wrong="")


@router.post("/sign-in")
def sign_in(v: Here, request: Request) -> Response:
    """A session for login and password; its cookie is for this site alone and no script's."""
    try:
        who = v.exchange.sign_in(v.form.get("login", ""), v.form.get("password", ""))
    except Refused as refused:
        return page(v, "sign_in", 401, back=v.form.get("next", "/"), wrong=refused.said(v.lang))
    agent, address = (
        request.headers.get("user-agent", "")[:200],
        request.client.host if request.client else None,
    )
    token = v.exchange.store.run(lambda tx: identity.open_session(tx, str(who.user), agent, address))
    answer = to(v.form.get("next", "/"))
    answer.set_cookie(COOKIE, token, httponly=True, samesite="lax", secure=v.settings.secure, path="/")
    return answer


@router.post("/sign-out")
def sign_out(v: Here) -> Response:
    """The end of the session."""
    if v.token is not None:
        token = v.token
        v.exchange.store.run(lambda tx: identity.close_session(tx, token))
    answer = to("/")
    answer.delete_cookie(COOKIE, path="/")
    return answer


@router.post("/language")
def language(v: Here) -> Response:
    """The other language, on the same page."""
    answer = to(v.form.get("next", "/"))
    answer.set_cookie(LANGUAGE, "en" if v.form.get("lang") == "en" else "zh", samesite="lax", path="/")
    return answer

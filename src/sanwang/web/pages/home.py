"""The first page, signing in and out, and the language."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from sanwang.exchange import alerts, identity, views
from sanwang.exchange.errors import Refused
from sanwang.web.render import page, to
from sanwang.web.visit import COOKIE, LANGUAGE, Here

router = APIRouter()


@router.get("/")
def home(v: Here) -> Response:
    """What waits for the person: own business by process, notices; for a visitor, the market's counts."""
    counts = v.exchange.counts(v.who)
    if v.who.user is None:
        return page(v, "welcome", counts=counts)
    with v.exchange.store.read() as tx:
        own, office = views.waiting(tx, v.who), views.queue(tx, v.who)
        told = alerts.inbox(tx, v.who, 20)
        about = views.about(tx, v.who, told)
    return page(v, "home", counts=counts, own=own, office=office, told=told, about=about)


@router.get("/healthz")
def health(request: Request) -> Response:
    """Whether the workbench answers and its database can be read: for whoever keeps it running."""
    with request.app.state.settings.exchange.store.read() as tx:
        views.record_end(tx)
    return Response("ok", media_type="text/plain")


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

"""Signing in through an outside provider; an account is found by its link or a verified e-mail, never made."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from sanwang.exchange import identity, linking
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.store import Tx
from sanwang.web.oidc import LASTS, Identity, Provider, begin, finish
from sanwang.web.render import page, to
from sanwang.web.visit import COOKIE, Here, Visit

router = APIRouter()

BROUGHT = "sanwang_oidc"


@router.get("/sign-in/outside")
def leave(v: Here, request: Request) -> Response:
    """To the provider, with a state, a nonce and a challenge that this browser alone can answer."""
    at, kept = begin(_provider(v), v.settings.secret, _back(request), v.query.get("next", "/"), _now(v))
    answer = RedirectResponse(at, 303)
    answer.set_cookie(
        BROUGHT, kept, max_age=LASTS, httponly=True, samesite="lax", secure=v.settings.secure, path="/sign-in"
    )
    return answer


@router.get("/sign-in/back")
def come(v: Here, request: Request) -> Response:
    """Back from the provider: a session, or in words why not."""
    try:
        one, after = finish(_provider(v), v.settings.secret, v.settings.folder, _back(request),
                            request.cookies.get(BROUGHT, ""), v.query, _now(v))  # fmt: skip
        user = v.exchange.store.run(lambda tx: _user(tx, one))
    except Refused as refused:
        answer = page(v, "sign_in", 401, back="/", wrong=refused.said(v.lang))
        answer.delete_cookie(BROUGHT, path="/sign-in")
        return answer
    agent = request.headers.get("user-agent", "")[:200]
    address = request.client.host if request.client else None
    token = v.exchange.store.run(lambda tx: identity.open_session(tx, user, agent, address))
    answer = to(after)
    answer.delete_cookie(BROUGHT, path="/sign-in")
    answer.set_cookie(COOKIE, token, httponly=True, samesite="lax", secure=v.settings.secure, path="/")
    return answer


@router.post("/admin/users/{key}/link")
def link(v: Here, key: str) -> Response:
    """An operator says whom a subject of the provider stands for."""
    who, issuer, subject = v.signed_in(), _provider(v).issuer, v.form.get("subject", "")
    v.exchange.store.run(lambda tx: linking.link(tx, who, key, issuer, subject))
    return to("/admin")


def _user(tx: Tx, one: Identity) -> str:
    found = linking.user_of(tx, one.issuer, one.subject)
    if found is None and one.email:
        found = linking.by_email(tx, one.issuer, one.subject, one.email)
    if found is None:
        raise Refused(
            "oidc_unknown",
            f"no account here is linked to you: ask the operator to link {one.subject}",
            f"本站没有与您关联的账号：请运营方关联外部标识 {one.subject}",
        )
    return found


def _provider(v: Visit) -> Provider:
    if v.settings.provider is None:
        raise NotFound
    return v.settings.provider


def _back(request: Request) -> str:
    return f"{str(request.base_url).rstrip('/')}/sign-in/back"


def _now(v: Visit) -> int:
    return v.exchange.store.clock() // 1_000_000

"""Errors as people and programs read them: a page in words, or application/problem+json (RFC 9457)."""

from __future__ import annotations

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from sanwang.errors import OptionError, SanwangError
from sanwang.exchange.errors import Conflict, NotFound, Refused, Stale, StoreError
from sanwang.exchange.store import Busy
from sanwang.web.visit import SignIn, Visit, csrf_of
from sanwang.web.words import said

STATUS: tuple[tuple[type[Exception], int], ...] = (
    (SignIn, 401),
    (NotFound, 404),
    (Stale, 412),
    (Conflict, 409),
    (OptionError, 400),
    (RequestValidationError, 400),
    (Busy, 503),
    (StoreError, 409),
    (Refused, 422),
    (SanwangError, 422),
)

TITLED = (400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 428, 429)
"""Statuses with a title of their own in ``words.csv``."""

REFUSED = {"role": 403, "csrf": 403, "state": 409, "if_match": 428, "media": 415, "rate": 429}


def status_of(error: Exception) -> int:
    """The HTTP status of an error."""
    if isinstance(error, HTTPException):
        return error.status_code
    if isinstance(error, Refused) and not isinstance(error, SignIn):
        return REFUSED.get(error.code, 422)
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


def sentence(error: Exception, lang: str) -> str:
    """What the error says to a person."""
    if isinstance(error, SanwangError):
        return error.said(lang)
    status = status_of(error)
    known = status if status in (400, 401, 403, 404, 405, 413, 429, 500) else 400
    return said(f"http.{known}", lang)


def for_api(error: Exception) -> Response:
    """The problem document."""
    status = status_of(error)
    code = getattr(error, "code", None) or type(error).__name__.lower()
    problem = {
        "type": f"/help#{code}",
        "title": said(f"http.{status}", "en") if status in TITLED else "Error",
        "status": status,
        "code": code,
        "detail": sentence(error, "en"),
        "detail_zh": sentence(error, "zh"),
    }
    if isinstance(error, RequestValidationError):
        problem["errors"] = [
            {"pointer": "/" + "/".join(map(str, e["loc"])), "detail": e["msg"]} for e in error.errors()
        ]
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else None
    return JSONResponse(problem, status, headers, media_type="application/problem+json")


async def for_page(request: Request, error: Exception) -> Response:
    """The error as a page; visitors who must sign in are sent there and come back."""
    from sanwang.exchange.who import VISITOR
    from sanwang.web.render import page
    from sanwang.web.visit import COOKIE, language_of, who_of

    if isinstance(error, SignIn):
        return RedirectResponse(f"/sign-in?next={request.url.path}", 303)
    settings, token = request.app.state.settings, request.cookies.get(COOKIE)
    try:
        who = who_of(settings, token)
    except SanwangError:
        who = VISITOR
    lang = language_of(request, who)
    visit = Visit(settings, who, lang, csrf_of(token), request.url.path, {}, {}, (), token)
    return page(visit, "error", status_of(error), words=sentence(error, lang), back=_back(request))


def _back(request: Request) -> str:
    """The page the person came from, if it was one of ours."""
    before = request.headers.get("referer", "")
    ours = str(request.base_url)
    return "/" + before.removeprefix(ours) if before.startswith(ours) else "/"

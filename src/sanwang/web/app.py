"""The workbench as one web application: pages, the programs' interface, and what guards both."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.resources import files

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from sanwang import __version__
from sanwang.errors import SanwangError
from sanwang.web import api, api_border, api_data, api_hooks, api_imports, api_jobs, api_spaces, data_policies
from sanwang.web.errors import for_api, for_page
from sanwang.web.pages import (
    admin,
    begin,
    border,
    cases,
    catalogues,
    chains,
    data,
    debits,
    drafts,
    finance,
    firms,
    help,
    home,
    hooks,
    jobs,
    market,
    me,
    money,
    needs,
    observatory,
    outside,
    plans,
    reports,
    sandbox,
    studies,
    subjects,
    tried,
    workspaces,
)
from sanwang.web.policy import STRICT
from sanwang.web.settings import MOST_BYTES, Settings

HEADERS = {
    "Content-Security-Policy": STRICT,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

RATE, WINDOW = 240, 60.0
"""Changes that one address may ask for in a window of seconds; sign-ins count eight times."""

ADDRESSES = 20_000
"""Addresses remembered at once; beyond them counting begins anew."""

THREADS = 12
"""Pages made at once in one process."""

PARTS = (
    home,
    outside,
    market,
    money,
    border,
    debits,
    drafts,
    finance,
    firms,
    tried,
    workspaces,
    needs,
    observatory,
    plans,
    chains,
    studies,
    jobs,
    reports,
    sandbox,
    catalogues,
    data,
    me,
    begin,
    help,
    hooks,
    cases,
    admin,
    subjects,
)
"""Pages in the order in which a path is looked for: ``subjects`` takes any name that no other does."""

Next = Callable[[Request], Awaitable[Response]]


def create(settings: Settings) -> FastAPI:
    """The application over an exchange and a folder."""
    data_policies.register()
    made = FastAPI(
        title="Sanwang",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_few_threads,
    )
    made.state.settings = settings
    made.state.asked = defaultdict(deque)
    made.add_api_route("/static/drawing.css", _drawing_style, include_in_schema=False)
    made.mount("/static", StaticFiles(directory=str(files("sanwang.web") / "static")), name="static")
    made.mount("/api/v1", _for_programs(settings))
    for part in PARTS:
        made.include_router(part.router, include_in_schema=False)
    made.middleware("http")(_guard)
    return _told(made)


@asynccontextmanager
async def _few_threads(app: FastAPI) -> AsyncGenerator[None]:
    """Pages are made in a few threads: with many, each waits for all."""
    current_default_thread_limiter().total_tokens = THREADS
    yield


def _drawing_style() -> Response:
    """The colours of drawings, those of the results' own pages."""
    text = (files("sanwang.report") / "drawing.css").read_text(encoding="utf-8")
    return Response(text, media_type="text/css", headers={"Cache-Control": "max-age=3600"})


def _for_programs(settings: Settings) -> FastAPI:
    """The interface for programs, an application of its own: what is not in it is not there."""
    made = FastAPI(title="Sanwang", version=__version__, docs_url=None, redoc_url=None)
    made.state.settings = settings
    for part in (api, api_border, api_data, api_jobs, api_hooks, api_imports, api_spaces):
        made.include_router(part.router)
    return _told(made)


def _told(made: FastAPI) -> FastAPI:
    """Errors as people or programs read them."""
    for kind in (SanwangError, HTTPException, RequestValidationError, Exception):
        made.exception_handler(kind)(_refused)
    return made


async def _refused(request: Request, error: Exception) -> Response:
    return for_api(error) if request.url.path.startswith("/api/") else await for_page(request, error)


async def _guard(request: Request, go_on: Next) -> Response:
    """Bounds on size and rate before anything is read, headers on everything that leaves."""
    if _too_large(request):
        answer = await _refused(request, HTTPException(413))
    elif request.method != "GET" and _too_often(request):
        answer = await _refused(request, HTTPException(429))
    else:
        answer = await go_on(request)
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer


def _too_large(request: Request) -> bool:
    """A body must say how long it is, and be no longer than allowed."""
    said = request.headers.get("content-length")
    if said is None:
        return request.method not in ("GET", "HEAD") and "transfer-encoding" in request.headers
    return not said.isdigit() or int(said) > MOST_BYTES


def _too_often(request: Request) -> bool:
    every, now = request.app.state.asked, time.monotonic()
    if len(every) > ADDRESSES:
        every.clear()
    asked: deque[float] = every[request.client.host if request.client else ""]
    while asked and asked[0] < now - WINDOW:
        asked.popleft()
    asked.extend([now] * (8 if request.url.path == "/sign-in" else 1))
    return len(asked) > RATE

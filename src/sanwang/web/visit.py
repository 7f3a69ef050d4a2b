"""Who asks, in which language, with what: one object a request, made before any page is."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from sanwang.exchange import clock, identity
from sanwang.exchange.errors import Refused
from sanwang.exchange.face import Exchange
from sanwang.exchange.who import VISITOR, Who
from sanwang.web.settings import Settings

COOKIE = "sanwang_session"
LANGUAGE = "sanwang_lang"


class SignIn(Refused):
    """The page is for people who have signed in."""

    def __init__(self) -> None:
        super().__init__("sign_in", "sign in first", "请先登录")


@dataclass(frozen=True)
class Visit:
    """A request: its person, language, the token its forms must carry, and what was sent."""

    settings: Settings
    who: Who
    lang: str
    csrf: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    files: tuple[UploadFile, ...] = ()
    token: str | None = None

    @property
    def exchange(self) -> Exchange:
        """The exchange."""
        return self.settings.exchange

    @property
    def today(self) -> date:
        """The day at home by the exchange's clock."""
        return clock.day_of(self.exchange.store.clock())

    @property
    def address(self) -> str:
        """Where this very page is found again."""
        kept = {k: x for k, x in self.query.items() if k != "as"}
        return quote(self.path) + (f"?{urlencode(kept)}" if kept else "")

    def signed_in(self) -> Who:
        """The person. Raises SignIn for a visitor."""
        if self.who.user is None:
            raise SignIn
        return self.who


def csrf_of(token: str | None) -> str:
    """What a session's forms carry: it follows from the session's secret token and cannot be made without it."""
    return hmac.new((token or "visitor").encode(), b"csrf", hashlib.sha256).hexdigest()


async def visit(request: Request) -> Visit:
    """The visit of a request. Raises Refused where a form does not carry its session's token."""
    settings: Settings = request.app.state.settings
    token = request.cookies.get(COOKIE)
    who = await run_in_threadpool(who_of, settings, token)
    form, files = await _form(request) if request.method == "POST" else ({}, ())
    csrf = csrf_of(token)
    if request.method == "POST" and not hmac.compare_digest(form.get("csrf", ""), csrf):
        raise Refused(
            "csrf", "this form is out of date: reload the page and try again", "表单已过期，请刷新页面后重试"
        )
    return Visit(
        settings,
        who,
        language_of(request, who),
        csrf,
        request.url.path,
        dict(request.query_params),
        form,
        files,
        token,
    )


def who_of(settings: Settings, token: str | None) -> Who:
    """Who a session's token belongs to; a visitor where there is none."""
    if not token:
        return VISITOR
    with settings.exchange.store.read() as tx:
        return identity.of_session(tx, token) or VISITOR


async def _form(request: Request) -> tuple[dict[str, str], tuple[UploadFile, ...]]:
    read: FormData = await request.form(max_files=20, max_fields=500)
    items = read.multi_items()
    texts: dict[str, str] = {}
    for name, one in items:
        if isinstance(one, str):
            texts[name] = f"{texts[name]};{one}" if name in texts else one
    return texts, tuple(one for _, one in items if isinstance(one, UploadFile) and one.filename)


def language_of(request: Request, who: Who) -> str:
    """The language chosen, else the person's, else the browser's; Chinese first."""
    chosen = request.cookies.get(LANGUAGE)
    if chosen in ("zh", "en"):
        return str(chosen)
    if who.user is not None:
        return who.locale if who.locale in ("zh", "en") else "zh"
    first = request.headers.get("accept-language", "zh").split(",")[0].strip().lower()
    return "en" if first.startswith("en") else "zh"


Here = Annotated[Visit, Depends(visit)]
"""What every page is given."""

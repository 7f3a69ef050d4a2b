"""Who calls the interface for programs, and what every part of it shares: problems, keys, versions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Path, Request, Response
from pydantic import Field

from sanwang.exchange import tokens
from sanwang.exchange.errors import Refused
from sanwang.exchange.face import Exchange
from sanwang.exchange.process import processes
from sanwang.exchange.who import Who
from sanwang.study.registry import entries
from sanwang.web.paging import Cursor, Paging
from sanwang.web.settings import Settings
from sanwang.web.visit import SignIn

PROBLEM = {"description": "application/problem+json (RFC 9457)", "content": {"application/problem+json": {}}}
PROBLEMS: dict[int | str, dict[str, Any]] = dict.fromkeys(
    (400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 429), PROBLEM
)
"""What any part may answer instead of what it is for."""

Key = Annotated[str, Field(max_length=200)]
Process = Annotated[str, Path(max_length=40, json_schema_extra={"enum": list(processes())})]
Study = Annotated[str, Path(max_length=40, json_schema_extra={"enum": list(entries())})]
"""Described as what there is; another name is one that is not there (404)."""

IfMatch = Annotated[
    str | None,
    Header(description="the ETag that was read: needed (428 without), and it must still hold (412)"),
]
Once = Annotated[
    str | None,
    Header(
        alias="idempotency-key",
        max_length=200,
        description="a repeated key changes nothing and answers the same",
    ),
]

_TAG = re.compile(r'(W/)?"([^"]*)"')


@dataclass(frozen=True)
class Caller:
    """Whoever calls, and whether they may change things."""

    who: Who
    takes: bool
    settings: Settings

    @property
    def exchange(self) -> Exchange:
        """The exchange."""
        return self.settings.exchange


def caller(request: Request, authorization: Annotated[str | None, Header()] = None) -> Caller:
    """The person a bearer token acts for; without one a visitor, who reads what is public."""
    settings: Settings = request.app.state.settings
    if authorization is None:
        return Caller(who=Who(), takes=False, settings=settings)
    scheme, _, token = authorization.partition(" ")
    with settings.exchange.store.read() as tx:
        found = tokens.of_token(tx, token.strip()) if scheme.lower() == "bearer" else None
    if found is None:
        raise SignIn
    return Caller(who=found[0], takes=found[1] == "take", settings=settings)


By = Annotated[Caller, Depends(caller)]


def signed(by: Caller, change: bool = False) -> Who:
    """The person. Raises SignIn for a visitor, Refused where the token may only read."""
    if by.who.user is None:
        raise SignIn
    if change and not by.takes:
        raise Refused("role", "this token may only read", "该令牌仅可读取")
    return by.who


class NeedsMatch(Refused):
    """The change may only be made by who has read what it changes (RFC 6585)."""

    def __init__(self) -> None:
        super().__init__(
            "if_match",
            "send If-Match with the ETag that you read, so that nobody's change is overwritten",
            "请在 If-Match 中给出所读内容的 ETag，以免覆盖他人的修改",
        )


def tags(if_match: str | None) -> set[str] | None:
    """The tags of ``If-Match``; None where any version will do (``*``). A weak tag (``W/"…"``) never matches, as RFC
    9110 has it. Raises NeedsMatch where there is none."""
    if if_match is None or not if_match.strip():
        raise NeedsMatch
    if if_match.strip() == "*":
        return None
    return {tag for weak, tag in _TAG.findall(if_match) if not weak}


def paging(request: Request, response: Response, by: By, cursor: Cursor = None) -> Paging:
    """Which page of a list is asked for."""
    return Paging(request, response, by.who.user, cursor)


Paged = Annotated[Paging, Depends(paging)]

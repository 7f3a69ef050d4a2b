"""The interface for programs: what a page does, as JSON, with tokens, one shape of problems, keys that repeat."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from sanwang.exchange import views
from sanwang.exchange.errors import NotFound
from sanwang.exchange.oversight import register
from sanwang.exchange.process import processes
from sanwang.web.calling import PROBLEMS, By, IfMatch, Key, Once, Paged, Process, signed, tags

router = APIRouter(responses=PROBLEMS)


class Listed(BaseModel):
    """A listing as its reader may see it."""

    id: str
    kind: str
    row: str
    title: str
    place: str | None
    tier: str
    published_at: int | None = Field(description="microseconds UTC")
    fields: dict[str, Any]


class Step(BaseModel):
    """A step out of the present state."""

    event: str
    label: str
    may: bool
    why: str
    fields: list[str] = Field(description="names; an exclamation mark after those that must be given")
    to: str


class Take(BaseModel):
    """A step to take, and what it wants."""

    model_config = ConfigDict(extra="forbid")
    event: str = Field(max_length=60)
    data: dict[str, Any] = Field(default_factory=dict)


class Taken(BaseModel):
    """The subject a step was taken on."""

    id: str


class Event(BaseModel):
    """A step that was taken, at its place in the record."""

    link: int
    id: str
    at: int = Field(description="microseconds UTC")
    process: str
    subject: str
    take: str
    from_state: str | None
    to_state: str


@router.get("/listings")
def listings(
    by: By,
    paged: Paged,
    q: Annotated[str, Query(max_length=200)] = "",
    kind: Annotated[str | None, Query(max_length=40)] = None,
    place: Annotated[str | None, Query(max_length=12)] = None,
    most: Annotated[int, Query(ge=1, le=200)] = 20,
) -> list[Listed]:
    """Listings the caller may see, by words."""
    after = paged.after()
    hits = by.exchange.search(
        by.who, q, kind=kind, place=place, most=most + 1, after=tuple(after) if after else None
    )
    return [
        Listed(id=h.listing, kind=h.kind, row=h.row, title=str(h.title), place=h.place, tier=h.tier,
               published_at=h.published_at, fields=dict(h.fields))
        for h in paged.told(hits, most, lambda h: (h.published_at, h.listing))
    ]  # fmt: skip


@router.get("/sandbox")
def sandbox(by: By) -> list[dict[str, Any]]:
    """The public register of sandbox tests, newest first: money in fen, null is not told."""
    return [register.as_row(entry) for entry in by.exchange.sandbox()]


@router.get("/counts")
def counts(by: By) -> dict[str, int]:
    """How many listings of each kind the caller may see."""
    return by.exchange.counts(by.who)


@router.get("/subjects/{process}")
def own(
    by: By, process: Process, paged: Paged, most: Annotated[int, Query(ge=1, le=500)] = 200
) -> list[dict[str, Any]]:
    """The caller's own subjects of a process, newest first."""
    if process not in processes():
        raise NotFound
    rows = by.exchange.mine(signed(by), process, paged.after(), most + 1)
    return [dict(r) for r in paged.told(rows, most, lambda r: r["id"])]


@router.get("/subjects/{process}/{key}")
def subject(by: By, process: Process, key: Key, response: Response) -> dict[str, Any]:
    """A subject, with its version as ETag."""
    if process not in processes():
        raise NotFound
    row = dict(by.exchange.show(by.who, process, key))
    response.headers["ETag"] = f'"{row.get("version", 0)}"'
    return row


@router.get("/subjects/{process}/{key}/takes")
def takes(
    by: By, process: Process, key: Key, lang: Annotated[str, Query(pattern="^(zh|en)$")] = "zh"
) -> list[Step]:
    """What the caller may do now, and why not the rest."""
    found = by.exchange.allowed(signed(by), process, key, lang)
    return [
        Step(event=c.event, label=c.label, may=c.may, why=c.why, fields=list(c.fields), to=c.to)
        for c in found
    ]


@router.post("/subjects/{process}/{key}/takes")
def take(
    by: By,
    process: Process,
    key: Key,
    asked: Take,
    if_match: IfMatch = None,
    request: Once = None,
) -> Taken:
    """Take a step on the version of the subject that ``If-Match`` names; a repeated key changes nothing."""
    who = signed(by, change=True)
    if process not in processes():
        raise NotFound
    wanted = tags(if_match)
    versions = (
        None if wanted is None else {int(t) for t in wanted if t.isascii() and t.isdigit() and len(t) < 19}
    )
    made = by.exchange.take(who, process, key, asked.event, asked.data, request=request, versions=versions)
    return Taken(id=made)


@router.post("/subjects/{process}", status_code=201)
def begin(
    by: By,
    process: Process,
    asked: Take,
    request: Once = None,
) -> Taken:
    """Begin a subject of a process by its first step."""
    who = signed(by, change=True)
    if process not in processes():
        raise NotFound
    return Taken(id=by.exchange.take(who, process, None, asked.event, asked.data, request=request))


@router.get("/events")
def feed(
    by: By,
    paged: Paged,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    most: Annotated[int, Query(ge=1, le=200)] = 100,
) -> list[Event]:
    """Sealed steps on what is the caller's own business, after a place in the record; an auditor reads every one."""
    who = signed(by)
    with by.exchange.store.read() as tx:
        rows = views.happened(tx, who, paged.after() or after, most + 1)
    names = Event.model_fields
    return [Event(**{n: r[n] for n in names}) for r in paged.told(rows, most, lambda r: r["link"])]

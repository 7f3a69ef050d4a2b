"""The interface for programs: what a page does, as JSON, with tokens, one shape of problems, keys that repeat."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from sanwang.exchange import hooks, jobs, tokens, views
from sanwang.exchange.errors import Conflict, NotFound, Refused
from sanwang.exchange.face import Exchange
from sanwang.exchange.process import processes
from sanwang.exchange.store import Row
from sanwang.exchange.who import Who
from sanwang.study.registry import entries
from sanwang.web import spaces
from sanwang.web.answers import place_in
from sanwang.web.pages.studies import question
from sanwang.web.scenarios import checked
from sanwang.web.settings import Settings
from sanwang.web.visit import SignIn

PROBLEM = {"description": "application/problem+json (RFC 9457)", "content": {"application/problem+json": {}}}
router = APIRouter(responses=dict.fromkeys((400, 401, 403, 404, 409, 413, 422, 429), PROBLEM))

Key = Annotated[str, Field(max_length=200)]
Process = Annotated[str, Path(max_length=40, json_schema_extra={"enum": list(processes())})]
Study = Annotated[str, Path(max_length=40, json_schema_extra={"enum": list(entries())})]
"""Described as what there is; another name is one that is not there (404)."""


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


class Question(BaseModel):
    """A study to ask, of which workspace, with which options."""

    model_config = ConfigDict(extra="forbid")
    workspace: str = Field(default="sample", max_length=40)
    lang: str = Field(default="zh", pattern="^(zh|en)$")
    options: dict[str, Any] = Field(default_factory=dict)
    scenario: dict[str, Any] | None = Field(
        default=None, description="changes to the workspace, as Scenario has them"
    )
    earlier: str | None = Field(
        default=None, max_length=36, description="the job that an earlier plan came of: replan"
    )


class Job(BaseModel):
    """How far a job is."""

    id: str
    kind: str
    state: str
    done: int
    total: int
    words: str | None


class Address(BaseModel):
    """An address to tell of events."""

    model_config = ConfigDict(extra="forbid")
    party: str = Field(max_length=36)
    url: str = Field(max_length=1000)


class Secret(BaseModel):
    """An address and what its messages are signed with."""

    id: str
    secret: str


class Since(BaseModel):
    """After which place in the record."""

    model_config = ConfigDict(extra="forbid")
    after: int | None = Field(default=None, ge=0, le=2**53)


class Hook(BaseModel):
    """An address that is told of events."""

    id: str
    party: str
    url: str
    state: str
    follows: int
    why: str | None


class Delivery(BaseModel):
    """One telling of one event."""

    event: str
    link: int
    state: str
    tries: int
    status: int | None
    words: str | None


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


@router.get("/listings")
def listings(
    by: By,
    q: Annotated[str, Query(max_length=200)] = "",
    kind: Annotated[str | None, Query(max_length=40)] = None,
    place: Annotated[str | None, Query(max_length=12)] = None,
    most: Annotated[int, Query(ge=1, le=200)] = 20,
) -> list[Listed]:
    """Listings the caller may see, by words."""
    hits = by.exchange.search(by.who, q, kind=kind, place=place, most=most)
    return [
        Listed(id=h.listing, kind=h.kind, row=h.row, title=str(h.title), place=h.place, tier=h.tier,
               published_at=h.published_at, fields=dict(h.fields))
        for h in hits
    ]  # fmt: skip


@router.get("/counts")
def counts(by: By) -> dict[str, int]:
    """How many listings of each kind the caller may see."""
    return by.exchange.counts(by.who)


@router.get("/subjects/{process}")
def own(by: By, process: Process) -> list[dict[str, Any]]:
    """The caller's own subjects of a process."""
    if process not in processes():
        raise NotFound
    return [dict(r) for r in by.exchange.mine(signed(by), process)]


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
    if_match: Annotated[str | None, Header()] = None,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> Taken:
    """Take a step. With ``If-Match`` only if the subject still has that version; a repeated key changes nothing."""
    who = signed(by, change=True)
    if process not in processes():
        raise NotFound
    if if_match is not None:
        _same_version(by, who, process, key, if_match)
    return Taken(id=by.exchange.take(who, process, key, asked.event, asked.data, request=idempotency_key))


@router.post("/subjects/{process}", status_code=201)
def begin(
    by: By,
    process: Process,
    asked: Take,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> Taken:
    """Begin a subject of a process by its first step."""
    who = signed(by, change=True)
    if process not in processes():
        raise NotFound
    return Taken(id=by.exchange.take(who, process, None, asked.event, asked.data, request=idempotency_key))


@router.get("/events")
def feed(
    by: By, after: Annotated[int, Query(ge=0, le=2**53)] = 0, most: Annotated[int, Query(ge=1, le=200)] = 100
) -> list[Event]:
    """Sealed steps on what is the caller's own business, after a place in the record; an auditor reads every one."""
    who = signed(by)
    with by.exchange.store.read() as tx:
        rows = views.happened(tx, who, after, most)
    names = Event.model_fields
    return [Event(**{n: r[n] for n in names}) for r in rows]


@router.get("/studies")
def studies(lang: Annotated[str, Query(pattern="^(zh|en)$")] = "zh") -> list[dict[str, str]]:
    """What can be asked."""
    return [
        {"name": e.name, "group": e.group, "title": e.title(lang), "about": e.about(lang)}
        for e in entries().values()
    ]


@router.post("/studies/{name}", status_code=202)
def ask(by: By, name: Study, asked: Question, response: Response) -> Job:
    """Ask a study: a job, whose address is in ``Location``."""
    who = signed(by, change=True)
    if name not in entries():
        raise NotFound
    held = question(by.settings.folder, who, name, asked.workspace, asked.lang, asked.options, asked.earlier)
    if asked.scenario is not None:
        region = spaces.region_of(by.settings.folder, who, asked.workspace)
        held["scenario"] = checked(asked.scenario, region)
    made = by.exchange.store.run(lambda tx: jobs.ask(tx, who, name, held))
    response.headers["Location"] = f"/api/v1/jobs/{made}"
    return job(by, made)


@router.get("/jobs/{key}/files")
def files(by: By, key: Key) -> list[str]:
    """The files of a job that is done."""
    return sorted(p.name for p in _place(by, key).iterdir() if p.is_file())


@router.get("/jobs/{key}/files/{name}", response_class=FileResponse)
def file(by: By, key: Key, name: Key) -> FileResponse:
    """A file of a job's results."""
    place = _place(by, key)
    if name not in {p.name for p in place.iterdir() if p.is_file()}:
        raise NotFound
    return FileResponse(place / name, filename=name, headers={"Cache-Control": "no-store"})


def _place(by: Caller, key: str) -> FilePath:
    who = signed(by)
    with by.exchange.store.read() as tx:
        row = jobs.show(tx, who, key)
    return place_in(by.settings.folder, row)


@router.get("/jobs/{key}")
def job(by: By, key: Key) -> Job:
    """How far a job is."""
    with by.exchange.store.read() as tx:
        row = jobs.show(tx, signed(by), key)
    return Job(**{n: row[n] for n in Job.model_fields})


@router.delete("/jobs/{key}", status_code=204)
def stop(by: By, key: Key) -> None:
    """Stop a job."""
    who = signed(by, change=True)
    by.exchange.store.run(lambda tx: jobs.cancel(tx, who, key))


@router.get("/webhooks")
def webhooks(by: By) -> list[Hook]:
    """The caller's own addresses that are told of events."""
    who = signed(by)
    with by.exchange.store.read() as tx:
        return [_hook(r) for r in hooks.mine(tx, who)]


@router.post("/webhooks", status_code=201)
def add_webhook(by: By, asked: Address) -> Secret:
    """Tell an address of events on a party's business; the answer holds its secret, this once."""
    who = signed(by, change=True)
    made, secret = by.exchange.store.run(lambda tx: hooks.add(tx, who, asked.party, asked.url))
    return Secret(id=made, secret=secret)


@router.delete("/webhooks/{key}", status_code=204)
def remove_webhook(by: By, key: Key) -> None:
    """Tell an address nothing more."""
    who = signed(by, change=True)
    by.exchange.store.run(lambda tx: hooks.remove(tx, who, key))


@router.post("/webhooks/{key}/secret")
def rotate_webhook(by: By, key: Key) -> Secret:
    """A new secret; the one before signs beside it for a day."""
    who = signed(by, change=True)
    return Secret(id=key, secret=by.exchange.store.run(lambda tx: hooks.rotate(tx, who, key)))


@router.post("/webhooks/{key}/resume")
def resume_webhook(by: By, key: Key, asked: Since) -> Hook:
    """Tell an address again, also of everything after a place in the record."""
    who = signed(by, change=True)
    by.exchange.store.run(lambda tx: hooks.resume(tx, who, key, asked.after))
    with by.exchange.store.read() as tx:
        return _hook(hooks.one(tx, who, key))


@router.get("/webhooks/{key}/deliveries")
def told(by: By, key: Key) -> list[Delivery]:
    """What an address was told, newest first."""
    who = signed(by)
    with by.exchange.store.read() as tx:
        rows = hooks.told(tx, who, key)
    return [Delivery(**{n: r[n] for n in Delivery.model_fields}) for r in rows]


def _hook(row: Row) -> Hook:
    return Hook(**{n: row[n] for n in Hook.model_fields})


def _same_version(by: Caller, who: Who, process: str, key: str, wanted: str) -> None:
    row = by.exchange.show(who, process, key)
    if wanted.strip().removeprefix("W/").strip('"') != str(row.get("version", 0)):
        raise Conflict("it was changed meanwhile: read it again", "已被他人修改，请重新读取")

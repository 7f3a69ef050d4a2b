"""Workspaces for programs: what the pages of needs and chains show and keep, as JSON."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from sanwang.collaboration.figures.compare import Comparison
from sanwang.collaboration.specification import specified
from sanwang.collaboration.studies.placed import chains_here, placed
from sanwang.exchange import clock
from sanwang.exchange.errors import NotFound
from sanwang.exchange.who import Who
from sanwang.region import Region
from sanwang.region.names import titles
from sanwang.web import lists, sayings, spaces
from sanwang.web.calling import PROBLEMS, By, Key, Paged, signed
from sanwang.web.fits import Fit, fits, row_of

router = APIRouter(prefix="/workspaces", responses=PROBLEMS)

Lang = Annotated[str, Query(pattern="^(zh|en)$")]
Most = Annotated[int, Query(ge=1, le=1000)]


class Titled(BaseModel):
    """A row by its id, title and organisation."""

    id: str
    title: str | None
    organisation: str | None


class Figure(BaseModel):
    """A wanted figure beside the offered one, both in their own words."""

    wanted: str
    offered: str | None
    verdict: str = Field(description="agree, conflict, unsure or missing")


class Result(BaseModel):
    """A result that fits a need, its figures, other reasons, and a person's word."""

    id: str
    title: str | None
    rank: int = Field(description="from 1; 0 where it is only here because a person decided on it")
    score: float = Field(description="0 to 1, an order and not a probability")
    evidence: str
    figures: list[Figure]
    reasons: list[str]
    decision: str | None


class Need(BaseModel):
    """A need: its words, its specification, what fits it."""

    id: str
    title: str | None
    text: str | None
    specification: dict[str, Any] | None
    results: list[Result]


class Decision(BaseModel):
    """A person's word on a row, or on a pair."""

    model_config = ConfigDict(extra="forbid")
    subject: str = Field(max_length=200)
    other: str = Field(default="", max_length=200)
    verdict: str = Field(pattern="^(accept|reject|pin)$")
    why: str = Field(min_length=1, max_length=600)


class Standing(BaseModel):
    """A word that holds, and what it is known by."""

    subject: str
    other: str
    verdict: str
    who: str
    when: date | None
    why: str
    tag: str


class Withdrawal(BaseModel):
    """Which word to take back; with ``tag`` only if that is still the one that holds."""

    model_config = ConfigDict(extra="forbid")
    subject: str = Field(max_length=200)
    other: str = Field(default="*", max_length=200)
    tag: str = Field(default="", max_length=300)
    why: str = Field(default="", max_length=600)


class Unmove(BaseModel):
    """Of which row, at which link, to take back what one said."""

    model_config = ConfigDict(extra="forbid")
    item: str = Field(max_length=200)
    link: str = Field(max_length=200)
    why: str = Field(default="", max_length=600)


class Placement(BaseModel):
    """Where a row does not stand, and where it does."""

    model_config = ConfigDict(extra="forbid")
    item: str = Field(max_length=200)
    link: str = Field(max_length=200)
    to: str = Field(default="", max_length=200)
    why: str = Field(min_length=1, max_length=600)


class Placed(BaseModel):
    """A row at a link of a chain."""

    chain: str
    link: str
    kind: str
    item: str
    name: str | None
    score: float
    how: str
    reason: str


class Remark(BaseModel):
    """A word on a row of one of the three lists, by what the row is known by."""

    model_config = ConfigDict(extra="forbid")
    list: str = Field(pattern="^(bottlenecks|gaps|firms)$")
    a: str = Field(max_length=200)
    b: str = Field(max_length=200)
    state: str = Field(pattern="^(confirmed|check|struck)$")
    note: str = Field(default="", max_length=500)


@router.get("")
def workspaces(by: By) -> list[str]:
    """The caller's workspaces; ``sample`` is everybody's."""
    return [spaces.SAMPLE, *spaces.names(by.settings.folder, signed(by))]


@router.get("/{name}/needs")
def needs(by: By, name: Key, paged: Paged, lang: Lang = "zh", most: Most = 200) -> list[Titled]:
    """The needs of a workspace."""
    rows = paged.part(titles(_region(by, name), lang)["need"].drop_nulls("id").to_dicts(), most)
    return [Titled(id=r["id"], title=r["title"], organisation=r["actor_name"]) for r in rows]


@router.get("/{name}/needs/{key:path}")
def need(
    by: By, name: Key, key: Key, lang: Lang = "zh", most: Annotated[int, Query(ge=1, le=100)] = 20
) -> Need:
    """A need with its specification and the results that fit it."""
    region = _region(by, name)
    row = row_of(region, "needs", key)
    spec = specified(row, lang)
    found = fits(region, row, lang, k=most) if region.has("achievements") else []
    return Need(id=row["id"], title=row["title"], text=row["text"], specification=spec.to_dict() if spec else None,
                results=[_result(f, lang) for f in found])  # fmt: skip


def _result(one: Fit, lang: str) -> Result:
    return Result(
        id=one.result["id"], title=one.result["title"], rank=one.rank, score=one.score, evidence=one.evidence,
        figures=[_figure(c) for c in one.figures], reasons=[r.said for r in one.reasons],
        decision=one.said.said(lang) if one.said else None,
    )  # fmt: skip


def _figure(one: Comparison) -> Figure:
    return Figure(
        wanted=one.wanted.clause, offered=one.offered.clause if one.offered else None, verdict=one.verdict
    )


@router.post("/{name}/decisions", status_code=204, response_class=Response)
def decide(by: By, name: Key, said: Decision) -> None:
    """Keep a word on a row or pair; match and plan obey it."""
    who = signed(by, change=True)
    sayings.decide(
        by.settings.folder, who, name, _today(by), said.subject, said.other, said.verdict, said.why
    )


@router.get("/{name}/decisions")
def decisions(by: By, name: Key, paged: Paged, most: Most = 200) -> list[Standing]:
    """The words that hold in a workspace."""
    rows = sayings.held(_region(by, name))
    return [
        Standing(subject=h.subject, other=h.other, verdict=h.word.verdict, who=h.word.who, when=h.word.when,
                 why=h.word.why, tag=h.tag)
        for h in paged.part(rows, most)
    ]  # fmt: skip


@router.post("/{name}/decisions/withdraw", status_code=204, response_class=Response)
def withdraw(by: By, name: Key, said: Withdrawal) -> None:
    """Take back the word that holds on a row or pair; it stays in the table, and the one before it holds again."""
    who = signed(by, change=True)
    sayings.withdraw(by.settings.folder, who, name, _today(by), said.subject, said.other, said.tag, said.why)


@router.get("/{name}/placements")
def where(
    by: By,
    name: Key,
    paged: Paged,
    link: Annotated[str | None, Query(max_length=200)] = None,
    most: Most = 500,
) -> list[Placed]:
    """Where the rows of a workspace stand in its chains, and why."""
    region = _region(by, name)
    frame = placed(region, chains_here(region), words_only=False, progress=None).frame
    rows = frame.to_dicts() if link is None else [r for r in frame.to_dicts() if r["link"] == link]
    return [Placed(**r) for r in paged.part(rows, most)]


@router.post("/{name}/placements", status_code=204, response_class=Response)
def move(by: By, name: Key, said: Placement) -> None:
    """Say that a row does not stand at a link, and where it does."""
    who = signed(by, change=True)
    sayings.move(by.settings.folder, who, name, _today(by), said.item, said.link, said.to, said.why)


@router.post("/{name}/placements/withdraw", status_code=204, response_class=Response)
def unmove(by: By, name: Key, said: Unmove) -> None:
    """Take back one's own word on where a row stands, at the link and where else it was said in the same move."""
    who = signed(by, change=True)
    sayings.unmove(by.settings.folder, who, name, _today(by), said.item, said.link, said.why)


@router.post("/{name}/lists", status_code=204, response_class=Response)
def remark(by: By, name: Key, said: Remark) -> None:
    """Keep a word on a row of one of the three lists."""
    who = signed(by, change=True)
    _region(by, name)
    word = lists.Said(said.state, said.note.strip(), _name(who), _today(by).isoformat())
    lists.keep(by.settings.folder, who, name, said.list, (said.a, said.b), word)


def _region(by: By, name: str) -> Region:
    who = signed(by)
    if name != spaces.SAMPLE and name not in spaces.names(by.settings.folder, who):
        raise NotFound
    return spaces.region_of(by.settings.folder, who, name)


def _name(who: Who) -> str:
    return str(who.name)


def _today(by: By) -> date:
    return clock.day_of(by.exchange.store.clock())

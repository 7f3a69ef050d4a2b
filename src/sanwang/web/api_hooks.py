"""Webhooks for programs: addresses of one's own, their secrets, what they were told."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from sanwang.exchange import hooks
from sanwang.exchange.store import Row
from sanwang.web.calling import PROBLEMS, By, Key, Paged, signed

router = APIRouter(prefix="/webhooks", responses=PROBLEMS)


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


@router.get("")
def webhooks(by: By) -> list[Hook]:
    """The caller's own addresses that are told of events."""
    who = signed(by)
    with by.exchange.store.read() as tx:
        return [_hook(r) for r in hooks.mine(tx, who)]


@router.post("", status_code=201)
def add_webhook(by: By, asked: Address) -> Secret:
    """Tell an address of events on a party's business; the answer holds its secret, this once."""
    who = signed(by, change=True)
    made, secret = by.exchange.store.run(lambda tx: hooks.add(tx, who, asked.party, asked.url))
    return Secret(id=made, secret=secret)


@router.delete("/{key}", status_code=204)
def remove_webhook(by: By, key: Key) -> None:
    """Tell an address nothing more."""
    who = signed(by, change=True)
    by.exchange.store.run(lambda tx: hooks.remove(tx, who, key))


@router.post("/{key}/secret")
def rotate_webhook(by: By, key: Key) -> Secret:
    """A new secret; the one before signs beside it for a day."""
    who = signed(by, change=True)
    return Secret(id=key, secret=by.exchange.store.run(lambda tx: hooks.rotate(tx, who, key)))


@router.post("/{key}/resume")
def resume_webhook(by: By, key: Key, asked: Since) -> Hook:
    """Tell an address again, also of everything after a place in the record."""
    who = signed(by, change=True)
    by.exchange.store.run(lambda tx: hooks.resume(tx, who, key, asked.after))
    with by.exchange.store.read() as tx:
        return _hook(hooks.one(tx, who, key))


@router.get("/{key}/deliveries")
def told(by: By, key: Key, paged: Paged, most: Annotated[int, Query(ge=1, le=200)] = 50) -> list[Delivery]:
    """What an address was told, newest first."""
    who = signed(by)
    with by.exchange.store.read() as tx:
        rows = hooks.told(tx, who, key, most + 1, paged.after())
    told = paged.told(rows, most, lambda r: r["link"])
    return [Delivery(**{n: r[n] for n in Delivery.model_fields}) for r in told]


def _hook(row: Row) -> Hook:
    return Hook(**{n: row[n] for n in Hook.model_fields})

"""Payments across the border for programs: quotas with what is left, screening, what the export catalogue suggests.

Filing, deciding and loading lists are steps of the processes ``crossing`` and ``border_list``.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from sanwang.web.calling import PROBLEMS, By, Key, signed

router = APIRouter(prefix="/border", responses=PROBLEMS)


class Quota(BaseModel):
    """A quota as it stands for a party."""

    name: str
    currency: str
    amount: int = Field(description="in the currency's smallest part")
    used: int = Field(description="of payments instructed and not known to have failed")
    left: int
    start: str
    until: str
    counted: str = Field(description="each: of every payer its own; all: of all together")
    purpose_code: str
    list_number: str


class Screening(BaseModel):
    """A comparison with a list, or a person's decision on it."""

    list: str
    verdict: str = Field(description="nothing, hit, let_pass or refuse")
    hits: list[dict[str, Any]]
    why: str | None
    words: str | None
    by: str | None = Field(description="who decided; null where the machine only compared")
    at: int = Field(description="microseconds UTC")


class Entry(BaseModel):
    """An entry of the catalogue, and its words that were found in the deal's texts."""

    code: str
    export_class: str
    name: str
    found: list[str]
    where: list[str]


class Suggestion(BaseModel):
    """What the catalogue in force suggests; a person declares. No entry does not make a technology free."""

    crosses: bool
    catalogue: str | None = Field(description="the number of the list in force; null where there is none")
    export_class: str | None
    entries: list[Entry]


@router.get("/parties/{key}/quotas")
def quotas(by: By, key: Key) -> list[Quota]:
    """Quotas that concern one's own party today."""
    found = by.exchange.quotas(signed(by), key)
    return [
        Quota(name=q.name, currency=q.currency, amount=q.amount, used=q.used, left=q.left, start=q.start, until=q.until,
              counted=q.counted, purpose_code=q.purpose_code, list_number=q.list_number)
        for q in found
    ]  # fmt: skip


@router.get("/crossings/{key}/screenings")
def screenings(by: By, key: Key) -> list[Screening]:
    """Every comparison and decision on a payment across the border, oldest first."""
    names = Screening.model_fields
    return [Screening(**{n: r[n] for n in names}) for r in by.exchange.screenings(signed(by), key)]


@router.get("/deals/{key}/export-class")
def export_class(by: By, key: Key) -> Suggestion:
    """Entries of the export catalogue whose words stand in what the caller may read of a deal."""
    found = by.exchange.export_class(signed(by), key)
    entries = [
        Entry(code=e.code, export_class=e.export_class, name=e.name, found=list(e.found), where=list(e.where))
        for e in found.entries
    ]
    catalogue = str(found.catalogue["number"]) if found.catalogue else None
    return Suggestion(
        crosses=found.crosses, catalogue=catalogue, export_class=found.export_class, entries=entries
    )

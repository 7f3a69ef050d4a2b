"""Data for programs: products on offer, asking for a use, the log of an access, lineage.

Registering, offering, agreeing, billing and disputing are steps of the processes ``data_asset``, ``data_product``,
``data_access``, ``data_bill`` and ``data_dispute``.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, File, UploadFile
from pydantic import BaseModel, Field

from sanwang.errors import InputError
from sanwang.exchange.data import shown
from sanwang.web import spaces
from sanwang.web.calling import PROBLEMS, By, Key, Once, signed
from sanwang.web.catalogues import brought
from sanwang.web.media import require_json

router = APIRouter(prefix="/data", responses=PROBLEMS)

Short = Annotated[str, Field(max_length=200)]


class Wanted(BaseModel):
    """A use or a delivery that is asked for, here and now."""

    action: Short = Field(description="of ODRL: use, read, derive, distribute …")
    purpose: Short | None = None
    place: Short | None = Field(None, description="GB/T 2260 code")
    units: Annotated[int, Field(ge=0, le=10**12)] | None = None
    duties: Annotated[list[Short], Field(max_length=50)] = []
    deliver: bool = Field(False, description="a delivery by who holds the data, not a use")


class Use(BaseModel):
    """A use or delivery as it was decided and written down."""

    no: int
    how: str
    action: str
    purpose: str | None
    place: str | None
    units: int
    duties: list[str]
    decision: str = Field(description="permit or deny")
    clauses: list[str] = Field(description="P1 … permissions, F1 … prohibitions, A the agreement itself")
    reasons: list[list[str]] = Field(description="Chinese, English")
    charge: int = Field(description="in the currency's smallest part, before any cap")
    standing: str
    bill: str | None
    at: int = Field(description="microseconds UTC")


@router.get("/offers")
def offers(by: By) -> list[dict[str, Any]]:
    """Products on offer: price in the currency's smallest part, clauses in words, the digest to agree to."""
    return [shown.offer_row(one) for one in by.exchange.data_offers(signed(by))]


class Clause(BaseModel):
    """A clause in words."""

    number: str
    zh: str
    en: str


class Terms(BaseModel):
    """A dataset of a catalogue: its terms (the field ``data_terms`` of a product), or why it has none."""

    dataset: str
    title: str
    terms: dict[str, Any] | None
    clauses: list[Clause]
    why: list[str] | None = Field(None, description="Chinese, English")


@router.post("/terms")
def terms(by: By, files: Annotated[list[UploadFile], File(max_length=20)]) -> list[Terms]:
    """The terms of every dataset of catalogues (DCAT-AP as JSON-LD); nothing is kept. What is wrong with a file closes
    its datasets, and ``why`` says so."""
    who = signed(by)
    key = spaces.receive(by.settings.folder, who, files, require_json)
    try:
        found = brought(sorted(spaces.aside(by.settings.folder, who, key).iterdir()))
    finally:
        spaces.drop(by.settings.folder, who, key)
    if not found.datasets and found.problems:
        _, zh, en = found.problems[0]
        raise InputError(en, zh)
    return [
        Terms(
            dataset=d.id, title=d.title, terms=None if d.terms is None else dict(d.terms),
            clauses=[Clause(number=c.number, zh=c.zh, en=c.en) for c in d.clauses], why=list(d.why) if d.why else None,
        )
        for d in found.datasets
    ]  # fmt: skip


@router.post("/accesses/{key}/uses", status_code=201)
def use(by: By, key: Key, wanted: Wanted, request: Once = None) -> Use:
    """The decision on a use, with the clauses that made it; a denied one is written down too. A repeated key counts
    once."""
    data = wanted.model_dump(exclude={"action", "deliver"})
    made = by.exchange.use_data(
        signed(by, change=True), key, wanted.action, deliver=wanted.deliver, request=request, **data
    )
    return Use(**made)


@router.get("/accesses/{key}/uses")
def log(by: By, key: Key) -> list[Use]:
    """Every use and delivery of an access, oldest first."""
    return [Use(**shown.use_row(u)) for u in by.exchange.data_log(signed(by), key).uses]


@router.get("/accesses/{key}/touched")
def touched(by: By, key: Key) -> list[dict[str, Any]]:
    """What a revocation of the access would touch further down; for who holds the data."""
    return by.exchange.data_touched(signed(by), key)


@router.get("/assets/{key}/sources")
def sources(by: By, key: Key) -> list[dict[str, Any]]:
    """What an asset of one's own was derived from."""
    return [dict(r) for r in by.exchange.data_sources(signed(by), key)]

"""Data: products on offer with their clauses and price, one's own assets and accesses, the log of an access."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from sanwang.exchange.data import shown
from sanwang.exchange.data.shown import Log
from sanwang.web.render import page, through
from sanwang.web.taken import table_of
from sanwang.web.visit import Here, Visit
from sanwang.web.words import said, value

router = APIRouter()

OWN = ("data_asset", "data_product", "data_access", "data_bill", "data_dispute")
"""Processes of data with subjects of one's own."""


@router.get("/data")
def data(v: Here) -> Response:
    """What is on offer, and what is one's own."""
    who = v.signed_in()
    found = v.exchange.data_offers(who)
    table = table_of("data", said("data", v.lang), [_told(v, o) for o in found], v.lang, number="text", title="text",
                     party="text", price="text", clauses="long", digest="text")  # fmt: skip
    return page(
        v, "data", offers=[_offer(v, o) for o in found], one=None, log=None, take=[table],
        own=[(n, [dict(r) for r in v.exchange.mine(who, n)]) for n in OWN], python=through("data/offers"),
    )  # fmt: skip


@router.get("/data/product/{key}")
def product(v: Here, key: str) -> Response:
    """One product: its clauses, its price, the digest to agree to."""
    one = v.exchange.data_offer(v.signed_in(), key)
    return page(v, "data", offers=[], one=_offer(v, one), log=None, own=[], python=through("data/offers"))


@router.get("/data/{key}")
def log(v: Here, key: str) -> Response:
    """Every use and delivery of an access, with its sums; to who holds the data, what a revocation would touch."""
    who = v.signed_in()
    found = v.exchange.data_log(who, key)
    holds = who.for_party(found.access["holder"], "member", "manager", "signer", "payer", "releaser")
    rows = [_use(v, found, shown.use_row(u, v.lang)) for u in found.uses]
    table = table_of("log", found.access["number"], rows, v.lang, use_no="text", data_how="text", action="text",
                     purpose="text", place="text", units="text", data_decision="text", clauses="text", charge="text",
                     data_bill="text", data_reasons="long")  # fmt: skip
    return page(
        v, "data", offers=[], one=None, log=found, own=[], rows=rows, sums=_sums(v, found), take=[table],
        touched=v.exchange.data_touched(who, key) if holds else [], python=through(f"data/accesses/{key}/uses"),
    )  # fmt: skip


def _offer(v: Visit, one: shown.Offer) -> dict[str, Any]:
    return {"row": one.row, "holder": one.holder, "price": shown.price_said(one.row, v.lang),
            "clauses": [shown.clause_said(c, v.lang) for c in one.clauses]}  # fmt: skip


def _told(v: Visit, one: shown.Offer) -> dict[str, Any]:
    row = {n: one.row[n] for n in ("number", "title", "digest")}
    clauses = "\n".join(shown.clause_said(c, v.lang) for c in one.clauses)
    return row | {"party": one.holder, "price": shown.price_said(one.row, v.lang), "clauses": clauses}


def _use(v: Visit, found: Log, use: dict[str, Any]) -> dict[str, Any]:
    """A use in words, under the columns of the page."""
    return {n: use[n] for n in ("action", "purpose", "units")} | {
        "use_no": use["no"], "at": value("read_at", use["at"], v.lang), "data_how": said(f"data.{use['how']}", v.lang),
        "place": value("place", use["place"], v.lang), "data_decision": said(f"data.{use['decision']}", v.lang),
        "clauses": " ".join(use["clauses"]), "data_reasons": "；".join(use["reasons"]),
        "charge": value("amount", use["charge"], v.lang, found.product["currency"]),
        "data_bill": use["bill"] or said(f"data.{use['standing']}", v.lang),
    }  # fmt: skip


def _sums(v: Visit, found: Log) -> list[tuple[str, str]]:
    named = ("metered", "disputed", "billed", "paid")
    return [(said(f"data.{n}", v.lang), value("amount", getattr(found, n), v.lang, found.product["currency"]))
            for n in named]  # fmt: skip

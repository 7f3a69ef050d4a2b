"""Any subject of any process: where it stands, what it says, what happened, and what the person may do now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends
from starlette.responses import Response

from sanwang.errors import OptionError
from sanwang.exchange import access, search
from sanwang.exchange import milestones as milestones_
from sanwang.exchange.errors import NotFound
from sanwang.exchange.process import processes, spoken, words
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.deals import contracts, milestones, offers, registrations, trials
from sanwang.exchange.tables.market import listings
from sanwang.exchange.tables.people import parties, users
from sanwang.web.render import page, to
from sanwang.web.terms import terms_of
from sanwang.web.visit import Visit, visit
from sanwang.web.words import column, typed, value

router = APIRouter()
Here = Annotated[Visit, Depends(visit)]

PARTS: Mapping[str, sa.Table] = {"milestone": milestones, "trial": trials, "registration": registrations}
"""What a deal's page lists."""

LISTINGS = ("need", "result", "listing")

PARTIES = ("buyer", "seller", "broker", "party", "discloser", "recipient", "opened_by", "institution")


@router.get("/mine/{process}")
def mine(v: Here, process: str) -> Response:
    """One's own subjects of a process."""
    if process not in processes():
        raise NotFound
    rows = v.exchange.mine(v.signed_in(), process)
    return page(v, "mine", process=process, rows=[dict(r) for r in rows])


@router.get("/{process}/{key}")
def subject(v: Here, process: str, key: str) -> Response:
    """The page of a subject."""
    if process not in processes():
        raise NotFound
    if process == "listing":
        return to(f"/listing/{key}")
    who = v.signed_in()
    row = v.exchange.show(who, process, key)
    steps = v.exchange.allowed(who, process, key, v.lang)
    with v.exchange.store.read() as tx:
        names = named(tx, row) | titles(tx, v, row)
        parts = _parts(tx, v, key) if process == "deal" else []
        open_ = _offers(tx, key) if process == "deal" else []
        currency = _currency(tx, process, row)
        told = [_event(tx, v, e) for e in v.exchange.events(who, process, key)]
    shown = [
        (column(n, v.lang), n, names.get(x, x) if isinstance(x, str) else x)
        for n, x in row.items()
        if column(n, v.lang)
    ]
    return page(
        v, "subject", process=process, subject=key, row=row, shown=shown, steps=steps, told=told, parts_of=parts,
        offers=open_, currency=currency, names=names, digest=agreed(v, process, row), **shown_evidence(v, process, row),
    )  # fmt: skip


def agreed(v: Visit, process: str, row: Row) -> str:
    """The digest of the text that a person would agree to now: the open offer's, else the contract's or the NDA's."""
    if process == "nda":
        return str(row.get("text_digest") or "")
    if process != "deal":
        return ""
    open_ = sa.select(offers.c.digest).where(offers.c.deal == row["id"], offers.c.state == "open")
    text = sa.select(contracts.c.text_digest).where(contracts.c.deal == row["id"])
    with v.exchange.store.read() as tx:
        return str((tx.value(open_) if row["state"] == "offered" else tx.value(text)) or "")


def shown_evidence(v: Visit, process: str, row: Row) -> dict[str, Any]:
    """For a milestone: the evidence there is, what is wanted, and whether the person may bring some."""
    if process != "milestone" or "wanted" not in row:
        return {"evidence": [], "wanted": "", "seller": False}
    with v.exchange.store.read() as tx:
        found = milestones_.evidence_of(tx, v.who, row["id"])
        seller = "seller" in access.roles(tx, v.who, process, row)
    wanted = "、".join(value("wanted", one, v.lang) for one in row["wanted"])
    return {"evidence": found, "wanted": wanted or "–", "seller": seller}


@router.post("/milestone/{key}/evidence")
def bring(v: Here, key: str) -> Response:
    """Keep a file by its digest and attach it to the milestone as evidence."""
    who = v.signed_in()
    row = v.exchange.show(who, "milestone", key)
    if not v.files:
        raise OptionError("no file was chosen", "没有选择文件")
    with v.exchange.store.read() as tx:
        party = access.deal_of(tx, row)["seller"]
    one = v.files[0]
    document = v.exchange.keep_document(who, party, one.filename or "–", one.file.read(), row["deal"])
    v.exchange.add_evidence(who, key, v.form.get("kind", ""), document)
    return to(f"/milestone/{key}")


@router.post("/{process}/{key}/{event}")
def take(v: Here, process: str, key: str, event: str) -> Response:
    """Take a step with what was typed; the form's own key makes a second press harmless."""
    if process not in processes():
        raise NotFound
    who = v.signed_in()
    currency = v.form.get("currency_shown", "CNY")
    data = given(v.form, currency)
    if "terms.title" in v.form:
        data["terms"] = terms_of(v.form)
    v.exchange.take(who, process, key, event, data, request=v.form.get("request") or None)
    return to(f"/{process}/{key}")


def given(form: Mapping[str, str], currency: str = "CNY") -> dict[str, Any]:
    """The fields of a step's form, each read by its type; empty ones left out."""
    kinds = words("fields")
    read = {n: typed(n, kinds[n]["type"], text, currency) for n, text in form.items() if n in kinds}
    return {n: x for n, x in read.items() if x is not None}


def named(tx: Tx, row: Row) -> dict[Any, str]:
    """Names of the parties in a row, by id."""
    ids = {row[n] for n in PARTIES if row.get(n)}
    found = tx.all(sa.select(parties.c.id, parties.c.name).where(parties.c.id.in_(sorted(ids))))
    return {r["id"]: r["name"] for r in found}


def titles(tx: Tx, v: Visit, row: Row) -> dict[Any, str]:
    """Titles of the listings in a row, as far as the person may read them, by id."""
    ids = [row[n] for n in LISTINGS if row.get(n)]
    rows = tx.all(sa.select(listings).where(listings.c.id.in_(ids))) if ids else []
    seen = {r["id"]: search.read(tx, v.who, r, r["published"] or r["pending"]) for r in rows}
    return {key: str(data.get("title") or data.get("name") or "–") for key, data in seen.items()}


def _parts(tx: Tx, v: Visit, deal: str) -> list[tuple[str, list[Row]]]:
    found = [(n, tx.all(sa.select(t).where(t.c.deal == deal).order_by(t.c.id))) for n, t in PARTS.items()]
    return [(n, [access.cut(tx, v.who, n, r) for r in rows]) for n, rows in found if rows]


def _offers(tx: Tx, deal: str) -> list[Row]:
    return tx.all(sa.select(offers).where(offers.c.deal == deal).order_by(offers.c.no.desc()))


def _currency(tx: Tx, process: str, row: Row) -> str:
    if "currency" in row:
        return row["currency"] or "CNY"
    if row.get("deal"):
        deals = access.table_of("deal")
        return tx.value(sa.select(deals.c.currency).where(deals.c.id == row["deal"])) or "CNY"
    return "CNY"


def _event(tx: Tx, v: Visit, row: Row) -> dict[str, Any]:
    """An event in words: the step's name, who took it, what it said openly."""
    one = processes().get(row["process"])
    named_ = [t for t in one.transitions if t.event == row["take"]] if one else []
    from_here = [t for t in named_ if (row["from_state"] in t.sources if row["from_state"] else t.first)]
    label = (from_here or named_)[0].label(v.lang) if named_ else row["take"]
    who = tx.value(sa.select(users.c.name).where(users.c.id == row["user"])) if row["user"] else None
    said = {
        n: x for n, x in (row["data"] or {}).items() if not (isinstance(x, dict) and set(x) == {"sha256"})
    }
    return {
        "at": row["at"], "label": label, "who": who or spoken("roles", row["agent"], v.lang), "link": row["link"],
        "said": [(column(n, v.lang) or n, n, x) for n, x in said.items()],
    }  # fmt: skip

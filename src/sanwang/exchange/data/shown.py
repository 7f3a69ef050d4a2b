"""What people read of data: offers with their clauses, the log of an access with its sums, lineage both ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import access as seeing
from sanwang.exchange import standing
from sanwang.exchange.data import lineage, products, uses
from sanwang.exchange.data.policies import Clause, evaluator
from sanwang.exchange.errors import NotFound
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.data import data_bills, data_products
from sanwang.exchange.tables.people import parties
from sanwang.exchange.who import Who
from sanwang.standards.currencies import shown

PRICED: Mapping[str, tuple[str, str]] = {
    "free": ("免费", "free"),
    "flat": ("一次性 {price}", "{price} once"),
    "use": ("每次使用 {price}", "{price} a use"),
    "unit_used": ("使用每 {unit} {price}", "{price} a unit used ({unit})"),
    "unit_delivered": ("交付每 {unit} {price}", "{price} a unit delivered ({unit})"),
}


@dataclass(frozen=True)
class Offer:
    """A product with its clauses: its row (with title and personal), who offers it."""

    row: Row
    holder: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class Log:
    """The log of an access: its uses, oldest first; what was metered, disputed, billed and paid (fen), and the cap."""

    access: Row
    product: Row
    uses: tuple[Row, ...]
    metered: int
    disputed: int
    billed: int
    paid: int


def price_said(row: Row, lang: str) -> str:
    """The price of a product in words, with its cap."""
    zh = lang == "zh"
    said = PRICED[row["pricing"]][0 if zh else 1]
    said = said.format(price=shown(row["price"], row["currency"], lang), unit=row["unit"] or "")
    if row["cap"] is None:
        return said
    most = shown(row["cap"], row["currency"], lang)
    return f"{said}，封顶 {most}" if zh else f"{said}, {most} at most"


def offers(tx: Tx, who: Who) -> list[Offer]:
    """Products on offer, for members."""
    return [_offer(tx, r) for r in products.offered(tx)] if who.is_member else []


def offer(tx: Tx, who: Who, product: str) -> Offer:
    """One product with its clauses. Raises NotFound for who may not see it, Refused where nothing judges policies."""
    row = seeing.seen(tx, who, "data_product", product)
    if not standing.roles(tx, who, "data_product", row) - {"operator"}:
        raise NotFound
    asset = tx.the(seeing.table_of("data_asset"), row["asset"])
    return _offer(
        tx, dict(row) | {n: asset[n] for n in ("title", "personal")} | {"asset_number": asset["number"]}
    )


def _offer(tx: Tx, row: Row) -> Offer:
    name = tx.value(sa.select(parties.c.name).where(parties.c.id == row["party"]))
    return Offer(row, name or "", tuple(evaluator().clauses(row["terms"])))


def own(tx: Tx, who: Who, process: str, subject: str) -> Row:
    """A row that a person reads as one of its sides. Raises NotFound for all others."""
    row = seeing.seen(tx, who, process, subject)
    if not standing.roles(tx, who, process, row) & {"data_holder", "data_buyer"}:
        raise NotFound
    return row


def log(tx: Tx, who: Who, access: str) -> Log:
    """Every use and delivery of an access, for its two sides."""
    row = own(tx, who, "data_access", access)
    entries = uses.log(tx, access)

    def cost(standing: str) -> int:
        return sum(u["charge"] for u in entries if u["standing"] == standing)

    bills = tx.all(sa.select(data_bills.c.state, data_bills.c.amount).where(data_bills.c.access == access))
    sums = {s: sum(b["amount"] for b in bills if b["state"] == s) for s in ("open", "paid")}
    product = tx.the(data_products, row["product"])
    return Log(
        row, product, tuple(entries), cost("metered"), cost("disputed"), sum(sums.values()), sums["paid"]
    )


def sources(tx: Tx, who: Who, asset: str) -> list[Row]:
    """What an asset was derived from, for its own people."""
    own(tx, who, "data_asset", asset)
    return lineage.sources(tx, asset)


def touched(tx: Tx, who: Who, access: str) -> list[dict[str, Any]]:
    """What a revocation of an access touches further down, for who holds the data: numbers and whose, no content."""
    row = own(tx, who, "data_access", access)
    if "data_holder" not in standing.roles(tx, who, "data_access", row):
        raise NotFound
    found = lineage.downstream(tx, access)
    ids = [t.asset["party"] for t in found]
    names = {
        r["id"]: r["name"]
        for r in tx.all(sa.select(parties.c.id, parties.c.name).where(parties.c.id.in_(ids)))
    }
    return [
        {"asset": t.asset["number"], "party": names.get(t.asset["party"], ""), "steps": t.depth,
         "accesses": [a["number"] for a in t.accesses]}
        for t in found
    ]  # fmt: skip


def use_row(use: Row, lang: str | None = None) -> dict[str, Any]:
    """A use as programs read it; with a language, its reasons in that."""
    named = ("no", "how", "action", "purpose", "place", "units", "duties", "decision", "clauses", "charge",
             "standing", "at")  # fmt: skip
    spot = 0 if lang == "zh" else 1
    reasons = [r[spot] for r in use["reasons"]] if lang else use["reasons"]
    return {n: use[n] for n in named} | {"reasons": reasons, "bill": use.get("bill_number")}


def offer_row(one: Offer) -> dict[str, Any]:
    """A product as programs read it: money in fen, clauses in both languages."""
    named = (
        "id",
        "number",
        "listing",
        "title",
        "personal",
        "pricing",
        "price",
        "unit",
        "cap",
        "currency",
        "digest",
    )
    clauses = [{"number": c.number, "zh": c.zh, "en": c.en} for c in one.clauses]
    return {n: one.row[n] for n in named} | {"holder": one.holder, "clauses": clauses}


def clause_said(one: Clause, lang: str) -> str:
    """A clause with its number: P1 许可使用；用途 为 科研."""
    return f"{one.number} {one.zh if lang == 'zh' else one.en}"

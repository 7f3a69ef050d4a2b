"""Lineage: what an asset was derived from under which access, and what hangs on an access further down."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from sanwang.exchange.events import Fault
from sanwang.exchange.proof import CHECKS
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.data import data_accesses, data_assets, data_lineage, data_products, data_uses


@dataclass(frozen=True)
class Touched:
    """An asset further down: its row, under which access it was derived (id), at what distance, and who uses it now."""

    asset: Row
    access: str
    depth: int
    accesses: tuple[Row, ...]


def sources(tx: Tx, asset: str) -> list[Row]:
    """What an asset was derived from, one step up: source (its number, title), access (number, state, stays), use."""
    source = data_assets.alias("source")
    its = data_lineage.join(source, data_lineage.c.source == source.c.id)
    its = its.join(data_accesses, data_lineage.c.access == data_accesses.c.id)
    its = its.join(data_uses, data_lineage.c.use == data_uses.c.id)
    asked = sa.select(
        data_lineage.c.source, source.c.number, source.c.title, source.c.personal, data_lineage.c.access,
        data_accesses.c.number.label("access_number"), data_accesses.c.state, data_accesses.c.stays,
        data_uses.c.no.label("use_no"),
    )  # fmt: skip
    return tx.all(asked.select_from(its).where(data_lineage.c.asset == asset).order_by(source.c.number))


def broken(tx: Tx, asset: str) -> list[str]:
    """Numbers of accesses that an asset goes back to, by any way, that were revoked with all that was derived."""
    found: list[str] = []
    seen, waiting = {asset}, [asset]
    while waiting:
        for row in sources(tx, waiting.pop()):
            if (row["state"], row["stays"]) == ("revoked", "no"):
                found.append(row["access_number"])
            if row["source"] not in seen:
                seen.add(row["source"])
                waiting.append(row["source"])
    return sorted(set(found))


def downstream(tx: Tx, access: str) -> list[Touched]:
    """Every asset that was derived under an access, and from those, nearest first; what a revocation touches."""
    found: list[Touched] = []
    seen: set[str] = set()
    layer, depth = _derived(tx, data_lineage.c.access == access), 1
    while layer:
        fresh = [r for r in layer if r["asset"] not in seen]
        for row in fresh:
            if row["asset"] not in seen:
                seen.add(row["asset"])
                found.append(
                    Touched(tx.the(data_assets, row["asset"]), row["access"], depth, _users(tx, row["asset"]))
                )
        layer = _derived(tx, data_lineage.c.source.in_([r["asset"] for r in fresh])) if fresh else []
        depth += 1
    return found


def _derived(tx: Tx, which: sa.ColumnElement[bool]) -> list[Row]:
    asked = sa.select(data_lineage.c.asset, data_lineage.c.access).where(which)
    return tx.all(asked.order_by(data_lineage.c.asset))


def _users(tx: Tx, asset: str) -> tuple[Row, ...]:
    """Accesses in force to products of an asset."""
    own = sa.select(data_products.c.id).where(data_products.c.asset == asset)
    live = sa.select(data_accesses).where(
        data_accesses.c.product.in_(own), data_accesses.c.state == "in_force"
    )
    return tuple(tx.all(live.order_by(data_accesses.c.number)))


def verify(tx: Tx) -> list[Fault]:
    """What was derived names a permitted use to derive, by its own party, of the asset it says."""
    its = data_lineage.join(data_uses, data_lineage.c.use == data_uses.c.id)
    its = its.join(data_accesses, data_uses.c.access == data_accesses.c.id)
    its = its.join(data_products, data_accesses.c.product == data_products.c.id)
    its = its.join(data_assets, data_lineage.c.asset == data_assets.c.id)
    off = sa.or_(
        data_uses.c.decision != "permit", data_uses.c.action != "derive",
        data_products.c.asset != data_lineage.c.source, data_accesses.c.buyer != data_assets.c.party,
        data_uses.c.access != data_lineage.c.access,
    )  # fmt: skip
    wrong = tx.all(sa.select(data_assets.c.number).select_from(its).where(off).distinct())
    return [Fault(f"data asset {r['number']}", "was derived without leave", "衍生未获许可") for r in wrong]


CHECKS.append(verify)

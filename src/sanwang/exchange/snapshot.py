"""The store as a Region: what match and plan read. The same rows give the same digest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import polars as pl
import sqlalchemy as sa

from sanwang.exchange.access import SHOWN
from sanwang.exchange.clock import day_of
from sanwang.exchange.outcomes import SOURCE
from sanwang.exchange.people import fictional
from sanwang.exchange.privacy.pseudonyms import pseudonymised
from sanwang.exchange.rows import LISTED, frame, text_of
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.deals import outcomes, region_rows
from sanwang.exchange.tables.market import listing_versions, listings
from sanwang.exchange.tables.people import parties
from sanwang.exchange.tables.record import datasets
from sanwang.exchange.tiers import OWN, TIERS, readable
from sanwang.region import Region
from sanwang.schema import KINDS

REGION_ROWS = ("flows", "ties", "progress", "obligations")
DEALT = ("performing", "completed")
"""Stages from which an end counts as a deal made."""


def region(tx: Tx, level: int = OWN, contacts: bool = False) -> Region:
    """The Region of now: listings on show, imported tables, and what deals wrote.

    By default every tier, for the machine's memory only. ``level`` (0 public, 1 members) leaves out listings and fields
    above it: that Region may be handed out, with marks in place of
    persons unless ``contacts``. Listings that are over but that outcomes speak of are in it too, each with
    a decision against it, so that calibration can learn from them and no plan uses them.
    """
    frames = _datasets(tx)
    gone: list[pl.DataFrame] = []
    for kind in LISTED:
        listed, over = _listed(tx, kind, level)
        frames[kind] = _joined(kind, frames.get(kind), listed)
        gone.append(over)
    frames["actors"] = _joined("actors", frames.get("actors"), _actors(tx))
    for kind in REGION_ROWS:
        frames[kind] = _with(kind, frames.get(kind), _written(tx, kind))
    frames["outcomes"] = _joined("outcomes", frames.get("outcomes"), _outcomes(tx))
    frames["decisions"] = _with("decisions", frames.get("decisions"), pl.concat(gone))
    frames |= _known(frames) if level < OWN else {}
    if level < OWN and not contacts:
        frames = pseudonymised(frames)
    return Region.of(SOURCE, fictional=fictional(tx), frames={k: f for k, f in frames.items() if f.height})


def _known(frames: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Outcomes and progress only of rows that are handed out."""
    results, needs = frames["achievements"].select("id"), frames["needs"].select("id")
    outcomes_ = frames["outcomes"].join(needs, left_on="need", right_on="id", how="semi")
    return {
        "outcomes": outcomes_.join(results, left_on="achievement", right_on="id", how="semi"),
        "progress": frames["progress"].join(results, left_on="achievement", right_on="id", how="semi"),
    }


def _listed(tx: Tx, kind: str, level: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of a kind, and decisions against those that are over."""
    shown = sa.and_(listings.c.state.in_(SHOWN), listings.c.expires_at > tx.now)
    told = sa.exists().where(sa.or_(outcomes.c.need == listings.c.id, outcomes.c.result == listings.c.id))
    text = sa.cast(listing_versions.c.data, sa.Text).label("text")
    joined = sa.join(
        listings,
        listing_versions,
        sa.and_(listing_versions.c.listing == listings.c.id, listing_versions.c.no == listings.c.published),
    )
    asked = (
        sa.select(
            text, listings.c.row, listings.c.tier, listings.c.marks, listings.c.used, shown.label("shown")
        )
        .select_from(joined)
        .where(listings.c.kind == kind, sa.or_(shown, told))
        .order_by(listings.c.row)
    )
    rows = [r for r in tx.all(asked) if level == OWN or TIERS.index(r["tier"]) <= level]
    texts = [r["text"] if level == OWN else _cut(kind, r, level) for r in rows]
    found = frame(kind, texts)
    if "openness" in found.columns:
        found = found.with_columns(pl.Series("openness", [r["tier"] for r in rows], pl.String))
    if "licences" in found.columns:
        used = pl.Series("used", [r["used"] for r in rows], pl.Int64)
        found = found.with_columns((pl.col("licences") - used).clip(lower_bound=0))
    return found, _over(tx, [r["row"] for r in rows if not r["shown"]])


def _cut(kind: str, row: Row, level: int) -> str:
    return text_of(readable(kind, json.loads(row["text"]), row["tier"], row["marks"], level))


def _over(tx: Tx, rows: list[str]) -> pl.DataFrame:
    on = day_of(tx.now)
    made = [
        {"subject": r, "other": "*", "verdict": "reject", "who": SOURCE, "when": on, "why": "已不在挂牌"}
        for r in rows
    ]
    return pl.DataFrame(made, schema={n: f.dtype for n, f in KINDS["decisions"].fields.items()})


def _actors(tx: Tx) -> pl.DataFrame:
    rows = tx.all(sa.select(parties).where(parties.c.state != "suspended").order_by(parties.c.actor))
    named = [{"id": r["actor"], "name": r["name"], "name_en": r["name_en"], "place": r["place"], "uscc": r["uscc"]}
             for r in rows]  # fmt: skip
    return pl.DataFrame(named, schema=dict.fromkeys(("id", "name", "name_en", "place", "uscc"), pl.String))


def _written(tx: Tx, kind: str) -> pl.DataFrame:
    text = sa.cast(region_rows.c.row, sa.Text)
    asked = sa.select(text).where(region_rows.c.kind == kind).order_by(region_rows.c.id)
    return _summed(kind, frame(kind, [r[0] for r in tx.execute(asked)]))


def _summed(kind: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Ties and flows of one key are one row: their counts and values add up."""
    if kind not in ("ties", "flows") or rows.is_empty():
        return rows
    sums = [pl.col(c).sum() for c in ("count", "value") if c in rows.columns]
    rest = [pl.col(c).first() for c in rows.columns if c not in (*KINDS[kind].key, "count", "value")]
    return rows.group_by(list(KINDS[kind].key), maintain_order=True).agg(*sums, *rest)


def _outcomes(tx: Tx) -> pl.DataFrame:
    need, result = listings.alias("n"), listings.alias("r")
    joined = sa.join(outcomes, need, outcomes.c.need == need.c.id).join(
        result, outcomes.c.result == result.c.id
    )
    asked = sa.select(need.c.row.label("need"), result.c.row.label("achievement"), outcomes.c.stage, outcomes.c.code,
                      outcomes.c.at).select_from(joined).order_by(outcomes.c.at, outcomes.c.id)  # fmt: skip
    last = {(r["need"], r["achievement"]): r for r in tx.all(asked)}
    rows = [
        {"need": n, "achievement": a, "result": _how(r), "year": day_of(r["at"]).year, "note": r["code"]}
        for (n, a), r in sorted(last.items())
    ]
    kinds = KINDS["outcomes"].fields
    return pl.DataFrame(rows, schema={n: f.dtype for n, f in kinds.items()})


def _how(row: Mapping[str, Any]) -> str:
    if row["code"] == "complete":
        return "deal"
    return "fit" if row["stage"] in ("talking", "offered", "agreed", "contracted") else "none"


def _datasets(tx: Tx) -> dict[str, pl.DataFrame]:
    top = (
        sa.select(datasets.c.kind, sa.func.max(datasets.c.no).label("no"))
        .group_by(datasets.c.kind)
        .subquery()
    )
    newest = sa.and_(datasets.c.kind == top.c.kind, datasets.c.no == top.c.no)
    rows = tx.all(sa.select(datasets.c.kind, datasets.c.parquet).join(top, newest).order_by(datasets.c.kind))
    return {r["kind"]: pl.read_parquet(BytesIO(r["parquet"])) for r in rows}


def _joined(kind: str, imported: pl.DataFrame | None, own: pl.DataFrame) -> pl.DataFrame:
    """Imported rows and the exchange's own: where both have a key, the exchange's counts, with what it leaves empty."""
    if imported is None or imported.is_empty():
        return own
    if own.is_empty():
        return imported
    key = list(KINDS[kind].key)
    known = own.join(imported, on=key, how="left", suffix="__old", maintain_order="left")
    fill = [pl.coalesce(c, f"{c}__old").alias(c) for c in own.columns if f"{c}__old" in known.columns]
    filled = known.with_columns(fill).select(
        [*own.columns, *(c for c in imported.columns if c not in own.columns)]
    )
    return pl.concat(
        [imported.join(own, on=key, how="anti", maintain_order="left"), filled], how="diagonal_relaxed"
    )


def _with(kind: str, imported: pl.DataFrame | None, own: pl.DataFrame) -> pl.DataFrame:
    if imported is None or imported.is_empty():
        return own
    return _summed(kind, pl.concat([imported, own], how="diagonal_relaxed")) if own.height else imported


def keep_dataset(tx: Tx, by: str | None, kind: str, rows: pl.DataFrame, why: str) -> int:
    """Keep an imported table as the next version; returns its number."""
    from hashlib import sha256

    written = BytesIO()
    rows.write_parquet(written)
    content = written.getvalue()
    no = (tx.value(sa.select(sa.func.max(datasets.c.no)).where(datasets.c.kind == kind)) or 0) + 1
    tx.insert(
        datasets, kind=kind, no=no, parquet=content, rows=rows.height, digest=sha256(content).hexdigest(), by=by,
        at=tx.now, why=why,
    )  # fmt: skip
    return no

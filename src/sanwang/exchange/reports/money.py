"""What moved in a month: flows by kind and city, fees, interest."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from sanwang.exchange.reports.figures import movements, summed
from sanwang.exchange.reports.record import NOWHERE, Record

_LENDING = ("L2", "L3", "L4")
"""Codes by which borrowers pay: principal and what is above it."""


def flows(record: Record) -> pl.DataFrame:
    """Movements of the month by kind, city they come from, city they go to."""
    return summed("flow", _named(record.month_moves, "flow"), ("movement", "from", "to"), "amount")


def fees(record: Record) -> pl.DataFrame:
    """What the exchange took, by the payer's city; what financiers took by the bids that were paid."""
    own = _named(record.month_moves, "fee").with_columns(pl.col("from").alias("city"))
    taken = ("movement", "city", "currency", "amount", "event")
    return summed(
        "fee", pl.concat([own.select(taken), _bid(record).select(taken)]), ("movement", "city"), "amount"
    )


def interest(record: Record) -> pl.DataFrame:
    """What borrowers paid above principal, by event: money of the entry less principal of the entry."""
    paid = record.month_moves.filter(pl.col("code").is_in(_LENDING))
    signed = pl.when(pl.col("kind") == "money").then(pl.col("amount")).otherwise(-pl.col("amount"))
    above = paid.group_by("event", "currency", maintain_order=True).agg(signed.sum().alias("amount"))
    of_loan = record.steps.filter(pl.col("process") == "loan").select(pl.col("id").alias("event"), "subject")
    rows = above.join(of_loan, on="event", how="left", maintain_order="left").join(
        record.loans.select(pl.col("id").alias("subject"), "borrower", pl.col("lending").alias("standing")),
        on="subject", how="left", maintain_order="left",
    )  # fmt: skip
    rows = located(rows, record, "borrower").with_columns(pl.col("standing").fill_null("loan"))
    return summed("interest", rows.filter(pl.col("amount") != 0), ("standing", "city"), "amount")


def located(rows: pl.DataFrame, record: Record, party: str) -> pl.DataFrame:
    """Rows with the city of the party that a column names."""
    named = record.parties.select(pl.col("id").alias(party), "city")
    return rows.join(named, on=party, how="left", maintain_order="left").with_columns(
        pl.col("city").fill_null(NOWHERE)
    )


def _bid(record: Record) -> pl.DataFrame:
    paid = record.month_steps.filter((pl.col("process") == "bid") & (pl.col("take") == "pay"))
    rows = paid.select(pl.col("id").alias("event"), pl.col("subject")).join(
        record.bids.rename({"id": "subject"}), on="subject", maintain_order="left"
    )
    of_holder = record.moves.filter((pl.col("code") == "V3") & (pl.col("kind") == "voucher"))
    asker = of_holder.select("event", pl.col("payer_city").alias("city")).unique("event", keep="first")
    rows = rows.join(asker, on="event", how="left", maintain_order="left").filter(pl.col("fees") > 0)
    return rows.with_columns(
        pl.lit("fee_financier").alias("movement"),
        pl.col("city").fill_null(NOWHERE),
        pl.col("fees").alias("amount"),
    )


def _named(moves: pl.DataFrame, figure: str) -> pl.DataFrame:
    """Movements with the name of their kind; what is of no kind of this figure is left out."""
    parts = [
        _of_kind(moves, name, m) for name, m in movements().items() if m["figure"] == figure and m["code"]
    ]
    return pl.concat(parts)


def _of_kind(moves: pl.DataFrame, name: str, kind: Mapping[str, str]) -> pl.DataFrame:
    wanted = pl.col("code").is_in(kind["code"].split()) & (pl.col("kind") == kind["kind"])
    for side in ("debit", "credit"):
        if kind[side] != "*":
            wanted &= pl.col(side) == kind[side]
    ends = ("payee_city", "payer_city") if kind["turned"] else ("payer_city", "payee_city")
    return moves.filter(wanted).with_columns(
        pl.lit(name).alias("movement"), pl.col(ends[0]).alias("from"), pl.col(ends[1]).alias("to")
    )

"""What was counted in a month: steps, refusals by reason, technology contracts."""

from __future__ import annotations

import polars as pl

from sanwang.exchange.process import processes
from sanwang.exchange.reports.figures import rows_of, summed
from sanwang.exchange.reports.record import Record

NO_REASON = "-"
"""Where a step that refuses asked for no code of a reason."""


def steps(record: Record) -> pl.DataFrame:
    """How often each step of each process was taken."""
    return summed("step", _plain(record.month_steps), ("process", "take"))


OVERSEEN = ("pilot", "complaint", "case")
"""Processes of oversight: sandbox tests, complaints, cases."""


def overseen(record: Record) -> pl.DataFrame:
    """Tests, complaints and cases by where they stand at the month's end; ended ones where they ended in the month."""
    known = [p for n, p in processes().items() if n in OVERSEEN]
    ends = pl.DataFrame(
        [(p.name, e) for p in known for e in p.ends],
        {"process": pl.String, "to_state": pl.String},
        orient="row",
    )
    steps = record.steps.filter(pl.col("process").is_in([p.name for p in known]))
    last = steps.group_by("process", "subject", maintain_order=True).last()
    over = last.filter(pl.col("at") <= record.month.begin).join(ends, on=["process", "to_state"], how="semi")
    return summed(
        "overseen", _plain(last.join(over, on=["process", "subject"], how="anti")), ("process", "to_state")
    )


def refusals(record: Record) -> pl.DataFrame:
    """Steps that refuse, named in ``refusals.csv``, by process and the code of their reason."""
    named = pl.DataFrame(rows_of("refusals.csv"), schema={"process": pl.String, "take": pl.String})
    said = _plain(record.month_steps).join(named, on=["process", "take"], how="semi")
    return summed("refusal", said.with_columns(pl.col("why").fill_null(NO_REASON)), ("process", "why"))


def contracts(record: Record) -> pl.DataFrame:
    """Technology contracts that came into force, by type: number, total, technology amount."""
    return summed("contract", signed(record, record.month.begin), ("type",), "total", "technology")


def contract_flows(record: Record) -> pl.DataFrame:
    """The same by the seller's city and the buyer's."""
    return summed(
        "contract_flow",
        signed(record, record.month.begin),
        ("seller_city", "buyer_city"),
        "total",
        "technology",
    )


def registered(record: Record) -> pl.DataFrame:
    """Technology contracts registered, by type: number, total, technology amount as registered."""
    done = record.month_steps.filter(
        (pl.col("process") == "registration")
        & (pl.col("to_state") == "registered")
        & (pl.col("from_state") != "registered")
    )
    own = record.registrations.select(
        pl.col("id").alias("subject"), "deal", pl.col("technology").alias("amount")
    )
    rows = _plain(done).drop("currency").join(own, on="subject").join(record.contracts, on="deal")
    return summed("registered", rows, ("type",), "total", "amount")


def _plain(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(pl.col("id").alias("event"), pl.lit("").alias("currency"))


def signed(record: Record, since: int) -> pl.DataFrame:
    """Technology contracts that came into force after a moment, with the cities of both sides and their event."""
    contracted = (pl.col("process") == "deal") & (pl.col("to_state") == "contracted")
    done = record.steps.filter(contracted & (pl.col("at") > since))
    rows = done.select(pl.col("id").alias("event"), pl.col("subject").alias("deal")).join(
        record.contracts, on="deal"
    )
    for side in ("buyer", "seller"):
        city = record.parties.select(pl.col("id").alias(side), pl.col("city").alias(f"{side}_city"))
        rows = rows.join(city, on=side, how="left", maintain_order="left")
    return rows

"""Who gains what from a plan: the firm, the owner of the result, base, maker, suppliers of factors, lender, region.

Payments are transfers between them: what the firm pays for a licence is the owner's income. What base, maker and
suppliers are paid covers resources they use, whose cost is not known; for the region it counts as cost. Borders take
and nobody receives. A lender loses part of the principal where a route fails; what it loses, the firm does not repay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import polars as pl

from sanwang.planning.assumptions import assumptions

PARTIES = ("firm", "owner", "base", "maker", "supplier", "lender", "region")

SCHEMA: dict[str, Any] = {
    "party": pl.String,
    "income": pl.Int64,
    "loss": pl.Int64,
    "net": pl.Int64,
}


def route_gains(routes: pl.DataFrame, options: Mapping[str, Any]) -> pl.DataFrame:
    """A row a route, present values in fen: route, firm (its surplus with what it does not repay), owner, base, maker,
    supplier (receipts), lender_income, lender_loss (expected), borders (taken, nobody's), region (value less resources
    and borders), own_cash (what the firm pays beyond what it draws, until the route is done).

    ``interest_share`` is what the lender asks of what is drawn, ``loss_share`` what it would have to ask to bear no
    loss: the price of the risk. The firm's worth counts every loan as repaid: a risk that nobody asks for is no gain.
    """
    # A plan saved before an assumption was there is read with the one that ships.
    given = asdict(assumptions()) | {
        k: float(v["value"]) for k, v in (options.get("assumptions") or {}).items()
    }
    lost = (pl.col("exposed") * given["credit_loss"]).round().cast(pl.Int64)
    drawn = pl.col("drawn")
    money = {
        "firm": pl.col("worth") + lost,
        "owner": pl.col("ask_cost"),
        "base": pl.col("base_cost"),
        "maker": pl.col("maker_cost"),
        "supplier": pl.col("factor_cost"),
        "lender_income": pl.col("finance_cost"),
        "lender_loss": lost,
        "borders": pl.col("barrier_cost"),
        "region": pl.col("worth") + pl.col("ask_cost") + pl.col("finance_cost"),
        "own_cash": pl.col("cost") - drawn,
    }
    share = {
        "interest_share": pl.when(drawn > 0).then(pl.col("finance_cost") / drawn),
        "loss_share": pl.when(drawn > 0).then(lost / drawn),
    }
    return _gated(routes).select(
        "route", **{name: amount.cast(pl.Int64) for name, amount in money.items()}, **share
    )


def _gated(routes: pl.DataFrame) -> pl.DataFrame:
    """Routes of a plan that paid all stages at once: the whole principal is drawn, and out where the route fails."""
    if "exposed" in routes.columns:
        return routes
    return routes.with_columns(
        drawn="principal", exposed=((1 - pl.col("probability")) * pl.col("principal")).round().cast(pl.Int64)
    )


def gains(routes: pl.DataFrame, options: Mapping[str, Any]) -> pl.DataFrame:
    """The plan's table: party, income, loss, net (fen). The firm's and the region's income is their surplus. Nets of
    firm, owner and lender add up to the region's: the rest is resources used and what borders take."""
    each = route_gains(routes, options)
    total = {c: int(each[c].sum()) for c in each.columns if each[c].dtype == pl.Int64}
    rows = [(p, total[p], 0, total[p]) for p in ("firm", "owner", "base", "maker", "supplier")]
    income, lost = total["lender_income"], total["lender_loss"]
    rows += [("lender", income, lost, income - lost), ("region", total["region"], 0, total["region"])]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")

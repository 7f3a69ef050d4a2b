"""Set-off with a little money put in, and place by place: what liquidity and crossing borders would add."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from sanwang.errors import OptionError
from sanwang.finance.obligations import Obligations
from sanwang.finance.setoff import Network, network, settle
from sanwang.optimize.circulation import Ints, largest_circulation


def inject(obligations: Obligations, amounts: Sequence[int]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What is cleared when up to so many fen are put in, placed where they clear most.

    Returns the curve (injected, used, cleared, added) and, for the last amount, the placement: firm, put_in (what the
    firm must owe the lender) and ends_with (what it holds in cash at the end). One currency at a time.
    Raises OptionError for a negative amount or several currencies.
    """
    rows = obligations.rows.filter(pl.col("consent") & ~pl.col("disputed"))
    if min(amounts, default=0) < 0:
        raise OptionError("an injection cannot be negative / 注入金额不能为负")
    if rows["currency"].n_unique() > 1:
        raise OptionError("liquidity goes into one currency at a time / 注资须逐币种计算")
    net = network(rows)
    curve: list[dict[str, int]] = []
    flow, money = np.zeros(0, np.int64), np.zeros(0, np.int64)
    base = int(_with_money(net, 0)[0].sum())
    for amount in amounts:
        flow, money = _with_money(net, amount)
        cleared = int(flow.sum())
        used = int(money[-1]) if money.size else 0
        curve.append({"injected": amount, "used": used, "cleared": cleared, "added": cleared - base})
    count = net.firms.height
    placed = pl.DataFrame(
        {"firm": net.firms["firm"], "put_in": money[:count], "ends_with": money[count : 2 * count]}
    ).filter((pl.col("put_in") > 0) | (pl.col("ends_with") > 0))
    return pl.DataFrame(
        curve, schema=dict.fromkeys(("injected", "used", "cleared", "added"), pl.Int64)
    ), placed


def _with_money(net: Network, amount: int) -> tuple[Ints, Ints]:
    """Flow on the debts, and on the money's arcs: lender → firm, firm → till, till → lender (capped by the amount)."""
    nodes, tail, head, debt = net.arcs
    every = np.arange(nodes, dtype=np.int64)
    lender, till = np.full(nodes, nodes, np.int64), np.full(nodes, nodes + 1, np.int64)
    tails = np.concatenate([tail, lender, every, [nodes + 1]])
    heads = np.concatenate([head, every, till, [nodes]])
    room = np.concatenate([debt, np.full(2 * nodes + 1, amount, np.int64)])
    weight = (np.arange(tails.size) < tail.size).astype(np.int64)
    flow = largest_circulation(nodes + 2, tails, heads, room, weight)
    debts, money = flow[: tail.size], flow[tail.size :].copy()
    idle = np.minimum(money[:nodes], money[nodes : 2 * nodes])  # lent and handed straight back
    money[:nodes] -= idle
    money[nodes : 2 * nodes] -= idle
    if money.size:
        money[-1] -= idle.sum()
    return debts, money


def by_place(obligations: Obligations, places: Mapping[str, str]) -> pl.DataFrame:
    """A row a place that settles alone (place, total, cleared) and one for all together with what crossing adds.

    A firm without a place stands in no place and takes part only in the common set-off.
    """
    where = pl.DataFrame(
        {"firm": list(places), "place": list(places.values())}, schema={"firm": pl.String, "place": pl.String}
    )
    rows = obligations.rows
    for who in ("debtor", "creditor"):
        rows = rows.join(where.rename({"firm": who, "place": f"{who}_place"}), on=who, how="left")
    inside = rows.filter(pl.col("debtor_place") == pl.col("creditor_place"))
    lines: list[dict[str, object]] = []
    for place in sorted(inside["debtor_place"].unique().to_list()):
        own = inside.filter(pl.col("debtor_place") == place).drop("debtor_place", "creditor_place")
        alone = settle(Obligations(own, obligations.rejected.clear()))
        lines.append({"place": place, "total": alone.total, "cleared": alone.cleared})
    together = settle(obligations)
    added = together.cleared - sum(int(str(line["cleared"])) for line in lines)
    lines.append(
        {"place": "*", "total": together.total, "cleared": together.cleared, "added_by_crossing": added}
    )
    schema = {"place": pl.String, "total": pl.Int64, "cleared": pl.Int64, "added_by_crossing": pl.Int64}
    return pl.DataFrame(lines, schema=schema)

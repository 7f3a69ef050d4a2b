"""Multilateral set-off (多边轧差): the most debt that can be cancelled without changing anyone's net position.

Arcs that lie on no cycle (between strongly connected components) cannot be cleared and stay out; the rest is a min-cost
flow of what remains. Netting two firms against each other first would lose: with a↔b and b→c→a, all of one unit, pairs
clear 2 and the triangle 3. What pairs alone would clear is reported, not done.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from sanwang.errors import OptionError
from sanwang.finance.obligations import Obligations
from sanwang.optimize.circulation import Ints, least_remaining, potentials

SCALE = 1_000
"""Weights are whole thousandths, so that the flow stays in integers."""


@dataclass(frozen=True)
class Settlement:
    """``invoices``: every row with what is cleared of it and what remains, in fen; ``firms``: each firm before and
    after; ``potentials``: the certificate; ``steps``: counts and amounts of each step; ``injected``: outside money
    by firm.
    """

    invoices: pl.DataFrame
    firms: pl.DataFrame
    potentials: pl.DataFrame
    injected: pl.DataFrame
    steps: Mapping[str, int]
    seconds: float
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def total(self) -> int:
        """All obligations that were read, in fen."""
        return sum(self.invoices["amount"].to_list())

    @property
    def cleared(self) -> int:
        """What is cancelled, in fen."""
        return sum(self.invoices["cleared"].to_list())

    @property
    def remaining(self) -> int:
        """What remains to be paid, in fen."""
        return self.total - self.cleared


def settle(
    given: Obligations, injection: int = 0, priority: Sequence[str] = (), weight: float = 1.5
) -> Settlement:
    """Set off the open obligations of all who consent, each currency by itself.

    ``injection`` is money (fen) from outside, placed where it clears most, per currency. Debts of firms in ``priority``
    count ``weight`` times in the objective; the cost is the difference of ``cleared``. Exact in fen. Raises OptionError
    for a negative injection or a weight below one.
    """
    if injection < 0 or weight < 1:
        raise OptionError(
            "the injection must not be negative and the weight at least 1 / 注入不能为负，权重至少为 1"
        )
    began = time.perf_counter()
    frame = given.frame
    kept = frame["consent"] & (frame["status"] == "open") & (frame["debtor"] != frame["creditor"])
    cleared = np.zeros(frame.height, np.int64)
    steps = {
        "rows": frame.height,
        "self_debts": int((frame["debtor"] == frame["creditor"]).sum()),
        "not_open": int((frame["status"] != "open").sum()),
        "no_consent": int((~frame["consent"]).sum()),
        "eligible": int(kept.sum()),
        "pairs": 0,
        "bilateral": 0,
        "components": 0,
        "arcs_on_cycles": 0,
        "amount_on_cycles": 0,
    }
    proof: list[pl.DataFrame] = []
    placed: list[pl.DataFrame] = []
    for currency in frame.filter(kept)["currency"].unique().sort().to_list():
        rows = np.flatnonzero((kept & (frame["currency"] == currency)).to_numpy())
        part = frame[rows]
        found, dual, money = _clear(part, steps, injection, set(priority), round(weight * SCALE))
        cleared[rows] = found
        proof.append(dual.with_columns(currency=pl.lit(currency)))
        placed.append(money.with_columns(currency=pl.lit(currency)))
    invoices = frame.with_columns(cleared=pl.Series(cleared, dtype=pl.Int64))
    invoices = invoices.with_columns(remaining=pl.col("amount") - pl.col("cleared"))
    firm = {"firm": pl.String}
    return Settlement(
        invoices,
        _firms(invoices),
        pl.concat(proof)
        if proof
        else pl.DataFrame(schema=firm | {"potential": pl.Int64, "currency": pl.String}),
        pl.concat(placed)
        if placed
        else pl.DataFrame(schema=firm | {"paid_in": pl.Int64, "held": pl.Int64, "currency": pl.String}),
        steps,
        time.perf_counter() - began,
        {"injection": injection, "priority": sorted(priority), "weight": weight if priority else 1.0},
    )


def _clear(
    part: pl.DataFrame, steps: dict[str, int], injection: int, priority: set[str], weight: int
) -> tuple[Ints, pl.DataFrame, pl.DataFrame]:
    """Cleared fen of each row of one currency, the firms' potentials, and where outside money goes."""
    names = pl.concat([part["debtor"], part["creditor"]]).unique().sort()
    number = pl.DataFrame({"firm": names, "n": np.arange(names.len(), dtype=np.int64)})
    ends = (
        part.select("debtor", "creditor")
        .join(number.rename({"firm": "debtor", "n": "d"}), on="debtor", how="left", maintain_order="left")
        .join(number.rename({"firm": "creditor", "n": "c"}), on="creditor", how="left", maintain_order="left")
    )
    nodes = names.len()
    key = ends["d"].to_numpy() * nodes + ends["c"].to_numpy()
    pair, which = np.unique(key, return_inverse=True)
    which = which.reshape(-1)
    owed = np.zeros(pair.size, np.int64)
    np.add.at(owed, which, part["amount"].to_numpy())
    tail, head = pair // nodes, pair % nodes
    steps["pairs"] += pair.size
    back = np.searchsorted(pair, head * nodes + tail)
    back = np.where(back < pair.size, back, 0)
    mutual = pair[back] == head * nodes + tail
    steps["bilateral"] += int(np.minimum(owed, owed[back])[mutual].sum())
    graph = sp.csr_matrix((np.ones(pair.size, np.int8), (tail, head)), (nodes, nodes))
    _, label = connected_components(graph, directed=True, connection="strong")
    inside = label[tail] == label[head]
    steps["components"] += int(np.unique(label[tail[inside]]).size)
    steps["arcs_on_cycles"] += int(inside.sum())
    steps["amount_on_cycles"] += int(owed[inside].sum())
    used = np.ones(pair.size, np.bool_) if injection else inside
    left = owed.copy()
    costs = None
    if priority:
        first = names.is_in(list(priority)).to_numpy()
        costs = np.where(first[tail], weight, SCALE).astype(np.int64)
    injected = ended = np.zeros(nodes, np.int64)
    if used.any():
        found = least_remaining(
            tail[used], head[used], owed[used], nodes, None if costs is None else costs[used], injection
        )
        left[used], injected, ended = found.flow, found.injected, found.ended
    dual = np.zeros(nodes, np.int64) if injection else potentials(tail, head, owed, left, nodes, costs)
    certificate = pl.DataFrame({"firm": names, "potential": dual})
    both = np.minimum(injected, ended)
    money = pl.DataFrame({"firm": names, "paid_in": injected - both, "held": ended - both})
    money = money.filter((pl.col("paid_in") > 0) | (pl.col("held") > 0))
    return _oldest_first(part, which, owed - left), certificate, money


def _oldest_first(part: pl.DataFrame, pair: Ints, cleared: Ints) -> Ints:
    """What is cleared between two firms, taken off their invoices by due date (none last), then by row."""
    due = part["due"].cast(pl.Int64).fill_null(np.iinfo(np.int64).max).to_numpy()
    order = np.lexsort((part["row"].to_numpy(), due, pair))
    amount, ranked = part["amount"].to_numpy()[order], pair[order]
    running = np.cumsum(amount)
    begins = np.flatnonzero(np.diff(ranked, prepend=-1))
    before = np.repeat(running[begins] - amount[begins], np.diff(np.append(begins, ranked.size)))
    earlier = running - amount - before
    taken = np.clip(cleared[ranked] - earlier, 0, amount)
    found = np.zeros(part.height, np.int64)
    found[order] = taken
    return found


def _firms(invoices: pl.DataFrame) -> pl.DataFrame:
    """Each firm and currency: payable and receivable before and after, cleared, and the net position, which stays."""

    def side(column: str, name: str) -> pl.DataFrame:
        return invoices.group_by(pl.col(column).alias("firm"), "currency").agg(
            pl.col("amount").sum().alias(f"{name}_before"), pl.col("remaining").sum().alias(f"{name}_after")
        )

    both = side("debtor", "payable").join(
        side("creditor", "receivable"), on=["firm", "currency"], how="full", coalesce=True
    )
    both = both.with_columns(pl.col(pl.Int64).fill_null(0))
    net = {f"net_{w}": pl.col(f"receivable_{w}") - pl.col(f"payable_{w}") for w in ("before", "after")}
    return both.with_columns(**net).sort("firm", "currency")


def injection_curve(given: Obligations, most: int, steps: int = 5) -> pl.DataFrame:
    """What is cleared as money from outside grows from 0 to ``most``: injection, cleared, per_fen (more cleared a
    fen)."""
    if most <= 0 or steps < 1:
        raise OptionError("the injection must be positive / 注入金额须为正")
    amounts = [round(most * i / steps) for i in range(steps + 1)]
    cleared = [settle(given, injection=a).cleared for a in amounts]
    per = [None] + [
        (c - b) / (x - y) for b, c, y, x in zip(cleared, cleared[1:], amounts, amounts[1:], strict=False)
    ]
    return pl.DataFrame({"injection": amounts, "cleared": cleared, "per_fen": per})


def by_place(given: Obligations, places: Mapping[str, str | None]) -> pl.DataFrame:
    """What each place clears alone, and what clearing all together adds: place (null: across places), cleared,
    total."""
    frame = given.frame.with_columns(
        a=pl.col("debtor").replace_strict(places, default=None, return_dtype=pl.String),
        b=pl.col("creditor").replace_strict(places, default=None, return_dtype=pl.String),
    )
    rows: list[dict[str, Any]] = []
    for place in frame["a"].drop_nulls().unique().sort().to_list():
        own = frame.filter((pl.col("a") == place) & (pl.col("b") == place)).drop("a", "b")
        done = settle(Obligations(own, given.name))
        rows.append({"place": place, "cleared": done.cleared, "total": done.total})
    together = settle(given)
    alone, inside = sum(r["cleared"] for r in rows), sum(r["total"] for r in rows)
    rows.append({"place": None, "cleared": together.cleared - alone, "total": together.total - inside})
    return pl.DataFrame(rows, schema={"place": pl.String, "cleared": pl.Int64, "total": pl.Int64})

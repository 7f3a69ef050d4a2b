"""Multilateral set-off (多边轧差): cancel the most debt without changing what anyone owes or is owed on balance.

Parallel invoices of a pair are added, pairs on no cycle are set aside (strongly connected components), the rest is a
largest circulation. Netting each pair bilaterally *before* solving would lose: with a→b 10, b→a 5, b→c 10, c→a 10
it clears 25, while using the whole of a→b in the ring clears 30. So what bilateral netting alone would give is
counted beside the result, never imposed on it.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from sanwang.engine.choose import engine_of
from sanwang.engine.port import Engine
from sanwang.errors import OptionError
from sanwang.finance.obligations import Obligations
from sanwang.optimize.circulation import Block, Ints, dual_value, proved_circulation, strong_parts


@dataclass(frozen=True)
class Network:
    """Pairs that owe: firms are numbered, one arc a debtor, creditor and currency; amounts in fen."""

    firms: pl.DataFrame
    pairs: pl.DataFrame

    @property
    def arcs(self) -> tuple[int, Ints, Ints, Ints]:
        """Number of nodes, tail, head, amount."""
        tail, head, amount = (self.pairs[c].to_numpy() for c in ("tail", "head", "amount"))
        return self.firms.height, tail, head, amount


@dataclass(frozen=True)
class Settlement:
    """What was cancelled. Integer fen throughout.

    ``pairs``: debtor, creditor, currency, before, cleared, after. ``invoices``: each obligation with cleared, after.
    ``firms``: firm, currency, payable, receivable, cleared, net (unchanged) and its potential (the proof).
    """

    total: int
    cleared: int
    bound: int
    pairs: pl.DataFrame
    invoices: pl.DataFrame
    firms: pl.DataFrame
    rejected: pl.DataFrame
    steps: Mapping[str, int]
    options: Mapping[str, object]
    seconds: float = field(compare=False)

    @property
    def remaining(self) -> int:
        """Debt still to be paid, in fen."""
        return self.total - self.cleared

    def sums(self) -> list[tuple[str, int, int]]:
        """By currency (empty: none named, the yuan) what is owed and what is set off, in its smallest part."""
        by = self.invoices.group_by("currency").agg(pl.col("amount", "cleared").sum()).sort("currency")
        return [
            (str(c), int(a), int(x)) for c, a, x in by.select("currency", "amount", "cleared").iter_rows()
        ]

    @property
    def optimal(self) -> bool:
        """Whether the potentials prove that no more could be cleared (under the weights used)."""
        return self.bound == _weighted(self.pairs)


def settle(
    obligations: Obligations,
    *,
    consenting_only: bool = True,
    include_disputed: bool = False,
    prefer: frozenset[str] = frozenset(),
    preference: int = 10,
    due_by: dt.date | None = None,
    without: frozenset[str] = frozenset(),
    engine: Engine | None = None,
) -> Settlement:
    """The largest set-off among the obligations that take part; invoices are reduced oldest due date first.

    A fen that a firm in ``prefer`` owes or is owed counts ``preference`` times. Only debts due by ``due_by`` take part
    where it is given (one without a due date does not), and none of firms in ``without``. Currencies never mix.
    """
    began = time.perf_counter()
    if not 1 <= preference <= 1000:
        raise OptionError(f"preference {preference} is not between 1 and 1000 / 优先倍数须在 1 到 1000 之间")
    options = {
        "consenting_only": consenting_only,
        "include_disputed": include_disputed,
        "prefer": sorted(prefer),
        "preference": preference,
        "due_by": None if due_by is None else due_by.isoformat(),
        "without": sorted(without),
    }
    invoices = obligations.rows.with_columns(kept_out(options).is_null().alias("takes_part"))
    net = network(invoices.filter("takes_part"))
    nodes, tail, head, amount = net.arcs
    weight = _weights(net, prefer, preference)
    with engine_of(engine) as used:
        flow, potential = proved_circulation(nodes, tail, head, amount, weight, partial(solved, used))
    pairs = net.pairs.with_columns(
        cleared=pl.Series(flow, dtype=pl.Int64), weight=pl.Series(weight, dtype=pl.Int64)
    )
    pairs = pairs.select(
        "debtor", "creditor", "currency", pl.col("amount").alias("before"), "cleared",
        (pl.col("amount") - pl.col("cleared")).alias("after"), "weight",
    )  # fmt: skip
    shown = allocate(invoices, pairs)
    return Settlement(
        total=int(invoices["amount"].sum()),
        cleared=int(flow.sum()),
        bound=dual_value(tail, head, amount, potential, weight),
        pairs=pairs,
        invoices=shown,
        firms=_firms(net, shown, potential),
        rejected=obligations.rejected,
        steps=_steps(obligations, invoices, net, flow),
        options=options,
        seconds=time.perf_counter() - began,
    )


def solved(
    engine: Engine, function: Callable[[Block], tuple[Ints, Ints]], blocks: Iterable[Block], count: int
) -> Iterable[tuple[Ints, Ints]]:
    """Blocks of whole components on an engine."""
    return engine.stream(function, blocks, total=count, label="components 强连通分量", compiled=True)


KEPT = {
    "unclear": ("同意一栏不是认识的说法", "the word for consent is not known"),
    "refused": ("未同意参加", "no consent"),
    "disputed": ("有争议", "disputed"),
    "no_due": ("没有到期日", "no due date"),
    "later": ("到期日在所选日期之后", "due after the chosen day"),
    "left_out": ("一方企业不参加", "a firm of the two is left out"),
}
"""Why a debt that counts takes no part in the set-off, in Chinese and English."""


def kept_out(options: Mapping[str, Any]) -> pl.Expr:
    """The code of ``KEPT`` under which a row is kept out by the options of a settlement; null where it takes part."""
    asks, due_by, out = (
        bool(options["consenting_only"]),
        options.get("due_by"),
        list(options.get("without", ())),
    )
    named = pl.col("debtor").is_in(out) | pl.col("creditor").is_in(out)
    return (
        pl.when(pl.lit(asks) & pl.col("unclear"))
        .then(pl.lit("unclear"))
        .when(pl.lit(asks) & ~pl.col("consent"))
        .then(pl.lit("refused"))
        .when(pl.col("disputed") & pl.lit(not options["include_disputed"]))
        .then(pl.lit("disputed"))
        .when(pl.lit(due_by is not None) & pl.col("due").is_null())
        .then(pl.lit("no_due"))
        .when(pl.lit(due_by is not None) & (pl.col("due") > pl.lit(due_by or "")))
        .then(pl.lit("later"))
        .when(named)
        .then(pl.lit("left_out"))
    )


def network(rows: pl.DataFrame) -> Network:
    """Parallel obligations added up into arcs; a firm is a node once in each currency."""
    pairs = (
        rows.group_by("debtor", "creditor", "currency")
        .agg(pl.col("amount").sum(), pl.len().cast(pl.Int64).alias("invoices"))
        .sort("currency", "debtor", "creditor")
    )
    ends = [pairs.select("currency", pl.col(c).alias("firm")) for c in ("debtor", "creditor")]
    firms = pl.concat(ends).unique().sort("currency", "firm").with_row_index("node")
    firms = firms.with_columns(pl.col("node").cast(pl.Int64))
    for column, name in (("debtor", "tail"), ("creditor", "head")):
        numbered = firms.rename({"firm": column, "node": name})
        pairs = pairs.join(numbered, on=["currency", column], how="left", maintain_order="left")
    return Network(firms, pairs)


def _weights(net: Network, prefer: frozenset[str], preference: int) -> Ints:
    if not prefer:
        return np.ones(net.pairs.height, np.int64)
    liked = net.pairs["debtor"].is_in(list(prefer)) | net.pairs["creditor"].is_in(list(prefer))
    return np.where(liked.to_numpy(), preference, 1).astype(np.int64)


def _weighted(pairs: pl.DataFrame) -> int:
    groups = pairs.group_by("weight").agg(pl.col("cleared").sum())
    return sum(int(w) * int(c) for w, c in groups.iter_rows())


def allocate(invoices: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Each obligation with what was cleared of it: oldest due date first, then file order; no due date comes last."""
    flows = pairs.select("debtor", "creditor", "currency", pl.col("cleared").alias("_flow"))
    keys = ["debtor", "creditor", "currency"]
    taking = invoices.filter("takes_part").sort("due", "row", nulls_last=True)
    taking = taking.join(flows, on=keys, how="left", maintain_order="left")
    earlier = pl.col("amount").cum_sum().over(keys) - pl.col("amount")
    taking = taking.with_columns((pl.col("_flow") - earlier).clip(0, pl.col("amount")).alias("cleared")).drop(
        "_flow"
    )
    rest = invoices.filter(~pl.col("takes_part")).with_columns(pl.lit(0, pl.Int64).alias("cleared"))
    return (
        pl.concat([taking, rest])
        .sort("row")
        .with_columns((pl.col("amount") - pl.col("cleared")).alias("after"))
    )


def _firms(net: Network, invoices: pl.DataFrame, potential: Ints) -> pl.DataFrame:
    sides = [
        invoices.group_by(pl.col(who).alias("firm"), "currency").agg(
            pl.col("amount").sum().alias(name), pl.col("cleared").sum().alias(f"{name}_cleared")
        )
        for who, name in (("debtor", "payable"), ("creditor", "receivable"))
    ]
    both = sides[0].join(sides[1], on=["firm", "currency"], how="full", coalesce=True)
    known = net.firms.with_columns(pl.Series("potential", potential, dtype=pl.Int64)).drop("node")
    return (
        both.with_columns(pl.col("^(payable|receivable).*$").fill_null(0))
        .join(known, on=["firm", "currency"], how="left")
        .select(
            "firm", "currency", "payable", "receivable", pl.col("payable_cleared").alias("cleared"),
            (pl.col("payable") - pl.col("payable_cleared")).alias("payable_after"),
            (pl.col("receivable") - pl.col("receivable_cleared")).alias("receivable_after"),
            (pl.col("receivable") - pl.col("payable")).alias("net"), "potential",
        )
        .sort("currency", "firm")
    )  # fmt: skip


def _steps(obligations: Obligations, invoices: pl.DataFrame, net: Network, flow: Ints) -> dict[str, int]:
    nodes, tail, head, amount = net.arcs
    part = strong_parts(nodes, tail, head)
    inside = part[tail] == part[head]
    why = obligations.rejected["why"]
    own = obligations.rejected.filter(pl.col("why") == "self")
    return {
        "rows": obligations.rows.height + obligations.rejected.height,
        "rejected": int((why != "self").sum()),
        "self_debts": own.height,
        "self_debt_amount": int(own["amount"].sum()),
        "obligations": invoices.height,
        "kept_out": invoices.height - int(invoices["takes_part"].sum()),
        "firms": net.firms["firm"].n_unique(),
        "pairs": net.pairs.height,
        "bilateral_alone": _bilateral(net),
        "pairs_on_cycles": int(inside.sum()),
        "amount_on_cycles": int(amount[inside].sum()),
        "pairs_reduced": int(np.count_nonzero(flow)),
    }


def _bilateral(net: Network) -> int:
    """What netting pair by pair alone would cancel, in fen (both sides counted)."""
    back = net.pairs.select(
        pl.col("debtor").alias("creditor"),
        pl.col("creditor").alias("debtor"),
        "currency",
        pl.col("amount").alias("back"),
    )
    met = net.pairs.join(back, on=["debtor", "creditor", "currency"])
    return int(met.select(pl.min_horizontal("amount", "back").sum()).item() or 0)

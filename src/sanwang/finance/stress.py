"""Who is hit when firms cannot pay: the clearing vector of Eisenberg and Noe (Management Science 47, 2001).

A firm pays what it owes if cash and what it receives suffice, else everything it has, in proportion to its debts. The
greatest clearing vector is found by the fictitious default algorithm: at most one round a firm, and the round in which
a firm fails is the order in which the shock travels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import scipy.sparse as sp

from sanwang.errors import OptionError
from sanwang.optimize.clearing import clearing


@dataclass(frozen=True)
class Stress:
    """``firms``: firm, owed, cash, paid, shortfall (fen), round (0: pays in full; 1: fails alone; 2…: pulled down).

    ``residual`` is the largest distance (fen) of the payments from the fixed point that defines them.
    """

    firms: pl.DataFrame
    residual: float

    @property
    def defaults(self) -> int:
        """How many firms do not pay in full."""
        return self.firms.filter(pl.col("round") > 0).height

    @property
    def unpaid(self) -> float:
        """Debt that is not paid, in fen."""
        return float(self.firms["shortfall"].sum())


def stress(debts: pl.DataFrame, cash: Mapping[str, float], halted: frozenset[str] = frozenset()) -> Stress:
    """The clearing payments of ``debts`` (debtor, creditor, amount in fen) given each firm's cash (fen; 0 if absent).

    ``halted`` firms pay nothing at all and stand in round 1; whoever they pull down comes after. Raises OptionError
    for negative cash.
    """
    if halted:
        return _halted(debts, cash, halted)
    if min(cash.values(), default=0.0) < 0:
        raise OptionError("cash cannot be negative / 现金不能为负")
    rows = debts.filter(pl.col("debtor") != pl.col("creditor"))
    names = pl.concat([rows["debtor"], rows["creditor"]]).unique().sort()
    number = {name: i for i, name in enumerate(names.to_list())}
    tail = np.array([number[n] for n in rows["debtor"].to_list()], np.int64)
    head = np.array([number[n] for n in rows["creditor"].to_list()], np.int64)
    amount = rows["amount"].to_numpy().astype(np.float64)
    count = names.len()
    owed = np.bincount(tail, amount, count).astype(np.float64)
    share: Any = sp.csr_matrix((amount / owed[tail], (head, tail)), shape=(count, count))
    money = np.array([float(cash.get(n, 0.0)) for n in names.to_list()])
    paid, fails = clearing(owed, share, money)
    short = np.where(fails > 0, owed - paid, 0.0)
    frame = pl.DataFrame(
        {"firm": names, "owed": owed, "cash": money, "paid": paid, "shortfall": short, "round": fails}
    )
    residual = np.abs(paid - np.minimum(owed, np.maximum(0.0, money + share @ paid))).max(initial=0.0)
    return Stress(frame, float(residual))


def _halted(debts: pl.DataFrame, cash: Mapping[str, float], halted: frozenset[str]) -> Stress:
    stopped = pl.col("debtor").is_in(list(halted))
    rest = stress(debts.filter(~stopped), cash)
    lost = (
        debts.filter(stopped & (pl.col("debtor") != pl.col("creditor")))
        .group_by(pl.col("debtor").alias("firm"))
        .agg(pl.col("amount").sum().cast(pl.Float64).alias("owed"))
    )
    kind = rest.firms.schema["round"]
    money = pl.col("firm").replace_strict(dict(cash), default=0.0, return_dtype=pl.Float64).alias("cash")
    first = lost.select(
        "firm",
        "owed",
        money,
        pl.lit(0.0).alias("paid"),
        pl.col("owed").alias("shortfall"),
        pl.lit(1, kind).alias("round"),
    )
    others = rest.firms.filter(~pl.col("firm").is_in(first["firm"].to_list()))
    later = others.with_columns(
        pl.when(pl.col("round") > 0).then(pl.col("round") + 1).otherwise(0).cast(kind)
    )
    return Stress(pl.concat([first, later]).sort("firm"), rest.residual)

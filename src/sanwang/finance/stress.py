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
import numpy.typing as npt
import polars as pl
import scipy.sparse as sp
from scipy.sparse.linalg import spsolve

from sanwang.errors import OptionError

Floats = npt.NDArray[np.float64]


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


def clearing(
    owed: Floats,
    share: Any,  # noqa: ANN401 - a sparse matrix; SciPy ships no types
    cash: Floats,
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """The greatest clearing payments and the round in which each firm fails (0: never)."""
    fails = np.zeros(owed.size, np.int64)
    paid = owed.copy()
    for turn in range(1, owed.size + 2):
        has = cash + share @ paid
        new = (fails == 0) & (has < owed - 1e-6 * np.maximum(1.0, owed * 1e-6))
        if not new.any():
            break
        fails[new] = turn
        paid = _payments(owed, share, cash, np.flatnonzero(fails))
    return paid, fails


def _payments(
    owed: Floats,
    share: Any,  # noqa: ANN401 - a sparse matrix; SciPy ships no types
    cash: Floats,
    failed: npt.NDArray[np.int64],
) -> Floats:
    """What is paid when exactly these firms hand over all: (I − share) p = cash + what the others pay them."""
    paid = owed.copy()
    paid[failed] = 0.0
    known = (cash + share @ paid)[failed]
    own = share[failed][:, failed]
    matrix: Any = sp.csc_matrix(sp.identity(failed.size) - own)
    # A group of failed firms that pay only one another and have no cash leaves the matrix singular: they pay nothing.
    reach = _reached(own, known)
    solved = np.zeros(failed.size)
    if reach.any():
        part = np.flatnonzero(reach)
        solved[part] = np.atleast_1d(np.asarray(spsolve(matrix[part][:, part], known[part])))
    paid[failed] = np.clip(solved, 0.0, owed[failed])
    return paid


def _reached(own: Any, known: Floats) -> npt.NDArray[np.bool_]:  # noqa: ANN401 - sparse
    """Firms that any money can get to."""
    reach = known > 0
    while True:
        wider = reach | ((own @ reach.astype(np.float64)) > 0)
        if np.array_equal(wider, reach):
            return reach
        reach = wider

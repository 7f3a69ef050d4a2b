"""Who is hit when a firm cannot pay: the clearing vector of Eisenberg and Noe (2001), before and after set-off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
import scipy.sparse as sp

from sanwang.errors import OptionError
from sanwang.finance.obligations import Obligations


@dataclass(frozen=True)
class Contagion:
    """``firms``: firm, owed, paid (fen), share paid, the round in which it first fell short (0: it was shocked; null:
    never). ``unpaid`` in fen over all firms, ``rounds`` of the fixed point, ``error`` of the fixed point in fen.
    """

    firms: pl.DataFrame
    unpaid: float
    rounds: int
    error: float


def contagion(
    given: Obligations, assets: Mapping[str, int], shocked: Mapping[str, float], rounds: int = 10_000
) -> Contagion:
    """The greatest clearing vector: each firm pays what it owes or, in proportion, all it has and receives.

    ``assets`` is outside cash in fen (none: 0); ``shocked`` the share of its assets and receipts a firm loses. Found by
    iterating from full payment (Picard), which falls to the greatest fixed point. Raises OptionError for unknown firms.
    """
    frame = given.frame.filter((pl.col("status") == "open") & (pl.col("debtor") != pl.col("creditor")))
    names = pl.concat([frame["debtor"], frame["creditor"]]).unique().sort().to_list()
    number = {name: i for i, name in enumerate(names)}
    if unknown := set(shocked) - set(number):
        raise OptionError(f"no such firm among the obligations: {sorted(unknown)} / 没有此企业")
    d = np.array([number[x] for x in frame["debtor"].to_list()], np.int64)
    c = np.array([number[x] for x in frame["creditor"].to_list()], np.int64)
    amount = frame["amount"].to_numpy().astype(np.float64)
    size = len(names)
    owed = np.bincount(d, amount, size)
    share = sp.csr_matrix((amount / np.maximum(owed[d], 1.0), (c, d)), (size, size))
    cash = np.array([float(assets.get(n, 0)) for n in names])
    loss = np.array([shocked.get(n, 0.0) for n in names])
    paid = owed.copy()
    first = np.where((loss > 0) & (owed > 0), 0, -1)
    count = 0
    for count in range(1, rounds + 1):
        able = (cash + share @ paid) * (1 - loss)
        new = np.minimum(owed, able)
        fell = (new < owed - 0.5) & (first < 0)
        first[fell] = count
        if np.max(np.abs(new - paid), initial=0.0) < 0.01:
            paid = new
            break
        paid = new
    error = float(np.max(np.abs(np.minimum(owed, (cash + share @ paid) * (1 - loss)) - paid), initial=0.0))
    table = pl.DataFrame(
        {
            "firm": names,
            "owed": np.rint(owed).astype(np.int64),
            "paid": np.rint(paid).astype(np.int64),
            "share": [None if o == 0 else p / o for o, p in zip(owed.tolist(), paid.tolist(), strict=True)],
            "fell_in": [
                None if f < 0 or p >= o - 0.5 else f
                for f, o, p in zip(first.tolist(), owed, paid, strict=True)
            ],
        },
        schema={
            "firm": pl.String,
            "owed": pl.Int64,
            "paid": pl.Int64,
            "share": pl.Float64,
            "fell_in": pl.Int64,
        },
    )
    return Contagion(table, float((owed - paid).sum()), count, error)


def after_setoff(invoices: pl.DataFrame, name: str) -> Obligations:
    """What remains after a set-off, as obligations of its own."""
    left = invoices.filter(pl.col("remaining") > 0).with_columns(amount=pl.col("remaining"))
    return Obligations(left.drop("cleared", "remaining"), name)

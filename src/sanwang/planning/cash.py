"""The firm's own cash, month by month: what each stage of a route costs if it is begun, what of that is drawn from a
loan, and when that is due. Amounts as they are paid, not discounted."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from sanwang.planning.arrays import Instance
from sanwang.planning.columns import Columns, by_stage, months_of, parts, years_paid
from sanwang.planning.routes import month_of

SCHEMA: dict[str, Any] = {
    "need": pl.String,
    "month": pl.String,
    "what": pl.String,
    "chance": pl.Float64,
    "paid": pl.Int64,
    "drawn": pl.Int64,
    "repaid": pl.Int64,
}
"""``what`` is start (licence and development), pilot, production or repayment; ``chance`` that it comes to that;
amounts in fen. Own cash is paid − drawn + repaid."""
WHATS = ("start", "pilot", "production")


def cash(given: Instance, columns: Columns) -> pl.DataFrame:
    """A row for each month in which a route has something to pay. A loan is due with its interest at the end of its
    term, whether the route succeeds or not."""
    found, layers, pairs = parts(given, columns), given.layers, given.pairs
    now = np.stack([layers.discount[12 * y] for y in years_paid(given, columns, found)])
    drawn = np.stack(found.drawn)
    k = np.maximum(columns.package, 0)
    financed = columns.package >= 0
    share = np.where(financed, layers.package_interest[k], 0.0) if layers.package_interest.size else 0.0 * k
    term = np.where(financed, layers.package_months[k], 0) if layers.package_months.size else 0 * k
    paid = by_stage(given, columns, found) / now - drawn * share
    when = np.stack(months_of(given, columns.pair, columns.station, columns.start))
    chances = np.stack([np.ones(len(columns)), found.gates.to_pilot, found.gates.to_production])
    needs = [given.needs[n] for n in pairs.need[columns.pair].tolist()]
    rows: list[tuple[Any, ...]] = []
    for i, need in enumerate(needs):
        for stage, name in enumerate(WHATS):
            month, chance = int(when[stage, i]), float(chances[stage, i])
            amount, lent = round(float(paid[stage, i])), round(float(drawn[stage, i]))
            if amount or lent:
                rows.append((need, month_of(given.years[0], month), name, chance, amount, lent, 0))
            if lent:
                due = round(float(drawn[stage, i] * (1 + share[i])))
                rows.append(
                    (need, month_of(given.years[0], month + int(term[i])), "repayment", chance, 0, 0, due)
                )
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").sort("month", "need", "what", maintain_order=True)

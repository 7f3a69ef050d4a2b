"""Finance products side by side for one firm: who lets it in, what the money truly costs, what is repaid."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from sanwang.errors import OptionError
from sanwang.finance.conditions import Fact, eligible
from sanwang.standards.returns import rates

_LENDS = ("loan", "lease", "factoring")
_BACKS = ("guarantee", "insurance")
_SCHEMA = {
    "product": pl.String, "with": pl.String, "kind": pl.String, "eligible": pl.Boolean, "why": pl.String,
    "effective_rate": pl.Float64, "interest": pl.Int64, "fees": pl.Int64, "months": pl.Int64,
}  # fmt: skip


@dataclass(frozen=True)
class Instalment:
    """What is due on a date, in fen."""

    date: dt.date
    principal: int
    interest: int


def schedule(amount: int, rate: float, months: int, start: dt.date) -> list[Instalment]:
    """Equal monthly payments (等额本息), each rounded to the fen; the last one settles what rounding left.

    Raises OptionError where amount or months is not positive.
    """
    if amount <= 0 or months <= 0 or rate < 0:
        raise OptionError("amount and months must be positive / 金额和期限须为正")
    monthly = rate / 12
    payment = amount / months if rate == 0 else amount * monthly / (1 - (1 + monthly) ** -months)
    left, lines = amount, list[Instalment]()
    for k in range(1, months + 1):
        interest = round(left * monthly)
        principal = left if k == months else max(0, min(left, round(payment) - interest))
        lines.append(Instalment(_months_on(start, k), principal, interest))
        left -= principal
    return lines


def _months_on(start: dt.date, months: int) -> dt.date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return dt.date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def xirr(flows: Sequence[tuple[dt.date, int]]) -> float:
    """The effective annual rate at which dated flows (fen, received positive) are worth nothing, on 365 days.

    Raises OptionError where flows have one sign only, or no rate or more than one fits.
    """
    if not (any(f > 0 for _, f in flows) and any(f < 0 for _, f in flows)):
        raise OptionError("a rate needs money both ways / 现金流须有收有支")
    found = rates(flows)
    if len(found) != 1:
        raise OptionError("no one annual rate fits these flows / 无法求得唯一的年化成本")
    return found[0]


def compare(
    products: pl.DataFrame, facts: Mapping[str, Fact | None], amount: int, months: int, start: dt.date
) -> pl.DataFrame:
    """A row a product, and one a loan with each guarantee or insurance; eligible ones first, cheapest first.

    ``amount`` in fen. ``why`` names the rule that lets the firm in or keeps it out and how far off it is. Equity has no
    effective rate: its cost is a share of the firm, which the products table does not state.
    """
    every = [row | _admission(row, facts, amount, months) for row in products.iter_rows(named=True)]
    lines = [_line(row, None, amount, months, start) for row in every]
    lines += [
        _line(loan, back, amount, months, start)
        for loan in every
        if loan["kind"] == "loan"
        for back in every
        if back["kind"] in _BACKS
    ]
    frame = pl.DataFrame(lines, schema=_SCHEMA)
    return frame.sort(
        ["eligible", "effective_rate", "product", "with"],
        descending=[True, False, False, False],
        nulls_last=True,
    )


def _admission(
    row: Mapping[str, object], facts: Mapping[str, Fact | None], amount: int, months: int
) -> dict[str, object]:
    conditions = row.get("conditions")
    good, why = eligible(None if conditions is None else str(conditions), facts)
    bounds = [why] if not good else []
    low, high, longest = row.get("ticket_min"), row.get("ticket_max"), row.get("months")
    if isinstance(low, int) and amount < low:
        bounds.append(f"低于单笔下限，差 {(low - amount) / 100:,.2f} 元 / below the smallest ticket")
    if isinstance(high, int) and amount > high:
        bounds.append(f"高于单笔上限，超 {(amount - high) / 100:,.2f} 元 / above the largest ticket")
    if isinstance(longest, int) and months > longest:
        bounds.append(f"期限超出 {months - longest} 个月 / longer than the product's term")
    return {"_in": not bounds, "_why": "；".join(bounds) or why}


def _line(
    row: Mapping[str, object], back: Mapping[str, object] | None, amount: int, months: int, start: dt.date
) -> dict[str, object]:
    fees = 0 if back is None else round(amount * _rate(back) * months / 12)
    lends = (
        row["kind"] in _LENDS
        and row.get("rate") is not None
        and (back is None or back.get("rate") is not None)
    )
    plan = schedule(amount, _rate(row), months, start) if lends else []
    flows = [(start, amount - fees), *((p.date, -(p.principal + p.interest)) for p in plan)]
    why = str(row["_why"]) if back is None else f"{row['_why']} + {back['_why']}"
    return {
        "product": row["id"], "with": None if back is None else back["id"], "kind": row["kind"],
        "eligible": bool(row["_in"]) and (back is None or bool(back["_in"])), "why": why,
        "effective_rate": xirr(flows) if lends else None,
        "interest": sum(p.interest for p in plan) if lends else None,
        "fees": fees if lends else None, "months": months,
    }  # fmt: skip


def _rate(row: Mapping[str, object]) -> float:
    rate = row.get("rate")
    return float(rate) if isinstance(rate, (int, float)) else 0.0

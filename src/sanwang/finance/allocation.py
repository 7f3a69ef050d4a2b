"""Who gets how much of which product: useful finance at bounded expected loss.

A firm asks an amount; a product gives it nothing or something between its tickets. With a the yuan given and y whether,

  max Σ useful_i · a_ij   s.t.  Σ_j a_ij ≤ asked_i,  Σ_i a_ij ≤ budget_j,  Σ_j y_ij ≤ products a firm,
  ticket_min_j · y_ij ≤ a_ij ≤ min(ticket_max_j, asked_i) · y_ij,  Σ_ij (risk_i − loss share) · a_ij ≤ 0,
  least_c ≤ Σ over the firms of city c, all products, a_ij ≤ most_c.

The integer program gives the allocation, its linear relaxation a bound and the shadow price of every limit. A bank's
reading: one more yuan of a budget with price 0.4 does 0.4 yuan of use; price 0 means that something else binds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse as sp

from sanwang.errors import OptionError, SolverError
from sanwang.optimize.mixed import mixed

Floats = npt.NDArray[np.float64]

ASKS = {"firm": pl.String, "city": pl.String, "amount": pl.Int64, "useful": pl.Float64, "risk": pl.Float64}
"""What firms ask: amount in fen, what a yuan does (≥ 0), and the expected loss of a yuan (0…1)."""

_PLACED = {
    "firm": pl.String, "city": pl.String, "product": pl.String, "amount": pl.Int64, "useful": pl.Float64,
    "expected_loss": pl.Int64,
}  # fmt: skip
_PRICES = {"limit": pl.String, "name": pl.String, "used": pl.Float64, "most": pl.Float64, "price": pl.Float64}


@dataclass(frozen=True)
class Allocation:
    """``placed``: firm, city, product, amount, useful, expected_loss (fen). ``unserved``: firm, why.

    ``prices``: limit (budget, loss, least, most), name, used and most (yuan; for the loss, shares), and what one more
    yuan of it is worth, from the relaxation; for a least amount, what a yuan less asked for would save; for the loss,
    what an expected loss of one yuan more is worth. ``value`` and the relaxation's ``bound`` are in yuan of use.
    ``proven``: whether the solver proved the whole-number answer best, to a hundred-thousandth.
    """

    placed: pl.DataFrame
    prices: pl.DataFrame
    unserved: pl.DataFrame
    value: float
    bound: float
    proven: bool

    @property
    def loss_share(self) -> float:
        """The expected loss as a share of what is placed."""
        total = int(self.placed["amount"].sum())
        return float(self.placed["expected_loss"].sum()) / total if total else 0.0


@dataclass(frozen=True)
class _Pair:
    firm: int
    product: int
    low: float
    high: float


def allocate(
    asks: pl.DataFrame,
    products: pl.DataFrame,
    allowed: pl.DataFrame,
    loss_share: float = 0.03,
    least: Mapping[str, int] | None = None,
    most: Mapping[str, int] | None = None,
    per_firm: int = 3,
    seconds: float = 30.0,
) -> Allocation:
    """The best allocation of ``products`` (id, budget, ticket_min, ticket_max in fen, null for none) among ``asks``.

    ``allowed`` holds the pairs firm and product that may be; ``least`` and ``most`` are quotas of cities in fen. Pure.
    Raises OptionError for a loss share outside 0…1 or a quota of a city where nobody asks, SolverError where the least
    amounts cannot be met or time was too short.
    """
    if not 0 <= loss_share <= 1 or per_firm < 1:
        raise OptionError("the loss share lies between 0 and 1 / 损失率须在 0 与 1 之间，每家至少一种产品")
    strange = sorted(({*(least or {}), *(most or {})}) - set(asks["city"]))
    if strange:
        raise OptionError(f"nobody asks in / 没有企业申请的地区: {', '.join(strange)}")
    firms, offers = asks.to_dicts(), products.to_dicts()
    pairs = _pairs(firms, offers, allowed)
    names, rows, right = _limits(firms, offers, pairs, loss_share, least or {}, most or {})
    count = len(pairs)
    low, high = np.array([p.low for p in pairs]), np.array([p.high for p in pairs])
    eye, none = sp.identity(count, format="csr"), sp.csr_matrix((len(names), count))
    owner = sp.csr_matrix(
        (np.ones(count), ([p.firm for p in pairs], range(count))), shape=(len(firms), count)
    )
    table = sp.bmat(
        [
            [rows, none],
            [eye, -sp.diags(high, shape=(count, count))],
            [-eye, sp.diags(low, shape=(count, count))],
            [sp.csr_matrix((len(firms), count)), owner],
        ]
    )
    bounds = np.concatenate([right, np.zeros(2 * count), np.full(len(firms), float(per_firm))])
    useful = np.array([float(firms[p.firm]["useful"]) for p in pairs])
    found = mixed(
        np.concatenate([useful, np.zeros(count)]),
        sp.csr_matrix(table),
        bounds,
        np.concatenate([high, np.ones(count)]),
        np.arange(2 * count) >= count,
        seconds,
    )
    if found is None:
        raise SolverError("the cities' least amounts cannot be met / 地区下限无法满足")
    # The solver's numbers are yuan within a tolerance: what is paid is whole fen, never more than was asked.
    amounts = np.floor(found.values[:count] * 100 + 1e-3).astype(np.int64)
    placed = [
        {
            "firm": firms[p.firm]["firm"], "city": firms[p.firm]["city"], "product": offers[p.product]["id"],
            "amount": int(a), "useful": firms[p.firm]["useful"], "expected_loss": round(firms[p.firm]["risk"] * int(a)),
        }
        for p, a in zip(pairs, amounts, strict=True)
        if a > 0
    ]  # fmt: skip
    frame = pl.DataFrame(placed, schema=_PLACED)
    prices = _priced(names, rows, right, amounts / 100, found.prices[: len(names)], frame, loss_share)
    return Allocation(
        frame, prices, _unserved(firms, pairs, frame), float(useful @ amounts) / 100, found.bound, found.proven
    )  # fmt: skip


def _pairs(firms: list[dict[str, Any]], offers: list[dict[str, Any]], allowed: pl.DataFrame) -> list[_Pair]:
    """The allowed pairs in which an amount fits between the tickets, with its bounds in yuan."""
    firm_at = {r["firm"]: n for n, r in enumerate(firms)}
    offer_at = {r["id"]: n for n, r in enumerate(offers)}
    found = list[_Pair]()
    for firm, product in allowed.select("firm", "product").unique(maintain_order=True).iter_rows():
        if firm not in firm_at or product not in offer_at:
            continue
        asked, offer = firms[firm_at[firm]]["amount"], offers[offer_at[product]]
        low = max(1, offer["ticket_min"] or 0)
        caps = [c for c in (offer["ticket_max"], offer["budget"], asked) if c is not None]
        if low <= min(caps):
            found.append(_Pair(firm_at[firm], offer_at[product], low / 100, min(caps) / 100))
    return found


def _limits(
    firms: list[dict[str, Any]],
    offers: list[dict[str, Any]],
    pairs: list[_Pair],
    loss_share: float,
    least: Mapping[str, int],
    most: Mapping[str, int],
) -> tuple[list[tuple[str, str]], sp.csr_matrix, Floats]:
    """Rows over the amounts in yuan, at most the right side: asks, budgets, the loss and the cities' quotas."""
    names, rows, right = list[tuple[str, str]](), list[Floats](), list[float]()
    firm_of = np.array([p.firm for p in pairs], np.int64)
    offer_of = np.array([p.product for p in pairs], np.int64)
    city_of = np.array([firms[i]["city"] for i in firm_of], dtype=object)
    risk = np.array([float(firms[i]["risk"]) for i in firm_of])

    def add(kind: str, name: str, row: Any, value: float) -> None:  # noqa: ANN401 - booleans or numbers
        names.append((kind, name))
        rows.append(np.asarray(row, np.float64))
        right.append(value)

    for i, firm in enumerate(firms):
        add("asked", firm["firm"], firm_of == i, firm["amount"] / 100)
    for j, offer in enumerate(offers):
        if offer["budget"] is not None:
            add("budget", offer["id"], offer_of == j, offer["budget"] / 100)
    add("loss", "", risk - loss_share, 0.0)
    for city, value in least.items():
        add("least", city, -(city_of == city).astype(np.float64), -value / 100)
    for city, value in most.items():
        add("most", city, city_of == city, value / 100)
    return names, sp.csr_matrix(np.array(rows).reshape(len(rows), len(pairs))), np.array(right)


def _priced(
    names: list[tuple[str, str]],
    rows: sp.csr_matrix,
    right: Floats,
    amounts: Floats,
    prices: Floats,
    placed: pl.DataFrame,
    loss_share: float,
) -> pl.DataFrame:
    used = np.asarray(rows @ amounts).ravel()
    total = float(placed["amount"].sum())
    lost = float(placed["expected_loss"].sum()) / total if total else 0.0
    shown = [
        (kind, name, lost, loss_share, float(p))
        if kind == "loss"
        else (kind, name, abs(float(u)), abs(float(r)), float(p))
        for (kind, name), u, r, p in zip(names, used, right, prices, strict=True)
        if kind != "asked"
    ]
    return pl.DataFrame(shown, schema=_PRICES, orient="row")


def _unserved(firms: list[dict[str, Any]], pairs: list[_Pair], placed: pl.DataFrame) -> pl.DataFrame:
    served, able = set(placed["firm"]), {firms[p.firm]["firm"] for p in pairs}
    short = "额度、风险或地区限额用于更有用处 / limits went to better use"
    none = "没有可进入且单笔合适的产品 / no product is open to it at a ticket that fits"
    lost = [(f["firm"], short if f["firm"] in able else none) for f in firms if f["firm"] not in served]
    return pl.DataFrame(lost, schema={"firm": pl.String, "why": pl.String}, orient="row")

"""The market of one class of a factor: who buys how much from whom, at prices under which nobody would do otherwise.

Offers i stand at places with a capacity k and an ask c; bids j at places want q units and pay at most v a unit. A unit
of offer i used at place b costs c_i (1 + r), r the border's rate: as in the plan, the border takes a share of the ask.
The program is max Σ v d − Σ cost f with d ≤ q, Σ_b f ≤ k, and what is used at a place no more than what reaches it. The
prices are duals of that last row: one price a place of use. Of all prices that support the allocation (they form a
lattice: Shapley and Shubik 1971) the lowest are taken, and the highest are given beside them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from sanwang.errors import SolverError
from sanwang.optimize.program import relax

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_UNITS = 1e-7
"""Units, as a share of the amount (of ten where it is less), below which nothing counts as bought or left."""

_FEN = 1e-6
"""Prices, as a share of the highest bid or ask, that count as equal."""


@dataclass(frozen=True)
class Book:
    """Bids and offers of one class: places numbered from 0; ``cost`` is what a unit of an offer costs at each place
    (infinite where the border is closed), capacity infinite where none is given."""

    wanted: Floats
    pays: Floats
    at: Ints
    capacity: Floats
    ask: Floats
    cost: Floats

    @property
    def places(self) -> int:
        """How many places."""
        return self.cost.shape[1]


@dataclass(frozen=True)
class Cleared:
    """Units each bid gets, units of each offer used at each place, and per place the lowest and highest prices that
    support this. A place where nothing is used has the price at which its best bid would still go without;
    ``dual`` is the price the solver gave, ``surplus`` the value of what is served less asks and borders (fen)."""

    served: Floats
    used: Floats
    low: Floats
    high: Floats
    dual: Floats
    surplus: float

    def rents(self, book: Book) -> Floats:
        """What one more unit of each offer would earn above its ask, at the lowest prices."""
        return np.maximum(0.0, _best(book, self.low))

    def gains(self, book: Book) -> Floats:
        """What each bid saves a unit against what it would pay at most, at the lowest prices."""
        return np.maximum(0.0, book.pays - self.low[book.at])


def clear(book: Book) -> Cleared:
    """The allocation of greatest surplus and its prices. Raises SolverError where the prices do not support it."""
    bids, places = book.wanted.size, book.places
    offer, place = np.nonzero(np.isfinite(book.cost) & (np.bincount(book.at, minlength=places) > 0))
    arcs = offer.size
    scale = max(1.0, float(book.pays.max(initial=0.0)), float(book.ask.max(initial=0.0)))
    worth = np.concatenate([book.pays, -book.cost[offer, place]]) / scale
    columns = np.arange(bids + arcs)
    limit = np.concatenate([np.arange(bids), bids + offer])
    balance = bids + book.capacity.size + np.concatenate([book.at, place])
    ones = np.ones(bids + arcs)
    rows = sp.csc_matrix(
        (
            np.concatenate([ones, ones[:bids], -ones[bids:]]),
            (np.concatenate([limit, balance]), np.concatenate([columns, columns])),
        ),
        shape=(bids + book.capacity.size + places, bids + arcs),
    )
    found = relax(worth, rows, np.concatenate([book.wanted, book.capacity, np.zeros(places)]))
    served = np.clip(found.shares[:bids], 0.0, book.wanted)
    used = np.zeros_like(book.cost)
    used[offer, place] = np.maximum(found.shares[bids:], 0.0)
    low, high = _lowest(book, served, used), _highest(book, served, used)
    dual = found.prices[bids + book.capacity.size :] * scale
    answer = Cleared(served, used, low, high, dual, found.value * scale)
    if wrong := unsupported(book, served, used, low):
        raise SolverError(f"the prices do not support the allocation / 价格不支持该配置: {wrong[0]}")
    return answer


def unsupported(book: Book, served: Floats, used: Floats, price: Floats) -> tuple[str, ...]:
    """What is wrong with an allocation and prices, recomputed without a solver; empty where they support each other.

    Limits hold; no served bid pays above its own, no bid left wanting would pay the price; offers sell only where they
    receive most and never below their ask, and none keeps back a unit it could sell above it; and the surplus equals
    what the limits are worth at these prices, which by duality proves that no allocation has more.
    """
    wrong: list[str] = []
    fen = _FEN * max(1.0, float(book.pays.max(initial=0.0)), float(book.ask.max(initial=0.0)))
    sold = used.sum(axis=1)
    some, left = _some(served, book.wanted), _some(book.wanted - served, book.wanted)
    here = price[book.at]
    reached = np.bincount(book.at, weights=served, minlength=book.places)
    slack = _UNITS * (1.0 + reached + used.sum(axis=0))
    best = _best(book, price)
    at_offer, at_place = np.nonzero(_some(used, np.maximum(used.sum(axis=1, keepdims=True), 1.0)))
    net = price[at_place] - book.cost[at_offer, at_place]
    finite = np.where(np.isfinite(book.capacity), book.capacity, 0.0)
    worth = float(book.wanted @ np.maximum(0.0, book.pays - here) + finite @ np.maximum(0.0, best))
    surplus = float(book.pays @ served - np.where(used > 0, used * _finite(book.cost), 0.0).sum())
    checks = {
        "negative units / 数量为负": (served < -_UNITS).any() or (used < -_UNITS).any(),
        "a bid gets more than it wants / 超过所需": (served > book.wanted * (1 + _UNITS) + _UNITS).any(),
        "an offer sells above capacity / 超过可供": (sold > book.capacity * (1 + _UNITS) + _UNITS).any(),
        "a closed border is crossed / 越过关闭的边界": bool((used[~np.isfinite(book.cost)] > _UNITS).any()),
        "more is used than reaches a place / 用量超过到达量": (reached > used.sum(axis=0) + slack).any(),
        "a unit is bought for nobody / 有供给无人使用": ((used.sum(axis=0) > reached + slack) & (price > fen)).any(),
        "a bid pays above its own / 付价高于出价": (here[some] > book.pays[some] + fen).any(),
        "a bid above the price goes without / 高于价格的出价未满足": (book.pays[left] > here[left] + fen).any(),
        "an offer sells below its ask / 低于要价卖出": (net < -fen).any(),
        "an offer sells where it receives less / 未卖往所得最高处": (net < best[at_offer] - fen).any(),
        "an offer keeps back what it could sell / 有利可图却未卖出": (
            best[_some(book.capacity - sold, np.minimum(book.capacity, 1e12))] > fen
        ).any(),
        "surplus and prices disagree / 剩余与价格不符": abs(worth - surplus)
        > fen * (served.size + sold.size) + _FEN * (1.0 + abs(worth) + abs(surplus) + float(book.pays @ served)),
    }  # fmt: skip
    wrong += [words for words, broken in checks.items() if bool(broken)]
    return tuple(wrong)


def _some(amount: Floats, of: Floats) -> Bools:
    return amount > _UNITS * np.maximum(10.0, of)


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, 0.0)


def _open(book: Book) -> Bools:
    """Offer x place: the border is open and the place has bids."""
    return np.isfinite(book.cost) & (np.bincount(book.at, minlength=book.places) > 0)[None, :]


def _best(book: Book, price: Floats) -> Floats:
    """What each offer receives above its ask at the place that pays most (minus infinity where it reaches none)."""
    if book.places == 0:
        return np.full(book.ask.size, -np.inf)
    return np.where(_open(book), price[None, :] - _finite(book.cost), -np.inf).max(axis=1)


def _lowest(book: Book, served: Floats, used: Floats) -> Floats:
    """The least prices: raised from what bids left wanting and sellers' costs ask for until no seller would move."""
    price = np.zeros(book.places)
    left = _some(book.wanted - served, book.wanted)
    np.maximum.at(price, book.at[left], book.pays[left])
    offer, place = np.nonzero(_some(used, np.maximum(used.sum(axis=1, keepdims=True), 1.0)))
    np.maximum.at(price, place, book.cost[offer, place])
    for _ in range(book.places + 1):
        before = price.copy()
        np.maximum.at(price, place, _best(book, price)[offer] + book.cost[offer, place])
        if np.array_equal(before, price):
            break
    return price


def _highest(book: Book, served: Floats, used: Floats) -> Floats:
    """The greatest prices (infinite at places where nothing bounds them)."""
    price = np.full(book.places, np.inf)
    some = _some(served, book.wanted)
    np.minimum.at(price, book.at[some], book.pays[some])
    reach, sold = _open(book), used.sum(axis=1)
    spare = _some(book.capacity - sold, np.minimum(book.capacity, 1e12))
    cost = np.where(reach, book.cost, np.inf)
    if spare.any():
        price = np.minimum(price, cost[spare].min(axis=0))
    offer, place = np.nonzero(_some(used, np.maximum(sold[:, None], 1.0)))
    for _ in range(book.places + 1):
        before = price.copy()
        for i, b in zip(offer.tolist(), place.tolist(), strict=True):
            price = np.minimum(price, price[b] - book.cost[i, b] + cost[i])
        if np.array_equal(before, price):
            break
    return price

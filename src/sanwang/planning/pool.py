"""Columns found so far, each kept once."""

from __future__ import annotations

import numpy as np

from sanwang.planning.arrays import Ints
from sanwang.planning.columns import Columns, join, none


class Pool:
    """Columns found so far, each once."""

    def __init__(self) -> None:
        self.parts: list[Columns] = []
        self.seen = np.zeros(0, np.uint64)

    def add(self, new: Columns) -> int:
        """Take those not seen before; says how many."""
        keys = _hash(new)
        keys, first = np.unique(keys, return_index=True)
        fresh = np.sort(first[~np.isin(keys, self.seen)])
        if fresh.size:
            self.parts.append(new.take(fresh) if fresh.size < len(new) else new)
            self.seen = np.union1d(self.seen, keys)
        return int(fresh.size)

    def places(self, new: Columns) -> Ints:
        """Take columns into an empty pool; says where each lies in it."""
        keys, first, back = np.unique(_hash(new), return_index=True, return_inverse=True)
        order = np.argsort(first, kind="stable")
        self.parts, self.seen = [new.take(first[order])], keys
        rank = np.empty(order.size, np.int64)
        rank[order] = np.arange(order.size)
        return rank[back.reshape(-1)]

    def columns(self) -> Columns:
        """All of them, in the order they came."""
        if len(self.parts) > 1:
            self.parts = [join(self.parts)]
        return self.parts[0] if self.parts else none()


def _hash(columns: Columns) -> Ints:
    mix = np.uint64(0x9E3779B97F4A7C15)
    with np.errstate(over="ignore"):
        key = columns.pair.astype(np.uint64)
        for field in (columns.station, columns.maker, columns.package, columns.start):
            key = (key ^ (key >> np.uint64(29))) * mix + (field + 1).astype(np.uint64)
        begins = np.concatenate([[0], columns.ends])[:-1]
        longest = int((columns.ends - begins).max()) if len(columns) else 0
        for step in range(longest):
            has = begins + step < columns.ends
            offer = columns.offer[np.where(has, begins + step, 0)]
            key = (key ^ (key >> np.uint64(31))) * mix + np.where(has, offer + 1, 0).astype(np.uint64)
    return key  # pyright: ignore[reportReturnType]

"""Where things stand and what crossing between them costs, looked up row by row: the verifier's own way."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sanwang.region import Region
from sanwang.standards import places as gb2260

Row = Mapping[str, Any]


class Crossings:
    """The barriers of a Region under a market, with some borders closed."""

    def __init__(self, region: Region, market: str, closed: Sequence[str]) -> None:
        self.market, self.closed = market, set(closed)
        self.homes: dict[str, str | None] = dict(region["actors"].select("id", "place").iter_rows())
        self.parents: dict[str, str | None] = dict(region["places"].select("code", "parent").iter_rows())
        self.walls = {(b["origin"], b["destination"], b["factor"]): b for b in region["barriers"].to_dicts()}

    def home(self, row: Row) -> str | None:
        """Where a base or maker stands."""
        return row["place"] or self.homes.get(row["actor"] or "")

    def above(self, place: str) -> list[str]:
        """A place and all it lies in, from the finest."""
        line = [place]
        while True:
            official = gb2260.place(line[-1])
            parent = self.parents.get(line[-1]) or (official.parent if official else None)
            if parent is None or parent in line:
                return line
            line.append(parent)

    def crossing(self, a: str | None, b: str | None, factor: str) -> tuple[float, int]:
        """Cost rate (infinite: closed) and days of delay from one place to another."""
        if a is None or b is None or a == b or self.market == "unified":
            return 0.0, 0
        above_a, above_b = self.above(a), self.above(b)
        if above_a[-1] != above_b[-1] and self._shut(above_a[-1], above_b[-1], factor):
            return math.inf, 0
        for origin in above_a:
            for destination in above_b:
                wall = self.walls.get((origin, destination, factor))
                if wall and origin != destination:
                    return wall["cost_rate"] or 0.0, wall["delay_days"] or 0
        return 0.0, 0

    def _shut(self, origin: str, destination: str, factor: str) -> bool:
        """Whether a factor may not pass between two provinces."""
        if self.market == "segmented" or factor in self.closed:
            return True
        return f"{origin}>{destination}:{factor}" in self.closed

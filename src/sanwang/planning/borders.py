"""What crossing a border costs a factor: the barriers table, looked up by the finest places that match."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sanwang.errors import OptionError
from sanwang.region import Region
from sanwang.region.scenario import Market
from sanwang.standards import places as gb2260

Floats = npt.NDArray[np.float64]

Closed = tuple[str, str, str]
"""Origin and destination province (empty: any) and the factor that may not pass."""

FACTORS = ("technology", "talent", "capital", "data", "compute", "equipment")

_MUNICIPAL = ("11", "12", "31", "50", "81", "82")


@dataclass(frozen=True)
class Borders:
    """Barrier rows (origin, destination, factor, cost rate, delay in days) and the lineage of each place used.

    ``index`` numbers the places; 0 is "unknown", which no border touches.
    """

    rows: Sequence[tuple[str, str, str, float, int]]
    lineage: Mapping[str, tuple[str, ...]]
    index: Mapping[str | None, int]
    market: Market
    closed: Sequence[Closed] = ()

    def province(self, place: str | None) -> str | None:
        """The outermost place a place lies in."""
        line = self.lineage.get(place) if place else None
        return line[-1] if line else None

    def city(self, place: str | None) -> str | None:
        """The place one step below the outermost (prefecture), or the outermost itself for a municipality."""
        line = self.lineage.get(place) if place else None
        if not line:
            return place
        outer = line[-1]
        return outer if len(line) < 2 or outer[:2] in _MUNICIPAL else line[-2]

    def matrices(self, factor: str) -> tuple[Floats, Floats]:
        """Cost rate and delay in days, origin × destination; an infinite rate is a closed border."""
        count = len(self.index)
        rate, days = np.zeros((count, count)), np.zeros((count, count))
        if self.market == "unified":
            return rate, days
        nearest = np.full((count, count), np.inf)
        under: dict[str, list[tuple[int, int]]] = {}
        for place, line in self.lineage.items():
            for steps, above in enumerate(line):
                under.setdefault(above, []).append((self.index[place], steps))
        for a, b, moved, cost, delay in self.rows:
            if moved != factor or a == b or a not in under or b not in under:
                continue
            i, up_i = np.array(under[a]).T
            j, up_j = np.array(under[b]).T
            # The finest origin wins, then the finest destination.
            distance = up_i[:, None] * 64.0 + up_j[None, :]
            block = np.ix_(i, j)
            closer = distance < nearest[block]
            nearest[block] = np.where(closer, distance, nearest[block])
            rate[block] = np.where(closer, cost, rate[block])
            days[block] = np.where(closer, delay, days[block])
        np.fill_diagonal(rate, 0.0)
        np.fill_diagonal(days, 0.0)
        rate[self._shut(factor)] = np.inf
        return rate, days

    def _shut(self, factor: str) -> npt.NDArray[np.bool_]:
        """Which ways between provinces a factor may not take."""
        home = np.array([self.province(p) or "" for p in self.index])
        apart = (home[:, None] != home[None, :]) & (home != "")[:, None] & (home != "")[None, :]
        shut = np.zeros_like(apart)
        every = [("", "", factor)] if self.market == "segmented" else list(self.closed)
        for origin, destination, moved in every:
            if moved == factor:
                way = apart & ((home == origin)[:, None] | (not origin))
                shut |= way & ((home == destination)[None, :] | (not destination))
        return shut


def closures(texts: Sequence[str]) -> tuple[Closed, ...]:
    """Borders closed, from ``technology`` (every border between provinces) or ``110000>130000:technology`` (that way).

    Raises OptionError for a text of neither form or a factor there is not.
    """
    found: list[Closed] = []
    for text in texts:
        way, _, factor = text.rpartition(":")
        origin, between, destination = way.partition(">")
        if factor not in FACTORS or bool(way) != bool(origin and between and destination):
            raise OptionError(
                f"border {text!r}: a factor ({', '.join(FACTORS)}) or a way such as 110000>130000:technology is wanted",
                f"边界 {text!r}：应为要素（{'、'.join(FACTORS)}）或 110000>130000:technology 这样的一条",
            )
        found.append((origin, destination, factor))
    return tuple(found)


def borders(region: Region, market: Market = "today", closed: Sequence[Closed] = ()) -> Borders:
    """The barriers of a Region, with the lineage of every place it uses; ``closed`` ones let nothing through."""
    table = region["barriers"].select("origin", "destination", "factor", "cost_rate", "delay_days")
    own = dict(region["places"].select("code", "parent").iter_rows())
    used = {p: None for kind in ("actors", "bases", "makers") for p in region[kind]["place"].to_list() if p}
    lineage = {p: _lineage(p, own) for p in sorted(used)}
    index: dict[str | None, int] = {None: 0} | {p: i for i, p in enumerate(lineage, 1)}
    rows = [(a, b, f, rate or 0.0, days or 0) for a, b, f, rate, days in table.iter_rows()]
    return Borders(rows, lineage, index, market, closed)


def _lineage(code: str, own: Mapping[str, str | None]) -> tuple[str, ...]:
    line: list[str] = []
    current: str | None = code
    while current and current not in line:
        line.append(current)
        official = gb2260.place(current)
        current = own.get(current) or (official.parent if official else None)
    return tuple(line)

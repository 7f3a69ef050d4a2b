"""Which places form one market node, and what the borders between nodes take of a factor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from sanwang.region import Region
from sanwang.region.geography import lineage
from sanwang.standards import places as gb2260

Floats = npt.NDArray[np.float64]
Market = Literal["segmented", "today", "unified"]
MARKETS: tuple[Market, ...] = ("segmented", "today", "unified")
"""Every province alone, borders as the table says, no borders."""


@dataclass(frozen=True)
class Jurisdictions:
    """``node`` of each place: the nearest place around it that the barriers name, else its province; ``nodes`` in the
    order of their codes; and the barriers (origin, destination, factor, cost rate)."""

    node: dict[str, str]
    nodes: tuple[str, ...]
    province: dict[str, str]
    lines: dict[str, tuple[str, ...]]
    barriers: tuple[tuple[str, str, str, float], ...]

    def rates(self, factor: str, market: Market) -> Floats:
        """Share of the ask that a border takes, origin x destination; infinite where no trade is allowed.

        The finest origin wins, then the finest destination, as in the plan; a factor without barriers moves freely.
        """
        count = len(self.nodes)
        rate = np.zeros((count, count))
        if market == "unified":
            return rate
        if market == "segmented":
            home = np.array([self.province[n] for n in self.nodes], dtype=object)
            return np.where(home[:, None] == home[None, :], 0.0, np.inf).astype(np.float64)
        known = {(a, b): r for a, b, f, r in self.barriers if f == factor and a != b}
        for i, origin in enumerate(self.nodes):
            for j, goal in enumerate(self.nodes):
                pairs = ((a, b) for a in self.lines[origin] for b in self.lines[goal])
                rate[i, j] = 0.0 if i == j else next((known[p] for p in pairs if p in known), 0.0)
        return rate


def jurisdictions(region: Region) -> Jurisdictions:
    """The nodes of a Region's actors. A place that leads to no known province has no node."""
    rows = region["barriers"].select("origin", "destination", "factor", "cost_rate").iter_rows()
    barriers = tuple((a, b, f, float(r or 0.0)) for a, b, f, r in rows)
    named = {p for a, b, _, _ in barriers for p in (a, b)}
    node: dict[str, str] = {}
    lines: dict[str, tuple[str, ...]] = {}
    province: dict[str, str] = {}
    for place in sorted(set(region["actors"]["place"].drop_nulls().to_list())):
        line = lineage(region, place)
        if gb2260.place(line[-1]) is None and line[-1] not in named:
            continue
        chosen = next((p for p in line if p in named), line[-1])
        node[place] = chosen
        lines[chosen] = line[line.index(chosen) :]
        province[chosen] = line[-1]
    return Jurisdictions(node, tuple(sorted(lines)), province, lines, barriers)


def node_name(region: Region, code: str) -> tuple[str, str]:
    """A node's name in Chinese and English; its code where it has none."""
    own = {r["code"]: r for r in region["places"].to_dicts()}.get(code)
    official = gb2260.place(code)
    zh = (own and own["name"]) or (official.name if official else None) or code
    en = (own and own["name_en"]) or (official.name_en if official else None) or zh
    return str(zh), str(en)

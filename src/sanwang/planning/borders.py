"""What crossing a border costs a factor: the barriers table, looked up by the finest places that match."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sanwang.region import Region
from sanwang.standards import places as gb2260

NONE = (0.0, 0)


@dataclass(frozen=True)
class Borders:
    """Cost rate and delay in days by origin, destination and factor; lineage of each place, finest first."""

    table: Mapping[tuple[str, str, str], tuple[float, int]]
    lineage: Mapping[str, tuple[str, ...]]

    def crossing(self, origin: str | None, destination: str | None, factor: str) -> tuple[float, int]:
        """Cost rate and delay; nothing within one place or where no row of the table matches."""
        if origin is None or destination is None or origin == destination:
            return NONE
        above = self.lineage.get(destination, (destination,))
        for a in self.lineage.get(origin, (origin,)):
            for b in above:
                if a != b and (found := self.table.get((a, b, factor))):
                    return found
        return NONE


def borders(region: Region) -> Borders:
    """The barriers of a Region, with the lineage of every place it uses."""
    table = {
        (r["origin"], r["destination"], r["factor"]): (r["cost_rate"] or 0.0, r["delay_days"] or 0)
        for r in region["barriers"].to_dicts()
    }
    own = dict(region["places"].select("code", "parent").iter_rows())
    used = {
        p
        for kind in ("actors", "bases", "makers", "places")
        for p in region[kind][_column(kind)].to_list()
        if p
    }
    return Borders(table, {p: _lineage(p, own) for p in used})


def _column(kind: str) -> str:
    return "code" if kind == "places" else "place"


def _lineage(code: str, own: Mapping[str, str | None]) -> tuple[str, ...]:
    line: list[str] = []
    current: str | None = code
    while current and current not in line:
        line.append(current)
        official = gb2260.place(current)
        current = own.get(current) or (official.parent if official else None)
    return tuple(line)

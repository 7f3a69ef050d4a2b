"""The routes of an earlier plan found again in a new instance, or the one thing that has changed for each."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from sanwang.collaboration.verdicts import verdicts
from sanwang.planning.arrays import Instance
from sanwang.planning.columns import Columns, items_of, none, parts
from sanwang.planning.routes import offers_of
from sanwang.planning.under_way import REJECTED, WITHDRAWN, Why
from sanwang.region import Region

NOT_BEGUN: Why = (
    "原定时间已过而未开始（不在途），须重新起步",
    "its start has passed and it is not under way: it would have to start anew",
)
_RESULT: Why = ("成果已撤回", "the result was withdrawn")
_PAIR: Why = (
    "这一对已不在候选之内（得分、许可或估值）",
    "the pair is no longer a candidate (score, licence or value)",
)
_OFFERS: Why = ("所需要素或其供给已变", "the factors it takes, or their offers, have changed")
_GAP: Why = ("成熟度差距已过大", "the TRL gap is too wide now")
_LATE: Why = ("已赶不上截止日期或规划期末", "no longer done by the deadline or the end of the horizon")
_FUNDS: Why = ("支出已超出预算", "the outlay is above the budget now")
_OWN: Why = ("支出已在预算之内，不再需要融资", "the outlay is within the budget now: no finance is needed")
_TICKET: Why = ("金融产品的条件或额度已不合", "the product's terms or ticket no longer fit")
_PILOTED: Why = (
    "成熟度已达到要求，不再需要中试",
    "the TRL required is met now: there is nothing left to pilot",
)
_CLOSED: Why = ("跨行政区不再允许", "crossing is not allowed now")


def found_again(
    region: Region, problem: Instance, earlier: pl.DataFrame
) -> tuple[Columns, list[str], dict[str, Why]]:
    """Earlier routes as columns of the new instance, their names, and why the others are not among them."""
    lookup = _Lookup(region, problem)
    used: dict[str, list[str]] = {}
    for name, one in offers_of(earlier).select("route", "offer").iter_rows():
        used.setdefault(name, []).append(one)
    found: list[tuple[int, ...]] = []
    offers: list[list[int]] = []
    names: list[str] = []
    gone: dict[str, Why] = {}
    for row in earlier.to_dicts():
        key, listed, why = lookup.column(row, used.get(row["route"], []))
        if why is not None:
            gone[row["route"]] = why
            continue
        found.append(key)
        offers.append(listed)
        names.append(row["route"])
    if not found:
        return none(), [], gone
    p, s, m, k, start = (np.ascontiguousarray(np.array(found, np.int64)[:, i]) for i in range(5))
    lengths = np.array([len(o) for o in offers], np.int64)
    flat = np.array([o for listed in offers for o in listed], np.int64)
    columns = Columns(p, s, m, k, start, flat, np.cumsum(lengths))
    asked = items_of(problem, p, s, start).column
    whole = np.bincount(asked, minlength=p.size) == lengths
    gone |= {names[i]: _OFFERS for i in np.flatnonzero(~whole).tolist()}
    rest = np.flatnonzero(whole)
    held = columns.take(rest)
    changed = _changed(problem, held)
    gone |= {names[rest[i]]: w for i, w in enumerate(changed) if w is not None}
    good = np.array([i for i, w in enumerate(changed) if w is None], np.int64)
    return held.take(good), [names[rest[i]] for i in good.tolist()], gone


class _Lookup:
    """Numbers of ids in an instance."""

    def __init__(self, region: Region, problem: Instance) -> None:
        pairs, layers = problem.pairs, problem.layers
        self.problem, self.said = problem, verdicts(region)
        self.needs, self.results = set(region["needs"]["id"]), set(region["achievements"]["id"])
        self.pair = {
            (problem.needs[n], problem.achievements[a]): i
            for i, (n, a) in enumerate(zip(pairs.need.tolist(), pairs.achievement.tolist(), strict=True))
        }
        self.station = {name: i for i, name in enumerate(problem.stations)} | {(None, None): -1}
        self.maker = {name: i for i, name in enumerate(problem.makers)}
        self.package: dict[tuple[str | None, str | None], int] = {(None, None): -1}
        both = zip(layers.package_product.tolist(), layers.package_guarantee.tolist(), strict=True)
        for k, (f, g) in enumerate(both):
            self.package[problem.products[f], problem.products[g] if g >= 0 else None] = k
        self.offer = {name: i for i, name in enumerate(problem.offers.ids)}

    def column(self, row: dict[str, Any], offers: list[str]) -> tuple[tuple[int, ...], list[int], Why | None]:
        """Pair, station, maker, package, start; the offers; and what is missing."""
        begun = row["start"] - self.problem.years[0]
        pair = self.pair.get((row["need"], row["achievement"]))
        station = self.station.get((row["base"], row["service"]))
        maker = self.maker.get(row["maker"])
        package = self.package.get((row["product"], row["guarantee"]))
        listed = [self.offer[o] for o in offers if o in self.offer]
        missing = (
            (row["need"] not in self.needs, WITHDRAWN),
            (row["achievement"] not in self.results, _RESULT),
            (self.said.rejected(row["need"], row["achievement"]), REJECTED),
            (pair is None, _PAIR),
            (begun < 0, NOT_BEGUN),
            (begun >= len(self.problem.years), _LATE),
            (station is None, _gone(row["base"])),
            (maker is None, _gone(row["maker"])),
            (package is None, _gone(row["product"])),
            (len(listed) < len(offers), _OFFERS),
        )
        why = next((w for absent, w in missing if absent), None)
        if why is not None or pair is None or station is None or maker is None or package is None:
            return (), [], why
        return (pair, station, maker, package, begun), listed, None


def _gone(name: str | None) -> Why:
    return (f"{name or ''} 已不在或没有能力", f"{name or ''} is gone or has no capacity")


def _changed(problem: Instance, columns: Columns) -> list[Why | None]:
    """For each column the first gate that it fails now, if any."""
    pairs, layers = problem.pairs, problem.layers
    found = parts(problem, columns)
    reasons: list[Why | None] = []
    for i in range(len(columns)):
        p, s, m, k = (int(getattr(columns, f)[i]) for f in ("pair", "station", "maker", "package"))
        marks, combo = pairs.marks[p], pairs.stations[p]
        makers = layers.maker_members[layers.maker_start[marks] : layers.maker_start[marks + 1]]
        stations = layers.station_members[layers.station_start[combo] : layers.station_start[combo + 1]]
        outlay = pairs.ask[p] + layers.maker_setup[m]
        outlay += layers.base_price[layers.station_base[s]] if s >= 0 else 0.0
        short = outlay > pairs.budget[p]
        gates = (
            (pairs.gap[p] > layers.limits[1 if s >= 0 else 0], _GAP),
            (s >= 0 and stations.size == 0 and pairs.gap[p] == 0, _PILOTED),
            (s >= 0 and s not in stations, _gone(problem.stations[s][0] if s >= 0 else None)),
            (m not in makers, _gone(problem.makers[m])),
            (found.done[i] > pairs.left[p], _LATE),
            (not np.isfinite(found.worth[i]), _CLOSED),
            (k < 0 and short, _FUNDS),
            (k >= 0 and not short, _OWN),
            (k >= 0 and not _financed(problem, p, m, k, float(found.principal[i])), _TICKET),
        )
        reasons.append(next((why for failed, why in gates if failed), None))
    return reasons


def _financed(problem: Instance, p: int, m: int, k: int, principal: float) -> bool:
    """Whether a package still takes this pair and this principal."""
    layers, n, a = problem.layers, problem.pairs.need[p], problem.pairs.achievement[p]
    sector = (
        layers.either_package[k, layers.need_sector[n]]
        or layers.either_package[k, layers.achievement_sector[a]]
    )
    leased = not layers.package_lease[k] or principal <= layers.maker_setup[m]
    welcome = layers.need_package[n, k] and layers.achievement_package[a, k] and sector
    return bool(welcome and leased and principal <= layers.package_high[k])

"""The bases and makers each pair may go through, as flat lists of lists."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from importlib.resources import files

import numpy as np
import polars as pl

from sanwang.planning.arrays import Bools, Floats, Ints
from sanwang.planning.capacity import able
from sanwang.planning.stations import Fitted, lists, uplift_share


def numbers(column: pl.Series, missing: float) -> Floats:
    """A column as float64, ``missing`` where it says nothing."""
    return column.cast(pl.Float64).fill_null(missing).to_numpy().astype(np.float64)


def flat(members: Sequence[Sequence[int]]) -> tuple[Ints, Ints]:
    """Lists as (start, members): ``members[start[i]:start[i + 1]]``."""
    start = np.concatenate([[0], np.cumsum([len(m) for m in members])]).astype(np.int64)
    return start, np.array([x for m in members for x in m], np.int64)


def stations_of(
    bases: pl.DataFrame, options: tuple[Ints, list[dict[int, float]]], pair_trl: Ints, met: Bools
) -> tuple[list[tuple[int, str | None, float]], Floats, Ints, Ints, Ints, Floats]:
    """Stations: a base, or one of its services where each has a capacity; those that take each (options, TRL), and
    the share of the base's uplift that the fit lets through. Where the TRL required is ``met`` there is nothing left to
    pilot."""
    stations, levels = _rungs(bases)
    of_base: dict[int, list[int]] = {}
    for number, (row, _, _) in enumerate(stations):
        of_base.setdefault(row, []).append(number)
    which, fits = options
    keys = np.where(met, -1, np.stack([which, pair_trl]))
    combos, inverse = np.unique(keys, axis=1, return_inverse=True)
    members: list[list[int]] = []
    shares: list[float] = []
    for one, level in combos.T.tolist():
        taken = [(s, f) for row, f in fits[one].items() for s in of_base.get(row, []) if level in levels[s]]
        taken = taken if level >= 0 else []
        members.append([s for s, _ in taken])
        shares += [uplift_share(f) for _, f in taken]
    start, listed = flat(members)
    capacity = np.array([c for _, _, c in stations])
    return (
        stations,
        capacity,
        inverse.reshape(-1).astype(np.int64),
        start,
        listed,
        np.array(shares, np.float64),
    )


def _rungs(bases: pl.DataFrame) -> tuple[list[tuple[int, str | None, float]], list[set[int]]]:
    """The stations of the bases that have capacity, and the TRLs each takes."""
    ranges: dict[str, list[int]] = tomllib.loads(
        (files("sanwang.planning") / "services.toml").read_text(encoding="utf-8")
    )
    stations: list[tuple[int, str | None, float]] = []
    levels: list[set[int]] = []
    open_ = able(bases)
    for row, (services, counts) in enumerate(bases.select("services", "service_capacity").iter_rows()):
        if not open_[row]:
            continue
        spans = {s: {0, *range(ranges[s][0], ranges[s][1] + 1)} for s in services or []}
        if counts and len(counts) == len(spans):
            for service, count in zip(services, counts, strict=True):
                stations.append((row, service, float(count)))
                levels.append(spans[service])
        else:
            stations.append((row, None, np.inf))
            levels.append(set[int]().union(*spans.values()) if spans else set(range(10)))
    return stations, levels


def makers_of(
    makers: pl.DataFrame, fits: Fitted, needs: Sequence[str], results: Sequence[str]
) -> tuple[Ints, Ints, Ints, int]:
    """Number of each pair's list of makers, the lists, and how many makers stand for "the need's own firm": one where
    the table is empty, or where software finds nobody here to deploy it."""
    if makers.is_empty():
        return np.zeros(len(needs), np.int64), *flat([[0]]), 1
    which, found = lists(fits.makers, needs, results, able(makers))
    members = [list(f) for f in found]
    alone = [not members[i] and r in fits.soft for i, r in zip(which.tolist(), results, strict=True)]
    if any(alone):
        which = np.where(alone, len(members), which)
        members.append([makers.height])
    return which, *flat(members), int(any(alone))

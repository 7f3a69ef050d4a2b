"""Which bases and makers are options for which pair, how well they fit, and why: the fit of stage to job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from sanwang.collaboration.fit.codes import Mark, field_marks, row_marks, serves
from sanwang.collaboration.fit.fits import FLOOR, SIDES, Side, Table, damping, fit_table
from sanwang.collaboration.verdicts import Verdicts, verdicts
from sanwang.region import Region

Floats = npt.NDArray[np.float64]

BY_CODE = 0.5
"""The fit of a station that says nothing of what it can do and whose codes match: the middle of the scale."""

SHARE = 0.9
"""No station is an option whose fit is less than this share of the best one's. Read line by line, routes through a
clearly lesser station were the wrong ones; on the sample this costs 5 % of the worth (benchmarks/plan)."""

_ROUND = 4


@dataclass(frozen=True)
class Stations:
    """The bases or makers of a Region in the order of their ids, and what their fit to a pair is read from."""

    side: Side
    ids: tuple[str, ...]
    told: npt.NDArray[np.bool_]
    """Stations that say what they can do; the others are judged by their codes alone."""
    fields: tuple[tuple[Mark, ...], ...]
    marks_of_needs: Mapping[str, tuple[Mark, ...]]
    marks_of_results: Mapping[str, tuple[Mark, ...]]
    table: Table | None
    deploys: npt.NDArray[np.bool_]
    """Stations that work with software: a result that is no thing has no other."""
    said: Verdicts
    """What persons decided: a rejected station fits nothing, beside a pinned one no other does."""
    _known: dict[tuple[tuple[Mark, ...], ...], Floats] = field(
        default_factory=dict, repr=False, compare=False
    )

    def fit(self, need: str, result: str) -> Floats:
        """The fit of each station to a need and a result, 0…1."""
        found = self._coded(need, result)
        if self.table is not None:
            found = np.where(self.told, self.table.pairs(self.side, [need], [result])[0], found).round(_ROUND)
            if not self.table.physical[self.table.results[result]]:
                found = np.where(self.told & ~self.deploys, 0.0, found)
        return self._obeying(found, need, result) if self.said.words else found

    def _obeying(self, fit: Floats, need: str, result: str) -> Floats:
        """The fit after what persons decided on the need, the result or the station itself."""
        pinned = (self.said.pinned(need) | self.said.pinned(result)) & set(self.ids)
        out = np.array(
            [self.said.rejected(need, s) or self.said.rejected(result, s) for s in self.ids], np.bool_
        )
        if pinned:
            out |= np.array([s not in pinned for s in self.ids], np.bool_)
            fit = np.maximum(fit, FLOOR)
        return np.where(out, 0.0, fit)

    def options(self, need: str, result: str, able: Sequence[bool]) -> dict[int, float]:
        """Places of the stations that are options for a pair, and their fit; only those with capacity (``able``)."""
        fit = np.where(np.asarray(able, dtype=np.bool_), self.fit(need, result), 0.0)
        least = max(FLOOR, SHARE * float(fit.max(initial=0.0)))
        return {int(s): float(fit[s]) for s in np.flatnonzero(fit >= least)}

    def _coded(self, need: str, result: str) -> Floats:
        key = (self.marks_of_results.get(result, ()), self.marks_of_needs.get(need, ()))
        if key not in self._known:
            marks = [*key[0], *key[1]]
            hit = np.array([serves(f, marks) for f in self.fields], dtype=np.float64)
            self._known[key] = BY_CODE * hit
        return self._known[key]

    def why(self, need: str, result: str, place: int, lang: str = "zh") -> str:
        """Why this station: what both do, or the code that matches."""
        if self.table is not None and self.told[place]:
            return self.table.why(self.side, result, place, lang)
        marks = [*self.marks_of_results.get(result, ()), *self.marks_of_needs.get(need, ())]
        shared = next((f.code for f in self.fields[place] if serves([f], marks)), "")
        return (
            f"仅按领域代码 {shared}，未写能力"
            if lang == "zh"
            else f"by code {shared} only; no abilities given"
        )


@dataclass(frozen=True)
class Fitted:
    """Bases and makers with their fits, and which results need no production line."""

    bases: Stations
    makers: Stations
    soft: frozenset[str]
    """Results that are software, models or data: where nobody here deploys them, the need's own firm does."""


@dataclass(frozen=True, eq=False)
class _Held:
    """A Region by its content, so that the same one is fitted once."""

    region: Region

    def __hash__(self) -> int:
        return hash(self.region.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.region.digest == self.region.digest


@lru_cache(maxsize=4)
def _fitted(held: _Held) -> Fitted:
    """The stations of a Region. The encoder is asked only where a station says what it can do."""
    given = held.region
    told = {side: _told(given, side) for side in SIDES}
    table = fit_table(given) if any(t.any() for t in told.values()) else None
    needs = {str(r["id"]): tuple(row_marks(r)) for r in given["needs"].to_dicts()}
    results = {str(r["id"]): tuple(row_marks(r)) for r in given["achievements"].to_dicts()}
    said = verdicts(given)
    both = {
        side: Stations(
            side,
            _ids(given, side),
            told[side],
            _fields(given, side),
            needs,
            results,
            table,
            table.deploys(side) if table is not None else ~told[side],
            said,
        )
        for side in SIDES
    }
    soft = frozenset[str]()
    if table is not None:
        soft = frozenset(r for r, i in table.results.items() if not table.physical[i])
    return Fitted(both["base"], both["maker"], soft)


def fitted_of(region: Region) -> Fitted:
    """The stations of a Region, kept for the few Regions asked last."""
    return _fitted(_Held(region))


def _rows(region: Region, side: Side) -> list[dict[str, Any]]:
    return region[SIDES[side]].drop_nulls("id").sort("id").to_dicts()


def _ids(region: Region, side: Side) -> tuple[str, ...]:
    return tuple(str(r["id"]) for r in _rows(region, side))


def _fields(region: Region, side: Side) -> tuple[tuple[Mark, ...], ...]:
    return tuple(tuple(field_marks(r["fields"])) for r in _rows(region, side))


def _told(region: Region, side: Side) -> npt.NDArray[np.bool_]:
    texts = ("capabilities", "process", "equipment")
    return np.array([any(r.get(c) for c in texts) for r in _rows(region, side)], dtype=np.bool_)


def uplift_share(fit: float) -> float:
    """The share of a base's uplift that its fit lets through."""
    return float(np.round(damping(np.array([fit]))[0], _ROUND))


def lists(
    stations: Stations, needs: Sequence[str], results: Sequence[str], able: Sequence[bool]
) -> tuple[npt.NDArray[np.int64], list[dict[int, float]]]:
    """Number of each pair's list of options, and the lists: place of the station → fit."""
    numbers: dict[tuple[tuple[int, float], ...], int] = {}
    found: list[dict[int, float]] = []
    known: dict[tuple[object, ...], int] = {}
    chosen: list[int] = []
    for need, result in zip(needs, results, strict=True):
        key: tuple[object, ...] = (need, result)
        if stations.table is None and not stations.said.words:
            key = (stations.marks_of_needs.get(need), stations.marks_of_results.get(result))
        if key not in known:
            options = stations.options(need, result, able)
            one = tuple(options.items())
            if one not in numbers:
                numbers[one] = len(found)
                found.append(options)
            known[key] = numbers[one]
        chosen.append(known[key])
    return np.array(chosen, np.int64), found

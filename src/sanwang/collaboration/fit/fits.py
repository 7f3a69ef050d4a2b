"""The fit of every base and maker to every result of a Region, with reasons: who could pilot it, who could make it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from sanwang.collaboration.encoder import Encoder
from sanwang.collaboration.fit.abilities import Station, station
from sanwang.collaboration.fit.activities import Marks, deploys, marks_of_result, physical
from sanwang.collaboration.fit.closeness import encoding
from sanwang.collaboration.fit.evidence import Encode, Evidence, Job, evidence
from sanwang.collaboration.fit.reasons import why
from sanwang.collaboration.fit.score import fit_of
from sanwang.errors import DataError
from sanwang.region import Region
from sanwang.sources.atomic import atomic_path
from sanwang.study.cells import guarded

Floats = npt.NDArray[np.float64]
Side = Literal["base", "maker"]
SIDES: Mapping[Side, str] = {"base": "bases", "maker": "makers"}

COLUMNS = {
    "achievement": pl.String,
    "side": pl.String,
    "station": pl.String,
    "fit": pl.Float64,
    "reasons": pl.String,
}

FLOOR = 0.2
"""Fit below which a station is no option: of 25 jobs whose best station stood below it, it could do one or two
(benchmarks/fit)."""

FAIR, STRONG = 0.35, 0.5
"""From where on the fit is called fair and strong: there the best station could do the job in about half of the cases,
and in six of ten (benchmarks/fit)."""

NEED_SHARE = 0.2
"""What the need's own text counts beside the result's: it says where the thing goes, rarely how it is made."""


@dataclass(frozen=True)
class Fits:
    """Stations by result and side, the best first: achievement, side, station, fit (0…1), reasons."""

    frame: pl.DataFrame
    nobody: pl.DataFrame
    """Results and sides for which nobody here reaches the floor: achievement, side, best (its fit)."""

    def to_csv(self, folder: str | Path) -> Path:
        """Write ``fit.csv`` into a folder as UTF-8; no cell starts a formula. Returns the file."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        with atomic_path(folder / "fit.csv") as temporary:
            guarded(self.frame).write_csv(temporary, include_bom=True)
        return folder / "fit.csv"


def fit(
    region: Region,
    k: int | None = None,
    lang: str = "zh",
    encoder: Encoder | None = None,
    cache: Path | None = None,
) -> Fits:
    """The best ``k`` bases and makers of every result (all by default), and the results nobody here could serve.

    Names, abilities, processes, equipment and codes are read apart; codes may be missing. Raises DataError where
    there are no results, or neither bases nor makers.
    """
    results = region["achievements"].drop_nulls("id").sort("id")
    sides = {side: stations_of(region, side) for side in SIDES}
    if results.is_empty():
        raise DataError("no row in achievements 成果 / 表中没有数据")
    if not any(sides.values()):
        raise DataError("no row in bases 中试基地 or makers 承制方 / 表中没有数据")
    jobs, encode = [job_of(r) for r in results.to_dicts()], encoding(encoder, cache)
    parts: list[pl.DataFrame] = []
    nobody: list[tuple[str, str, float]] = []
    for side, stations in sides.items():
        if not stations:
            continue
        found = evidence(jobs, stations, encode)
        fits = fit_of(found.table)
        parts.append(_ranked(jobs, stations, found, fits, side, k or len(stations), lang))
        nobody += [
            (j.id, side, round(float(f.max()), 3)) for j, f in zip(jobs, fits, strict=True) if f.max() < FLOOR
        ]
    schema = {"achievement": pl.String, "side": pl.String, "best": pl.Float64}
    return Fits(pl.concat(parts), pl.DataFrame(nobody, schema=schema, orient="row"))


def job_of(row: Mapping[str, Any]) -> Job:
    """A row of ``achievements`` or ``needs`` as a job; keywords and codes of the result are part of its text."""
    body = str(row.get("abstract") or row.get("text") or "")
    words = " ".join(row.get("keywords") or ())
    codes = tuple(str(c).replace(" ", "") for c in row.get("ipc") or ())
    return Job(str(row["id"]), str(row.get("title") or ""), f"{body} {words}".strip(), codes)


def stations_of(region: Region, side: Side) -> list[Station]:
    """The Region's bases or makers as stations, in the order of their ids."""
    rows = region[SIDES[side]].drop_nulls("id").sort("id").to_dicts()
    return [station(r) for r in rows]


def _ranked(
    jobs: Sequence[Job],
    stations: Sequence[Station],
    found: Evidence,
    fits: Floats,
    side: str,
    k: int,
    lang: str,
) -> pl.DataFrame:
    rows: list[tuple[str, str, str, float, str]] = []
    for place, job in enumerate(jobs):
        for s in np.argsort(-fits[place], kind="stable")[:k]:
            said = why(found.jobs[place], found.stations[s], stations[s], lang)
            rows.append((job.id, side, stations[s].id, round(float(fits[place, s]), 4), said))
    return pl.DataFrame(rows, schema=COLUMNS, orient="row")


@dataclass(frozen=True)
class Table:
    """Fits for a plan: result × station and need × station by side, and what it takes to name a reason."""

    results: Mapping[str, int]
    needs: Mapping[str, int]
    stations: Mapping[Side, tuple[Station, ...]]
    of_results: Mapping[Side, Floats]
    of_needs: Mapping[Side, Floats]
    physical: npt.NDArray[np.bool_]
    marks: tuple[Marks, ...]
    able: Mapping[Side, tuple[Marks, ...]]

    def pairs(self, side: Side, needs: Sequence[str], results: Sequence[str]) -> Floats:
        """The fit of each (need, result) with each station of a side, shape (pairs, stations)."""
        n = [self.needs[i] for i in needs]
        a = [self.results[i] for i in results]
        both = (1 - NEED_SHARE) * _logit(self.of_results[side][a]) + NEED_SHARE * _logit(
            self.of_needs[side][n]
        )
        return 1 / (1 + np.exp(-both))

    def deploys(self, side: Side) -> npt.NDArray[np.bool_]:
        """Which stations of a side work with software: only they are options for a result that is no thing."""
        return np.array([deploys(m) for m in self.able[side]], dtype=np.bool_)

    def why(self, side: Side, result: str, place: int, lang: str = "zh") -> str:
        """The reasons of a result and the station at a place of its side."""
        return why(self.marks[self.results[result]], self.able[side][place], self.stations[side][place], lang)


def _logit(share: Floats) -> Floats:
    kept = np.clip(share, 1e-4, 1 - 1e-4)
    return np.log(kept / (1 - kept))


def fit_table(region: Region, encode: Encode | None = None) -> Table:
    """The fits of all results and needs of a Region with its bases and makers."""
    results = [job_of(r) for r in region["achievements"].drop_nulls("id").sort("id").to_dicts()]
    needs = [job_of(r) for r in region["needs"].drop_nulls("id").sort("id").to_dicts()]
    encode = encode or encoding()
    stations: dict[Side, tuple[Station, ...]] = {s: tuple(stations_of(region, s)) for s in SIDES}
    left: dict[Side, Floats] = {}
    right: dict[Side, Floats] = {}
    able: dict[Side, tuple[Marks, ...]] = {}
    for side, given in stations.items():
        left[side], able[side] = _fits(results, given, encode)
        right[side], _ = _fits(needs, given, encode)
    marks = tuple(marks_of_result(j.title, j.body, j.codes) for j in results)
    thing = np.array([physical(m, j.title) for m, j in zip(marks, results, strict=True)], dtype=np.bool_)
    return Table(_places(results), _places(needs), stations, left, right, thing, marks, able)


def _places(jobs: Sequence[Job]) -> dict[str, int]:
    return {j.id: i for i, j in enumerate(jobs)}


def _fits(
    jobs: Sequence[Job], stations: Sequence[Station], encode: Encode
) -> tuple[Floats, tuple[Marks, ...]]:
    if not jobs or not stations:
        return np.zeros((len(jobs), len(stations))), ()
    found = evidence(jobs, stations, encode)
    return fit_of(found.table), found.stations


def band(fit: float) -> str:
    """``strong``, ``fair``, ``weak`` or ``none``: the fit in words."""
    return "strong" if fit >= STRONG else "fair" if fit >= FAIR else "weak" if fit >= FLOOR else "none"


def damping(fit: Floats) -> Floats:
    """The share of a pilot's uplift that a fit lets through: all of it where it is strong, none below the floor."""
    return np.where(fit < FLOOR, 0.0, np.minimum(1.0, fit / STRONG))

"""Who buys technology from whom: an estimate, because no full matrix of technology contracts is published.

The matrix is fitted to published margins (sold and bought by place) and published cells by iterative proportional
fitting: cyclic I-projections (Deming and Stephan 1940; Csiszár 1975, Annals of Probability 3:146) of a gravity prior
distance^−θ with a preference for home. Neither θ nor the preference nor how far single pairs stray from such a law is
known, so all are drawn and every cell gets the interval that results: it shows what the margins leave open, not
sampling error. What is published stays published. What the nation sold and no province bought went abroad or is not
placed: a column of its own.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import polars as pl

from sanwang.engine.choose import engine_of
from sanwang.engine.port import Engine, run
from sanwang.errors import DataError
from sanwang.observatory.facts import published_flows
from sanwang.region.geography import EARTH_KM
from sanwang.standards.places import all_places

Floats = npt.NDArray[np.float64]
SOLD, BOUGHT, NATION, REST = "tech_contract_output", "tech_contract_absorption", "全国", "其余省份"
ABROAD = "境外及未列地区"
"""Where what no province bought went; nothing is sold from there."""
_BLOCK = 25
"""Draws a block holds."""
THETA = (0.3, 1.7)
"""Range of the distance exponent: assumed, around the mean of about 0.9 in trade (Disdier and Head 2008)."""
HOME = (1.0, 20.0)
"""Range of the preference for home (its logarithm is drawn evenly): assumed."""
NOISE = (0.5, 1.0)
"""Range of the standard deviation of the logarithm by which a pair strays from the law: assumed, as trade flows do."""
LEAN = (1.0, 30.0)
"""How much likelier than elsewhere a contract from Beijing goes abroad (its logarithm is drawn evenly): assumed. What
each province sells abroad is not published; most central contractors are seated there."""
CAPITAL = "北京市"


@dataclass(frozen=True)
class Cell:
    """A published sum of cells: from ``origin`` to all ``destinations``, in 亿元."""

    origin: str
    destinations: tuple[str, ...]
    value: float
    source: str


@dataclass(frozen=True)
class Contracts:
    """Flows of technology contracts in ``year`` between ``places``, 亿元: provinces, then the rest of the nation and
    what went abroad or to no place (``REST``, ``ABROAD``) where there are such.

    ``middle``, ``low``, ``high``: median and bounds of the draws (5 % and 95 %). ``fixed``: published cells used.
    ``error``: largest relative miss of a margin or cell over all draws. ``sources`` of the margins.
    """

    year: int
    places: tuple[str, ...]
    middle: Floats
    low: Floats
    high: Floats
    fixed: tuple[Cell, ...]
    error: float
    sources: tuple[str, ...]
    draws: Floats


@dataclass(frozen=True)
class Against:
    """A published cell beside what size and distance alone give it: expected (median) and its bounds, 亿元."""

    year: int
    cell: Cell
    expected: float
    low: float
    high: float


def published_cells(year: int) -> list[Cell]:
    """The published cells of a year."""
    rows = published_flows().filter((pl.col("year") == year) & (pl.col("factor") == "technology"))
    return [
        Cell(
            r["origin"],
            tuple(str(r["destination"]).split("+")),
            float(r["value"]),
            f"{r['source']}，{r['url']}",
        )
        for r in rows.to_dicts()
    ]


def contracts(
    facts: pl.DataFrame,
    year: int,
    use_cells: bool = True,
    draws: int = 200,
    seed: int = 0,
    engine: Engine | None = None,
) -> Contracts:
    """The matrix of a year between every province with both margins and the rest of the nation. Pure for a seed.

    Raises DataError where fewer than two provinces or the nation lack a margin of the year, where a margin is negative
    or the provinces exceed the nation, and where published cells contradict the margins.
    """
    places, sold, bought, sources = _margins(facts, year)
    abroad = places.index(ABROAD) if ABROAD in places else None
    cells = (
        [c for c in published_cells(year) if {c.origin, *c.destinations} <= set(places)] if use_cells else []
    )
    at = {p: n for n, p in enumerate(places)}
    fixed = [(at[c.origin], np.asarray([at[d] for d in c.destinations]), c.value) for c in cells]
    rng = np.random.default_rng(seed)
    near = _nearness(places)

    def prior() -> Floats:
        theta = rng.uniform(*THETA)
        home = float(np.exp(rng.uniform(*np.log(HOME))))
        made = near(theta, home) * np.exp(rng.uniform(*NOISE) * rng.standard_normal((len(places),) * 2))
        if abroad is not None:
            _send_abroad(made, abroad, at.get(CAPITAL), float(np.exp(rng.uniform(*np.log(LEAN)))))
        return made

    priors = [prior() for _ in range(draws)]
    blocks = [priors[i : i + _BLOCK] for i in range(0, draws, _BLOCK)]
    with engine_of(engine) as used:
        shared = used.share((sold, bought, fixed))
        told = [one for block in run(used, balanced, blocks, shared, label="draws 抽样") for one in block]
        used.drop(shared)
    found, worst = [m for m, _ in told], max((error for _, error in told), default=0.0)
    if worst > 1e-4:
        raise DataError(f"{year} 年公布的数与两端合计不相容 / published cells contradict the margins")
    every = np.asarray(found)
    low, middle, high = np.quantile(every, (0.05, 0.5, 0.95), axis=0)
    return Contracts(year, tuple(places), middle, low, high, tuple(cells), worst, sources, every)


def _send_abroad(prior: Floats, abroad: int, capital: int | None, lean: float) -> None:
    """Distance says nothing of what goes abroad; nothing comes from there."""
    prior[:, abroad] = prior[:, :abroad].mean()
    prior[abroad] = 0.0
    if capital is not None:
        prior[capital, abroad] *= lean


def against_size_and_distance(
    facts: pl.DataFrame, years: range, draws: int = 200, seed: int = 0, engine: Engine | None = None
) -> list[Against]:
    """Published cells beside what margins and the prior alone give them, for the years that have margins."""
    told: list[Against] = []
    for year in years:
        cells = published_cells(year)
        if not cells or not _has_margins(facts, year):
            continue
        free = contracts(facts, year, use_cells=False, draws=draws, seed=seed, engine=engine)
        for cell in cells:
            if {cell.origin, *cell.destinations} <= set(free.places):
                low, middle, high = np.quantile(
                    total(free, [cell.origin], list(cell.destinations)), (0.05, 0.5, 0.95)
                )
                told.append(Against(year, cell, float(middle), float(low), float(high)))
    return told


def total(found: Contracts, origins: list[str], destinations: list[str]) -> Floats:
    """The sum of a block of cells in every draw, 亿元."""
    rows = [found.places.index(p) for p in origins]
    columns = [found.places.index(p) for p in destinations]
    return found.draws[:, rows][:, :, columns].sum(axis=(1, 2))


def balanced(
    priors: list[Floats], given: tuple[Floats, Floats, list[tuple[int, npt.NDArray[np.int64], float]]]
) -> list[tuple[Floats, float]]:
    """``balance`` of some priors (a block of an engine)."""
    return [balance(prior, *given) for prior in priors]


def balance(
    prior: Floats, rows: Floats, columns: Floats, cells: list[tuple[int, npt.NDArray[np.int64], float]]
) -> tuple[Floats, float]:
    """The matrix nearest to ``prior`` (Kullback–Leibler) with these row and column sums and sums over cells (row,
    columns, value), and the largest relative miss left after at most 5,000 rounds."""
    matrix = prior * rows.sum() / prior.sum()
    error = np.inf
    for _ in range(5000):
        for i, j, value in cells:
            held = matrix[i, j].sum()
            matrix[i, j] *= value / held if held > 0 else 1.0
        sums = matrix.sum(axis=1)
        matrix *= np.divide(rows, sums, out=np.zeros_like(rows), where=sums > 0)[:, None]
        sums = matrix.sum(axis=0)
        matrix *= np.divide(columns, sums, out=np.zeros_like(columns), where=sums > 0)
        misses = [np.abs(matrix.sum(axis=1) - rows).max() / rows.max()]
        misses += [abs(matrix[i, j].sum() - value) / value for i, j, value in cells if value > 0]
        error = float(max(misses))
        if error < 1e-9:
            break
    return matrix, error


def _has_margins(facts: pl.DataFrame, year: int) -> bool:
    rows = facts.filter((pl.col("year") == year) & (pl.col("region") == NATION))
    return {SOLD, BOUGHT} <= set(rows["indicator"])


def _margins(facts: pl.DataFrame, year: int) -> tuple[list[str], Floats, Floats, tuple[str, ...]]:
    rows = facts.filter(
        (pl.col("year") == year) & pl.col("indicator").is_in([SOLD, BOUGHT]) & (pl.col("unit") == "亿元")
    ).unique(["region", "indicator"], keep="first", maintain_order=True)
    held = {(r["region"], r["indicator"]): float(r["value"]) for r in rows.to_dicts()}
    known = [p for p in provinces()["name"].to_list() if (p, SOLD) in held and (p, BOUGHT) in held]
    if (NATION, SOLD) not in held or (NATION, BOUGHT) not in held or len(known) < 2:
        raise DataError(
            f"{year} 年缺少全国或各省的技术合同输出额、吸纳额 / the year lacks contracts sold and bought"
        )
    sold = np.asarray([held[p, SOLD] for p in known])
    bought = np.asarray([held[p, BOUGHT] for p in known])
    # What the nation buys and sells is one sum; where two are published that differ, what is sold counts.
    nation = held[NATION, SOLD]
    every = provinces_bought().get(year)
    abroad, source = (max(0.0, nation - every[0]), every[1]) if every else (0.0, "")
    rest = np.asarray([nation - sold.sum(), nation - bought.sum() - abroad])
    if rest[0] < 0 or nation < bought.sum() or (sold < 0).any() or (bought < 0).any():
        raise DataError(f"{year} 年各省合计超过全国 / the provinces exceed the nation")
    sources = tuple(
        dict.fromkeys(f"{r['source']}，{r['url']}" if r["url"] else r["source"] for r in rows.to_dicts())
    )
    places = list(known)
    if len(known) < provinces().height:
        places, sold, bought = [*places, REST], np.append(sold, rest[0]), np.append(bought, max(0.0, rest[1]))
    if abroad > 0 and rest[1] >= 0:
        places, sold, bought = [*places, ABROAD], np.append(sold, 0.0), np.append(bought, abroad)
        sources = (*sources, source)
    return places, sold, bought, sources


@cache
def provinces_bought() -> dict[int, tuple[float, str]]:
    """What all provinces together bought in a year, 亿元, and where that is published."""
    text = (files("sanwang.observatory") / "data" / "provinces_bought.csv").read_text(encoding="utf-8")
    return {int(r["year"]): (float(r["value_yi"]), r["source"]) for r in csv.DictReader(text.splitlines())}


def provinces() -> pl.DataFrame:
    """The 31 provinces of the mainland: code, name, lat, lon."""
    rows = all_places().filter(
        (pl.col("level") == 1) & ~pl.col("code").str.slice(0, 2).is_in(["71", "81", "82"])
    )
    return rows.drop_nulls(["lat", "lon"]).select("code", "name", "lat", "lon")


@dataclass(frozen=True)
class _Nearness:
    """The prior for an exponent and a preference for home; the rest is the mean over its provinces."""

    km: Floats
    inside: list[npt.NDArray[np.int64]]

    def __call__(self, theta: float, home: float) -> Floats:
        each = self.km**-theta
        each = each + np.diag(np.diag(each) * (home - 1))
        return np.asarray([[each[np.ix_(a, b)].mean() for b in self.inside] for a in self.inside])


def _nearness(places: list[str]) -> _Nearness:
    frame = provinces()
    names = frame["name"].to_list()
    spots = np.radians(frame.select("lat", "lon").to_numpy())
    lat, lon = spots[:, 0], spots[:, 1]
    part = np.sin((lat[:, None] - lat) / 2) ** 2
    part = part + np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    km = 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(part, 0, 1)))
    np.fill_diagonal(km, np.inf)
    np.fill_diagonal(km, km.min(axis=1) / 4)  # Wei (1996): a quarter of the way to the nearest
    rest = np.asarray([n for n, name in enumerate(names) if name not in places], dtype=np.int64)
    if not rest.size:
        rest = np.arange(len(names))
    # Abroad stands nowhere; its entries are replaced.
    inside = [rest if p in (REST, ABROAD) else np.asarray([names.index(p)], dtype=np.int64) for p in places]
    return _Nearness(km, inside)

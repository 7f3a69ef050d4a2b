"""Which place is good at what, and what lies within its reach.

Location quotients are revealed comparative advantages (Balassa 1965); relatedness density follows Hidalgo et al.
(2007, Science 317:482), complexity Hidalgo and Hausmann (2009, PNAS 106:10570), all by econcomplex. Intervals are
percentiles over bootstrap samples of the counted items (Efron 1979).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from sanwang.collaboration.chains.chain import Chain
from sanwang.collaboration.chains.placing import Placing
from sanwang.errors import DataError, OptionError
from sanwang.region import Region
from sanwang.region.geography import actor_places

Floats = npt.NDArray[np.float64]

MEASURES = {"achievements": ("achievements",), "firms": ("actors", "makers"), "needs": ("needs",)}
"""What is counted → the placed tables it is counted from."""

STAGES = {"origin": ("achievements",), "conversion": ("bases",), "application": ("makers", "actors", "needs")}
"""Role in the triangle → the placed tables that show it: results, pilot bases, and firms that make or use."""

COUNTS = {"place": pl.String, "activity": pl.String, "count": pl.Float64}


@dataclass(frozen=True)
class Specialisation:
    """``cells``: place, activity, count, share of the place, lq with low and high (90 % interval), density (0…1: how
    much of what is related to the activity the place has), specialised (low above 1). ``places``: diversity and ECI
    (null where the table is too small for it). ``activities``: ubiquity and PCI. ``items`` is what was counted."""

    cells: pl.DataFrame
    places: pl.DataFrame
    activities: pl.DataFrame
    items: int

    def next_steps(self, place: str, top: int = 5) -> pl.DataFrame:
        """What a place is not specialised in yet, nearest first by density, then complexity."""
        rows = self.cells.filter((pl.col("place") == place) & (pl.col("lq") < 1))
        joined = rows.join(self.activities.select("activity", "pci"), on="activity", how="left")
        return joined.sort(
            ["density", "pci", "activity"], descending=[True, True, False], nulls_last=True
        ).head(top)


def specialisation(counts: pl.DataFrame, draws: int = 500, seed: int = 0) -> Specialisation:
    """Specialisation of places from counts (columns COUNTS). Raises DataError below two places or activities."""
    table = counts.group_by("place", "activity").agg(pl.col("count").sum()).filter(pl.col("count") > 0)
    places = sorted(table["place"].unique().to_list())
    activities = sorted(table["activity"].unique().to_list())
    if len(places) < 2 or len(activities) < 2:
        raise DataError("specialisation needs two places and two activities / 至少要有两个地点和两类活动")
    matrix = np.zeros((len(places), len(activities)))
    at, of = {p: n for n, p in enumerate(places)}, {a: n for n, a in enumerate(activities)}
    for place, activity, count in table.select("place", "activity", "count").iter_rows():
        matrix[at[place], of[activity]] = count
    lq = quotient(matrix)
    low, high = _interval(matrix, draws, seed)
    density = _density(matrix)
    eci, pci = _complexity(matrix)
    cells = pl.DataFrame(
        {
            "place": np.repeat(places, len(activities)),
            "activity": np.tile(activities, len(places)),
            "count": matrix.ravel(),
            "share": (matrix / matrix.sum(axis=1, keepdims=True)).ravel(),
            "lq": lq.ravel(),
            "low": low.ravel(),
            "high": high.ravel(),
            "density": density.ravel(),
        }
    ).with_columns((pl.col("low") > 1).alias("specialised"))
    has = lq >= 1
    return Specialisation(
        cells,
        pl.DataFrame(
            {"place": places, "items": matrix.sum(axis=1), "diversity": has.sum(axis=1), "eci": eci}
        ),
        pl.DataFrame(
            {"activity": activities, "items": matrix.sum(axis=0), "ubiquity": has.sum(axis=0), "pci": pci}
        ),
        int(matrix.sum()),
    )


def quotient(matrix: Floats) -> Floats:
    """Location quotients of a place x activity matrix; 0 where a place or an activity has nothing."""
    import econcomplex

    with np.errstate(divide="ignore", invalid="ignore"):
        found: Any = econcomplex.location_quotient(matrix)
    return np.nan_to_num(np.asarray(found, dtype=np.float64), nan=0.0, posinf=0.0)


def _interval(matrix: Floats, draws: int, seed: int) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    total = round(float(matrix.sum()))
    shares = matrix.ravel() / matrix.sum()
    samples = rng.multinomial(total, shares, size=draws).reshape(draws, *matrix.shape).astype(np.float64)
    inside = samples.sum(axis=2, keepdims=True)
    whole = samples.sum(axis=1, keepdims=True)
    expected = inside * whole / total
    quotients = np.divide(samples, expected, out=np.zeros_like(samples), where=expected > 0)
    low, high = np.percentile(quotients, [5, 95], axis=0)
    return low, high


def _density(matrix: Floats) -> Floats:
    import econcomplex

    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore")
        found: Any = econcomplex.relatedness_density(matrix)
    return np.nan_to_num(np.asarray(found, dtype=np.float64)) / 100


def _complexity(matrix: Floats) -> tuple[list[float | None], list[float | None]]:
    """ECI and PCI; null throughout where the table is too small or falls apart."""
    import econcomplex

    blank = [None] * matrix.shape[0], [None] * matrix.shape[1]
    if min(matrix.shape) < 3:
        return blank
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            eci, pci = econcomplex.eci_pci(matrix, trim=False)
    except (ValueError, np.linalg.LinAlgError):
        return blank
    return _known(np.asarray(eci)), _known(np.asarray(pci))


def _known(values: Floats) -> list[float | None]:
    return [float(v) if np.isfinite(v) else None for v in values]


def counted(
    region: Region, placing: Placing, measure: str = "achievements", by: str = "chain"
) -> pl.DataFrame:
    """Items by city and chain or link (columns COUNTS). An item at several links counts in equal parts.

    Raises OptionError for an unknown measure or ``by``.
    """
    if measure not in MEASURES or by not in ("chain", "link"):
        raise OptionError(f"measure is one of {', '.join(MEASURES)}; by is chain or link")
    return _by_city(region, placing.frame.filter(pl.col("kind").is_in(MEASURES[measure])), "city_name", by)


def triangle(
    region: Region, placing: Placing, chains: Iterable[Chain], draws: int = 500, seed: int = 0
) -> dict[str, Specialisation]:
    """By chain: which province is the origin, the place of conversion, of application, as measured by what stands
    there. Chains with fewer than two provinces or roles are left out."""
    names = dict(_provinces(region).iter_rows())
    found: dict[str, Specialisation] = {}
    for chain in chains:
        rows = placing.frame.filter(pl.col("chain") == chain.id)
        role = {kind: stage for stage, kinds in STAGES.items() for kind in kinds}
        rows = rows.with_columns(pl.col("kind").replace_strict(role, default=None).alias("role"))
        parts = [
            _by_city(region, rows.filter(pl.col("role") == stage), "province", "role") for stage in STAGES
        ]
        counts = pl.concat(parts).with_columns(pl.col("place").replace(names))
        if counts["place"].n_unique() > 1 and counts["activity"].n_unique() > 1:
            found[chain.id] = specialisation(counts, draws, seed)
    return found


def _provinces(region: Region) -> pl.DataFrame:
    from sanwang.standards.places import place

    codes = actor_places(region)["province"].drop_nulls().unique().to_list()
    return pl.DataFrame({"code": codes, "name": [p.name if (p := place(c)) else c for c in codes]})


def _by_city(region: Region, rows: pl.DataFrame, where: str, by: str) -> pl.DataFrame:
    """Counts of placed rows by their owner's place; needs by the actor that asks."""
    whose = {"achievements": "owner", "needs": "actor", "bases": "actor", "makers": "actor", "actors": "id"}
    owners = [
        region[k]
        .drop_nulls("id")
        .select(pl.lit(k).alias("kind"), pl.col("id").alias("item"), pl.col(who).alias("actor"))
        for k, who in whose.items()
    ]
    weighed = rows.with_columns((1 / pl.len().over("kind", "item")).alias("count"))
    placed = weighed.join(pl.concat(owners), on=["kind", "item"], how="left").join(
        actor_places(region).select("actor", pl.col(where).alias("place")), on="actor", how="left"
    )
    return (
        placed.drop_nulls("place")
        .group_by("place", pl.col(by).alias("activity"))
        .agg(pl.col("count").sum())
        .select(*COUNTS)
    )

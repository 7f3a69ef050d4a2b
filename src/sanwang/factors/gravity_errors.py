"""How sure a gravity estimate is: errors that hold with few places and heavy tails, and borders that are none.

Errors clustered by pair are too small where a few large places carry the estimate. Leaving out each place with all
its flows (the node jackknife) sees them, but leaves every pair out with either of its ends: pairs that stray
independently count twice, so its variance is halved. The larger of the two errors is given (benchmarks/gravity).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]
GROUPS = 30
"""Places are left out one by one, or in as many groups."""


def without_places(
    origin: npt.NDArray[np.str_], destination: npt.NDArray[np.str_]
) -> list[npt.NDArray[np.bool_]]:
    """The observations that stay when each place, or group of places, is left out."""
    places = np.unique(np.concatenate([origin, destination]))
    groups = min(GROUPS, places.size)
    of = {p: n % groups for n, p in enumerate(places.tolist())}
    left, right = (np.array([of[p] for p in side.tolist()]) for side in (origin, destination))
    return [(left != g) & (right != g) for g in range(groups)]


def jackknifed(found: Sequence[Mapping[str, float]], terms: Sequence[str]) -> dict[str, float | None]:
    """The error of each term from its estimates without each group of places (a term that could not be estimated is
    absent); None for a term that some places alone carry."""
    groups = len(found)
    errors: dict[str, float | None] = {}
    for term in terms:
        values = np.array([f[term] for f in found if term in f])
        spread = (groups - 1) / groups * float(((values - values.mean()) ** 2).sum()) if values.size else 0.0
        errors[term] = float(np.sqrt(spread / 2)) if values.size == groups else None
    return errors


def shuffled(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """A panel with the jurisdictions dealt anew among the places, as many to each as before."""
    inside = frame.filter(pl.col("border") == "").select("origin", "destination").unique(maintain_order=True)
    home: dict[str, str] = {p: p for p in sorted(set(frame["origin"]) | set(frame["destination"]))}

    def root(place: str) -> str:
        while home[place] != place:
            place = home[place]
        return place

    for a, b in inside.iter_rows():
        home[root(a)] = root(b)
    places = list(home)
    dealt = dict(zip(places, rng.permutation([root(p) for p in places]).tolist(), strict=True))
    side = [pl.col(c).replace_strict(dealt, return_dtype=pl.String) for c in ("origin", "destination")]
    crossing = pl.concat_str(pl.min_horizontal(*side), pl.max_horizontal(*side), separator="|")
    return frame.with_columns(
        pl.when(side[0] == side[1]).then(pl.lit("")).otherwise(crossing).alias("border")
    )

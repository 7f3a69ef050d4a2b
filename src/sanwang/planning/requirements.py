"""What stages take of factor services: the requirements of each pair, and the offers that can serve them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from sanwang.planning.arrays import Ints, Offers
from sanwang.planning.borders import Borders
from sanwang.planning.capacity import yearly
from sanwang.planning.station_lists import flat, numbers
from sanwang.region import Region

STAGES = ("development", "pilot", "production")
_OPEN = np.inf


def profiles_of(
    region: Region, achievements: pl.DataFrame, needs: pl.DataFrame, a: Ints, n: Ints
) -> tuple[Ints, list[list[dict[tuple[str, str], float]]]]:
    """Number of each pair's requirement profile, and by profile and stage the units of each factor class."""
    rows = region["requirements"].to_dicts()

    def masks(frame: pl.DataFrame) -> tuple[Ints, list[int]]:
        numbers: dict[int, int] = {}
        found = [
            numbers.setdefault(
                sum(
                    1 << i
                    for i, r in enumerate(rows)
                    if r["industry"] == "*" or any(c.startswith(r["industry"]) for c in codes or [])
                ),
                len(numbers),
            )
            for codes in frame["industries"].to_list()
        ]
        return np.array(found, np.int64), list(numbers)

    left, left_masks = masks(achievements)
    right, right_masks = masks(needs)
    if a.size == 0:
        return np.zeros(0, np.int64), []
    combos, inverse = np.unique(np.stack([left[a], right[n]]), axis=1, return_inverse=True)
    profiles: list[list[dict[tuple[str, str], float]]] = []
    for i, j in combos.T.tolist():
        mask = left_masks[i] | right_masks[j]
        stages: list[dict[tuple[str, str], float]] = [{} for _ in STAGES]
        for position, r in enumerate(rows):
            if mask >> position & 1 and (r["units"] or 0) > 0:
                stage = stages[STAGES.index(r["stage"])]
                key = (r["factor"], r["class"])
                stage[key] = max(stage.get(key, 0.0), r["units"])
        profiles.append(stages)
    return inverse.reshape(-1).astype(np.int64), profiles


def factor_offers(
    region: Region,
    walls: Borders,
    homes: Mapping[str | None, str | None],
    profiles: Sequence[Sequence[Mapping[tuple[str, str], float]]],
    years: range,
) -> tuple[Offers, Ints, Ints]:
    """Offers and items. A class that nobody offers is an item that nothing serves: it stops the routes that take it.
    Where the factors table is empty nothing is known of what is offered, and requirements are not judged."""
    frame = region["factors"].sort("id")
    by_class: dict[tuple[str, str], list[int]] = {}
    for row, (factor, name) in enumerate(frame.select("factor", "class").iter_rows()):
        by_class.setdefault((factor, name), []).append(row)
    items: dict[tuple[str, str, float], int] = {}
    members: list[list[int]] = []
    for stages in profiles:
        for stage in stages:
            wanted = [(f, c, u) for (f, c), u in sorted(stage.items()) if by_class]
            members.append([items.setdefault(item, len(items)) for item in wanted])
    start, listed = flat(members)
    place = np.array([walls.index.get(homes.get(x), 0) for x in frame["actor"].to_list()], np.int64)
    rates = np.zeros((frame.height, len(walls.index)))
    for factor in frame["factor"].unique().to_list():
        of = frame["factor"].eq(factor).to_numpy()
        rates[of] = walls.matrices(factor)[0][place[of]]
    offers = Offers(
        tuple(frame["id"].to_list()),
        numbers(frame["price"], 0.0),
        yearly(frame, years, _OPEN),
        place,
        rates,
        tuple(items),
        tuple(np.array(by_class.get((f, c), []), np.int64) for f, c, _ in items),
    )
    return offers, start, listed

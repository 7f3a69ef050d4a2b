"""What the bands of the estimated matrix of contracts are worth: true matrices drawn, their cells counted inside.

    python benchmarks/contracts/calibrate.py [--truths N]

A true matrix strays from distance^−θ with a preference for home by noise of a stated size, keeps the year's real
margins, and shows three of its sums as published. The bands are made as for the real ones, knowing margins and sums.
"""

from __future__ import annotations

import argparse
from unittest import mock

import numpy as np
import polars as pl

import sanwang.observatory.contracts as made
from sanwang.observatory.facts import shipped

YEAR, DRAWS = 2023, 200
SUMS = (("北京市", ("天津市", "河北省")), ("上海市", ("江苏省", "浙江省", "安徽省")))


def truth(noise: float, seed: int) -> made.Contracts:
    """One matrix, its noise fixed, everything else drawn as the estimate assumes."""
    with mock.patch.object(made, "NOISE", (noise, noise)):
        return made.contracts(shipped(), YEAR, use_cells=False, draws=1, seed=10_000 + seed)


def inside(noise: float, seed: int) -> tuple[int, int, int, int]:
    """Cells of provinces within the bands and all of them; the two sums within theirs when they are not known."""
    true = truth(noise, seed)
    at = {p: n for n, p in enumerate(true.places)}
    cells = [
        made.Cell(a, to, float(true.middle[at[a], [at[b] for b in to]].sum()), "drawn") for a, to in SUMS
    ]
    with mock.patch.object(made, "published_cells", lambda year: cells):
        band = made.contracts(shipped(), YEAR, draws=DRAWS, seed=seed)
    free = made.contracts(shipped(), YEAR, use_cells=False, draws=DRAWS, seed=seed)
    named = [n for n, p in enumerate(true.places) if p not in (made.REST, made.ABROAD)]
    block = np.ix_(named, named)
    hit = (band.low[block] <= true.middle[block]) & (true.middle[block] <= band.high[block])
    sums = 0
    for cell in cells:
        low, high = np.quantile(made.total(free, [cell.origin], list(cell.destinations)), (0.05, 0.95))
        sums += low <= cell.value <= high
    return int(hit.sum()), hit.size, int(sums), len(cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truths", type=int, default=40)
    given = parser.parse_args()
    print("| noise of the truth | cells in their 90 % band | sums in theirs, not known |")
    print("|---|---|---|")
    for noise in (0.0, 0.5, 0.75, 1.0, 1.5):
        found = pl.DataFrame([inside(noise, s) for s in range(given.truths)], orient="row").sum().row(0)
        print(f"| {noise} | {found[0] / found[1]:.0%} | {found[2] / found[3]:.0%} |", flush=True)


if __name__ == "__main__":
    main()

"""Two judges' sheets, and what happened since, into one file of grades.

    python benchmarks/match/judge/agree.py judge-a.csv judge-b.csv -o qrels.csv [--region REGION]

A pair's grade is the mean of the two, rounded down; one that only one judge read is left out, and counted. With
``--region`` the Region's outcomes and decisions are added for pairs that no judge read: a deal is 3, a technical fit or
an acceptance 2, a rejection or a failure 0; where they disagree the pair is left out, and counted.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from pairs import read_sheet

from sanwang.region import Region
from sanwang.sources.atomic import atomic_path

Pair = tuple[str, str]
Grades = Mapping[Pair, int]

HAPPENED = {"deal": 3, "fit": 2, "accept": 2, "pin": 2, "reject": 0, "none": 0}
"""Grade of an outcome's result or a decision's verdict; any other says nothing of the fit."""


@dataclass(frozen=True)
class Agreement:
    """How far two judges agree: pairs read by both, the share of equal grades, and kappa with quadratic weights
    (Cohen 1968); nan where it is not defined."""

    pairs: int
    same: float
    kappa: float


def grades_of(frame: pl.DataFrame) -> dict[Pair, int]:
    """The grades of a sheet. Raises SystemExit for one that is none."""
    found: dict[Pair, int] = {}
    for need, achievement, grade in frame.select("need", "achievement", "grade").iter_rows():
        if not grade.strip():
            continue
        if grade.strip() not in ("0", "1", "2", "3"):
            raise SystemExit(f"{need}, {achievement}: grade {grade!r}; 0, 1, 2 or 3 is wanted")
        found[need, achievement] = int(grade)
    return found


def agreement(first: Grades, second: Grades) -> Agreement:
    """How far two judges agree on the pairs that both read."""
    both = sorted(first.keys() & second.keys())
    if not both:
        return Agreement(0, float("nan"), float("nan"))
    a, b = (np.array([g[p] for p in both]) for g in (first, second))
    seen = ((a - b) ** 2).mean()
    chance = ((a[:, None] - b[None, :]) ** 2).mean()
    return Agreement(len(both), float((a == b).mean()), float(1 - seen / chance) if chance else float("nan"))


def joined(first: Grades, second: Grades) -> dict[Pair, int]:
    """The mean grade, rounded down, of pairs that both read."""
    return {p: (first[p] + second[p]) // 2 for p in sorted(first.keys() & second.keys())}


def happened(region: Region) -> tuple[dict[Pair, int], int]:
    """Grades from outcomes and decisions, and how many pairs are left out because these disagree."""
    found: dict[Pair, set[int]] = {}
    rows = list(region["outcomes"].select("need", "achievement", "result").drop_nulls().iter_rows())
    if "decisions" in region.tables and region.has("decisions"):
        decided = region["decisions"].select("subject", "other", "verdict").drop_nulls().rows()
        needs = set(region["needs"]["id"].to_list())
        rows += [(s, o, v) if s in needs else (o, s, v) for s, o, v in decided]
    for need, achievement, result in rows:
        if result in HAPPENED:
            found.setdefault((need, achievement), set()).add(HAPPENED[result])
    clear = {p: g.pop() for p, g in found.items() if len(g) == 1}
    return clear, len(found) - len(clear)


def main() -> None:
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("first", type=Path)
    said.add_argument("second", type=Path)
    said.add_argument("-o", "--out", type=Path, required=True)
    said.add_argument("--region", type=Path)
    given = said.parse_args()
    one, two = (grades_of(read_sheet(p)) for p in (given.first, given.second))
    found = joined(one, two)
    told = agreement(one, two)
    print(f"{told.pairs} 对两人都读 read by both, 相同 same {told.same:.1%}, kappa {told.kappa:.3f}")
    print(f"{len(one.keys() ^ two.keys())} 对只有一人读，未收 read by one only, left out")
    if given.region:
        more, torn = happened(Region.open(given.region))
        found = {**more, **found}
        print(
            f"{len(more)} 对来自结果与决定 from outcomes and decisions; {torn} 对矛盾，未收 contradict, left out"
        )
    rows = [(need, achievement, grade) for (need, achievement), grade in sorted(found.items())]
    with atomic_path(given.out) as temporary:
        pl.DataFrame(rows, schema=["need", "achievement", "grade"], orient="row").write_csv(temporary)
    print(f"{given.out}: {len(rows)} 对 pairs")


if __name__ == "__main__":
    main()

"""What share of judged pairs is useful, by band of their score: the source of the plan's priors.

    python benchmarks/match/bands.py SET [--first 5]

SET is a folder with needs.csv, achievements.csv and qrels.csv. Intervals are Wilson's (1927), 90 %.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from labelled import read_set

from sanwang.collaboration.bands import band
from sanwang.collaboration.match import match
from sanwang.region import Region

USEFUL, Z = 2, 1.645


def wilson(successes: int, rows: int) -> tuple[float, float]:
    share, room = successes / rows, Z * Z / rows
    middle = (share + room / 2) / (1 + room)
    half = Z * math.sqrt(share * (1 - share) / rows + room / (4 * rows)) / (1 + room)
    return middle - half, middle + half


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("set", type=Path)
    parser.add_argument("--first", type=int, default=5)
    given = parser.parse_args()
    known = read_set(given.set, within=False)
    region = Region.of(needs=known.needs, achievements=known.achievements)
    found = match(region, k=given.first, explain=False).frame
    counts: dict[str, list[int]] = {}
    for need, achievement, score in found.select("need", "achievement", "score").iter_rows():
        counts.setdefault(band(score), []).append(known.grades.get(need, {}).get(achievement, 0) >= USEFUL)
    print("| band | pairs | useful | share, 90 % interval |\n|---|---|---|---|")
    for name in ("strong", "fair", "weak", "none"):
        rows = counts.get(name, [])
        if rows:
            low, high = wilson(sum(rows), len(rows))
            print(
                f"| {name} | {len(rows)} | {sum(rows)} | {sum(rows) / len(rows):.2f} ({low:.2f}–{high:.2f}) |"
            )


if __name__ == "__main__":
    main()

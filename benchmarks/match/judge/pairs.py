"""Which pairs to judge, and the sheet a judge fills in: pooled from several rankings, shuffled, blind.

    python benchmarks/match/judge/pairs.py REGION -o judge-a.csv [--other ranking.csv ...] [--deep 8] [--seed 1]

The pool of a need is the first ``deep`` of every ranking: Sanwang's, BM25's, and any csv with need, achievement and
rank. The sheet says neither which ranking a pair comes from nor its place. A sheet that is there keeps its grades;
new pairs are added behind them. Two judges take two sheets, made with two seeds.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from sanwang.region import Region
from sanwang.sources.atomic import atomic_path

COLUMNS = ("need", "achievement", "need_title", "need_text", "title", "abstract", "grade", "remark")
SHOWN = 600
"""Characters of a text that the sheet shows."""

RULE = (
    "3 解决需求 solves it · 2 解决关键部分，或经常规工程改造可用 solves an essential part or could be adapted · "
    "1 同一对象或工艺，目的不同 same object or process, other purpose · 0 无关 no"
)

Ranking = Mapping[str, Sequence[str]]


def pooled(rankings: Iterable[Ranking], deep: int) -> dict[str, list[str]]:
    """The first ``deep`` achievements of every ranking, by need, each once, in the order of their ids."""
    found: dict[str, set[str]] = {}
    for ranking in rankings:
        for need, names in ranking.items():
            found.setdefault(need, set()).update(names[:deep])
    return {need: sorted(names) for need, names in sorted(found.items())}


def read_ranking(path: Path) -> dict[str, list[str]]:
    """A ranking made anywhere: a csv with need, achievement, rank."""
    frame = (
        pl.read_csv(path, infer_schema=False).with_columns(pl.col("rank").cast(pl.Int64)).sort("need", "rank")
    )
    return {str(n[0]): g["achievement"].to_list() for n, g in frame.group_by("need", maintain_order=True)}


def sheet(region: Region, pool: Mapping[str, Sequence[str]], seed: int) -> pl.DataFrame:
    """The pairs of the pool with both texts, needs together in a random order, achievements shuffled within each."""
    rng = np.random.default_rng(seed)
    needs = {r["id"]: r for r in region["needs"].to_dicts()}
    achievements = {r["id"]: r for r in region["achievements"].to_dicts()}
    rows: list[dict[str, str]] = []
    for place in rng.permutation(len(pool)).tolist():
        need = list(pool)[place]
        for name in rng.permutation(np.array(pool[need], dtype=object)).tolist():
            asked, offered = needs[need], achievements[name]
            rows.append(
                {
                    "need": need,
                    "achievement": name,
                    "need_title": asked["title"] or "",
                    "need_text": (asked["text"] or "")[:SHOWN],
                    "title": offered["title"] or "",
                    "abstract": (offered["abstract"] or "")[:SHOWN],
                    "grade": "",
                    "remark": "",
                }
            )
    return pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String))


def resumed(fresh: pl.DataFrame, before: pl.DataFrame | None) -> pl.DataFrame:
    """The sheet with what a judge has already written first and as it was, then the pairs that are new."""
    if before is None:
        return fresh
    return pl.concat([before.select(COLUMNS), fresh.join(before, on=["need", "achievement"], how="anti")])


def read_sheet(path: Path) -> pl.DataFrame:
    """A sheet as a judge left it, without the apostrophes that keep a spreadsheet from seeing formulas."""
    frame = pl.read_csv(path, infer_schema=False).select(COLUMNS).with_columns(pl.all().fill_null(""))
    return frame.with_columns(pl.all().str.replace(r"^'([=+\-@])", "$1"))


def write_sheet(frame: pl.DataFrame, path: Path) -> None:
    """Write a sheet whole or not at all; no cell starts a formula."""
    texts = pl.all()
    safe = pl.when(texts.str.contains(r"^[=+\-@\t\r]")).then("'" + texts).otherwise(texts).name.keep()
    with atomic_path(path) as temporary:
        frame.with_columns(safe).write_csv(temporary, include_bom=True)


def main() -> None:
    from systems import bm25_of, ours_of

    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("region", type=Path)
    said.add_argument("-o", "--out", type=Path, required=True)
    said.add_argument("--other", type=Path, nargs="*", default=[])
    said.add_argument("--deep", type=int, default=8)
    said.add_argument("--seed", type=int, default=1)
    given = said.parse_args()
    region = Region.open(given.region)
    rankings = [ours_of(region, given.deep), bm25_of(region, given.deep), *map(read_ranking, given.other)]
    fresh = sheet(region, pooled(rankings, given.deep), given.seed)
    made = resumed(fresh, read_sheet(given.out) if given.out.exists() else None)
    write_sheet(made, given.out)
    left = made.filter(pl.col("grade") == "").height
    print(f"{given.out}: {made.height} 对 pairs, {left} 对待判 to judge\n{RULE}")


if __name__ == "__main__":
    import sys

    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    main()

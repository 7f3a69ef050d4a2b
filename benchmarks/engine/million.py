"""A million results encoded and indexed from one Parquet file, then ten thousand needs matched with all of them.

    python benchmarks/engine/million.py patents.csv needs.csv FOLDER [--results 1000000] [--asked 10000]

Titles and abstracts are halves of real ones joined, so that words and lengths are real and no two are alike. An index
that is there already is kept: what it lacks is added. Needs are joined in the same way. Everything goes through the
commands' own functions: ``Index.update_streamed`` and ``Index.match``.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path

import numpy as np
import polars as pl

from sanwang.collaboration.index import Index
from sanwang.engine.local import Local
from sanwang.engine.tables import batches

PART = 20_000
LENGTH = 30
"""Characters of a made abstract: lists as people keep them have a title and a line."""


def results(path: Path, size: int) -> pl.DataFrame:
    """Results of which no two are alike: a title and a line each."""
    rows = pl.read_csv(path, infer_schema=False).with_columns(pl.all().fill_null(""))
    titles, bodies = rows["title"].to_list(), rows["abstract"].to_list()
    draw = np.random.default_rng(5).integers(0, len(rows), (size, 4)).tolist()
    half = LENGTH // 2
    return pl.DataFrame(
        {
            "id": [f"R{i}" for i in range(size)],
            "title": [
                titles[a][: len(titles[a]) // 2] + titles[b][len(titles[b]) // 2 :] for a, b, _, _ in draw
            ],
            "abstract": [bodies[a][:half] + bodies[b][-half:] for _, _, a, b in draw],
        }
    )


def needs_of(path: Path, size: int) -> pl.DataFrame:
    """Needs of which no two are alike: the title of one, the first half of another's text and the last of a third's."""
    rows = pl.read_csv(path, infer_schema=False).with_columns(pl.all().fill_null("")).select("title", "text")
    said = [(t, x) for t, x in rows.rows() if len(t + x) > 20]
    draw = np.random.default_rng(6).integers(0, len(said), (size, 3)).tolist()
    return pl.DataFrame(
        {
            "id": [f"N{i}" for i in range(size)],
            "title": [said[a][0] for a, _, _ in draw],
            "text": [
                said[b][1][: len(said[b][1]) // 2] + said[c][1][len(said[c][1]) // 2 :] for _, b, c in draw
            ],
        }
    )


def timed(what, work):
    """What the work gives; its seconds, processor seconds and the peak memory so far are printed as a row."""
    began, used = time.perf_counter(), time.process_time()
    found = work()
    seconds, used = time.perf_counter() - began, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"| {what} | {seconds:,.0f} | {used:,.0f} | {peak:.1f} |", flush=True)
    return found


def main() -> None:
    reads = argparse.ArgumentParser(description=__doc__)
    reads.add_argument("patents", type=Path)
    reads.add_argument("needs", type=Path, metavar="needs.csv")
    reads.add_argument("folder", type=Path)
    reads.add_argument("--results", type=int, default=1_000_000)
    reads.add_argument("--asked", type=int, default=10_000, help="needs")
    given = reads.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    file = given.folder / "results.parquet"
    if not file.exists():
        results(given.patents, given.results).write_parquet(file, row_group_size=PART)
    index = Index(given.folder / "index")
    print("| work | seconds | processor, s | peak GB |\n|---|---|---|---|", flush=True)
    with Local() as engine:
        if len(index) < given.results:
            timed(
                f"{given.results:,} results indexed",
                lambda: index.update_streamed(batches(file, PART), engine),
            )
        asked = needs_of(given.needs, given.asked)
        found = timed(f"{given.asked:,} needs matched", lambda: index.match(asked, 20, engine))
    assert found.height == given.asked * 20
    found.write_parquet(given.folder / "found.parquet")
    some = [time_of(index, text) for text in asked["text"].to_list()[:30]]
    print(f"one need searched for: {np.median(some) * 1000:.0f} ms (median of 30)")


def time_of(index: Index, text: str) -> float:
    """Seconds of one search."""
    began = time.perf_counter()
    index.search(text or "空", 20)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()

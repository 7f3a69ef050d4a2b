"""What a person decided about pairs: kept in a csv beside the table, never made by the software."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from sanwang.errors import InputError
from sanwang.sources.atomic import atomic_path
from sanwang.study.cells import guarded, unguarded

COLUMNS = {
    "kind": pl.String,
    "a": pl.String,
    "b": pl.String,
    "score": pl.Float64,
    "reason": pl.String,
    "title_a": pl.String,
    "title_b": pl.String,
    "decision": pl.String,
}
"""Pairs: the table, two ids, how alike (0…1, an order and not a probability), why, names, and a person's decision."""


def read_decisions(path: Path) -> dict[tuple[str, str, str], str]:
    """Decisions by (kind, a, b), empty where there is no file. Raises InputError where it cannot be read."""
    if not path.exists():
        return {}
    try:
        frame = pl.read_csv(path, infer_schema=False)
        rows = frame.select("kind", "a", "b", "decision").drop_nulls().rows()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(f"{path}: no table of decisions ({error}) / 不是决定表") from error
    return {_key(kind, unguarded(a), unguarded(b)): d.strip() for kind, a, b, d in rows if d.strip()}


def _key(kind: str, a: str, b: str) -> tuple[str, str, str]:
    return (kind, min(a, b), max(a, b))


def write_pairs(pairs: pl.DataFrame, path: Path) -> int:
    """Write pairs for a person to decide on, keeping decisions already in the file. Returns how many are open.

    A decided pair stays in the file even if it is no longer found.
    """
    known = read_decisions(path)
    old = pl.read_csv(path, infer_schema=False) if path.exists() else None
    found = [_key(*r) for r in pairs.select("kind", "a", "b").iter_rows()]
    decided = [known.get(key, "") for key in found]
    table = pairs.with_columns(pl.Series("decision", decided, dtype=pl.String)).select(*COLUMNS)
    if old is not None:
        kept = [
            r
            for r in old.to_dicts()
            if r["decision"] and _key(r["kind"], unguarded(r["a"]), unguarded(r["b"])) not in found
        ]
        bare = [
            {**r, "a": unguarded(r["a"]), "b": unguarded(r["b"]), "score": float(r["score"])} for r in kept
        ]
        table = pl.concat([table, pl.DataFrame(bare, schema=COLUMNS)])
    with atomic_path(path) as temporary:
        guarded(table.select(*COLUMNS)).write_csv(temporary, include_bom=True)
    return decided.count("")

"""Industry and product graphs as others publish them: dated triples extracted from news, upstream counts, listed firms.

Such graphs are dirty: duplicates, an industry upstream of itself, pairs said in both directions. Nothing is dropped
silently: what is left out is counted by reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from sanwang.errors import InputError

TRIPLES = {"head": pl.String, "relation": pl.String, "tail": pl.String, "date": pl.Date}
EDGES = {"upstream": pl.String, "downstream": pl.String, "count": pl.Int64}
FIRMS = {"firm": pl.String, "code": pl.String, "industry": pl.String}


@dataclass(frozen=True)
class IndustryGraph:
    """Edges (columns EDGES: how often a source says so), firms (FIRMS), and rows left out by reason."""

    edges: pl.DataFrame
    firms: pl.DataFrame
    left_out: Mapping[str, int] = field(default_factory=dict)


def read_triples(path: Path) -> tuple[pl.DataFrame, dict[str, int]]:
    """Triples (columns TRIPLES) of a csv with head, relation, tail and date, and what was left out by reason.

    Raises InputError where the file has other columns or cannot be read.
    """
    try:
        raw = pl.read_csv(path, infer_schema=False, encoding="utf8")
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(f"{path}: {error}") from error
    if missing := [c for c in TRIPLES if c not in raw.columns]:
        raise InputError(f"{path}: 缺少列 {', '.join(missing)} / columns are missing")
    frame = raw.select(
        *(pl.col(c).str.strip_chars() for c in ("head", "relation", "tail")),
        pl.col("date").str.to_date("%Y-%m-%d", strict=False),
    )
    blank = pl.any_horizontal(pl.col("head", "relation", "tail").fill_null("") == "")
    left = {
        "blank": frame.filter(blank).height,
        "no_date": frame.filter(~blank & pl.col("date").is_null()).height,
        "itself": frame.filter(~blank & (pl.col("head") == pl.col("tail"))).height,
    }
    kept = frame.filter(~blank & (pl.col("head") != pl.col("tail")))
    once = kept.unique(["head", "relation", "tail"], keep="first", maintain_order=True)
    left["repeated"] = kept.height - once.height
    return once, left


def upstream_of(triples: pl.DataFrame, relation: str = "上游于") -> IndustryGraph:
    """Edges of one relation. A pair said in both directions keeps neither."""
    pairs = triples.filter(pl.col("relation") == relation).group_by("head", "tail").len("count")
    both = pairs.join(pairs, left_on=["head", "tail"], right_on=["tail", "head"], how="semi")
    kept = pairs.join(both, on=["head", "tail"], how="anti").sort("head", "tail")
    edges = kept.select(
        pl.col("head").alias("upstream"), pl.col("tail").alias("downstream"), pl.col("count").cast(pl.Int64)
    )
    return IndustryGraph(edges, pl.DataFrame(schema=FIRMS), {"both_directions": both.height})


def read_upstream(path: Path, firms: Path | None = None) -> IndustryGraph:
    """Edges from JSON lines ``{"industry": …, "ups": {upstream: count}}`` and firms from lines with company and
    industry names. Raises InputError with the line that cannot be read."""
    counts: dict[tuple[str, str], int] = {}
    left = {"itself": 0, "both_directions": 0}
    for row in _lines(path, "industry", "ups"):
        for name, count in row["ups"].items():
            if name == row["industry"]:
                left["itself"] += 1
            else:
                counts[name, row["industry"]] = counts.get((name, row["industry"]), 0) + int(count)
    both = {p for p in counts if (p[1], p[0]) in counts and counts[p] <= counts[p[1], p[0]]}
    left["both_directions"] = len(both)
    rows = [(a, b, n) for (a, b), n in sorted(counts.items()) if (a, b) not in both]
    listed = [] if firms is None else list(_lines(firms, "company_name", "industry_name"))
    table = [(r["company_name"], r.get("company_code"), r["industry_name"]) for r in listed]
    return IndustryGraph(
        pl.DataFrame(rows, schema=EDGES, orient="row"), pl.DataFrame(table, schema=FIRMS, orient="row"), left
    )


def _lines(path: Path, *needed: str) -> Iterator[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    row: Any = json.loads(line)
                    if not isinstance(row, dict) or any(k not in row for k in needed):
                        raise InputError(f"{path} 第{number}行: 应有 {', '.join(needed)} / keys are missing")
                    yield row
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError(f"{path}: {error}") from error

"""What matching gives: a frame of ranked pairs with reasons."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

import polars as pl

from sanwang.sources.atomic import atomic_path

COLUMNS = {
    "need": pl.String,
    "achievement": pl.String,
    "rank": pl.Int64,
    "score": pl.Float64,
    "reasons": pl.String,
}
_FORMULA = r"^[=+\-@\t\r]"


@dataclass(frozen=True)
class Matches:
    """Ranked pairs: need, achievement, rank (from 1), score (0…1, an order and not a probability), reasons."""

    frame: pl.DataFrame
    encoder: str
    notices: tuple[str, ...]
    seconds: float

    @staticmethod
    def empty() -> pl.DataFrame:
        """A frame of pairs without a pair."""
        return pl.DataFrame(schema=COLUMNS)

    def to_csv(self, path: str | Path) -> None:
        """Write ``need,achievement,rank,score,reasons`` as UTF-8; reasons never start a formula."""
        reasons = pl.col("reasons")
        safe = pl.when(reasons.str.contains(_FORMULA)).then("'" + reasons).otherwise(reasons)
        with atomic_path(path) as temporary:
            self.frame.select(*list(COLUMNS)[:4], safe.alias("reasons")).write_csv(temporary)

    def _repr_html_(self) -> str:
        heads = "".join(f"<th>{c}</th>" for c in COLUMNS)
        rows = "".join(
            "<tr>" + "".join(f"<td>{escape(str(v))}</td>" for v in row) + "</tr>"
            for row in self.frame.head(20).iter_rows()
        )
        return f"<table><tr>{heads}</tr>{rows}</table>"

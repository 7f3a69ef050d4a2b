"""What matching gives: a frame of ranked pairs with reasons."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import polars as pl

from sanwang.collaboration.judging import Judged
from sanwang.sources.atomic import atomic_path
from sanwang.study.cells import guarded

COLUMNS = {
    "need": pl.String,
    "achievement": pl.String,
    "rank": pl.Int64,
    "score": pl.Float64,
    "reasons": pl.String,
}
SURE = {"need": pl.String, "achievement": pl.String, "right": pl.Float64, "holds": pl.Float64}
"""Of each matched pair the chance that it is right, and of its need the chance that the pool holds anything right."""


@dataclass(frozen=True)
class Matches:
    """Ranked pairs: need, achievement, rank (from 1), score (0…1, an order and not a probability), reasons.

    ``sure`` has the columns ``SURE``, from coefficients fitted on judged pairs that are not the user's (see
    ``sureness``); it has no row where the encoder is not the one they were fitted with.
    """

    frame: pl.DataFrame
    encoder: str
    notices: tuple[str, ...]
    seconds: float
    sure: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SURE))
    judged: Judged | None = None
    """What an outside judge said, where one was named."""

    @staticmethod
    def empty() -> pl.DataFrame:
        """A frame of pairs without a pair."""
        return pl.DataFrame(schema=COLUMNS)

    def to_csv(self, path: str | Path) -> None:
        """Write ``need,achievement,rank,score,reasons`` as UTF-8; reasons never start a formula."""
        with atomic_path(path) as temporary:
            guarded(self.frame.select(*COLUMNS)).write_csv(temporary)

    def _repr_html_(self) -> str:
        heads = "".join(f"<th>{c}</th>" for c in COLUMNS)
        rows = "".join(
            "<tr>" + "".join(f"<td>{escape(str(v))}</td>" for v in row) + "</tr>"
            for row in self.frame.head(20).iter_rows()
        )
        return f"<table><tr>{heads}</tr>{rows}</table>"

"""Pairs of rows that may be one, for a person to decide on."""

from __future__ import annotations

import polars as pl

from sanwang.schema import KINDS
from sanwang.study.shown import Shown
from sanwang.study.table import Table, column
from sanwang.study.words import say


def pairs_shown(name: str, found: pl.DataFrame, lang: str) -> Shown:
    """The pairs as one table; decisions already written in its csv are kept."""
    kinds = {k: KINDS[k].label(lang) for k in found["kind"].unique().to_list() if k in KINDS}
    frame = found.with_columns(pl.col("kind").replace(kinds))
    columns = (
        column("kind", "text", lang), column("a", "id", lang), column("title_a", "long", lang),
        column("b", "id", lang), column("title_b", "long", lang), column("likeness", "score", lang),
        column("reason", "long", lang),
    )  # fmt: skip
    table = Table(name, say(f"{name}_title", lang), frame.rename({"score": "likeness"}), columns, data=found,
                  writer="sanwang.collaboration.decisions:write_pairs")  # fmt: skip
    return Shown(say(f"{name}_title", lang), [say(f"{name}_said", lang, pairs=found.height)], [table],
                 notes=[say("pairs_note", lang)])  # fmt: skip

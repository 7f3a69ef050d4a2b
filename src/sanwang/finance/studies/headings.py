"""Tables of the finance studies whose headings stand beside them: key, style, Chinese, English."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from sanwang.region import Region
from sanwang.study.drawing import Drawing
from sanwang.study.table import Column, Style

Heading = tuple[str, Style, str, str]


def titled(headings: tuple[Heading, ...], lang: str) -> tuple[Column, ...]:
    """Columns from (key, style, Chinese, English)."""
    return tuple(Column(k, zh if lang == "zh" else en, style) for k, style, zh, en in headings)


def with_names(frame: pl.DataFrame, region: Region, actor: str = "actor") -> pl.DataFrame:
    """The frame with the actor's ``name``."""
    names = region["actors"].select(pl.col("id").alias(actor), "name").unique(actor, keep="first")
    return frame.join(names, on=actor, how="left", maintain_order="left")


def name_of(region: Region, actor: str) -> str:
    """The name of a firm; its id where it has none."""
    found = region["actors"].filter(pl.col("id") == actor)["name"].to_list()
    return str(found[0]) if found and found[0] else actor


def barred(
    name: str, heading: str, lines: Sequence[tuple[str, float, str]], about: str = ""
) -> list[Drawing]:
    """A drawing of bars (label, size, words), where there are any."""
    if not lines:
        return []
    return [Drawing(name, heading, "sanwang.report.bars:bars", {"lines": list(lines)}, about, wide=False)]

"""Specifications declared as a study: needs as figures, constraints and questions that a person may edit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import polars as pl

from sanwang.collaboration import specification
from sanwang.collaboration.specification import Specification
from sanwang.errors import DataError
from sanwang.region import Region
from sanwang.study.declare import study
from sanwang.study.option import Option
from sanwang.study.shown import Shown
from sanwang.study.table import Table, column, field_column
from sanwang.study.words import say, word

Specifications = tuple[Specification, ...]


def shown(found: Specifications, region: Region, lang: str) -> Shown:
    """Figures with their bounds, and the questions to ask."""
    figures, asked = sum(len(s.metrics) for s in found), sum(len(s.questions) for s in found)
    said = say("specify_said", lang, needs=len(found), figures=figures, questions=asked)
    return Shown(say("specify_title", lang), [said], [_metrics(found, lang), _needs(found, lang)],
                 notes=[say("specify_note", lang)])  # fmt: skip


def _metrics(found: Specifications, lang: str) -> Table:
    keys = ("need", "quote", "property", "object", "role", "low", "high", "unit")
    types = {k: pl.Float64 if k in ("low", "high") else pl.String for k in keys}
    rows = [
        {"need": s.need, **{k: f.get(k) for k in keys[1:]}} for s in found for f in s.to_dict()["figures"]
    ]
    frame = pl.DataFrame(rows, schema=types)
    words = {r: word("roles_of_figures", r, lang) for r in frame["role"].drop_nulls().unique().to_list()}
    named = frame.rename({"low": "low_bound", "high": "high_bound"}).with_columns(
        pl.col("role").replace(words)
    )
    columns = (
        field_column("needs", "id", "need", "id", lang),
        column("quote", "long", lang), column("property", "text", lang), column("object", "text", lang),
        column("role", "text", lang), column("low_bound", "real", lang), column("high_bound", "real", lang),
        column("unit", "text", lang),
    )  # fmt: skip
    return Table("metrics", say("specify_metrics", lang), named, columns, data=frame)


def _needs(found: Specifications, lang: str) -> Table:
    between = "\n"
    rows = [
        {"need": s.need, "object": s.object, "problem": between.join(s.problem),
         "constraints": between.join(s.constraints), "unclear": "、".join(s.unclear),
         "questions": between.join(s.questions)}
        for s in found
    ]  # fmt: skip
    keys = ("need", "object", "problem", "constraints", "unclear", "questions")
    frame = pl.DataFrame(rows, schema=dict.fromkeys(keys, pl.String))
    columns = (field_column("needs", "id", "need", "id", lang), *(column(k, "long", lang) for k in keys[1:]))
    return Table("specifications", say("specify_title", lang), frame, columns)


def data(found: Specifications, region: Region) -> dict[str, object]:
    """A specification a need: its wishes (``metrics``) and every figure with quote, bounds, unit and role."""
    return {"needs": [s.to_dict() for s in found]}


def files(
    found: Specifications, region: Region, folder: Path, options: Mapping[str, object], lang: str
) -> list[Path]:
    """A TOML file a need, to edit and to read back."""
    return [p for p in specification.write_specifications(found, folder) if p.suffix == ".toml"]


@study("specify", show=shown, data=data, files=files, source=True)
def specify(
    region: Region,
    *,
    text: Annotated[str | None, Option("直接输入一条需求", "a need in words")] = None,
    lang: str = "zh",
) -> Specifications:
    """Each need as a specification: object, problem, figures with bounds, constraints, what is unclear, what to ask.

    By rules and offline; every sentence and figure is quoted from the need. Raises DataError where there is no need.
    """
    if text is not None:
        return (specification.specify(text, lang=lang),)
    if not region.has("needs"):
        raise DataError("no rows in needs, and no text", "需求表没有数据，也未给出 text")
    return tuple(specification.specifications(region, lang))

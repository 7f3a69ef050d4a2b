"""Linkages of an industry graph declared as a study: which industries matter most to others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import polars as pl

from sanwang.collaboration.chains.linkages import linkages as reach
from sanwang.region import Region
from sanwang.sources.industry_graph import IndustryGraph, read_triples, read_upstream, upstream_of
from sanwang.study.declare import study
from sanwang.study.option import FILE, Option, real
from sanwang.study.shown import Shown
from sanwang.study.table import Table, column
from sanwang.study.words import say, word


@dataclass(frozen=True)
class Linkages:
    """One row an industry, and what was left out of the graph by reason."""

    industries: pl.DataFrame
    graph: IndustryGraph
    left_out: dict[str, int]


def shown(found: Linkages, region: Region, lang: str) -> Shown:
    """Industries by how much others rest on them."""
    rows, edges = found.industries, found.graph.edges.height
    told = say("linkages_said", lang, industries=rows.height, edges=f"{edges:,}", first=rows["industry"][0])
    styles = {
        "industry": "text",
        "feeds": "int",
        "fed_by": "int",
        "forward": "real",
        "backward": "real",
        "cycle": "int",
    }
    columns = tuple(column(k, s, lang) for k, s in styles.items())  # pyright: ignore[reportArgumentType]  # styles
    table = Table("industries", say("linkages_title", lang), rows, columns)
    notes = [f"{word('left_out', k, lang)}: {n:,}" for k, n in found.left_out.items() if n]
    return Shown(say("linkages_title", lang), [told], [table], notes=[say("linkages_note", lang), *notes])


def data(found: Linkages, region: Region) -> dict[str, object]:
    """Industries with their linkages, and what was left out."""
    return {"industries": found.industries, "left_out": found.left_out}


@study("linkages", show=shown, data=data, source=True)
def linkages(
    region: Region,
    *,
    file: Annotated[
        Path,
        Option(
            "三元组 csv，或逐行 JSON（industry,ups）", "triples as csv, or JSON lines (industry, ups)", FILE
        ),
    ],
    relation: Annotated[str, Option("三元组中表示上游的关系", "the relation that means upstream")] = "上游于",
    passed: Annotated[
        float, Option("每一步传递的份额（假设）", "what each step passes on, assumed", real(0.01, 0.99))
    ] = 0.5,
) -> Linkages:
    """Forward and backward linkages (Rasmussen 1956; Jones 1976) on shares of mentions; cycles are numbered.

    Pairs said in both directions, repetitions and an industry upstream of itself are left out and counted.
    """
    if file.suffix.lower() == ".csv":
        triples, left = read_triples(file)
        graph = upstream_of(triples, relation)
        return Linkages(reach(graph.edges, passed), graph, left | dict(graph.left_out))
    graph = read_upstream(file)
    return Linkages(reach(graph.edges, passed), graph, dict(graph.left_out))

"""The command of the closure funnel."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from sanwang.cli.common import JsonOption, LangOption, Workspace, print_json
from sanwang.cli.terminal import console, output, table
from sanwang.region import Region


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(closure)


def closure(
    folder: Workspace,
    inside: Annotated[
        list[str] | None,
        typer.Option(help="算作区域内的省份，可写多次；缺省取成果所在省份 / provinces inside"),
    ] = None,
    years: Annotated[float, typer.Option(help="几年之内闭环 / within how many years")] = 5.0,
    by_chain: Annotated[bool, typer.Option("--by-chain", help="按产业链分组 / group by chain")] = False,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="写入目录 / folder to write")] = None,
    lang: LangOption = "zh",
    json: JsonOption = False,
) -> None:
    """闭环：从发布到投产的漏斗、漏向哪里、每步多久、区内闭环率。 The funnel from result to market."""
    from sanwang.observatory.closure import closure as measure
    from sanwang.report import closure as report
    from sanwang.report.labels import say

    region = Region.open(folder).without_errors()
    found = measure(region, inside or (), _chains(region) if by_chain else None, years)
    if out is not None:
        written = report.write_closure(found, region.name, region.fictional, out, lang)
        console.print(f"{out}: {', '.join(p.name for p in written)}")
    if json:
        print_json(report.closure_json(found, region.fictional))
        return
    if region.fictional:
        output.print(say("fictional", lang), soft_wrap=True)
    for sentence in report.closure_words(found, lang):
        output.print(sentence, soft_wrap=True)
    for shown in report.closure_tables(found, lang):
        rows = [[_cell(r[c.key], c.style) for c in shown.columns] for r in shown.frame.head(30).to_dicts()]
        table(shown.title, [c.label for c in shown.columns], rows)


def _chains(region: Region) -> dict[str, str]:
    """The chain of each achievement: that of its best link, by words and classes."""
    from sanwang.collaboration.chains.chain import chains_of
    from sanwang.collaboration.chains.placing import place

    chains = chains_of(region)
    names = {chain.id: chain.name for chain in chains}
    rows = place(region, chains).frame.filter(pl.col("kind") == "achievements")
    best = rows.sort("score", descending=True, maintain_order=True).unique(
        "item", keep="first", maintain_order=True
    )
    return {
        str(item): names.get(chain) or str(chain) for item, chain in best.select("item", "chain").iter_rows()
    }


def _cell(value: object, style: str) -> str:
    if value is None:
        return "–"
    return f"{value:.1%}" if isinstance(value, float) and style == "percent" else str(value)

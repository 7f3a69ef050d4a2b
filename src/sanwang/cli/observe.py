"""The observatory's commands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import polars as pl
import typer

from sanwang.cli.common import JsonOption, LangOption, print_json
from sanwang.cli.terminal import console, output, table
from sanwang.errors import DataError
from sanwang.region import Region

if TYPE_CHECKING:
    from sanwang.collaboration.chains.specialisation import Specialisation
    from sanwang.observatory.contracts import Against, Contracts


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(observe)


def observe(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[DIR] [REGION]...",
            help="工作区（如有，计入其 facts 与 flows）与区域 / a workspace, regions",
        ),
    ] = None,
    regions: Annotated[
        list[str] | None,
        typer.Option("--regions", help="区域，或以 + 连接的地点；可写多次 / a region; may be repeated"),
    ] = None,
    indicators: Annotated[
        list[str] | None, typer.Option("--indicator", help="只看这些指标 / only these")
    ] = None,
    year: Annotated[
        int | None, typer.Option(help="比较的年份，缺省取最多区域都有的最近一年 / the year compared")
    ] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="写入目录 / folder to write")] = None,
    lang: LangOption = "zh",
    json: JsonOption = False,
) -> None:
    """观测站：区域比较（可比的才排序）、趋势、要素流动，每个数都有来源。 Regions side by side, with sources."""
    from sanwang.observatory.comparison import compare
    from sanwang.observatory.facts import facts_of
    from sanwang.observatory.facts import place as known_place
    from sanwang.observatory.facts import regions as known_regions
    from sanwang.observatory.flows import matrices, measures
    from sanwang.observatory.indicators import workspace_indicators
    from sanwang.report import observe as report
    from sanwang.report.contracts import against_words
    from sanwang.report.labels import say

    folders = [w for w in words or [] if Path(w).exists()]
    region = Region.open(folders[0]) if folders else None
    said = [*(regions or []), *(w for w in words or [] if w not in folders[:1])] or list(known_regions())
    names = [n for word in said for n in word.replace("，", ",").split(",") if n.strip()]
    facts = facts_of(region)
    found = compare(facts, names, indicators or (), year)
    estimated, against = _contracts(facts)
    flows = []
    if region is not None and region["flows"].height:
        for matrix in matrices(region):
            try:
                flows.append((matrix, measures(matrix)))
            except DataError as error:
                console.print(str(error))
    parts = {name: known_place(name).parts for name in found.regions}
    own = workspace_indicators(region, parts) if region is not None else None
    fictional = region is not None and region.fictional
    if out is not None:
        special, chains = _specialisation(region)
        name = region.name if region else ""
        written = report.write_observation(
            found, flows, name, fictional, out, lang, estimated, against, own, region, special, chains
        )
        console.print(f"{out}: {', '.join(p.name for p in written)}")
    if json:
        print_json(report.observation_json(found, flows, fictional, estimated))
        return
    shown = report.comparison_table(found, lang)
    table(
        shown.title,
        [c.label for c in shown.columns],
        [[str(r[c.key]) for c in shown.columns] for r in shown.frame.to_dicts()],
    )
    output.print(shown.note, soft_wrap=True)
    if fictional:
        output.print(say("observe_fictional", lang), soft_wrap=True)
    if own is not None:
        mine = report.own_table(own, lang)
        lines = [[str(r[c.key]) for c in mine.columns] for r in mine.frame.to_dicts()]
        table(mine.title, [c.label for c in mine.columns], lines)
        output.print(mine.note, soft_wrap=True)
    for sentence in found.words:
        output.print(sentence[0 if lang == "zh" else 1], soft_wrap=True)
    for said in against_words(against, lang):
        output.print(said, soft_wrap=True)
    for notice in found.notices:
        console.print(notice[0 if lang == "zh" else 1], soft_wrap=True)
    if found.missing:
        output.print(
            f"尚缺 {len(found.missing)} 个数，列在报告里 / figures are missing, listed in the report"
        )


def _contracts(facts: pl.DataFrame) -> tuple[Contracts | None, list[Against]]:
    """The estimated matrix of the latest year that has margins, and the published cells beside size and distance."""
    from sanwang.observatory.contracts import NATION, SOLD, against_size_and_distance, contracts

    rows = facts.filter((pl.col("region") == NATION) & (pl.col("indicator") == SOLD))
    years = rows["year"].drop_nulls().sort().to_list()
    if not years:
        return None, []
    try:
        return contracts(facts, years[-1]), against_size_and_distance(facts, range(years[0], years[-1] + 1))
    except DataError as error:
        console.print(str(error))
        return None, []


def _specialisation(region: Region | None) -> tuple[Specialisation | None, dict[str, str]]:
    """Which city is good at which chain, where the workspace has enough to say; chains' names by id."""
    from sanwang.collaboration.chains.chain import chains_of
    from sanwang.collaboration.chains.placing import place
    from sanwang.collaboration.chains.specialisation import counted, specialisation

    if region is None or region["achievements"].is_empty():
        return None, {}
    chains = chains_of(region)
    names = {chain.id: chain.name for chain in chains}
    try:
        return specialisation(counted(region, place(region, chains))), names
    except DataError as error:
        console.print(str(error))
        return None, names

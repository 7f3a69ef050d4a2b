"""The factor market's commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from sanwang.cli.common import JsonOption, LangOption, Workspace, print_json
from sanwang.cli.terminal import console, output, table
from sanwang.errors import InputError, OptionError
from sanwang.region import Region

_PRICES = ("class", "node", "price_segmented", "price_today", "price_unified")


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(market)


def market(
    folder: Workspace,
    plan: Annotated[
        Path | None, typer.Option(help="用方案路线的用量作需求 / take what a plan's routes use")
    ] = None,
    year: Annotated[
        int | None, typer.Option(help="方案的哪一年，缺省取第一年 / which year of the plan")
    ] = None,
    bids: Annotated[Path | None, typer.Option(help="出价 csv / bids from a file")] = None,
    share: Annotated[
        float | None, typer.Option(help="预算中可用于要素的份额 / share of a budget for factors")
    ] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="写入目录 / folder to write")] = None,
    lang: LangOption = "zh",
    json: JsonOption = False,
) -> None:
    """统一要素市场：各省市单独、现有壁垒、无壁垒，价格、增益及其分布。 One market for factors, who gains."""
    from sanwang.factors.bids import bids_of_needs, bids_of_routes, read_bids
    from sanwang.factors.market import unify
    from sanwang.report import market as report
    from sanwang.report.labels import say

    if bids is not None and (plan is not None or share is not None):
        raise OptionError("--bids excludes --plan and --share / --bids 不与 --plan、--share 同用")
    if year is not None and plan is None:
        raise OptionError("--year needs --plan / --year 须与 --plan 同用")
    region = Region.open(folder).without_errors()
    if bids is not None:
        wanted = read_bids(bids, region)
    elif plan is not None:
        wanted = bids_of_routes(region, _routes(plan), share, year)
    else:
        wanted = bids_of_needs(region, share)
    found = unify(region, wanted)
    if out is not None:
        written = report.write_market(region, found, out, lang)
        console.print(f"{out}: {', '.join(p.name for p in written)}")
    if json:
        print_json(report.market_json(region, found))
        return
    if region.fictional:
        output.print(say("fictional", lang), soft_wrap=True)
    for sentence in report.sentences(found, lang):
        output.print(sentence, soft_wrap=True)
    for one in report.market_tables(region, found, lang)[:5]:
        if one.frame.height:
            shown = [c for c in one.columns if one.name != "prices" or c.key in _PRICES]
            rows = [[_cell(r[c.key], c.style) for c in shown] for r in one.frame.head(20).to_dicts()]
            table(one.title, [c.label for c in shown], rows)
            if one.frame.height > len(rows):
                output.print(f"… {one.frame.height} 行，全部在报告里 / rows, all in the report")
    for said in found.assumed:
        output.print("假设 / assumed: " + said[0 if lang == "zh" else 1], soft_wrap=True)
    for row in found.left.head(10).to_dicts():
        output.print(f"略去 / left out: {row['who']} {row['what']} {row[lang]}", soft_wrap=True, markup=False)
    if found.left.height > 10:
        output.print(f"… {found.left.height}")


def _cell(value: object, style: str) -> str:
    from sanwang.report.table import written

    return "–" if value is None else written(value, style)  # pyright: ignore[reportArgumentType]


def _routes(plan: Path) -> pl.DataFrame:
    for name, read in (("routes.parquet", pl.read_parquet), ("routes.csv", pl.read_csv)):
        file = plan / name
        if file.is_file():
            try:
                return read(file)
            except (pl.exceptions.PolarsError, OSError) as error:
                raise InputError(f"{file}: {error}") from error
    raise InputError(f"{plan}: no routes.parquet or routes.csv / 不是方案目录")

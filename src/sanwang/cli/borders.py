"""The command that says what borders cost."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sanwang.cli.common import JsonOption, LangOption, Workspace, print_json
from sanwang.cli.terminal import console, output, table
from sanwang.errors import OptionError
from sanwang.region import Region

_MEASURES, _UNITS = ("value", "count"), ("city", "province")
_SPLITS, _MISSING = ("one", "pair", "region"), ("unknown", "zero")


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(borders)


def borders(
    folder: Workspace,
    factor: Annotated[
        str, typer.Option(help="要素 / technology, talent, capital, data, equipment")
    ] = "technology",
    measure: Annotated[str, typer.Option(help="value 金额 或 / or count 项数")] = "value",
    by: Annotated[str, typer.Option(help="city 城市 或 / or province 省份")] = "city",
    split: Annotated[
        str, typer.Option(help="one 一个效应、pair 每对辖区、region 每个区域并比较 / one, pair or region")
    ] = "pair",
    missing: Annotated[
        str, typer.Option(help="未列出的地点对：unknown 未知 或 zero 按零 / pairs not listed")
    ] = "unknown",
    elasticity: Annotated[
        float | None, typer.Option(help="流量对成本的弹性（假设） / how flows answer to cost, assumed")
    ] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="写入目录 / folder to write")] = None,
    lang: LangOption = "zh",
    json: JsonOption = False,
) -> None:
    """边界效应：跨辖区流动少多少，折成方案可用的壁垒表。 What borders cost, by gravity; as barriers for the plan."""
    from sanwang.factors.borders import ELASTICITY, barriers
    from sanwang.factors.gravity import gravity
    from sanwang.factors.panel import panel
    from sanwang.observatory.facts import regions
    from sanwang.report import borders as report
    from sanwang.report.labels import say

    for said, known in ((measure, _MEASURES), (by, _UNITS), (split, _SPLITS), (missing, _MISSING)):
        if said not in known:
            raise OptionError(f"{said!r}: 应为 {' 或 '.join(known)} / one of {', '.join(known)}")
    region = Region.open(folder).without_errors()
    given = panel(
        region,
        factor,
        "count" if measure == "count" else "value",
        "province" if by == "province" else "city",
        "zero" if missing == "zero" else "unknown",
    )
    regional = {name: where.parts for name, where in regions().items()}
    found = gravity(given.frame, "one" if split == "one" else "pair" if split == "pair" else regional)
    rows = barriers(found, given.frame, factor, ELASTICITY if elasticity is None else elasticity, regional)
    if out is not None:
        written = report.write_borders(found, given, rows, region.name, region.fictional, out, lang)
        console.print(f"{out}: {', '.join(p.name for p in written)}")
    if json:
        print_json(report.borders_json(found, given, rows, region.fictional))
        return
    if region.fictional:
        output.print(say("fictional", lang), soft_wrap=True)
    for sentence in report.border_words(found, given, lang):
        output.print(sentence, soft_wrap=True)
    for shown in (report.terms_table(found, lang), report.barriers_table(rows, lang)):
        columns = [c for c in shown.columns if c.key != "source"]
        lines = [[_cell(r[c.key], c.style) for c in columns] for r in shown.frame.to_dicts()]
        table(shown.title, [c.label for c in columns], lines)


def _cell(value: object, style: str) -> str:
    if isinstance(value, float):
        return f"{value:.1%}" if style == "percent" else f"{value:.3f}"
    return str(value)

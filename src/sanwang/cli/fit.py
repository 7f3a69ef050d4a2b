"""The command for the fit of bases and makers to results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sanwang.cli.common import JsonOption, LangOption, Workspace, print_json
from sanwang.cli.terminal import console, output, table
from sanwang.region import Region

SHOWN = 30


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(fit)


def fit(
    folder: Workspace,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="写入目录 / a folder to write")] = None,
    k: Annotated[
        int | None, typer.Option("-k", min=1, help="每项成果取几家 / stations a result and side")
    ] = None,
    json: JsonOption = False,
    lang: LangOption = "zh",
) -> None:
    """适配：哪些中试基地、承制方做得了哪项成果，为什么；无人做得了的另列。 Who could pilot or make it, and why."""
    from sanwang.collaboration.fit.fits import fit as find

    found = find(Region.open(folder), k or (None if out else 3), lang)
    if json:
        print_json({"fit": found.frame.to_dicts(), "nobody": found.nobody.to_dicts()})
        return
    if out is not None:
        console.print(f"{found.to_csv(out)}: {found.frame.height} 行 / rows")
    else:
        heads = ["成果", "类别", "基地或承制方", "适配", "理由"] if lang == "zh" else found.frame.columns
        rows = [[*map(str, r)] for r in found.frame.head(SHOWN).iter_rows()]
        table("", heads, rows)
    names = "、".join(sorted(set(found.nobody["achievement"]))[:10])
    if names:
        said = (
            f"无人做得了（{found.nobody.height}）：{names}"
            if lang == "zh"
            else f"nobody here ({found.nobody.height}): {names}"
        )
        output.print(said, soft_wrap=True)

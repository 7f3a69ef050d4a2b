"""Commands about where rows stand in chains: a person's correction, and a chain office's sheet."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from sanwang.cli.terminal import output
from sanwang.cli.workspace import LangOption, Workspace, spoken
from sanwang.errors import OptionError
from sanwang.region import Region

_KINDS = ("actors", "achievements", "bases", "makers", "needs")


def place(
    folder: Workspace,
    item: Annotated[str, typer.Argument(help="机构、成果、基地或需求的编号 / ID of a row")],
    link: Annotated[str, typer.Argument(help="环节编号 / ID of a link")],
    by: Annotated[str, typer.Option(help="谁定的 / who says so")],
    not_: Annotated[bool, typer.Option("--not", help="不属于该环节 / it does not belong there")] = False,
    note: Annotated[str, typer.Option(help="理由 / why")] = "",
    lang: LangOption = None,
) -> None:
    """Correct where a row stands; a person's word wins and is kept."""
    from sanwang.collaboration.chains.corrections import correct
    from sanwang.collaboration.studies.placed import chains_here

    region = Region.open(folder)
    if link not in {k.id for one in chains_here(region) for k in one.links}:
        raise OptionError(f"there is no link {link}", f"没有环节 {link}")
    if not any(item in region[kind]["id"].to_list() for kind in _KINDS):
        raise OptionError(f"no row has the id {item}", f"没有编号为 {item} 的行")
    path = correct(folder, item, link, by, "no" if not_ else "yes", date.today(), note)
    zh = spoken(lang) == "zh"
    said = ("不属于" if not_ else "属于") if zh else ("does not belong to" if not_ else "belongs to")
    output.print(escape(f"{path}: {item} {said} {link} ({by})"))


def chain_import(
    sheet: Annotated[Path, typer.Argument(metavar="SHEET", help="一行一家企业的表 / one row a firm")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="新的工作区目录 / a new workspace")],
) -> None:
    """A chain office's sheet becomes a workspace."""
    from sanwang.sources.chain_sheet import import_sheet

    counts = import_sheet(sheet, folder)
    output.print(escape(f"{folder}: " + ", ".join(f"{kind} {count}" for kind, count in counts.items())))

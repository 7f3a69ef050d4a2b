"""What several commands share: their common options, and a workspace fit to plan with."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from sanwang.cli import show
from sanwang.cli.terminal import console
from sanwang.errors import InputError
from sanwang.region import Region

Lang = Literal["zh", "en"]
Workspace = Annotated[
    Path, typer.Argument(metavar="DIR", help="工作区：表格文件夹或一个工作簿 / a folder or workbook")
]
LangOption = Annotated[Lang, typer.Option(help="语言 / language")]
JsonOption = Annotated[bool, typer.Option("--json", help="标准输出只写一个 JSON 对象 / one JSON object")]


def print_json(data: dict[str, Any]) -> None:
    """One object on standard output."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, default=str) + "\n")


def sound(region: Region, despite_errors: bool, lang: Lang) -> Region:
    """The Region without errors. Raises InputError where there are some and leaving rows out was not asked for."""
    errors = region.check().errors
    if not errors:
        return region
    show.problems_table(list(errors[:10]), lang)
    if not despite_errors:
        raise InputError(
            f"{len(errors)} 处错误，先改正（sanwang check），或用 --despite-errors 略去有错误的行 / "
            f"{len(errors)} errors: mend them, or leave those rows out with --despite-errors"
        )
    kept = region.without_errors()
    for name, frame in region.tables.items():
        if lost := frame.height - kept[name].height:
            console.print(f"{name}: 略去 {lost} 行 / rows left out")
    return kept

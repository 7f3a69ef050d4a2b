"""Commands about a workspace's data: a new one, and what is wrong with one."""

from __future__ import annotations

import json as json_text
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.markup import escape

from sanwang.cli.terminal import output, table
from sanwang.errors import InputError
from sanwang.region import Check, Region
from sanwang.schema import KINDS, Problem

Lang = Literal["zh", "en"]
LangOption = Annotated[Lang | None, typer.Option(help="语言 / language")]
JsonOption = Annotated[bool, typer.Option("--json", help="标准输出只写一个 JSON 对象 / one JSON object")]
Workspace = Annotated[
    Path, typer.Argument(metavar="DIR", help="工作区：表格文件夹或一个工作簿 / a folder or workbook")
]
SHOWN = 200
"""Problems printed one by one on a terminal; ``--json`` has all of them."""


def spoken(lang: str | None) -> str:
    """The language of a command: the one given, else that of the command line."""
    from sanwang.cli.app import language

    return lang or language()


def print_json(data: dict[str, Any]) -> None:
    """One object on standard output."""
    sys.stdout.write(json_text.dumps(data, ensure_ascii=False, default=str) + "\n")


def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="新目录 / a new folder")],
    sample: Annotated[
        bool, typer.Option("--sample", help="虚构的京津冀样例 / the fictional sample region")
    ] = False,
    format: Annotated[
        Literal["xlsx", "csv", "parquet"], typer.Option(help="样例的文件格式 / format of the sample's files")
    ] = "xlsx",
    lang: LangOption = None,
) -> None:
    """A new workspace: empty templates, or the sample."""
    said = spoken(lang)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} is not empty; choose a new folder", f"{folder} 非空，请另选目录")
    if sample:
        from sanwang.region.sample import sample_region

        written = sample_region().save(folder, format, said)
    else:
        from sanwang.sources.templates import write_templates

        written = write_templates(folder, said)
    output.print(escape(f"{folder}: {len(written)} {'个文件' if said == 'zh' else 'files'}"))


def check(folder: Workspace, lang: LangOption = None, json: JsonOption = False) -> None:
    """Every problem; status 1 if there are errors."""
    region, said = Region.open(folder), spoken(lang)
    found = region.check()
    if json:
        print_json({
            "errors": len(found.errors),
            "warnings": len(found.warnings),
            "rows": {n: f.height for n, f in region.tables.items() if f.height},
            "problems": [p.as_dict(said) for p in found.problems],
        })  # fmt: skip
    else:
        _show(region, found, said)
    raise typer.Exit(1 if found.errors else 0)


def _show(region: Region, found: Check, lang: str) -> None:
    """The problems, the tables read, then one line that counts them."""
    zh = lang == "zh"
    heads = (
        ["级别", "文件", "工作表", "行", "列", "值", "应为"]
        if zh
        else ["severity", "file", "sheet", "row", "column", "value", "expected"]
    )
    if found.problems:
        table("", heads, [_row(p, lang) for p in found.problems[:SHOWN]])
    if (rest := len(found.problems) - SHOWN) > 0:
        output.print(f"… 另有 {rest:,} 处，见 --json" if zh else f"… {rest:,} more: --json")
    rows = ", ".join(f"{KINDS[n].label(lang)} {f.height:,}" for n, f in region.tables.items() if f.height)
    output.print(escape(rows), soft_wrap=True)
    errors, warnings = len(found.errors), len(found.warnings)
    output.print(
        f"{errors:,} 处错误，{warnings:,} 处警告" if zh else f"{errors:,} errors, {warnings:,} warnings"
    )


def _row(problem: Problem, lang: str) -> list[str]:
    level = {"error": "错误", "warning": "警告"}[problem.severity] if lang == "zh" else problem.severity
    where = [problem.file, problem.sheet, "" if problem.row is None else str(problem.row)]
    value = problem.value.replace("\n", "⏎")
    return [level, *where, problem.column_label(lang), value, problem.message(lang)]

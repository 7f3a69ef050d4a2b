"""The command that takes any spreadsheet: shows what was guessed, takes corrections, writes the workspace."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape

from sanwang.cli.terminal import console, table
from sanwang.cli.workspace import JsonOption, Lang, LangOption, print_json, spoken
from sanwang.errors import OptionError
from sanwang.schema import KINDS
from sanwang.sources import importing
from sanwang.sources.config import read_mapping
from sanwang.sources.recognise.guess import ColumnGuess, TableGuess


def import_files(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="任意表格、csv、RIS、BibTeX 文件 / any spreadsheet"),
    ],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="DIR", help="写入的工作区 / the workspace to write")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="接受所猜，不提问 / accept the guess")] = False,
    mapping: Annotated[
        Path | None, typer.Option(help="对应关系文件（sanwang.toml 的写法） / decisions in a file")
    ] = None,
    add: Annotated[
        bool, typer.Option("--add", help="并入已有的工作区 / join a workspace that is there")
    ] = False,
    format: Annotated[
        Literal["xlsx", "csv", "parquet"], typer.Option(help="写出的格式 / format written")
    ] = "xlsx",
    personal: Annotated[
        bool, typer.Option("--personal", help="csv 中也写联系人、电话、邮箱 / personal data in csv too")
    ] = False,
    lang: LangOption = None,
    json: JsonOption = False,
) -> None:
    """导入：任何表格都可以；先给出认出的表与列，可改，记住。 Any spreadsheet: shown what it was taken for,
    corrected, remembered."""
    said: Lang = "en" if spoken(lang) == "en" else "zh"
    shapes = (*(read_mapping(mapping) if mapping else ()), *importing.remembered(out))
    current = importing.begin(files, shapes)
    if not yes and not json and sys.stdin.isatty():
        current = _asked(current, said)
    elif not json:
        for guess in current.tables:
            _show(guess, said)
    written = (
        importing.write(current, out, format=format, lang=said, add=add, personal=personal)
        if out is not None
        else []
    )
    if json:
        print_json(importing.as_json(current))
        return
    _say(current, said)
    if out is not None:
        console.print(escape(f"{out}: {len(written)} {_WORDS['files'][said]}"))


def _asked(current: importing.Import, lang: Lang) -> importing.Import:
    """Show each table and take corrections until Enter is pressed; a table recognised before is only shown."""
    for number in range(len(current.tables)):
        while True:
            guess = current.tables[number]
            _show(guess, lang)
            if guess.kind is None or (guess.remembered and not guess.ask):
                break
            answer = typer.prompt(_WORDS["accept"][lang], default="", show_default=False)
            if not answer.strip():
                break
            current = _changed(current, guess, answer.strip(), lang)
    return current


def _changed(current: importing.Import, guess: TableGuess, answer: str, lang: Lang) -> importing.Import:
    columns = importing.unsure_first(guess)
    if not answer.isdecimal() or not 1 <= int(answer) <= len(columns):
        console.print(f"1…{len(columns)}")
        return current
    column = columns[int(answer) - 1]
    fields = list(KINDS[guess.kind or ""].fields.values())
    console.print("  ".join(f"{i} {f.label(lang)}" for i, f in enumerate(fields, 1)) + "  0 –")
    choice = typer.prompt(f"{column.heading} →", default=column.field or "0")
    name = fields[int(choice) - 1].name if choice.isdecimal() and 1 <= int(choice) <= len(fields) else choice
    field = None if choice == "0" else name
    money = (
        field is not None
        and field in KINDS[guess.kind or ""].fields
        and KINDS[guess.kind or ""].fields[field].item == "money"
    )
    unit = typer.prompt(f"{_WORDS['unit'][lang]} ({'、'.join(importing.UNITS)})", default="") if money else ""
    try:
        return importing.corrected(current, guess, column.heading, field, unit or None)
    except OptionError as error:
        console.print(escape(error.said(lang)))
        return current


def _show(guess: TableGuess, lang: Lang) -> None:
    place = " · ".join(filter(None, (guess.file, guess.sheet)))
    if guess.kind is None:
        console.print(escape(f"{place}: {_WORDS['unread'][lang]} ({guess.reason})"))
        return
    kind = KINDS[guess.kind]
    count = len(guess.records.rows) if guess.records else 0
    title = f"{place} → {kind.label(lang)} ({kind.name})  {count:,} {_WORDS['rows'][lang]}"
    rows = [_row(i, c, guess, lang) for i, c in enumerate(importing.unsure_first(guess), 1)]
    headings = ["", *(_WORDS[k][lang] for k in ("heading", "field", "unit", "sure", "samples", "check"))]
    table(title, headings, rows, to=console)


def _row(number: int, column: ColumnGuess, guess: TableGuess, lang: Lang) -> list[str]:
    field = KINDS[guess.kind or ""].fields.get(column.field or "")
    asks = [ASKS[a][lang] for a in column.asks if a in ASKS]
    if column.heading in guess.asked and not asks:
        asks = [ASKS["cells"][lang]]
    unit = importing.unit_words(column, guess.kind or "")
    sure = f"{column.confidence:.0%}" if field else ""
    kept = {"zh": "（原样保留）", "en": "(kept)"}[lang]
    return [
        str(number),
        column.heading,
        field.label(lang) if field else kept,
        unit,
        sure,
        importing.sample(column),
        "；".join(asks),
    ]


_WORDS = {
    "files": {"zh": "个文件", "en": "files"},
    "accept": {"zh": "回车接受，输入序号改这一列", "en": "Enter accepts, a number changes that column"},
    "unit": {"zh": "单位", "en": "unit"},
    "unread": {"zh": "未读入", "en": "not read"},
    "rows": {"zh": "行", "en": "rows"},
    "heading": {"zh": "表头", "en": "heading"},
    "field": {"zh": "字段", "en": "field"},
    "sure": {"zh": "把握", "en": "sure"},
    "samples": {"zh": "样例", "en": "samples"},
    "check": {"zh": "请核对", "en": "to check"},
    "read": {
        "zh": "{cells} 个单元格经解读（原文保留）；{errors} 处错误，{warnings} 处提示，见 sanwang check",
        "en": "{cells} cells interpreted (the originals are kept); {errors} errors, {warnings} notes: sanwang check",
    },
}
"""What the command says, in both languages."""

ASKS = {
    "mapping": {"zh": "是这一列吗", "en": "is it this field"},
    "unit": {"zh": "单位不明，未取值", "en": "unit unknown, not taken"},
    "currency": {"zh": "有外币，未折算", "en": "another currency, not converted"},
    "size": {"zh": "有数与单位不符", "en": "a figure does not suit the unit"},
    "cells": {"zh": "有单元格须核对", "en": "some cells to check"},
}
"""What a person is asked about a column."""


def _say(current: importing.Import, lang: Lang) -> None:
    read = current.read
    errors = sum(p.severity == "error" for p in read.problems)
    warnings = len(read.problems) - errors
    words = _WORDS["read"][lang].format(cells=f"{read.readings.height:,}", errors=errors, warnings=warnings)
    console.print(words)

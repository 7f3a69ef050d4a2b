"""The register of sandbox tests on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sanwang.cli.exchange_open import Db, open_exchange
from sanwang.cli.exchange_reports import noticed, out_tables
from sanwang.cli.workspace import JsonOption, LangOption, print_json, spoken


def sandbox(
    db: Db,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="写入 .html 或 .xlsx / a .html or .xlsx file")
    ] = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """沙盒测试登记：任何人可查 / The public register of sandbox tests"""
    from sanwang.exchange.oversight import register
    from sanwang.exchange.people import fictional
    from sanwang.web.words import said as words

    x, said = open_exchange(db), spoken(lang)
    entries = x.sandbox()
    with x.store.read() as tx:
        sample = fictional(tx)
    if json_:
        print_json({"tests": [register.as_row(e) for e in entries], **noticed(sample)})
        return
    results = [f"{e.number} {r['name']}：{register.result_said(r, said)}" for e in entries for r in e.results]
    tables = register.tables(entries, said)
    if out is None:  # a sentence is told whole, not in a column
        tables = tables[:2]
    lines = [words("sandbox.about", said), *results]
    out_tables(words("sandbox", said), lines, tables, [], out, said, sample)

"""The register of sandbox tests on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sanwang.cli.exchange_open import Db, open_exchange
from sanwang.cli.exchange_reports import out_tables
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
    if json_:
        print_json([register.as_row(e) for e in entries])
        return
    with x.store.read() as tx:
        sample = fictional(tx)
    out_tables(
        words("sandbox", said),
        [words("sandbox.about", said)],
        register.tables(entries, said),
        [],
        out,
        said,
        sample,
    )

"""Direct debits on the command line: what waits under mandates in force, written as one pain.008 message."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from sanwang.cli.exchange_money import print_rows
from sanwang.cli.exchange_open import As, Db, open_exchange, signed_in
from sanwang.cli.terminal import output
from sanwang.cli.workspace import JsonOption, LangOption, spoken
from sanwang.errors import OptionError


def debits(
    db: Db,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="写入 pain.008 / write the message into this file")
    ] = None,
    party: Annotated[
        str | None, typer.Option(help="收款单位编号（多于一个时） / which of your parties")
    ] = None,
    again: Annotated[
        str | None, typer.Option(help="重新取出已写的报文名 / a message written before, by its name")
    ] = None,
    as_: As = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """授权下待收的扣款；-o 写成 pain.008，每笔只写一次 / Debits that wait; -o writes them, each once"""
    from sanwang.sources.atomic import atomic_path
    from sanwang.standards.currencies import shown

    x, said = open_exchange(db), spoken(lang)
    who = signed_in(x, as_)
    if party is None and len(who.parties) != 1:
        raise OptionError("say for which party: --party", "请写明哪个单位：--party")
    creditor = party or next(iter(who.parties))
    if out is None:
        rows = [{"mandate": r["number"], "due_on": r["due_on"], "amount": shown(r["amount"], r["currency"], said),
                 "state": r["state"], "reference": r["reference"]} for r in x.debits(who, creditor)]  # fmt: skip
        print_rows(rows, json_)
        return
    with atomic_path(
        out
    ) as path:  # a folder that cannot be written is found before anything counts as written
        made = x.debits_again(who, creditor, again) if again else x.write_debits(who, creditor)
        path.write_text(made.text, encoding="utf-8")
    left = f"  – {' '.join(made.left_out)}" if made.left_out else ""
    output.print(escape(f"{out} {made.name} {made.debits}{left}"), soft_wrap=True)

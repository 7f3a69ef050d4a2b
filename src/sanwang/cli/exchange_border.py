"""Payments across the border on the command line: lists and quotas, loading a list, what the catalogue suggests."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from sanwang.cli.exchange_money import print_rows
from sanwang.cli.exchange_open import As, Db, open_exchange, signed_in
from sanwang.cli.terminal import output
from sanwang.cli.workspace import JsonOption, LangOption, spoken


def border(db: Db, as_: As = None, json_: JsonOption = False, lang: LangOption = None) -> None:
    """跨境付款：启用的名录与代码表、本单位额度与尚可用 / Lists in force, and one's quotas with what is left"""
    from sanwang.exchange.border_lists import KINDS
    from sanwang.standards.currencies import shown

    x, said = open_exchange(db), spoken(lang)
    who, spot = signed_in(x, as_), 0 if said == "zh" else 1
    rows = [
        {"list": r["number"], "kind": KINDS[r["list_kind"]][spot], "name": r["name"], "on": r["on_day"],
         "rows": r["rows"], "read": r["read"], "source": r["source"], "state": r["state"]}
        for r in x.mine(who, "border_list")
    ]  # fmt: skip
    quotas = [
        {"quota": q.name, "from": q.start, "until": q.until, "counted": q.counted,
         "amount": shown(q.amount, q.currency, said), "used": shown(q.used, q.currency, said),
         "left": shown(q.left, q.currency, said)}
        for p in sorted(who.parties)
        for q in x.quotas(who, p)
    ]  # fmt: skip
    print_rows([*rows, *quotas], json_)


def load_list(
    db: Db,
    kind: Annotated[
        str, typer.Argument(help="purpose balance_of_payments quota screening export / kind of list")
    ],
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="csv 或 Excel / a csv or workbook")
    ],
    name: Annotated[str, typer.Option(help="名录名称 / what its publisher calls it")],
    source: Annotated[str, typer.Option(help="来源 / where it was taken from")],
    read: Annotated[str, typer.Option(help="text excerpt report own fictional / how it was read")],
    on: Annotated[str, typer.Option(help="截至日 / as of, 2026-12-31")],
    as_: As = None,
) -> None:
    """载入跨境名录或代码表，须另一名运营方启用 / Load a list; another operator puts it in force"""
    from sanwang.exchange.border_entries import read_file

    x = open_exchange(db)
    data = {"list_kind": kind, "name": name, "source": source, "read": read, "on_day": on}
    made = x.take(signed_in(x, as_), "border_list", None, "load", data | {"entries": read_file(kind, file)})
    output.print(escape(made), soft_wrap=True)


def export_class(
    db: Db,
    deal: Annotated[str, typer.Argument(help="交易编号 / id of a deal")],
    as_: As = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """出口目录的机器提示，附所见词；类别由当事人申报 / What the export catalogue suggests; a person declares"""
    from dataclasses import asdict

    x, said = open_exchange(db), spoken(lang)
    found = x.export_class(signed_in(x, as_), deal)
    if found.entries or json_:
        print_rows([asdict(e) for e in found.entries], json_)
        return
    spot = 0 if not found.crosses else 1 if found.catalogue is None else 2
    output.print(escape(_NOTHING[spot][0 if said == "zh" else 1]), soft_wrap=True)


_NOTHING = (
    ("未跨境", "it does not cross the border"),
    ("没有启用的出口技术目录", "no export catalogue is in force"),
    ("目录中没有词出现：不等于自由出口", "no word of it was found: that does not make it free"),
)

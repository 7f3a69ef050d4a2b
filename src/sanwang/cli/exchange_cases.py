"""Cases on the command line: the queue, one case as a file, checking such a file, judging alerts of the shadow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from sanwang.cli.exchange_money import print_rows
from sanwang.cli.exchange_open import As, Db, open_exchange, signed_in
from sanwang.cli.terminal import output
from sanwang.cli.workspace import JsonOption, LangOption, print_json, spoken


def cases(
    db: Db,
    ended: Annotated[bool, typer.Option("--ended", help="已结案的 / those that have ended")] = False,
    as_: As = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """核查案件：先重后轻，先旧后新 / Cases by severity and age, for analysts"""
    from sanwang.exchange.clock import day_of
    from sanwang.exchange.process import processes

    x, said = open_exchange(db), spoken(lang)
    rows = [{"id": c["id"], "number": c["number"], "severity": c["severity"], "rule": c["code"],
             "state": processes()["case"].state(c["state"], said), "opened": day_of(c["opened_at"]).isoformat(),
             "until": day_of(c["deadline_at"]).isoformat() if c["deadline_at"] else ""}
            for c in x.cases(signed_in(x, as_), ended)]  # fmt: skip
    print_rows(rows, json_)


def case_file(
    db: Db,
    case: Annotated[str, typer.Argument(help="案件编号 / id of a case")],
    out: Annotated[Path, typer.Option("-o", "--out", help="写入的文件 / the file to write")],
    as_: As = None,
) -> None:
    """导出案件：事件、规则、认定，可离线核验 / A case as one file that verifies without the exchange"""
    from sanwang.sources.atomic import atomic_path

    x = open_exchange(db)
    body = x.case_file(signed_in(x, as_), case)
    with atomic_path(out) as temporary:
        temporary.write_text(json.dumps(body, ensure_ascii=False, indent=1), encoding="utf-8")
    output.print(escape(str(out)))


def verify_case(
    file: Annotated[Path, typer.Argument(help="导出的案件 / an exported case")],
    db: Annotated[
        str | None, typer.Option(help="与这一交易所的事件链比对 / compare with an exchange's chain")
    ] = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """离线核验导出的案件；不符时退出码为 1 / Check an exported case offline; status 1 if it does not hold"""
    from sanwang.exchange.oversight import casefile
    from sanwang.exchange.ready import make_ready
    from sanwang.study.words import say

    said = spoken(lang)
    make_ready()
    body = casefile.read(file)
    if db is None:
        found = casefile.verify(body)
    else:
        with open_exchange(db).store.read() as tx:
            found = casefile.verify(body, tx)
    rows = [{"where": f.where, "what": f.zh if said == "zh" else f.en} for f in found]
    if json_:
        print_json({"ok": not found, "faults": rows})
    elif found:
        print_rows(rows, False)
    else:
        many = sum(a["recomputes"] for a in body["alerts"])
        key = "case_holds" if db is None else "case_stands"
        terms = {"events": len(body["events"]), "alerts": len(body["alerts"]), "again": many}
        output.print(
            escape(say(key, said, **terms, link=body["head"]["link"], digest=body["head"]["digest"])),
            soft_wrap=True,
        )
    raise typer.Exit(1 if found else 0)


def judge(
    db: Db,
    alert: Annotated[str, typer.Argument(help="提示编号 / id of an alert of a rule in the shadow")],
    verdict: Annotated[str, typer.Argument(help="true 属实，false 误报 / true or false")],
    why: Annotated[str, typer.Option(help="理由 / why")],
    as_: As = None,
) -> None:
    """评判影子运行规则的提示 / Say whether an alert of a rule in the shadow was right to ask"""
    from sanwang.errors import OptionError

    if verdict not in ("true", "false"):
        raise OptionError(f"{verdict!r}: true or false", f"{verdict!r}：应为 true 或 false")
    x = open_exchange(db)
    x.judge(signed_in(x, as_), alert, verdict == "true", why)


def alerts(
    db: Db,
    rule: Annotated[str | None, typer.Option(help="规则代码 / code of a rule")] = None,
    as_: As = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """已存的提示，新的在前 / Alerts that were stored, newest first, for analysts"""
    x, said = open_exchange(db), spoken(lang)
    rows = [{"id": a["id"], "rule": a["code"], "mode": a["mode"], "severity": a["severity"], "case": a["case"] or "",
             "said": a[said]["said"]} for a in x.told(signed_in(x, as_), rule)]  # fmt: skip
    print_rows(rows, json_)

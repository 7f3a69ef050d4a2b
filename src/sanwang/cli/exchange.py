"""The exchange on the command line: a new one, what is there, what one may do, taking a step, proof, snapshot."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from sanwang.cli.exchange_border import border, export_class, load_list
from sanwang.cli.exchange_cases import alerts, case_file, cases, judge, verify_case
from sanwang.cli.exchange_data import app as data
from sanwang.cli.exchange_debits import debits
from sanwang.cli.exchange_money import fund, portfolio, print_rows, schedule, year_of
from sanwang.cli.exchange_open import As, Db, judge_policies, open_exchange, signed_in
from sanwang.cli.exchange_reports import public, report
from sanwang.cli.exchange_sandbox import sandbox
from sanwang.cli.exchange_watch import rules, unusual
from sanwang.cli.spoken import Spoken, SpokenGroup
from sanwang.cli.terminal import output, progress
from sanwang.cli.workspace import JsonOption, LangOption, print_json, spoken
from sanwang.errors import InputError, OptionError

app = typer.Typer(cls=SpokenGroup, no_args_is_help=True, add_completion=False, rich_markup_mode=None)

Process = Annotated[
    str,
    typer.Argument(
        help="流程：listing nda deal milestone trial registration payment voucher holding bid … / which process"
    ),
]


@app.command(cls=Spoken)
def new(
    db: Db,
    sample: Annotated[bool, typer.Option("--sample", help="虚构的样例 / a fictional one to look at")] = False,
    year: Annotated[
        bool, typer.Option("--year", help="样例为一年的资金往来 / the sample is a year of money in motion")
    ] = False,
    planted: Annotated[
        bool, typer.Option("--planted", help="埋入违规情形，另存清单 / with schemes, written down beside it")
    ] = False,
    seed: Annotated[int, typer.Option(help="样例的随机种子 / seed of the year")] = 7,
    login: Annotated[str, typer.Option(help="运营人员的登录名 / the operator's login")] = "admin",
    lang: LangOption = None,
) -> None:
    """新建交易所，只有一名运营人员 / A new exchange with one operator"""
    from sanwang.exchange import Exchange
    from sanwang.exchange.oversight.measure import register

    said = spoken(lang)
    if "://" not in db and Path(db).exists():
        raise InputError(f"{db} exists", f"{db} 已存在")
    beside = register(db) if planted else None
    if planted and not (year and beside):
        raise OptionError(
            "--planted goes with --sample --year, in a file", "--planted 须与 --sample --year 同用，存为文件"
        )
    password = os.environ.get("SANWANG_PASSWORD") or secrets.token_urlsafe(12)
    judge_policies()
    x = Exchange.create(db, login, password)
    if year and not sample:
        raise OptionError("--year is a sample: --sample --year", "--year 是样例：请用 --sample --year")
    if year:
        year_of(x, password, seed, said, beside)
    elif sample:
        from sanwang.exchange.demo import fill

        with progress() as report:
            fill(x, password, report)
    from sanwang.study.words import say

    key = "exchange_year_made" if year else "exchange_sample" if sample else "exchange_made"
    output.print(escape(say(key, said, db=db, login=login, password=password)), soft_wrap=True)


@app.command(cls=Spoken)
def upgrade(db: Db) -> None:
    """把数据库升到本程序的版本 / Bring the tables to this version of the program"""
    from sanwang.exchange.store import open_store

    open_store(db).migrate()


@app.command("list", cls=Spoken)
def list_(
    db: Db,
    process: Annotated[
        str,
        typer.Argument(
            help="挂牌用检索；queue 待本岗位办理；其他列出自己的 / listings on show, queue, else one's own"
        ),
    ] = "listing",
    text: Annotated[str, typer.Option(help="检索词 / words to find")] = "",
    kind: Annotated[str | None, typer.Option(help="needs achievements … / kind of row")] = None,
    place: Annotated[str | None, typer.Option(help="GB/T 2260 代码 / code of a place")] = None,
    as_: As = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """所列内容以身份为限：访客只见公开 / What is there, as far as one may read it"""
    x, said = open_exchange(db), spoken(lang)
    who = signed_in(x, as_)
    if process == "queue":
        rows = [{"process": r["process"]} | _named(r["process"], r, said) for r in x.queue(who)]
    elif process == "listing":
        found = x.search(who, text, kind=kind, place=place, most=200)
        rows = [{"id": h.listing, "kind": h.kind, "row": h.row, "title": h.title, "place": h.place, "tier": h.tier}
                for h in found]  # fmt: skip
    else:
        rows = [_named(process, r, said) for r in x.mine(who, _known(process))]
    print_rows(rows, json_)


def _known(process: str) -> str:
    from sanwang.exchange.process import processes

    if process not in processes():
        known = ", ".join(processes())
        raise OptionError(f"no process is called {process!r}; {known}", f"没有流程 {process!r}；有 {known}")
    return process


def _named(process: str, row: Mapping[str, Any], lang: str) -> dict[str, Any]:
    from sanwang.exchange.clock import day_of
    from sanwang.exchange.process import processes

    until = row.get("deadline_at")
    shown = {k: row[k] for k in ("id", "number", "deal", "no", "title") if row.get(k) is not None}
    return shown | {
        "state": processes()[process].state(row["state"], lang),
        "until": day_of(until) if until else "",
    }


@app.command(cls=Spoken)
def show(
    db: Db,
    process: Process,
    subject: Annotated[str, typer.Argument(help="编号 / id")],
    as_: As = None,
) -> None:
    """一件事的内容；交易附各次报价与待签文本的摘要 / A subject; of a deal also its offers and the digest to sign"""
    x = open_exchange(db)
    who = signed_in(x, as_)
    found = dict(x.show(who, process, subject))
    print_json(found | (x.terms(who, subject) if process == "deal" and "price" in found else {}))


@app.command(cls=Spoken)
def allowed(
    db: Db,
    process: Process,
    subject: Annotated[str, typer.Argument(help="编号 / id")],
    as_: As = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """现在能做什么，其余为何不能 / What one may do now, and why not the rest"""
    x, said = open_exchange(db), spoken(lang)
    choices = x.allowed(signed_in(x, as_), process, subject, said)
    yes, no = ("可", "否") if said == "zh" else ("yes", "no")
    rows = [{"take": c.event, "label": c.label, "may": yes if c.may else no, "why": c.why, "to": c.to,
             "fields": " ".join(c.fields)} for c in choices]  # fmt: skip
    print_rows(rows, json_)


@app.command(cls=Spoken)
def offers(
    db: Db,
    holding: Annotated[str, typer.Argument(help="凭证持有编号 / id of a holding")],
    as_: As = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """凭证的各方报价：到手金额、含全部费用的年成本、追索 / Bids for a voucher: yearly cost, recourse"""
    from sanwang.standards.currencies import shown

    x, said = open_exchange(db), spoken(lang)
    no = "无追索权" if said == "zh" else "no recourse"
    rows = [{"bid": o.bid, "financier": o.financier, "received": shown(o.received, o.currency, said),
             "of": shown(o.amount, o.currency, said), "days": o.days,
             "yearly": "–" if o.yearly is None else f"{o.yearly / 100:.2f} %", "recourse": o.recourse or no,
             "until": o.valid_until_on} for o in x.offers(signed_in(x, as_), holding)]  # fmt: skip
    print_rows(rows, json_)


@app.command(cls=Spoken)
def outcomes(
    db: Db,
    prepaid: Annotated[str, typer.Argument(help="附条件预付款编号 / id of prepaid money")],
    as_: As = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """附条件预付款的全部情形与结果 / All that can happen to prepaid money, and how it ends"""
    from sanwang.standards.currencies import shown

    x, said = open_exchange(db), spoken(lang)
    who = signed_in(x, as_)
    row, waits = x.show(who, "prepaid", prepaid), "等待" if said == "zh" else "waits"
    rows = [{"part": o.part, "phase": o.phase, "facts": " ".join(o.facts) or "–", "outcome": o.outcome or waits,
             "to_provider": "–" if o.to_provider is None else shown(o.to_provider, row["currency"], said),
             "to_funder": "–" if o.to_funder is None else shown(o.to_funder, row["currency"], said)}
            for o in x.outcomes(who, prepaid)]  # fmt: skip
    print_rows(rows, json_)


app.command(cls=Spoken)(schedule)
app.command(cls=Spoken)(rules)
app.command(cls=Spoken)(unusual)
for _command in (alerts, cases, case_file, verify_case, judge):
    app.command(_command.__name__.replace("_", "-"), cls=Spoken)(_command)
app.command(cls=Spoken)(report)
app.command(cls=Spoken)(public)
app.command(cls=Spoken)(sandbox)
app.command(cls=Spoken)(border)
app.command(cls=Spoken)(debits)
app.command("border-load", cls=Spoken)(load_list)
app.add_typer(data, name="data", help="数据产品：提供、使用、计费、来源 / Data: offers, uses, bills, lineage")
app.command("export-class", cls=Spoken)(export_class)


app.command(cls=Spoken)(fund)
app.command(cls=Spoken)(portfolio)


@app.command(cls=Spoken)
def take(
    db: Db,
    process: Process,
    event: Annotated[str, typer.Argument(help="步骤 / the step")],
    subject: Annotated[str | None, typer.Argument(help="编号；新的不写 / id; none for something new")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="栏目=值，可多次 / field=value, repeatable")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="JSON 文件：栏目与值 / a JSON file of fields")] = None,
    as_: As = None,
    lang: LangOption = None,
) -> None:
    """走一步；打印编号与新状态 / Take a step; prints the id and the new state"""
    x, said = open_exchange(db), spoken(lang)
    who = signed_in(x, as_)
    made = x.take(who, process, subject, event, _data(set_ or [], data))
    from sanwang.exchange.process import processes

    state = processes()[process].state(x.show(who, process, made)["state"], said)
    output.print(escape(f"{made} {state}"), soft_wrap=True)


def _data(pairs: list[str], file: Path | None) -> dict[str, Any]:
    """Fields of a step; a value that reads as JSON is that, any other is text."""
    found: dict[str, Any] = {}
    if file is not None:
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(f"{file} is no JSON: {error}", f"{file} 不是 JSON：{error}") from error
    for pair in pairs:
        name, between, value = pair.partition("=")
        if not between:
            raise OptionError(f"{pair!r} is not field=value", f"{pair!r} 应为 栏目=值")
        found[name] = _value(value)
    return found


def _value(text: str) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(text)
    except ValueError:
        return text


@app.command(cls=Spoken)
def work(
    db: Db,
    bank: Annotated[
        Path | None, typer.Option(help="银行文件目录：out 放 pain.001，in 收 camt.053 / the bank's files")
    ] = None,
) -> None:
    """处理到期、提醒、订阅、付款并封存一轮 / One round of deadlines, reminders, alerts, payments and sealing"""
    done = open_exchange(db).work(bank)
    output.print(escape("  ".join(f"{k} {v}" for k, v in done.items())))


@app.command(cls=Spoken)
def verify(db: Db, json_: JsonOption = False, lang: LangOption = None) -> None:
    """重算事件链、状态与金额；不符时退出码为 1 / Recompute chain, states and sums; status 1 if they do not hold"""
    from sanwang.study.words import say

    x, said = open_exchange(db), spoken(lang)
    x.seal()
    found = x.verify()
    rows = [{"where": f.where, "what": f.zh if said == "zh" else f.en} for f in found]
    if json_:
        print_json({"ok": not found, "faults": rows})
    elif found:
        print_rows(rows, False)
    else:
        output.print(escape(say("exchange_holds", said)))
    raise typer.Exit(1 if found else 0)


@app.command(cls=Spoken)
def region(
    db: Db,
    out: Annotated[Path, typer.Option("-o", "--out", help="新目录 / a new folder")],
    public: Annotated[bool, typer.Option("--public", help="只含公开内容 / what is public only")] = False,
    contacts: Annotated[
        bool,
        typer.Option("--contacts", help="含联系人信息；默认以化名代替 / with persons' contacts, else marks"),
    ] = False,
    as_: As = None,
    lang: LangOption = None,
) -> None:
    """存为工作区，供匹配与规划；不含保密内容 / A workspace for match and plan, without what is under NDA"""
    from sanwang.errors import SanwangError

    x, said = open_exchange(db), spoken(lang)
    who = signed_in(x, as_)
    if not public and not (who.is_member or who.has("operator")):
        raise SanwangError(
            "members' texts are for members: --public, or --as", "会员内容仅限会员：请用 --public 或 --as"
        )
    if out.exists() and any(out.iterdir()):
        raise InputError(f"{out} is not empty", f"{out} 非空")
    written = x.region(0 if public else 1, contacts).save(out, "xlsx", said)
    output.print(escape("\n".join(str(p) for p in written)), soft_wrap=True)


@app.command(cls=Spoken)
def sheet(
    db: Db,
    registration: Annotated[str, typer.Argument(help="登记编号 / id of the registration")],
    out: Annotated[Path, typer.Option("-o", "--out", help="写入 .xlsx 或 .csv / a .xlsx or .csv file")],
    as_: As = None,
    lang: LangOption = None,
) -> None:
    """技术合同登记表 / The registration sheet of a technology contract"""
    from sanwang.report.form import write_form
    from sanwang.study.words import say

    x, said = open_exchange(db), spoken(lang)
    rows = x.sheet(signed_in(x, as_), registration, said)
    heads = tuple(say(k, said) for k in ("sheet_field", "sheet_value", "sheet_remark"))
    write_form(out, say("sheet_title", said), heads, rows, say("sheet_note", said))
    output.print(escape(str(out)))

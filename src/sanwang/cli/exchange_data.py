"""Data on the command line: products on offer, listing one from a catalogue, asking for a use, the log, lineage."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from sanwang.cli.exchange_money import print_rows
from sanwang.cli.exchange_open import As, Db, open_exchange, signed_in
from sanwang.cli.spoken import Spoken, SpokenGroup
from sanwang.cli.terminal import output
from sanwang.cli.workspace import JsonOption, LangOption, print_json, spoken
from sanwang.errors import InputError, OptionError

app = typer.Typer(cls=SpokenGroup, no_args_is_help=True, add_completion=False, rich_markup_mode=None)

Files = Annotated[list[Path], typer.Argument(help="DCAT-AP 目录（JSON-LD） / catalogues as JSON-LD")]
Of = Annotated[str, typer.Option("--dataset", help="数据集标识 / id of the dataset in the catalogue")]
Access = Annotated[str, typer.Argument(help="数据使用授权的编号 / id of an access")]


def _terms(files: list[Path], dataset: str) -> dict[str, Any]:
    from sanwang.factors.agreed import frozen
    from sanwang.factors.catalogue import read_catalogue

    found = read_catalogue(files)
    one = next((d for d in found.datasets if d.id == dataset), None)
    if one is None:
        known = ", ".join(d.id for d in found.datasets) or "–"
        raise InputError(f"no dataset {dataset!r}; there are {known}", f"没有数据集 {dataset!r}；有 {known}")
    return frozen(found, one)


@app.command(cls=Spoken)
def terms(
    files: Files,
    dataset: Of,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="写入 JSON / a JSON file to write")] = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """从目录取出一个数据集的使用政策，逐条说明 / A dataset's usage policies, cut out and in words"""
    from sanwang.factors.agreed import clauses
    from sanwang.sources.atomic import atomic_path

    made, said = _terms(files, dataset), spoken(lang)
    rows = [{"number": c.number, "said": c.zh if said == "zh" else c.en} for c in clauses(made)]
    print_rows(rows, json_)
    if out is not None:
        with atomic_path(out) as temporary:
            temporary.write_text(json.dumps(made, ensure_ascii=False, indent=1), encoding="utf-8")


@app.command("list", cls=Spoken)
def list_(
    db: Db,
    files: Files,
    dataset: Of,
    personal: Annotated[str, typer.Option(help="含个人信息：yes 或 no / personal data: yes or no")],
    listing: Annotated[
        str, typer.Option(help="要素挂牌（类型 data）的编号 / id of its listing of factor data")
    ],
    pricing: Annotated[str, typer.Option(help="free flat use unit_used unit_delivered")] = "free",
    price: Annotated[
        str, typer.Option(help="价格，按币种的单位，如 5.00 / price in whole units of the currency")
    ] = "0",
    cap: Annotated[str | None, typer.Option(help="封顶 / at most, an access")] = None,
    unit: Annotated[str | None, typer.Option(help="计量单位：条、MB … / what a unit is")] = None,
    currency: Annotated[str, typer.Option(help="币种 / currency")] = "CNY",
    basis: Annotated[
        str | None, typer.Option(help="个人信息的合法性依据 / legal basis for personal data")
    ] = None,
    as_: As = None,
    lang: LangOption = None,
) -> None:
    """登记数据资产，附使用政策与价格，起草为数据产品 / Register a data asset and draft a product of it"""
    from sanwang.standards.currencies import typed

    x, said = open_exchange(db), spoken(lang)
    who, agreed = signed_in(x, as_), _terms(files, dataset)
    money = {"price": typed(price, currency)[0], "cap": None if cap is None else typed(cap, currency)[0]}
    _own(x.mine(who, "listing"), listing)
    made, product = x.list_data(who, listing, agreed, personal, basis, pricing=pricing, unit=unit, currency=currency,
                                **money)  # fmt: skip
    output.print(escape(f"{made}\n{product}"), soft_wrap=True)
    _clauses(x.data_offer(who, product), said)


def _own(rows: list[Any], listing: str) -> None:
    if all(r["id"] != listing for r in rows):
        raise OptionError(f"{listing}: no listing of yours", f"{listing}：不是本单位的挂牌")


def _clauses(offer: Any, said: str) -> None:  # noqa: ANN401 - an offer
    from sanwang.exchange.data import shown

    row = offer.row
    output.print(escape(f"{row['number']} {row['title']}  {shown.price_said(row, said)}"), soft_wrap=True)
    output.print(escape(row["digest"]), soft_wrap=True)
    for one in offer.clauses:
        output.print(escape(f"  {shown.clause_said(one, said)}"), soft_wrap=True)


@app.command(cls=Spoken)
def offers(db: Db, as_: As = None, json_: JsonOption = False, lang: LangOption = None) -> None:
    """在提供的数据产品：价格、条款、须同意的摘要 / Data products on offer: price, clauses, digest"""
    from sanwang.exchange.data import shown

    x, said = open_exchange(db), spoken(lang)
    found = x.data_offers(signed_in(x, as_))
    if json_:
        print_json({"rows": [shown.offer_row(o) for o in found]})
        return
    for one in found:
        output.print(escape(f"{one.row['id']} {one.holder}"), soft_wrap=True)
        _clauses(one, said)


@app.command(cls=Spoken)
def use(
    db: Db,
    access: Access,
    action: Annotated[str, typer.Argument(help="ODRL 行为：use read derive distribute … / ODRL action")],
    purpose: Annotated[str | None, typer.Option(help="用途 / what for")] = None,
    place: Annotated[str | None, typer.Option(help="使用地的区划代码 / GB/T 2260 code of where")] = None,
    units: Annotated[int | None, typer.Option(help="数量 / how many units")] = None,
    duty: Annotated[
        list[str] | None, typer.Option(help="已履行的义务，可多次 / a duty done, repeatable")
    ] = None,
    deliver: Annotated[
        bool, typer.Option("--deliver", help="提供方交付 / a delivery, by the holder")
    ] = False,
    key: Annotated[
        str | None, typer.Option("--key", help="请求编号：重复只计一次 / the same again counts once")
    ] = None,
    as_: As = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """请求使用或交付；不准时退出码为 1 / Ask for a use or a delivery; status 1 where it is denied"""
    x, said = open_exchange(db), spoken(lang)
    who = signed_in(x, as_)
    made = x.use_data(who, access, action, deliver=deliver, request=key, purpose=purpose, place=place,
                      units=units, duties=duty)  # fmt: skip
    if json_:
        print_json(made)
    else:
        print_rows([_use_row(made, x.data_log(who, access).product["currency"], said)], False)
    raise typer.Exit(0 if made["decision"] == "permit" else 1)


def _use_row(use: dict[str, Any], currency: str, said: str) -> dict[str, Any]:
    from sanwang.standards.currencies import shown

    words = {"permit": ("准予", "permitted"), "deny": ("不准", "denied")}[use["decision"]]
    spot = 0 if said == "zh" else 1
    why = "; ".join(r[spot] for r in use["reasons"])
    return {"no": use["no"], "decision": words[spot], "clauses": " ".join(use["clauses"]), "action": use["action"],
            "charge": shown(use["charge"], currency, said), "why": why}  # fmt: skip


@app.command(cls=Spoken)
def log(db: Db, access: Access, as_: As = None, json_: JsonOption = False, lang: LangOption = None) -> None:
    """一份授权的全部使用与交付，及计费合计 / Every use and delivery of an access, with its sums"""
    from sanwang.exchange.data import shown
    from sanwang.standards.currencies import shown as money

    x, said = open_exchange(db), spoken(lang)
    found = x.data_log(signed_in(x, as_), access)
    rows = [shown.use_row(u) for u in found.uses]
    sums = {n: getattr(found, n) for n in ("metered", "disputed", "billed", "paid")}
    if json_:
        print_json({"rows": rows, "sums": sums, "cap": found.product["cap"]})
        return
    print_rows([_use_row(u, found.product["currency"], said) | {"bill": u["bill"]} for u in rows], False)
    named = {"metered": ("计费", "metered"), "disputed": ("异议中", "disputed"), "billed": ("已出账", "billed"),
             "paid": ("已付", "paid")}  # fmt: skip
    told = [
        f"{named[n][0 if said == 'zh' else 1]} {money(v, found.product['currency'], said)}"
        for n, v in sums.items()
    ]
    output.print(escape("  ".join(told)), soft_wrap=True)


@app.command(cls=Spoken)
def bill(
    db: Db,
    access: Access,
    until: Annotated[str, typer.Option(help="计到该日 / uses up to this day, 2026-12-31")],
    as_: As = None,
    lang: LangOption = None,
) -> None:
    """为到某日的使用出账 / Draw a bill for the uses up to a day"""
    from sanwang.standards.currencies import shown

    x = open_exchange(db)
    who = signed_in(x, as_)
    made = x.take(who, "data_bill", None, "draw", access=access, until_on=until)
    row = x.show(who, "data_bill", made)
    output.print(
        escape(f"{made} {row['number']} {shown(row['amount'], row['currency'], spoken(lang))}"),
        soft_wrap=True,
    )


@app.command(cls=Spoken)
def sources(
    db: Db,
    asset: Annotated[str, typer.Argument(help="数据资产的编号 / id of a data asset")],
    as_: As = None,
    json_: JsonOption = False,
) -> None:
    """数据资产的来源：从何而来、依哪份授权 / What a data asset was derived from, under which access"""
    x = open_exchange(db)
    named = ("number", "title", "access_number", "use_no", "state", "stays")
    print_rows([{n: r[n] for n in named} for r in x.data_sources(signed_in(x, as_), asset)], json_)


@app.command(cls=Spoken)
def touched(db: Db, access: Access, as_: As = None, json_: JsonOption = False) -> None:
    """撤回一份授权将影响的衍生数据与使用 / What a revocation of an access would touch further down"""
    x = open_exchange(db)
    rows = x.data_touched(signed_in(x, as_), access)
    print_rows(rows if json_ else [r | {"accesses": " ".join(r["accesses"])} for r in rows], json_)

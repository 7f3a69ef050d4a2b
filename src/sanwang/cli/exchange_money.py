"""Money on the command line: a schedule to the fen, a fund, a lender's book, the fictional year, rows on a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from sanwang.cli.exchange_open import As, Db, open_exchange, signed_in
from sanwang.cli.terminal import output, progress
from sanwang.cli.workspace import JsonOption, LangOption, print_json, spoken
from sanwang.errors import OptionError

if TYPE_CHECKING:
    from sanwang.exchange import Exchange
    from sanwang.exchange.who import Who


def print_rows(rows: list[dict[str, Any]], json_: bool) -> None:
    """Rows as JSON, or each on a line."""
    if json_:
        print_json({"rows": rows})
        return
    for row in rows:
        output.print(escape("  ".join(str(v) for v in row.values() if v not in (None, ""))), soft_wrap=True)


def year_of(x: Exchange, password: str, seed: int, said: str, planted: Path | None = None) -> None:
    """Run the fictional year and say what happened in it; with schemes in it, which are written down at a path."""
    from sanwang.exchange.demo_planted import plants, write_down
    from sanwang.exchange.demo_year import fill_year
    from sanwang.study.words import say

    sown, beside = plants(seed)
    with progress() as report:
        made = fill_year(x, password, seed, report, beside=beside if planted else None)
    x.seal()  # rules and reports read what is in the chain
    if planted:
        write_down(planted, sown[0].schemes)
    steps, refused = made.taken.total(), made.refused.total()
    told = say(
        "exchange_year", said, firms=len(made.firms), banks=len(made.banks), steps=steps, refused=refused
    )
    output.print(escape(told), soft_wrap=True)
    for name, number in sorted(made.taken.items()):
        output.print(escape(f"  {name} {number}"))


def fund(
    db: Db,
    fund_: Annotated[str, typer.Argument(metavar="FUND", help="基金编号 / id of a fund")],
    as_: As = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """基金的认缴、实缴、投放、收回、估值与收益率 / A fund in figures: flows, worth, rates"""
    x = open_exchange(db)
    fund_of(x, signed_in(x, as_), fund_, json_, spoken(lang))


def fund_of(x: Exchange, who: Who, fund: str, json_: bool, said: str) -> None:
    """A fund in figures: sums, flows by day, investments, rates."""
    from dataclasses import asdict

    from sanwang.standards.currencies import shown
    from sanwang.standards.returns import said as rate
    from sanwang.study.words import say

    seen = x.fund(who, fund)
    if json_:
        print_json(asdict(seen))
        return
    money = {n: shown(v, seen.currency, said) for n, v in asdict(seen).items() if isinstance(v, int)}
    times = {n: "–" if v is None else f"{v:.2f}" for n, v in (("dpi", seen.paid_out), ("tvpi", seen.whole))}
    rated = {"gross": rate(seen.gross, said), "net": rate(seen.net, said)}
    output.print(escape(say("exchange_fund", said, on=seen.on, **money, **times, **rated)), soft_wrap=True)
    for flow in seen.flows:
        words = say(f"exchange_fund_{flow.what}", said)
        output.print(
            escape(f"  {flow.on}  {words}  {shown(flow.amount, seen.currency, said)}"), soft_wrap=True
        )
    for one in seen.stakes:
        noted = say("exchange_fund_noted", said, on=one.noted_on, basis=one.basis) if one.noted_on else say(
            "exchange_fund_at_cost", said)  # fmt: skip
        worth = shown(one.worth, seen.currency, said)
        output.print(escape(f"  {one.number}  {worth}  {noted}"), soft_wrap=True)


def schedule(
    principal: Annotated[str, typer.Option(help="本金，如 100万 / such as 100万")],
    rate_bp: Annotated[int, typer.Option(min=0, help="年利率，基点 / yearly rate in basis points")],
    periods: Annotated[int, typer.Option(min=1, max=600, help="期数 / number of payments")],
    start: Annotated[str, typer.Option(help="起息日 / first day of interest")],
    months: Annotated[int, typer.Option(min=1, max=12, help="每期月数 / months of a period")] = 1,
    day_count: Annotated[str, typer.Option(help="act/360 act/365 30e/360")] = "act/360",
    repay: Annotated[str, typer.Option(help="annuity equal_principal bullet")] = "annuity",
    residual: Annotated[str, typer.Option(help="残值 / residual")] = "0元",
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """还款计划，精确到分 / A schedule to the fen"""
    from sanwang.exchange.clock import iso_day
    from sanwang.standards import interest
    from sanwang.standards.currencies import shown
    from sanwang.study.option import Unreadable, money

    said, begin = spoken(lang), iso_day(start)
    try:
        whole, left = (int(str(money().read(text))) for text in (principal, residual))
        if begin is None:
            raise OptionError(f"{start!r} is no date", f"{start!r} 不是日期")
        made = interest.schedule(
            whole, rate_bp, begin, periods, months, count=day_count, repay=repay, residual=left
        )
    except (Unreadable, ValueError) as error:
        raise OptionError(f"no schedule can be made of that ({error})", "这些条件不能排出还款计划") from error
    rows = [{"no": i.no, "due_on": i.due_on.isoformat(), "principal": i.principal if json_ else
             shown(i.principal, lang=said), "interest": i.interest if json_ else shown(i.interest, lang=said),
             "total": i.total if json_ else shown(i.total, lang=said)} for i in made]  # fmt: skip
    print_rows(rows, json_)


def portfolio(db: Db, as_: As = None, json_: JsonOption = False, lang: LangOption = None) -> None:
    """贷款人的组合：未还本金、逾期、担保、集中度、限额、待办申请 / A lender's book, its limits and what waits"""
    from dataclasses import asdict

    from sanwang.standards.currencies import shown
    from sanwang.study.words import say

    x, said = open_exchange(db), spoken(lang)
    who = signed_in(x, as_)
    found = [(p, b) for p in sorted(who.parties) for b in x.portfolio(who, p)]
    if json_:
        print_json({"rows": [{"lender": p, **asdict(b)} for p, b in found]})
        return
    for _, b in found:
        sums = {
            n: shown(getattr(b, n), b.currency, said)
            for n in ("outstanding", "arrears", "guaranteed", "uncovered")
        }
        line = say(
            "exchange_book", said, loans=b.loans, queue=b.queue, largest=f"{b.largest / 100:.1f}", **sums
        )
        output.print(escape(line), soft_wrap=True)
        for use in b.limits:
            used, most = (shown(v, use.currency, said) for v in (use.used, use.amount))
            output.print(
                escape(say("exchange_limit", said, name=use.name, used=used, most=most)), soft_wrap=True
            )

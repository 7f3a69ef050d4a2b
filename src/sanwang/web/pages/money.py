"""Money: what the institution holds for a party, statements that prove themselves, payouts, the bank's own lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from sanwang.errors import OptionError
from sanwang.exchange import clock, views
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.ledger.accounts import codes
from sanwang.exchange.ledger.statements import statement
from sanwang.exchange.limits import Portfolio
from sanwang.exchange.payments import rail_of
from sanwang.exchange.rails.work import booked, unexplained
from sanwang.standards.iso20022 import StatementLine, read_statement
from sanwang.study.table import Table
from sanwang.web.render import page, to
from sanwang.web.taken import table_of
from sanwang.web.visit import Here, Visit
from sanwang.web.words import said, state, typed, value

router = APIRouter()


@router.get("/money")
def money(v: Here) -> Response:
    """Accounts, payments, and the form to pay out."""
    who = v.signed_in()
    with v.exchange.store.read() as tx:
        own, rows = views.accounts_of(tx, who), views.payments_of(tx, who)
        names = {p["id"]: p for p in views.own_parties(tx, who)}
        lost, rail = unexplained(tx) if who.has("operator") else [], rail_of(tx)
    lending = [(p, *_lending(v, i)) for i, p in names.items()]
    handles = {p for p in who.parties if who.for_party(p, "payer", "releaser")}
    return page(
        v, "money", take=_tables(v, own, rows), own=own, names=names, rows=rows, lost=lost, codes=codes(), rail=rail,
        handles=handles, lending=[x for x in lending if x[1] or x[2]],
    )  # fmt: skip


def _lending(v: Visit, party: str) -> tuple[Sequence[Portfolio], list[Mapping[str, Any]]]:
    """What a party has lent under its limits, and the applications that wait for its answer."""
    rows = [r for r in v.exchange.mine(v.who, "loan") if r["lender"] == party and r["state"] == "applied"]
    return v.exchange.portfolio(v.who, party), list(rows)


@router.get("/money/{key}")
def account(v: Here, key: str) -> Response:
    """An account's statement between two days; the last ninety unless asked otherwise."""
    who = v.signed_in()
    with v.exchange.store.read() as tx:
        own = {a["id"] for a in views.accounts_of(tx, who)}
        if key not in own and not who.has("auditor"):
            raise NotFound
        today = clock.day_of(tx.now)
        start = _day(v.query.get("from"), today - dt.timedelta(days=90))
        made = statement(tx, key, start, _day(v.query.get("until"), today), v.lang)
    shown = [
        {"on": x["on"], "words": x["words"], "other": x["other"],
         **{k: value("amount", x[k], v.lang, made.unit) for k in ("money_in", "money_out", "balance")}}
        for x in made.lines.to_dicts()
    ]  # fmt: skip
    table = table_of("statement", said("statement", v.lang), shown, v.lang, on="text", words="long", other="text",
                     money_in="text", money_out="text", balance="text")  # fmt: skip
    return page(
        v,
        "statement",
        take=[table],
        s=made,
        code=codes()[made.code],
        lines=made.lines.to_dicts(),
        faults=made.faults(),
    )


def _tables(v: Visit, own: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> list[Table]:
    """Accounts and payments as pages write them: amounts with their unit."""
    zh = v.lang == "zh"
    accounts = [
        {"account": codes()[a["code"]].zh if zh else codes()[a["code"]].en, "party": a["name"] or a["number"],
         **{k: value("amount", a[k], v.lang, a["unit"]) for k in ("balance", "free")}}
        for a in own
    ]  # fmt: skip
    payments = [
        {"way": said(f"way.{r['way']}", v.lang), "reference": r["reference"],
         "state": state("payment", r["state"], v.lang),
         "amount": value("amount", r["amount"], v.lang, r["currency"]), "at": value("read_at", r["at"], v.lang)}
        for r in rows
    ]  # fmt: skip
    return [
        table_of("accounts", said("accounts", v.lang), accounts, v.lang, account="text", party="text", balance="text",
                 free="text"),
        table_of("payments", said("payments", v.lang), payments, v.lang, way="text", reference="text", state="text",
                 amount="text", at="text"),
    ]  # fmt: skip


@router.post("/money/pay")
def pay(v: Here) -> Response:
    """Instruct a payout; another person of the party releases it."""
    who = v.signed_in()
    amount = typed("amount", "money", v.form.get("amount", ""))
    data = {"party": v.form.get("party", ""), "amount": amount, "account_at": v.form.get("account_at", "")}
    if rail := v.form.get("rail"):
        data["rail"] = rail
    made = v.exchange.take(who, "payment", None, "instruct", data, request=v.form.get("request") or None)
    return to(f"/payment/{made}")


@router.post("/money/statement")
def lines(v: Here) -> Response:
    """The bank's statement as a camt.053 file, or one line by hand: for operators."""
    if not v.signed_in().has("operator"):
        raise Refused("role", "only the operator may do that", "须由运营方办理")
    with v.exchange.store.read() as tx:
        rail = rail_of(tx, v.form.get("rail") or None)
    read = [x for f in v.files for x in read_statement(f.file.read().decode("utf-8-sig", "strict"))]
    for one in read or [_by_hand(v)]:
        v.exchange.store.run(lambda tx, line=one: booked(tx, rail, line))
    return to("/money")


def _by_hand(v: Visit) -> StatementLine:
    """A line as a person reads it off the bank's site; its reference at the bank makes it count once."""
    amount = typed("amount", "money", v.form.get("amount", ""))
    bank = v.form.get("bank_reference", "").strip()
    if not amount or not bank:
        raise OptionError("an amount and the bank's reference are wanted", "须填写金额与银行流水号")
    way = "out" if v.form.get("way") == "out" else "in"
    on = _day(v.form.get("booked_on"), clock.day_of(v.exchange.store.clock()))
    return StatementLine(
        f"hand {bank}", 1, on, way, amount, "CNY", v.form.get("reference", "").strip() or None, bank, None
    )


def _day(text: str | None, otherwise: dt.date) -> dt.date:
    try:
        return dt.date.fromisoformat(text) if text else otherwise
    except ValueError:
        raise OptionError(f"{text!r} is no date", f"{text!r} 不是日期") from None

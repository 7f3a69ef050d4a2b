"""Payments across the border: filed with codes, screened, counted against quotas, then paid as any payment is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import border_lists, clock
from sanwang.exchange.deals import SIGNED, count_on
from sanwang.exchange.events import Fault
from sanwang.exchange.ledger.accounts import at_hand
from sanwang.exchange.ledger.rules import wallet
from sanwang.exchange.proof import CHECKS
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.border import crossings
from sanwang.exchange.tables.deals import deals
from sanwang.exchange.tables.money import payments
from sanwang.exchange.tables.people import parties
from sanwang.exchange.who import EXCHANGE
from sanwang.standards.currencies import both, is_currency

HOME = "CN"


@opener("crossing")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a filing."""
    data = step.data
    named = (
        "party",
        "payee",
        "account_at",
        "amount",
        "currency",
        "purpose_code",
        "bop_code",
        "deal",
        "words",
    )
    return {n: data.get(n) for n in named} | {
        "number": "", "country": data["country"].upper(), "filed_by": step.who.user,
    }  # fmt: skip


@guard("crossing_sound")
def crossing_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A verified payer, a payee with a country, an amount in a currency, a deal of the payer's if one is named."""
    row = step.row
    if tx.value(sa.select(parties.c.state).where(parties.c.id == row["party"])) != "verified":
        return {"wanted": ("付款方须为已核验单位", "the payer must be a verified party")}
    if not re.fullmatch(r"[A-Z]{2}", row["country"]):
        return {
            "wanted": ("国家或地区须为两位字母代码（ISO 3166-1）", "the country is two letters of ISO 3166-1")
        }
    if not (is_currency(row["currency"]) and row["amount"] > 0):
        return {"wanted": ("须有币种与大于零的金额", "a currency and an amount above zero are wanted")}
    if row["country"] == HOME and row["currency"] == "CNY":
        return {"wanted": ("境内人民币付款无须申报", "a payment in CNY at home is not filed")}
    return deal_as_said(tx, step)


@guard("codes_known")
def codes_known(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Both codes stand in the lists in force; a code that is not known is asked for, never assumed."""
    for kind, code in (("purpose", step.row["purpose_code"]), ("balance_of_payments", step.row["bop_code"])):
        found = border_lists.entry(tx, kind, code)
        if isinstance(found, tuple):
            return {"wanted": found}
    return None


@guard("deal_as_said")
def deal_as_said(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A deal that is named is the payer's and signed: what is declared of the export was declared there."""
    row = step.row
    if not row["deal"]:
        return None
    deal = tx.one(sa.select(deals).where(deals.c.id == row["deal"]))
    if deal is None or row["party"] not in (deal["buyer"], deal["seller"]):
        return {"wanted": ("所指交易不是付款方的", "the deal that is named is not the payer's")}
    if deal["state"] not in SIGNED:
        return {"wanted": ("所指交易尚未签约", "the deal that is named is not signed")}
    return None


@guard("crossing_money")
def crossing_money(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """What is paid is there."""
    row = step.row
    there = at_hand(tx, wallet(row["party"], row["currency"]))
    return None if there >= row["amount"] else {"wanted": both(row["amount"], row["currency"])}


@effect("number_crossing")
def number_crossing(tx: Tx, step: Step) -> None:
    """Its number."""
    year = clock.day_of(tx.now).year
    step.changes["number"] = f"G-{year}-{count_on(tx, f'crossings:{year}'):05d}"


@effect("instruct_crossing")
def instruct_crossing(tx: Tx, step: Step) -> None:
    """It becomes a payment like any other: a second person releases it, the rail answers."""
    from sanwang.exchange.taking import take

    row = step.row
    data = {
        "party": row["party"], "amount": row["amount"], "currency": row["currency"], "account_at": row["account_at"],
        "crossing": step.subject,
    }  # fmt: skip
    step.changes["payment"] = take(tx, step.who, "payment", None, "instruct", data)


@guard("crossing_named")
def crossing_named(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A payout that crosses the border, or may, comes out of a filing that was just instructed by the same step."""
    row, filing = step.row, step.data.get("crossing")
    if filing is None:
        return {} if row["currency"] != "CNY" or _abroad(tx, row["party"]) else None
    found = tx.one(sa.select(crossings).where(crossings.c.id == filing))
    same = found is not None and all(
        found[n] == row[n] for n in ("party", "amount", "currency", "account_at")
    )
    fresh = found is not None and found["state"] == "instructed" and found["payment"] is None
    return None if same and fresh else {}


def _abroad(tx: Tx, party: str) -> bool:
    """Whether a party lies outside the mainland by its place; without a place and a code of ours it may."""
    row = tx.one(sa.select(parties).where(parties.c.id == party))
    if row is None or row["place"] is None:
        return row is None or (row["kind"] == "org" and row["uscc"] is None)
    return row["place"][:2] in ("71", "81", "82")


@effect("tell_crossing")
def tell_crossing(tx: Tx, step: Step) -> None:
    """What became of the payment becomes of the filing."""
    from sanwang.exchange.taking import take

    if step.row["crossing"]:
        event = "paid" if step.take == "confirm" else "unpaid"
        take(tx, EXCHANGE, "crossing", step.row["crossing"], event)


_STANDS: Mapping[str, tuple[str, ...]] = {
    "instructed": ("instructed", "released", "sent", "unknown"),
    "done": ("confirmed",),
    "failed": ("rejected", "returned", "cancelled"),
}
"""Where the payment stands when the filing stands there."""


def verify(tx: Tx) -> list[Fault]:
    """A filing that was instructed has its payment, of the same amount, standing where the filing says."""
    faults: list[Fault] = []
    for row in tx.all(sa.select(crossings).where(crossings.c.state.in_(tuple(_STANDS)))):
        paid = tx.one(sa.select(payments).where(payments.c.id == row["payment"]))
        if not _agree(row, paid):
            faults.append(Fault(f"crossing {row['number']}", "differs from its payment", "与付款不符"))
    return faults


def _agree(row: Row, paid: Row | None) -> bool:
    return (
        paid is not None
        and paid["crossing"] == row["id"]
        and all(paid[n] == row[n] for n in ("party", "amount", "currency"))
        and paid["state"] in _STANDS[row["state"]]
    )


CHECKS.append(verify)

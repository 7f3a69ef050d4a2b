"""Payments across the border: filed with codes, screened, counted against quotas, then paid as any payment is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import border_lists, clock
from sanwang.exchange.conversions import RATE
from sanwang.exchange.deals import SIGNED, count_on
from sanwang.exchange.errors import Refused
from sanwang.exchange.events import Fault
from sanwang.exchange.ledger.accounts import at_hand
from sanwang.exchange.ledger.rules import wallet
from sanwang.exchange.proof import CHECKS
from sanwang.exchange.rules.reading import in_force
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.border import crossings
from sanwang.exchange.tables.deals import deals
from sanwang.exchange.tables.money import payments
from sanwang.exchange.tables.people import parties
from sanwang.exchange.who import EXCHANGE
from sanwang.standards.currencies import both, is_currency, scale
from sanwang.standards.iso20022 import Border, unreportable

CHINA = "CN"


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
        "rail",
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
    if row["country"] == CHINA and row["currency"] == "CNY":
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
        "crossing": step.subject, "rail": row["rail"],
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


def border_of(tx: Tx, payment: Row) -> tuple[str, Border | None]:
    """The payee's name on the papers and what a payment across the border states of itself; nothing of one at home."""
    row = (
        tx.one(sa.select(crossings).where(crossings.c.id == payment["crossing"]))
        if payment["crossing"]
        else None
    )
    if row is None:
        return "", None
    return row["payee"], Border(row["country"], row["purpose_code"] or "", row["bop_code"] or "")


def may_be_written(tx: Tx, payment: Row) -> None:
    """Raise Refused for a payment across the border that does not state its codes: it is not handed to a bank."""
    crosses = payment["currency"] != "CNY" or payment["crossing"] or _abroad(tx, payment["party"])
    border = border_of(tx, payment)[1]
    if crosses and border is None:
        raise Refused("border_codes", "it was not filed as a payment across the border", "未办理跨境付款申报")
    if border is not None and (wrong := unreportable(border)):
        raise Refused("border_codes", *wrong)


@guard("codes_fit")
def codes_fit(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A bank's message has room for the codes as they are."""
    row = step.row
    wrong = unreportable(Border(row["country"], row["purpose_code"], row["bop_code"]))
    return {"wanted": (wrong[1], wrong[0])} if wrong else None


@guard("tax_filed")
def tax_filed(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Above the threshold in dollars the number of the tax filing is wanted; another currency wants a rate to know."""
    row = step.row
    if row["tax_filing"]:
        return None
    rule = in_force("border.tax_filing_above", clock.day_of(tx.now))
    worth = row["amount"] if row["currency"] == "USD" else None
    if row["currency"] != "USD" and row["usd_rate"]:
        worth = (
            Fraction(row["amount"], 10 ** scale(row["currency"]))
            * Fraction(row["usd_rate"])
            * 10 ** scale("USD")
        )
    if worth is None:
        return {"wanted": (
            f"不知等值多少美元：请写明折合美元汇率及来源，或税务备案编号。{rule.said('zh')}",
            f"its worth in dollars is not known: a rate with its source, or the tax filing's number. {rule.said('en')}",
        )}  # fmt: skip
    return {"wanted": (rule.said("zh"), rule.said("en"))} if worth > rule.value else None


@guard("rate_said")
def rate_said(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A rate is a decimal above zero with its source and a day until today."""
    data = {n: step.data.get(n) for n in ("usd_rate", "source", "on_day")}
    if not any(data.values()):
        return None
    written = RATE.fullmatch(data["usd_rate"] or "") and Fraction(data["usd_rate"] or 0) > 0
    return (
        None
        if written and data["source"] and "" < (data["on_day"] or "") <= clock.day_of(tx.now).isoformat()
        else {}
    )


@effect("keep_tax")
def keep_tax(tx: Tx, step: Step) -> None:
    """The filing's number, or the rate by which its worth is known."""
    data = step.data
    named = {"tax_filing": "tax_filing", "usd_rate": "usd_rate", "source": "usd_source", "on_day": "usd_on"}
    step.changes |= {column: data[field] for field, column in named.items() if data.get(field)}


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

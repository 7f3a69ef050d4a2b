"""A round with a rail: send what was released, take in what it answers, explain every line it booked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from sanwang.errors import SanwangError
from sanwang.exchange import conversions
from sanwang.exchange.crossings import border_of, may_be_written
from sanwang.exchange.errors import Refused
from sanwang.exchange.ledger.accounts import found, free
from sanwang.exchange.ledger.rules import bank
from sanwang.exchange.payments import payment_by_reference
from sanwang.exchange.rails.files import FilesRail
from sanwang.exchange.rails.manual import ManualRail
from sanwang.exchange.rails.port import Answer, Order, Rail, Swap
from sanwang.exchange.rails.simulated import SimulatedRail
from sanwang.exchange.store import Row, Store, Tx
from sanwang.exchange.tables.deals import deals
from sanwang.exchange.tables.mandates import debits, mandates
from sanwang.exchange.tables.money import bank_lines, payments
from sanwang.exchange.tables.people import parties
from sanwang.exchange.taking import take
from sanwang.exchange.who import RAIL
from sanwang.standards.iso20022 import NOTICE, StatementLine

WAITING = ("sent", "unknown")


@dataclass
class Round:
    """What a round with a rail did: how many of each kind, and what it could not do, in words."""

    counts: Counter[str] = field(default_factory=Counter[str])
    trouble: list[SanwangError] = field(default_factory=list[SanwangError])


def standing(demonstration: bool, bank: Path | None = None) -> list[Rail]:
    """Rails of an exchange: by hand, by files where the bank's folder is given, simulated in a demonstration alone."""
    rails: list[Rail] = [ManualRail()]
    if bank is not None:
        rails.append(FilesRail(bank))
    return [*rails, *([SimulatedRail()] if demonstration else [])]


def work(store: Store, rail: Rail) -> Round:
    """Send, hear and explain, each payment in a transaction of its own: one that fails stops no other."""
    done = Round()
    rail.send(send(store, rail.name, done))
    with store.read() as tx:
        waiting = [_order(tx, row) for row in _payments(tx, rail.name, WAITING)]
    for answer in rail.answers(waiting, store.clock()):
        attempt(store, done, lambda tx, a=answer: heard(tx, rail.name, a))
    with store.read() as tx:
        swaps = [_swap(row) for row in conversions.unbooked(tx) if _covered(tx, rail.name, row)]
    for line in (*rail.lines(store.clock()), *rail.swapped(swaps, store.clock())):
        attempt(store, done, lambda tx, one=line: booked(tx, rail.name, one))
    return done


def send(store: Store, rail: str, done: Round) -> list[Order]:
    """Mark released payments as sent, and give them: marked first, so that after a crash they are asked about."""
    with store.read() as tx:
        ids = [row["id"] for row in _payments(tx, rail, ("released",))]
    orders: list[Order] = []

    def mark(tx: Tx, payment: str) -> str:
        may_be_written(tx, tx.the(payments, payment))
        take(tx, RAIL, "payment", payment, "send")
        row = tx.one(sa.select(payments).where(payments.c.id == payment))
        if row is not None:
            orders.append(_order(tx, row))
        return "sent"

    for one in ids:
        attempt(store, done, lambda tx, p=one: mark(tx, p))
    return orders


def heard(tx: Tx, rail: str, answer: Answer) -> str:
    """Take in an answer; the same one again changes nothing. Returns what it was. Raises Refused where none fits."""
    row = payment_by_reference(tx, rail, answer.reference)
    if row is None:
        raise Refused(
            "reference", f"no payment is called {answer.reference}", f"没有参考号为 {answer.reference} 的付款"
        )
    if (answer.amount, answer.currency) != (row["amount"], row["currency"]):
        raise Refused(
            "amount",
            f"the answer to {answer.reference} is about another amount",
            f"{answer.reference} 的回执金额与付款不符",
        )
    kind = {"confirmed": "confirm", "rejected": "reject", "returned": "return"}[answer.kind]
    if _told(row, answer):
        return "repeated"
    data: dict[str, object] = {"reference": answer.bank_reference}
    if kind != "confirm":
        data |= {"why": "bank", "words": answer.why}
    take(tx, RAIL, "payment", row["id"], kind, data)
    return answer.kind


def _told(row: Row, answer: Answer) -> bool:
    """Whether the payment stands where the answer would bring it, or beyond."""
    beyond: Mapping[str, tuple[str, ...]] = {
        "confirmed": ("confirmed", "returned"),
        "rejected": ("rejected",),
        "returned": ("returned",),
    }
    return row["state"] in beyond[answer.kind]


def booked(tx: Tx, rail: str, line: StatementLine) -> str:
    """Take in a booked line of a statement and say what explains it.

    A line that is known changes nothing; the same place in the same statement with other content is refused. What a
    notification told during the day is told by the day's statement again, and counts once. A line out confirms the
    payment of its reference; a line in with the number of a deal or party is money received, with the reference of a
    payout it is that payout come back, any other is money without an owner. Lines with the number of an exchange of
    currencies, one out and one in, move the bank's mirror in its two currencies.
    """
    known = tx.one(
        sa.select(bank_lines).where(
            bank_lines.c.rail == rail, bank_lines.c.statement == line.statement, bank_lines.c.no == line.no
        )
    )
    if known is not None:
        same = (line.booked_on.isoformat(), line.way, line.amount, line.currency, line.reference)
        if same != tuple(known[c] for c in ("booked_on", "way", "amount", "currency", "reference")):
            raise Refused(
                "statement",
                f"statement {line.statement}, line {line.no} was read before with other content",
                f"对账单 {line.statement} 第 {line.no} 行与先前读入的内容不同",
            )
        return "known"
    payment, how = (
        _told_before(tx, rail, line)
        or _exchanged(tx, rail, line)
        or (_out if line.way == "out" else _in)(tx, rail, line)
    )
    tx.insert(
        bank_lines, rail=rail, statement=line.statement, no=line.no, booked_on=line.booked_on.isoformat(), way=line.way,
        amount=line.amount, currency=line.currency, reference=line.reference, bank_reference=line.bank_reference,
        words=line.words, payment=payment, explained=how,
    )  # fmt: skip
    return how


def _exchanged(tx: Tx, rail: str, line: StatementLine) -> tuple[str, str] | None:
    """One side of an exchange, by its number: its booking; None where the line is none of an exchange that waits."""
    row = conversions.waiting(tx, line.way, line.reference or "", line.amount, line.currency)
    if row is None:
        return None
    data: dict[str, object] = {
        "reference": f"{row['number']}/{line.currency}", "amount": line.amount, "currency": line.currency,
        "rail": rail, "conversion": row["id"],
    }  # fmt: skip
    return take(tx, RAIL, "payment", None, "settle", data), "exchanged"


def _told_before(tx: Tx, rail: str, line: StatementLine) -> tuple[str | None, str] | None:
    """What explained the same booking in a message of the other kind, notification or statement; None where it is new.

    Bookings are the same that agree in day, way, amount, currency and both references; alike ones are counted.
    """
    same = (
        bank_lines.c.rail == rail, bank_lines.c.booked_on == line.booked_on.isoformat(), bank_lines.c.way == line.way,
        bank_lines.c.amount == line.amount, bank_lines.c.currency == line.currency,
        bank_lines.c.reference.is_not_distinct_from(line.reference),
        bank_lines.c.bank_reference.is_not_distinct_from(line.bank_reference),
    )  # fmt: skip
    columns = (bank_lines.c.statement, bank_lines.c.payment)
    rows = tx.all(sa.select(*columns).where(*same).order_by(bank_lines.c.statement, bank_lines.c.no))
    notice = line.statement.startswith(NOTICE)
    others = [r["payment"] for r in rows if r["statement"].startswith(NOTICE) != notice]
    own = len(rows) - len(others)
    return (others[own], "repeated") if own < len(others) else None


def unexplained(tx: Tx) -> list[Row]:
    """Booked lines that no payment explains."""
    return tx.all(sa.select(bank_lines).where(bank_lines.c.payment.is_(None)))


def _out(tx: Tx, rail: str, line: StatementLine) -> tuple[str | None, str]:
    row = payment_by_reference(tx, rail, line.reference or "")
    if row is None or (row["amount"], row["currency"], row["way"]) != (line.amount, line.currency, "out"):
        return None, "unexplained"
    if row["state"] in WAITING:
        take(tx, RAIL, "payment", row["id"], "confirm", {"reference": _bank(line)})
        return row["id"], "confirmed"
    return (row["id"], "confirmed") if row["state"] == "confirmed" else (None, "unexplained")


def _in(tx: Tx, rail: str, line: StatementLine) -> tuple[str, str]:
    ours = payment_by_reference(tx, rail, line.reference or "")
    out = (line.amount, line.currency, "out", "confirmed")
    if ours is not None and tuple(ours[c] for c in ("amount", "currency", "way", "state")) == out:
        take(tx, RAIL, "payment", ours["id"], "return", {"reference": _bank(line), "why": "bank"})
        return ours["id"], "returned"
    data: dict[str, object] = {
        "reference": _unused(tx, rail, line), "amount": line.amount, "currency": line.currency, "rail": rail,
    }  # fmt: skip
    owner = owner_of(tx, line.reference or "", line.currency)
    kind = "receive" if owner else "find"
    return take(tx, RAIL, "payment", None, kind, data | owner), "received" if owner else "found"


def owner_of(tx: Tx, reference: str, currency: str) -> dict[str, object]:
    """Whose money a reference says it is: a deal's number (of that currency), a party's or a debit's; else nothing."""
    deal = tx.value(sa.select(deals.c.id).where(deals.c.number == reference, deals.c.currency == currency))
    if deal is not None:
        return {"deal": deal}
    party = tx.value(sa.select(parties.c.id).where(parties.c.actor == reference)) or _debited(tx, reference)
    return {"party": party} if party is not None else {}


def _debited(tx: Tx, reference: str) -> str | None:
    """The debtor of a direct debit: what was collected is its own money here until the loan takes it."""
    joined = sa.join(debits, mandates, debits.c.mandate == mandates.c.id)
    asked = sa.select(mandates.c.debtor).select_from(joined).where(debits.c.reference == reference)
    return tx.value(asked.where(debits.c.written_at.is_not(None)))


def _bank(line: StatementLine) -> str:
    """The institution's reference of a line, else the line's place: one line counts once."""
    return line.bank_reference or f"{line.statement}/{line.no}"


def _unused(tx: Tx, rail: str, line: StatementLine) -> str:
    """The institution's reference, with the line's place where a payment has it: the parts of a bundle share one."""
    said = _bank(line)
    taken = payment_by_reference(tx, rail, said) is not None
    return f"{said} {line.statement}/{line.no}" if taken else said


def _payments(tx: Tx, rail: str, states: Sequence[str]) -> list[Row]:
    asked = sa.select(payments).where(
        payments.c.rail == rail, payments.c.way == "out", payments.c.state.in_(states)
    )
    return tx.all(asked.order_by(payments.c.id))


def _covered(tx: Tx, rail: str, row: Row) -> bool:
    """Whether the bank behind a rail has what was given, as far as its mirror says, or let go of it already."""
    there = found(tx, bank(rail, row["currency"]))
    return row["given_payment"] is not None or (there is not None and free(there) >= row["amount"])


def _swap(row: Row) -> Swap:
    return Swap(row["number"], row["amount"], row["currency"], row["got"], row["wanted"])


def _order(tx: Tx, row: Row) -> Order:
    name = tx.value(sa.select(parties.c.name).where(parties.c.id == row["party"]))
    return Order(
        row["id"], row["reference"], row["party"], name or "", row["account_at"] or "", row["amount"], row["currency"],
        row["deal"] or "", row["at"], *border_of(tx, row),
    )  # fmt: skip


def attempt(store: Store, done: Round, what: Callable[[Tx], str]) -> None:
    """Do something in a transaction of its own; what goes wrong is kept among the trouble and stops nothing else."""
    try:
        done.counts[store.run(what)] += 1
    except SanwangError as error:
        done.counts["trouble"] += 1
        done.trouble.append(error)

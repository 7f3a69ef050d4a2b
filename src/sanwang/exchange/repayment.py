"""Repaying: collected on the day, late with late interest, early, on new terms, or written off and recovered.

A payment goes to late interest, then interest, then principal, the oldest instalment first (Civil Code, art. 561). The
late interest of an instalment runs from its due date on its unpaid principal at the contract's late rate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from sanwang.exchange import clock
from sanwang.exchange.ledger import lending
from sanwang.exchange.ledger.accounts import at_hand, balance
from sanwang.exchange.ledger.effects import make
from sanwang.exchange.ledger.rules import divided, wallet
from sanwang.exchange.loans import faults, lending_of, planned
from sanwang.exchange.steps import Step, effect, guard
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.loans import guarantees, instalments, loans
from sanwang.exchange.tables.money import accounts
from sanwang.exchange.taking import take
from sanwang.exchange.vouchers import paid_into
from sanwang.exchange.who import EXCHANGE
from sanwang.standards.currencies import both
from sanwang.standards.interest import interest


@dataclass(frozen=True)
class Due:
    """An instalment with what of it is unpaid on a day: late interest, interest, principal (fen)."""

    plan: int
    no: int
    due_on: date
    late: int
    late_left: int
    interest_left: int
    principal_left: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.late_left + self.interest_left + self.principal_left


def open_instalments(tx: Tx, loan: Row, on: date) -> list[Due]:
    """Instalments of the schedule in force that are not paid whole, oldest first, as they stand on a day."""
    asked = sa.select(instalments).where(instalments.c.loan == loan["id"], instalments.c.plan == loan["plan"])
    found_ = [_due(row, loan["terms"], on) for row in tx.all(asked.order_by(instalments.c.no))]
    return [d for d in found_ if d.total]


def _due(row: Row, terms: Mapping[str, int | str], on: date) -> Due:
    due_on = date.fromisoformat(row["due_on"])
    left = row["principal"] - row["paid_principal"]
    since = date.fromisoformat(row["late_until_on"]) if row["late_until_on"] else due_on
    more = (
        interest(left, int(terms.get("late_bp", 0)), since, on, str(terms["day_count"])) if on > since else 0
    )
    late = row["late"] + more
    return Due(
        row["plan"],
        row["no"],
        due_on,
        late,
        late - row["paid_late"],
        row["interest"] - row["paid_interest"],
        left,
    )


def due_now(tx: Tx, loan: Row, on: date) -> int:
    """What is due by a day, with late interest."""
    return sum(d.total for d in open_instalments(tx, loan, on) if d.due_on <= on)


def owed_now(tx: Tx, loan: Row, on: date) -> tuple[int, int]:
    """To settle everything on a day: cost (late interest, interest due, interest that has run) and principal.

    The residual of a lease is part of the principal.
    """
    rows = open_instalments(tx, loan, on)
    past = [d for d in rows if d.due_on <= on]
    cost = sum(d.late_left + d.interest_left for d in past)
    coming = [d for d in rows if d.due_on > on]
    if coming:
        terms, since = loan["terms"], _since(tx, loan, on)
        left = sum(d.principal_left for d in coming) + terms.get("residual", 0)
        run = interest(left, terms["rate_bp"], since, on, terms["day_count"])
        cost += max(run, 0) + _carried(tx, loan, coming[0])
    return cost, sum(parts_of(tx, loan).values())


def _since(tx: Tx, loan: Row, on: date) -> date:
    """The last due date by a day, or the day the schedule began."""
    asked = sa.select(sa.func.max(instalments.c.due_on)).where(
        instalments.c.loan == loan["id"],
        instalments.c.plan == loan["plan"],
        instalments.c.due_on <= on.isoformat(),
    )
    last = tx.value(asked)
    return date.fromisoformat(last or loan["terms"].get("begun_on") or loan["drawn_on"])


def _carried(tx: Tx, loan: Row, first: Due) -> int:
    """Interest carried over from an earlier schedule that is still in the first instalment."""
    return min(int(loan["terms"].get("carried", 0)), first.interest_left) if first.no == 1 else 0


def parts_of(tx: Tx, loan: Row, code: str = "lent") -> dict[str, int]:
    """To whom how much of the principal is owed."""
    asked = sa.select(accounts).where(accounts.c.code == code, accounts.c.deal == loan["id"])
    return {r["party"]: balance(r) for r in tx.all(asked.order_by(accounts.c.party)) if balance(r)}


def at_borrower(tx: Tx, loan: Row) -> int:
    """The borrower's free money in the loan's currency."""
    return at_hand(tx, wallet(loan["borrower"], loan["currency"]))


def _lacks(tx: Tx, loan: Row, wanted: int) -> Mapping[str, object] | None:
    return None if 0 < wanted <= at_borrower(tx, loan) else {"wanted": both(wanted, loan["currency"])}


@guard("due_there")
def due_there(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The borrower's free money covers what is due."""
    return _lacks(tx, step.row, due_now(tx, step.row, _day(tx, step)))


def _day(tx: Tx, step: Step) -> date:
    """The day a collection counts for: the due date itself where nothing was missed, however late the clock is read."""
    on_time = step.take == "collect" and step.row["state"] == "performing"
    return date.fromisoformat(step.row["next_on"]) if on_time else clock.day_of(tx.now)


@guard("amount_there")
def amount_there(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The amount is there, and is no more than is due by now."""
    most = due_now(tx, step.row, clock.day_of(tx.now))
    amount = step.data["amount"]
    return (
        None
        if 0 < amount <= min(most, at_borrower(tx, step.row))
        else {"most": both(most, step.row["currency"])}
    )


@guard("whole_there")
def whole_there(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The borrower's free money settles everything."""
    return _lacks(tx, step.row, sum(owed_now(tx, step.row, clock.day_of(tx.now))))


@guard("residual_there")
def residual_there(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The borrower's free money covers the residual."""
    return _lacks(tx, step.row, step.row["terms"].get("residual", 0))


@guard("recoverable")
def recoverable(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """No more than was written off."""
    most = step.row["written_off"]
    return None if 0 < step.data["amount"] <= most else {"most": both(most, step.row["currency"])}


@guard("new_terms")
def new_terms(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """New terms for exactly what is outstanding, without new security or fees."""
    whole = sum(parts_of(tx, step.row).values())
    terms = step.data["loan_terms"]
    kept = {n for n in ("fee", "collateral", "guarantor", "guarantee_bp", "guarantee_fee") if terms.get(n)}
    if kept or terms.get("principal") != whole:
        return {"wanted": both(whole, step.row["currency"])}
    wrong = faults(tx, terms, dict(step.row) | {"amount": whole})
    return {"wanted": wrong} if wrong else None


@effect("L2")
def collect(tx: Tx, step: Step) -> None:
    """Everything that is due."""
    on = _day(tx, step)
    pay_towards(tx, step, step.row, due_now(tx, step.row, on), on)


@effect("L2p")
def pay(tx: Tx, step: Step) -> None:
    """A part of what is due; who has paid all of it is in arrears no more."""
    pay_towards(tx, step, step.row, step.data["amount"], clock.day_of(tx.now))


def pay_towards(tx: Tx, step: Step, loan: Row, amount: int, on: date) -> None:
    """An amount of the borrower's for what is due by a day, oldest first: late interest, interest, principal."""
    left, cost, principal = amount, 0, 0
    for one in open_instalments(tx, loan, on):
        if one.due_on > on or not left:
            break
        late, due_interest = min(left, one.late_left), min(max(left - one.late_left, 0), one.interest_left)
        part = min(left - late - due_interest, one.principal_left)
        left -= late + due_interest + part
        cost, principal = cost + late + due_interest, principal + part
        _written(tx, loan, one, on, late, due_interest, part)
    _post(tx, step, loan, cost, principal, "L2")
    _onward(tx, loan["id"], on)


def _written(tx: Tx, loan: Row, one: Due, on: date, late: int, due_interest: int, part: int) -> None:
    its = instalments.c
    where = sa.and_(its.loan == loan["id"], its.plan == one.plan, its.no == one.no)
    tx.execute(
        instalments.update().where(where).values(
            late=one.late, late_until_on=max(on, one.due_on).isoformat(), paid_late=its.paid_late + late,
            paid_interest=its.paid_interest + due_interest, paid_principal=its.paid_principal + part,
        )
    )  # fmt: skip


def _post(tx: Tx, step: Step, loan: Row, cost: int, principal: int, code: str) -> None:
    """Interest to the lender, principal to those it is owed to in proportion; what guarantors get back is counted."""
    holders = parts_of(tx, loan)
    parts = divided(principal, holders) if principal else {}
    make(tx, step, code, lending.paid(lending_of(loan), cost, parts, code))
    sums = {"repaid": loans.c.repaid + principal, "interest_paid": loans.c.interest_paid + cost}
    tx.execute(loans.update().where(loans.c.id == loan["id"]).values(**sums))
    _to_guarantors(tx, loan, parts)
    paid_into(tx, loan, cost + parts.get(loan["lender"], 0))


def _to_guarantors(tx: Tx, loan: Row, parts: Mapping[str, int]) -> None:
    its = guarantees.c
    for party, amount in parts.items():
        if party != loan["lender"]:
            where = sa.and_(its.loan == loan["id"], its.guarantor == party, its.state == "paid")
            tx.execute(guarantees.update().where(where).values(recovered=its.recovered + amount))


def _onward(tx: Tx, loan: str, on: date) -> None:
    """When the next instalment is due; a loan without one is finished, a lease waits for its residual."""
    row = tx.the(loans, loan)
    left = open_instalments(tx, row, on)
    if not left:
        event = "rents_paid" if row["terms"].get("residual", 0) else "finish"
        tx.execute(loans.update().where(loans.c.id == loan), {"next_on": None, "deadline_at": None})
        take(tx, EXCHANGE, "loan", loan, event)
        return
    due = left[0].due_on
    fresh: dict[str, object] = {"next_on": due.isoformat()}
    if due > on or row["state"] == "performing":
        fresh["deadline_at"] = clock.end_of(due)
    tx.execute(loans.update().where(loans.c.id == loan), fresh)
    if due > on and row["state"] == "arrears":
        take(tx, EXCHANGE, "loan", loan, "cure")


@effect("L3")
def prepay(tx: Tx, step: Step) -> None:
    """Everything at once, with the interest that has run until today."""
    row, on = step.row, clock.day_of(tx.now)
    cost, principal = owed_now(tx, row, on)
    its = instalments.c
    for one in open_instalments(tx, row, on):
        if one.due_on <= on:
            _written(tx, row, one, on, one.late_left, one.interest_left, one.principal_left)
        else:  # its interest is not due: what has run is paid with the rest
            where = sa.and_(its.loan == row["id"], its.plan == one.plan, its.no == one.no)
            tx.execute(
                instalments.update()
                .where(where)
                .values(interest=its.paid_interest, paid_principal=its.principal)
            )
    _post(tx, step, row, cost, principal, "L3")
    tx.execute(loans.update().where(loans.c.id == row["id"]), {"next_on": None, "deadline_at": None})
    take(tx, EXCHANGE, "loan", row["id"], "finish")


@effect("L4")
def buy(tx: Tx, step: Step) -> None:
    """The lessee buys at the residual."""
    _post(tx, step, step.row, 0, step.row["terms"]["residual"], "L4")


@effect("L7")
def give_back(tx: Tx, step: Step) -> None:
    """The thing went back: the residual is owed no more."""
    parts = parts_of(tx, step.row)
    make(tx, step, "L7", lending.given_back(lending_of(step.row), parts))
    step.changes["returned"] = sum(parts.values())


@effect("restructure")
def restructure(tx: Tx, step: Step) -> None:
    """A new schedule from today for what is outstanding; interest owed so far is due with its first instalment."""
    row, on = step.row, clock.day_of(tx.now)
    cost, principal = owed_now(tx, row, on)
    terms = dict(step.data["loan_terms"]) | {"begun_on": on.isoformat(), "carried": cost}
    plan = row["plan"] + 1
    step.changes |= {"terms": terms, "plan": plan} | planned(tx, row["id"], plan, terms, principal, on, cost)


@effect("L6")
def write_off(tx: Tx, step: Step) -> None:
    """What is owed counts as lost for whoever it is owed to."""
    parts = parts_of(tx, step.row)
    make(tx, step, "L6", lending.written_off(lending_of(step.row), parts))
    step.changes |= {"written_off": sum(parts.values()), "why": step.data["why"], "next_on": None}


@effect("L9")
def recover(tx: Tx, step: Step) -> None:
    """Something was paid after all."""
    row, amount = step.row, step.data["amount"]
    parts = divided(amount, parts_of(tx, row, "bad"))
    make(tx, step, "L9", lending.recovered(lending_of(row), parts))
    step.changes |= {"written_off": row["written_off"] - amount, "repaid": row["repaid"] + amount}
    _to_guarantors(tx, row, parts)
    paid_into(tx, row, parts.get(row["lender"], 0))

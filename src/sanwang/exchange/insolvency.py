"""Claims against an insolvent party as far as the exchange knows them, by rank, and what each would get at most.

A computation for the operator and the administrator: nothing is paid by it. Costs, wages and taxes are not known here;
whoever knows them gives their sums. What secures a claim is not counted: its proceeds are the creditor's first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from sanwang.exchange import clock
from sanwang.exchange.errors import NotFound
from sanwang.exchange.ledger.accounts import balance, found
from sanwang.exchange.ledger.rules import divided, wallet
from sanwang.exchange.repayment import owed_now
from sanwang.exchange.rules.reading import in_force
from sanwang.exchange.store import Tx
from sanwang.exchange.tables.loans import collaterals, loans
from sanwang.exchange.tables.stops import stops
from sanwang.exchange.tables.vouchers import holdings
from sanwang.exchange.vouchers import HELD
from sanwang.exchange.who import Who

RANKS = ("costs", "wages", "taxes", "ordinary")
"""Names of the ranks; their order is dated data (``insolvency.*`` in the rules), to be confirmed by the operator."""


@dataclass(frozen=True)
class Claim:
    """A claim: whose, on what, its rank, its amount, and what it would get if all claims were known (fen).

    ``creditor`` is empty for sums that were given by rank. ``secured``: collateral stands registered for it.
    """

    creditor: str
    what: str
    rank: str
    amount: int
    secured: bool
    gets: int


def estate(tx: Tx, who: Who, stop: str, given: Mapping[str, int]) -> list[Claim]:
    """Claims against the party of an insolvency, by rank; ``given``: sums of ranks that are not known here.

    Raises NotFound for anybody but an operator, and for a stop that is no insolvency in force.
    """
    row = tx.one(sa.select(stops).where(stops.c.id == stop, stops.c.stopping == "insolvency"))
    if row is None or row["state"] != "in_force" or not who.has("operator"):
        raise NotFound
    account = found(tx, wallet(row["party"], row["currency"]))
    claims = [Claim("", "", rank, amount, False, 0) for rank, amount in sorted(given.items()) if amount]
    claims += _known(tx, row["party"], row["currency"])
    on = clock.day_of(tx.now)
    order = {name: int(in_force(f"insolvency.{name}", on).value) for name in RANKS}
    return shared(balance(account) if account else 0, claims, order)


def shared(money: int, claims: Sequence[Claim], order: Mapping[str, int]) -> list[Claim]:
    """Claims with what each gets: rank by rank in full, the last that money reaches in proportion, to the fen."""
    done: list[Claim] = []
    for rank in sorted(order, key=lambda r: order[r]):
        its = [c for c in claims if c.rank == rank and c.amount > 0]
        pot = min(money, sum(c.amount for c in its))
        parts = divided(pot, {f"{n:06d}": c.amount for n, c in enumerate(its)}) if its else {}
        money -= pot
        done += [
            Claim(c.creditor, c.what, c.rank, c.amount, c.secured, parts[f"{n:06d}"])
            for n, c in enumerate(its)
        ]
    return done


def _known(tx: Tx, party: str, currency: str) -> list[Claim]:
    """Parts of vouchers that it owes, and its loans with interest until today."""
    parts = sa.select(holdings).where(
        holdings.c.debtor == party, holdings.c.state.in_(HELD), holdings.c.currency == currency
    )
    claims = [Claim(r["holder"], r["number"], "ordinary", r["owed"], False, 0)
              for r in tx.all(parts.order_by(holdings.c.number))]  # fmt: skip
    owing = sa.select(loans).where(
        loans.c.borrower == party,
        loans.c.state.in_(("performing", "arrears", "residual")),
        loans.c.currency == currency,
    )
    for row in tx.all(owing.order_by(loans.c.number)):
        backed = sa.select(collaterals.c.id).where(
            collaterals.c.loan == row["id"], collaterals.c.state == "registered"
        )
        cost, principal = owed_now(tx, row, clock.day_of(tx.now))
        left = principal if row["state"] != "residual" else row["drawn"] - row["repaid"]
        secured = tx.value(backed.limit(1)) is not None
        claims.append(Claim(row["lender"], row["number"], "ordinary", cost + left, secured, 0))
    return claims

"""What loans do to the books: L1 to L9. Money moves between wallets; the memo book holds what is owed to whom.

``loan`` is what a borrower owes, ``lent`` what of it is owed to whom (the lender, and a guarantor who paid), ``bad``
what was written off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sanwang.exchange.ledger.accounts import Account
from sanwang.exchange.ledger.rules import wallet
from sanwang.exchange.ledger.transfers import Leg


@dataclass(frozen=True)
class Lending:
    """A loan as the books know it."""

    loan: str
    borrower: str
    lender: str
    unit: str

    @property
    def owed(self) -> Account:
        """What the borrower owes."""
        return Account("loan", self.borrower, self.loan, self.unit)

    def lent(self, party: str) -> Account:
        """What of it is owed to a party."""
        return Account("lent", party, self.loan, self.unit)

    def bad(self, party: str) -> Account:
        """What of a party's was written off."""
        return Account("bad", party, self.loan, self.unit)


def drawn(it: Lending, principal: int, fee: int, guarantors: Mapping[str, int]) -> list[Leg]:
    """L1: the principal is paid out; the lender's fee and the guarantors' come off it."""
    borrower = wallet(it.borrower, it.unit)
    fees = {it.lender: fee} | dict(guarantors)
    return [
        Leg("L1", principal, wallet(it.lender, it.unit), borrower),
        Leg("L1", principal, it.owed, it.lent(it.lender)),
        *(
            Leg("L1", amount, borrower, wallet(party, it.unit))
            for party, amount in sorted(fees.items())
            if amount
        ),
    ]


def paid(it: Lending, cost: int, principal: Mapping[str, int], code: str = "L2") -> list[Leg]:
    """L2 (L3 early, L4 residual): interest to the lender, principal to whom it is owed."""
    borrower = wallet(it.borrower, it.unit)
    interest = [Leg(code, cost, borrower, wallet(it.lender, it.unit))] if cost else []
    parts = [(p, a) for p, a in sorted(principal.items()) if a]
    return [
        *interest,
        *(Leg(code, a, borrower, wallet(p, it.unit)) for p, a in parts),
        *(Leg(code, a, it.lent(p), it.owed) for p, a in parts),
    ]


def stood_in(it: Lending, guarantor: str, amount: int) -> list[Leg]:
    """L5: a guarantor paid its share and steps into the lender's place for as much."""
    return [
        Leg("L5", amount, wallet(guarantor, it.unit), wallet(it.lender, it.unit)),
        Leg("L5", amount, it.lent(it.lender), it.lent(guarantor)),
    ]


def written_off(it: Lending, parts: Mapping[str, int]) -> list[Leg]:
    """L6: what is owed counts as lost; the debt stands."""
    return [Leg("L6", a, it.lent(p), it.bad(p)) for p, a in sorted(parts.items()) if a]


def given_back(it: Lending, parts: Mapping[str, int]) -> list[Leg]:
    """L7: the leased thing was given back: its residual is owed no more."""
    return [Leg("L7", a, it.lent(p), it.owed) for p, a in sorted(parts.items()) if a]


def recovered(it: Lending, parts: Mapping[str, int]) -> list[Leg]:
    """L9: something of what was written off was paid after all."""
    paid_ = [(p, a) for p, a in sorted(parts.items()) if a]
    return [
        *(Leg("L9", a, wallet(it.borrower, it.unit), wallet(p, it.unit)) for p, a in paid_),
        *(Leg("L9", a, it.bad(p), it.owed) for p, a in paid_),
    ]

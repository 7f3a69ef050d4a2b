"""What receivable vouchers do to the books: V1 to V7, plain functions from facts to legs.

In the voucher book a debtor's obligation stands against those who hold parts of it; in the money book the price and the
payment move between wallets. An entry that does both does both or neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sanwang.exchange.ledger.accounts import Account
from sanwang.exchange.ledger.rules import wallet
from sanwang.exchange.ledger.transfers import Leg


@dataclass(frozen=True)
class Paper:
    """A voucher as the books know it: its id, who owes, in which currency."""

    voucher: str
    debtor: str
    unit: str

    @property
    def debt(self) -> Account:
        """What the debtor owes on it."""
        return Account("obligation", self.debtor, self.voucher, self.unit)

    def held(self, party: str) -> Account:
        """What a party holds of it."""
        return Account("holder", party, self.voucher, self.unit)

    @property
    def lost(self) -> Account:
        """What of it was written off."""
        return Account("lost", deal=self.voucher, unit=self.unit)


def accepted(paper: Paper, holder: str, amount: int) -> list[Leg]:
    """V1: the first holder accepted it."""
    return [Leg("V1", amount, paper.debt, paper.held(holder))]


def passed(paper: Paper, giver: str, taker: str, amount: int) -> list[Leg]:
    """V2: a part changed hands."""
    return [Leg("V2", amount, paper.held(giver), paper.held(taker))]


def sold(paper: Paper, holder: str, financier: str, amount: int) -> list[Leg]:
    """V3h: a part is set aside for the financier until the price is paid."""
    return [Leg("V3h", amount, paper.held(holder), paper.held(financier), "hold")]


def unsold(hold: str) -> list[Leg]:
    """V3x: the price was not paid; the part is the holder's again."""
    return [Leg("V3x", 0, step="void", hold=hold)]


def financed(hold: str, financier: str, holder: str, received: int, fee: int, unit: str) -> list[Leg]:
    """V3: price against part, in one entry: the holder gets the price less fees, the exchange its own fee."""
    paid = [Leg("V3", received, wallet(financier, unit), wallet(holder, unit))]
    own = [Leg("V3", fee, wallet(financier, unit), Account("fee", unit=unit))] if fee else []
    return [Leg("V3", 0, step="post", hold=hold), *paid, *own]


def paid(paper: Paper, parts: Sequence[tuple[str, int]]) -> list[Leg]:
    """V4: the debtor pays holders, each by what it holds or a part of it; the debt shrinks by as much."""
    money = [Leg("V4", a, wallet(paper.debtor, paper.unit), wallet(h, paper.unit)) for h, a in parts if a]
    return [*money, *(Leg("V4", a, paper.held(h), paper.debt) for h, a in parts if a)]


def set_off(paper: Paper, holder: str, amount: int) -> list[Leg]:
    """V8: an amount of a part was set off in a round."""
    return [Leg("V8", amount, paper.held(holder), paper.debt)]


def bought_back(paper: Paper, holder: str, buyer: str, amount: int) -> list[Leg]:
    """V5: who promised recourse pays the holder and holds the part itself."""
    return [
        Leg("V5", amount, wallet(buyer, paper.unit), wallet(holder, paper.unit)),
        Leg("V5", amount, paper.held(holder), paper.held(buyer)),
    ]


def written_off(paper: Paper, parts: Sequence[tuple[str, int]]) -> list[Leg]:
    """V6: what is still owed counts as lost; the debt itself stands."""
    return [Leg("V6", a, paper.held(h), paper.lost) for h, a in parts if a]


def cancelled(paper: Paper, holder: str, amount: int) -> list[Leg]:
    """V7: both sides agreed that nothing is owed."""
    return [Leg("V7", amount, paper.held(holder), paper.debt)]

"""What funds do to the books: F1 to F6. Money moves between wallets and the fund's own; the memo book holds promises.

``commitment`` is what an investor promised and has not paid, against the fund's ``uncalled``; a call holds a part of
it, so nobody can be called beyond it. ``stake`` is what an investment cost so far, against the fund's ``at_cost``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sanwang.exchange.ledger.accounts import Account
from sanwang.exchange.ledger.rules import wallet
from sanwang.exchange.ledger.transfers import Leg


@dataclass(frozen=True)
class Pool:
    """A fund as the books know it."""

    fund: str
    unit: str

    @property
    def cash(self) -> Account:
        """Its money at the institution."""
        return Account("fund", deal=self.fund, unit=self.unit)

    @property
    def uncalled(self) -> Account:
        """What its investors promised and have not paid."""
        return Account("uncalled", deal=self.fund, unit=self.unit)

    @property
    def at_cost(self) -> Account:
        """What its investments cost."""
        return Account("at_cost", deal=self.fund, unit=self.unit)

    def promised(self, investor: str) -> Account:
        """What an investor promised and has not paid."""
        return Account("commitment", investor, self.fund, self.unit)

    def stake(self, investee: str, investment: str) -> Account:
        """What an investment cost."""
        return Account("stake", investee, investment, self.unit)


def committed(it: Pool, investor: str, amount: int) -> list[Leg]:
    """F1: a promise was admitted."""
    return [Leg("F1", amount, it.promised(investor), it.uncalled)]


def released(it: Pool, investor: str, amount: int) -> list[Leg]:
    """F1x: what was not called is promised no more."""
    return [Leg("F1x", amount, it.uncalled, it.promised(investor))] if amount else []


def called(it: Pool, investor: str, amount: int) -> list[Leg]:
    """F2h: a part of a promise is set aside for a call."""
    return [Leg("F2h", amount, it.uncalled, it.promised(investor), "hold")]


def uncalled(hold: str) -> list[Leg]:
    """F2x: a call was taken back."""
    return [Leg("F2x", 0, step="void", hold=hold)]


def paid_in(it: Pool, hold: str, investor: str, amount: int) -> list[Leg]:
    """F2: a call was paid."""
    return [Leg("F2", 0, step="post", hold=hold), Leg("F2", amount, wallet(investor, it.unit), it.cash)]


def tranche(it: Pool, investee: str, investment: str, amount: int) -> list[Leg]:
    """F3: a tranche was paid out."""
    return [
        Leg("F3", amount, it.cash, wallet(investee, it.unit)),
        Leg("F3", amount, it.stake(investee, investment), it.at_cost),
    ]


def distributed(it: Pool, parts: Mapping[str, int]) -> list[Leg]:
    """F4: investors get their parts."""
    return [Leg("F4", a, it.cash, wallet(p, it.unit)) for p, a in sorted(parts.items()) if a]


def came_back(it: Pool, payer: str, amount: int, investee: str, investment: str, cost: int) -> list[Leg]:
    """F5: a sale, repayment or dividend; ``cost`` of what was sold or repaid leaves the books."""
    sold = [Leg("F5", cost, it.at_cost, it.stake(investee, investment))] if cost else []
    return [Leg("F5", amount, wallet(payer, it.unit), it.cash), *sold]


def lost(it: Pool, investee: str, investment: str, cost: int) -> list[Leg]:
    """F6: cost written off."""
    return [Leg("F6", cost, it.at_cost, it.stake(investee, investment))]

"""What a rail is: a way by which a licensed institution is told to pay, and tells what was booked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from sanwang.standards.iso20022 import Border, StatementLine


@dataclass(frozen=True)
class Order:
    """A payout to make: under our reference, from a party's money to an account at a bank.

    ``payee`` is the name on the papers where one is known, ``border`` what a payment across the border states.
    """

    payment: str
    reference: str
    party: str
    party_name: str
    account: str
    amount: int
    currency: str
    words: str
    sent_at: int
    payee: str = ""
    border: Border | None = None


@dataclass(frozen=True)
class Swap:
    """An exchange of currencies that the institution is to book: by its number, what is given and what is got."""

    number: str
    amount: int
    currency: str
    got: int
    wanted: str


@dataclass(frozen=True)
class Answer:
    """What the institution says about an order of ours."""

    reference: str
    kind: Literal["confirmed", "rejected", "returned"]
    bank_reference: str
    amount: int
    currency: str
    why: str = ""


class Rail(Protocol):
    """A rail hands orders over and is asked what became of them; the same answer may come more than once."""

    @property
    def name(self) -> str:
        """The name that payments carry."""
        ...

    def send(self, orders: Sequence[Order]) -> None:
        """Hand orders over. An order that may have arrived is never sent again: it is asked about."""
        ...

    def answers(self, orders: Sequence[Order], now: int) -> list[Answer]:
        """What is known by now of orders that wait for an answer; nothing for those still under way."""
        ...

    def lines(self, now: int) -> list[StatementLine]:
        """Booked lines that the institution reported, earlier ones may come again."""
        ...

    def swapped(self, swaps: Sequence[Swap], now: int) -> list[StatementLine]:
        """Lines of exchanges that it books without a statement of its own; nothing where statements tell of them."""
        ...

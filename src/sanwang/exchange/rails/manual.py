"""A rail by hand: a person makes the transfer at the bank's own counter or site and enters what the bank said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sanwang.exchange.rails.port import Answer, Order, Swap
from sanwang.standards.iso20022 import StatementLine


@dataclass(frozen=True)
class ManualRail:
    """It sends nothing and hears nothing by itself: confirmations come as statement lines that a person enters."""

    name: str = "manual"

    def send(self, orders: Sequence[Order]) -> None:
        """The person reads the orders in the list of payments."""

    def answers(self, orders: Sequence[Order], now: int) -> list[Answer]:
        """None."""
        return []

    def lines(self, now: int) -> list[StatementLine]:
        """None."""
        return []

    def swapped(self, swaps: Sequence[Swap], now: int) -> list[StatementLine]:
        """None: the bank's own statement tells of them, by the number of the exchange."""
        return []

"""A made-up institution for demonstrations and tests: it delays, refuses, repeats and returns, each by a known rule.

What it does with an order follows from the order's reference and the seed alone, so that a run can be repeated and a
restart forgets nothing. No money moves anywhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sanwang.exchange.clock import SECOND, day_of
from sanwang.exchange.rails.port import Answer, Order, Swap
from sanwang.standards.iso20022 import StatementLine


@dataclass(frozen=True)
class SimulatedRail:
    """Shares of orders, in percent, that are refused, repeated, returned after confirmation, or never answered."""

    seed: int = 7
    delay_seconds: int = 60
    refused: int = 2
    repeated: int = 5
    returned: int = 1
    silent: int = 1
    name: str = "simulated"

    def send(self, orders: Sequence[Order]) -> None:
        """Nothing to hand over: the institution reads the orders when it is asked."""

    def answers(self, orders: Sequence[Order], now: int) -> list[Answer]:
        """Answers to the orders whose delay has passed."""
        return [a for order in orders for a in self._answers(order, now)]

    def lines(self, now: int) -> list[StatementLine]:
        """It reports by answers only."""
        return []

    def swapped(self, swaps: Sequence[Swap], now: int) -> list[StatementLine]:
        """Both lines of every exchange, at once."""
        return [line for one in swaps for line in self._lines(one, now)]

    def _lines(self, one: Swap, now: int) -> list[StatementLine]:
        name = f"SIM-{one.number}"
        sides = (("out", one.amount, one.currency), ("in", one.got, one.wanted))
        return [
            StatementLine(
                name,
                no,
                day_of(now),
                way,
                amount,
                currency,
                one.number,
                f"{name}/{no}",
                "",
            )
            for no, (way, amount, currency) in enumerate(sides, 1)
        ]

    def _answers(self, order: Order, now: int) -> list[Answer]:
        drawn = hashlib.sha256(f"{self.seed}:{order.reference}".encode()).digest()
        if now < order.sent_at + (1 + drawn[0] % 4) * self.delay_seconds * SECOND // 4:
            return []
        fate = int.from_bytes(drawn[1:5], "big") % 100
        if fate < self.silent:
            return []
        if fate < self.silent + self.refused:
            return [self._answer(order, "rejected", drawn, "AC04 account closed")]
        made = [self._answer(order, "confirmed", drawn)]
        if fate >= 100 - self.repeated:
            made *= 2
        if fate >= 100 - self.repeated - self.returned and len(made) == 1:
            made.append(self._answer(order, "returned", drawn, "AC01 no such account"))
        return made

    def _answer(self, order: Order, kind: str, drawn: bytes, why: str = "") -> Answer:
        bank = f"SIM{drawn[5:13].hex().upper()}"
        return Answer(order.reference, kind, bank, order.amount, order.currency, why)  # pyright: ignore[reportArgumentType]

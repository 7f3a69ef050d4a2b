"""A rail by bank files: orders leave as one pain.001 message, the bank's messages come back in a folder.

Read are pain.002 (an order refused or settled), camt.054 (booked during the day) and camt.053 (the day's statement).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sanwang.exchange.clock import at_home
from sanwang.exchange.rails.port import Answer, Order, Swap
from sanwang.sources.atomic import atomic_path
from sanwang.standards.currencies import decimal
from sanwang.standards.iso20022 import (
    CreditTransfer,
    Party,
    StatementLine,
    Status,
    initiation,
    kind_of,
    read_statement,
    read_status,
    references,
)

SAYS: dict[str, Literal["confirmed", "rejected"]] = {
    "RJCT": "rejected",
    "ACSC": "confirmed",
    "ACCC": "confirmed",
}
"""Statuses that end an order (ISO 20022, external payment transaction status): refused, settled on the debtor's or on
the creditor's account. Accepted, pending or partly accepted is no end."""


@dataclass(frozen=True)
class FilesRail:
    """``folder/out`` takes the orders, ``folder/in`` holds the statements; a file of a set of orders is written once.

    The message's name comes from the orders' references: the same orders again make the same file.
    """

    folder: Path
    name: str = "files"

    def send(self, orders: Sequence[Order]) -> None:
        """Write the orders as one message."""
        if not orders:
            return
        out = self.folder / "out"
        out.mkdir(parents=True, exist_ok=True)
        name, text = message(orders)
        if not (out / f"{name}.xml").exists():
            with atomic_path(out / f"{name}.xml") as path:
                path.write_text(text, encoding="utf-8")

    def answers(self, orders: Sequence[Order], now: int) -> list[Answer]:
        """What the status reports in the folder say of waiting orders: refused, or settled. Others are still open."""
        waiting = {o.reference: o for o in orders}
        return [
            Answer(o.reference, kind, one.bank_reference or one.code, o.amount, o.currency, one.reason)
            for text in self._messages("status")
            for one in read_status(text)
            if (kind := SAYS.get(one.code)) is not None
            for o in (waiting[r] for r in self._meant(one) if r in waiting)
        ]

    def lines(self, now: int) -> list[StatementLine]:
        """Every line of every statement and notification in the folder, in the order of the files' names."""
        return [line for text in self._messages("statement") for line in read_statement(text)]

    def swapped(self, swaps: Sequence[Swap], now: int) -> list[StatementLine]:
        """None: the bank's own statement tells of them, by the number of the exchange."""
        return []

    def _messages(self, kind: str) -> list[str]:
        texts = (p.read_text(encoding="utf-8-sig") for p in sorted((self.folder / "in").glob("*.xml")))
        return [text for text in texts if kind_of(text) == kind]

    def _meant(self, one: Status) -> list[str]:
        """The orders a status is about; those of a whole message or block stand in the message that we sent."""
        if one.reference is not None:
            return [one.reference]
        # The name comes from the bank: only a message of ours is looked for, never another file.
        sent = next((p for p in (self.folder / "out").glob("*.xml") if p.stem == one.message), None)
        return references(sent.read_text(encoding="utf-8"), one.block) if sent is not None else []


def message(orders: Sequence[Order]) -> tuple[str, str]:
    """Name and text of the pain.001 message of orders, by payer and currency."""
    sorted_ = sorted(orders, key=lambda o: (o.party, o.currency, o.reference))
    digest = hashlib.sha256("\n".join(o.reference for o in sorted_).encode()).hexdigest()
    at = at_home(max(o.sent_at for o in orders))
    transfers = [
        CreditTransfer(
            Party(o.party, o.party_name), Party(o.account, o.payee or o.account, o.account),
            decimal(o.amount, o.currency), o.currency, o.reference, o.words, o.border,
        )
        for o in sorted_
    ]  # fmt: skip
    day: dt.date = at.date()
    name = f"SW-{day:%Y%m%d}-{digest[:16]}"
    return name, initiation(
        transfers, name, digest[:16], day, at.replace(tzinfo=None).isoformat(timespec="seconds")
    )

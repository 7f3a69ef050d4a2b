"""A rail by bank files: orders leave as one pain.001 message in a folder, statements come back as camt.053 files."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sanwang.exchange.clock import at_home
from sanwang.exchange.rails.port import Answer, Order
from sanwang.sources.atomic import atomic_path
from sanwang.standards.currencies import decimal
from sanwang.standards.iso20022 import CreditTransfer, Party, StatementLine, initiation, read_statement


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
        """None: the bank answers by its statements."""
        return []

    def lines(self, now: int) -> list[StatementLine]:
        """Every line of every statement in the folder, in the order of the files' names."""
        return [
            line
            for path in sorted((self.folder / "in").glob("*.xml"))
            for line in read_statement(path.read_text(encoding="utf-8-sig"))
        ]


def message(orders: Sequence[Order]) -> tuple[str, str]:
    """Name and text of the pain.001 message of orders, by payer and currency."""
    sorted_ = sorted(orders, key=lambda o: (o.party, o.currency, o.reference))
    digest = hashlib.sha256("\n".join(o.reference for o in sorted_).encode()).hexdigest()
    at = at_home(max(o.sent_at for o in orders))
    transfers = [
        CreditTransfer(
            Party(o.party, o.party_name), Party(o.account, o.account, o.account), decimal(o.amount, o.currency),
            o.currency, o.reference, o.words,
        )
        for o in sorted_
    ]  # fmt: skip
    day: dt.date = at.date()
    name = f"SW-{day:%Y%m%d}-{digest[:16]}"
    return name, initiation(
        transfers, name, digest[:16], day, at.replace(tzinfo=None).isoformat(timespec="seconds")
    )

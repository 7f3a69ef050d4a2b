"""A rail of digital wallets with template contracts: orders out, answers in, states compared.

``Operator`` is a template of what such an institution offers, made up for this program; no institution's interface is
described here. The simulated one delays, repeats, loses and refuses answers and gives them out of order; what it does
follows from the reference and the seed alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import sqlalchemy as sa

from sanwang.exchange.clock import SECOND
from sanwang.exchange.errors import Refused
from sanwang.exchange.events import Fault
from sanwang.exchange.rails.work import Round, attempt
from sanwang.exchange.store import Row, Store, Tx
from sanwang.exchange.tables.prepaid import prepaids
from sanwang.exchange.tables.wallets import wallet_orders
from sanwang.exchange.taking import take
from sanwang.exchange.who import RAIL

Kind = Literal["confirmed", "refused"]
WAITING = ("sent", "unknown")


@dataclass(frozen=True)
class Command:
    """An order as the operator gets it: what to do with which part of which contract, under our reference."""

    reference: str
    contract: str
    what: str
    part: int
    amount: int
    to_provider: int
    currency: str
    digest: str
    attempt: int
    sent_at: int


@dataclass(frozen=True)
class WalletAnswer:
    """What the operator says of a reference."""

    reference: str
    kind: Kind
    why: str = ""


class Operator(Protocol):
    """An operator is handed commands, says what became of some, and shows what it did when it is asked."""

    def send(self, commands: Sequence[Command]) -> None:
        """Hand commands over; a reference that it has is not done again."""
        ...

    def answers(self, commands: Sequence[Command], now: int) -> list[WalletAnswer]:
        """What it tells by itself by now: perhaps late, twice, in any order, or never."""
        ...

    def did(self, commands: Sequence[Command], now: int) -> Mapping[str, WalletAnswer]:
        """What it did by now, by reference, when asked; nothing for what it has not come to yet."""
        ...


@dataclass(frozen=True)
class SimulatedOperator:
    """A made-up operator. Shares in percent: refused (at most ``patience`` attempts), repeated, never answered."""

    seed: int = 7
    delay_seconds: int = 3600
    refused: int = 5
    repeated: int = 10
    silent: int = 5
    patience: int = 3

    def send(self, commands: Sequence[Command]) -> None:
        """Nothing to hand over: it reads the commands when it is asked."""

    def answers(self, commands: Sequence[Command], now: int) -> list[WalletAnswer]:
        """Answers that have come by now, in an order of its own; some again, long after."""
        told: list[tuple[tuple[int, str, int, int], WalletAnswer]] = []
        for one in commands:
            drawn = self._drawn(one)
            if (
                drawn[5] % 100 < self.silent
                or now < self._acts(one) + drawn[6] % 8 * self.delay_seconds * SECOND
            ):
                continue
            told += [((drawn[7], one.contract, one.part, one.attempt), self._answer(one))] * (
                2 if drawn[8] % 100 < self.repeated else 1
            )
        return [answer for _, answer in sorted(told, key=lambda t: t[0])]

    def did(self, commands: Sequence[Command], now: int) -> Mapping[str, WalletAnswer]:
        """What it did, asked."""
        return {one.reference: self._answer(one) for one in commands if now >= self._acts(one)}

    def _answer(self, one: Command) -> WalletAnswer:
        fate = int.from_bytes(self._drawn(one)[:4], "big") % 100
        no = fate < self.refused and one.attempt < self.patience
        return WalletAnswer(
            one.reference, "refused" if no else "confirmed", "template: not now" if no else ""
        )

    def _acts(self, one: Command) -> int:
        return one.sent_at + self._drawn(one)[4] % 4 * self.delay_seconds * SECOND

    def _drawn(self, one: Command) -> bytes:
        return hashlib.sha256(f"{self.seed}:{one.contract}:{one.part}:{one.attempt}".encode()).digest()


def work(store: Store, operator: Operator) -> Round:
    """Send what waits, take in what it answers, and ask about what it does not answer: each in its own transaction."""
    done = Round()
    with store.read() as tx:
        fresh = [r["id"] for r in _orders(tx, "instructed")]
    for key in fresh:
        attempt(store, done, lambda tx, k=key: take(tx, RAIL, "wallet_order", k, "send") and "sent")
    with store.read() as tx:
        sent = [
            _command(r) for r in _orders(tx, *WAITING, "confirmed", "refused", "replaced") if r["sent_at"]
        ]
        unknown = [_command(r) for r in _orders(tx, "unknown")]
    operator.send(sent)
    asked = operator.did(unknown, store.clock())
    for answer in [*operator.answers(sent, store.clock()), *asked.values()]:
        attempt(store, done, lambda tx, a=answer: heard(tx, a))
    return done


def heard(tx: Tx, answer: WalletAnswer) -> str:
    """Take in an answer; the same again, or one that comes late, changes nothing. Raises Refused where none fits."""
    row = tx.one(sa.select(wallet_orders).where(wallet_orders.c.reference == answer.reference))
    if row is None:
        raise Refused(
            "reference", f"no order is called {answer.reference}", f"没有参考号为 {answer.reference} 的指令"
        )
    if row["state"] not in WAITING:
        fits = (row["state"] == "confirmed") == (answer.kind == "confirmed")
        if fits:
            return "repeated"
        raise Refused("answer", f"the operator contradicts itself: {answer.reference}",
                      f"运营机构前后回执矛盾：{answer.reference}")  # fmt: skip
    data = {"words": answer.why} if answer.kind == "refused" and answer.why else {}
    take(
        tx, RAIL, "wallet_order", row["id"], {"confirmed": "confirm", "refused": "refuse"}[answer.kind], data
    )
    return answer.kind


def compared(tx: Tx, operator: Operator) -> list[Fault]:
    """Orders that we count otherwise than the operator does, those still under way aside."""
    rows = [r for r in _orders(tx, "confirmed", "refused", "replaced") if r["sent_at"]]
    did = operator.did([_command(r) for r in rows], tx.now)
    wanted = {"confirmed": "confirmed", "refused": "refused", "replaced": "refused"}
    return [
        Fault(f"wallet order {r['reference']}", "the operator's state is another", "与运营机构状态不符")
        for r in rows
        if r["reference"] not in did or did[r["reference"]].kind != wanted[r["state"]]
    ]


def _orders(tx: Tx, *states: str) -> list[Row]:
    """Orders with the number of their contract, in an order that does not depend on identifiers."""
    joined = wallet_orders.join(prepaids, prepaids.c.id == wallet_orders.c.prepaid)
    asked = (
        sa.select(wallet_orders, prepaids.c.number)
        .select_from(joined)
        .where(wallet_orders.c.state.in_(states))
    )
    return tx.all(asked.order_by(prepaids.c.number, wallet_orders.c.part, wallet_orders.c.attempt))


def _command(row: Row) -> Command:
    return Command(
        row["reference"], row["number"], row["what"], row["part"], row["amount"], row["to_provider"], row["currency"],
        row["text_digest"], row["attempt"], row["sent_at"] or 0,
    )  # fmt: skip

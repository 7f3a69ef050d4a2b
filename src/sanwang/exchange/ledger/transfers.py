"""Moving money: entries of two-phase transfers that happen together or not at all.

After TigerBeetle's two-phase transfers: a hold sets an amount aside on both accounts; it ends once, by a post (in
whole or in part: the rest is free again), a void or an expiry. Balances stand on the accounts' rows and are held by
the database's own constraints; transfers are never changed.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from sanwang.exchange.errors import Conflict, Refused
from sanwang.exchange.ledger.accounts import Account, codes, free, locked
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.money import accounts, transfers
from sanwang.standards.currencies import both

Step = Literal["single", "hold", "post", "void", "expire"]

ENDS = ("post", "void", "expire")

MOST = 2**62
"""Amounts and balances stay below this (fen), so that sums fit into 64 bits."""


# Statements that every entry runs are built once: building them anew costs as much as running them.
_OF_ENTRY = sa.select(transfers).where(transfers.c.entry == sa.bindparam("its")).order_by(transfers.c.no)
_BY_ID = sa.select(transfers).where(transfers.c.id.in_(sa.bindparam("ids", expanding=True)))
_ENDED = sa.select(transfers.c.id).where(transfers.c.hold.in_(sa.bindparam("ids", expanding=True))).limit(1)
_BALANCE = accounts.update().where(accounts.c.id == sa.bindparam("its")).values(
    {n: sa.bindparam(n) for n in ("dr", "cr", "dr_held", "cr_held")}
)  # fmt: skip
_INSERT = transfers.insert()


@dataclass(frozen=True)
class Leg:
    """One transfer to make: from ``debit`` to ``credit``, an amount in the unit's smallest part.

    A leg that ends a hold names it and takes its accounts; ``amount`` 0 there means all of it. ``code`` is the posting
    rule it follows.
    """

    code: str
    amount: int
    debit: Account | None = None
    credit: Account | None = None
    step: Step = "single"
    hold: str | None = None
    reverses: str | None = None


@dataclass(frozen=True)
class _Move:
    """A leg with its accounts and amount found: ``whole`` is the amount of the hold that it ends."""

    leg: Leg
    book: str
    debit: str
    credit: str
    amount: int
    whole: int

    @property
    def both(self) -> tuple[str, str]:
        """Its two accounts."""
        return self.debit, self.credit


def transfer_id(entry: str, no: int) -> str:
    """The identifier of an entry's transfer."""
    return str(uuid.uuid5(uuid.UUID(entry), str(no)))


def post(tx: Tx, entry: str, legs: Sequence[Leg], event: str | None = None) -> list[str]:
    """Make an entry: every leg or none; returns the transfers' ids in the legs' order.

    The same entry again with the same legs changes nothing and answers the same; with other legs it is a Conflict.
    Raises Refused with code ``funds`` where a bounded account would fall below zero, ``hold`` where a hold is unknown
    or has ended, ``amount`` or ``closed``.
    """
    if not legs:
        raise ValueError("an entry has at least one leg")
    moves = _found(tx, legs)
    held = locked(
        tx, [a for leg in legs for a in (leg.debit, leg.credit) if a], [i for m in moves for i in m.both]
    )
    if told := _repeated(
        tx, entry, legs
    ):  # asked when the accounts are held: of two at once the other one is through
        return told
    _open(tx, moves)
    _apply(tx, held, moves)
    rows = [_row(entry, no, m, event, tx.now) for no, m in enumerate(moves, 1)]
    tx.execute(_INSERT, rows)
    return [str(r["id"]) for r in rows]


def reverse(tx: Tx, entry: str, of: str, event: str | None = None, code: str = "C1") -> list[str]:
    """Correct an entry by its mirror: the same accounts swapped, each transfer naming the one it corrects.

    Only money that has moved can be reversed; holds end by their own steps. Raises Refused (``unknown``, ``hold``).
    """
    rows = tx.all(_OF_ENTRY, {"its": of})
    if not rows:
        raise Refused("unknown", "there is no such entry to correct", "没有可更正的分录")
    if any(r["step"] not in ("single", "post") for r in rows):
        raise Refused(
            "hold", "the entry holds money: end the holds instead", "分录含冻结款项，应解除冻结而非更正"
        )
    gone = sa.select(transfers.c.id).where(
        transfers.c.reverses.in_([r["id"] for r in rows]), transfers.c.entry != entry
    )
    if tx.value(gone) is not None:
        raise Refused("reversed", "the entry was corrected before", "该分录已更正过")
    named = _named(tx, [i for r in rows for i in (r["debit"], r["credit"])])
    legs = [
        Leg(code, r["amount"], named[r["credit"]], named[r["debit"]], reverses=r["id"])
        for r in reversed(rows)
    ]
    return post(tx, entry, legs, event)


def hold_of(tx: Tx, hold: str) -> Row | None:
    """A hold that is still open, or None."""
    ended = sa.select(transfers.c.id).where(transfers.c.hold == hold, transfers.c.step.in_(ENDS))
    if tx.value(ended) is not None:
        return None
    return tx.one(sa.select(transfers).where(transfers.c.id == hold, transfers.c.step == "hold"))


def _repeated(tx: Tx, entry: str, legs: Sequence[Leg]) -> list[str]:
    """The ids of an entry that is there already; Conflict where it says something else."""
    rows = tx.all(_OF_ENTRY, {"its": entry})
    if not rows:
        return []
    if len(rows) != len(legs) or not all(_same(r, leg) for r, leg in zip(rows, legs, strict=True)):
        raise Conflict("this entry was made before with other content", "该分录已存在且内容不同")
    return [r["id"] for r in rows]


def _same(row: Row, leg: Leg) -> bool:
    said = (row["step"], row["code"], row["hold"], row["reverses"])
    if said != (leg.step, leg.code, leg.hold, leg.reverses) or row["amount"] != (leg.amount or row["amount"]):
        return False
    return all(a is None or a.id == row[n] for a, n in ((leg.debit, "debit"), (leg.credit, "credit")))


def _found(tx: Tx, legs: Sequence[Leg]) -> list[_Move]:
    ended = [leg.hold for leg in legs if leg.hold is not None]
    if len(set(ended)) != len(ended):
        raise Refused("hold", "a hold ends once", "同一冻结只能结束一次")
    rows = tx.all(_BY_ID, {"ids": ended}) if ended else []
    holds = {r["id"]: r for r in rows if r["step"] == "hold"}
    return [_move(leg, holds) for leg in legs]


def _move(leg: Leg, holds: Mapping[str, Row]) -> _Move:
    if leg.step in ENDS:
        hold = holds.get(leg.hold or "")
        if hold is None:
            raise Refused("hold", "there is no such hold", "没有这笔冻结")
        amount = leg.amount or hold["amount"]
        if not 0 < amount <= hold["amount"] or (leg.step != "post" and amount != hold["amount"]):
            raise Refused("amount", "more than was held", "超过冻结金额")
        return _Move(leg, hold["book"], hold["debit"], hold["credit"], amount, hold["amount"])
    if leg.debit is None or leg.credit is None or leg.debit == leg.credit:
        raise ValueError("a transfer goes from one account to another")
    if leg.debit.book != leg.credit.book:
        raise Refused("book", "money does not cross books", "不同账簿之间不能直接划转")
    if not 0 < leg.amount < MOST:
        raise Refused("amount", "the amount must be above zero", "金额须大于零")
    return _Move(leg, leg.debit.book, leg.debit.id, leg.credit.id, leg.amount, 0)


def _open(tx: Tx, moves: Sequence[_Move]) -> None:
    """Every hold to be ended is still open; asked when its accounts are held, so nobody ends it meanwhile."""
    asked = [m.leg.hold for m in moves if m.leg.hold is not None]
    if asked and tx.value(_ENDED, {"ids": asked}) is not None:
        raise Refused("hold", "the hold has ended", "该冻结已结束")


def _apply(tx: Tx, held: Mapping[str, Row], moves: Sequence[_Move]) -> None:
    """Add the entry up per account and write the new balances; what would break a bound is refused in words first."""
    change: dict[str, dict[str, int]] = defaultdict(
        lambda: dict.fromkeys(("dr", "cr", "dr_held", "cr_held"), 0)
    )
    for move in moves:
        for side, account in (("dr", move.debit), ("cr", move.credit)):
            if move.leg.step == "hold":
                change[account][f"{side}_held"] += move.amount
            else:
                change[account][f"{side}_held"] -= move.whole
            if move.leg.step in ("single", "post"):
                change[account][side] += move.amount
    fresh = {a: {n: held[a][n] + by for n, by in change[a].items()} for a in sorted(change)}
    for account, balances in fresh.items():
        _allowed(held[account], balances)
    tx.execute(_BALANCE, [{"its": a, **balances} for a, balances in fresh.items()])


def _allowed(row: Row, fresh: Mapping[str, int]) -> None:
    if row["closed_at"] is not None:
        raise Refused("closed", "the account is closed", "账户已关闭")
    if max(fresh["dr"], fresh["cr"]) >= MOST:
        raise Refused("amount", "more than an account can hold", "超过账户上限")
    left = free({**row, **fresh})
    if row["frozen"] and left < row["frozen"] and left < free(row):
        raise Refused("frozen", "the money is frozen", "款项已被冻结")
    if row["bounded"] and left < 0:
        name, (zh, en) = codes()[row["code"]], both(free(row), row["book"].split(":")[0])
        raise Refused("funds", f"not enough money: {name.en} has {en} free", f"余额不足：{name.zh}可用 {zh}")


def _row(entry: str, no: int, move: _Move, event: str | None, at: int) -> dict[str, object]:
    leg = move.leg
    return {
        "id": transfer_id(entry, no), "entry": entry, "no": no, "book": move.book, "step": leg.step, "hold": leg.hold,
        "debit": move.debit, "credit": move.credit, "amount": move.amount, "code": leg.code, "reverses": leg.reverses,
        "event": event, "at": at,
    }  # fmt: skip


def _named(tx: Tx, ids: Sequence[str]) -> dict[str, Account]:
    rows = tx.all(sa.select(accounts).where(accounts.c.id.in_(list(set(ids)))))
    return {r["id"]: Account(r["code"], r["party"], r["deal"], r["book"].split(":")[0]) for r in rows}

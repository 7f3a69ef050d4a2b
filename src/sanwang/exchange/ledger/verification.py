"""The ledger recomputed from its transfers alone, by arithmetic of its own: what does not hold is named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import sqlalchemy as sa

from sanwang.exchange.events import Fault
from sanwang.exchange.proof import CHECKS
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.deals import milestones
from sanwang.exchange.tables.money import accounts, bank_lines, payments, transfers

PORTION = 20_000


@dataclass
class _Replay:
    """Balances as the transfers in their order make them."""

    dr: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    cr: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    dr_held: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    cr_held: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    holds: dict[str, Row] = field(default_factory=dict[str, Row])
    ended: set[str] = field(default_factory=set[str])


def verify(tx: Tx) -> list[Fault]:
    """Every way in which accounts, transfers, payments and bank lines do not agree; empty where all is well.

    Balances equal the sums of their transfers; holds end once, by no more than they held; both sides of every book are
    equal; no bounded account is below zero net of holds; an escrow covers its open holds; the institution's balance is
    what parties, deals, inventors, tax, fees and suspense hold together; a released payout has its hold; every bank
    line names what explains it; a milestone's money is with the seller, with the buyer or held.
    """
    replay = _Replay()
    faults = [f for row in _transfers(tx) for f in _take(replay, row)]
    rows = tx.all(sa.select(accounts))
    faults += [f for row in rows for f in _account(replay, row)]
    faults += _books(rows) + _institution(rows) + _crossing(tx) + _payments(tx, replay) + _lines(tx)
    return faults + _milestones(tx, replay)


CHECKS.append(verify)


def _transfers(tx: Tx) -> Iterator[Row]:
    seq = 0
    while rows := tx.all(
        sa.select(transfers).where(transfers.c.seq > seq).order_by(transfers.c.seq).limit(PORTION)
    ):
        yield from rows
        seq = rows[-1]["seq"]


def _take(replay: _Replay, row: Row) -> list[Fault]:
    step, amount = row["step"], row["amount"]
    if step == "hold":
        replay.holds[row["id"]] = row
        replay.dr_held[row["debit"]] += amount
        replay.cr_held[row["credit"]] += amount
        return []
    if step in ("single", "post"):
        replay.dr[row["debit"]] += amount
        replay.cr[row["credit"]] += amount
    return [] if step == "single" else _end(replay, row)


def _end(replay: _Replay, row: Row) -> list[Fault]:
    hold = replay.holds.get(row["hold"])
    if hold is None or row["hold"] in replay.ended:
        return [_fault(row, "ends a hold that is not open", "结束了不存在或已结束的冻结")]
    replay.ended.add(row["hold"])
    replay.dr_held[hold["debit"]] -= hold["amount"]
    replay.cr_held[hold["credit"]] -= hold["amount"]
    if (row["debit"], row["credit"]) != (hold["debit"], hold["credit"]) or row["amount"] > hold["amount"]:
        return [_fault(row, "is not what its hold held", "与其冻结不符")]
    return []


def _account(replay: _Replay, row: Row) -> list[Fault]:
    made = {n: getattr(replay, n)[row["id"]] for n in ("dr", "cr", "dr_held", "cr_held")}
    name = f"account {row['code']} {row['party']}{row['deal']}"
    faults: list[Fault] = []
    if any(made[n] != row[n] for n in made):
        faults.append(Fault(name, "its balance is not the sum of its transfers", "余额与流水之和不符"))
    free = made["cr"] - made["dr"] - made["dr_held"]
    if row["side"] == "D":
        free = made["dr"] - made["cr"] - made["cr_held"]
    if row["bounded"] and free < 0:
        faults.append(Fault(name, "it is below zero net of holds", "扣除冻结后为负"))
    return faults


def _books(rows: list[Row]) -> list[Fault]:
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in rows:
        for place, name in enumerate(("dr", "cr", "dr_held", "cr_held")):
            sums[row["book"]][place] += row[name]
    return [
        Fault(f"book {book}", "debits and credits differ", "借贷不平")
        for book, (dr, cr, dr_held, cr_held) in sorted(sums.items())
        if (dr, dr_held) != (cr, cr_held)
    ]


def _institution(rows: list[Row]) -> list[Fault]:
    """What the institution holds is what everybody is owed, in every money book."""
    owed: dict[str, int] = defaultdict(int)
    for row in rows:
        if row["book"].endswith(":money"):
            owed[row["book"]] += row["dr"] - row["cr"]  # bank is the only debit side: the sum is zero
    return [Fault(f"book {b}", "the institution's balance is not what is owed", "存管余额与应付不等")
            for b, left in sorted(owed.items()) if left]  # fmt: skip


def _crossing(tx: Tx) -> list[Fault]:
    """Transfers whose accounts are not both in the transfer's book."""
    debit, credit = accounts.alias(), accounts.alias()
    asked = (
        sa.select(transfers)
        .join(debit, debit.c.id == transfers.c.debit)
        .join(credit, credit.c.id == transfers.c.credit)
        .where(sa.or_(debit.c.book != transfers.c.book, credit.c.book != transfers.c.book))
    )
    return [_fault(row, "crosses books", "跨账簿划转") for row in tx.all(asked)]


def _payments(tx: Tx, replay: _Replay) -> list[Fault]:
    faults: list[Fault] = []
    for row in tx.all(sa.select(payments).where(payments.c.way == "out")):
        waits = row["state"] in ("released", "sent", "unknown")
        is_open = row["hold"] in replay.holds and row["hold"] not in replay.ended
        if waits != is_open and (waits or row["hold"] is not None):
            faults.append(
                Fault(f"payment {row['reference']}", "its hold and its state differ", "付款状态与冻结不符")
            )
        hold = replay.holds.get(row["hold"] or "")
        if hold is not None and hold["amount"] != row["amount"]:
            faults.append(
                Fault(f"payment {row['reference']}", "its hold is of another amount", "付款与冻结金额不符")
            )
    return faults


def _lines(tx: Tx) -> list[Fault]:
    asked = (
        sa.select(bank_lines)
        .outerjoin(payments, payments.c.id == bank_lines.c.payment)
        .where(sa.or_(payments.c.id.is_(None), payments.c.amount != bank_lines.c.amount))
    )
    return [
        Fault(f"bank line {r['statement']} {r['no']}", "no payment explains it", "银行流水没有对应付款")
        for r in tx.all(asked)
    ]


def _milestones(tx: Tx, replay: _Replay) -> list[Fault]:
    """Money in = to the seller + back to the buyer + still held, for every milestone that was funded."""
    faults: list[Fault] = []
    secured = sa.and_(milestones.c.state.not_in(("planned", "void")), milestones.c.by_voucher == 0)
    for row in tx.all(sa.select(milestones).where(secured)):
        holds = [replay.holds[h] for h in (row["hold"], row["hold_retained"]) if h and h not in replay.ended]
        if row["paid"] + row["refunded"] + sum(h["amount"] for h in holds) != row["amount"]:
            name = f"milestone {row['deal']} {row['no']}"
            faults.append(Fault(name, "its money does not add up", "里程碑款项不平"))
    return faults


def _fault(row: Row, en: str, zh: str) -> Fault:
    return Fault(f"transfer {row['seq']}", f"transfer {row['seq']} {en}", f"第 {row['seq']} 笔流水{zh}")

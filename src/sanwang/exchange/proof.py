"""Everything recomputed: the chain, the state of every subject from its last event, and what must add up."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from sanwang.exchange import events
from sanwang.exchange.events import Fault
from sanwang.exchange.process import processes
from sanwang.exchange.store import Tx
from sanwang.exchange.tables import metadata
from sanwang.exchange.tables.deals import contracts, milestones
from sanwang.exchange.tables.market import listing_versions, listings
from sanwang.exchange.tables.record import events as record
from sanwang.standards.currencies import shown

CHECKS: list[Callable[[Tx], list[Fault]]] = []
"""Further checks: the ledger adds its own."""


def verify(tx: Tx) -> list[Fault]:
    """Every fault; none where the record, the states and the sums agree."""
    found = events.verify(tx) + _states(tx) + _sums(tx) + _versions(tx)
    return found + [fault for one in CHECKS for fault in one(tx)]


def _states(tx: Tx) -> list[Fault]:
    """A subject stands where its last event left it; nothing stands without an event, no event without its subject."""
    found: list[Fault] = []
    for process in processes().values():
        if process.table in metadata.tables:
            table = metadata.tables[process.table]
            mine = sa.select(record.c.subject, sa.func.max(record.c.seq).label("seq"))
            last = mine.where(record.c.process == process.name).group_by(record.c.subject).subquery()
            told = (
                sa.select(record.c.subject, record.c.to_state)
                .join(last, record.c.seq == last.c.seq)
                .subquery()
            )
            joined = sa.outerjoin(table, told, table.c.id == told.c.subject)
            off = sa.or_(told.c.to_state.is_(None), told.c.to_state != table.c.state)
            rows = tx.all(
                sa.select(table.c.id, table.c.state, told.c.to_state).select_from(joined).where(off)
            )
            found += [_off(process.name, r["id"], r["state"], r["to_state"]) for r in rows]
            lost = sa.select(told.c.subject).where(told.c.subject.not_in(sa.select(table.c.id)))
            found += [_off(process.name, r["subject"], None, "?") for r in tx.all(lost)]
    return found


def _off(process: str, subject: str, stands: str | None, told: str | None) -> Fault:
    return Fault(
        f"{process} {subject}",
        f"stands at {stands or 'nothing'}, its events say {told or 'nothing'}",
        f"现为 {stands or '无'}，事件记录为 {told or '无'}",
    )


def _sums(tx: Tx) -> list[Fault]:
    """Σ milestones = the total of the contract, from the day it was signed."""
    joined = sa.join(contracts, milestones, contracts.c.deal == milestones.c.deal)
    total = sa.func.sum(milestones.c.amount)
    asked = (
        sa.select(contracts.c.deal, contracts.c.total, total.label("sum"))
        .select_from(joined)
        .group_by(contracts.c.deal, contracts.c.total)
        .having(total != contracts.c.total)
    )
    return [
        Fault(f"contract {r['deal']}", f"milestones make {shown(r['sum'])}, the total is {shown(r['total'])}",
              f"里程碑合计 {shown(r['sum'], lang='zh')}，合同总额 {shown(r['total'], lang='zh')}")
        for r in tx.all(asked)
    ]  # fmt: skip


def _versions(tx: Tx) -> list[Fault]:
    """What is shown is a version that exists, and was judged by two."""
    shown = sa.and_(
        listing_versions.c.listing == listings.c.id, listing_versions.c.no == listings.c.published
    )
    missing = sa.select(listings.c.id).where(
        listings.c.published.is_not(None),
        sa.or_(~sa.exists().where(shown), listings.c.first_by.is_(None), listings.c.second_by.is_(None)),
    )
    return [
        Fault(f"listing {r['id']}", "is shown without two reviews", "未经两次审核即发布")
        for r in tx.all(missing)
    ]

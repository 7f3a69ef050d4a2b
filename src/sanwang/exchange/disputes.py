"""Disputes about a milestone: what is held stays held until both settle or an arbiter rules."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from sanwang.exchange.errors import Refused
from sanwang.exchange.steps import Step, effect, guard
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.deals import disputes
from sanwang.standards.currencies import both, shown


def open_on(tx: Tx, milestone: str) -> Row:
    """The open dispute about a milestone. Raises Refused where there is none."""
    asked = sa.select(disputes).where(disputes.c.milestone == milestone, disputes.c.state == "open")
    found = tx.one(asked.with_for_update())
    if found is None:
        raise Refused("no_dispute", "no dispute is open", "没有未决争议")
    return found


def held(row: Row) -> int:
    """What is still held of a milestone: all that was neither paid nor refunded."""
    return int(row["amount"] - row["paid"] - row["refunded"])


@guard("split_adds_up")
def split_adds_up(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The two parts make what is held, to the fen."""
    total = open_on(tx, step.subject)["held"]
    return None if step.data["to_seller"] + step.data["to_buyer"] == total else {"held": both(total)}


@guard("before_release")
def before_release(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The dispute arose before the milestone was released."""
    return None if step.row["paid"] < step.row["amount"] - step.row["retained"] else {}


@effect("open_dispute")
def open_dispute(tx: Tx, step: Step) -> None:
    """Keep the claim; what is held stays held while it lasts."""
    total = held(step.row)
    if step.data["asked"] > total:
        raise Refused(
            "asked", f"no more than {shown(total)} is held", f"最多可主张 {shown(total, lang='zh')}"
        )
    tx.insert(
        disputes, id=tx.id(), deal=step.row["deal"], milestone=step.subject, by=step.party, claim=step.data["words"],
        asked=step.data["asked"], held=total, state="open", at=tx.now, version=1,
    )  # fmt: skip


def _end(tx: Tx, step: Step, state: str) -> None:
    row = open_on(tx, step.subject)
    split = {k: step.data[k] for k in ("to_seller", "to_buyer") if k in step.data}
    ruled = {"ruling": step.data.get("words"), "ruled_by": step.who.user} if state == "ruled" else {}
    tx.change(disputes, row, state=state, **split, **ruled)


@effect("settle_dispute")
def settle_dispute(tx: Tx, step: Step) -> None:
    """Both sides agreed to the split."""
    _end(tx, step, "settled")


@effect("rule_dispute")
def rule_dispute(tx: Tx, step: Step) -> None:
    """The arbiter split it, with reasons."""
    _end(tx, step, "ruled")


@effect("drop_dispute")
def drop_dispute(tx: Tx, step: Step) -> None:
    """The claimant no longer claims."""
    _end(tx, step, "dropped")

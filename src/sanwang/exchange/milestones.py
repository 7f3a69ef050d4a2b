"""Milestones: what is delivered, the evidence for it, and the judgement that releases its money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import access, standing
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.events import append
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.deals import contracts, documents, evidence
from sanwang.exchange.who import EXCHANGE, Who
from sanwang.standards.currencies import both

ROUNDS = 2
"""How often changes may be asked for."""


@opener("milestone")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a milestone, from the terms signed."""
    item = step.data["item"]
    return {
        "deal": step.data["deal"],
        "no": item["no"],
        "title": item["title"],
        "amount": item["amount"],
        "by_voucher": int(item.get("by_voucher", False)),
        "retained": item.get("retained", 0),
        "retention_days": item.get("retention_days", 0),
        "due_on": item["due_on"],
        "acceptance": item["acceptance"],
        "wanted": item["wanted"],
        "review_days": item.get("review_days", 15),
        "rounds": 0,
        "paid": 0,
        "refunded": 0,
    }


def open_all(tx: Tx, deal: str, items: Sequence[Mapping[str, Any]]) -> None:
    """Open every milestone of the terms."""
    from sanwang.exchange.taking import take

    for number, item in enumerate(items, 1):
        made = take(
            tx, EXCHANGE, "milestone", None, "open", {"deal": deal, "item": dict(item) | {"no": number}}
        )
        if item.get("by_voucher"):
            take(tx, EXCHANGE, "milestone", made, "credit")


@guard("later_date")
def later_date(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """An extension leads to a later day."""
    return None if step.data["due_on"] > step.row["due_on"] else {"on": step.row["due_on"]}


@guard("evidence_complete")
def evidence_complete(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Every kind of evidence asked for is there."""
    asked = sa.select(evidence.c.kind).where(
        evidence.c.milestone == step.subject, evidence.c.withdrawn_at.is_(None)
    )
    there = {str(r["kind"]) for r in tx.all(asked)}
    left = [k for k in step.row["wanted"] if k not in there]
    return {"missing": ", ".join(left)} if left else None


@guard("part_of_it")
def part_of_it(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A part is more than nothing and less than all that could be released now."""
    most = step.row["amount"] - step.row["retained"] - step.row["paid"]
    fits = 0 < step.data["amount"] < most and not step.row["by_voucher"]
    return None if fits else {"most": both(0 if step.row["by_voucher"] else most)}


@guard("rounds_left")
def rounds_left(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Changes are asked for twice at most."""
    return None if step.row["rounds"] < ROUNDS else {}


@guard("names_point")
def names_point(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Changes are asked for about a point of the acceptance."""
    points = len(step.row["acceptance"])
    return None if 1 <= step.data["point"] <= points else {"points": points}


@guard("tacit_clause")
def tacit_clause(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The contract says that silence accepts."""
    return None if _clause(tx, step.row["deal"], "tacit") is True else {}


@guard("refund_clause")
def refund_clause(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The contract gives the money back for what is late."""
    return None if _clause(tx, step.row["deal"], "refund") is True else {}


@guard("within_retention")
def within_retention(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Something is retained, and its time runs."""
    return None if step.row["retained"] and (step.row["deadline_at"] or 0) > tx.now else {}


def _clause(tx: Tx, deal: str, name: str) -> Any:  # noqa: ANN401 - a clause's value
    row = tx.one(sa.select(contracts.c.clauses).where(contracts.c.deal == deal))
    return (row["clauses"] or {}).get(name) if row else None


@effect("move_date")
def move_date(tx: Tx, step: Step) -> None:
    """Both agreed to a later day."""
    step.changes["due_on"] = step.data["due_on"]


@effect("count_round")
def count_round(tx: Tx, step: Step) -> None:
    """Changes were asked for once more."""
    step.changes["rounds"] = step.row["rounds"] + 1


def keep_document(
    tx: Tx, who: Who, party: str, deal: str | None, *, name: str, media: str, size: int, sha256: str
) -> str:
    """Keep a file by its digest; the same file of a party is kept once. Returns its id."""
    same = tx.value(sa.select(documents.c.id).where(documents.c.party == party, documents.c.sha256 == sha256))
    if same is not None:
        return str(same)
    made = tx.id()
    tx.insert(
        documents, id=made, party=party, deal=deal, name=name[:200], media=media[:100], bytes=size, sha256=sha256,
        by=who.user, at=tx.now,
    )  # fmt: skip
    told = {"sha256": sha256}
    append(
        tx,
        process="document",
        subject=made,
        take="keep",
        to_state="kept",
        user=who.user,
        party=party,
        data=told,
    )
    return made


def add_evidence(
    tx: Tx,
    who: Who,
    milestone: str,
    kind: str,
    document: str,
    *,
    issuer: str | None = None,
    issued_on: str | None = None,
    point: int | None = None,
) -> str:
    """Attach a document to a milestone as evidence, by the seller. Returns its id.

    Raises NotFound for what the person may not see, Refused where it is not theirs to bring.
    """
    row = access.locked(tx, who, "milestone", milestone)
    _brings(tx, who, row)
    known = sa.select(documents.c.party).where(documents.c.id == document)
    if tx.value(known) not in who.parties:
        raise NotFound
    made = tx.id()
    tx.insert(
        evidence, id=made, deal=row["deal"], milestone=milestone, kind=kind, document=document, issuer=issuer,
        issued_on=issued_on, point=point, by=who.user, at=tx.now,
    )  # fmt: skip
    append(tx, process="evidence", subject=made, take="add", to_state="there", user=who.user,
           data={"milestone": milestone, "kind": kind, "document": document})  # fmt: skip
    return made


def _brings(tx: Tx, who: Who, row: Row) -> None:
    if "seller" not in standing.roles(tx, who, "milestone", row):
        raise Refused("role", "only the seller brings evidence", "只有出让方可以提交证据")
    if row["state"] not in ("funded", "late", "changes", "planned"):
        raise Refused("state", "evidence is brought before the review", "证据须在提交验收前提供")


def withdraw_evidence(tx: Tx, who: Who, key: str) -> None:
    """Take a piece of evidence back; it stays known. Raises as ``add_evidence`` does."""
    one = tx.one(sa.select(evidence).where(evidence.c.id == key))
    if one is None:
        raise NotFound
    _brings(tx, who, access.locked(tx, who, "milestone", one["milestone"]))
    gone = evidence.update().where(evidence.c.id == key, evidence.c.withdrawn_at.is_(None))
    if tx.execute(gone, {"withdrawn_at": tx.now}).rowcount:
        append(tx, process="evidence", subject=key, take="withdraw", to_state="withdrawn", user=who.user)


def evidence_of(tx: Tx, who: Who, milestone: str) -> list[Row]:
    """Evidence of a milestone, with its documents, for the people of the deal and its arbiter."""
    access.seen(tx, who, "milestone", milestone)
    joined = sa.join(evidence, documents, evidence.c.document == documents.c.id)
    asked = sa.select(evidence, documents.c.name, documents.c.sha256, documents.c.bytes).select_from(joined)
    return tx.all(asked.where(evidence.c.milestone == milestone).order_by(evidence.c.at))

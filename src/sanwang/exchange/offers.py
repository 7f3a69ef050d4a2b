"""Offers: versions of the terms; one open at a time; what is accepted is what was read."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from sanwang.exchange import clock, contracts, given
from sanwang.exchange.steps import Step, effect, guard
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.deals import contracts as contract_rows
from sanwang.exchange.tables.deals import offers
from sanwang.exchange.tables.market import ndas


@guard("terms_complete")
def terms_complete(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The terms say everything a contract of their type needs, and add up."""
    missing = contracts.missing(step.data["terms"])
    if step.data["valid_until_on"] < clock.day_of(tx.now).isoformat():
        missing.append(("答复期限已过", "the day to answer by is past"))
    return {"missing": tuple("; ".join(m[n] for m in missing) for n in (0, 1))} if missing else None


@guard("digest_as_read")
def digest_as_read(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The person agrees to the text as it stands, not to another."""
    wanted = _digest(tx, step)
    return None if step.data["digest"] == wanted else {"digest": wanted}


def _digest(tx: Tx, step: Step) -> str | None:
    if step.process == "nda":
        return tx.value(sa.select(ndas.c.text_digest).where(ndas.c.id == step.subject))
    if step.row["state"] == "offered":
        return _open(tx, step.subject)["digest"]
    return tx.value(sa.select(contract_rows.c.text_digest).where(contract_rows.c.deal == step.subject))


def _open(tx: Tx, deal: str) -> Row:
    found = tx.one(sa.select(offers).where(offers.c.deal == deal, offers.c.state == "open").with_for_update())
    assert found is not None, deal
    return found


@effect("new_offer")
def new_offer(tx: Tx, step: Step) -> None:
    """Keep the next version of the terms."""
    terms = dict(step.data["terms"])
    top = tx.value(sa.select(sa.func.max(offers.c.no)).where(offers.c.deal == step.subject)) or 0
    tx.insert(
        offers, id=tx.id(), deal=step.subject, no=top + 1, by=step.party, author=step.who.user, terms=terms,
        digest=given.digest(terms), state="open", valid_until_on=step.data["valid_until_on"], at=tx.now, version=1,
    )  # fmt: skip


def _close(tx: Tx, step: Step, state: str) -> Row:
    row = _open(tx, step.subject)
    tx.change(offers, row, state=state)
    return row


@effect("supersede")
def supersede(tx: Tx, step: Step) -> None:
    """A counter-offer takes the place of the offer."""
    _close(tx, step, "superseded")


@effect("reject_offer")
def reject_offer(tx: Tx, step: Step) -> None:
    """The receiver does not want it."""
    _close(tx, step, "rejected")


@effect("withdraw_offer")
def withdraw_offer(tx: Tx, step: Step) -> None:
    """Who made it takes it back."""
    _close(tx, step, "withdrawn")


@effect("expire_offer")
def expire_offer(tx: Tx, step: Step) -> None:
    """Its day has passed."""
    _close(tx, step, "expired")


@effect("accept_offer")
def accept_offer(tx: Tx, step: Step) -> None:
    """The terms are frozen as the contract to sign."""
    offer = _close(tx, step, "accepted")
    terms = offer["terms"]
    step.changes |= {k: terms[k] for k in ("type", "mode", "currency", "price")}
    contracts.draft(tx, step.subject, terms, offer["digest"])

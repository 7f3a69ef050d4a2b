"""Non-disclosure agreements, and who read what under them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import access, notices
from sanwang.exchange.errors import NotFound
from sanwang.exchange.listings import version_of
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.market import listings, ndas, reveals
from sanwang.exchange.tables.people import parties, users
from sanwang.exchange.tiers import field_tier, level
from sanwang.exchange.who import Who


@opener("nda")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a new agreement: the listing's owner tells, the asker's party is told."""
    listing = tx.one(sa.select(listings).where(listings.c.id == step.data["listing"]))
    if listing is None or not access.sees(tx, step.who, "listing", listing):
        raise NotFound
    mine = sorted(step.who.parties - {listing["party"]})
    return {
        "listing": listing["id"],
        "discloser": listing["party"],
        "recipient": mine[0] if mine else "",
        "purpose": step.data["purpose"],
        "readers": step.data["readers"],
    }


@guard("sees_listing")
def sees_listing(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The listing is on show, and nobody asks their own party."""
    listing = tx.one(sa.select(listings).where(listings.c.id == step.row["listing"]))
    shown = listing is not None and listing["state"] in access.SHOWN and step.row["recipient"]
    return None if shown and step.who.is_member else {}


@guard("named_readers")
def named_readers(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Readers belong to the recipient."""
    inside = set(notices.inside(tx, [step.row["recipient"]]))
    strange = [r for r in step.data["readers"] if r not in inside]
    return {"readers": ", ".join(strange)} if strange or not step.data["readers"] else None


@guard("may_bind")
def may_bind(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The person signs for the party."""
    return None if step.who.for_party(step.party, "signer") else {}


@effect("keep_terms")
def keep_terms(tx: Tx, step: Step) -> None:
    """What was sent is what is signed."""
    step.changes |= {
        "template": step.data["template"],
        "until_on": step.data["until_on"],
        "text_digest": step.data["digest"],
        "discloser_user": step.who.user,
    }


@effect("recipient_signed")
def recipient_signed(tx: Tx, step: Step) -> None:
    """Who signed for the recipient."""
    step.changes["recipient_user"] = step.who.user


@effect("nda_in_force")
def nda_in_force(tx: Tx, step: Step) -> None:
    """Who signed for the discloser, and since when it is in force."""
    step.changes |= {"discloser_user": step.who.user, "signed_at": tx.now}


@effect("reveal")
def reveal(tx: Tx, step: Step) -> None:
    """Keep who reads which fields of which version, before they are read."""
    listing = tx.one(sa.select(listings).where(listings.c.id == step.row["listing"]))
    if listing is None or listing["state"] not in access.SHOWN:
        raise NotFound
    data = version_of(tx, listing["id"], listing["published"])["data"]
    tx.insert(
        reveals, id=tx.id(), nda=step.subject, listing=listing["id"], version_no=listing["published"],
        user=step.who.user, at=tx.now, what=_secret_fields(listing, data),
    )  # fmt: skip


def _secret_fields(listing: Row, data: Mapping[str, Any]) -> list[str]:
    return [f for f in data if level(field_tier(listing["kind"], f, listing["tier"], listing["marks"])) == 2]


def readings(tx: Tx, who: Who, listing: str) -> list[Row]:
    """Who read what of a listing under which agreement, newest first: for its own people and auditors.

    Each row: when, the reader's name and party, version, names of the fields. Raises NotFound for others.
    """
    row = access.seen(tx, who, "listing", listing)
    if row["party"] not in who.parties and not who.has("auditor"):
        raise NotFound
    joined = (
        reveals.join(ndas, ndas.c.id == reveals.c.nda)
        .join(users, users.c.id == reveals.c.user)
        .join(parties, parties.c.id == ndas.c.recipient)
    )
    asked = (reveals.c.at, users.c.name.label("reader"), parties.c.name.label("party"), reveals.c.version_no,
             reveals.c.what)  # fmt: skip
    found = sa.select(*asked).select_from(joined).where(reveals.c.listing == listing)
    return tx.all(found.order_by(reveals.c.at.desc(), reveals.c.id))


def in_force_between(tx: Tx, listing: str, party: str) -> bool:
    """Whether an agreement about a listing is in force with a party."""
    asked = sa.select(ndas.c.id).where(
        ndas.c.listing == listing, ndas.c.recipient == party, ndas.c.state == "in_force"
    )
    return tx.value(asked.limit(1)) is not None

"""The one funnel: what a person may see, and in which role they stand to a thing.

Three gates, always in this order: see, act (the transition's ``by``), guard. Unseen reads as not there; what is
unknown is closed.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from sanwang.exchange.cuts import OPEN, PART
from sanwang.exchange.errors import NotFound
from sanwang.exchange.oversight import seeing
from sanwang.exchange.process import processes
from sanwang.exchange.standing import OF_DEAL, roles
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables import metadata
from sanwang.exchange.tables.deals import deals
from sanwang.exchange.tables.market import listing_words, listings, ndas
from sanwang.exchange.tables.shares import share_lines
from sanwang.exchange.tables.vouchers import asks, holdings
from sanwang.exchange.tiers import OWN, level
from sanwang.exchange.who import INSIDE, Who, stem

SHOWN = ("published", "revised")
"""States in which a listing is on show."""

REVIEWING = ("first_review", "second_review", "revised")


def table_of(process: str) -> sa.Table:
    """The table in which a process's subjects stand."""
    return metadata.tables[processes()[process].table]


def locked(tx: Tx, who: Who, process: str, subject: str) -> Row:
    """A subject's row, held for writing. Raises NotFound where there is none or the person may not see it."""
    row = tx.locked(table_of(process), subject)
    if row is None or not sees(tx, who, process, row):
        raise NotFound
    return row


def seen(tx: Tx, who: Who, process: str, subject: str) -> Row:
    """A subject's row for reading. Raises NotFound as ``locked`` does."""
    table = table_of(process)
    row = tx.one(sa.select(table).where(table.c.id == subject))
    if row is None or not sees(tx, who, process, row):
        raise NotFound
    return row


def sees(tx: Tx, who: Who, process: str, row: Row) -> bool:
    """Whether the person may know that a subject exists."""
    if who.agent != "person":
        return True
    if process == "listing":
        return reading_level(tx, who, row) >= 0
    return bool(roles(tx, who, process, row))


def reading_level(tx: Tx, who: Who, listing: Row) -> int:
    """How much of a listing a person may read: -1 nothing, 0 public, 1 members, 2 under NDA, 3 as its owner.

    Under an agreement one reads by ``reveal``, which keeps who read what; it does not change the level here.
    """
    if who.agent != "person" or who.for_party(listing["party"], *INSIDE):
        return OWN
    judging = listing["state"] in REVIEWING and who.at("reviewer", listing["place"])
    if judging:
        return 2
    if listing["state"] not in SHOWN or (listing["expires_at"] or 0) <= tx.now:
        return 0 if who.has("operator") or _dealing(tx, who, listing["id"]) else -1
    if who.is_member:
        return 1
    return 0 if level(listing["tier"]) == 0 or who.has("operator") else -1


def _reading(who: Who, now: int) -> sa.Select[Any]:
    """Listings the person is a named reader of, under an agreement in force."""
    named = ndas.c.readers.like(sa.bindparam("its_reader", f'%"{who.user}"%', type_=sa.Text))
    return sa.select(ndas.c.listing).where(
        ndas.c.state == "in_force", ndas.c.deadline_at > now, ndas.c.recipient.in_(sorted(who.parties)), named
    )


def _dealing(tx: Tx, who: Who, listing: str) -> bool:
    """Whether a party of the person's has a deal about a listing that is no longer on show."""
    mine = sorted(who.parties)
    about = sa.or_(deals.c.need == listing, deals.c.result == listing)
    sides = sa.or_(deals.c.buyer.in_(mine), deals.c.seller.in_(mine))
    return bool(mine) and tx.value(sa.select(deals.c.id).where(about, sides).limit(1)) is not None


def _office(who: Who) -> frozenset[str]:
    return frozenset({"operator"}) if who.has("operator") else frozenset()


def cut(tx: Tx, who: Who, process: str, row: Row) -> Row:
    """A row as its asker may see it: whole for the people concerned, for the operator only where it stands."""
    found = roles(tx, who, process, row) - {"operator"}
    if process == "stop":
        return row
    if process == "case" and found and not found & seeing.WATCHERS:
        return seeing.part(row, frozenset(found))
    if not found and who.agent == "person":
        return {k: row[k] for k in OPEN.get(process, ("id", "state"))}
    part = PART.get(process)
    if part is not None and who.agent == "person" and not (found | _office(who)) & part[0]:
        return {k: row[k] for k in part[1]}
    return row


def visible(who: Who, now: int) -> sa.ColumnElement[bool]:
    """Listings on show to a person, as a condition: for lists, counts, exports and alerts."""
    shown = sa.and_(listings.c.state.in_(SHOWN), listings.c.expires_at > now)
    if who.agent != "person" or who.is_member or who.has("operator"):
        return shown
    return sa.and_(shown, listings.c.tier == "public")


def findable(tx: Tx, who: Who) -> sa.ColumnElement[bool]:
    """Search words by which a person may find a listing: a search hits nothing its asker may not read."""
    if who.agent != "person":
        return sa.true()
    if not who.is_member:
        return listing_words.c.tier == "public"
    open_ = listing_words.c.tier.in_(("public", "members"))
    own = sa.select(listings.c.id).where(
        listings.c.party.in_(sorted(who.parties)), listings.c.state.in_(SHOWN)
    )
    # few as a rule, and a list of them is found faster than a condition on every row
    few = [str(r[0]) for r in tx.execute(sa.union(_reading(who, tx.now), own).limit(_FEW + 1))]
    if len(few) > _FEW:
        return sa.or_(
            open_, listing_words.c.listing.in_(_reading(who, tx.now)), listing_words.c.listing.in_(own)
        )
    return sa.or_(open_, listing_words.c.listing.in_(few)) if few else open_


def _looked_after(who: Who, process: str) -> sa.ColumnElement[bool]:
    """Tests and complaints of a person's parties, their own, and those of the places they oversee."""
    table, own = table_of(process), sorted(who.parties)
    its: list[sa.ColumnElement[bool]] = [table.c[c].in_(own) for c in processes()[process].sides.values()]
    places = [g.scope for g in who.grants if g.role == "overseer" and g.scope_kind == "place"]
    its += [table.c.place.like(f"{stem(place)}%") for place in places]
    if process == "complaint":
        its.append(table.c.by_user == who.user)
    return sa.true() if who.has("overseer") else sa.or_(*its)


_FEW = 500
"""Listings of one's own and under agreements that are named one by one in a search."""


def _offered(own: list[str]) -> sa.ColumnElement[bool]:
    """Parts of vouchers that are offered to these financiers now."""
    asked = sa.select(asks.c.holding).where(asks.c.financier.in_(own))
    return sa.and_(holdings.c.state.in_(("asking", "sold")), holdings.c.id.in_(asked))


def mine(who: Who, process: str) -> sa.ColumnElement[bool]:
    """Subjects that are the person's own business, as a condition: for lists of deals, agreements, listings."""
    own = sorted(who.parties)
    table = table_of(process)
    if process == "stop":
        told = sa.and_(table.c.party.in_(own), table.c.state.in_(("in_force", "lifted")))
        return sa.true() if who.has("operator") else told
    if process == "rule":
        return sa.true() if who.has("overseer") else sa.false()
    if process == "erasure":
        return sa.true() if who.has("operator") else table.c.user == who.user
    if process in ("pilot", "complaint"):
        return _looked_after(who, process)
    if process == "border_list":
        return sa.true() if who.has("operator") else table.c.state == "in_force"
    if process == "share":
        named = sa.select(share_lines.c.share).where(share_lines.c.user == who.user)
        return sa.or_(table.c.institution.in_(own), table.c.id.in_(named))
    if process == "snooze":
        return sa.true() if who.has("overseer") or who.has("analyst") else sa.false()
    if process == "case":
        return seeing.mine(who, table, own)
    if process == "round":
        return sa.true() if who.is_member or who.has("operator") else sa.false()
    if process == "fund":
        told = [table.c.invited.cast(sa.Text).like(f'%"{p}"%') for p in own]
        return sa.or_(table.c.manager.in_(own), *told)
    if process == "listing":
        return table.c.party.in_(own)
    if process == "nda":
        return sa.or_(table.c.discloser.in_(own), table.c.recipient.in_(own))
    if (sides_ := processes()[process].sides) and process not in OF_DEAL:
        its = [table.c[column].in_(own) for column in dict.fromkeys(sides_.values())]
        return sa.or_(*its, _offered(own)) if process == "holding" else sa.or_(*its)
    sides = sa.or_(*(deals.c[side].in_(own) for side in ("buyer", "seller", "broker")))
    judged = [g.scope for g in who.grants if g.role == "arbiter" and g.scope_kind == "deal"]
    its = sa.or_(sides, deals.c.id.in_(judged))
    return its if process == "deal" else table.c.deal.in_(sa.select(deals.c.id).where(its))

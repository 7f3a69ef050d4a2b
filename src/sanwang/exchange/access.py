"""The one funnel: what a person may see, and in which role they stand to a thing.

Three gates, always in this order: see, act (the transition's ``by``), guard. Unseen reads as not there; what is
unknown is closed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from sanwang.exchange.cuts import OPEN, PART
from sanwang.exchange.errors import NotFound
from sanwang.exchange.oversight import seeing
from sanwang.exchange.process import processes
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables import metadata
from sanwang.exchange.tables.deals import deals, disputes, offers
from sanwang.exchange.tables.market import listing_words, listings, ndas
from sanwang.exchange.tables.people import parties
from sanwang.exchange.tables.shares import share_lines
from sanwang.exchange.tables.vouchers import asks, holdings
from sanwang.exchange.tiers import OWN, level
from sanwang.exchange.who import INSIDE, Who, stem

SHOWN = ("published", "revised")
"""States in which a listing is on show."""

FILED = ("filed", "supplement", "registered", "refused", "deregistered")
"""States in which a registrar sees a sheet."""

REGISTERED = ("noticed", "running", "paused", "closing", "reported", "passed", "failed")
"""States in which a sandbox test stands on the public register; a refused one does not."""

OF_DEAL = ("milestone", "trial", "registration", "counterparty")
"""Processes whose subjects have the roles of their deal."""

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


def roles(tx: Tx, who: Who, process: str, row: Row) -> frozenset[str]:
    """The roles a person has towards a subject (or towards what a first step would make)."""
    if who.agent != "person":
        return frozenset({who.agent})
    if who.user is None:
        return frozenset()
    found = _ROLES[process](tx, who, row) if process in _ROLES else _sides(tx, who, row, process)
    return frozenset(found | ({"operator"} if who.has("operator") else set()))


def _listing(tx: Tx, who: Who, row: Row) -> set[str]:
    found = {"owner"} if who.for_party(row["party"], "member", "manager", "signer") else set[str]()
    return found | ({"reviewer"} if who.at("reviewer", row["place"]) else set())


def _nda(tx: Tx, who: Who, row: Row) -> set[str]:
    found = {side for side in ("discloser", "recipient") if who.for_party(row[side], *INSIDE)}
    named = who.user in (row["readers"] or ()) and "recipient" in found
    return found | ({"reader"} if named else set())


def _deal(tx: Tx, who: Who, row: Row) -> set[str]:
    found = {side for side in ("buyer", "seller", "broker") if who.for_party(row[side], *INSIDE)}
    sides = found & {"buyer", "seller"}
    if sides and row["opened_by"] in (row["buyer"], row["seller"]) and row["opened_by"] not in who.parties:
        found.add("other_side")
    if who.has("arbiter", "deal", row["id"]):
        found.add("arbiter")
    if sides and row["state"] == "offered":
        by = tx.value(sa.select(offers.c.by).where(offers.c.deal == row["id"], offers.c.state == "open"))
        found.add("offerer" if by in who.parties else "receiver")
    return found


def _milestone(tx: Tx, who: Who, row: Row) -> set[str]:
    found = _of_deal(tx, who, row)
    if row["state"] == "disputed" and found & {"buyer", "seller"}:
        open_ = sa.select(disputes.c.by).where(disputes.c.milestone == row["id"], disputes.c.state == "open")
        found |= {"claimant"} if tx.value(open_) in who.parties else set()
    return found


def _of_deal(tx: Tx, who: Who, row: Row) -> set[str]:
    return _deal(tx, who, deal_of(tx, row))


def _registration(tx: Tx, who: Who, row: Row) -> set[str]:
    found = _of_deal(tx, who, row)
    joined = sa.join(deals, parties, deals.c.seller == parties.c.id)
    seller = tx.one(
        sa.select(parties.c.uscc, parties.c.foreign_id, parties.c.place)
        .select_from(joined)
        .where(deals.c.id == row["deal"])
    )
    if seller is None:
        return found
    abroad = seller["uscc"] is None and seller["foreign_id"] is not None
    if ("buyer" if abroad else "seller") in found:
        found.add("filer")
    office = row["state"] in FILED and who.at("registrar", row["place"] or seller["place"])
    return found | ({"registrar"} if office else set())


def _payment(tx: Tx, who: Who, row: Row) -> set[str]:
    return {role for role in ("payer", "releaser") if who.for_party(row["party"], role)}


def _round(tx: Tx, who: Who, row: Row) -> set[str]:
    """A round is open to members: they lodge in it."""
    return {"firm"} if who.is_member else set()


def _stop(tx: Tx, who: Who, row: Row) -> set[str]:
    """Whom a stop is against sees it once it holds."""
    told = row["state"] in ("in_force", "lifted")
    return {"stopped"} if told and who.for_party(row["party"], *INSIDE) else set()


def _fund(tx: Tx, who: Who, row: Row) -> set[str]:
    """A fund is seen by those who are invited to it."""
    found = _sides(tx, who, row, "fund")
    asked = any(who.for_party(party, *INSIDE) for party in row["invited"] or ())
    return found | ({"invited"} if asked else set())


def _pilot(tx: Tx, who: Who, row: Row) -> set[str]:
    """An overseer with an interest in a test is none of it; members see what stands on the register."""
    found = _sides(tx, who, row, "pilot")
    if not found and who.at("overseer", row["place"]):
        found.add("overseer")
    return found | ({"firm"} if row["state"] in REGISTERED and who.is_member else set())


def _complaint(tx: Tx, who: Who, row: Row) -> set[str]:
    """Who complained for themselves, whose payer makes it good, who oversees the place without an interest."""
    found = _sides(tx, who, row, "complaint")
    if row["by_party"] is None and row["account"] is None and row["by_user"] == who.user:
        found.add("complainant")
    if not found and who.at("overseer", row["place"]):
        found.add("overseer")
    return found | ({"payer"} if who.for_party(row["against"], "payer") else set())


def _data_product(tx: Tx, who: Who, row: Row) -> set[str]:
    """What is on offer is read by members: terms and price, to agree to."""
    found = _sides(tx, who, row, "data_product")
    return found | ({"firm"} if row["state"] == "offered" and who.is_member else set())


def _self(tx: Tx, who: Who, row: Row) -> set[str]:
    return {"self"} if row["user"] == who.user else set()


def _overseen(tx: Tx, who: Who, row: Row) -> set[str]:
    """Rules are the overseers'."""
    return {"overseer"} if who.has("overseer") else set()


def _share(tx: Tx, who: Who, row: Row) -> set[str]:
    """Who is named on a line of a distribution, as the person or for them."""
    named = sa.select(share_lines.c.id).where(
        share_lines.c.share == row["id"], share_lines.c.user == who.user
    )
    mine = tx.value(named.limit(1)) is not None
    return _sides(tx, who, row, "share") | ({"inventor"} if mine else set())


def _border_list(tx: Tx, who: Who, row: Row) -> set[str]:
    """Codes, quotas and names to screen are read by everybody who has signed in; loading them is the operators'."""
    return {"member"} if row["state"] == "in_force" else set()


def _case(tx: Tx, who: Who, row: Row) -> set[str]:
    """Analysts see a case that names no party of theirs; a party what it is asked and what is done."""
    return seeing.watching(who, row) | _sides(tx, who, row, "case")


def _watched(tx: Tx, who: Who, row: Row) -> set[str]:
    """Snoozes are the analysts' and overseers'."""
    return {r for r in ("overseer", "analyst") if who.has(r)}


def _sides(tx: Tx, who: Who, row: Row, process: str) -> set[str]:
    """Roles of the people of the parties that a subject's own row names."""
    return {
        role for role, column in processes()[process].sides.items() if who.for_party(row[column], *INSIDE)
    }


def _holding(tx: Tx, who: Who, row: Row) -> set[str]:
    found = _sides(tx, who, row, "holding")
    return found | (
        {"financier"} if row["state"] in ("asking", "sold") and _asked(tx, who, row["id"]) else set()
    )


def _asked(tx: Tx, who: Who, holding: str) -> bool:
    mine = sa.and_(asks.c.holding == holding, asks.c.financier.in_(sorted(who.parties)))
    return tx.value(sa.select(asks.c.id).where(mine).limit(1)) is not None


_ROLES: Mapping[str, Callable[[Tx, Who, Row], set[str]]] = {
    "listing": _listing,
    "nda": _nda,
    "deal": _deal,
    "milestone": _milestone,
    "trial": _of_deal,
    "counterparty": _of_deal,
    "registration": _registration,
    "payment": _payment,
    "holding": _holding,
    "round": _round,
    "stop": _stop,
    "fund": _fund,
    "rule": _overseen,
    "pilot": _pilot,
    "complaint": _complaint,
    "data_product": _data_product,
    "erasure": _self,
    "border_list": _border_list,
    "share": _share,
    "case": _case,
    "snooze": _watched,
}


def acting_for(tx: Tx, who: Who, process: str, row: Row, role: str) -> str | None:
    """The party a person acts for in a role towards a subject; None for roles that are no party's."""
    payer = "against" if process == "complaint" else "party"
    own = {"owner": "party", "payer": payer, "releaser": "party", "reader": "recipient"}
    named = (own | dict(processes()[process].sides)).get(role, role)
    found = row if process not in OF_DEAL else deal_of(tx, row)
    if found.get(named) in who.parties:
        return str(found[named])
    if role in ("other_side", "receiver", "offerer", "claimant", "filer"):
        return next((str(found[s]) for s in ("buyer", "seller") if found[s] in who.parties), None)
    return None


def deal_of(tx: Tx, row: Row) -> Row:
    """The deal that a milestone, trial or registration belongs to. Raises NotFound where there is none."""
    deal = tx.one(sa.select(deals).where(deals.c.id == row["deal"]))
    if deal is None:
        raise NotFound
    return deal


def reading_level(tx: Tx, who: Who, listing: Row) -> int:
    """How much of a listing a person may read: -1 nothing, 0 public, 1 members, 2 under NDA, 3 as its owner.

    Under an agreement one reads by ``reveal``, which keeps who read what; it does not change the level here.
    """
    if who.agent != "person" or who.for_party(listing["party"], *INSIDE):
        return OWN
    judging = listing["state"] in REVIEWING and "reviewer" in _listing(tx, who, listing)
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

"""In which role a person stands to a thing, and for which party they then act.

Roles that a process's own row names are data (``sides``); here are those that hang on more than the row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa

from sanwang.exchange.errors import NotFound
from sanwang.exchange.oversight import seeing
from sanwang.exchange.process import processes
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.deals import deals, disputes, offers
from sanwang.exchange.tables.people import parties
from sanwang.exchange.tables.shares import share_lines
from sanwang.exchange.tables.vouchers import asks
from sanwang.exchange.who import INSIDE, Who

FILED = ("filed", "supplement", "registered", "refused", "deregistered")
"""States in which a registrar sees a sheet."""

REGISTERED = ("noticed", "running", "paused", "closing", "reported", "passed", "failed")
"""States in which a sandbox test stands on the public register; a refused one does not."""

OF_DEAL = ("milestone", "trial", "registration", "counterparty")
"""Processes whose subjects have the roles of their deal."""


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

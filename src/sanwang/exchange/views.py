"""What pages and programs read beside a subject's own row.

Functions that take ``who`` cut their answer to that person as ``access`` says; the others are asked for a subject that
the caller has seen already, or by an operator's page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import access, events, search, standing
from sanwang.exchange.ledger.accounts import balance, free
from sanwang.exchange.process import processes
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.border import counterparties
from sanwang.exchange.tables.data import data_products
from sanwang.exchange.tables.deals import contracts, deals, milestones, offers, registrations, trials
from sanwang.exchange.tables.market import listings
from sanwang.exchange.tables.money import accounts, payments
from sanwang.exchange.tables.people import grants, parties, users
from sanwang.exchange.tables.record import events as record
from sanwang.exchange.tables.shares import shares
from sanwang.exchange.who import Who

PARTS: Mapping[str, sa.Table] = {
    "milestone": milestones,
    "trial": trials,
    "registration": registrations,
    "share": shares,
    "counterparty": counterparties,
}
"""Processes whose subjects belong to a deal; of them a person sees those in which they have a part."""

PARTIES = ("buyer", "seller", "broker", "party", "discloser", "recipient", "opened_by", "institution",
           "debtor", "first_holder", "holder", "to_party", "giver", "recourse_to", "financier", "asker",
           "creditor", "addressee", "borrower", "lender", "guarantor", "funder", "provider",
           "manager", "investor", "investee", "applicant", "partner", "against", "by_party",
           "one", "two")  # fmt: skip
LISTINGS = ("need", "result", "listing")
"""Columns that name a party, and a listing."""

MINE = ("deal", "listing", "nda", "milestone", "trial", "registration", "voucher", "holding", "bid",
        "lodging", "round_notice", "loan", "guarantee", "collateral", "credit_limit", "prepaid", "fund", "commitment",
        "capital_call", "investment", "conversion", "crossing", "mandate", "data_access", "data_bill",
        "data_dispute", "relation", "share", "inflow")  # fmt: skip
"""Processes with subjects of people's own."""


def own_parties(tx: Tx, who: Who) -> list[Row]:
    """A person's own parties: id, name, and id in the Region."""
    asked = sa.select(parties.c.id, parties.c.name, parties.c.actor)
    return tx.all(asked.where(parties.c.id.in_(sorted(who.parties))).order_by(parties.c.name))


def party_called(tx: Tx, text: str) -> str | None:
    """The one verified party of an id, a number in the Region, a credit code or a whole name; None for none or
    several."""
    its = sa.or_(*(parties.c[n] == text for n in ("id", "actor", "uscc", "name")))
    found = tx.all(sa.select(parties.c.id).where(its, parties.c.state == "verified").limit(2))
    return str(found[0]["id"]) if len(found) == 1 else None


def owner_of(tx: Tx, listing: str) -> str | None:
    """The party of a listing."""
    return tx.value(sa.select(listings.c.party).where(listings.c.id == listing))


SHOWN = 300
"""Subjects of a person's own that a page shows at most."""


def waiting(tx: Tx, who: Who) -> list[dict[str, Any]]:
    """A person's own subjects that have not ended, each with its process, those with the nearest deadline first."""
    asked = [_open(who, process, at) for at, process in enumerate(MINE)]
    last = sa.column("deadline_at").nulls_last()
    near = tx.all(sa.union_all(*asked).order_by(last, sa.column("of"), sa.column("id")).limit(SHOWN))
    rows = {
        process: _rows(tx, process, [n["id"] for n in near if MINE[n["of"]] == process]) for process in MINE
    }
    found = [(MINE[n["of"]], rows[MINE[n["of"]]].get(n["id"])) for n in near]
    return [dict(row) | {"process": process} for process, row in found if row is not None]


def _open(who: Who, process: str, of: int) -> sa.Select[int, Any, Any]:
    table, ends = access.table_of(process), processes()[process].ends
    columns = (sa.literal(of).label("of"), table.c.id.label("id"), table.c.deadline_at.label("deadline_at"))
    return sa.select(*columns).where(access.mine(who, process), table.c.state.not_in(ends))


def _rows(tx: Tx, process: str, ids: Iterable[str]) -> dict[str, Row]:
    """Rows of a process by id."""
    table, wanted = access.table_of(process), sorted(set(ids))
    return {r["id"]: r for r in tx.all(sa.select(table).where(table.c.id.in_(wanted)))} if wanted else {}


def about(tx: Tx, who: Who, told: Iterable[Row]) -> dict[tuple[str, str], Row]:
    """The subjects that notices are about, by process and id, as far as the person may see them."""
    named: dict[str, list[str]] = {}
    for notice in told:
        if notice["process"] in processes():
            named.setdefault(str(notice["process"]), []).append(str(notice["subject"]))
    return {
        (process, key): row
        for process, keys in named.items()
        for key, row in _rows(tx, process, keys).items()
        if access.sees(tx, who, process, row)
    }


def queue(tx: Tx, who: Who, most: int = 200) -> list[dict[str, Any]]:
    """What waits for a person's office rather than their party, each with its process, nearest deadline first.

    For reviewers listings of their place, not their own, that nobody or somebody else has passed; for registrars sheets
    filed there; for releasers payments that another person instructed; for operators money without an owner.
    """
    found: list[dict[str, Any]] = []
    held = {g.role for g in who.grants}
    for role, process, state in _OFFICE:
        if role in held:
            table = access.table_of(process)
            rows = tx.all(sa.select(table).where(table.c.state == state))
            found += [dict(r) | {"process": process} for r in rows if _waits_for(tx, who, process, r)]
    return sorted(found, key=lambda w: w["deadline_at"] or 2**62)[:most]


_OFFICE = (
    *(("reviewer", "listing", state) for state in access.REVIEWING), ("registrar", "registration", "filed"),
    ("releaser", "payment", "instructed"), ("operator", "payment", "unmatched"), ("operator", "crossing", "held"),
    ("operator", "counterparty", "held"), ("operator", "border_list", "loaded"),
)  # fmt: skip
"""Whose office it is, the process, and the state in which it waits."""


def _waits_for(tx: Tx, who: Who, process: str, row: Row) -> bool:
    if process == "listing":
        mine = row["party"] in who.parties or row["first_by"] == who.user
        return who.at("reviewer", row["place"]) and not mine
    if process == "registration":
        return "registrar" in standing.roles(tx, who, process, row)
    if process in ("crossing", "counterparty", "border_list"):
        by = row["loaded_by" if process == "border_list" else "filed_by"]
        return who.has("operator") and by != who.user
    if row["state"] == "unmatched":
        return who.has("operator")
    return who.for_party(row["party"], "releaser") and row["instructed_by"] != who.user


def names_in(tx: Tx, who: Who, row: Row) -> dict[Any, str]:
    """Names of the parties in a row, and titles of its listings as far as the person may read them, by id."""
    ids = sorted({row[n] for n in PARTIES if row.get(n)})
    found = {
        r["id"]: r["name"]
        for r in tx.all(sa.select(parties.c.id, parties.c.name).where(parties.c.id.in_(ids)))
    }
    keys = [row[n] for n in LISTINGS if row.get(n)]
    for one in tx.all(sa.select(listings).where(listings.c.id.in_(keys))) if keys else []:
        data = search.read(tx, who, one, one["published"] or one["pending"])
        found[one["id"]] = str(data.get("title") or data.get("name") or "–")
    return found


def parts_of(tx: Tx, who: Who, deal: str) -> list[tuple[str, list[Row]]]:
    """Milestones, trials and registrations of a deal the person sees, each process with its rows."""
    found = [(n, tx.all(sa.select(t).where(t.c.deal == deal).order_by(t.c.id))) for n, t in PARTS.items()]
    seen = [(n, [access.cut(tx, who, n, r) for r in rows if access.sees(tx, who, n, r)]) for n, rows in found]
    return [(n, rows) for n, rows in seen if rows]


def offers_of(tx: Tx, who: Who, deal: Row) -> list[Row]:
    """Versions of a deal's terms, newest first, for its own people: an operator sees none."""
    if not standing.roles(tx, who, "deal", deal) - {"operator"}:
        return []
    return tx.all(sa.select(offers).where(offers.c.deal == deal["id"]).order_by(offers.c.no.desc()))


def agreed_text(tx: Tx, process: str, row: Row) -> str:
    """The digest of the text that a person would agree to: the open offer's, else the contract's or the row's own."""
    if process != "deal":
        return str(row.get("text_digest") or row.get("digest") or "")
    open_ = sa.select(offers.c.digest).where(offers.c.deal == row["id"], offers.c.state == "open")
    text = sa.select(contracts.c.text_digest).where(contracts.c.deal == row["id"])
    return str(tx.value(open_ if row["state"] == "offered" else text) or "")


def currency_of(tx: Tx, row: Row) -> str:
    """The currency of a row's amounts: its own, else its deal's."""
    if row.get("currency"):
        return str(row["currency"])
    if row.get("deal"):
        return tx.value(sa.select(deals.c.currency).where(deals.c.id == row["deal"])) or "CNY"
    if row.get("product"):
        return (
            tx.value(sa.select(data_products.c.currency).where(data_products.c.id == row["product"])) or "CNY"
        )
    return "CNY"


def user_name(tx: Tx, user: str | None) -> str | None:
    """A user's name."""
    return tx.value(sa.select(users.c.name).where(users.c.id == user)) if user else None


def accounts_of(tx: Tx, who: Who) -> list[dict[str, Any]]:
    """Accounts of a person's parties and of their deals' escrow: balance, what of it is free, unit, owner, deal."""
    own = sorted(who.parties)
    mine = sa.select(deals.c.id).where(sa.or_(deals.c.buyer.in_(own), deals.c.seller.in_(own)))
    its = sa.or_(accounts.c.party.in_(own), sa.and_(accounts.c.code == "escrow", accounts.c.deal.in_(mine)))
    joined = accounts.outerjoin(deals, deals.c.id == accounts.c.deal)
    joined = joined.outerjoin(parties, parties.c.id == accounts.c.party)
    asked = sa.select(accounts, deals.c.number, parties.c.name).select_from(joined).where(its)
    return [
        dict(r) | {"balance": balance(r), "free": free(r), "unit": r["book"].split(":")[0]}
        for r in tx.all(asked.order_by(accounts.c.code, accounts.c.id))
    ]


def payments_of(tx: Tx, who: Who, most: int = 100) -> list[Row]:
    """Payments of a person's parties, newest first; an operator's are all."""
    seen = sa.true() if who.has("operator") else payments.c.party.in_(sorted(who.parties))
    return tx.all(sa.select(payments).where(seen).order_by(payments.c.at.desc(), payments.c.id).limit(most))


def happened(tx: Tx, who: Who, after: int, most: int) -> list[Row]:
    """Sealed events on a person's own business, after a place in the record; an auditor reads every one."""
    asked = sa.select(record).where(record.c.link > after)
    if not who.has("auditor"):
        asked = asked.where(sa.or_(*(_own(who, name) for name in MINE)))
    return tx.all(asked.order_by(record.c.link).limit(most))


def _own(who: Who, process: str) -> sa.ColumnElement[bool]:
    mine = sa.select(access.table_of(process).c.id).where(access.mine(who, process))
    return sa.and_(record.c.process == process, record.c.subject.in_(mine))


def everybody(tx: Tx) -> tuple[list[Row], list[dict[str, Any]]]:
    """For operators: parties, and users with their roles and where each counts (no password)."""
    firms = tx.all(sa.select(parties).order_by(parties.c.name))
    names = {p["id"]: p["name"] for p in firms}
    given = tx.all(sa.select(grants))
    shown = (users.c.id, users.c.login, users.c.name, users.c.state)
    persons = tx.all(sa.select(*shown).order_by(users.c.login_folded))
    roles: dict[str, list[tuple[str, str]]] = {u["id"]: [] for u in persons}
    for g in given:
        roles[g["user"]].append((g["role"], names.get(g["scope"], g["scope"])))
    return firms, [dict(u) | {"roles": roles[u["id"]]} for u in persons]


def record_end(tx: Tx) -> tuple[int, str, int]:
    """The record's last link, its digest, and how many events wait to be sealed."""
    link, digest = events.last(tx)
    return (
        link,
        digest,
        int(tx.value(sa.select(sa.func.count()).select_from(record).where(record.c.link.is_(None)))),
    )

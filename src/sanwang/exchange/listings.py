"""Listings: written in versions, reviewed by two persons, shown for a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from sanwang.errors import OptionError
from sanwang.exchange import clock, given, notices, outcomes, search, stating
from sanwang.exchange.deadlines import calendar
from sanwang.exchange.errors import Refused
from sanwang.exchange.process import processes
from sanwang.exchange.rows import LISTED, OWNER, faults_of
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.deals import deals
from sanwang.exchange.tables.market import listing_reviews, listing_versions, listings
from sanwang.exchange.tables.people import parties
from sanwang.exchange.tiers import TIERS, level

SHOWN_FOR = "180d"
EXPIRING = 30
"""Days before the end of the show from which a listing can be renewed."""


@opener("listing")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a new listing; its owner is the party whose organisation the row names, or the person's only one."""
    kind, row = step.data["kind"], step.data["data"]
    if kind not in LISTED:
        known = ", ".join(LISTED)
        raise OptionError(f"no {kind!r} are listed here; {known}", f"这里不挂牌 {kind!r}；可为 {known}")
    party = _owner(tx, step, kind, row)
    return {
        "kind": kind,
        "row": step.data["row"],
        "party": party["id"],
        "tier": _tier(step.data, row),
        "marks": step.data.get("marks"),
        "used": 0,
        "renewals": 0,
        "source": None,
        **_shown(row, party["place"]),
    }


def _owner(tx: Tx, step: Step, kind: str, row: Mapping[str, Any]) -> Row:
    mine = tx.all(sa.select(parties).where(parties.c.id.in_(sorted(step.who.parties))))
    named = row.get(OWNER.get(kind, "actor"))
    found = [p for p in mine if p["actor"] == named] if named else mine
    if len(found) != 1:
        raise Refused(
            "owner", "say in the row which of your organisations owns it", "请在行中写明属于您的哪一个单位"
        )
    return found[0]


def _tier(data: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """The tier asked for: said with the step, else the row's openness; where neither speaks, under NDA."""
    said = data.get("tier") or row.get("openness")
    return said if said in TIERS else "nda"


def _shown(row: Mapping[str, Any], place: str | None) -> dict[str, Any]:
    title = str(row.get("title") or row.get("name") or row.get("id") or "")[:200]
    return {"title": title, "teaser": None, "place": place, "industries": row.get("industries")}


def version_of(tx: Tx, listing: str, no: int) -> Row:
    """One version of a listing."""
    asked = sa.select(listing_versions).where(
        listing_versions.c.listing == listing, listing_versions.c.no == no
    )
    found = tx.one(asked)
    if found is None:
        raise OptionError(f"there is no version {no}", f"没有第 {no} 版")
    return found


def newest(tx: Tx, listing: str) -> int:
    """The number of a listing's newest version; 0 where it has none."""
    top = sa.select(sa.func.max(listing_versions.c.no)).where(listing_versions.c.listing == listing)
    return tx.value(top) or 0


@guard("row_valid")
def row_valid(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The row has every field it needs, of the right type."""
    kind = step.row["kind"]
    row = step.data.get("data") or version_of(tx, step.subject, newest(tx, step.subject))["data"]
    found = faults_of(kind, row)
    if row.get("id") != step.row["row"]:
        found.append((f"编号须为 {step.row['row']}", f"the id must be {step.row['row']}"))
    return {"problems": tuple("; ".join(f[n] for f in found) for n in (0, 1))} if found else None


@guard("duplicates_answered")
def duplicates_answered(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Each likely duplicate that the owner can see was answered in words."""
    answers = step.data.get("duplicates") or {}
    row = version_of(tx, step.subject, newest(tx, step.subject))["data"]
    found = search.duplicates(tx, step.who, step.row["kind"], row, step.subject)
    left = [d for d in found if not str(answers.get(d.listing) or "").strip()]
    return {"listings": "; ".join(f"{d.title} ({d.listing})" for d in left)} if left else None


@guard("not_own_party")
def not_own_party(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A reviewer is not of the owner's party."""
    return {} if step.row["party"] in step.who.parties else None


@guard("other_reviewer")
def other_reviewer(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The second reviewer is not the first."""
    return {} if step.row["first_by"] in (None, step.who.user) else None


@guard("not_author")
def not_author(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Who wrote a revision does not accept it."""
    return {} if version_of(tx, step.subject, step.row["pending"])["author"] == step.who.user else None


@guard("expiring_soon")
def expiring_soon(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A listing is renewed near its end, not at once."""
    ends = step.row["expires_at"] or 0
    return {"on": clock.day_of(ends).isoformat()} if ends - tx.now > EXPIRING * clock.DAY else None


@guard("not_suspender")
def not_suspender(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Another operator than the one who suspended a listing restores it."""
    return {} if step.row["suspended_by"] == step.who.user else None


@guard("no_deal_under_way")
def no_deal_under_way(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """No deal about the listing is still going on."""
    ends = processes()["deal"].ends
    about = sa.or_(deals.c.need == step.subject, deals.c.result == step.subject)
    count = tx.value(sa.select(sa.func.count()).select_from(deals).where(about, deals.c.state.not_in(ends)))
    return {"count": count} if count else None


@guard("used_up")
def used_up(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A need is met; a result's licences are all given."""
    if step.row["kind"] == "needs":
        return None if step.row["used"] else {}
    licences = version_of(tx, step.subject, step.row["published"])["data"].get("licences")
    return None if licences is not None and step.row["used"] >= licences else {}


@effect("write_version")
def write_version(tx: Tx, step: Step) -> None:
    """Keep a new version; a draft shows it at once, a published listing only when it is accepted."""
    no, row = newest(tx, step.subject) + 1, step.data["data"]
    tier = _tier(step.data, row) if no == 1 or step.data.get("tier") else step.row["tier"]
    marks = step.data.get("marks", step.row["marks"])
    tx.insert(
        listing_versions, listing=step.subject, no=no, data=row, digest=given.digest(row), tier=tier, marks=marks,
        author=step.who.user, at=tx.now, origin=step.data.get("origin"),
    )  # fmt: skip
    if step.take == "revise":
        step.changes["pending"] = no
    else:
        step.changes |= {"tier": tier, "marks": marks, **_shown(row, step.row["place"])}


@effect("to_review")
def to_review(tx: Tx, step: Step) -> None:
    """The newest version is what is judged."""
    step.changes |= {
        "pending": newest(tx, step.subject),
        "submitted_at": tx.now,
        "first_by": None,
        "second_by": None,
        "duplicates": step.data.get("duplicates"),
    }


def _judged(tx: Tx, step: Step) -> None:
    tx.insert(
        listing_reviews, id=tx.id(), listing=step.subject, no=step.row["pending"], by=step.who.user, verdict=step.take,
        code=step.data.get("why"), words=step.data.get("words"), at=tx.now,
    )  # fmt: skip


@effect("first_passed")
def first_passed(tx: Tx, step: Step) -> None:
    """The first reviewer's name stands on it."""
    _judged(tx, step)
    step.changes["first_by"] = step.who.user


@effect("second_passed")
def second_passed(tx: Tx, step: Step) -> None:
    """The second reviewer's name stands on it."""
    _judged(tx, step)
    step.changes["second_by"] = step.who.user


@effect("back_to_owner")
def back_to_owner(tx: Tx, step: Step) -> None:
    """The owner is told why."""
    _judged(tx, step)
    step.changes |= {"first_by": None, "pending": None}
    _feedback(tx, step)


@effect("drop_pending")
def drop_pending(tx: Tx, step: Step) -> None:
    """The version under review is not shown; the owner is told why."""
    _judged(tx, step)
    step.changes["pending"] = None
    _feedback(tx, step)


def _feedback(tx: Tx, step: Step) -> None:
    words = {"key": "feedback", "why": step.data.get("why"), "words": step.data.get("words")}
    people = notices.inside(tx, [step.row["party"]])
    notices.tell(tx, people, "feedback", "listing", step.subject, step.event, words)


@effect("publish")
def publish(tx: Tx, step: Step) -> None:
    """Show the version that was judged, for half a year, and let it be found."""
    if step.take == "accept":
        _judged(tx, step)
    no = step.row["pending"]
    version = version_of(tx, step.subject, no)
    ends = clock.after(tx.now, SHOWN_FOR, calendar(tx))
    step.changes |= {
        "published": no,
        "pending": None,
        "tier": version["tier"],
        "marks": version["marks"],
        "published_at": step.row["published_at"] or tx.now,
        "expires_at": ends,
        **_shown(version["data"], step.row["place"]),
    }
    search.index(tx, step.now_row, version["data"])
    stating.text(tx, step.row, version["data"])
    if step.row["published"] is None:
        outcomes.progress(tx, step.event, step.now_row, "published")


@effect("hide")
def hide(tx: Tx, step: Step) -> None:
    """Nobody finds it any more."""
    search.forget(tx, step.subject)


@effect("suspended")
def suspended(tx: Tx, step: Step) -> None:
    """Who suspended it does not restore it; the owner is told why."""
    step.changes["suspended_by"] = step.who.user
    _feedback(tx, step)


@effect("show_again")
def show_again(tx: Tx, step: Step) -> None:
    """Let it be found again."""
    search.index(tx, step.row, version_of(tx, step.subject, step.row["published"])["data"])


@effect("renew")
def renew(tx: Tx, step: Step) -> None:
    """Show it for another half year."""
    step.changes |= {
        "expires_at": clock.after(tx.now, SHOWN_FOR, calendar(tx)),
        "renewals": step.row["renewals"] + 1,
    }
    show_again(tx, step)


def use(tx: Tx, listing: str | None) -> None:
    """Count one licence given, or a need met; a listing that is used up is closed."""
    from sanwang.exchange.taking import take
    from sanwang.exchange.who import EXCHANGE

    if listing is None:
        return
    tx.execute(listings.update().where(listings.c.id == listing).values(used=listings.c.used + 1))
    row = tx.locked(listings, listing)
    if row is not None and row["state"] == "published":
        try:
            take(tx, EXCHANGE, "listing", listing, "fulfil")
        except Refused:
            return


def secret(listing: Row) -> bool:
    """Whether dealing about it wants an agreement in force first."""
    return level(listing["tier"]) == 2

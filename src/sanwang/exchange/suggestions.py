"""Suggestions: drafts from match and plan results. Only a person makes an inquiry of one, or dismisses it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from sanwang.errors import OptionError
from sanwang.exchange import access, events
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.process import words
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.deals import outcomes
from sanwang.exchange.tables.market import listings, suggestions
from sanwang.exchange.tiers import level
from sanwang.exchange.who import Who


@dataclass(frozen=True)
class Suggestion:
    """A draft as a person may see it: reasons are left out where they may quote what the person may not read."""

    id: str
    origin: str
    need: str
    result: str
    need_title: str
    result_title: str
    score: float | None
    probability: float | None
    reasons: Any
    state: str


def keep(tx: Tx, who: Who, origin: str, region_digest: str, pairs: Iterable[Mapping[str, Any]]) -> int:
    """Keep pairs of a result as drafts; returns how many are new. Pairs whose listing is not on show are left out.

    A pair has ``need`` and ``result`` (ids of the Region), and if known ``score``, ``probability``, ``reasons``,
    ``route``. Raises Refused for who neither manages, plans nor operates.
    """
    if not (who.agent == "exchange" or who.has("manager") or who.has("operator") or who.at("planner", None)):
        raise Refused(
            "role",
            "only managers, planners and the operator bring suggestions",
            "须由技术经理人、规划方或运营方提供",
        )
    shown = {
        (r["kind"], r["row"]): r
        for r in tx.all(sa.select(listings).where(listings.c.state.in_(access.SHOWN)))
    }
    made = 0
    for pair in pairs:
        need, result = shown.get(("needs", pair["need"])), shown.get(("achievements", pair["result"]))
        if need is not None and result is not None and need["party"] != result["party"]:
            made += _keep(tx, who, origin, region_digest, need, result, pair)
    return made


def _keep(
    tx: Tx, who: Who, origin: str, region_digest: str, need: Row, result: Row, pair: Mapping[str, Any]
) -> int:
    same = sa.select(suggestions.c.id).where(
        suggestions.c.need == need["id"], suggestions.c.result == result["id"],
        sa.or_(suggestions.c.region_digest == region_digest, suggestions.c.state == "draft"),
    )  # fmt: skip
    if tx.value(same.limit(1)):
        return 0
    made = tx.id()
    tx.insert(
        suggestions, id=made, origin=origin, region_digest=region_digest, need=need["id"], result=result["id"],
        score=pair.get("score"), probability=pair.get("probability"), reasons=pair.get("reasons"),
        route=pair.get("route"), need_version=need["published"], result_version=result["published"], state="draft",
        at=tx.now, version=1,
    )  # fmt: skip
    events.append(tx, process="suggestion", subject=made, take="keep", to_state="draft", user=who.user, agent=who.agent,
                  data={"origin": origin, "region": region_digest})  # fmt: skip
    return 1


def of(tx: Tx, who: Who, need: str | None = None, state: str = "draft") -> list[Suggestion]:
    """Drafts about listings of the person's parties, all of them for managers of the platform; best first."""
    refresh(tx)
    need_rows, result_rows = listings.alias("n"), listings.alias("r")
    joined = sa.join(suggestions, need_rows, suggestions.c.need == need_rows.c.id).join(
        result_rows, suggestions.c.result == result_rows.c.id
    )
    asked = sa.select(suggestions).select_from(joined).where(suggestions.c.state == state)
    if not (who.has("manager") or who.agent != "person"):
        mine = sorted(who.parties)
        asked = asked.where(sa.or_(need_rows.c.party.in_(mine), result_rows.c.party.in_(mine)))
    if need:
        asked = asked.where(suggestions.c.need == need)
    rows = tx.all(asked.order_by(suggestions.c.score.desc(), suggestions.c.id).limit(200))
    return [s for row in rows if (s := _seen(tx, who, row)) is not None]


def _seen(tx: Tx, who: Who, row: Row) -> Suggestion | None:
    sides = [tx.one(sa.select(listings).where(listings.c.id == row[k])) for k in ("need", "result")]
    if any(s is None or not access.sees(tx, who, "listing", s) for s in sides):
        return None
    need, result = (s for s in sides if s is not None)
    open_ = all(access.reading_level(tx, who, s) >= level(s["tier"]) for s in (need, result))
    return Suggestion(
        row["id"], row["origin"], row["need"], row["result"], need["title"], result["title"], row["score"],
        row["probability"], row["reasons"] if open_ else None, row["state"],
    )  # fmt: skip


def refresh(tx: Tx) -> int:
    """Drafts whose listings have another version now, or are gone, are stale; returns how many."""
    changed = sa.select(listings.c.id).where(
        sa.or_(
            sa.and_(listings.c.id == suggestions.c.need, listings.c.published != suggestions.c.need_version),
            sa.and_(
                listings.c.id == suggestions.c.result, listings.c.published != suggestions.c.result_version
            ),
            sa.and_(
                listings.c.id.in_((suggestions.c.need, suggestions.c.result)),
                listings.c.state.not_in(access.SHOWN),
            ),
        )
    )
    old = tx.all(sa.select(suggestions).where(suggestions.c.state == "draft", sa.exists(changed)))
    for row in old:
        tx.change(suggestions, row, state="stale")
        events.append(tx, process="suggestion", subject=row["id"], take="stale", from_state="draft", to_state="stale",
                      agent="exchange")  # fmt: skip
    return len(old)


def dismiss(tx: Tx, who: Who, suggestion: str, why: str, said: str | None = None) -> None:
    """Not this, because …: kept as an outcome. Raises OptionError for a reason that is none, NotFound as usual."""
    if why not in words("reasons"):
        raise OptionError(f"{why!r} is no reason; {', '.join(words('reasons'))}", f"没有 {why!r} 这一原因")
    row = tx.locked(suggestions, suggestion)
    if row is None or row["state"] != "draft" or _seen(tx, who, row) is None:
        raise NotFound
    event = events.append(
        tx, process="suggestion", subject=suggestion, take="dismiss", from_state="draft", to_state="dismissed",
        user=who.user, data={"why": why},
    )  # fmt: skip
    tx.change(
        suggestions, row, state="dismissed", why=why, words=said, decided_by=who.user, decided_at=tx.now
    )
    tx.insert(
        outcomes, id=tx.id(), need=row["need"], result=row["result"], suggestion=suggestion, stage="shown", code=why,
        words=said, region_digest=row["region_digest"], score=row["score"], by=who.user, event=event, at=tx.now,
    )  # fmt: skip

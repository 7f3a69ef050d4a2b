"""What deals write for the next snapshot: outcomes, progress, ties and flows, each with the event that brought it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from sanwang.exchange import clock
from sanwang.exchange.steps import Step, effect
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.deals import contracts, outcomes, region_rows
from sanwang.exchange.tables.market import listings, suggestions
from sanwang.exchange.tables.people import parties

SOURCE = "三网交易所"


def write(tx: Tx, kind: str, row: dict[str, Any], event: str, deal: str | None) -> None:
    """Keep one row for the Region."""
    tx.insert(region_rows, id=tx.id(), kind=kind, row=row, deal=deal, event=event, at=tx.now)


def progress(
    tx: Tx,
    event: str,
    listing: Row,
    step: str,
    deal: Row | None = None,
    value: int | None = None,
) -> None:
    """A result's step: published, matched, contracted, paid …; nothing for other kinds."""
    if listing["kind"] != "achievements":
        return
    partner = _party(tx, deal["buyer"]) if deal else None
    row = {
        "id": f"X{event}",
        "achievement": listing["row"],
        "step": step,
        "date": clock.day_of(tx.now).isoformat(),
        "partner": partner["actor"] if partner else None,
        "place": partner["place"] if partner else None,
        "value": value,
        "source": SOURCE,
    }
    write(tx, "progress", row, event, deal["id"] if deal else None)


def _party(tx: Tx, key: str) -> Row:
    found = tx.one(sa.select(parties).where(parties.c.id == key))
    assert found is not None, key
    return found


def of_result(tx: Tx, step: Step, deal: Row, reached: str, value: int | None = None) -> None:
    """Progress of the result a deal is about, if it is about one."""
    listing = tx.one(sa.select(listings).where(listings.c.id == deal["result"])) if deal["result"] else None
    if listing is not None:
        progress(tx, step.event, listing, reached, deal, value)


@effect("outcome")
def outcome(tx: Tx, step: Step) -> None:
    """How a deal ended, for calibration; the other side reads the reason."""
    deal = step.now_row
    code = step.data.get("why") or step.take
    suggested = _suggestion(tx, deal)
    tx.insert(
        outcomes, id=tx.id(), need=deal["need"], result=deal["result"], deal=step.subject,
        suggestion=deal["suggestion"], stage=step.row["state"], code=code, words=step.data.get("words"),
        region_digest=suggested["region_digest"] if suggested else None,
        score=suggested["score"] if suggested else None, by=step.who.user, event=step.event, at=tx.now,
    )  # fmt: skip
    step.changes |= {"why": code, "words": step.data.get("words"), "closed_at": tx.now}


def _suggestion(tx: Tx, deal: dict[str, Any]) -> Row | None:
    if deal["suggestion"] is None:
        return None
    return tx.one(sa.select(suggestions).where(suggestions.c.id == deal["suggestion"]))


@effect("deal_done")
def deal_done(tx: Tx, step: Step) -> None:
    """A completed deal is a tie, a flow and progress; a licence is given and a need met."""
    from sanwang.exchange.listings import use

    deal = step.row
    buyer, seller = _party(tx, deal["buyer"]), _party(tx, deal["seller"])
    contract = tx.one(sa.select(contracts).where(contracts.c.deal == step.subject))
    year = clock.day_of(tx.now).year
    tie = {"a": buyer["actor"], "b": seller["actor"], "kind": "contract", "year": year, "count": 1}
    write(tx, "ties", tie, step.event, step.subject)
    if contract is not None and deal["origin"] and deal["destination"]:
        flow = {
            "origin": deal["origin"], "destination": deal["destination"], "factor": "technology", "year": year,
            "count": 1, "value": contract["technology"], "source": SOURCE,
        }  # fmt: skip
        write(tx, "flows", flow, step.event, step.subject)
    of_result(tx, step, deal, "paid", contract["total"] if contract else None)
    use(tx, deal["result"])
    use(tx, deal["need"])

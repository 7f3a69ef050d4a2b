"""Parts of vouchers: split to the fen, passed on, offered to financiers; each holder sees its own alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import clock, notices, stating
from sanwang.exchange.errors import NotFound
from sanwang.exchange.ledger import paper
from sanwang.exchange.ledger.effects import make
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.deals import documents
from sanwang.exchange.tables.people import grants, parties
from sanwang.exchange.tables.vouchers import asks, bids, holdings, vouchers
from sanwang.exchange.taking import take
from sanwang.exchange.vouchers import open_part, paper_of
from sanwang.exchange.who import EXCHANGE
from sanwang.standards.currencies import both


@opener("holding")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a new part."""
    stating.part(tx, step.subject, step.data["item"])
    return dict(step.data["item"])


@guard("registry_unused")
def registry_unused(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A number of the central registry belongs to one part."""
    same = holdings.c.registry_no == step.data["registry_no"]
    return (
        None if tx.value(sa.select(holdings.c.id).where(same, holdings.c.id != step.subject)) is None else {}
    )


@guard("parts_add_up")
def parts_add_up(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The parts make what is owed, to the fen."""
    parts: list[int] = step.data["parts"]
    fits = sum(parts) == step.row["owed"] and min(parts) > 0
    return None if fits else {"owed": both(step.row["owed"], step.row["currency"])}


@guard("taker_sound")
def taker_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """It goes to another verified party, with papers of the holder's own; a debtor pays, it does not take."""
    to = step.data["to_party"]
    state = tx.value(sa.select(parties.c.state).where(parties.c.id == to))
    own = tx.value(sa.select(documents.c.party).where(documents.c.id == step.data["document"]))
    if own != step.row["holder"]:
        raise NotFound
    return None if state == "verified" and to not in (step.row["holder"], step.row["debtor"]) else {}


@guard("financiers_sound")
def financiers_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Those asked are verified parties with people who may bid."""
    named: list[str] = step.data["financiers"]
    asked = sa.select(parties.c.id).join(grants, grants.c.scope == parties.c.id)
    may = asked.where(
        parties.c.state == "verified", grants.c.role == "financier", grants.c.scope_kind == "party"
    )
    known = {str(r["id"]) for r in tx.all(may)} - {step.row["holder"], step.row["debtor"]}
    wrong = [n for n in named if n not in known]
    return {"names": ", ".join(wrong)} if wrong or not named else None


@guard("not_due")
def not_due(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """It falls due later than today."""
    return None if step.row["due_on"] > clock.day_of(tx.now).isoformat() else {}


@effect("keep_registry")
def keep_registry(tx: Tx, step: Step) -> None:
    """The number under which the part stands in the central registry."""
    step.changes["registry_no"] = step.data["registry_no"]


@effect("split_up")
def split_up(tx: Tx, step: Step) -> None:
    """Parts of the same holder, each with its own number; what was promised about recourse stays with each."""
    for part in step.data["parts"]:
        _child(tx, step.row, step.row["holder"], part, giver=step.row["giver"])
    step.changes["owed"] = 0


def _child(tx: Tx, row: Row, holder: str, amount: int, **more: object) -> str:
    voucher = tx.the(vouchers, row["voucher"])
    kept = {"recourse_to": row["recourse_to"], "recourse_words": row["recourse_words"]}
    return open_part(tx, voucher, holder, amount, **{"part_of": row["id"]} | kept | more)


@effect("keep_taker")
def keep_taker(tx: Tx, step: Step) -> None:
    """To whom it is being passed, and why."""
    step.changes |= {"to_party": step.data["to_party"], "document": step.data["document"]}
    words = {"key": "turn", "event": step.take, "state": "passing"}
    users = notices.inside(tx, [step.data["to_party"]])
    notices.tell(tx, users, "turn", "holding", step.subject, step.event, words)


@effect("drop_taker")
def drop_taker(tx: Tx, step: Step) -> None:
    """It is not passed."""
    step.changes |= {"to_party": None, "document": None}


@effect("V2")
def pass_on(tx: Tx, step: Step) -> None:
    """The part is the taker's in the books."""
    row = step.row
    make(tx, step, "V2", paper.passed(paper_of(row), row["holder"], row["to_party"], row["owed"]))


@effect("V5")
def buy_back(tx: Tx, step: Step) -> None:
    """Who promised it pays the holder what the debtor did not."""
    row = step.row
    make(tx, step, "V5", paper.bought_back(paper_of(row), row["holder"], row["recourse_to"], row["owed"]))


@effect("change_hands")
def change_hands(tx: Tx, step: Step) -> None:
    """This part ends, a new one begins with the new holder; the debtor is told (Civil Code, art. 546)."""
    row, item = step.row, step.data.get("item") or {}
    back = step.take == "buy_back"
    holder = item.get("holder") or (row["recourse_to"] if back else row["to_party"])
    more: dict[str, object] = {"giver": row["holder"], "noticed_at": tx.now}
    if back:
        more |= {"recourse_to": None, "recourse_words": None}
    more |= {n: item[n] for n in ("recourse_to", "recourse_words", "registry_no") if item.get(n)}
    if more.get("registry_no"):
        tx.execute(holdings.update().where(holdings.c.id == row["id"]), {"registry_no": None})
    child = _child(tx, row, holder, row["owed"], **more)
    if back:
        take(tx, EXCHANGE, "holding", child, "fall_due")
    step.changes["owed"] = 0
    words = {"key": "assigned", "event": step.take, "state": "live"}
    notices.tell(tx, notices.inside(tx, [row["debtor"]]), "turn", "holding", child, step.event, words)


@effect("invite")
def invite(tx: Tx, step: Step) -> None:
    """Those asked may see the part and bid for it."""
    named = sorted(set(step.data["financiers"]))
    known = {
        r["financier"] for r in tx.all(sa.select(asks.c.financier).where(asks.c.holding == step.subject))
    }
    for one in named:
        if one not in known:
            tx.insert(asks, id=tx.id(), holding=step.subject, financier=one, at=tx.now)
    words = {"key": "turn", "event": step.take, "state": "asking"}
    notices.tell(tx, notices.inside(tx, named), "turn", "holding", step.subject, step.event, words)


@effect("end_bids")
def end_bids(tx: Tx, step: Step) -> None:
    """Bids that nobody took end with the asking."""
    asked = sa.select(bids.c.id).where(bids.c.holding == step.subject, bids.c.state == "open")
    for row in tx.all(asked.order_by(bids.c.id)):
        take(tx, EXCHANGE, "bid", row["id"], "end")

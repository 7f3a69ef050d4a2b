"""Uses and deliveries: asked for, judged by the agreed terms, written down and metered in one transaction.

The row of the access is held from the asking to the end, so that two at once cannot both be the last that a policy
allows. What was denied is written down too; it costs nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from sanwang.errors import SanwangError
from sanwang.exchange import clock
from sanwang.exchange.data import lineage
from sanwang.exchange.data.policies import Asked, Decided, evaluator
from sanwang.exchange.events import Fault
from sanwang.exchange.given import digest
from sanwang.exchange.proof import CHECKS
from sanwang.exchange.steps import Step, effect, guard
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.data import data_accesses, data_bills, data_products, data_uses
from sanwang.exchange.tables.people import parties
from sanwang.exchange.tables.record import events as record
from sanwang.exchange.who import EXCHANGE
from sanwang.standards import places as gb2260

MOST = 2**53
"""A price, a cap and what one use costs stay below this (fen), so that sums fit."""

COMPENSATE = "compensate"
"""The duty to pay, which nobody can claim to have done: it is done where a price is agreed and no bill is overdue."""

AGREEMENT = "A"
"""What a decision names where not the policy but the agreement itself says no: its days, a source taken back."""


def charge(product: Row, how: str, units: int) -> int:
    """What a use or delivery costs under a product's price, before any cap (fen)."""
    match (product["pricing"], how):
        case ("use", "use"):
            return int(product["price"])
        case ("unit_used", "use") | ("unit_delivered", "delivery"):
            return int(product["price"]) * units
        case ("flat", "access"):
            return int(product["price"])
        case _:
            return 0


@guard("use_told")
def use_told(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Units are told where they are counted, and the place is one there is."""
    product, how = tx.the(data_products, step.row["product"]), _how(step)
    units, place = step.data.get("units") or 0, step.data.get("place")
    if product["unit"] and units < 1:
        return {"wanted": (f"须写明数量（{product['unit']}）", f"say how many units ({product['unit']})")}
    if charge(product, how, units) >= MOST:
        return {"wanted": ("数量过大", "that is too much at once")}
    if place and gb2260.place(place) is None:
        return {"wanted": (f"没有区划 {place}", f"no place has the code {place}")}
    return None


def _how(step: Step) -> str:
    return "delivery" if step.take == "deliver" else "use"


@effect("decide_use")
def decide_use(tx: Tx, step: Step) -> None:
    """The decision, written down with the clause; metered where it is permitted."""
    from sanwang.exchange.taking import take

    row, data, how = step.row, step.data, _how(step)
    product = tx.the(data_products, row["product"])
    place = data.get("place")
    around = (place, *gb2260.ancestors(place)) if place else ()
    duties = frozenset(data.get("duties") or ())
    decided = judge(tx, row, product, data["action"], data.get("purpose"), around, duties)
    units = data.get("units") or 0
    no = row["uses"] + 1
    cost = charge(product, how, units) if decided.allowed else 0
    said = {"decision": "permit" if decided.allowed else "deny", "clauses": list(decided.clauses),
            "reasons": [list(r) for r in decided.reasons], "charge": cost,
            "standing": "metered" if decided.allowed else "none"}  # fmt: skip
    given = {n: data.get(n) for n in ("action", "purpose", "place")} | {
        "units": units,
        "duties": sorted(duties),
    }
    _write(tx, step, no, how, given | said)
    told = {"use_no": no, "clauses": list(decided.clauses), "charge": cost, "words": why(decided.reasons)}
    take(tx, EXCHANGE, "data_access", step.subject, "permit" if decided.allowed else "deny", told)


def why(reasons: Sequence[Sequence[str]]) -> str:
    """The reasons of a decision as one text, whose digest stands in the chain."""
    return "；".join(r[0] for r in reasons) + " / " + "; ".join(r[1] for r in reasons)


def _write(tx: Tx, step: Step, no: int, how: str, columns: Mapping[str, Any]) -> None:
    tx.insert(
        data_uses, id=tx.id(), access=step.subject, no=no, how=how, event=step.event, user=step.who.user, at=tx.now,
        **columns,
    )  # fmt: skip
    done = dict(step.row["done"])
    for action, times in counted([{"how": how, **columns}]).items():
        done[action] = done.get(action, 0) + times
    tx.execute(data_accesses.update().where(data_accesses.c.id == step.subject), {"uses": no, "done": done})


def meter_access(tx: Tx, step: Step, product: Row) -> None:
    """The flat price of an access, as its first entry."""
    columns = {"action": "compensate", "units": 0, "duties": [], "decision": "permit", "clauses": [AGREEMENT],
               "reasons": [["一次性价款", "the flat price"]], "charge": charge(product, "access", 0),
               "standing": "metered"}  # fmt: skip
    _write(tx, step, step.row["uses"] + 1, "access", columns)


def judge(
    tx: Tx, access: Row, product: Row, action: str, purpose: str | None, place: tuple[str, ...],
    duties: frozenset[str],
) -> Decided:  # fmt: skip
    """What the agreement and then the policies say to a use today. What cannot be judged is denied, with the reason."""
    today = clock.day_of(tx.now)
    if own := list(_against(tx, access, product, today)):
        return Decided(False, (AGREEMENT,), tuple(own))
    fulfilled = duties - {COMPENSATE} | ({COMPENSATE} if _pays(tx, access, product, today) else set())
    asked = Asked(
        _numbers(tx, access["buyer"]),
        action,
        purpose,
        place,
        today,
        fulfilled,
        tuple(sorted(access["done"].items())),
    )
    try:
        return evaluator().decide(product["terms"], asked)
    except SanwangError as error:
        return Decided(False, (), ((error.said("zh"), error.said("en")),))


def passing_on(tx: Tx, access: str) -> Decided:
    """Whether the buyer under an access may pass on what it got there, for any purpose, from where it is."""
    row = tx.the(data_accesses, access)
    if row["state"] != "in_force":
        return Decided(False, (AGREEMENT,), (("来源的使用期已结束", "the access to the source has ended"),))
    place = tx.value(sa.select(parties.c.place).where(parties.c.id == row["buyer"]))
    around = (place, *gb2260.ancestors(place)) if place else ()
    return judge(tx, row, tx.the(data_products, row["product"]), "distribute", None, around, frozenset())


def _against(tx: Tx, access: Row, product: Row, today: date) -> Iterator[tuple[str, str]]:
    if not access["from_on"] <= today.isoformat() <= access["until_on"]:
        days = f"{access['from_on']} – {access['until_on']}"
        yield f"不在使用期内：{days}", f"outside the days of the access: {days}"
    if tx.value(sa.select(parties.c.state).where(parties.c.id == access["buyer"])) != "verified":
        yield "使用方已被停权", "the user is suspended"
    for number in lineage.broken(tx, product["asset"]):
        yield f"来源已被撤回：{number}", f"a source was revoked: {number}"


def _numbers(tx: Tx, party: str) -> tuple[str, ...]:
    row = tx.the(parties, party)
    return tuple(str(row[n]) for n in ("actor", "uscc") if row[n])


def counted(rows: Sequence[Row]) -> dict[str, int]:
    """How often each action was permitted, of the uses of an access; deliveries count no times."""
    return dict(Counter(r["action"] for r in rows if (r["how"], r["decision"]) == ("use", "permit")))


def _pays(tx: Tx, access: Row, product: Row, today: date) -> bool:
    its = (data_bills.c.access == access["id"], data_bills.c.state == "open")
    late = sa.select(data_bills.c.id).where(*its, data_bills.c.due_on < today.isoformat())
    return product["price"] > 0 and tx.value(late) is None


def log(tx: Tx, access: str) -> list[Row]:
    """Every use and delivery of an access, oldest first, with the number of the bill it stands in."""
    joined = data_uses.outerjoin(data_bills, data_uses.c.bill == data_bills.c.id)
    asked = sa.select(data_uses, data_bills.c.number.label("bill_number")).select_from(joined)
    return tx.all(asked.where(data_uses.c.access == access).order_by(data_uses.c.no))


def verify(tx: Tx) -> list[Fault]:
    """Every use follows from its events: asked, decided, charged as the price says, within the days of the access."""
    faults: list[Fault] = []
    for access in tx.all(sa.select(data_accesses)):
        product = tx.the(data_products, access["product"])
        told = {r["data"]["use_no"]: r for r in _told(tx, access["id"], ("permit", "deny"))}
        rows = log(tx, access["id"])
        where = f"data access {access['number']}"
        metered = [r for r in rows if r["how"] != "access"]
        if [r["no"] for r in rows] != list(range(1, access["uses"] + 1)) or len(told) != len(metered):
            faults.append(Fault(where, "uses are not those that its events tell", "使用记录与事件不符"))
        asked = {r["id"]: r["data"] for r in _told(tx, access["id"], ("use", "deliver"))}
        if any(_off(r, told.get(r["no"]), product) or _misread(r, asked.get(r["event"])) for r in metered):
            faults.append(Fault(where, "a use stands otherwise than it was decided", "使用记录与判定不符"))
        if counted(rows) != access["done"]:
            faults.append(Fault(where, "counts otherwise than it was used", "使用次数与记录不符"))
        days = {clock.day_of(r["at"]).isoformat() for r in metered if r["decision"] == "permit"}
        if any(not access["from_on"] <= d <= access["until_on"] for d in days):
            faults.append(Fault(where, "was used outside its days", "使用超出期限"))
    return faults


def _told(tx: Tx, access: str, takes: tuple[str, ...]) -> list[Row]:
    its = (record.c.process == "data_access", record.c.subject == access, record.c.take.in_(takes))
    return tx.all(sa.select(record.c.id, record.c.take, record.c.data).where(*its))


def _misread(row: Row, asked: Mapping[str, Any] | None) -> bool:
    """Whether a use says otherwise than its asking: the action openly, purpose and place by their digests."""
    if asked is None or asked["action"] != row["action"]:
        return True
    return any(asked.get(n) != ({"sha256": digest(row[n])} if row[n] else None) for n in ("purpose", "place"))


def _off(row: Row, told: Row | None, product: Row) -> bool:
    if told is None:
        return True
    if told["data"]["words"] != {"sha256": digest(why(row["reasons"]))}:
        return True
    said = (told["take"], told["data"]["clauses"], told["data"]["charge"])
    right = charge(product, row["how"], row["units"]) if row["decision"] == "permit" else 0
    return said != (row["decision"], row["clauses"], row["charge"]) or row["charge"] != right


CHECKS.append(verify)

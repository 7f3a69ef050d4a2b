"""Stops: a court's freeze, a pledge, an insolvency; entered by one operator, enforced by another, lifted the same way.

What is frozen neither leaves nor is set off; what was released to the institution before goes on. Money that comes in
while a freeze is not filled is kept too, up to its amount. A part of a voucher that is stopped does not change hands;
paid on its day, the money stays with its holder, frozen; so does what is paid on a loan whose claim is stopped. Money
in a deal's escrow or prepaid under conditions stays held while it is stopped: facts are said, nothing ends. A party
that is insolvent takes part in nothing new, in no clearing round, and pays nobody by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import clock
from sanwang.exchange.deals import count_on
from sanwang.exchange.events import Fault
from sanwang.exchange.ledger.accounts import NOTHING_LEAVES, opened
from sanwang.exchange.ledger.rules import wallet
from sanwang.exchange.prepaid import go_on
from sanwang.exchange.proof import CHECKS
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.deals import deals
from sanwang.exchange.tables.loans import loans
from sanwang.exchange.tables.money import accounts
from sanwang.exchange.tables.people import parties
from sanwang.exchange.tables.prepaid import prepaids
from sanwang.exchange.tables.stops import stops
from sanwang.exchange.tables.vouchers import holdings
from sanwang.exchange.vouchers import HELD, undo

CLAIMS: Mapping[str, tuple[sa.Table, tuple[str, ...], tuple[str, ...]]] = {
    "deal": (deals, ("buyer", "seller"), ("contracted", "on_trial", "performing", "completed")),
    "prepaid": (prepaids, ("funder", "provider"), ("locking", "live", "late", "disputed")),
    "loan": (loans, ("lender",), ("performing", "arrears", "residual")),
}
"""What besides free money and vouchers can be stopped: its table, whose it may be, the states in which it is open."""


@opener("stop")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a stop that waits for a second person."""
    data = step.data
    named = ("stopping", "party", "holding", *CLAIMS, "amount", "authority", "paper", "until_on")
    return {n: data.get(n) for n in named} | {
        "number": "", "currency": data.get("currency") or "CNY", "frozen": 0, "ordered_by": step.who.user,
    }  # fmt: skip


@guard("stop_sound")
def stop_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A known kind against a known party; a pledge is of a part of a voucher, an insolvency of the whole party."""
    row = step.row
    if row["stopping"] not in ("freeze", "pledge", "insolvency"):
        return {"wanted": ("种类须为 freeze、pledge、insolvency", "freeze, pledge or insolvency")}
    if tx.value(sa.select(parties.c.id).where(parties.c.id == row["party"])) is None:
        return {"wanted": ("没有该单位", "there is no such party")}
    if (row["stopping"] == "pledge") > bool(row["holding"]) or (
        row["stopping"] == "insolvency" and row["holding"]
    ):
        return {
            "wanted": ("质押须指明凭证持有，破产针对单位", "a pledge names a holding, an insolvency a party")
        }
    named = [n for n in ("holding", *CLAIMS) if row[n]]
    if len(named) > 1 or (row["stopping"] != "freeze" and any(row[n] for n in CLAIMS)):
        return {
            "wanted": (
                "只能指明一项；交易、预付款、贷款只能冻结",
                "one thing at a time; deals, prepaid money and loans are frozen",
            )
        }
    if row["until_on"] and row["until_on"] <= clock.day_of(tx.now).isoformat():
        return {"wanted": ("截止日须在今日之后", "it must end after today")}
    return stop_stands(tx, step)


@guard("stop_stands")
def stop_stands(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The part of a voucher is the party's, something of it is owed, and no other stop is on it."""
    if not step.row["holding"]:
        return _claim_stands(tx, step.row)
    part = tx.one(sa.select(holdings).where(holdings.c.id == step.row["holding"]))
    fits = part is not None and part["holder"] == step.row["party"] and part["state"] in HELD
    if part is None or not fits or part["stopped_by"]:
        return {
            "wanted": (
                "该凭证不在其名下、已了结或已被限制",
                "that part is not theirs, has ended, or is stopped already",
            )
        }
    return None


def _claim_stands(tx: Tx, row: Row) -> Mapping[str, object] | None:
    for name, (table, sides, states) in CLAIMS.items():
        if row[name]:
            it = tx.one(sa.select(table).where(table.c.id == row[name]))
            theirs = it is not None and row["party"] in [it[s] for s in sides] and it["state"] in states
            if it is None or not theirs or it["stopped_by"]:
                return {
                    "wanted": (
                        "不是该单位的、已了结或已被限制",
                        "it is not theirs, has ended, or is stopped already",
                    )
                }
    return None


@guard("stop_longer")
def stop_longer(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """It ends later than before."""
    return None if step.data["until_on"] > (step.row["until_on"] or "") else {}


@guard("not_stopped")
def not_stopped(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Nothing was put on the part by a court, and it is not pledged."""
    table, key = _concerned(step)
    stop = tx.value(sa.select(table.c.stopped_by).where(table.c.id == key)) if key else None
    return {"number": tx.value(sa.select(stops.c.number).where(stops.c.id == stop))} if stop else None


def _concerned(step: Step) -> tuple[sa.Table, str | None]:
    """Whose stop counts for a step: the part of a voucher, or the deal, prepaid money or loan that it is about."""
    named = {"milestone": "deal", "guarantee": "loan"}.get(step.process, step.process)
    if named in CLAIMS:
        return CLAIMS[named][0], step.subject if named == step.process else step.row[named]
    return holdings, step.row.get("holding") if step.process in ("bid", "lodging") else step.subject


@effect("number_stop")
def number_stop(tx: Tx, step: Step) -> None:
    """Its number: earlier stops go first."""
    year = clock.day_of(tx.now).year
    step.changes["number"] = f"S-{year}-{count_on(tx, f'stops:{year}'):04d}"


@effect("enforce")
def enforce(tx: Tx, step: Step) -> None:
    """From now on it holds."""
    row = step.row
    if row["holding"]:
        undo(tx, row["holding"])
        tx.execute(holdings.update().where(holdings.c.id == row["holding"]), {"stopped_by": row["id"]})
        return
    for name, (table, _, _) in CLAIMS.items():
        if row[name]:
            tx.execute(table.update().where(table.c.id == row[name]), {"stopped_by": row["id"]})
            return
    step.changes["frozen"] = row["amount"] or NOTHING_LEAVES
    _freeze(tx, row, step.changes["frozen"])
    if row["stopping"] == "insolvency":
        tx.execute(parties.update().where(parties.c.id == row["party"]), {"state": "suspended"})


def _freeze(tx: Tx, row: Row, amount: int) -> None:
    """Keep more, or less, of a party's free money in place."""
    account = wallet(row["party"], row["currency"])
    opened(tx, [account])
    its = accounts.c.id == account.id
    tx.execute(accounts.update().where(its).values(frozen=accounts.c.frozen + amount))


@effect("extend_stop")
def extend_stop(tx: Tx, step: Step) -> None:
    """A later end, on a paper of its own."""
    step.changes |= {"until_on": step.data["until_on"], "paper": step.data["paper"]}


@effect("lift_stop")
def lift_stop(tx: Tx, step: Step) -> None:
    """It holds no more: the part may change hands again, the money is free, the party as it was."""
    row = step.row
    if row["holding"]:
        its = sa.and_(holdings.c.id == row["holding"], holdings.c.stopped_by == row["id"])
        tx.execute(holdings.update().where(its), {"stopped_by": None})
    for name, (table, _, _) in CLAIMS.items():
        its = sa.and_(table.c.id == row[name], table.c.stopped_by == row["id"])
        if (
            row[name]
            and tx.execute(table.update().where(its), {"stopped_by": None}).rowcount
            and name == "prepaid"
        ):
            go_on(tx, step, row[name])
    if row["frozen"]:
        _freeze(tx, row, -row["frozen"])
        step.changes["frozen"] = 0
    if row["stopping"] == "insolvency":
        tx.execute(parties.update().where(parties.c.id == row["party"]), {"state": "verified"})
    said = (step.data.get("authority"), step.data.get("paper"))
    step.changes["lifted_by"] = " ".join(s for s in said if s) or "期满 / expired"


def paid_into(tx: Tx, holding: Row, amount: int) -> None:
    """A stopped part or claim was paid: as much stays frozen with whom it is owed to until the stop is lifted."""
    if holding["stopped_by"] and amount:
        row = tx.one(sa.select(stops).where(stops.c.id == holding["stopped_by"]))
        if row is not None:
            _freeze(tx, row, amount)
            tx.execute(stops.update().where(stops.c.id == row["id"]).values(frozen=stops.c.frozen + amount))


def stopped_parties(tx: Tx) -> set[str]:
    """Parties whose own money is frozen or who are insolvent: they take part in no clearing round."""
    free = [stops.c[n].is_(None) for n in ("holding", *CLAIMS)]
    asked = sa.select(stops.c.party).where(stops.c.state == "in_force", *free)
    return {str(r["party"]) for r in tx.all(asked)}


def verify(tx: Tx) -> list[Fault]:
    """Frozen on an account is what the stops in force keep there; a stopped part names a stop in force."""
    kept: dict[tuple[str, str], int] = defaultdict(int)
    force = tx.all(sa.select(stops).where(stops.c.state == "in_force"))
    for row in force:
        kept[row["party"], row["currency"]] += row["frozen"]
    faults: list[Fault] = []
    for row in tx.all(sa.select(accounts).where(accounts.c.frozen != 0)):
        if kept.pop((row["party"], row["book"].split(":")[0]), 0) != row["frozen"]:
            faults.append(
                Fault(f"account {row['party']}", "is frozen otherwise than ordered", "冻结与裁定不符")
            )
    faults += [
        Fault(f"party {p}", "is not frozen as ordered", "未按裁定冻结") for (p, _), a in kept.items() if a
    ]
    on = {r["id"]: r["stopped_by"] for r in tx.all(sa.select(holdings).where(holdings.c.state.in_(HELD)))}
    named = {r["id"] for r in force}
    for name, (table, _, _) in CLAIMS.items():
        held = {
            r["stopped_by"]
            for r in tx.all(sa.select(table.c.stopped_by).where(table.c.stopped_by.is_not(None)))
        }
        if held != {r["id"] for r in force if r[name]}:
            faults.append(Fault(f"stops of {name}", "are not those in force", "限制与生效文书不符"))
    return faults + [Fault(f"holding {h}", "is stopped by nothing in force", "限制没有依据")
                     for h, s in on.items() if s and s not in named]  # fmt: skip


CHECKS.append(verify)

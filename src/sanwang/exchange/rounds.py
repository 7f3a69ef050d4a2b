"""A clearing round: debts are lodged, the set-off is proposed firm by firm, solved again without those who refuse.

What is set off is a largest circulation of the debts of those who take part, so each firm's payables and receivables
shrink by the same. Silence is no agreement. Set-off in law is between two; among many it rests on everybody's consent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa

from sanwang.exchange import clock, notices, round_harm
from sanwang.exchange.deals import count_on
from sanwang.exchange.given import digest
from sanwang.exchange.ledger import paper, rules
from sanwang.exchange.ledger.effects import entry_of, make
from sanwang.exchange.ledger.paper import Paper
from sanwang.exchange.ledger.transfers import Leg
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.stops import stopped_parties
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.rounds import lodgings, round_notices, rounds
from sanwang.exchange.tables.vouchers import holdings
from sanwang.exchange.taking import take
from sanwang.exchange.vouchers import set_off
from sanwang.exchange.who import EXCHANGE
from sanwang.optimize.circulation import proved_circulation


@opener("round")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a new round."""
    data = step.data
    return {
        "number": "", "name": data["name"], "currency": data.get("currency") or "CNY", "left_out": {}, "solved": 0,
        "harmless": int(data.get("harmless") is True), "price": 0,
        "lodge_until_on": data["lodge_until_on"], "effect_on": data["effect_on"], "lodged": 0, "cleared": 0,
    }  # fmt: skip


@opener("round_notice")
def begin_notice(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a firm's notice."""
    return dict(step.data["item"])


@guard("round_dates")
def round_dates(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Lodging ends after today, and before the effect."""
    row = step.row
    return None if clock.day_of(tx.now).isoformat() < row["lodge_until_on"] < row["effect_on"] else {}


@effect("number_round")
def number_round(tx: Tx, step: Step) -> None:
    """Its number."""
    year = clock.day_of(tx.now).year
    step.changes["number"] = f"R-{year}-{count_on(tx, f'rounds:{year}'):03d}"


@effect("leave_out")
def leave_out(tx: Tx, step: Step) -> None:
    """A party takes no part, by the operator's decision."""
    step.changes["left_out"] = dict(step.row["left_out"]) | {step.data["party"]: step.data["why"]}


@effect("lock")
def lock(tx: Tx, step: Step) -> None:
    """What the debtor did not confirm leaves."""
    for row in _lodged(tx, step.subject, "waiting"):
        take(tx, EXCHANGE, "lodging", row["id"], "release")


@effect("solve")
def solve(tx: Tx, step: Step) -> None:
    """The largest set-off among those who take part; what falls due first goes first."""
    _solve(tx, step.subject, dict(step.row["left_out"]))


def _solve(tx: Tx, round_: str, out: Mapping[str, str]) -> None:
    out = dict(out) | {p: "stopped" for p in stopped_parties(tx) if p not in out}
    taking = [r for r in _lodged(tx, round_, "in") if not _part_stopped(tx, r)]
    rows = _without(taking, out)
    cleared = most = largest(rows)
    row = tx.the(rounds, round_)
    if row["harmless"]:
        others, cash = round_harm.known(tx, row, taking)
        while harm := round_harm.culprits(taking, cleared, others, cash):
            out |= dict.fromkeys(sorted(harm), "harm")
            rows = _without(taking, out)
            cleared = largest(rows)
    for row in _lodged(tx, round_, "in"):
        part = cleared.get(row["id"], 0)
        if part != row["cleared"]:
            tx.execute(lodgings.update().where(lodgings.c.id == row["id"]), {"cleared": part})
    total = sum(cleared.values())
    its = rounds.c.id == round_
    sums: dict[str, Any] = {"lodged": sum(r["amount"] for r in rows), "cleared": total, "left_out": dict(out),
                            "price": sum(most.values()) - total}  # fmt: skip
    tx.execute(rounds.update().where(its).values(solved=rounds.c.solved + 1, **sums))
    take(tx, EXCHANGE, "round", round_, "propose" if total else "nothing")


def _without(rows: Sequence[Row], out: Mapping[str, str]) -> list[Row]:
    return [r for r in rows if r["debtor"] not in out and r["creditor"] not in out]


def _part_stopped(tx: Tx, row: Row) -> bool:
    asked = sa.select(holdings.c.stopped_by).where(holdings.c.id == row["holding"])
    return bool(row["holding"]) and tx.value(asked) is not None


@guard("nobody_stopped")
def nobody_stopped(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Since it was agreed nobody and nothing concerned was stopped."""
    rows = [r for r in _lodged(tx, step.subject, "in") if r["cleared"]]
    stopped = stopped_parties(tx)
    hit = any(_part_stopped(tx, r) or {r["debtor"], r["creditor"]} & stopped for r in rows)
    return {} if hit else None


def largest(rows: Sequence[Row]) -> dict[str, int]:
    """What a largest set-off cancels of each debt (rows with id, debtor, creditor, amount, due_on), by id."""
    names = sorted({r[n] for r in rows for n in ("debtor", "creditor")})
    if not names:
        return {}
    spot = {name: n for n, name in enumerate(names)}
    pairs: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda r: (r["due_on"], r["id"])):
        pairs[row["debtor"], row["creditor"]].append(row)
    keys = sorted(pairs)
    tail = np.array([spot[a] for a, _ in keys], np.int64)
    head = np.array([spot[b] for _, b in keys], np.int64)
    room = np.array([sum(r["amount"] for r in pairs[k]) for k in keys], np.int64)
    flow, _ = proved_circulation(len(names), tail, head, room)
    found: dict[str, int] = {}
    for key, amount in zip(keys, flow.tolist(), strict=True):
        left = int(amount)
        for row in pairs[key]:
            found[row["id"]] = min(left, row["amount"])
            left -= found[row["id"]]
    return found


def _lodged(tx: Tx, round_: str, state: str) -> list[Row]:
    asked = sa.select(lodgings).where(lodgings.c.round == round_, lodgings.c.state == state)
    return tx.all(asked.order_by(lodgings.c.id))


def _standing(tx: Tx, round_: str) -> list[Row]:
    asked = sa.select(round_notices).where(
        round_notices.c.round == round_, round_notices.c.state.in_(("sent", "accepted"))
    )
    return tx.all(asked.order_by(round_notices.c.id))


@effect("send_notices")
def send_notices(tx: Tx, step: Step) -> None:
    """Every firm concerned gets its own lines; who agreed to the same lines before need not again."""
    row = tx.the(rounds, step.subject)
    wanted = _figures(row, _lodged(tx, step.subject, "in"))
    for old in _standing(tx, step.subject):
        if wanted.get(old["addressee"], {}).get("text_digest") == old["text_digest"]:
            del wanted[old["addressee"]]
        else:
            take(tx, EXCHANGE, "round_notice", old["id"], "replace")
    for _, item in sorted(wanted.items()):
        take(tx, EXCHANGE, "round_notice", None, "send", {"item": item})
    if not wanted:
        take(tx, EXCHANGE, "round", step.subject, "all_in")


def _figures(round_: Row, rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """Each firm's own figures: nobody else's."""
    mine: dict[str, list[Row]] = defaultdict(list)
    out = round_["left_out"]
    for row in rows:
        if row["debtor"] not in out and row["creditor"] not in out:
            mine[row["debtor"]].append(row)
            mine[row["creditor"]].append(row)
    found: dict[str, dict[str, Any]] = {}
    for party, its in mine.items():
        lines: list[dict[str, Any]] = [
            {"lodging": r["id"], "way": "pay" if r["debtor"] == party else "receive", "amount": r["amount"],
             "cleared": r["cleared"]} for r in its
        ]  # fmt: skip
        sums = {
            w: [sum(x[n] for x in lines if x["way"] == w) for n in ("amount", "cleared")]
            for w in ("pay", "receive")
        }
        if sums["pay"][1]:
            found[party] = {
                "round": round_["id"], "addressee": party, "solved": round_["solved"], "currency": round_["currency"],
                "payable": sums["pay"][0], "receivable": sums["receive"][0], "cleared": sums["pay"][1], "lines": lines,
                "text_digest": digest([round_["number"], round_["effect_on"], party, lines]),
            }  # fmt: skip
    return found


@guard("notice_as_read")
def notice_as_read(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """What is agreed to is what stands in the notice."""
    row = step.row
    return None if step.data["digest"] == row["text_digest"] else {"digest": row["text_digest"]}


@effect("keep_why")
def keep_why(tx: Tx, step: Step) -> None:
    """Why it was refused."""
    step.changes["why"] = step.data["why"]


@effect("answered")
def answered(tx: Tx, step: Step) -> None:
    """The last answer ends the waiting."""
    if not any(r["state"] == "sent" for r in _standing(tx, step.row["round"])):
        take(tx, EXCHANGE, "round", step.row["round"], "all_in")


@effect("count_answers")
def count_answers(tx: Tx, step: Step) -> None:
    """Those who refused or kept silent, and those left out meanwhile, take no part: solved again, until all agree."""
    refused = tx.all(
        sa.select(round_notices.c.addressee).where(
            round_notices.c.round == step.subject, round_notices.c.state.in_(("refused", "unanswered"))
        )
    )
    out = dict(step.row["left_out"]) | {r["addressee"]: "refused" for r in refused}
    for row in _standing(tx, step.subject):
        if row["state"] == "sent":
            out[row["addressee"]] = "silent"
            take(tx, EXCHANGE, "round_notice", row["id"], "silent")
    taking = {r["addressee"] for r in _standing(tx, step.subject)}
    inside = {r[n] for r in _lodged(tx, step.subject, "in") if r["cleared"] for n in ("debtor", "creditor")}
    if inside == taking and not taking & set(out):
        take(tx, EXCHANGE, "round", step.subject, "agree")
    else:
        _solve(tx, step.subject, out)


@effect("N2")
def take_effect(tx: Tx, step: Step) -> None:
    """One entry sets off everything that was agreed; what was not leaves the round, owed as before."""
    legs: list[Leg] = []
    rows = _lodged(tx, step.subject, "in")
    for row in rows:
        legs += _legs(tx, row)
    make(tx, step, "N2", legs)
    for row in rows:
        if row["cleared"]:
            take(tx, EXCHANGE, "lodging", row["id"], "clear")
            if row["holding"]:
                set_off(tx, row["holding"], row["cleared"])
        else:
            take(tx, EXCHANGE, "lodging", row["id"], "release")


def _legs(tx: Tx, row: Row) -> list[Leg]:
    if not row["cleared"]:
        return []
    own = (row["id"], row["debtor"], row["creditor"])
    if row["holding"]:
        voucher = tx.value(sa.select(holdings.c.voucher).where(holdings.c.id == row["holding"]))
        return paper.set_off(Paper(voucher, row["debtor"], row["currency"]), row["creditor"], row["cleared"])
    rest = rules.unlodged(*own, row["amount"] - row["cleared"], row["currency"])
    return [*rules.set_off(*own, row["cleared"], row["currency"]), *rest]


@effect("certify")
def certify(tx: Tx, step: Step) -> None:
    """Every firm's notice becomes its certificate: it names the entry."""
    for row in _standing(tx, step.subject):
        take(tx, EXCHANGE, "round_notice", row["id"], "certify", {"reference": entry_of(step, "N2")})


@effect("keep_entry")
def keep_entry(tx: Tx, step: Step) -> None:
    """The entry that set it off."""
    step.changes["entry"] = step.data["reference"]


@effect("release_all")
def release_all(tx: Tx, step: Step) -> None:
    """Every debt leaves the round as it was; notices end."""
    for state in ("waiting", "in"):
        for row in _lodged(tx, step.subject, state):
            take(tx, EXCHANGE, "lodging", row["id"], "release")
    for row in _standing(tx, step.subject):
        take(tx, EXCHANGE, "round_notice", row["id"], "replace")


@effect("tell_addressee")
def tell_addressee(tx: Tx, step: Step) -> None:
    """Tell the firm that a notice waits for its answer."""
    words = {"key": "turn", "event": step.take, "state": "sent"}
    users = notices.inside(tx, [step.row["addressee"]])
    notices.tell(tx, users, "turn", "round_notice", step.subject, step.event, words)

"""Facts: what the sealed events say that rules may look at, one row each, in the order of the chain.

A fact is known from its event's place in the chain, at the latest moment seen up to there: a clock that was put back
changes nothing. Names of people, their traits and any words are not among the columns and cannot be read by a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl
import sqlalchemy as sa

from sanwang.exchange.clock import DAY
from sanwang.exchange.store import Tx
from sanwang.exchange.tables.record import events as record

COLUMNS: Mapping[str, Any] = {
    "link": pl.Int64, "known": pl.Int64, "event": pl.String, "kind": pl.String, "party": pl.String, "other": pl.String,
    "user": pl.String, "deal": pl.String, "about": pl.String, "key": pl.String, "group": pl.String,
    "amount": pl.Int64, "extra": pl.Int64,
}  # fmt: skip
"""Columns of the facts: identifiers of parties, users, deals and subjects, digests and numbers, and whole numbers."""

UNDELIVERED_AFTER = 180
"""Days after its registration when a contract is looked at again."""

Event = Mapping[str, Any]
Found = dict[str, Any]


@dataclass
class Known:
    """What earlier events said that later ones only point to, and the latest moment seen."""

    now: int = 0
    payments: dict[str, Found] = field(default_factory=dict[str, Found])
    deals: dict[str, Found] = field(default_factory=dict[str, Found])
    milestones: dict[str, str] = field(default_factory=dict[str, str])
    documents: dict[str, str] = field(default_factory=dict[str, str])
    evidence: dict[str, Found] = field(default_factory=dict[str, Found])
    sheets: dict[str, str] = field(default_factory=dict[str, str])
    vouchers: dict[str, Found] = field(default_factory=dict[str, Found])
    parts: dict[str, Found] = field(default_factory=dict[str, Found])
    relations: dict[str, Found] = field(default_factory=dict[str, Found])
    tests: dict[str, Found] = field(default_factory=dict[str, Found])
    later: list[tuple[int, str, Found]] = field(default_factory=list[tuple[int, str, Found]])


def facts(events: Iterable[Event], known: Known | None = None) -> pl.DataFrame:
    """Every fact of sealed events given in the order of their links; columns as ``COLUMNS``.

    ``known``: what earlier events said, where these follow others; it is brought forward.
    """
    held: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    for fact in read(events, known):
        for name, column in held.items():
            column.append(fact.get(name))
    return pl.DataFrame(held, schema=dict(COLUMNS)).with_columns(
        pl.col("amount", "extra").fill_null(0),
        pl.col(n for n, t in COLUMNS.items() if t == pl.String).fill_null(""),
    )


def read(events: Iterable[Event], known: Known | None = None) -> Iterator[Found]:
    """Facts one by one."""
    known = known or Known()
    for event in events:
        now = known.now = max(known.now, event["at"])
        place = {"link": event["link"], "known": now}
        while known.later and known.later[0][0] <= now:
            _, its, fact = known.later.pop(0)
            yield fact | place | {"event": its}
        reader = _READ.get((event["process"], event["take"]))
        if reader is not None:
            if event["user"] and event["party"]:
                yield (
                    {"kind": "acted", "user": event["user"], "party": event["party"]}
                    | place
                    | {"event": event["id"]}
                )
            for fact in reader(known, event):
                if "wait" in fact:
                    known.later.append((now + fact.pop("wait") * DAY, event["id"], fact))
                else:
                    yield (
                        {"user": event["user"], "party": event["party"]}
                        | fact
                        | place
                        | {"event": event["id"]}
                    )


def sealed(tx: Tx, until: int | None = None, since: int = 0) -> Iterator[Event]:
    """Sealed events by link, those only that may say a fact, up to a link and after one."""
    return stated(tx, *PROCESSES, until=until, since=since)


def stated(tx: Tx, *processes: str, until: int | None = None, since: int = 0) -> Iterator[Event]:
    """Sealed events of some processes by link."""
    names = ("link", "at", "id", "user", "party", "process", "subject", "take", "data")
    asked = sa.select(*(record.c[n] for n in names)).where(
        record.c.link > since, record.c.process.in_(processes)
    )
    if until is not None:
        asked = asked.where(record.c.link <= until)
    for row in tx.execute(asked.order_by(record.c.link)):
        yield dict(zip(names, row, strict=True))


Reader = Callable[[Known, Event], Iterable[Found]]
_READ: dict[tuple[str, str], Reader] = {}


def _on(process: str, *takes: str) -> Callable[[Reader], Reader]:
    def keep(function: Reader) -> Reader:
        _READ.update({(process, take): function for take in takes})
        return function

    return keep


def _flow(event: Event, payer: str, payee: str, amount: int, deal: str = "") -> Found:
    """Somebody owes or pays somebody."""
    return {
        "kind": "flow",
        "party": payer,
        "other": payee,
        "amount": amount,
        "deal": deal,
        "about": event["subject"],
    }


@_on("statement", "terms")
def _terms(known: Known, event: Event) -> Iterator[Found]:
    data, deal = event["data"], event["subject"]
    known.deals[deal] = data
    sides = {"party": data["buyer"], "other": data["seller"], "deal": deal, "about": deal}
    yield sides | {"kind": "contract", "amount": data["price"], "extra": data["technology"],
                   "group": f"{data['type']}|{data['field']}|{data['term']}"}  # fmt: skip
    yield _flow(event, data["buyer"], data["seller"], data["price"], deal)


@_on("statement", "text")
def _text(known: Known, event: Event) -> Iterator[Found]:
    data = event["data"]
    yield {"kind": "listed", "party": data["party"], "key": data["text"], "about": event["subject"]}


@_on("deal", "inquire")
def _inquired(known: Known, event: Event) -> Iterator[Found]:
    yield {"kind": "inquiry", "deal": event["subject"]}


@_on("milestone", "open")
def _opened(known: Known, event: Event) -> Iterator[Found]:
    known.milestones[event["subject"]] = event["data"]["deal"]
    return iter(())


def _sides(known: Known, milestone: str) -> Found:
    deal = known.milestones.get(milestone, "")
    terms = known.deals.get(deal, {})
    return {"deal": deal, "about": milestone, "party": terms.get("buyer"), "other": terms.get("seller")}


@_on("milestone", "accept", "accept_part")
def _accepted(known: Known, event: Event) -> Iterator[Found]:
    if "agreed" not in (event["data"] or {}):  # the first of two persons: not accepted yet
        yield _sides(known, event["subject"]) | {"kind": "accept"}


@_on("milestone", "settle", "rule", "refund", "end")
def _refunded(known: Known, event: Event) -> Iterator[Found]:
    data = event["data"] or {}
    back = data.get("to_buyer", 0 if event["take"] in ("settle", "rule") else 1)
    if "agreed" not in data and back:
        yield _sides(known, event["subject"]) | {"kind": "refund", "amount": data.get("to_buyer", 0)}


@_on("document", "keep")
def _document(known: Known, event: Event) -> Iterator[Found]:
    known.documents[event["subject"]] = event["data"]["sha256"]
    return iter(())


@_on("evidence", "add", "withdraw")
def _evidence(known: Known, event: Event) -> Iterator[Found]:
    if event["take"] == "add":
        sides = _sides(known, event["data"]["milestone"])
        digest = known.documents.get(event["data"]["document"], "")
        fact = sides | {"kind": "evidence", "party": sides["other"], "other": sides["party"], "key": digest}
        known.evidence[event["subject"]] = fact
        yield fact | {"amount": 1}
    elif event["subject"] in known.evidence:
        yield known.evidence[event["subject"]] | {"amount": -1}


@_on("registration", "draft")
def _sheet(known: Known, event: Event) -> Iterator[Found]:
    known.sheets[event["subject"]] = event["data"]["deal"]
    return iter(())


@_on("registration", "register", "certified")
def _registered(known: Known, event: Event) -> Iterator[Found]:
    deal = known.sheets.get(event["subject"], "")
    terms = known.deals.get(deal, {})
    fact = {"party": terms.get("buyer"), "other": terms.get("seller"), "deal": deal, "about": event["subject"],
            "amount": event["data"]["technology"], "extra": terms.get("price", 0), "user": event["user"]}  # fmt: skip
    yield fact | {"kind": "registered"}
    yield fact | {"kind": "registered_later", "wait": UNDELIVERED_AFTER}


@_on("payment", "instruct")
def _instructed(known: Known, event: Event) -> Iterator[Found]:
    known.payments[event["subject"]] = event["data"]
    return iter(())


@_on("payment", "release")
def _released(known: Known, event: Event) -> Iterator[Found]:
    data = known.payments.get(event["subject"])
    if data is not None:
        yield {"kind": "payout", "party": data["party"], "key": data["account_at"], "amount": data["amount"],
               "deal": data.get("deal") or "", "about": event["subject"]}  # fmt: skip


@_on("payment", "receive")
def _received(known: Known, event: Event) -> Iterator[Found]:
    data = event["data"]
    yield {"kind": "paid_in", "party": data.get("party"), "deal": data.get("deal") or "", "amount": data["amount"],
           "about": event["subject"]}  # fmt: skip


@_on("voucher", "draft")
def _drafted(known: Known, event: Event) -> Iterator[Found]:
    data = event["data"]
    known.vouchers[event["subject"]] = data
    if data.get("invoice"):
        yield {"kind": "invoice", "party": data.get("debtor") or event["party"], "other": data["holder"],
               "key": data["invoice"], "amount": data["amount"], "about": event["subject"]}  # fmt: skip


@_on("voucher", "accept")
def _voucher(known: Known, event: Event) -> Iterator[Found]:
    data = known.vouchers.get(event["subject"])
    if data is not None:
        debtor = data.get("debtor") or ""
        yield {"kind": "voucher", "party": debtor, "other": data["holder"], "amount": data["amount"],
               "about": event["subject"]}  # fmt: skip
        yield _flow(event, debtor, data["holder"], data["amount"])


@_on("statement", "part")
def _part(known: Known, event: Event) -> Iterator[Found]:
    """Its depth grows by one each time it changes hands, not when it is split."""
    data, before = event["data"], known.parts.get(event["data"].get("part_of") or "")
    passed = before is not None and before["holder"] != data["holder"]
    known.parts[event["subject"]] = dict(data) | {"depth": (before["depth"] if before else 0) + passed}
    return iter(())


@_on("holding", "take")
def _passed(known: Known, event: Event) -> Iterator[Found]:
    part = known.parts.get(event["subject"])
    if part is not None:
        yield {"kind": "pass", "other": known.vouchers.get(part["voucher"], {}).get("debtor"), "about": part["voucher"],
               "amount": part["owed"], "extra": part["depth"] + 1, "key": part["holder"]}  # fmt: skip


@_on("relation", "declare")
def _declared(known: Known, event: Event) -> Iterator[Found]:
    known.relations[event["subject"]] = event["data"]
    return iter(())


@_on("relation", "confirm", "end")
def _related(known: Known, event: Event) -> Iterator[Found]:
    """A relation that stands counts one from each side, one that has ended takes it away again."""
    data = known.relations.get(event["subject"])
    if data is not None and "agreed" not in (event["data"] or {}):
        sign = 1 if event["take"] == "confirm" else -1
        for a, b in ((data["one"], data["two"]), (data["two"], data["one"])):
            yield {"kind": "relation", "party": a, "other": b, "amount": sign, "about": event["subject"]}


@_on("pilot", "draft", "revise", "limit")
def _limited(known: Known, event: Event) -> Iterator[Found]:
    """The money a person that a test allows, as it was last agreed; half of an agreement is none."""
    data = event["data"]
    if data.get("limit_name") == "most_person":
        known.tests[event["subject"]] = {"most_person": data["amount"]}
    elif "most_person" in data:
        known.tests[event["subject"]] = data
    return iter(())


@_on("pilot", "use")
def _used(known: Known, event: Event) -> Iterator[Found]:
    data = event["data"]
    limit = data.get("limit") or known.tests.get(event["subject"], {}).get("most_person", 0)
    yield {"kind": "use", "about": event["subject"], "key": data["account"], "amount": data["amount"],
           "extra": limit}  # fmt: skip


PROCESSES = tuple(sorted({process for process, _ in _READ}))
"""Processes whose events may say a fact."""

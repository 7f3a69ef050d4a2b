"""Screening: the payee's name held against the loaded list; what sounds alike waits for a person's word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import border_lists
from sanwang.exchange.events import Fault
from sanwang.exchange.names_alike import likeness
from sanwang.exchange.proof import CHECKS
from sanwang.exchange.rules.reading import figure
from sanwang.exchange.steps import Step, effect, guard
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.border import crossings, screenings
from sanwang.exchange.who import EXCHANGE

SHOWN = 20
"""Hits kept of one comparison, the most alike first; all of them hold the payment."""


def hits(tx: Tx, list_: str, name: str) -> list[dict[str, Any]]:
    """Entries that sound like a name, the most alike first: the entry, its name that is alike, how much, by which
    reading."""
    least = figure("border.screen_from")
    found: list[dict[str, Any]] = []
    for entry in border_lists.entries_of(tx, list_):
        alike = max(
            ((likeness(name, one), one) for one in (entry["name"], *entry.get("aliases", []))),
            key=lambda pair: pair[0].score,
        )
        if alike[0].score >= least:
            found.append({"name": entry["name"], "alike": alike[1], "score": round(alike[0].score), "by": alike[0].by,
                          "reference": entry.get("reference", "")})  # fmt: skip
    return sorted(found, key=lambda h: (-h["score"], h["name"]))[:SHOWN]


@guard("screening_loaded")
def screening_loaded(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Without a list nobody has been screened."""
    return None if border_lists.in_force(tx, "screening") else {}


@guard("list_as_screened")
def list_as_screened(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The list is the one it was held against: a changed list asks again."""
    list_ = border_lists.in_force(tx, "screening")
    return None if list_ is not None and list_["id"] == step.row["screened_by"] else {}


@guard("not_filer")
def not_filer(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Who decides is not who filed it."""
    return {} if step.who.user == step.row["filed_by"] else None


@effect("screen")
def screen(tx: Tx, step: Step) -> None:
    """Hold the payee against the list in force; the exchange takes the step that follows from it."""
    from sanwang.exchange.taking import take

    list_ = border_lists.in_force(tx, "screening")
    assert list_ is not None, "the guard saw one"
    found = hits(tx, list_["id"], step.row["payee"])
    verdict = "hit" if found else "nothing"
    tx.insert(
        screenings,
        id=tx.id(),
        crossing=step.subject,
        list=list_["id"],
        verdict=verdict,
        hits=found,
        at=tx.now,
    )
    step.changes |= {"screened_by": list_["id"], "hits": found}
    take(tx, EXCHANGE, "crossing", step.subject, "hit" if found else "pass")


@effect("keep_verdict")
def keep_verdict(tx: Tx, step: Step) -> None:
    """A person's decision, with reason, words and the version of the list."""
    row, data = step.row, step.data
    tx.insert(
        screenings, id=tx.id(), crossing=step.subject, list=row["screened_by"], verdict=step.take, hits=row["hits"],
        why=data["why"], words=data["words"], by=step.who.user, at=tx.now,
    )  # fmt: skip


def of(tx: Tx, crossing: str) -> list[Row]:
    """Every comparison and decision on a payment, oldest first. For who was shown the payment."""
    asked = sa.select(screenings).where(screenings.c.crossing == crossing).order_by(screenings.c.id)
    return tx.all(asked)


def verify(tx: Tx) -> list[Fault]:
    """What was paid was screened last with nothing found, or let pass by a person, on the list it names."""
    asked = sa.select(crossings).where(crossings.c.state.in_(("cleared", "instructed", "done", "failed")))
    faults: list[Fault] = []
    for row in tx.all(asked):
        last = of(tx, row["id"])[-1:]
        if (
            not last
            or last[0]["verdict"] not in ("nothing", "let_pass")
            or last[0]["list"] != row["screened_by"]
        ):
            faults.append(
                Fault(f"crossing {row['number']}", "was not cleared by a screening", "未经筛查放行")
            )
    return faults


CHECKS.append(verify)

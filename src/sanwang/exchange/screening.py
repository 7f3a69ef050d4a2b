"""Screening: the name of a payee or of a deal's side held against the list; what sounds alike waits for a person."""

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
from sanwang.exchange.tables.border import crossings, party_screenings, screenings
from sanwang.exchange.who import EXCHANGE

SHOWN = 20
"""Hits kept of one comparison, the most alike first; all of them hold the payment."""


KEPT: Mapping[str, tuple[sa.Table, str]] = {
    "crossing": (screenings, "payee"),
    "counterparty": (party_screenings, "name"),
}
"""Whom a process screens: the table of comparisons and decisions, and the column with the name."""


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
    """Hold the name against the list in force; the exchange takes the step that follows from it."""
    from sanwang.exchange.taking import take

    list_ = border_lists.in_force(tx, "screening")
    assert list_ is not None, "the guard saw one"
    table, named = KEPT[step.process]
    found = hits(tx, list_["id"], step.row[named])
    verdict = "hit" if found else "nothing"
    tx.insert(
        table,
        id=tx.id(),
        list=list_["id"],
        verdict=verdict,
        hits=found,
        at=tx.now,
        **{step.process: step.subject},
    )
    step.changes |= {"screened_by": list_["id"], "hits": found}
    take(tx, EXCHANGE, step.process, step.subject, "hit" if found else "pass")


@effect("keep_verdict")
def keep_verdict(tx: Tx, step: Step) -> None:
    """A person's decision, with reason, words and the version of the list."""
    row, data = step.row, step.data
    tx.insert(
        KEPT[step.process][0], id=tx.id(), list=row["screened_by"], verdict=step.take, hits=row["hits"],
        why=data["why"], words=data["words"], by=step.who.user, at=tx.now, **{step.process: step.subject},
    )  # fmt: skip


def of(tx: Tx, subject: str, process: str = "crossing") -> list[Row]:
    """Every comparison and decision on a payee or a deal's side, oldest first. For who was shown the subject."""
    table = KEPT[process][0]
    return tx.all(sa.select(table).where(table.c[process] == subject).order_by(table.c.id))


def cleared_last(tx: Tx, process: str, row: Row) -> bool:
    """Whether the last word on a subject let it pass, on the list that it names."""
    last = of(tx, row["id"], process)[-1:]
    return (
        bool(last) and last[0]["verdict"] in ("nothing", "let_pass") and last[0]["list"] == row["screened_by"]
    )


def verify(tx: Tx) -> list[Fault]:
    """What was paid was screened last with nothing found, or let pass by a person, on the list it names."""
    asked = sa.select(crossings).where(crossings.c.state.in_(("cleared", "instructed", "done", "failed")))
    faults: list[Fault] = []
    for row in tx.all(asked):
        if not cleared_last(tx, "crossing", row):
            faults.append(
                Fault(f"crossing {row['number']}", "was not cleared by a screening", "未经筛查放行")
            )
    return faults


CHECKS.append(verify)

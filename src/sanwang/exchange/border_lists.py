"""Lists for payments across the border: loaded by one operator, put in force by another, replaced by the next.

Codes, quotas, names to screen, export catalogue. Of each kind one list is in force; where there is none, nothing is
assumed and what needs it waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import border_entries, clock
from sanwang.exchange.deals import count_on
from sanwang.exchange.events import Fault
from sanwang.exchange.given import digest
from sanwang.exchange.proof import CHECKS
from sanwang.exchange.rules.reading import READ
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.border import border_entries as entries
from sanwang.exchange.tables.border import border_lists
from sanwang.exchange.who import EXCHANGE

Words = tuple[str, str]

FICTIONAL = "fictional"


@opener("border_list")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a list that waits for a second person."""
    data = step.data
    named = ("list_kind", "name", "source", "read", "on_day")
    return {n: data[n] for n in named} | {
        "number": "", "rows": len(data["entries"]), "digest": digest(data["entries"]), "loaded_by": step.who.user,
    }  # fmt: skip


@guard("entries_sound")
def entries_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A known kind, a source, a way of reading, a day until today, entries that hold what theirs should."""
    data = step.data
    if data["read"] not in (*READ, FICTIONAL) or not data["source"].strip():
        return {"wanted": ("须注明来源与读取方式", "a source and how it was read are wanted")}
    if data["on_day"] > clock.day_of(tx.now).isoformat():
        return {"wanted": ("日期晚于今日", "it is of a day to come")}
    wrong = border_entries.faults(data["list_kind"], data["entries"])
    return {"wanted": wrong} if wrong else None


@guard("not_loader")
def not_loader(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A second person puts it in force."""
    return {} if step.who.user == step.row["loaded_by"] else None


@effect("number_list")
def number_list(tx: Tx, step: Step) -> None:
    """Its number is its version."""
    year = clock.day_of(tx.now).year
    step.changes["number"] = f"B-{year}-{count_on(tx, f'border_lists:{year}'):04d}"


@effect("keep_entries")
def keep_entries(tx: Tx, step: Step) -> None:
    """The entries as they were given."""
    kind = step.data["list_kind"]
    rows = [
        {"list": step.subject, "no": n, "entry": border_entries.named(kind, e), "data": e}
        for n, e in enumerate(step.data["entries"], 1)
    ]
    tx.execute(entries.insert(), rows)


@effect("replace_older")
def replace_older(tx: Tx, step: Step) -> None:
    """Of a kind one list is in force: the one before ends. The counter makes two of them wait for each other."""
    from sanwang.exchange.taking import take

    kind = step.row["list_kind"]
    count_on(tx, f"border_in_force:{kind}")
    older = sa.select(border_lists.c.id).where(
        border_lists.c.list_kind == kind,
        border_lists.c.state == "in_force",
        border_lists.c.id != step.subject,
    )
    for row in tx.all(older):
        take(tx, EXCHANGE, "border_list", row["id"], "replace")


def in_force(tx: Tx, kind: str, *, held: bool = False) -> Row | None:
    """The list of a kind that is in force, or None; ``held`` keeps others from counting against it meanwhile."""
    asked = sa.select(border_lists).where(
        border_lists.c.list_kind == kind, border_lists.c.state == "in_force"
    )
    return tx.one(asked.with_for_update() if held else asked)


def entries_of(tx: Tx, list_: str) -> list[dict[str, Any]]:
    """The entries of a list in their order."""
    asked = sa.select(entries.c.data).where(entries.c.list == list_).order_by(entries.c.no)
    return [r["data"] for r in tx.all(asked)]


def entry(tx: Tx, kind: str, code: str) -> dict[str, Any] | Words:
    """The entry of a code in the list in force, or in words why there is none: it must be asked."""
    said = KINDS[kind]
    list_ = in_force(tx, kind)
    if list_ is None:
        return (
            f"没有启用的{said[0]}：请运营方先载入",
            f"no list of {said[1]} is in force: an operator must load one first",
        )
    found = tx.value(sa.select(entries.c.data).where(entries.c.list == list_["id"], entries.c.entry == code))
    return found or (
        f"{code} 不在{said[0]} {list_['number']}（{list_['name']}）中：请向银行问明",
        f"{code} is not in {list_['number']} ({list_['name']}), the list of {said[1]}: ask the bank",
    )


KINDS: Mapping[str, Words] = {
    "purpose": ("用途代码表", "purpose codes"),
    "balance_of_payments": ("国际收支交易编码表", "balance-of-payments codes"),
    "quota": ("额度表", "quotas"),
    "screening": ("筛查名单", "names to screen"),
    "export": ("出口技术目录", "the export catalogue"),
}
"""What each kind is called."""


def verify(tx: Tx) -> list[Fault]:
    """Entries are those that were loaded, and of a kind one list at most is in force."""
    faults: list[Fault] = []
    standing: set[str] = set()
    for row in tx.all(sa.select(border_lists)):
        held = entries_of(tx, row["id"])
        if (len(held), digest(held)) != (row["rows"], row["digest"]):
            faults.append(Fault(f"list {row['number']}", "its entries are others", "名录条目与载入时不符"))
        if row["state"] == "in_force" and row["list_kind"] in standing:
            faults.append(
                Fault(f"list {row['number']}", "is in force beside another", "同类名录不止一份启用")
            )
        standing |= {row["list_kind"]} if row["state"] == "in_force" else set()
    return faults


CHECKS.append(verify)

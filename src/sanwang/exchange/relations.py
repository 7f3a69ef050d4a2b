"""Relations between parties on record: declared by one side or an operator, confirmed by the other, found to be so by
two operators where the other side contests it or says nothing, and ended by two operators alone, so that nobody takes
a relation off the record before a deal. Rules read what stands (``oversight/facts.py``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import clock
from sanwang.exchange.deals import count_on
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Tx
from sanwang.exchange.tables.people import parties
from sanwang.exchange.tables.relations import relations

RELATED = ("control", "common_control", "managers", "kin")
"""One controls the other; one controls both; the same people manage both; their controllers or managers are kin."""

OPEN = ("declared", "contested", "standing")


@opener("relation")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a relation that is declared."""
    kept = {n: step.data[n] for n in ("one", "two", "relation_kind", "shown_by")}
    return kept | {"number": "", "declared_by": step.who.user}


@guard("relation_sound")
def relation_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Two verified parties, a kind there is, and none of that kind between them on record already."""
    one, two, kind = (step.row[n] for n in ("one", "two", "relation_kind"))
    known = sa.select(sa.func.count()).where(parties.c.id.in_((one, two)), parties.c.state == "verified")
    if one == two or tx.value(known) != 2:
        return {"wanted": ("须为两个不同的已核验单位", "it is between two different verified parties")}
    if kind not in RELATED:
        return {"wanted": (f"关系种类应为 {'、'.join(RELATED)}", f"its kind is one of {', '.join(RELATED)}")}
    same = sa.select(relations.c.number).where(
        sa.or_(
            sa.and_(relations.c.one == one, relations.c.two == two),
            sa.and_(relations.c.one == two, relations.c.two == one),
        ),
        relations.c.relation_kind == kind, relations.c.state.in_(OPEN), relations.c.id != step.subject,
    )  # fmt: skip
    if number := tx.value(same.limit(1)):
        return {"wanted": (f"已有登记 {number}", f"{number} is on record already")}
    return None


@guard("declared_it")
def declared_it(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Only who declared it takes it back."""
    return None if step.row["declared_by"] == step.who.user else {}


@effect("number_relation")
def number_relation(tx: Tx, step: Step) -> None:
    """Its number on the record."""
    year = clock.day_of(tx.now).year
    step.changes["number"] = f"RL-{year}-{count_on(tx, f'relations:{year}'):04d}"

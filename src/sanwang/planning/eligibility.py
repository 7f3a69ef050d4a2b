"""Which needs' firms a product's conditions let in; a firm of which a field is unknown stays out."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from sanwang.finance.conditions import eligible, split
from sanwang.finance.facts import facts_of
from sanwang.region import Region


def let_in(
    region: Region, actors: Sequence[str | None], conditions: Iterable[str | None], when: dt.date
) -> dict[str, npt.NDArray[np.bool_]]:
    """By conditions that hold an expression: whether each actor meets them ``when`` the plan begins.

    Each expression is read once for each distinct set of facts. Actors the workspace does not know meet none.
    """
    asked = {c for c in conditions if c is not None and split(c)[1]}
    if not asked:
        return {}
    facts = facts_of(region, {a for a in actors if a is not None}, when)
    numbers: dict[str, int] = {}
    distinct = [facts.get(a or "", {}) for a in dict.fromkeys(actors)]
    number_of = {
        actor: numbers.setdefault(json.dumps(found, sort_keys=True, default=str), len(numbers))
        for actor, found in zip(dict.fromkeys(actors), distinct, strict=True)
    }
    kinds = dict(zip(number_of.values(), distinct, strict=True))
    position = np.array([number_of[a] for a in actors], np.int64)
    return {
        c: np.array([eligible(c, kinds[k])[0] for k in range(len(kinds))], np.bool_)[position] for c in asked
    }

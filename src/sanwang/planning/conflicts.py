"""Why policies cannot all be met: the smallest set of them, and of the capacities they run into, that conflicts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NoReturn

import numpy as np

from sanwang.engine.port import Engine
from sanwang.errors import ConflictError, SolverError
from sanwang.planning.arrays import Instance
from sanwang.planning.constraints import words
from sanwang.planning.policies import name, rows_of
from sanwang.planning.solve import solve
from sanwang.region import Region
from sanwang.region.scenario import Policy

_SECONDS = 20.0

Change = Callable[[Instance], Instance]


def _without(field: str) -> Change:
    def change(given: Instance) -> Instance:
        return replace(given, **{field: np.full_like(getattr(given, field), np.inf)})

    return change


def _without_offers(given: Instance) -> Instance:
    return replace(given, offers=replace(given.offers, capacity=np.full_like(given.offers.capacity, np.inf)))


_CAPACITIES: dict[str, tuple[str, Change]] = {
    "licences": ("achievement", _without("licences")),
    "bases": ("base", _without("base_capacity")),
    "makers": ("maker", _without("maker_capacity")),
    "offers": ("factor", _without_offers),
    "products": ("product", _without("budgets")),
}


def _called(kind: str) -> str:
    return f"{words(kind, 'zh')} {words(kind, 'en')}"


def explain_conflict(region: Region, given: Instance, policies: Sequence[Policy], engine: Engine) -> NoReturn:
    """Raise ConflictError with an irreducible set: without any one of its members the rest can be met.

    Found by the deletion filter (Chinneck and Dravnieks 1991) on whole routes: drop one member after another and keep
    it out if the conflict stays. Raises SolverError where no plan was found in time though none is known to be missing.
    """
    kept: list[Policy] = list(policies)
    relaxed: list[str] = []

    def conflicts(rules: Sequence[Policy], free: Sequence[str]) -> bool:
        problem = given
        for key in free:
            problem = _CAPACITIES[key][1](problem)
        return (
            solve(problem, rows_of(region, problem, rules), engine, _SECONDS, 1.0, 0).status == "infeasible"
        )

    if not conflicts(kept, ()):
        raise SolverError(
            "no plan that keeps every policy was found in time / 在限时内未找到满足全部约束的方案"
        )
    for policy in list(policies):
        rest = [p for p in kept if p is not policy]
        if conflicts(rest, relaxed):
            kept = rest
    for key in _CAPACITIES:
        if conflicts(kept, [*relaxed, key]):
            relaxed.append(key)
    names = [name(p) for p in kept]
    names += [_called(kind) for k, (kind, _) in _CAPACITIES.items() if k not in relaxed]
    raise ConflictError(
        f"these cannot all hold; give up any one of them / 以下不能同时满足，放宽其中任一项即可: {'; '.join(names)}",
        tuple(names),
    )

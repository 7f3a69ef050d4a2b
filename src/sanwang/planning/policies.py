"""What a user asks of a plan beyond its worth: least and greatest shares, counts and caps, as rows of the program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from sanwang.errors import OptionError
from sanwang.planning import constraints
from sanwang.planning.arrays import Floats, Instance
from sanwang.planning.columns import Policies
from sanwang.region import Region
from sanwang.region.scenario import Policy


def checked(policies: Sequence[Policy]) -> tuple[dict[str, Any], ...]:
    """The policies as dicts. Raises OptionError where a kind is unknown or an argument is missing or out of range."""
    for policy in policies:
        kind = str(policy.get("kind"))
        if kind not in constraints.policies():
            known = ", ".join(constraints.policies())
            raise OptionError(f"policy kind {kind!r} is not one of {known} / 不认识的政策约束")
        takes = constraints.policies()[kind].takes
        missing = [a for a in takes if a not in policy and a != "place"]
        unknown = [a for a in policy if a not in (*takes, "kind")]
        if missing or unknown:
            raise OptionError(
                f"policy {kind}: missing {missing or 'nothing'}, unknown {unknown or 'nothing'}; takes {takes}",
                f"政策约束 {kind}：缺 {missing or '无'}，多 {unknown or '无'}；应有 {takes}",
            )
        for name, value in policy.items():
            if name in ("kind", "place"):
                continue
            if not isinstance(value, int | float) or value < 0 or (name == "share" and value > 1):
                raise OptionError(f"policy {kind}: {name} = {value!r} is out of range / 取值超出范围")
    return tuple(dict(p) for p in policies)


def rows_of(region: Region, given: Instance, policies: Sequence[Policy]) -> Policies:
    """The policies as rows and credits over the needs, bases and makers of an instance."""
    needs, bases, makers = len(given.needs), len(given.bases), len(given.makers)
    found: list[tuple[Floats, Floats, float, str]] = []
    credit = (np.zeros(needs), np.zeros(makers))
    for policy in checked(policies):
        rule = constraints.policies()[policy["kind"]]
        bound = float(policy[rule.bound])
        counted = _counted(region, given, rule.counts, policy.get("place"))
        if rule.sense == "credit":
            credit = (credit[0] + bound * counted[0], credit[1] + bound * counted[1])
        elif rule.against == "each":
            share = np.full(makers, bound)
            found += [(np.zeros(needs), np.eye(makers)[m] - share, 0.0, name(policy)) for m in range(makers)]
        else:
            by_need = rule.counts == "small" or given.makers == (None,)
            found.append((*_row(rule, counted, bound, by_need), name(policy)))
    return Policies(
        np.array([n for n, _, _, _ in found]).reshape(-1, needs),
        np.zeros((len(found), bases)),
        np.array([m for _, m, _, _ in found]).reshape(-1, makers),
        np.array([b for _, _, b, _ in found]),
        tuple(n for _, _, _, n in found),
        credit,
    )


def _row(
    rule: constraints.Policy, counted: tuple[Floats, Floats], bound: float, by_need: bool
) -> tuple[Floats, Floats, float]:
    """Weights of needs and of makers and the limit, as Σ weight · x ≤ limit. A share is of all routes, and each route
    has one need and one maker: either side counts it once."""
    need, maker = counted
    sign = -1.0 if rule.sense == "least" else 1.0
    if rule.against == "amount":
        return sign * need, sign * maker, sign * bound
    if by_need:
        return sign * (need - bound), np.zeros_like(maker), 0.0
    return np.zeros_like(need), sign * (maker - bound), 0.0


def _counted(region: Region, given: Instance, what: str, place: str | None) -> tuple[Floats, Floats]:
    """What a policy counts of a route: by its need, and by its maker."""
    nothing = (np.zeros(len(given.needs)), np.zeros(len(given.makers)))
    if what == "landed":
        return _landing(given, place)
    if what == "small":
        return _small(region, given), nothing[1]
    if what == "routes":
        return nothing
    each = region["makers"].sort("id")[what].cast(pl.Float64).fill_null(0.0).to_numpy()
    # Firms that deploy what they take themselves stand last among the makers and have no figures.
    return nothing[0], np.concatenate([each, np.zeros(nothing[1].size - each.size)])


def _landing(given: Instance, place: str | None) -> tuple[Floats, Floats]:
    """1 for each need (where there are no makers) and each maker in a place; everywhere counts if no place is named."""

    def inside(number: int) -> bool:
        code = given.places[number]
        return place is None or (code is not None and place in given.borders.lineage.get(code, ()))

    need = np.zeros(len(given.needs))
    if given.makers == (None,):
        pairs = given.pairs
        at = dict(zip(pairs.need.tolist(), pairs.target.tolist(), strict=True))
        need = np.array([float(n in at and inside(at[n])) for n in range(len(given.needs))])
        return need, np.zeros(1)
    # Firms that deploy what they take themselves land where they are, which a maker's row can't say: not counted.
    return need, np.array(
        [float(place is None or (p >= 0 and inside(p))) for p in given.layers.maker_place.tolist()]
    )


def _small(region: Region, given: Instance) -> Floats:
    """1 for each need of a small or micro firm."""
    sizes = dict(region["actors"].select("id", "size").iter_rows())
    actor = dict(region["needs"].select("id", "actor").iter_rows())
    return np.array([float(sizes.get(actor[n]) in ("small", "micro")) for n in given.needs])


def name(policy: Policy) -> str:
    """A policy in one line, as messages and plans show it."""
    return ", ".join(str(v) if k == "kind" else f"{k}={v}" for k, v in policy.items())

"""What a user asks of a plan beyond its worth: least and greatest shares, counts and caps, as rows of the program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sanwang.errors import OptionError
from sanwang.planning.arrays import Instance
from sanwang.planning.columns import Policies
from sanwang.region import Region
from sanwang.region.scenario import Policy

KINDS: Mapping[str, tuple[str, ...]] = {
    "least_share": ("place", "share"),
    "least_routes": ("place", "count"),
    "most_maker_share": ("share",),
    "least_small_share": ("share",),
    "small_credit": ("fen",),
    "most_emissions": ("tonnes",),
    "most_land": ("square_metres",),
}
"""Routes landing (made) in a place, as a share or a count (a place or null for anywhere); no maker above a share;
routes for small and micro firms; fen added to the objective for each of those; caps on emissions and land."""

_CAPS = {"most_emissions": ("emissions", "tonnes"), "most_land": ("land", "square_metres")}


def checked(policies: Sequence[Policy]) -> tuple[dict[str, Any], ...]:
    """The policies as dicts. Raises OptionError where a kind is unknown or an argument is missing or out of range."""
    for policy in policies:
        kind = str(policy.get("kind"))
        if kind not in KINDS:
            raise OptionError(f"policy kind {kind!r} is not one of {', '.join(KINDS)} / 不认识的政策约束")
        missing = [a for a in KINDS[kind] if a not in policy and a != "place"]
        unknown = [a for a in policy if a not in (*KINDS[kind], "kind")]
        if missing or unknown:
            raise OptionError(
                f"policy {kind}: missing {missing or 'nothing'}, unknown {unknown or 'nothing'}; takes {KINDS[kind]}",
                f"政策约束 {kind}：缺 {missing or '无'}，多 {unknown or '无'}；应有 {KINDS[kind]}",
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
    small = _small(region, given)
    found: list[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], float, str]] = []
    credit = np.zeros(needs)
    for policy in checked(policies):
        kind = policy["kind"]
        if kind in ("least_share", "least_routes"):
            need, maker = _landing(given, policy.get("place"))
            if kind == "least_share":
                share = float(policy["share"])
                if given.makers == (None,):
                    found.append((share - need, np.zeros(1), 0.0, name(policy)))
                else:
                    found.append((np.zeros(needs), share - maker, 0.0, name(policy)))
            else:
                found.append((-1.0 * need, -1.0 * maker, -float(policy["count"]), name(policy)))
        elif kind == "most_maker_share":
            for m in range(makers):
                weight = np.full(makers, -float(policy["share"]))
                weight[m] += 1.0
                found.append((np.zeros(needs), weight, 0.0, name(policy)))
        elif kind == "least_small_share":
            found.append((float(policy["share"]) - small, np.zeros(makers), 0.0, name(policy)))
        elif kind == "small_credit":
            credit = credit + small * float(policy["fen"])
        else:
            column, amount = _CAPS[kind]
            each = region["makers"].sort("id")[column].fill_null(0.0).to_numpy()
            each = each if each.size else np.zeros(makers)
            found.append((np.zeros(needs), each, float(policy[amount]), name(policy)))
    return Policies(
        np.array([n for n, _, _, _ in found]).reshape(-1, needs),
        np.zeros((len(found), bases)),
        np.array([m for _, m, _, _ in found]).reshape(-1, makers),
        np.array([b for _, _, b, _ in found]),
        tuple(n for _, _, _, n in found),
        (credit, np.zeros(makers)),
    )


def _landing(given: Instance, place: str | None) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
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
    return need, np.array([float(inside(int(p))) for p in given.layers.maker_place])


def _small(region: Region, given: Instance) -> np.ndarray[Any, Any]:
    """1 for each need of a small or micro firm."""
    sizes = dict(region["actors"].select("id", "size").iter_rows())
    actor = dict(region["needs"].select("id", "actor").iter_rows())
    return np.array([float(sizes.get(actor[n]) in ("small", "micro")) for n in given.needs])


def name(policy: Policy) -> str:
    """A policy in one line, as messages and plans show it."""
    return ", ".join(str(v) if k == "kind" else f"{k}={v}" for k, v in policy.items())

"""Planning again when things have changed: routes under way stay, the rest changes only where it pays."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from sanwang.collaboration.matches import Matches
from sanwang.collaboration.verdicts import verdicts
from sanwang.engine.choose import engine_of
from sanwang.engine.port import Engine
from sanwang.errors import OptionError
from sanwang.planning.arrays import Instance
from sanwang.planning.assumptions import assumptions
from sanwang.planning.chances import found_on, weighed
from sanwang.planning.chances import told as told_of
from sanwang.planning.columns import Policies, rows
from sanwang.planning.conflicts import explain_conflict
from sanwang.planning.earlier import found_again
from sanwang.planning.generate import Kept
from sanwang.planning.instance import instance
from sanwang.planning.plan import GAP, Plan, assemble, options_of
from sanwang.planning.policies import rows_of
from sanwang.planning.solve import solve
from sanwang.planning.under_way import Why, due, going_on, reserved, restated
from sanwang.planning.unmet import unmet
from sanwang.region import Region
from sanwang.region.scenario import Market, Policy

Report = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Replan:
    """The new plan, and every difference from the earlier one: need, what, before, after, reason (zh, en)."""

    plan: Plan
    changes: pl.DataFrame


def replan(
    region: Region,
    matches: Matches,
    earlier: pl.DataFrame,
    under_way: Sequence[str] = (),
    price_per_change: int = 0,
    years: range = range(2026, 2031),
    time_limit: float = 60.0,
    seed: int = 0,
    gap: float = GAP,
    market: Market = "today",
    policies: Sequence[Policy] = (),
    engine: Engine | None = None,
    progress: Report | None = None,
    begin: int = 0,
    changes: Mapping[str, float] | None = None,
    left_out: pl.DataFrame | None = None,
    told: Mapping[str, Any] | None = None,
    cash: pl.DataFrame | None = None,
) -> Replan:
    """Plan again beside the routes of an ``earlier`` plan, whatever year it began.

    Routes named in ``under_way`` go on with the amounts they were contracted for; what their stages yet to come take is
    reserved. They end only where the need was withdrawn, the pair rejected, or a stage to come has lost its place, and
    this is told. Any other earlier route that is kept counts ``price_per_change`` fen more than its worth, so that
    one is given up only for a gain above that. ``changes`` replaces assumptions; ``left_out``: the needs it left out;
    ``told``: its options, by which contracts are restated as values at the new start; ``cash``: its cash by month, of
    which contracts keep what they have still to pay.
    Raises OptionError for a route the earlier plan does not have.
    """
    began = time.perf_counter()
    if missing := set(under_way) - set(earlier["route"].to_list()):
        raise OptionError(
            f"the earlier plan has no route {', '.join(sorted(missing))}",
            f"原方案中没有路线 {'、'.join(sorted(missing))}",
        )
    with engine_of(engine) as used:
        given = assumptions(changes)
        known = found_on(region, matches)
        pairs = weighed(region, matches, given, known)
        problem = instance(region, pairs, years, given, market, begin)
        rules = rows_of(region, problem, policies)
        start = f"{years[0]}-{begin + 1:02d}"
        going = going_on(region, problem, earlier, under_way)
        going = replace(going, rows=restated(going.rows, told, start))
        rest, left = _beside(problem, rules, going.rows)
        columns, names, gone = found_again(region, problem, earlier)
        gone |= going.gone | _vetoed(region, earlier)
        # A route under way that had to end is not kept as a free one either: its contract is over.
        free = [i for i, n in enumerate(names) if n not in set(under_way)]
        kept = columns.take(np.array(free, np.int64))
        open_needs = ~np.isin(kept.pair, np.flatnonzero(left.pairs.left < 0))
        kept = kept.take(np.flatnonzero(open_needs))
        bonus = Kept(kept, np.full(len(kept), float(price_per_change)))
        found = solve(left, rest, used, time_limit, gap, seed, bonus, progress)
        if found.status in ("infeasible", "none"):
            explain_conflict(region, problem, policies, used)
        options = options_of(asdict(given), years, problem, region, market, policies, found, gap, begin)
        unbarred = instance(region, pairs, years, given, "unified", begin)
        why_not = unmet(left, unbarred, rest, found, used, set(going.rows["need"]))
        contracted = going.rows.to_dicts()
        owed = due(cash, going.rows, start) if cash is not None else None
        options |= told_of(known) | {"under_way": contracted, "price_per_change": price_per_change}
        if owed is not None:
            options["under_way_cash"] = owed.to_dicts()
        made = assemble(
            region, left, rest, replace(found, generated=None, exact=False), found.columns, why_not, options, began,
            going.rows,
        )  # fmt: skip
        if owed is not None:
            made = replace(
                made, cash=pl.concat([made.cash, owed]).sort("month", "need", "what", maintain_order=True)
            )
        return Replan(made, _changes(earlier, made, gone, left_out, price_per_change))


def _vetoed(region: Region, earlier: pl.DataFrame) -> dict[str, Why]:
    """By route, who rejected its pair, when and why (zh, en)."""
    said = verdicts(region)
    pairs = earlier.select("route", "need", "achievement").rows()
    words = {r: said.of(n, a) for r, n, a in pairs if said.words and said.rejected(n, a)}
    return {r: (w.said("zh"), w.said("en")) for r, w in words.items() if w is not None}


def _beside(problem: Instance, rules: Policies, going: pl.DataFrame) -> tuple[Policies, Instance]:
    """The problem that is left beside contracts: their needs closed, their use reserved, policies reduced."""
    if going.is_empty():
        return rules, problem
    use = reserved(problem, rules, going)
    at = rows(problem, rules.limit).offset["policy"]
    needs = {n: i for i, n in enumerate(problem.needs)}
    closed = np.isin(problem.pairs.need, [needs[n] for n in going["need"].to_list()])
    left = np.where(closed, -1, problem.pairs.left)
    rest = replace(rules, limit=rules.limit - use[at:])
    return rest, replace(problem, pairs=problem.pairs._replace(left=left), reserved=use[:at])


_CHANGE = {
    "need": pl.String,
    "what": pl.String,
    "before": pl.String,
    "after": pl.String,
    "reason_zh": pl.String,
    "reason_en": pl.String,
}
_SAME = ("achievement", "base", "maker", "product", "guarantee", "start", "offers")


def _changes(
    earlier: pl.DataFrame,
    made: Plan,
    gone: Mapping[str, Why],
    left_out: pl.DataFrame | None,
    price: int,
) -> pl.DataFrame:
    old = {r["need"]: r for r in earlier.to_dicts()}
    new = {r["need"]: r for r in made.routes.to_dicts()}
    why = {r["need"]: (r["detail_zh"], r["detail_en"]) for r in made.unmet.to_dicts()}
    before = (
        {} if left_out is None else {r["need"]: (r["detail_zh"], r["detail_en"]) for r in left_out.to_dicts()}
    )
    table: list[dict[str, Any]] = []
    for need in sorted({*old, *new}):
        a, b = old.get(need), new.get(need)
        if a and b and all(a[c] == b[c] for c in _SAME):
            continue
        if a is None:
            what, (zh, en) = "added", _added(need, before, left_out is not None)
        elif b is None:
            withdrawn = ("需求已撤回", "the need was withdrawn")
            what, (zh, en) = "dropped", gone.get(a["route"], why.get(need, withdrawn))
        else:
            what, (zh, en) = "changed", gone.get(a["route"]) or _moved(a, b, price)
        table.append(
            {
                "need": need,
                "what": what,
                "before": _line(a),
                "after": _line(b),
                "reason_zh": zh,
                "reason_en": en,
            }
        )
    return pl.DataFrame(table, schema=_CHANGE)


def _added(need: str, before: Mapping[str, Why], known: bool) -> Why:
    """Why a need has a route now: what stood against it before, or that it was not there."""
    if need in before:
        zh, en = before[need]
        return f"此前：{zh}；现在可行且合算", f"before: {en}; now there is a route that pays"
    if known:
        return "新增的需求", "a need that was not there before"
    return "现在有合算的路线", "now there is a route that pays"


def _moved(a: Mapping[str, Any], b: Mapping[str, Any], price: int) -> Why:
    """Why a route that could have stayed was changed: for its own gain, or for that of others."""
    gain = b["worth"] - a["worth"]
    if gain > price:
        return (
            f"改动使本路线净价值增加 {gain / 1e6:,.1f} 万元，高于变更价格",
            f"the change adds {gain / 1e6:,.1f} 万元 to this route, more than the price of a change",
        )
    return (
        "让出的能力或许可用于价值更高的路线",
        "what it gave up, capacity or a licence, is worth more to other routes",
    )


def _line(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return ""
    stops = [row["achievement"], row["base"], row["maker"], row["need"]]
    return " → ".join(s for s in stops if s) + f" {row['start']}"

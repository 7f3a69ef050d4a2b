"""A written settlement checked without a solver: nothing lost, net positions unchanged, and nothing more could be
cleared.

For any potentials π, Σ over eligible debts of amount · max(0, weight + π(debtor) − π(creditor)) is at least the
weighted sum that any set-off can clear (weak duality); where it equals what was cleared, the set-off is the
greatest.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import polars as pl

from sanwang.finance.obligations import Obligations

_SCALE = 1_000


@dataclass(frozen=True)
class Checked:
    """Whether the settlement holds, what is cleared and its upper bound in fen (weighted: thousandths), and what is
    wrong."""

    ok: bool
    cleared: int
    bound: int | None
    problems: tuple[str, ...]


def check(
    given: Obligations,
    setoffs: pl.DataFrame,
    potentials: pl.DataFrame | None,
    priority: frozenset[str] = frozenset(),
    weight: float = 1.0,
) -> Checked:
    """Check ``setoffs`` (id, cleared) and ``potentials`` (firm, currency, potential) against the obligations
    themselves.

    Without potentials (where money came from outside) only feasibility is checked, and net positions are left out.
    """
    problems: list[str] = []
    taken: dict[str, int] = dict(setoffs.select("id", "cleared").iter_rows())
    if len(taken) != setoffs.height:
        problems.append("an id stands twice among the set-offs / 编号重复")
    unknown = set(taken) - set(given.frame["id"].to_list())
    problems += [f"{i}: not among the obligations / 原表中没有" for i in sorted(unknown)[:20]]
    net: defaultdict[tuple[str, str], int] = defaultdict(int)
    dual: dict[tuple[str, str], int] = {}
    if potentials is not None:
        dual = {(f, c): p for f, c, p in potentials.select("firm", "currency", "potential").iter_rows()}
    cleared = weighted = bound = 0
    plain = _SCALE if priority else 1
    heavy = round(weight * _SCALE)
    for r in given.frame.iter_rows(named=True):
        part = taken.get(r["id"], 0)
        open_ = r["consent"] and r["status"] == "open" and r["debtor"] != r["creditor"]
        if not 0 <= part <= r["amount"] or (part and not open_):
            problems.append(f"{r['id']}: {part} of {r['amount']} cannot be cleared / 清偿金额有误")
            continue
        cleared += part
        net[r["debtor"], r["currency"]] += part
        net[r["creditor"], r["currency"]] -= part
        if open_ and potentials is not None:
            unit = heavy if r["debtor"] in priority else plain
            difference = dual.get((r["debtor"], r["currency"]), 0) - dual.get(
                (r["creditor"], r["currency"]), 0
            )
            bound += r["amount"] * max(0, unit + difference)
            weighted += part * unit
    if potentials is not None:
        moved = [f"{f} ({c}): net position changes by {d} fen / 净头寸变化" for (f, c), d in net.items() if d]
        problems += moved[:20]
        if bound != weighted:
            problems.append(f"not shown to be the greatest: {weighted} cleared, bound {bound} / 未证明为最大")
    return Checked(not problems, cleared, bound if potentials is not None else None, tuple(problems))

"""A settlement written to a folder, and the check of such a folder without any solver.

The checker knows only the obligations file and arithmetic: every invoice is there once and reduced by no more than
its amount, nobody's balance moves, the oldest are reduced first, and the firms' potentials bound any set-off by
exactly what was cleared (linear programming duality in integers).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from sanwang.errors import InputError
from sanwang.finance.obligations import Obligations
from sanwang.finance.setoff import Settlement, kept_out
from sanwang.sources.atomic import atomic_path
from sanwang.study.cells import read_guarded

_TEXTS, _NUMBERS = ("id", "debtor", "creditor", "currency", "due"), ("row", "amount", "cleared", "after")
_TYPES = pl.Schema([(name, pl.String()) for name in _TEXTS] + [(name, pl.Int64()) for name in _NUMBERS])
_FIRM_TYPES = {"firm": pl.String, "currency": pl.String, "potential": pl.Int64}


def summary(settled: Settlement) -> dict[str, Any]:
    """Total, cleared, remaining (fen), whether proved optimal, the steps' counts and the options."""
    return {
        "total": settled.total,
        "cleared": settled.cleared,
        "remaining": settled.remaining,
        "optimal": settled.optimal,
        "bound": settled.bound,
        "steps": dict(settled.steps),
        "options": dict(settled.options),
    }


def write_certificate(settled: Settlement, folder: Path) -> Path:
    """Write certificate.json: totals, bound, steps and options, which the check recomputes; returns its path."""
    with atomic_path(folder / "certificate.json") as path:
        path.write_text(json.dumps(summary(settled), ensure_ascii=False, indent=1), encoding="utf-8")
    return folder / "certificate.json"


def notice(settled: Settlement, firm: str) -> dict[str, Any]:
    """One firm's notice: payable, receivable and balance before and after, and its own invoices that were reduced.

    Raises InputError where the firm owes and is owed nothing.
    """
    own = settled.firms.filter(pl.col("firm") == firm)
    if own.is_empty():
        raise InputError(f"firm {firm!r} is in no obligation / 清单中没有该企业")
    lines = settled.invoices.filter(
        ((pl.col("debtor") == firm) | (pl.col("creditor") == firm)) & (pl.col("cleared") > 0)
    )
    shown = ["row", "id", "debtor", "creditor", "currency", "due", "amount", "cleared", "after"]
    return {
        "firm": firm,
        "balances": own.drop("firm", "potential").to_dicts(),
        "reduced": lines.select(shown).to_dicts(),
    }


@dataclass(frozen=True)
class Verdict:
    """What the check found wrong, in words (empty means sound), and the figures it recomputed."""

    faults: tuple[str, ...]
    total: int
    cleared: int
    bound: int

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def check_settlement(obligations: Obligations, folder: Path) -> Verdict:
    """Recompute a written settlement from the obligations alone. Raises InputError where a file cannot be read."""
    try:
        claim: dict[str, Any] = json.loads((folder / "certificate.json").read_text(encoding="utf-8"))
        invoices = read_guarded(folder / "invoices.csv", _TYPES)
        firms = read_guarded(folder / "firms.csv", _FIRM_TYPES)
        options: dict[str, Any] = claim["options"]
        stated = {name: int(claim[name]) for name in ("total", "cleared", "remaining", "bound")}
    except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError) as error:
        raise InputError(
            f"{folder}: not a settlement that can be read / 不是可读的轧差结果 ({error})"
        ) from error
    keys = ["row", "debtor", "creditor", "amount"]
    rows = obligations.rows.join(
        invoices.select(*keys, "cleared"), on=keys, how="left", maintain_order="left"
    )
    bound, weighted = _dual(rows, firms, options)
    total, cleared = int(rows["amount"].sum()), int(rows["cleared"].sum() or 0)
    part = kept_out(options).is_null()
    complete = invoices.height == rows.height and rows["cleared"].null_count() == 0
    within = rows.filter((pl.col("cleared") < 0) | (pl.col("cleared") > pl.col("amount"))).is_empty()
    same = (stated["total"], stated["cleared"], stated["remaining"]) == (total, cleared, total - cleared)
    tests = [
        (complete, "rows differ from the obligations / 与原清单不符"),
        (within, "an invoice is reduced below 0 or raised / 单笔核减越界"),
        (
            rows.filter(~part & (pl.col("cleared") > 0)).is_empty(),
            "one kept out was reduced / 不参加的被核减",
        ),
        (_balanced(rows), "a firm's net position changed / 净头寸改变"),
        (_oldest_first(rows.filter(part)), "a newer invoice went before an older one / 未按到期先后核减"),
        (same, "totals differ / 合计不符"),
        (bound == weighted == stated["bound"], f"not proved optimal: {weighted} of {bound} / 未证最优"),
    ]
    return Verdict(tuple(words for good, words in tests if not good), total, cleared, bound)


def _balanced(rows: pl.DataFrame) -> bool:
    sides = [
        rows.select(pl.col(who).alias("firm"), "currency", (pl.col("cleared") * sign).alias("moved"))
        for who, sign in (("debtor", 1), ("creditor", -1))
    ]
    return (
        pl.concat(sides)
        .group_by("firm", "currency")
        .agg(pl.col("moved").sum())
        .filter(pl.col("moved") != 0)
        .is_empty()
    )


def _oldest_first(rows: pl.DataFrame) -> bool:
    """Within a pair, no invoice is touched while an older one is not fully cleared."""
    keys = ["debtor", "creditor", "currency"]
    ordered = rows.sort("due", "row", nulls_last=True)
    left_before = (pl.col("amount") - pl.col("cleared")).cum_sum().shift(1, fill_value=0).over(keys)
    return ordered.filter((left_before > 0) & (pl.col("cleared") > 0)).is_empty()


def _dual(rows: pl.DataFrame, firms: pl.DataFrame, options: dict[str, Any]) -> tuple[int, int]:
    """The potentials' bound on weighted set-off, and the weighted set-off, both as exact integers."""
    prefer, times = list(options["prefer"]), int(options["preference"])
    liked = pl.col("debtor").is_in(prefer) | pl.col("creditor").is_in(prefer)
    known = firms.select("firm", pl.col("currency").fill_null(""), "potential")
    pairs = (
        rows.filter(kept_out(options).is_null())
        .group_by("debtor", "creditor", "currency")
        .agg(pl.col("amount").sum(), pl.col("cleared").sum())
        .with_columns(pl.when(liked).then(times).otherwise(1).cast(pl.Int64).alias("weight"))
        .join(known.rename({"firm": "debtor", "potential": "pu"}), on=["debtor", "currency"], how="left")
        .join(known.rename({"firm": "creditor", "potential": "pv"}), on=["creditor", "currency"], how="left")
        .with_columns((pl.col("weight") + pl.col("pu") - pl.col("pv")).clip(lower_bound=0).alias("slack"))
    )
    if pairs["slack"].null_count():
        return -1, 0
    held = pairs.filter(pl.col("slack") > 0).select("amount", "slack").iter_rows()
    weighted = sum(
        int(c) * int(w)
        for c, w in pairs.filter(pl.col("cleared") != 0).select("cleared", "weight").iter_rows()
    )
    return sum(int(a) * int(s) for a, s in held), weighted

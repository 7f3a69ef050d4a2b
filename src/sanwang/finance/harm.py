"""Who gains and who loses by a set-off, and a set-off by which nobody outside it loses.

A set-off changes nobody's balance, yet where firms cannot pay in full it changes who is paid: what a failing debtor
cancels against one creditor no longer reaches the others. Among firms that pay in full without it, the clearing
payments (Eisenberg and Noe 2001) less what was cancelled are clearing payments again: there nobody loses anything. So
failing firms are left out, those first by whom somebody outside loses, until nobody outside does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from sanwang.errors import DataError
from sanwang.finance.obligations import Obligations
from sanwang.finance.setoff import Settlement, settle
from sanwang.finance.stress import Stress, stress

TOLERANCE = 0.5
"""A loss below this (fen) is the arithmetic's, not a firm's."""


@dataclass(frozen=True)
class Effects:
    """``firms``: firm, lost_before, lost_after (fen of its claims that it never gets), gain, fails_before, fails_after,
    inside (a debt or claim of its own was cancelled). ``before`` and ``after`` are the payments behind it."""

    firms: pl.DataFrame
    before: Stress
    after: Stress

    @property
    def outside(self) -> pl.DataFrame:
        """Firms that lose although nothing of theirs was cancelled."""
        return self.firms.filter(~pl.col("inside") & (pl.col("gain") < -TOLERANCE))

    @property
    def newly_failing(self) -> pl.DataFrame:
        """Firms that fail after the set-off and did not before."""
        return self.firms.filter(pl.col("fails_after") & ~pl.col("fails_before"))


def effects(settled: Settlement, cash: Mapping[str, float]) -> Effects:
    """What a set-off changes for every firm, given each firm's cash (fen; none where absent).

    Raises DataError where there are several currencies, OptionError for negative cash.
    """
    rows = settled.invoices
    if rows["currency"].n_unique() > 1:
        raise DataError("several currencies; look at one at a time", "有多种货币，须分别查看")
    left = rows.select("debtor", "creditor", pl.col("after").alias("amount")).filter(pl.col("amount") > 0)
    before, after = stress(rows, cash), stress(left, cash)
    inside = pl.concat(rows.filter(pl.col("cleared") > 0).select(pl.col(w).alias("firm")) for w in _SIDES)
    firms = (
        pl.concat(rows.select(pl.col(w).alias("firm")) for w in _SIDES)
        .unique()
        .join(_lost(rows, before, "before"), on="firm", how="left")
        .join(_lost(left, after, "after"), on="firm", how="left")
        .with_columns(pl.col("lost_before", "lost_after").fill_null(0.0))
        .with_columns(
            (pl.col("lost_before") - pl.col("lost_after")).alias("gain"),
            *(
                pl.col("firm").is_in(_failing(s)).alias(f"fails_{n}")
                for n, s in (("before", before), ("after", after))
            ),
            pl.col("firm").is_in(inside["firm"].unique().to_list()).alias("inside"),
        )
        .sort("firm")
    )
    return Effects(firms, before, after)


_SIDES = ("debtor", "creditor")


def _failing(found: Stress) -> list[str]:
    return found.firms.filter(pl.col("round") > 0)["firm"].to_list()


def _lost(debts: pl.DataFrame, found: Stress, name: str) -> pl.DataFrame:
    """What each creditor never gets of its claims: every debtor's shortfall by the shares of its debts."""
    short = found.firms.select(pl.col("firm").alias("debtor"), "owed", "shortfall")
    return (
        debts.filter(pl.col("debtor") != pl.col("creditor"))
        .join(short, on="debtor", how="left")
        .group_by(pl.col("creditor").alias("firm"))
        .agg((pl.col("amount") / pl.col("owed") * pl.col("shortfall")).sum().alias(f"lost_{name}"))
    )


def harmless(
    obligations: Obligations, cash: Mapping[str, float], **options: object
) -> tuple[Settlement, Effects, int]:
    """A set-off by which nobody outside it loses, what it changes, and how much less it cancels (fen).

    The firms left out stand in the settlement's options. A larger one of its kind may exist: the price is an upper
    bound. ``options`` are those of ``settle``. Raises as ``effects`` does.
    """
    largest = settle(obligations, **options)  # pyright: ignore[reportArgumentType]  # the caller's own options
    settled, found = largest, effects(largest, cash)
    without: frozenset[str] = frozenset()
    while not found.outside.is_empty():
        culprits = _culprits(settled, found)
        if not culprits:
            break
        without |= culprits
        settled = settle(obligations, without=without, **options)  # pyright: ignore[reportArgumentType]
        found = effects(settled, cash)
    return settled, found, largest.cleared - settled.cleared


def _culprits(settled: Settlement, found: Effects) -> frozenset[str]:
    """Failing firms inside the set-off that still owe to somebody who loses; all failing ones where none does."""
    failing = found.firms.filter(pl.col("inside") & (pl.col("fails_before") | pl.col("fails_after")))["firm"]
    hurt = found.outside["firm"].to_list()
    owing = settled.invoices.filter(pl.col("creditor").is_in(hurt) & (pl.col("after") > 0))[
        "debtor"
    ].to_list()
    named = frozenset(failing.to_list())
    return named & frozenset(owing) or named

"""How often firms stop paying when nobody knows their cash exactly: clearing payments under drawn cash.

Each draw multiplies the cash of every firm by a lognormal number of mean one, each firm's on its own, and finds the
greatest clearing payments (``stress``) of the debts as they are and of what a set-off leaves. Draws are blocks of an
engine; what a block holds hangs on how many debts there are, so the answer is the same wherever it is worked out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse as sp

from sanwang.engine.choose import engine_of
from sanwang.engine.port import Engine, Report
from sanwang.errors import OptionError
from sanwang.optimize.clearing import clearing

Floats = npt.NDArray[np.float64]

CELLS = 500_000
"""Debts times draws of a block."""


class Owing(NamedTuple):
    """What each firm owes, and firm × firm the share of a debtor's payments that each creditor gets."""

    owed: Floats
    share: Any


@dataclass(frozen=True)
class Shocked:
    """``firms``: firm, and over all draws the share in which it does not pay in full and the mean it leaves unpaid
    (fen), before and after the set-off. ``before`` and ``after``: all that stays unpaid in each draw, in fen."""

    firms: pl.DataFrame
    before: Floats
    after: Floats


def shocked(
    debts: pl.DataFrame,
    left: pl.DataFrame,
    cash: Mapping[str, float],
    draws: int,
    spread: float,
    seed: int = 0,
    halted: frozenset[str] = frozenset(),
    engine: Engine | None = None,
    progress: Report | None = None,
) -> Shocked:
    """Draws of the firms' cash (fen; 0 if absent) with the standard deviation ``spread`` of its logarithm, the debts
    before a set-off and those ``left`` after it (debtor, creditor, amount in fen) cleared with each.

    ``halted`` firms pay nothing in any draw. Raises OptionError for no draws, and for a spread or cash below nothing.
    """
    if draws < 1 or not spread >= 0 or min(cash.values(), default=0.0) < 0:
        raise OptionError("draws of at least 1 and no negative spread or cash are wanted",
                          "抽样次数须至少为 1，波动与现金不能为负")  # fmt: skip
    names = pl.concat([debts["debtor"], debts["creditor"]]).unique().sort().to_list()
    money = np.array([float(cash.get(n, 0.0)) for n in names])
    stopped = np.array([n in halted for n in names])
    both = tuple(_owing(frame, names, stopped) for frame in (debts, left))
    lost = tuple(_owed_by(frame, names, stopped) for frame in (debts, left))
    step = max(1, CELLS // max(1, debts.height))
    total = -(-draws // step)
    fails, short = np.zeros((2, len(names))), np.zeros((2, len(names)))
    unpaid: list[Floats] = []
    with engine_of(engine) as used:
        given = used.share((both, money, spread))
        blocks = _blocks(len(names), draws, step, seed)
        told = used.stream(cleared, blocks, given, total=total, label="stress 压力抽样", progress=progress)
        for one_fails, one_short, one_unpaid in told:
            fails, short = fails + one_fails, short + one_short
            unpaid.append(one_unpaid)
    every = np.concatenate(unpaid, axis=1) + np.array([[amount.sum()] for amount in lost])
    share, mean = fails / draws, short / draws
    for side, amount in enumerate(lost):
        share[side] = np.where(amount > 0, 1.0, share[side])
        mean[side] += amount
    frame = pl.DataFrame({
        "firm": names, "fails_before": share[0], "fails_after": share[1],
        "unpaid_before": mean[0], "unpaid_after": mean[1],
    }, schema_overrides={"firm": pl.String})  # fmt: skip
    return Shocked(frame, every[0], every[1])


def _blocks(firms: int, draws: int, step: int, seed: int) -> Iterator[Floats]:
    rng = np.random.default_rng(seed)
    for start in range(0, draws, step):
        yield rng.standard_normal((min(step, draws - start), firms))


def cleared(drawn: Floats, given: tuple[tuple[Owing, Owing], Floats, float]) -> tuple[Floats, Floats, Floats]:
    """Some draws (a block of an engine): before and after, in how many each firm fails, what it leaves unpaid over all
    of them, and what all leave unpaid in each."""
    both, cash, spread = given
    size = cash.size
    fails, short, unpaid = np.zeros((2, size)), np.zeros((2, size)), np.zeros((2, len(drawn)))
    for draw, normal in enumerate(drawn):
        money = cash * np.exp(spread * normal - spread * spread / 2)
        for side, (owed, share) in enumerate(both):
            paid, when = clearing(owed, share, money)
            lacking = np.where(when > 0, owed - paid, 0.0)
            fails[side] += when > 0
            short[side] += lacking
            unpaid[side, draw] = lacking.sum()
    return fails, short, unpaid


def _owing(debts: pl.DataFrame, names: list[str], stopped: npt.NDArray[np.bool_]) -> Owing:
    tail, head, amount = _arcs(debts, names)
    own = ~stopped[tail]
    tail, head, amount = tail[own], head[own], amount[own]
    owed = np.bincount(tail, amount, len(names)).astype(np.float64)
    return Owing(owed, sp.csr_matrix((amount / owed[tail], (head, tail)), shape=(len(names), len(names))))


def _owed_by(debts: pl.DataFrame, names: list[str], stopped: npt.NDArray[np.bool_]) -> Floats:
    """What firms that have stopped owe."""
    tail, _, amount = _arcs(debts, names)
    return np.where(stopped, np.bincount(tail, amount, len(names)), 0.0).astype(np.float64)


def _arcs(
    debts: pl.DataFrame, names: list[str]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]:
    rows = debts.filter(pl.col("debtor") != pl.col("creditor"))
    number = {name: i for i, name in enumerate(names)}
    ends = [
        rows[c].replace_strict(number, return_dtype=pl.Int64).to_numpy()
        if rows.height
        else np.zeros(0, np.int64)
        for c in ("debtor", "creditor")
    ]
    return ends[0], ends[1], rows["amount"].to_numpy().astype(np.float64)

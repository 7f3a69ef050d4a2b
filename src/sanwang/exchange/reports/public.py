"""What everybody may read of a year: numbers and amounts between cities, no cell of which shows what few did.

A cell of fewer than five contracts (loans, sales of vouchers), or in which fewer than five parties stand on a side, is
small: it is left out, and so are others until nobody can work it out (``optimize.suppression``). Cells of nothing are
told. Whole calendar years only: tables of periods that overlap could be taken from one another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from sanwang.errors import OptionError
from sanwang.exchange.clock import day_of
from sanwang.exchange.errors import Refused
from sanwang.exchange.reports.month import Month
from sanwang.exchange.reports.record import Record, read
from sanwang.exchange.store import Tx
from sanwang.optimize.suppression import Mask, protected, suppress, with_totals

FEW = 5
"""Fewer than so many, of contracts or of parties on a side, make a cell small."""

MARGIN = 0.1
"""A reader must be wrong about a small amount by a tenth at least, either way."""

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Public:
    """A table of a year: cities that give and that take, counts and amounts (fen) with totals, what is left out.

    ``safe`` says whether every small cell could be kept from being worked out: where not, nothing but the total of all
    is told, and not that either where it is small itself.
    """

    name: str
    givers: tuple[str, ...]
    takers: tuple[str, ...]
    counts: Ints
    amounts: Ints
    hidden: Mask
    safe: bool

    def told(self) -> list[tuple[str, str, int | None, int | None]]:
        """Every cell of the table with its totals (an empty city: all of them); None where it is left out."""
        rows, columns = (*self.givers, ""), (*self.takers, "")
        places = [(i, j) for i in range(len(rows)) for j in range(len(columns))]
        return [(rows[i], columns[j], *self._told(i, j)) for i, j in places]

    def _told(self, i: int, j: int) -> tuple[int | None, int | None]:
        return (None, None) if self.hidden[i, j] else (int(self.counts[i, j]), int(self.amounts[i, j]))


def year(tx: Tx, of: int) -> list[Public]:
    """The tables of a calendar year. Raises OptionError for no year, Refused for one that is not over."""
    if not 1000 <= of <= 9999:
        raise OptionError(f"{of} is no year", f"{of} 不是年份")
    last = Month(of, 12)
    if day_of(tx.now) <= last.last:
        raise Refused("year", f"{of} is not over yet", f"{of} 年尚未结束")
    record, first = read(tx, last), Month(of, 1)
    return [_table(name, rows(record, first.begin)) for name, rows in _KINDS.items()]


def _contracts(record: Record, since: int) -> pl.DataFrame:
    from sanwang.exchange.reports.counts import signed

    rows = signed(record, since).filter(pl.col("currency") == "CNY")
    return rows.select(pl.col("seller_city").alias("a"), pl.col("buyer_city").alias("b"), pl.col("seller").alias("one"),
                       pl.col("buyer").alias("other"), pl.col("total").alias("amount"))  # fmt: skip


def _moved(code: str, kind: str, turned: bool) -> Callable[[Record, int], pl.DataFrame]:
    ends = ("payee", "payer") if turned else ("payer", "payee")

    def rows(record: Record, since: int) -> pl.DataFrame:
        wanted = (pl.col("at") > since) & (pl.col("code") == code) & (pl.col("kind") == kind)
        own = record.moves.filter(wanted & (pl.col("currency") == "CNY"))
        return own.select(pl.col(f"{ends[0]}_city").alias("a"), pl.col(f"{ends[1]}_city").alias("b"),
                          pl.col(ends[0]).alias("one"), pl.col(ends[1]).alias("other"), "amount")  # fmt: skip

    return rows


_KINDS: Mapping[str, Callable[[Record, int], pl.DataFrame]] = {
    "contract": _contracts,
    "loan": _moved("L1", "memo", turned=True),
    "voucher": _moved("V3", "voucher", turned=True),
}
"""Technology contracts from seller to buyer, loans and leases from lender to borrower, vouchers from who financed them
to who was financed."""


def _table(name: str, rows: pl.DataFrame) -> Public:
    givers, takers = (tuple(sorted(rows[c].unique().to_list())) for c in ("a", "b"))
    counts, amounts = (
        _cells(rows, givers, takers, pl.len()),
        _cells(rows, givers, takers, pl.col("amount").sum()),
    )
    whole, money = with_totals(counts), with_totals(amounts)
    few = (whole > 0) & ((whole < FEW) | (_parties(rows, givers, takers) < FEW))
    reach, margin = np.where(few, FEW, 0), np.where(few, np.ceil(money * MARGIN), 0).astype(np.int64)
    hidden = suppress(counts, few, reach).hidden | suppress(amounts, few, margin).hidden
    both = _both(counts, amounts, few, hidden, reach, margin)
    return Public(name, givers, takers, whole, money, hidden if both else _all_but_total(few), both)


def _both(counts: Ints, amounts: Ints, few: Mask, hidden: Mask, reach: Ints, margin: Ints) -> bool:
    """Whether what is left out protects the counts and the amounts."""
    from sanwang.optimize.suppression import Suppressed

    left_out = Suppressed(few, hidden)
    return protected(counts, left_out, reach) and protected(amounts, left_out, margin)


def _all_but_total(few: Mask) -> Mask:
    hidden = np.ones_like(few)
    hidden[-1, -1] = few[-1, -1]
    return hidden


def _cells(rows: pl.DataFrame, givers: Sequence[str], takers: Sequence[str], what: pl.Expr) -> Ints:
    made = np.zeros((len(givers), len(takers)), np.int64)
    for a, b, x in rows.group_by("a", "b").agg(what.alias("x")).iter_rows():
        made[givers.index(a), takers.index(b)] = x
    return made


def _parties(rows: pl.DataFrame, givers: Sequence[str], takers: Sequence[str]) -> Ints:
    """In each cell and total, how many parties stand on the side with fewer of them."""
    made = np.zeros((len(givers) + 1, len(takers) + 1), np.int64)
    fewer = pl.min_horizontal(pl.col("one").n_unique(), pl.col("other").n_unique()).alias("x")
    for a, b, x in rows.group_by("a", "b").agg(fewer).iter_rows():
        made[givers.index(a), takers.index(b)] = x
    for a, x in rows.group_by("a").agg(fewer).iter_rows():
        made[givers.index(a), -1] = x
    for b, x in rows.group_by("b").agg(fewer).iter_rows():
        made[-1, takers.index(b)] = x
    made[-1, -1] = rows.select(fewer).item() if rows.height else 0
    return made

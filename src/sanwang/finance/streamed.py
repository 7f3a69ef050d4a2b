"""Set-off of a list of obligations larger than memory: Parquet in, Parquet out, a batch of rows at a time.

Every batch is read by the same rules as a list that fits (``obligations.check_obligations``); what is kept in memory is
numbers: firms by number, debts between two firms added up, and of each row where it belongs, its amount and when it is
due. What only the whole list shows is refused, not guessed: credit notes, and ids or rows that occur twice.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from sanwang.engine.choose import engine_of
from sanwang.engine.port import Engine, Report
from sanwang.engine.tables import batches, write_batches
from sanwang.errors import DataError
from sanwang.finance.obligations import Obligations, Unit, check_obligations
from sanwang.finance.setoff import kept_out, solved
from sanwang.optimize.circulation import Ints, dual_value, proved_circulation
from sanwang.sources.atomic import atomic_path

Numbers = npt.NDArray[Any]
"""Whole numbers in 32 bits where these are enough."""
ROWS = 250_000
"""Rows of the list held at a time as texts."""
_LATE = np.iinfo(np.int32).max
_SCHEMA: dict[str, Any] = {
    "row": pl.Int64,
    "amount": pl.Int64,
    "cleared": pl.Int64,
    "after": pl.Int64,
    "why": pl.String,
}


@dataclass(frozen=True)
class Streamed:
    """What was cancelled, in fen: of all that is owed and counts; the bound that proves it; how many rows count, and
    how many do not; how many firms and pairs of firms take part."""

    total: int
    cleared: int
    bound: int
    rows: int
    rejected: int
    firms: int
    pairs: int
    seconds: float
    sums: tuple[tuple[str, int, int], ...] = ()
    """By currency (empty: none named, the yuan) what is owed and what is set off, in its smallest part."""

    @property
    def optimal(self) -> bool:
        """Whether the bound proves that no more could be cleared."""
        return self.bound == self.cleared


@dataclass(frozen=True)
class _Held:
    """The rows that take part: number, arc they belong to, amount, day they are due; the arcs' ends and amounts."""

    row: Ints
    arc: Numbers
    amount: Ints
    due: Numbers
    tail: Numbers
    head: Numbers
    owed: Ints


def settle_streamed(
    file: Path,
    out: Path,
    *,
    unit: Unit | None = None,
    consenting_only: bool = True,
    include_disputed: bool = False,
    engine: Engine | None = None,
    progress: Report | None = None,
) -> Streamed:
    """The largest set-off among the obligations of a Parquet file, oldest due date first, written to ``out``.

    ``out`` holds a row for each of the file that counts: row, amount, cleared, after (fen), and why it takes no part
    where it does not. Amounts, words and dates are read as ``sanwang settle`` reads them; the answer is the same.
    Raises DataError where there are credit notes, or the same id or row occurs twice: such a list is to be cleaned
    first.
    """
    began = time.perf_counter()
    options: dict[str, Any] = {"consenting_only": consenting_only, "include_disputed": include_disputed}
    firms = _firms(file, unit)
    held, counts, owes = _read(file, unit, options, firms, progress)
    with engine_of(engine) as used:
        flow, potential = proved_circulation(
            len(firms), held.tail, held.head, held.owed, None, partial(solved, used)
        )
    bound = dual_value(held.tail, held.head, held.owed, potential)
    cleared = _allocated(held, flow)
    with atomic_path(out) as path:
        _write(path, file, unit, options, held.row, cleared)
    met = np.zeros(len(firms), np.bool_)
    met[held.tail] = True
    met[held.head] = True
    return Streamed(
        counts["total"], int(flow.sum()), bound, counts["rows"], counts["rejected"], int(met.sum()),
        held.owed.size, time.perf_counter() - began, _sums(firms, held, flow, owes),
    )  # fmt: skip


def _sums(
    firms: pl.Series, held: _Held, flow: Ints, owes: dict[str, int]
) -> tuple[tuple[str, int, int], ...]:
    """What is owed and set off by currency: a firm's key begins with it."""
    of = firms.str.split("\x1f").list.first().to_numpy()[held.tail] if len(firms) else np.zeros(0, str)
    return tuple((unit, owed, int(flow[of == unit].sum())) for unit, owed in sorted(owes.items()))


def _checked(file: Path, unit: Unit | None) -> Iterator[Obligations]:
    """The list batch by batch, rows numbered through."""
    before = 0
    for batch in batches(file, ROWS):
        found = check_obligations(batch, unit)
        whole = {"credited": "credit notes", "credit_left": "credit notes", "offset": "credit notes",
                 "duplicate": "ids that occur twice", "twin": "rows that occur twice"}  # fmt: skip
        if met := sorted({whole[w] for w in found.rejected["why"].unique().to_list() if w in whole}):
            raise DataError(
                f"{file}: {', '.join(met)}: settle it as a list that fits in memory, or clean it first",
                f"{file}：有红字（贷项）或重复的单据；请先清理，或作为能放入内存的清单轧差",
            )
        shift = pl.col("row") + before
        yield Obligations(found.rows.with_columns(shift), found.rejected.with_columns(shift))
        before += batch.height


def _firms(file: Path, unit: Unit | None) -> pl.Series:
    """Every firm, once in each currency, ascending."""
    known = pl.Series("firm", [], pl.String)
    for found in _checked(file, unit):
        ends = [_keyed(found.rows, side).unique() for side in ("debtor", "creditor")]
        known = pl.concat([known, *ends]).unique()
    return known.sort()


def _keyed(rows: pl.DataFrame, side: str) -> pl.Series:
    return rows.select((pl.col("currency") + "\x1f" + pl.col(side)).alias("firm")).to_series()


def _read(
    file: Path, unit: Unit | None, options: dict[str, Any], firms: pl.Series, progress: Report | None
) -> tuple[_Held, dict[str, int], dict[str, int]]:
    number = pl.DataFrame({"firm": firms, "n": np.arange(len(firms), dtype=np.int32)})
    parts: list[tuple[Numbers, ...]] = []
    seen: list[npt.NDArray[np.uint64]] = []
    counts = {"total": 0, "rows": 0, "rejected": 0}
    owes: dict[str, int] = {}
    for found in _checked(file, unit):
        counts["total"] += int(found.rows["amount"].sum())
        for unit_, amount_ in found.rows.group_by("currency").agg(pl.col("amount").sum()).iter_rows():
            owes[unit_] = owes.get(unit_, 0) + int(amount_)
        counts["rows"] += found.rows.height
        counts["rejected"] += found.rejected.height
        seen.append(_marks(found.rows))
        taking = found.rows.filter(kept_out(options).is_null())
        ends = [
            pl.DataFrame({"firm": _keyed(taking, side)})
            .join(number, on="firm", how="left", maintain_order="left")["n"]
            .to_numpy()
            for side in ("debtor", "creditor")
        ]
        due = taking["due"].cast(pl.String).str.to_date(strict=False).cast(pl.Int32).fill_null(_LATE)
        key = ends[0].astype(np.int64) * len(firms) + ends[1]
        parts.append((taking["row"].to_numpy(), key, taking["amount"].to_numpy(), due.to_numpy()))
        if progress:
            progress(counts["rows"], 0, "read 读取")
    _refuse_twice(seen, file)
    row, key, amount, due = (np.concatenate([p[i] for p in parts]) for i in range(4))
    del parts
    arcs, arc = np.unique(key, return_inverse=True)
    del key
    owed = np.zeros(arcs.size, np.int64)
    np.add.at(owed, arc, amount)
    size = max(1, len(firms))
    tail, head = (arcs // size).astype(np.int32), (arcs % size).astype(np.int32)
    return _Held(row, arc.reshape(-1).astype(np.int32), amount, due, tail, head, owed), counts, owes


def _marks(rows: pl.DataFrame) -> npt.NDArray[np.uint64]:
    """A number for what makes a row the same as another: its id and creditor, or all of it where it has no id."""
    named = pl.col("id").is_not_null() & (pl.col("id") != "")
    whole = pl.concat_str(pl.all().exclude("row", "id").cast(pl.String).fill_null(""), separator="\x1f")
    key = pl.when(named).then(pl.col("id") + "\x1f" + pl.col("creditor")).otherwise("\x1e" + whole)
    return rows.select(key.hash(seed=1)).to_series().to_numpy()


def _refuse_twice(seen: list[npt.NDArray[np.uint64]], file: Path) -> None:
    every = np.sort(np.concatenate(seen)) if seen else np.zeros(0, np.uint64)
    if np.any(every[1:] == every[:-1]):
        raise DataError(
            f"{file}: an id or a row occurs twice: settle it as a list that fits in memory, or clean it first",
            f"{file}：有编号或整行重复；请先清理，或作为能放入内存的清单轧差",
        )


def _allocated(held: _Held, flow: Ints) -> Ints:
    """What of each row is cleared: of a pair's flow the oldest due date first, then file order."""
    order = np.lexsort((held.row, held.due, held.arc))
    running = np.cumsum(held.amount[order])
    arc = held.arc[order]
    first = np.flatnonzero(np.diff(arc, prepend=-1))
    base = np.repeat(running[first] - held.amount[order[first]], np.diff(np.append(first, arc.size)))
    earlier = running - held.amount[order] - base
    cleared = np.empty(order.size, np.int64)
    cleared[order] = np.clip(flow[arc] - earlier, 0, held.amount[order])
    return cleared


def _write(
    path: Path, file: Path, unit: Unit | None, options: dict[str, Any], row: Ints, cleared: Ints
) -> None:
    """The rows that count, batch by batch, with what was cleared of each."""

    def parts() -> Iterator[pl.DataFrame]:
        for found in _checked(file, unit):
            frame = found.rows.select("row", "amount", kept_out(options).alias("why"))
            given = frame["row"].to_numpy()
            at = np.searchsorted(row, given)
            at = np.minimum(at, max(0, row.size - 1))
            of = np.where(row[at] == given, cleared[at], 0) if row.size else np.zeros(given.size, np.int64)
            yield (
                frame.with_columns(pl.Series("cleared", of, pl.Int64))
                .select(
                    "row", "amount", "cleared", (pl.col("amount") - pl.col("cleared")).alias("after"), "why"
                )
                .cast(dict(_SCHEMA))  # pyright: ignore[reportArgumentType]
            )

    write_batches(path, parts(), _SCHEMA)

"""The one policy for problems in the data: rows with errors are left out and listed, or the study refuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from sanwang.errors import DataError, InputError
from sanwang.region import Region
from sanwang.schema import KINDS, Problem

UNREAD = frozenset({"encoding", "bomb", "too_large", "unreadable", "macros", "header_missing", "no_tables"})
"""Problems after which a table is not there at all: no study goes on without it."""

LISTED = 20
"""Rows left out that are named one by one; the rest are counted."""


@dataclass(frozen=True)
class LeftOut:
    """What was left out of a Region before a study saw it: the errors, and rows lost by table."""

    errors: tuple[Problem, ...] = ()
    rows: tuple[tuple[str, int], ...] = ()

    def notes(self, lang: str) -> list[str]:
        """A sentence a table with how many rows were left out, then each error with its place."""
        if not self.errors:
            return []
        zh = lang == "zh"
        counted = [
            f"{KINDS[k].zh}有错误，略去 {n} 行（sanwang check 列出全部）"
            if zh
            else f"{KINDS[k].en}: {n} rows with errors left out (sanwang check lists them all)"
            for k, n in self.rows
        ]
        cells = len(self.errors) - sum(n for _, n in self.rows)
        if not self.rows and cells > 0:
            counted = [
                f"{cells} 个单元格读不懂，按未知处理"
                if zh
                else f"{cells} cells cannot be read and count as unknown"
            ]
        told = [_told(p, lang) for p in self.errors[:LISTED]]
        more = len(self.errors) - LISTED
        rest = [f"另有 {more} 处" if zh else f"{more} more"] if more > 0 else []
        return [*counted, *told, *rest]


def _told(problem: Problem, lang: str) -> str:
    where = " ".join(filter(None, (problem.file, problem.sheet)))
    row = "" if problem.row is None else (f" 第 {problem.row} 行" if lang == "zh" else f" row {problem.row}")
    met = f"“{problem.value}”" if lang == "zh" else f"'{problem.value}'"
    colon = "：" if lang == "zh" else ": "
    return f"{where}{row} {problem.column_label(lang)} {met}{colon}{problem.message(lang)}".strip()


def usable(region: Region, kinds: Sequence[str], strict: bool = False) -> tuple[Region, LeftOut]:
    """The Region a study may rely on, and what was left out of the tables it reads.

    Raises InputError where a table it reads could not be read at all, DataError where ``strict`` and any row is wrong.
    """
    wrong = [p for p in region.check().problems if (p.kind in kinds or not p.kind) and _costs(region, p)]
    if unread := [p for p in wrong if p.code in UNREAD and p.severity == "error"]:
        first = unread[0]
        raise InputError(_told(first, "en"), _told(first, "zh"))
    if not wrong:
        return region, LeftOut()
    if strict:
        first = wrong[0]
        raise DataError(
            f"{len(wrong)} errors in the data: {_told(first, 'en')}",
            f"数据中有 {len(wrong)} 处错误：{_told(first, 'zh')}",
        )
    errors = any(p.severity == "error" for p in wrong)
    kept = _closed(region.without_errors() if errors else region, wrong)
    gone = {k: sum(p.code == ROW_LEFT_OUT and p.kind == k for p in wrong) for k in kinds}
    lost = [(k, region[k].height - kept[k].height + gone[k]) for k in kinds]
    return kept, LeftOut(tuple(wrong), tuple((k, n) for k, n in lost if n))


ROW_LEFT_OUT = "row_left_out"
"""What reading says of a row without key and text."""


def _costs(region: Region, problem: Problem) -> bool:
    """Whether a problem cost a row or a cell: every error, a row left out in reading, a cell that stays unknown."""
    if problem.severity == "error" or problem.code == ROW_LEFT_OUT:
        return True
    return bool(problem.kind and problem.column) and (
        problem.row,
        problem.file,
        problem.sheet,
    ) in _unread_cells(region, problem.kind, problem.column)


def _unread_cells(region: Region, kind: str, column: str) -> set[tuple[int | None, str, str]]:
    """Where the cells of a column stand that hold something nobody could read."""
    keys = region.unread(kind, column) if column in KINDS[kind].fields else frozenset[str]()
    if not keys:
        return set()
    rows = region[kind].filter(pl.col(KINDS[kind].key[0]).cast(pl.String).is_in(list(keys)))
    return {(r, f or "", s or "") for f, s, r in rows.select("_file", "_sheet", "_row").iter_rows()}


LIMITS = ("budget", "ticket_min", "ticket_max", "conditions", "trl_min", "points_min", "places", "industries")
"""Columns of products in which nothing means no limit: one that cannot be read must not."""


def _closed(region: Region, wrong: Sequence[Problem]) -> Region:
    """The Region with what could not be read counted as closed: a limit shuts the product, a tier hides the record."""
    changed: dict[str, pl.DataFrame] = {}
    for problem in wrong:
        if problem.kind == "products" and problem.column in LIMITS:
            frame = changed.get("products", region["products"])
            changed["products"] = frame.filter(~_at(problem))
        elif problem.column == "openness":
            frame = changed.get(problem.kind, region[problem.kind])
            tier = pl.when(_at(problem)).then(pl.lit("nda")).otherwise(pl.col("openness"))
            changed[problem.kind] = frame.with_columns(tier.alias("openness"))
    return region.with_tables(**changed) if changed else region


def _at(problem: Problem) -> pl.Expr:
    """Whether a row is the one that a problem was found in."""
    return (
        (pl.col("_file").fill_null("") == problem.file)
        & (pl.col("_sheet").fill_null("") == problem.sheet)
        & pl.col("_row").eq_missing(pl.lit(problem.row, pl.Int64))
    )


def demand(region: Region, kinds: Sequence[str], left: LeftOut) -> None:
    """Raise DataError naming the tables that a study cannot do without and that have no row."""
    missing = [KINDS[k] for k in kinds if not region.has(k)]
    if not missing:
        return
    lost = sum(n for _, n in left.rows)
    en, zh = (
        ", ".join(f"{k.en} ({k.name})" for k in missing),
        "、".join(f"{k.zh}（{k.name}）" for k in missing),
    )
    after = (
        (f" after {lost} rows with errors were left out", f"（略去 {lost} 行有错误的数据之后）")
        if lost
        else ("", "")
    )
    raise DataError(f"no rows in {en}{after[0]}; this study needs them", f"{zh}没有数据{after[1]}，无法进行")

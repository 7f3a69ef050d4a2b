"""Obligations read from a csv of any size: every bad row told in one pass, amounts as integer fen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from sanwang.errors import DataError, InputError
from sanwang.region import Region
from sanwang.schema import KINDS, code_of

SCHEMA = {
    "row": pl.Int64,
    "id": pl.String,
    "debtor": pl.String,
    "creditor": pl.String,
    "amount": pl.Int64,
    "due": pl.Date,
    "currency": pl.String,
    "status": pl.String,
    "consent": pl.Boolean,
}
MOST = 2**53 - 1
"""Fen an amount may have at most: exact in every program that may read it."""
_EXTRA = {"currency": ("币种", "货币"), "consent": ("同意轧差", "是否同意", "同意")}
_YES, _NO = ("1", "true", "yes", "y", "是", "同意"), ("0", "false", "no", "n", "否", "不同意")
_SHOWN = 20


@dataclass(frozen=True)
class Obligations:
    """Rows as ``SCHEMA`` has them; ``row`` is the line of the file. ``name`` says where they come from."""

    frame: pl.DataFrame
    name: str


def from_region(region: Region) -> Obligations:
    """The obligations table of a workspace, in yuan's fen, one currency."""
    table = region["obligations"]
    frame = table.select(
        pl.coalesce(pl.col("_row"), pl.int_range(pl.len()) + 1).alias("row"),
        "id",
        "debtor",
        "creditor",
        "amount",
        "due",
        pl.lit("CNY").alias("currency"),
        pl.col("status").fill_null("open"),
        pl.lit(value=True).alias("consent"),
    )
    return _checked(frame.cast(SCHEMA), region.name, [])  # pyright: ignore[reportArgumentType]


def read_obligations(path: Path, unit: str = "fen") -> Obligations:
    """A csv with debtor, creditor, amount and optionally id, due, currency, status, consent; Chinese headings do too.

    ``unit`` is what a bare number of the amount column counts: fen, or yuan with at most two decimals. Raises
    InputError for a file or headings that cannot be read, DataError that lists the bad rows.
    """
    try:
        raw = pl.read_csv(path, infer_schema_length=0, encoding="utf8", truncate_ragged_lines=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError(f"{path}: not a csv of obligations ({error}) / 无法读取") from error
    raw = raw.rename({c: _field(c) for c in raw.columns if _field(c) != c}, strict=False)
    if missing := [c for c in ("debtor", "creditor", "amount") if c not in raw.columns]:
        raise InputError(f"{path}: no column {missing}; debtor, creditor, amount are needed / 缺少列")
    text = {c: pl.col(c).str.strip_chars().replace("", None) for c in raw.columns}
    raw = raw.with_columns(**text).with_row_index("row", offset=2)
    number = pl.col("amount").str.replace_all(r"[,_\s]", "")
    if unit == "fen":
        good = number.str.contains(r"^[+-]?\d{1,16}(\.0+)?$")
        fen = number.str.replace(r"\.0+$", "").cast(pl.Int64, strict=False)
    else:
        good = number.str.contains(r"^[+-]?\d{1,14}(\.\d{1,2}0*)?$")
        parts = number.str.extract_groups(r"^([+-]?\d+)(?:\.(\d{1,2}))?")
        cents = parts.struct[1].fill_null("0").str.pad_end(2, "0").cast(pl.Int64, strict=False)
        whole = parts.struct[0].cast(pl.Int64, strict=False) * 100
        fen = pl.when(number.str.starts_with("-")).then(whole - cents).otherwise(whole + cents)
    wanted = "whole fen / 整数分" if unit == "fen" else "yuan with at most two decimals / 至多两位小数的元"
    problems = [
        ("amount", wanted, pl.col("amount").is_null() | ~good.fill_null(value=False), "amount"),
    ]
    frame = raw.with_columns(fen=fen)
    if "due" in raw.columns:
        due = pl.col("due").str.to_date("%Y-%m-%d", strict=False)
        problems.append(
            ("due", "a date like 2026-12-31 / 日期", pl.col("due").is_not_null() & due.is_null(), "due")
        )
    consent = pl.col("consent").str.to_lowercase() if "consent" in raw.columns else pl.lit("yes")
    if "consent" in raw.columns:
        odd = consent.is_not_null() & ~consent.is_in([*_YES, *_NO])
        problems.append(("consent", "yes or no / 是或否", odd, "consent"))
    status = pl.lit("open")
    if "status" in raw.columns:
        known = {s: c for s in raw["status"].unique().drop_nulls() if (c := code_of("obligation_status", s))}
        status = (
            pl.col("status").replace_strict(known, default=None, return_dtype=pl.String).fill_null("open")
        )
        odd = pl.col("status").is_not_null() & ~pl.col("status").is_in(list(known))
        problems.append(("status", "open, disputed or settled / 未结、争议或已结", odd, "status"))
    bad = [_problem(frame, *p) for p in problems]
    clean = frame.select(
        pl.col("row").cast(pl.Int64),
        pl.col("id") if "id" in raw.columns else pl.format("#{}", "row").alias("id"),
        "debtor",
        "creditor",
        pl.col("fen").alias("amount"),
        (
            pl.col("due").str.to_date("%Y-%m-%d", strict=False)
            if "due" in raw.columns
            else pl.lit(None, pl.Date)
        ).alias("due"),
        (
            pl.col("currency").str.to_uppercase().fill_null("CNY")
            if "currency" in raw.columns
            else pl.lit("CNY")
        ).alias("currency"),
        status.alias("status"),
        consent.is_in(list(_YES)).fill_null(value=True).alias("consent"),
    )
    return _checked(clean, str(path), bad)


def _field(heading: str) -> str:
    """The field a heading names, in English or Chinese; the heading itself where it names none."""
    plain = heading.strip().lstrip("\ufeff")
    for name, field in KINDS["obligations"].fields.items():
        if plain.lower() == name or plain in (field.zh, field.en, *field.headers):
            return name
    for name, words in _EXTRA.items():
        if plain.lower() == name or plain in words:
            return name
    return heading


def _problem(frame: pl.DataFrame, column: str, wanted: str, bad: pl.Expr, shown: str) -> pl.DataFrame:
    return frame.filter(bad).select(
        pl.col("row").cast(pl.Int64), pl.lit(column).alias("column"), pl.col(shown).cast(pl.String).alias("value"),
        pl.lit(wanted).alias("wanted"),
    )  # fmt: skip


def _checked(frame: pl.DataFrame, name: str, found: list[pl.DataFrame]) -> Obligations:
    """The obligations, or DataError with every problem of every row."""
    positive = "an amount above 0 and below 2^53 fen / 大于 0 且小于 2^53 分"
    amount = pl.col("amount")
    problems = [
        *found,
        _problem(frame, "debtor", "a firm / 付款方", pl.col("debtor").is_null(), "debtor"),
        _problem(frame, "creditor", "a firm / 收款方", pl.col("creditor").is_null(), "creditor"),
        _problem(frame, "amount", positive, amount.is_not_null() & ~amount.is_between(1, MOST), "amount"),
        _problem(frame, "id", "an id used once / 编号不重复", pl.col("id").is_duplicated(), "id"),
        _problem(frame, "id", "an id / 编号", pl.col("id").is_null(), "id"),
    ]
    table = pl.concat(problems).sort("row", "column", maintain_order=True) if problems else pl.DataFrame()
    if table.height:
        lines = [
            f"  {name}, row {r}, {c}: {'' if v is None else v!r} → {w}"
            for r, c, v, w in table.head(_SHOWN).iter_rows()
        ]
        more = f"\n  … +{table.height - _SHOWN:,}" if table.height > _SHOWN else ""
        raise DataError(f"{table.height:,} problems / 处问题:\n" + "\n".join(lines) + more)
    return Obligations(frame.select(pl.col(c).cast(t) for c, t in SCHEMA.items()), name)

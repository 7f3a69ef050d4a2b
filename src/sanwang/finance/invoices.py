"""What a firm's invoices say of it: scale, growth, margin, concentration, cancelled and negative ones, seasonality."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from sanwang.errors import InputError

FEATURES = {
    "scale": ("月均销售额（对数）", 1),
    "purchases": ("月均采购额（对数）", 1),
    "trade": ("月均开票张数（对数）", 1),
    "buyers": ("客户数（对数）", 1),
    "growth": ("后半期比前半期的销售增长", 1),
    "margin": ("（销售－采购）除以销售，限于 ±1", 1),
    "buyer_concentration": ("客户集中度（赫芬达尔）", -1),
    "seller_concentration": ("供应商集中度（赫芬达尔）", -1),
    "cancelled_out": ("作废销项发票占比", -1),
    "cancelled_in": ("作废进项发票占比", -1),
    "negative_out": ("负数销项金额占比", -1),
    "negative_in": ("负数进项金额占比", -1),
    "seasonality": ("各月份销售的离散程度", -1),
    "volatility": ("月销售额的变异系数", -1),
    "idle": ("经营期内没有销售的月份占比", -1),
}
"""What each feature means, and whether more of it counts as good (1) or bad (−1): fixed without looking at outcomes."""

_HEADINGS = {
    "firm": ("firm", "企业代号", "企业编号"),
    "date": ("date", "开票日期"),
    "party": ("party", "购方单位代号", "销方单位代号"),
    "amount": ("amount", "金额"),
    "state": ("state", "发票状态"),
}
_CANCELLED = ("作废发票", "作废", "cancelled", "void")


def read_invoices(path: Path) -> pl.DataFrame:
    """Invoices of one side (sold or bought): firm, date, party, amount (yuan), cancelled.

    Reads csv, also gzipped. Rows without a firm, date or amount are left out. Raises InputError where columns lack.
    """
    try:
        frame = pl.read_csv(path, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError(f"{path}: cannot be read as a table / 无法读取 ({str(error)[:200]})") from error
    met = {c.strip().lstrip("\ufeff"): c for c in frame.columns}
    found = {k: met[w] for k, words in _HEADINGS.items() for w in reversed(words) if w in met}
    if lacking := [k for k in _HEADINGS if k not in found and k != "state"]:
        raise InputError(f"{path}: no column {', '.join(lacking)} / 缺少列")
    state = pl.col(found["state"]) if "state" in found else pl.lit("")
    return frame.select(
        pl.col(found["firm"]).alias("firm"),
        pl.col(found["date"]).str.replace_all("/", "-").str.to_date("%Y-%m-%d", strict=False).alias("date"),
        pl.col(found["party"]).alias("party"),
        pl.col(found["amount"]).cast(pl.Float64, strict=False).alias("amount"),
        state.is_in(_CANCELLED).fill_null(False).alias("cancelled"),
    ).drop_nulls(["firm", "date", "amount"])


def windows(sold: pl.DataFrame, bought: pl.DataFrame) -> dict[str, tuple[pl.DataFrame, pl.DataFrame]]:
    """Parts of the invoices by when they were made: up to each year's end, from each year on, each firm's first year.

    Keys ``to_2017``, ``from_2018``, ``first``. When a failure happened is seldom known: what an early part tells of it
    is nearer to a forecast than what all of them tell.
    """
    years = pl.concat([sold["date"], bought["date"]]).dt.year().unique().sort().to_list()
    year = pl.col("date").dt.year()
    found: dict[str, tuple[pl.DataFrame, pl.DataFrame]] = {}
    for last in years[:-1]:
        found[f"to_{last}"] = (sold.filter(year <= last), bought.filter(year <= last))
    for first in years[1:]:
        found[f"from_{first}"] = (sold.filter(year >= first), bought.filter(year >= first))
    begun = pl.concat([sold, bought]).group_by("firm").agg(pl.col("date").min().alias("begun"))
    young = pl.col("date") < pl.col("begun").dt.offset_by("12mo")
    parts = [side.join(begun, on="firm").filter(young).drop("begun") for side in (sold, bought)]
    found["first"] = (parts[0], parts[1])
    return found


def invoice_features(sold: pl.DataFrame, bought: pl.DataFrame) -> pl.DataFrame:
    """One row a firm with the columns of FEATURES; null where a firm's invoices do not tell.

    ``sold`` and ``bought`` as ``read_invoices`` gives them. Cancelled invoices count only in their own share.
    """
    firms = pl.concat([sold["firm"], bought["firm"]]).unique().sort().to_frame()
    both = pl.concat([sold, bought])
    span = both.filter(~pl.col("cancelled")).group_by("firm").agg(months=_month("date").n_unique())
    table = firms.join(span, on="firm", how="left")
    for frame, side in ((sold, "out"), (bought, "in")):
        table = table.join(_side(frame, side), on="firm", how="left")
    table = table.join(_through_time(sold), on="firm", how="left")
    months = pl.col("months").clip(lower_bound=1)
    return table.select(
        "firm",
        _log(pl.col("sum_out") / months).alias("scale"),
        _log(pl.col("sum_in") / months).alias("purchases"),
        _log((pl.col("count_out").fill_null(0) + pl.col("count_in").fill_null(0)) / months).alias("trade"),
        _log(pl.col("parties_out")).alias("buyers"),
        pl.col("growth"),
        pl.when(pl.col("sum_out") > 0)
        .then(((pl.col("sum_out") - pl.col("sum_in").fill_null(0)) / pl.col("sum_out")).clip(-1, 1))
        .alias("margin"),
        pl.col("herfindahl_out").alias("buyer_concentration"),
        pl.col("herfindahl_in").alias("seller_concentration"),
        "cancelled_out",
        "cancelled_in",
        "negative_out",
        "negative_in",
        "seasonality",
        "volatility",
        "idle",
    )


def _month(name: str) -> pl.Expr:
    return pl.col(name).dt.year().cast(pl.Int64) * 12 + pl.col(name).dt.month() - 1


def _log(value: pl.Expr) -> pl.Expr:
    return value.clip(lower_bound=0).fill_null(0).log1p()


def _side(frame: pl.DataFrame, side: str) -> pl.DataFrame:
    valid = frame.filter(~pl.col("cancelled"))
    share = valid.group_by("firm", "party").agg(pl.col("amount").sum().clip(lower_bound=0))
    parties = share.group_by("firm").agg(
        (pl.col("amount") / pl.col("amount").sum()).pow(2).sum().alias(f"herfindahl_{side}"),
        pl.len().alias(f"parties_{side}"),
    )
    sums = valid.group_by("firm").agg(
        pl.col("amount").sum().alias(f"sum_{side}"),
        pl.len().alias(f"count_{side}"),
        (-pl.col("amount").clip(upper_bound=0).sum() / pl.col("amount").abs().sum()).alias(
            f"negative_{side}"
        ),
    )
    void = frame.group_by("firm").agg(pl.col("cancelled").mean().alias(f"cancelled_{side}"))
    found = void.join(sums, on="firm", how="left").join(parties, on="firm", how="left")
    return found.with_columns(
        pl.when(pl.col(c).is_nan()).then(None).otherwise(pl.col(c)).alias(c)
        for c in (f"negative_{side}", f"herfindahl_{side}")
    )


def _through_time(sold: pl.DataFrame) -> pl.DataFrame:
    """Growth between the halves of a firm's own period, how sales spread over months, and months without any."""
    valid = sold.filter(~pl.col("cancelled")).with_columns(_month("date").alias("month"))
    monthly = valid.group_by("firm", "month").agg(pl.col("amount").sum())
    ends = monthly.group_by("firm").agg(first=pl.col("month").min(), last=pl.col("month").max())
    grid = ends.select(
        "firm", pl.int_ranges("first", pl.col("last") + 1, dtype=pl.Int64).alias("month"),
        middle=pl.col("first") + pl.col("last")
    ).explode("month")  # fmt: skip
    whole = grid.join(monthly, on=["firm", "month"], how="left").with_columns(pl.col("amount").fill_null(0.0))
    early, late = (pl.col("amount").filter(c).mean() for c in _halves())
    season = (
        whole.group_by("firm", pl.col("month") % 12)
        .agg(pl.col("amount").mean())
        .group_by("firm")
        .agg(_variation().alias("seasonality"))
    )
    return (
        whole.group_by("firm")
        .agg(
            (_log(late) - _log(early)).clip(-3, 3).alias("growth"),
            _variation().alias("volatility"),
            (pl.col("amount") == 0).mean().alias("idle"),
        )
        .join(season, on="firm", how="left")
    )


def _halves() -> tuple[pl.Expr, pl.Expr]:
    return 2 * pl.col("month") < pl.col("middle"), 2 * pl.col("month") > pl.col("middle")


def _variation() -> pl.Expr:
    """Standard deviation over mean, held below ten; null for a single month or a mean that is not positive."""
    mean, spread = pl.col("amount").mean(), pl.col("amount").std()
    return pl.when(mean > 0).then((spread / mean).clip(0, 10))

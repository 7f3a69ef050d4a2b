"""Invoices declared as a study: what a firm's invoices say of it, and how far that told who failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import polars as pl
import polars.selectors as cs

from sanwang.errors import InputError, OptionError
from sanwang.finance.backtest import Backtest, logistic_backtest
from sanwang.finance.invoices import FEATURES, invoice_features, read_invoices, windows
from sanwang.finance.studies.debts import pairs_of
from sanwang.finance.studies.headings import Heading, titled
from sanwang.region import Region
from sanwang.study.declare import study
from sanwang.study.option import FILE, Option, whole
from sanwang.study.shown import Shown
from sanwang.study.table import Column, Table
from sanwang.study.words import say, word

_FAILED = {
    "是": True,
    "1": True,
    "true": True,
    "yes": True,
    "否": False,
    "0": False,
    "false": False,
    "no": False,
}


_FIGURES: tuple[Heading, ...] = (
    ("measure", "text", "指标", "Measure"), ("value", "real", "值", "Value"), ("low", "real", "区间下限", "Low"),
    ("high", "real", "区间上限", "High"),
)  # fmt: skip


@dataclass(frozen=True)
class Invoices:
    """Features by firm, and the back-test against outcomes (None where none were given)."""

    features: pl.DataFrame
    backtest: Backtest | None
    windows: pl.DataFrame | None = None
    """The AUC on invoices of a part of the time: window, firms, failed, value, low, high."""


def shown(found: Invoices, region: Region, lang: str) -> Shown:
    """Features, and with outcomes the figures of the back-test with their intervals."""
    zh = lang == "zh"
    heads = (Column("firm", "企业" if zh else "Firm", "id"),)
    columns = (
        *heads,
        *(Column(k, words if zh else k.replace("_", " "), "real") for k, (words, _) in FEATURES.items()),
    )
    tables = [Table("features", say("invoices_features", lang), found.features, columns)]
    told = [say("invoices_said", lang, firms=found.features.height)]
    if found.backtest is not None:
        figures = found.backtest.figures
        words = {m: word("backtest", m, lang) for m in figures["measure"].to_list()}
        told_ = figures.with_columns(pl.col("measure").replace(words))
        title = say("invoices_backtest", lang)
        tables.insert(0, Table("figures", title, told_, titled(_FIGURES, lang), data=figures))
        if found.windows is not None:
            tables.insert(1, _windows_table(found.windows, lang))
        auc = figures.filter(pl.col("measure") == "auc").to_dicts()[0]
        told.append(
            say(
                "invoices_auc",
                lang,
                value=f"{auc['value']:.2f}",
                low=f"{auc['low']:.2f}",
                high=f"{auc['high']:.2f}",
            )
        )
    return Shown(say("invoices_title", lang), told, tables, notes=[say("invoices_note", lang)])


_WINDOWS: tuple[Heading, ...] = (
    ("window", "text", "所用发票", "Invoices used"), ("firms", "int", "企业数", "Firms"),
    ("failed", "int", "其中违约", "In default"), ("value", "real", "AUC", "AUC"),
    ("low", "real", "区间下限", "Low"), ("high", "real", "区间上限", "High"),
)  # fmt: skip


def _windows_table(found: pl.DataFrame, lang: str) -> Table:
    def said(key: str) -> str:
        kind, _, year = key.partition("_")
        return say(f"invoices_{kind}", lang, year=year)

    frame = found.with_columns(pl.col("window").map_elements(said, pl.String))
    title, note = say("invoices_windows", lang), say("invoices_windows_note", lang)
    return Table("windows", title, frame, titled(_WINDOWS, lang), note, data=found)


def data(found: Invoices, region: Region) -> dict[str, object]:
    """Features, and the back-test's figures, calibration and lift."""
    test = found.backtest
    more = (
        {} if test is None else {"figures": test.figures, "calibration": test.calibration, "lift": test.lift}
    )
    if found.windows is not None:
        more["windows"] = found.windows
    return {"features": found.features, **more}


@study("invoices", show=shown, data=data, source=True)
def invoices(
    region: Region,
    *,
    sold: Annotated[Path, Option("销项发票 csv", "invoices sold, csv", FILE)],
    bought: Annotated[Path, Option("进项发票 csv", "invoices bought, csv", FILE)],
    outcomes: Annotated[
        Path | None, Option("csv：firm,是否违约（是/否）", "a csv firm,default (yes or no)", FILE)
    ] = None,
    repeats: Annotated[
        int, Option("交叉验证重复次数", "repeats of the cross-validation", whole(1, 1000))
    ] = 20,
    seed: Annotated[int, Option("随机种子", "seed", whole(0))] = 1,
) -> Invoices:
    """Scale, growth, margin, concentration, cancelled and negative invoices, seasonality; held against outcomes.

    The back-test is ridge logistic regression judged only on firms it has not seen, with 95 % intervals.
    """
    # Nine digits: sums over groups are added in any order, and the last ones are noise.
    out, into = read_invoices(sold), read_invoices(bought)
    features = invoice_features(out, into).with_columns(cs.float().round_sig_figs(9))
    if outcomes is None:
        return Invoices(features, None)
    known = {firm: _failed(word_, outcomes) for firm, word_ in pairs_of(outcomes)}
    tested = _tested(features, known, repeats, seed)
    parts: list[dict[str, object]] = []
    for window, (sent, got) in windows(out, into).items():
        seen = invoice_features(sent, got).with_columns(cs.float().round_sig_figs(9))
        try:
            held = _tested(seen, known, max(1, repeats // 4), seed)
        except OptionError:
            continue  # too few firms of one kind had invoices then
        row = held.figures.filter(pl.col("measure") == "auc").row(0, named=True)
        firms = [f for f in seen["firm"].to_list() if f in known]
        parts.append({"window": window, "firms": len(firms), "failed": sum(known[f] for f in firms),
                      **{c: row[c] for c in ("value", "low", "high")}})  # fmt: skip
    return Invoices(features, tested, pl.DataFrame(parts) if parts else None)


def _tested(features: pl.DataFrame, known: Mapping[str, bool], repeats: int, seed: int) -> Backtest:
    """The back-test on the firms whose outcome is known."""
    rows = features.filter(pl.col("firm").is_in(list(known)))
    failed = np.array([known[f] for f in rows["firm"]], dtype=np.bool_)
    return logistic_backtest(rows.select(*FEATURES).to_numpy(), failed, repeats=repeats, seed=seed)


def _failed(text: str, path: Path) -> bool:
    if text.lower() not in _FAILED:
        raise InputError(f"{path}: {text!r}: yes or no is wanted", f"{path}：{text!r}：应为 是 或 否")
    return _FAILED[text.lower()]

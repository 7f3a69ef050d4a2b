"""Contagion declared as a study: who cannot pay, who is hit next, and what set-off saves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import polars as pl

from sanwang.engine.port import Engine
from sanwang.errors import OptionError
from sanwang.finance import stress as falls
from sanwang.finance.setoff import Settlement
from sanwang.finance.setoff import settle as set_off
from sanwang.finance.shocks import Shocked, shocked
from sanwang.finance.stress import Stress
from sanwang.finance.studies.debts import (
    Unit,
    cash_of,
    currency_of,
    debts_of,
    finance_table,
    named,
    names_of,
    yuan_only,
)
from sanwang.region import Region
from sanwang.study.declare import Report, study
from sanwang.study.drawing import Drawing
from sanwang.study.option import TEXT, Option, real, whole
from sanwang.study.shown import Shown
from sanwang.study.table import Table
from sanwang.study.words import amount_words, say


@dataclass(frozen=True)
class Contagion:
    """Payments before and after the set-off, the debts, names, how much was cleared (fen), the buffer where cash was
    assumed (None where it was given), and the firms that stop paying."""

    before: Stress
    after: Stress
    debts: pl.DataFrame
    names: Mapping[str, str]
    cleared: int
    buffer: float | None
    fails: tuple[str, ...]
    drawn: Shocked | None = None
    """What happens when cash is drawn around what was given or assumed."""


def shown(found: Contagion, region: Region, lang: str) -> Shown:
    """Who is hit, in which order and by how much, drawn."""
    before, after, names = found.before, found.after, dict(found.names)
    unit = currency_of(found.debts)
    told = [say("stress_lead", lang, before=before.defaults, unpaid=amount_words(round(before.unpaid), unit, lang),
                after=after.defaults, left=amount_words(round(after.unpaid), unit, lang))]  # fmt: skip
    notes: list[str] = []
    if found.buffer is not None:
        notes.append(say("stress_assumed", lang, buffer=f"{found.buffer:.0%}"))
    if found.fails:
        between = "、" if lang == "zh" else ", "
        told.append(say("stress_fails", lang, firms=between.join(names.get(f, f) for f in found.fails)))
    frame = _hit(found)
    table = finance_table("hit", say("stress_hit", lang), frame, lang, currencies=[unit], firm="id",
                          name="text", round="int", owed="money", cash="money", paid="money", shortfall="money",
                          after_set_off="money")  # fmt: skip
    tables = [table]
    if found.drawn is not None:
        told.append(_drawn_words(found.drawn, unit, lang))
        tables.append(_drawn_table(found.drawn, names, unit, lang))
    given = {
        "firms": before.firms,
        "debts": found.debts,
        "names": names,
        "fictional": region.fictional,
        "lang": lang,
    }
    drawn = [Drawing("contagion", say("contagion_title", lang), "sanwang.report.contagion:contagion", given)]
    return Shown(say("stress_title", lang), told, tables, drawn if frame.height else [], notes)


def _drawn_words(drawn: Shocked, unit: str, lang: str) -> str:
    said: dict[str, str] = {}
    for side, values in (("before", drawn.before), ("after", drawn.after)):
        for name, share in (("low", 0.05), ("middle", 0.5), ("high", 0.95)):
            said[f"{side}_{name}"] = amount_words(round(float(np.quantile(values, share))), unit, lang)
    return say("stress_drawn", lang, draws=drawn.before.size, **said)


def _drawn_table(drawn: Shocked, names: Mapping[str, str], unit: str, lang: str) -> Table:
    """Firms that fail in any draw, the oftenest first."""
    frame = named(drawn.firms.filter((pl.col("fails_before") > 0) | (pl.col("fails_after") > 0)), names, "firm",
                  "name").with_columns(pl.col("unpaid_before", "unpaid_after").round().cast(pl.Int64))  # fmt: skip
    frame = frame.sort("fails_before", "unpaid_before", "firm", descending=[True, True, False]).rename(
        {"fails_before": "failing_before", "fails_after": "failing_after"}
    )
    return finance_table("drawn", say("stress_draws", lang), frame, lang, currencies=[unit], firm="id", name="text",
                         failing_before="percent", failing_after="percent", unpaid_before="money",
                         unpaid_after="money")  # fmt: skip


def _hit(found: Contagion) -> pl.DataFrame:
    return (
        found.before.firms.filter(pl.col("round") > 0)
        .join(
            found.after.firms.select("firm", pl.col("shortfall").alias("after_set_off")),
            on="firm",
            how="left",
        )
        .with_columns(
            pl.col("firm").replace(dict(found.names)).alias("name"),
            *(pl.col(c).round().cast(pl.Int64) for c in ("owed", "cash", "paid", "shortfall")),
            pl.col("after_set_off").fill_null(0).round().cast(pl.Int64),
        )
        .sort("round", "shortfall", "firm", descending=[False, True, False])
    )


def data(found: Contagion, region: Region) -> dict[str, object]:
    """Defaults and unpaid amounts (fen) before and after the set-off, and who is hit."""
    both = {
        name: {"defaults": s.defaults, "unpaid": round(s.unpaid), "residual": s.residual}
        for name, s in (("before", found.before), ("after_set_off", found.after))
    }
    more: dict[str, object] = {}
    if found.drawn is not None:
        more["drawn"] = {"before": found.drawn.before.tolist(), "after": found.drawn.after.tolist(),
                         "firms": found.drawn.firms}  # fmt: skip
    return {**both, "cleared": found.cleared, "hit": _hit(found), **more}


@study("stress", show=shown, data=data, source=True)
def stress(
    region: Region,
    *,
    file: Annotated[
        Path | None,
        Option("债务清单文件；缺省用工作区的债务表", "a file of obligations; else the workspace's table"),
    ] = None,
    unit: Annotated[Unit | None, Option("清单的金额单位", "unit of the file's amounts")] = None,
    cash: Annotated[
        Path | None,
        Option(
            "csv：firm,cash，如 20万元；缺省为应付减应收加缓冲",
            "a csv firm,cash such as 20万元; else just enough plus a buffer",
        ),
    ] = None,
    fails: Annotated[
        tuple[str, ...], Option("停止付款的企业编号", "a firm that stops paying", TEXT, many=True)
    ] = (),
    buffer: Annotated[
        float, Option("缺省现金另加应付额的比例", "extra cash, as a share of payables", real(0))
    ] = 0.02,
    draws: Annotated[
        int, Option("现金抽样次数，0 为不抽", "draws of the firms' cash; 0 for none", whole(0, 100_000))
    ] = 0,
    spread: Annotated[
        float,
        Option("抽样时现金对数的标准差", "standard deviation of the logarithm of cash in draws", real(0)),
    ] = 0.3,
    seed: Annotated[int, Option("随机种子", "seed of the draws", whole(0))] = 0,
    progress: Report | None = None,
    engine: Engine | None = None,
) -> Contagion:
    """Clearing payments (Eisenberg and Noe 2001) given each firm's cash, and again after the largest set-off.

    With ``draws`` cash is drawn too: how often each firm does not pay in full, before and after.

    Raises DataError where there are several currencies, OptionError for a firm that is in no obligation.
    """
    found = debts_of(region, file, unit)
    currency_of(found.rows)
    if cash is not None:
        yuan_only(found.rows, ("the firms' cash", "企业现金"))
    settled = set_off(found, engine=engine)
    funds = _assumed_cash(settled, buffer) if cash is None else cash_of(cash)
    if unknown := sorted(set(fails) - set(settled.firms["firm"])):
        raise OptionError(f"{unknown[0]} is in no obligation", f"{unknown[0]} 不在债务清单中")
    left = settled.invoices.select("debtor", "creditor", pl.col("after").alias("amount")).filter(
        pl.col("amount") > 0
    )
    halted = frozenset(fails)
    before, after = falls.stress(found.rows, funds, halted), falls.stress(left, funds, halted)
    drawn = shocked(found.rows, left, funds, draws, spread, seed, halted, engine, progress) if draws else None
    return Contagion(
        before,
        after,
        found.rows,
        names_of(region),
        settled.cleared,
        buffer if cash is None else None,
        fails,
        drawn,
    )


def _assumed_cash(settled: Settlement, buffer: float) -> dict[str, float]:
    """Just what a firm lacks if all its debtors pay, and a share of its payables more."""
    rows = settled.firms.select("firm", "payable", "receivable").iter_rows()
    return {firm: max(0, owed - due) + buffer * owed for firm, owed, due in rows}

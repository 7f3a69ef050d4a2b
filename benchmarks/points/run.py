"""The points method held against defaults of small firms: python benchmarks/points/run.py FOLDER.

FOLDER holds the invoices of 123 firms with a default flag (att1) and of 302 without (att2).
Writes RESULTS.md beside this.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import polars as pl

from sanwang.finance.backtest import Backtest, fit_logistic, logistic_backtest, rank_backtest
from sanwang.finance.invoices import FEATURES, invoice_features, read_invoices

BEFORE = """\
All features come from invoices. When each default happened is not in the data, so this is association over the same
years, not a forecast, which may do worse: a firm in trouble may already invoice less.""".splitlines()
HOW = """\
Repeated stratified cross-validation (20 × 5, the penalty chosen inside each training part), predictions averaged
over repeats; intervals resample firms 2,000 times and do not count the uncertainty of fitting. `auc_one_repeat` is
the mean over single cross-validations, its interval the spread over repeats.""".splitlines()


def features_of(folder: Path, part: str) -> pl.DataFrame:
    return invoice_features(
        read_invoices(folder / f"{part}_output_invoices.csv.gz"),
        read_invoices(folder / f"{part}_input_invoices.csv.gz"),
    )


def labelled(folder: Path) -> tuple[pl.DataFrame, np.ndarray, pl.Series]:
    firms = pl.read_csv(folder / "att1_enterprises_with_rating_default.csv").select(
        pl.col("企业代号").alias("firm"),
        pl.col("信誉评级").alias("grade"),
        pl.col("是否违约").alias("default"),
    )
    table = features_of(folder, "att1").join(firms, on="firm", how="inner", maintain_order="left")
    return table.select("firm", *FEATURES), (table["default"] == "是").to_numpy(), table["grade"]


def lines_of(name: str, found: Backtest) -> list[str]:
    def between(row: dict) -> str:
        return "" if row["low"] is None else f"{row['low']:.3f} – {row['high']:.3f}"

    out = [f"### {name}", "", "| measure | value | 95 % interval |", "|---|---|---|"]
    out += [f"| {r['measure']} | {r['value']:.3f} | {between(r)} |" for r in found.figures.to_dicts()]
    out += ["", "| fifth, safest first | firms | predicted | observed |", "|---|---|---|---|"]
    out += [
        f"| {r['bin']} | {r['count']} | {r['predicted']:.3f} | {r['observed']:.3f} |"
        for r in found.calibration.to_dicts()
    ]
    out += ["", "| riskiest part | lift | 95 % interval | defaults caught |", "|---|---|---|---|"]
    out += [
        f"| {r['part']:.0%} | {r['lift']:.2f} | {r['low']:.2f} – {r['high']:.2f} | {r['caught']:.0%} |"
        for r in found.lift.to_dicts()
    ]
    return [*out, ""]


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data/invoices")
    began = time.perf_counter()
    table, outcome, grade = labelled(folder)
    x = table.select(*FEATURES).to_numpy().astype(float)
    signs = np.array([sign for _, sign in FEATURES.values()], float)
    fitted, plain = logistic_backtest(x, outcome), rank_backtest(x, signs, outcome)
    others = features_of(folder, "att2").select(*FEATURES)
    filled = np.where(np.isnan(x), np.nanmedian(x, axis=0), x)
    beta = fit_logistic((filled - filled.mean(0)) / filled.std(0), outcome, 10.0)[1:]
    d_grade = (grade == "D").to_numpy()
    graded = f"of {int(d_grade.sum())} firms of grade D {int(outcome[d_grade].sum())} are in default"
    lines = [
        "# Points against defaults",
        "",
        f"{outcome.size} small firms with invoices of 2016–2020, {int(outcome.sum())} in default.",
        *BEFORE,
        f"The credit grade is not used: {graded}, so the grade restates the outcome.",
        *HOW,
        "",
        *lines_of("Ridge logistic regression", fitted),
        *lines_of("Points: mean of ranks, equal weights, signs fixed beforehand", plain),
        "## Features",
        "",
        "Coefficient: on one standard deviation, fitted to all labelled firms at penalty 10 (positive: riskier).",
        f"The last columns are medians; the {others.height} firms without outcomes are described, not judged.",
        "",
        "| feature | sign in points | coefficient | labelled | without outcomes |",
        "|---|---|---|---|---|",
        *(
            f"| {name} {zh} | {sign:+d} | {b:+.2f} | {table[name].median():.3f} | {others[name].median():.3f} |"
            for (name, (zh, sign)), b in zip(FEATURES.items(), beta, strict=True)
        ),
        "",
    ]
    Path(__file__).with_name("RESULTS.md").write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines), f"\n{time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()

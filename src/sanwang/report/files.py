"""The report as files: workbook, page, tables of routes, and the summary a verifier reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from sanwang.report.labels import language
from sanwang.report.notes import VERSION
from sanwang.report.page import page
from sanwang.report.workbook import write_workbook
from sanwang.sources.atomic import atomic_path

if TYPE_CHECKING:
    from sanwang.collaboration.matches import Matches
    from sanwang.planning.plan import Plan
    from sanwang.region import Region

NOTICE = "本文件所有机构与数据均为虚构 All organisations and data in this file are fictional"
"""What plan.json and the Parquet file's metadata say of a fictional region."""


def write_report(
    region: Region, matches: Matches, plan: Plan, out: str | Path, lang: str = "zh"
) -> list[Path]:
    """Write ``plan.xlsx``, ``plan.html``, ``routes.csv``, ``routes.parquet``, ``plan.json`` into ``out``; returns them.

    Each file appears whole or not at all. All but ``plan.json``, which holds the seconds taken, are the same
    bytes for the same inputs. Raises OptionError for an unknown language, InputError where nothing can be written.
    """
    language(lang)
    folder = Path(out)
    text = page(region, matches, plan, lang)
    with atomic_path(folder / "plan.xlsx") as path:
        write_workbook(region, matches, plan, path, lang)
    with atomic_path(folder / "plan.html") as path:
        path.write_text(text, encoding="utf-8", newline="\n")
    with atomic_path(folder / "routes.csv") as path:
        path.write_text(routes_csv(plan.routes, region.fictional), encoding="utf-8-sig", newline="")
    with atomic_path(folder / "routes.parquet") as path:
        plan.routes.write_parquet(path, metadata={"notice": NOTICE} if region.fictional else {})
    with atomic_path(folder / "plan.json") as path:
        path.write_text(
            json.dumps(summary(region, plan), ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
        )
    return [folder / name for name in ("plan.xlsx", "plan.html", "routes.csv", "routes.parquet", "plan.json")]


def write_rows(rows: pl.DataFrame, fictional: bool, path: Path) -> None:
    """A figure's data as CSV for Excel, marked and guarded as ``routes_csv`` does."""
    path.write_text(routes_csv(rows, fictional), encoding="utf-8-sig", newline="")


def routes_csv(routes: pl.DataFrame, fictional: bool) -> str:
    """The routes as CSV; of a fictional region each row says so, and text a spreadsheet would run is quoted."""
    text = [c for c, t in routes.schema.items() if t == pl.String]
    # A leading = + - or @ makes a formula of a cell (OWASP, CSV injection).
    safe = routes.with_columns(pl.col(text).str.replace(r"^([=+\-@\t\r])", "'${1}"))
    return (safe.with_columns(pl.lit(NOTICE).alias("notice")) if fictional else safe).write_csv()


def summary(region: Region, plan: Plan) -> dict[str, object]:
    """Worth, bound (fen), gap, status, counts, seconds, options and the data's digest, ready for JSON."""
    notice: dict[str, object] = {"notice": NOTICE} if region.fictional else {}
    return notice | {
        "region": region.name,
        "fictional": region.fictional,
        "digest": region.digest,
        "version": VERSION,
        "worth": plan.worth,
        "bound": plan.bound,
        "gap": plan.gap,
        "status": plan.status,
        "seconds": round(plan.seconds, 3),
        "routes": plan.routes.height,
        "unmet": plan.unmet.height,
        "options": {key: _plain(value) for key, value in plan.options.items()},
    }


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, range | list | tuple):
        return [_plain(v) for v in value]
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)

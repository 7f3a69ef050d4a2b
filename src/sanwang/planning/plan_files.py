"""A written plan read back: its routes, its options, and the needs it left out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from sanwang.errors import InputError
from sanwang.planning.cash import SCHEMA as CASH


def read_routes(folder: Path) -> tuple[pl.DataFrame, dict[str, Any]]:
    """The routes and options of a written plan. Raises InputError where the folder is not one."""
    try:
        options = json.loads(summary(folder).read_text(encoding="utf-8"))["options"]
        routes = pl.read_csv(folder / "routes.csv", infer_schema_length=None, schema_overrides=_TEXTS)
    except (OSError, ValueError, KeyError, pl.exceptions.PolarsError) as error:
        raise InputError(f"{folder}: not a plan's folder ({error}) / 不是方案目录") from error
    return routes, options


def summary(folder: Path) -> Path:
    """What a plan's folder says of itself: a plan made anew, or one made beside an earlier plan."""
    again = folder / "replan.json"
    return again if again.is_file() and not (folder / "plan.json").is_file() else folder / "plan.json"


def read_unmet(folder: Path) -> pl.DataFrame | None:
    """The needs that a written plan left out and why (need, detail_zh, detail_en); None where it does not say."""
    try:
        rows = json.loads(summary(folder).read_text(encoding="utf-8"))["unmet"]
        return pl.DataFrame(rows, schema_overrides={"need": pl.String}, infer_schema_length=None)
    except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
        return None


def read_cash(folder: Path) -> pl.DataFrame | None:
    """The cash by need and month of a written plan; None where it does not say."""
    try:
        rows = json.loads(summary(folder).read_text(encoding="utf-8"))["cash"]
        return pl.DataFrame(rows, schema=CASH, orient="row")
    except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
        return None


_TEXTS = dict.fromkeys(
    [
        "route",
        "need",
        "achievement",
        "base",
        "maker",
        "product",
        "origin_place",
        "base_place",
        "maker_place",
        "need_place",
        "service",
        "guarantee",
        "offers",
        "begins",
        "finished",
    ],
    pl.String,
)

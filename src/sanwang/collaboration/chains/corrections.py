"""Corrections of placements, kept in the workspace's ``placements`` table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from sanwang.errors import InputError, OptionError
from sanwang.region import Region
from sanwang.schema import word_for
from sanwang.sources.atomic import atomic_path
from sanwang.sources.turn import turn
from sanwang.study.cells import guarded, unguarded

Row = Mapping[str, Any]

_HEADINGS = ("link", "item", "by", "verdict", "date", "note")


def correct(folder: Path, item: str, link: str, by: str, verdict: str, when: date, note: str = "") -> Path:
    """Add a row to a folder's ``placements.csv``: ``yes``, ``no``, or ``withdraw`` for the person's own earlier word,
    which stays in the file. Returns the file.

    Raises InputError where the workspace is one workbook or keeps its placements in another format.
    """
    if not by.strip():
        raise OptionError("say who decides: --by / 请写明更正人")
    path = folder / "placements.csv"
    if not folder.is_dir() or any((folder / f"placements.{end}").exists() for end in ("xlsx", "parquet")):
        raise InputError(
            f"{folder}: 更正请写在 placements 表里 / add the row to its placements table by hand"
        )
    said = word_for("placement", verdict)
    word = {"link": link, "item": item, "by": by, "verdict": said, "date": when.isoformat(), "note": note}
    with turn(folder, "placements"):
        rows = [dict.fromkeys(_HEADINGS, "") | r for r in _read(path)]
        if rows[-1:] == [word]:
            return path
        frame = pl.DataFrame([*rows, word], infer_schema_length=None)
        with atomic_path(path) as temporary:
            guarded(frame).write_csv(temporary, include_bom=True)
    return path


def standing(region: Region) -> dict[tuple[str, str], list[Row]]:
    """By link and item each person's last word that was not withdrawn, those of the earliest day first."""
    last: dict[tuple[str, str], dict[str, Row]] = {}
    rows = region["placements"].drop_nulls(["link", "item", "verdict"]).to_dicts()
    for row in sorted(rows, key=lambda r: str(r["date"] or "")):
        said = last.setdefault((row["link"], row["item"]), {})
        said.pop(row["by"] or "", None)
        if row["verdict"] != "withdraw":
            said[row["by"] or ""] = row
    return {key: list(said.values()) for key, said in last.items() if said}


def _read(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    try:
        frame = pl.read_csv(path, infer_schema=False).fill_null("")
        frame = frame.with_columns(pl.all().map_elements(unguarded, pl.String))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(f"{path}: {error}") from error
    if not set(_HEADINGS[:4]) <= set(frame.columns):
        raise InputError(f"{path}: 表头应为 {', '.join(_HEADINGS)} / other headings than these")
    return frame.to_dicts()

"""Corrections of placements, kept in the workspace's ``placements`` table."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from sanwang.errors import InputError, OptionError
from sanwang.sources.atomic import atomic_path
from sanwang.sources.turn import turn
from sanwang.study.cells import guarded, unguarded

_HEADINGS = ("link", "item", "by", "verdict", "date", "note")


def correct(folder: Path, item: str, link: str, by: str, verdict: str, when: date, note: str = "") -> Path:
    """Add a row to a folder's ``placements.csv``, replacing the same person's earlier word; returns the file.

    Raises InputError where the workspace is one workbook or keeps its placements in another format.
    """
    if not by.strip():
        raise OptionError("say who decides: --by / 请写明更正人")
    path = folder / "placements.csv"
    if not folder.is_dir() or any((folder / f"placements.{end}").exists() for end in ("xlsx", "parquet")):
        raise InputError(
            f"{folder}: 更正请写在 placements 表里 / add the row to its placements table by hand"
        )
    said = {"yes": "属于", "no": "不属于"}[verdict]
    word = {"link": link, "item": item, "by": by, "verdict": said, "date": when.isoformat(), "note": note}
    with turn(folder, "placements"):
        rows = [dict.fromkeys(_HEADINGS, "") | r for r in _read(path)]
        rows = [r for r in rows if (r["link"], r["item"], r["by"]) != (link, item, by)]
        frame = pl.DataFrame([*rows, word], infer_schema_length=None)
        with atomic_path(path) as temporary:
            guarded(frame).write_csv(temporary, include_bom=True)
    return path


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

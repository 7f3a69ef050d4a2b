"""Saving a result: one page, one workbook, a csv a table, and a summary that says what everything was made from."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from sanwang.errors import InputError, OptionError
from sanwang.region.scenario import Scenario
from sanwang.sources.atomic import atomic_path
from sanwang.study.cells import guarded
from sanwang.study.loading import load
from sanwang.study.result import Result
from sanwang.study.table import Table

VERSION = version("sanwang")
"""The version of the software that writes."""

FORMATS = ("html", "xlsx", "csv", "json", "parquet")
USUAL = ("html", "xlsx", "csv", "json")
_OTHER = (".doc", ".docx", ".xls", ".xlsm", ".pdf", ".txt", ".svg", ".png", ".xml", ".htm")
"""Endings of files that are not written: such a name is a slip, not a folder."""

NOTICE = "本文件所有机构与数据均为虚构 All organisations and data in this file are fictional"
"""What a file's data says of a fictional region."""

Saved = Result[Any]


def save(result: Saved, folder: Path, formats: Sequence[str] | None = None) -> list[Path]:
    """Write the result into a folder; ``folder`` may also be one file, whose ending says the format.

    Raises OptionError for an unknown format, InputError where nothing can be written or a workspace would be hit.
    """
    if folder.suffix.lower().lstrip(".") in FORMATS and not folder.is_dir():
        return [save_file(result, folder, folder.suffix.lower().lstrip("."))]
    if folder.suffix.lower() in _OTHER and not folder.is_dir():
        raise OptionError(
            f"{folder}: a folder, or a name that ends in {', '.join('.' + f for f in FORMATS)}, is wanted",
            f"{folder}：应为目录，或以 {'、'.join('.' + f for f in FORMATS)} 结尾的文件名",
        )
    chosen = tuple(USUAL if formats is None else formats)
    if bad := [f for f in chosen if f not in FORMATS]:
        raise OptionError(
            f"format {bad[0]!r}: one of {', '.join(FORMATS)} is wanted",
            f"格式 {bad[0]!r}：应为 {'、'.join(FORMATS)} 之一",
        )
    _no_workspace(folder)
    result = replace(result, formats=chosen)
    files = [folder / f"{stem}.{kind}" for kind in chosen for stem in _stems(result, kind)]
    for file in files:
        save_file(result, file, file.suffix[1:])
    if result.study.files is not None:
        files += result.study.files(result.answer, result.region, folder, result.options, result.lang)
    return list(dict.fromkeys(files))


def _stems(result: Saved, kind: str) -> list[str]:
    """Names of the files of one format: the study's own, or one a table."""
    if kind not in ("csv", "parquet"):
        return [result.study.name]
    return [t.name for t in result.shown.tables if t.frame.width]


def _no_workspace(folder: Path) -> None:
    if (folder / "sanwang.toml").is_file() and not _is_result(folder):
        raise InputError(
            f"{folder} is a workspace; write results to another folder, or they would be read as tables",
            f"{folder} 是工作区；请把结果写到另一目录，否则会被当作数据表读入",
        )


def _is_result(folder: Path) -> bool:
    return any(_claims(path) for path in folder.glob("*.json"))


def _claims(path: Path) -> bool:
    try:
        return "study" in json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError):
        return False


def save_file(result: Saved, path: Path, kind: str) -> Path:
    """Write one file of one format; for csv and Parquet the table that the file is named for, else the first."""
    if path.is_dir():
        raise InputError(f"{path} is a folder, a file is wanted", f"{path} 是目录，应为文件")
    table = _table(result, path.stem) if kind in ("csv", "parquet") else None
    if table is not None and table.writer and kind == "csv":
        load(table.writer)(table.machine, path)
        return path
    with atomic_path(path) as temporary:
        if kind in ("csv", "parquet"):
            _TABLES[kind](_rows(result, path.stem), temporary)
        else:
            _WHOLE[kind](result, temporary)
    return path


def _table(result: Saved, stem: str) -> Table:
    """The table that a file is named for, else the first."""
    table = result.shown.table(stem) or next((t for t in result.shown.tables if t.frame.width), None)
    if table is None:
        raise InputError(f"{result.study.name} has no table to write", f"{result.study.entry.zh}没有可写的表")
    return table


def _rows(result: Saved, stem: str) -> pl.DataFrame:
    """A table for programs; of a fictional region each row says so."""
    table = _table(result, stem)
    marked = result.region.fictional and not table.real
    frame = table.machine
    return frame.with_columns(pl.lit(NOTICE).alias("notice")) if marked else frame


def _html(result: Saved, path: Path) -> None:
    path.write_text(load("sanwang.report.page:page")(result), encoding="utf-8", newline="\n")


def _xlsx(result: Saved, path: Path) -> None:
    load("sanwang.report.workbook:write")(result, path)


def _csv(rows: pl.DataFrame, path: Path) -> None:
    path.write_text(guarded(rows).write_csv(), encoding="utf-8-sig", newline="")


def _parquet(rows: pl.DataFrame, path: Path) -> None:
    rows.write_parquet(path)


def _json(result: Saved, path: Path) -> None:
    path.write_text(json_text(result, indent=1) + "\n", encoding="utf-8", newline="\n")


_WHOLE: Mapping[str, Callable[[Saved, Path], None]] = {"html": _html, "xlsx": _xlsx, "json": _json}
_TABLES: Mapping[str, Callable[[pl.DataFrame, Path], None]] = {"csv": _csv, "parquet": _parquet}


def json_text(result: Saved, indent: int | None = None, **more: object) -> str:
    """The result for programs: where it comes from, what it says, the answer's own keys, columns with their units."""
    whole = {**summary(result), **more}
    return json.dumps(whole, ensure_ascii=False, indent=indent, default=plain, allow_nan=False)


def summary(result: Saved) -> dict[str, object]:
    """What ``json_text`` writes, as a dict; not-a-number becomes null."""
    columns = {
        t.name: {c.key: {"label": c.label, "unit": c.unit, "meaning": c.meaning} for c in t.columns}
        for t in result.shown.tables
    }
    notice = {"notice": NOTICE} if result.region.fictional and not result.shown.real else {}
    return {
        **made_from(result),
        **notice,
        "headline": result.headline,
        "notes": result.notes,
        **{k: _finite(v) for k, v in result.data.items()},
        "columns": columns,
    }


def made_from(result: Saved) -> dict[str, object]:
    """The study, region, digest, version, language and options of a result."""
    return {
        "study": result.study.name,
        "region": result.region.name,
        "fictional": result.region.fictional,
        "digest": result.given.digest,
        "version": VERSION,
        "lang": result.lang,
        "asked": {k: plain(v) for k, v in result.options.items()},
        "formats": list(result.formats),
    }


def _finite(value: Any) -> object:  # noqa: ANN401 - whatever the answer holds
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, pl.DataFrame):
        return [_finite(r) for r in value.to_dicts()]
    if isinstance(value, Mapping):
        return {str(k): _finite(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(v) for v in value]
    return value


def plain(value: Any) -> object:  # noqa: ANN401 - whatever an option holds
    """A value as JSON has it, in the form that reads back as the same option."""
    if isinstance(value, range):
        return f"{value.start}-{value.stop - 1}"
    if isinstance(value, Scenario):
        return {k: plain(v) for k, v in vars(value).items()}
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(v) for v in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)

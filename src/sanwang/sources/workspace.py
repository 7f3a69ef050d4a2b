"""A workspace on disk: a folder with one file a table, or one workbook with a sheet a table."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import tomli_w

from sanwang.errors import InputError, OptionError
from sanwang.schema import KINDS, Kind, Problem
from sanwang.sources.atomic import atomic_path
from sanwang.sources.csv_text import read_csv
from sanwang.sources.excel import read_workbook
from sanwang.sources.headers import fold
from sanwang.sources.parquet import read_parquet
from sanwang.sources.places import place_parser
from sanwang.sources.raw import RawTable
from sanwang.sources.sheets import write_csv, write_parquet, write_xlsx
from sanwang.sources.typed import Typed, read_table

CONFIG = "sanwang.toml"
_SUFFIXES = (".xlsx", ".xlsm", ".csv", ".tsv", ".txt", ".parquet")
_BY_NAME = {fold(word): k for k in KINDS.values() for word in (k.name, k.zh, k.en)}
_WRITERS = {"xlsx": write_xlsx, "csv": write_csv, "parquet": write_parquet}


@dataclass(frozen=True)
class Workspace:
    """What was read: frames by kind, the workspace's name, whether it is fictional, and the problems."""

    name: str
    fictional: bool
    frames: Mapping[str, pl.DataFrame]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class _Config:
    name: str = ""
    fictional: bool = False
    headers: Mapping[str, Mapping[str, str]] | None = None
    problems: tuple[Problem, ...] = ()

    def own(self, kind: str) -> Mapping[str, str]:
        return (self.headers or {}).get(kind, {})


def read_workspace(path: Path) -> Workspace:
    """Read every table of a folder or workbook. Raises InputError where there is no such path."""
    if not path.exists():
        raise InputError(f"{path}: no such file or folder; a workspace is a folder of tables or one workbook")
    config = _config(path / CONFIG) if path.is_dir() else _Config()
    sources, problems = _sources(path)
    tables = sorted(sources.items(), key=lambda item: item[0] != "places")
    frames: dict[str, pl.DataFrame] = {}
    for name, source in tables:
        read = _typed(KINDS[name], source, config, frames.get("places"))
        frames[name] = read.frame
        problems += read.problems
    if not frames and not any(p.severity == "error" for p in problems):
        problems.append(Problem("error", "no_tables", file=path.name))
    name = config.name or path.stem
    return Workspace(name, config.fictional, frames, (*config.problems, *problems))


def _typed(kind: Kind, source: RawTable | Path, config: _Config, places: pl.DataFrame | None) -> Typed:
    if isinstance(source, Path):
        return read_parquet(kind, source, config.own(kind.name))
    return read_table(kind, source, config.own(kind.name), place_parser(places, kind.name == "places"))


def _sources(path: Path) -> tuple[dict[str, RawTable | Path], list[Problem]]:
    """Where each table stands; tables that appear twice or under no known name are told."""
    found: dict[str, RawTable | Path] = {}
    problems: list[Problem] = []
    files = sorted(_files(path)) if path.is_dir() else [path]
    for file in files:
        for kind, source in _tables_of(file, problems):
            if kind in found:
                first = found[kind]
                other = first.name if isinstance(first, Path) else first.file
                problems.append(Problem("error", "twice", kind, file.name, terms=(("other", other),)))
            else:
                found[kind] = source
    return found, problems


def _files(folder: Path) -> Iterator[Path]:
    for file in folder.iterdir():
        if file.is_file() and file.suffix.lower() in _SUFFIXES and not file.name.startswith((".", "~$")):
            yield file


def _tables_of(file: Path, problems: list[Problem]) -> Iterator[tuple[str, RawTable | Path]]:
    kind = _BY_NAME.get(fold(file.stem))
    match file.suffix.lower():
        case ".xlsx" | ".xlsm":
            yield from _of_workbook(file, kind, problems)
        case _ if kind is None:
            problems.append(Problem("warning", "unknown_file", file=file.name, terms=_names()))
        case ".parquet":
            yield kind.name, file
        case _:
            yield kind.name, read_csv(file)


def _of_workbook(
    file: Path, kind: Kind | None, problems: list[Problem]
) -> Iterator[tuple[str, RawTable | Path]]:
    sheets = read_workbook(file)
    if len(sheets) == 1 and not sheets[0].sheet:
        problems += sheets[0].problems
        return
    named = [(k.name, s) for s in sheets if (k := _BY_NAME.get(fold(s.sheet)))]
    filled = [s for s in sheets if s.rows]
    if kind is None:
        yield from named
        for sheet in filled:
            if fold(sheet.sheet) not in _BY_NAME:
                severity = "warning" if named else "error"
                problems.append(
                    Problem(severity, "unknown_sheet", "", file.name, sheet.sheet, terms=_names())
                )
    elif own := [s for name, s in named if name == kind.name] or (filled if len(filled) == 1 else []):
        yield kind.name, own[0]
    elif not filled:
        yield kind.name, sheets[0]
    else:
        terms = (("sheets", "、".join(s.sheet for s in sheets)), ("wanted", kind.zh))
        problems.append(Problem("error", "which_sheet", kind.name, file.name, terms=terms))


def _names() -> tuple[tuple[str, str], ...]:
    return (("names", "、".join(f"{k.zh}({k.name})" for k in KINDS.values())),)


def _config(path: Path) -> _Config:
    if not path.exists():
        return _Config()
    try:
        data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        headers = {k: {str(h): str(f) for h, f in m.items()} for k, m in data.get("headers", {}).items()}
        _check_headers(headers)
        return _Config(str(data.get("name", "")), bool(data.get("fictional", False)), headers)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, AttributeError, KeyError) as error:
        problem = Problem("error", "config", file=CONFIG, terms=(("reason", str(error)),))
        return _Config(problems=(problem,))


def _check_headers(headers: Mapping[str, Mapping[str, str]]) -> None:
    for kind, mapping in headers.items():
        if kind not in KINDS:
            raise KeyError(f"[headers.{kind}]: no such table; tables: {', '.join(KINDS)}")
        for field in mapping.values():
            if field not in KINDS[kind].fields:
                raise KeyError(f"[headers.{kind}]: no field {field}; fields: {', '.join(KINDS[kind].fields)}")


def write_workspace(
    folder: Path,
    frames: Mapping[str, pl.DataFrame],
    *,
    name: str,
    fictional: bool,
    format: str = "xlsx",
    lang: str = "zh",
) -> list[Path]:
    """Write every non-empty table and ``sanwang.toml``; returns the files. Each file appears whole or not at all."""
    if format not in _WRITERS:
        raise OptionError(f"format {format!r}: expected one of {', '.join(_WRITERS)}")
    written: list[Path] = []
    for kind in KINDS.values():
        frame = frames.get(kind.name)
        if frame is not None and frame.height:
            target = folder / f"{kind.name}.{format}"
            with atomic_path(target) as temporary:
                _WRITERS[format](kind, frame, temporary, lang, fictional)
            written.append(target)
    with atomic_path(folder / CONFIG) as temporary:
        temporary.write_text(tomli_w.dumps({"name": name, "fictional": fictional}), encoding="utf-8")
    return [*written, folder / CONFIG]

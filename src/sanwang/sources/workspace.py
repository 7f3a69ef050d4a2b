"""A workspace on disk: a folder of tables, or one file of any name; every sheet is recognised and read the same way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from sanwang.errors import InputError, OptionError
from sanwang.schema import KINDS, Kind, Problem
from sanwang.sources import readings
from sanwang.sources.cells import PlaceParser
from sanwang.sources.config import CONFIG, Config, read_config, remember
from sanwang.sources.csv_text import read_csv
from sanwang.sources.excel import read_workbook
from sanwang.sources.linking import linked, unique_ids
from sanwang.sources.parquet import parquet_table, read_parquet
from sanwang.sources.places import place_parser
from sanwang.sources.raw import SPREADSHEETS, TEXTS, RawTable
from sanwang.sources.recognise.guess import TableGuess
from sanwang.sources.recognise.names import fold
from sanwang.sources.recognise.sheet import Known, recognise
from sanwang.sources.sheets import write_csv, write_parquet, write_xlsx
from sanwang.sources.typed import Typed, read_guess

_SUFFIXES = (*SPREADSHEETS, *TEXTS, ".parquet")
BY_NAME = {fold(word): k for k in KINDS.values() for word in (k.name, k.zh, k.en)}
"""Folded name of a sheet or file → the kind it says."""
_WRITERS = {"xlsx": write_xlsx, "csv": write_csv, "parquet": write_parquet}


@dataclass(frozen=True)
class Found:
    """One sheet or file as it stands, the kind its name says, and the guesses for its tables (none for typed
    Parquet)."""

    raw: RawTable
    named: str | None
    guesses: tuple[TableGuess, ...]
    parquet: Path | None = None


@dataclass(frozen=True)
class Workspace:
    """What was read: frames by kind, the workspace's name, whether it is fictional, the problems, the
    readings, the guesses."""

    name: str
    fictional: bool
    frames: Mapping[str, pl.DataFrame]
    problems: tuple[Problem, ...]
    readings: pl.DataFrame = field(default_factory=readings.empty)
    guesses: tuple[TableGuess, ...] = ()


def read_workspace(path: Path) -> Workspace:
    """Read every table of a folder or of one file. Raises InputError where there is no such path."""
    if not path.exists():
        raise InputError(
            f"{path}: no such file or folder; a workspace is a folder of tables or one workbook",
            f"{path}：没有这个文件或目录；工作区是放表格的目录或一个工作簿",
        )
    config = read_config(path / CONFIG) if path.is_dir() else Config()
    problems = list(config.problems)
    files = sorted(_files(path, problems)) if path.is_dir() else [path]
    found = [f for file in files for f in look(file, config)]
    read = read_found(found)
    if not read.frames and not any(p.severity == "error" for p in (*problems, *read.problems)):
        problems.append(Problem("error", "no_tables", file=path.name))
    name = config.name or path.stem
    return replace(read, name=name, fictional=config.fictional, problems=(*problems, *read.problems))


def _files(folder: Path, problems: list[Problem]) -> Iterator[Path]:
    for file in folder.iterdir():
        if file.name.startswith((".", "~$")):
            continue
        if file.is_file() and file.suffix.lower() in _SUFFIXES:
            yield file
        elif file.is_dir():
            inside = sum(f.suffix.lower() in _SUFFIXES for f in file.iterdir() if f.is_file())
            if inside:
                terms = (("count", str(inside)),)
                problems.append(Problem("warning", "folder_not_read", file=file.name, terms=terms))


def look(file: Path, config: Config | None = None) -> list[Found]:
    """The sheets of a file, each with the guesses for its tables."""
    config = config or Config()
    kind = BY_NAME.get(fold(file.stem))
    if file.suffix.lower() == ".parquet":
        return [_parquet(file, kind, config)]
    raws = read_workbook(file) if file.suffix.lower() in SPREADSHEETS else [read_csv(file)]
    filled = [r for r in raws if r.rows]
    return [_looked(raw, _named(raw, kind, len(filled) == 1), config) for raw in raws]


def _named(raw: RawTable, kind: Kind | None, alone: bool) -> str | None:
    """The kind that the sheet's name says, else the file's where it holds one table."""
    by_sheet = BY_NAME.get(fold(raw.sheet)) if raw.sheet else None
    if by_sheet is not None:
        return by_sheet.name
    return kind.name if kind is not None and (alone or not raw.sheet) else None


def _looked(raw: RawTable, named: str | None, config: Config) -> Found:
    guesses = recognise(raw, config.known(named))
    if named and all(not any(c.field for c in g.columns) for g in guesses) and not config.headers:
        named_only = recognise(raw, config.known(None))
        guesses = named_only if any(g.kind for g in named_only) else [replace(g, kind=None) for g in guesses]
    return Found(raw, named, tuple(guesses))


def _parquet(file: Path, kind: Kind | None, config: Config) -> Found:
    raw = parquet_table(file)
    return Found(
        raw,
        kind.name if kind else None,
        tuple(recognise(raw, config.known(kind.name if kind else None))),
        file,
    )


def read_found(found: Sequence[Found]) -> Workspace:
    """The frames of everything that was looked at: places first, so that other tables may use them; kinds that stand in
    several sheets are joined."""
    problems: list[Problem] = []
    typed: dict[str, list[Typed]] = {}
    guesses: list[tuple[int, int, TableGuess]] = []
    own_places: pl.DataFrame | None = None
    order = [(f, i, g, n) for n, f in enumerate(found) for i, g in enumerate(f.guesses)]
    for source, place, guess, number in sorted(order, key=lambda item: item[2].kind != "places"):
        if guess.kind is None:
            problems += _unread(source, guess)
            if source.named and guess.reason == "empty":
                typed.setdefault(source.named, []).append(Typed(KINDS[source.named].empty(), ()))
            guesses.append((number, place, guess))
            continue
        read = _typed(source, guess, place_parser(own_places, guess.kind == "places"))
        typed.setdefault(guess.kind, []).append(read)
        problems += read.problems
        guesses.append((number, place, replace(guess, asked=read.asked)))
        own_places = _joined(typed["places"]) if guess.kind == "places" else own_places
    frames, told, texts = _together(typed)
    ordered = tuple(g for _, _, g in sorted(guesses, key=lambda item: item[:2]))
    return Workspace("", False, frames, (*problems, *told), texts, ordered)


def _typed(source: Found, guess: TableGuess, place: PlaceParser) -> Typed:
    if source.parquet is not None:
        return read_parquet(source.parquet, source.raw, guess, place)
    return read_guess(source.raw, guess, place)


def read_table(kind: Kind, raw: RawTable, own: Mapping[str, str], place: PlaceParser) -> Typed:
    """The frame of a given kind from raw cells; where no heading is found the frame is empty and this is told."""
    guesses = recognise(raw, Known(kind.name, {kind.name: own}))
    if guesses[0].kind is None:
        return Typed(kind.empty(), tuple(_unread(Found(raw, kind.name, (guesses[0],)), guesses[0])))
    return read_guess(raw, guesses[0], place)


def _unread(source: Found, guess: TableGuess) -> list[Problem]:
    """Why a sheet gave no table: empty, hidden, unreadable, or like none of ours."""
    raw, kind = source.raw, source.named or ""
    at = ("", raw.file, raw.sheet)
    errors = [p for p in raw.problems if p.severity == "error"]
    if errors:
        return list(raw.problems)
    if guess.reason == "empty":
        return [Problem("warning", "empty_table", kind, raw.file, raw.sheet)] if kind else []
    if guess.reason == "hidden":
        return [Problem("warning", "hidden_sheet", *at)]
    if kind and not raw.hidden:
        examples = "、".join(f.zh for f in list(KINDS[kind].fields.values())[:3])
        return [
            Problem(
                "error",
                "no_header",
                kind,
                raw.file,
                raw.sheet,
                raw.rows[0][0],
                terms=(("examples", examples),),
            )
        ]
    return [Problem("warning", "not_a_table", *at)]


def _joined(tables: Iterable[Typed]) -> pl.DataFrame:
    frames = [t.frame for t in tables]
    return frames[0] if len(frames) == 1 else pl.concat(frames, how="diagonal_relaxed")


def _together(
    typed: Mapping[str, list[Typed]],
) -> tuple[dict[str, pl.DataFrame], list[Problem], pl.DataFrame]:
    frames: dict[str, pl.DataFrame] = {}
    problems: list[Problem] = []
    texts: list[pl.DataFrame] = []
    for name, tables in typed.items():
        frames[name], told = unique_ids(KINDS[name], _joined(tables))
        problems += told
        texts += [t.readings for t in tables if t.readings.height]
    frames, told = linked(frames)
    whole = pl.concat(texts) if texts else readings.empty()
    return frames, [*problems, *told], _under_final_keys(whole, frames)


def _under_final_keys(texts: pl.DataFrame, frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Readings under the keys that their records have in the end, when ids are made unique and names are linked."""
    parts: list[pl.DataFrame] = []
    for name, frame in frames.items():
        mine = texts.filter(pl.col("kind") == name)
        if mine.is_empty():
            continue
        key = pl.concat_str([pl.col(k).cast(pl.String).fill_null("") for k in KINDS[name].key], separator="|")
        now = frame.select(
            key.alias("now"),
            pl.col("_file").alias("file"),
            pl.col("_sheet").fill_null("").alias("sheet"),
            pl.col("_row").alias("row"),
        ).unique(["file", "sheet", "row"], keep="first")
        joined = mine.join(now, on=["file", "sheet", "row"], how="left", maintain_order="left")
        parts.append(joined.with_columns(pl.coalesce("now", "key").alias("key")).drop("now"))
    return pl.concat(parts) if parts else readings.empty()


def write_workspace(
    folder: Path,
    frames: Mapping[str, pl.DataFrame],
    *,
    name: str,
    fictional: bool,
    format: str = "xlsx",
    lang: str = "zh",
    texts: pl.DataFrame | None = None,
    sources: bool = False,
) -> list[Path]:
    """Write every non-empty table and ``sanwang.toml``; returns the files. Each file appears whole or not at
    all.

    ``texts`` (readings) gives the original text of interpreted cells a column of its own; ``sources`` where
    each row came from.
    """
    if format not in _WRITERS:
        raise OptionError(
            f"format {format!r}: expected one of {', '.join(_WRITERS)}",
            f"格式 {format!r}：应为 {'、'.join(_WRITERS)} 之一",
        )
    from sanwang.sources.atomic import atomic_path
    from sanwang.sources.originals import with_originals

    written: list[Path] = []
    for kind in KINDS.values():
        frame = frames.get(kind.name)
        if frame is not None and frame.height:
            target = folder / f"{kind.name}.{format}"
            shown = with_originals(kind, frame, texts, sources)
            with atomic_path(target) as temporary:
                _WRITERS[format](kind, shown, temporary, lang, fictional)
            written.append(target)
    return [*written, remember(folder, (), name=name, fictional=fictional)]

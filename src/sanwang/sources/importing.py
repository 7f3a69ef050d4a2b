"""Files of any kind into a workspace: look, show the guess, take corrections, read, write, remember. No
screen, no questions: the command and the web page call these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import polars as pl

from sanwang.errors import InputError, OptionError
from sanwang.schema import KINDS, PERSONAL, Problem
from sanwang.sources.cells.figures import DAYS
from sanwang.sources.cells.people import masked
from sanwang.sources.config import CONFIG, WORDS, Config, read_config, remember, shape_of
from sanwang.sources.mending import Mend, mended, merged
from sanwang.sources.raw import SPREADSHEETS, TEXTS, Cell
from sanwang.sources.readings import original
from sanwang.sources.recognise.guess import ColumnGuess, TableGuess
from sanwang.sources.recognise.names import fold
from sanwang.sources.recognise.sheet import Shape, recognise
from sanwang.sources.records import OTHERS, read_other
from sanwang.sources.typed import at
from sanwang.sources.workspace import Found, Workspace, look, read_found, write_workspace

UNITS = ("元", "千元", "万元", "百万元", "亿元")
"""Units of money that may be given for a column."""


@dataclass(frozen=True)
class Import:
    """Files that were looked at, the decisions so far, and what reading them gives."""

    found: tuple[Found, ...]
    shapes: tuple[Shape, ...]
    read: Workspace
    mends: tuple[Mend, ...] = ()

    @property
    def tables(self) -> tuple[TableGuess, ...]:
        """The guesses in reading order, those without a table too."""
        return self.read.guesses


def begin(files: Sequence[Path], shapes: Sequence[Shape] = (), mends: Sequence[Mend] = ()) -> Import:
    """Look at files and guess. ``shapes`` are decisions remembered or given, ``mends`` cells a person mended. Raises
    InputError for a missing file."""
    found: list[Found] = []
    for file in files:
        if not file.is_file():
            raise InputError(f"{file}: no such file / 没有这个文件")
        suffix = file.suffix.lower()
        if suffix not in (*SPREADSHEETS, *TEXTS, ".parquet", *OTHERS):
            raise InputError(
                f"{file}: no spreadsheet, csv, Parquet, RIS, BibTeX or OpenAlex file / 不认识的文件类型"
            )
        found += read_other(file) if suffix in OTHERS else look(file, Config(shapes=tuple(shapes)))
    if mends:
        found = [_with_mends(f, mends, Config(shapes=tuple(shapes))) for f in found]
    return Import(tuple(found), tuple(shapes), read_found(found), tuple(mends))


def _with_mends(one: Found, mends: Sequence[Mend], config: Config) -> Found:
    raw = mended(one.raw, mends)
    if raw is one.raw or one.parquet is not None:
        return one
    return replace(one, raw=raw, guesses=tuple(recognise(raw, config.known(one.named))))


@dataclass(frozen=True)
class Spot:
    """A cell that can be mended: the number of its table, its place, the field, and what it says now."""

    table: int
    row: int
    column: int
    field: str
    text: str


def spots(current: Import, problems: Sequence[Problem]) -> list[Spot | None]:
    """The cell that each problem is about; None where it is about none, or one whose column the table does not have."""
    cells = [_Cells(t) for t in current.tables]

    def of(p: Problem) -> Spot | None:
        for number, table in enumerate(current.tables):
            if (table.file, table.sheet, table.kind) == (p.file, p.sheet, p.kind):
                found = cells[number].at(number, p.row, p.column)
                if found is not None:
                    return found
        return None

    return [of(p) for p in problems]


class _Cells:
    """The cells of a table's records by row; the rows are laid out when the first is asked for."""

    def __init__(self, table: TableGuess) -> None:
        self.table = table

    @cached_property
    def rows(self) -> dict[int, Sequence[Cell]]:
        return dict(self.table.records.rows) if self.table.records else {}

    def at(self, number: int, row: int | None, column: str | int) -> Spot | None:
        """A cell by its row and its column's field, heading or place."""
        one = next((c for c in self.table.columns if column in (c.field, c.heading, c.index)), None)
        held = self.rows.get(row) if row is not None else None
        if one is None or held is None or row is None or self.table.file.lower().endswith(".parquet"):
            return None
        return Spot(number, row, one.index, one.field or one.heading, original(at(held, one.index)))


def mend(current: Import, texts: Mapping[tuple[int, int, str | int], str]) -> tuple[Mend, ...]:
    """The import's mends with more of them: (table, row, column's field, heading or place) → what the cell is to say;
    empty for "as the file has it". A text that the cell says already is no mend. Raises OptionError where there is no
    such cell.
    """
    fresh: list[Mend] = []
    cells = [_Cells(t) for t in current.tables]
    for (number, row, column), text in texts.items():
        found = cells[number].at(number, row, column) if 0 <= number < len(cells) else None
        if found is None:
            raise OptionError(
                f"there is no cell {column!r} in row {row}", f"第 {row} 行没有“{column}”这个单元格"
            )
        if text.strip() != found.text.strip():
            table = current.tables[number]
            fresh.append(Mend(table.file, table.sheet, row, found.column, text))
    return merged(current.mends, fresh)


def decided(current: Import, shape: Shape) -> Import:
    """The import with a decision on the sheets of its headings: they are recognised again under it."""
    kept = [s for s in current.shapes if {fold(h) for h in s.headings} != {fold(h) for h in shape.headings}]
    shapes = (shape, *kept)
    config = Config(shapes=shapes)
    found = tuple(
        f
        if f.parquet is not None or not f.raw.rows
        else replace(f, guesses=tuple(recognise(f.raw, config.known(f.named))))
        for f in current.found
    )
    return Import(found, shapes, read_found(found), current.mends)


def corrected(
    current: Import, table: TableGuess, heading: str, field: str | None, unit: str | None = None
) -> Import:
    """The import with one column of a table given to a field (None: kept as it is), and a unit of money for it.

    Raises OptionError for a field that the table does not have, or a unit that is none.
    """
    if table.kind is None or (field is not None and field not in KINDS[table.kind].fields):
        raise OptionError(f"{table.kind}: no field {field} / 没有这个字段")
    if unit is not None and unit not in UNITS:
        raise OptionError(f"unit {unit!r}: one of {'、'.join(UNITS)} / 单位应为其中之一")
    before = shape_of(table)
    columns = {h: None if field is not None and f == field else f for h, f in before.columns.items()} | {
        heading: field
    }
    units = dict(before.units) | ({heading: unit} if unit else {})
    return decided(current, Shape(before.headings, table.kind, columns, units))


def remembered(folder: Path | None) -> tuple[Shape, ...]:
    """What a workspace's ``sanwang.toml`` has decided before. Raises InputError where it cannot be read."""
    if folder is None or not (folder / CONFIG).is_file():
        return ()
    config = read_config(folder / CONFIG)
    if config.problems:
        raise InputError(
            f"{folder / CONFIG}: {config.problems[0].message('zh')} / {config.problems[0].message('en')}"
        )
    return config.shapes


def as_json(current: Import) -> dict[str, object]:
    """The guess for programs: one entry a sheet (a table, where a sheet holds several)."""
    return {"sheets": [t.as_dict() for t in current.tables]}


def write(
    current: Import,
    folder: Path,
    *,
    format: str = "xlsx",
    lang: str = "zh",
    add: bool = False,
    personal: bool = False,
) -> list[Path]:
    """Write the workspace: every table with the original text of interpreted cells and where each row came
    from, and the decisions in ``sanwang.toml``. With ``add`` the rows join those of a workspace that is
    there.

    csv leaves personal data out unless ``personal``. Raises InputError where the folder holds tables and
    ``add`` is not given.
    """
    frames, texts = dict(current.read.frames), current.read.readings
    if folder.exists() and (
        not folder.is_dir() or any(f.name != CONFIG for f in folder.iterdir() if not f.name.startswith("."))
    ):
        if not add:
            raise InputError(
                f"{folder} is not empty; choose a new folder, or --add / 目录非空：请另选，或用 --add 并入"
            )
        frames, texts = _joined(folder, frames, texts)
    if format == "csv" and not personal:
        frames = {k: f.drop(PERSONAL, strict=False) for k, f in frames.items()}
        texts = texts.filter(~pl.col("field").is_in(PERSONAL))
    name = current.found[0].raw.file.rpartition(".")[0] if current.found else folder.name
    written = write_workspace(
        folder, frames, name=name, fictional=False, format=format, lang=lang, texts=texts, sources=True
    )
    shapes = [shape_of(t) for t in current.tables if t.kind is not None]
    remember(folder, shapes, name=name)
    return written


def _joined(
    folder: Path, frames: dict[str, pl.DataFrame], texts: pl.DataFrame
) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """New rows after the old; a row that is there already with the same id and content is not taken twice."""
    from sanwang.sources.linking import unique_ids
    from sanwang.sources.workspace import read_workspace

    old = read_workspace(folder)
    done = dict(old.frames)
    for name, frame in frames.items():
        before = old.frames.get(name)
        if before is None:
            done[name] = frame
            continue
        common = [c for c in frame.columns if c in before.columns and c in KINDS[name].fields]
        fresh = frame.join(
            before.select(common), on=common, how="anti", nulls_equal=True, maintain_order="left"
        )
        done[name] = unique_ids(KINDS[name], pl.concat([before, fresh], how="diagonal_relaxed"))[0]
    return done, pl.concat([old.readings, texts]) if old.readings.height else texts


def unsure_first(table: TableGuess) -> list[ColumnGuess]:
    """A table's columns as they should be shown: what is to be asked, then the least sure, then what was left
    as it is."""
    return sorted(
        table.columns, key=lambda c: (not (c.asks or c.heading in table.asked), c.field is None, c.confidence)
    )


def sample(column: ColumnGuess, limit: int = 24) -> str:
    """Two values of a column for a screen: cut to fit, personal data masked."""
    shown = [masked(s) if column.field in PERSONAL else s for s in column.samples]
    return " | ".join(s.replace("\n", " ") if len(s) <= limit else s[: limit - 1] + "…" for s in shown)


def unit_words(column: ColumnGuess, kind: str) -> str:
    """The unit decided for a column, in words; a question mark where it has to be asked."""
    field = KINDS[kind].fields.get(column.field or "") if kind else None
    if field is None:
        return ""
    if field.item == "money":
        return "?" if column.unit.yuan is None else WORDS.get(column.unit.yuan, str(column.unit.yuan))
    if field.unit in ("months", "days"):
        names = {DAYS["个月"]: "月", DAYS["天"]: "天", DAYS["年"]: "年", DAYS["周"]: "周"}
        return "?" if column.unit.days is None else names.get(column.unit.days, "")
    return "%" if field.item == "share" and column.unit.percent else ""

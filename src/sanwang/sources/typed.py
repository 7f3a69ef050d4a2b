"""From a sheet's cells to a kind's frame: every cell read once, every problem told by row and column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from sanwang.schema import TRACE, Field, Kind, Problem
from sanwang.sources.cells import Fault, Parsed, PlaceParser, Value, parser, split_list
from sanwang.sources.headers import NOTE, Column, closest, columns_of, find_heading
from sanwang.sources.raw import Cell, RawTable, Row

LISTED = 20_000
"""Problems of one table told one by one; the rest are counted, so that memory stays bounded."""

SHOWN = 80
"""Characters of a bad value that are repeated in its problem."""


@dataclass(frozen=True)
class Typed:
    """A kind's rows as read from one sheet or file, and the problems met."""

    frame: pl.DataFrame
    problems: tuple[Problem, ...]


@dataclass
class _Sheet:
    """The sheet being read and what was found wrong with it so far."""

    kind: Kind
    raw: RawTable
    problems: list[Problem]
    more: Counter[str]

    def tell(self, code: str, row: int | None, column: str, value: object, fault: Fault) -> None:
        if len(self.problems) >= LISTED:
            self.more[fault.severity] += 1
            return
        text = "" if value is None else str(value)
        shown = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
        where = (self.kind.name, self.raw.file, self.raw.sheet, row, column, shown, fault.terms)
        self.problems.append(Problem(fault.severity, code, *where))


def read_table(kind: Kind, raw: RawTable, own: Mapping[str, str], place: PlaceParser) -> Typed:
    """The frame of a kind from raw cells. Cells that cannot be read are null and told; nothing raises."""
    sheet = _Sheet(kind, raw, [], Counter())
    rows = [r for r in raw.rows if any(c is not None and c != "" for c in r[1])]
    start = find_heading(kind, rows, own)
    if start is None:
        return _headless(sheet, rows)
    columns = _usable(sheet, columns_of(kind, rows[start][1], own), rows[start][0])
    sheet.problems += _below(raw.problems, rows[start][0])
    body = [r for r in rows[start + 1 :] if not _is_note(r[1])]
    _check_shape(sheet, columns, body, rows[start][0])
    data = {c.field or c.heading: _column(sheet, c, body, place) for c in columns}
    return Typed(_frame(sheet, data, body), _closed(sheet))


def _below(problems: Sequence[Problem], heading: int) -> list[Problem]:
    """Merged cells above the rows (titles of a form) do no harm."""
    return [p for p in problems if p.code != "merged" or (p.row or 0) > heading]


def _is_note(cells: Sequence[Cell]) -> bool:
    first = next((c for c in cells if c is not None and c != ""), None)
    return isinstance(first, str) and first.lstrip().startswith(NOTE)


def _headless(sheet: _Sheet, rows: Sequence[Row]) -> Typed:
    sheet.problems += sheet.raw.problems
    if not rows and not sheet.raw.problems:
        sheet.tell("empty_table", None, "", None, Fault("empty_table", severity="warning"))
    elif rows:
        examples = "、".join(f.zh for f in list(sheet.kind.fields.values())[:3])
        sheet.tell("no_header", rows[0][0], "", None, Fault("no_header", (("examples", examples),)))
    return Typed(sheet.kind.empty(), _closed(sheet))


def _usable(sheet: _Sheet, columns: list[Column], row: int) -> list[Column]:
    """Columns with a heading, the first of each field; the others are told."""
    named = [c for c in columns if c.heading]
    by_name: dict[str, list[Column]] = {}
    for column in named:
        by_name.setdefault(column.field or column.heading, []).append(column)
    for name, same in by_name.items():
        if len(same) > 1:
            terms = (("field", name), ("columns", "、".join(c.heading for c in same)))
            sheet.tell("duplicate_header", row, name, None, Fault("duplicate_header", terms))
    for column in named:
        if column.field is None:
            guess = closest(sheet.kind, column.heading)
            fault = Fault("unknown_column", (("guess", guess),), severity="warning")
            sheet.tell("unknown_column", row, column.heading, None, fault)
    for field in sheet.kind.fields.values():
        if field.need == "key" and field.name not in by_name:
            terms = (("columns", f"{field.zh} / {field.name}"),)
            sheet.tell("header_missing", row, field.name, None, Fault("header_missing", terms))
    return [same[0] for same in by_name.values()]


def _check_shape(sheet: _Sheet, columns: Sequence[Column], body: Sequence[Row], heading: int) -> None:
    """Cells beyond the headings, and columns with data and no heading."""
    known = {c.index for c in columns}
    width = max(known, default=-1) + 1
    stray: set[int] = set()
    for number, cells in body:
        over = [i for i, c in enumerate(cells) if i >= width and c is not None and c != ""]
        if over and not sheet.raw.numbered:
            terms = (("met", str(over[-1] + 1)), ("wanted", str(width)))
            sheet.tell("short_row", number, "", cells[over[0]], Fault("short_row", terms))
        else:
            stray |= {i for i, c in enumerate(cells) if i not in known and c is not None and c != ""}
    repeated = {p.column for p in sheet.problems if p.code == "duplicate_header"}
    for index in sorted(stray) if not repeated else []:
        sheet.tell("unnamed_column", heading, f"#{index + 1}", None, Fault("unnamed_column"))


def _column(sheet: _Sheet, column: Column, body: Sequence[Row], place: PlaceParser) -> list[object]:
    field = sheet.kind.fields.get(column.field) if column.field else None
    if field is None:
        return [_as_kept(cells, column.index) for _, cells in body]
    parse = parser(field, place, column.scale)
    read = _read_many if field.is_list else _read_one
    values: list[object] = []
    numbers = 0
    for number, cells in body:
        raw = cells[column.index] if column.index < len(cells) else None
        _check_formula(sheet, column, number, raw)
        numbers += field.item == "id" and isinstance(raw, (int, float))
        values.append(None if _blank(raw) else read(sheet, field, column, number, raw, parse))
    if numbers and field.need == "key":
        sheet.tell("id_number", None, field.name, None, Fault("id_number", severity="warning"))
    return values


def _blank(raw: Cell) -> bool:
    return raw is None or (isinstance(raw, str) and not raw.strip())


def _as_kept(cells: Sequence[Cell], index: int) -> str | None:
    raw = cells[index] if index < len(cells) else None
    return None if _blank(raw) else str(raw)


def _check_formula(sheet: _Sheet, column: Column, number: int, raw: Cell) -> None:
    if (number, column.index) in sheet.raw.formulas:
        code = "formula_empty" if _blank(raw) else "formula"
        fault = Fault(code, severity="error" if _blank(raw) else "warning")
        sheet.tell(code, number, column.field or column.heading, raw, fault)


def _read_one(
    sheet: _Sheet, field: Field, column: Column, number: int, raw: Cell, parse: Callable[[Cell], Parsed]
) -> Value:
    value, fault = parse(raw)
    if fault is not None:
        sheet.tell(fault.code, number, field.name, raw, fault)
    return value


def _read_many(
    sheet: _Sheet, field: Field, column: Column, number: int, raw: Cell, parse: Callable[[Cell], Parsed]
) -> list[Value]:
    items = [_read_one(sheet, field, column, number, item, parse) for item in split_list(field, raw)]
    return [item for item in items if item is not None]


def _frame(sheet: _Sheet, data: Mapping[str, list[object]], body: Sequence[Row]) -> pl.DataFrame:
    fields = sheet.kind.fields
    series = [
        pl.Series(name, values, fields[name].dtype if name in fields else pl.String())
        for name, values in data.items()
    ]
    count = len(body)
    trace = [
        pl.Series(TRACE[0], [sheet.raw.file] * count, pl.String()),
        pl.Series(TRACE[1], [sheet.raw.sheet or None] * count, pl.String()),
        pl.Series(TRACE[2], [number for number, _ in body], pl.Int64()),
    ]
    return pl.DataFrame([*series, *trace])


def _closed(sheet: _Sheet) -> tuple[Problem, ...]:
    more = [
        Problem(
            "error" if severity == "error" else "warning",
            "many",
            sheet.kind.name,
            sheet.raw.file,
            sheet.raw.sheet,
            terms=(("count", f"{count:,}"),),
        )
        for severity, count in sheet.more.items()
    ]
    return (*sheet.problems, *more)

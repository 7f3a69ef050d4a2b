"""From a recognised table to a kind's frame: every cell read once, every interpretation and problem told by
row and column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from sanwang.schema import KINDS, TRACE, Field, Kind, Problem
from sanwang.sources import readings
from sanwang.sources.cells import Fault, PlaceParser, Reading, reader, split_list
from sanwang.sources.cells.numerals import says_nothing
from sanwang.sources.cells.parse import ANYWHERE
from sanwang.sources.places import place_list
from sanwang.sources.raw import Cell, RawTable, Row, column_letters
from sanwang.sources.readings import UNREAD, Interpreted, original
from sanwang.sources.recognise.guess import ColumnGuess, TableGuess
from sanwang.sources.recognise.names import KEPT
from sanwang.sources.rowwise import bare_amount_unit, completed, placed_by_row

LISTED = 20_000
"""Problems of one table told one by one; the rest are counted, so that memory stays bounded."""

SHOWN = 80
"""Characters of a bad value that are repeated in its problem."""

_RANGES = ("range", "upto", "atleast", "span", "trl")
_DAYS_1904 = 1462


@dataclass(frozen=True)
class Typed:
    """A kind's rows as read from one table, the problems met, and what was made of cells that do not speak
    for themselves."""

    frame: pl.DataFrame
    problems: tuple[Problem, ...]
    readings: pl.DataFrame = field(default_factory=readings.empty)
    asked: tuple[str, ...] = ()


@dataclass
class Sheet:
    """The table being read, and what was found so far: values by field, the ends of ranges, readings, problems."""

    kind: Kind
    raw: RawTable
    guess: TableGuess
    rows: Sequence[Row]
    values: dict[str, list[object]] = field(default_factory=dict[str, list[object]])
    lows: dict[str, list[object]] = field(default_factory=dict[str, list[object]])
    highs: dict[str, list[object]] = field(default_factory=dict[str, list[object]])
    kept: dict[str, list[str | None]] = field(default_factory=dict[str, list[str | None]])
    told: list[Interpreted] = field(default_factory=list[Interpreted])
    asked: dict[str, None] = field(default_factory=dict[str, None])
    problems: list[Problem] = field(default_factory=list[Problem])
    more: Counter[str] = field(default_factory=Counter[str])

    def tell(self, code: str, row: int | None, column: str, value: object, fault: Fault) -> None:
        """Note a problem, or count it where there are too many."""
        if len(self.problems) >= LISTED:
            self.more[fault.severity] += 1
            return
        text = "" if value is None else str(value)
        shown = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
        where = (self.kind.name, self.raw.file, self.raw.sheet, row, column, shown, fault.terms)
        self.problems.append(Problem(fault.severity, code, *where))

    def note(
        self, index: int, column: ColumnGuess | None, name: str, raw: object, value: object, rule: str
    ) -> None:
        """Note how a cell was read."""
        letters, heading = (column_letters(column.index), column.heading) if column else ("", "")
        text = raw if isinstance(raw, str) else original(raw)  # pyright: ignore[reportArgumentType]
        self.told.append(
            Interpreted(index, self.rows[index][0], letters, heading, name, text, _shown(value), rule)
        )


def read_guess(raw: RawTable, guess: TableGuess, place: PlaceParser) -> Typed:
    """The frame of the kind that a table was taken for. Cells that cannot be read are null and told; nothing raises."""
    assert guess.kind is not None and guess.records is not None and guess.block is not None
    sheet = Sheet(KINDS[guess.kind], raw, guess, guess.records.rows)
    sheet.problems += [p for p in raw.problems if p.code != "merged"]
    _say_rows(sheet)
    for column in guess.columns:
        _read_column(sheet, column, place)
    completed(sheet)
    _restore_texts(sheet, place)
    _say_mended(sheet)
    return Typed(
        _frame(sheet),
        _closed(sheet),
        readings.frame(sheet.kind.name, raw.file, raw.sheet, sheet.told, _keys(sheet)),
        tuple(sheet.asked),
    )


def _restore_texts(sheet: Sheet, place: PlaceParser) -> None:
    """Original texts that an earlier writing set beside a column take the place of what the cell says now."""
    for column in sheet.guess.columns:
        if column.original_of is None:
            continue
        told = {(t.index, t.field): i for i, t in enumerate(sheet.told)}
        values = sheet.values.get(column.original_of, [None] * len(sheet.rows))
        for index, (_, cells) in enumerate(sheet.rows):
            text = at(cells, column.index)
            if says_blank(text):
                continue
            had = told.get((index, column.original_of))
            if had is not None:
                sheet.told[had] = replace(sheet.told[had], text=str(text))
                continue
            value = values[index]
            rule = (
                _rule_again(sheet.kind.fields[column.original_of], str(text), place)
                if value is not None
                else UNREAD_AGAIN
            )
            sheet.note(index, column, column.original_of, str(text), value, rule)


def _say_mended(sheet: Sheet) -> None:
    """A cell that a person mended keeps beside it what the file said."""
    places = {row: index for index, (row, _) in enumerate(sheet.rows)}
    columns = {c.index: c for c in sheet.guess.columns if c.field}
    for (row, number), before in sheet.raw.mended.items():
        index, column = places.get(row), columns.get(number)
        if index is None or column is None or not column.field:
            continue
        value = sheet.values.get(column.field, [None] * len(sheet.rows))[index]
        said = BLANK if says_blank(before) else original(before)
        lost = [t.rule for t in sheet.told if (t.index, t.field) == (index, column.field)]
        sheet.told = [t for t in sheet.told if (t.index, t.field) != (index, column.field)]
        unread = any(rule.startswith(UNREAD) for rule in lost)
        sheet.note(index, column, column.field, said, value, f"{UNREAD}:mended" if unread else "mended")


BLANK = "（空）"
"""What is noted of a mended cell that said nothing."""

UNREAD_AGAIN = f"{UNREAD}:original"
"""The rule of a cell that an earlier reading could not read."""


def _rule_again(target: Field, text: str, place: PlaceParser) -> str:
    """The rule by which an original text was read."""
    if target.is_list:
        return "original"
    found = reader(target, place)(text)
    return found.rule or (found.fault.code if found.fault else "original")


def _keys(sheet: Sheet) -> list[str | None]:
    key = sheet.kind.key
    columns = [sheet.values.get(k, [None] * len(sheet.rows)) for k in key]
    return (
        ["|".join("" if v is None else str(v) for v in row) or None for row in zip(*columns, strict=True)]
        if columns
        else []
    )


def _say_rows(sheet: Sheet) -> None:
    """Rows left out, and hidden rows that were read, are told."""
    assert sheet.guess.records is not None
    reasons = {
        "total": "合计 / total",
        "example": "示例 / example",
        "heading": "重复表头 / heading again",
        "note": "说明 / remark",
        "section": "小标题 / subheading",
        "id": "重复 / repeated",
    }
    for row, reason, said in sheet.guess.records.left_out:
        if reason != "blank":
            fault = Fault("row_left_out", (("reason", reasons.get(reason, reason)),), "warning")
            sheet.tell("row_left_out", row, "", said, fault)
    for row, _ in sheet.rows:
        if row in sheet.raw.hidden_rows:
            sheet.tell("hidden_row", row, "", None, Fault("hidden_row", severity="warning"))


def _read_column(sheet: Sheet, column: ColumnGuess, place: PlaceParser) -> None:
    target = sheet.kind.fields.get(column.field) if column.field else None
    if target is None:
        if column.original_of is None:
            _keep(sheet, column)
        return
    if target.is_list:
        _read_lists(sheet, target, column, place)
    else:
        _read_values(sheet, target, column, place)
    if column.asks and "mapping" in column.asks:
        fault = Fault("column_unsure", (("field", target.zh),), "warning")
        sheet.tell("column_unsure", _heading_row(sheet), column.heading, None, fault)


def _heading_row(sheet: Sheet) -> int | None:
    return sheet.guess.block.header_rows[-1] if sheet.guess.block and sheet.guess.block.header_rows else None


def _keep(sheet: Sheet, column: ColumnGuess) -> None:
    """A column that is nothing of ours stays as it is, under its own heading."""
    name = column.heading
    labels = {f.label(lang) for f in sheet.kind.fields.values() for lang in ("zh", "en")}
    while name in {*sheet.kind.fields, *TRACE, *sheet.kept, *labels}:
        name = f"{KEPT}{name}"
    cells = [at(cells, column.index) for _, cells in sheet.rows]
    sheet.kept[name] = [None if says_blank(c) else original(c) for c in cells]
    code = "unnamed_kept" if column.unnamed else "kept_column"
    if any(v is not None for v in sheet.kept[name]):
        sheet.tell(code, _heading_row(sheet), column.heading, None, Fault(code, severity="warning"))


def at(row: Sequence[Cell], index: int) -> Cell:
    """The cell of a row at a column's place; None beyond its end."""
    return row[index] if index < len(row) else None


def says_blank(raw: Cell) -> bool:
    """Whether a cell is empty."""
    return raw is None or (isinstance(raw, str) and not raw.strip())


def _read_values(sheet: Sheet, target: Field, column: ColumnGuess, place: PlaceParser) -> None:
    read = reader(target, place, column.unit)
    count = len(sheet.rows)
    values: list[object] = [None] * count
    lows: list[object] = [None] * count
    highs: list[object] = [None] * count
    numbers = False
    filled = sheet.guess.records.filled if sheet.guess.records else frozenset()
    by_row = bare_amount_unit(sheet, target, column)
    for index, (number, cells) in enumerate(sheet.rows):
        raw = at(cells, column.index)
        if (number, column.index) in sheet.raw.formulas:
            _tell_formula(sheet, target, column, number, raw)
        if says_blank(raw):
            if (number, column.index) in sheet.raw.errors:
                sheet.tell("cell_error", number, target.name, None, _softened(target, Fault("cell_error")))
                sheet.note(index, column, target.name, "#", None, f"{UNREAD}:cell_error")
            continue
        if sheet.raw.since_1904 and target.item == "date" and isinstance(raw, (int, float)):
            raw = raw + _DAYS_1904
        numbers = numbers or (target.item == "id" and isinstance(raw, (int, float)))
        found = read(raw) if by_row is None else by_row(index, raw)
        if found.fault is not None and found.fault.code == "place_ambiguous":
            found = placed_by_row(sheet, index, str(raw), found)
        values[index] = found.value
        if found.low is not None or found.high is not None:
            _keep_ends(found, index, lows, highs)
        _tell(sheet, target, column, index, raw, found, (number, column.index) in filled)
    sheet.values[target.name] = values
    if any(v is not None for v in (*lows, *highs)):
        sheet.lows[target.name], sheet.highs[target.name] = lows, highs
    if numbers and target.need == "key" and not _counts(values):
        sheet.tell("id_number", None, target.name, None, Fault("id_number", severity="warning"))


def _counts(values: Sequence[object]) -> bool:
    """Whether ids simply count the rows."""
    return [str(v) for v in values if v is not None][:50] == [
        str(i) for i in range(1, min(50, len(values)) + 1)
    ]


def _keep_ends(found: Reading, index: int, lows: list[object], highs: list[object]) -> None:
    if any(word in found.rule for word in _RANGES):
        lows[index], highs[index] = found.low, found.high


def _tell(
    sheet: Sheet, target: Field, column: ColumnGuess, index: int, raw: Cell, found: Reading, filled: bool
) -> None:
    if found.asks:
        sheet.asked[column.heading] = None
    if not (found.rule or found.fault or filled):
        return
    row = sheet.rows[index][0]
    if found.fault is not None:
        lost = found.value is None and found.fault.severity == "error"
        sheet.tell(
            found.fault.code, row, target.name, raw, _softened(target, found.fault) if lost else found.fault
        )
    if filled and not isinstance(found.value, list):
        sheet.tell("ditto", row, target.name, raw, Fault("ditto", severity="warning"))
    unread = found.value is None and found.fault is not None and found.fault.severity == "error"
    code = found.fault.code if found.fault else ""
    sheet.note(
        index,
        column,
        target.name,
        raw,
        found.value,
        f"{UNREAD}:{code}" if unread else found.rule or code or "ditto",
    )


def _softened(target: Field, fault: Fault) -> Fault:
    """A bad optional cell costs the cell, not the row: it is unknown, and told as a warning."""
    return replace(fault, severity="error" if target.need != "optional" else "warning")


def _tell_formula(sheet: Sheet, target: Field, column: ColumnGuess, number: int, raw: Cell) -> None:
    blank = says_blank(raw)
    code = "formula_empty" if blank else "formula"
    fault = Fault(code, severity="error" if blank else "warning")
    sheet.tell(code, number, target.name, raw, _softened(target, fault) if blank else fault)


def _read_lists(sheet: Sheet, target: Field, column: ColumnGuess, place: PlaceParser) -> None:
    read = reader(target, place, column.unit)
    places = place_list(place)
    values: list[object] = []
    filled = sheet.guess.records.filled if sheet.guess.records else frozenset()
    for index, (number, cells) in enumerate(sheet.rows):
        raw = at(cells, column.index)
        if says_nothing(raw):
            values.append(None)
            continue
        if target.item == "place" or (target.item == "industry" and ANYWHERE.fullmatch(str(raw).strip())):
            values.append(_places(sheet, target, column, index, raw, places))
            continue
        values.append(_items(sheet, target, column, index, raw, read, (number, column.index) in filled))
    sheet.values[target.name] = values


def _items(
    sheet: Sheet,
    target: Field,
    column: ColumnGuess,
    index: int,
    raw: Cell,
    read: Callable[[Cell], Reading],
    filled: bool,
) -> list[object] | None:
    found: list[object] = []
    rule = "ditto" if filled else ""
    for item in split_list(target, raw):
        one = read(item)
        if one.value is not None:
            found.append(one.value)
        if one.asks:
            sheet.asked[column.heading] = None
        if one.fault is not None:
            lost = one.value is None and one.fault.severity == "error"
            fault = _softened(target, one.fault) if lost else one.fault
            sheet.tell(fault.code, sheet.rows[index][0], target.name, item, fault)
            rule = f"{UNREAD}:{fault.code}" if lost else rule or fault.code
    rule = rule or (target.name if target.name in ("phone", "email") else "list")
    if not found and target.name in ("phone", "email"):
        rule = f"{UNREAD}:{target.name}"
        sheet.tell("not_read", sheet.rows[index][0], target.name, None, Fault("not_read", severity="warning"))
    if ";".join(map(str, found)) != original(raw) or rule.startswith(UNREAD):
        sheet.note(index, column, target.name, raw, found, rule)
    return list(dict.fromkeys(found)) or None


def _places(
    sheet: Sheet,
    target: Field,
    column: ColumnGuess,
    index: int,
    raw: Cell,
    places: Callable[[str], tuple[list[str], list[Fault]]],
) -> list[object] | None:
    """A list of places: 不限 and 全国 do not bind and give an empty list."""
    if ANYWHERE.fullmatch(str(raw).strip()):
        sheet.note(index, column, target.name, raw, [], "anywhere")
        return []
    found, faults = places(str(raw).strip())
    for fault in faults:
        sheet.tell(
            fault.code,
            sheet.rows[index][0],
            target.name,
            raw,
            _softened(target, fault) if fault.severity == "error" else fault,
        )
    lost = any(f.severity == "error" for f in faults)
    if ";".join(found) != str(raw):
        sheet.note(index, column, target.name, raw, found, f"{UNREAD}:place" if lost else "places")
    return list(found) or None


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ";".join(map(str, value))  # pyright: ignore[reportUnknownArgumentType]
    return "" if value is None else str(value)


def _frame(sheet: Sheet) -> pl.DataFrame:
    fields = sheet.kind.fields
    series = [pl.Series(name, values, fields[name].dtype) for name, values in sheet.values.items()]
    for ends, suffix in ((sheet.lows, "_low"), (sheet.highs, "_high")):
        series += [pl.Series(f"{n}{suffix}", v, fields[n].dtype) for n, v in ends.items()]
    series += [pl.Series(name, values, pl.String()) for name, values in sheet.kept.items()]
    count = len(sheet.rows)
    trace = [
        pl.Series(TRACE[0], [sheet.raw.file] * count, pl.String()),
        pl.Series(TRACE[1], [sheet.raw.sheet or None] * count, pl.String()),
        pl.Series(TRACE[2], [number for number, _ in sheet.rows], pl.Int64()),
    ]
    return pl.DataFrame([*series, *trace])


def _closed(sheet: Sheet) -> tuple[Problem, ...]:
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

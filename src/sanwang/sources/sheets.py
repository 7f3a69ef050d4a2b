"""Tables written for people: Excel sheets with typed cells, and csv; and Parquet for programs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from sanwang.schema import TRACE, Field, Kind, words_of
from sanwang.sources.originals import spread_text
from sanwang.sources.recognise.grid import NOTE

FICTIONAL = {
    "zh": "虚构样例：所有机构、人员、成果与数据均为虚构",
    "en": "Fictional sample: all organisations, people, results and data are invented",
}
_EPOCH = dt.datetime(2020, 1, 1)
"""Stands in for the creation date, so that the same table gives the same file."""


YUAN = {"zh": "（元）", "en": " (yuan)"}
"""What follows the label of a column of amounts."""

EXACT_FEN = 10**15
"""Excel shows fifteen digits: amounts from here on are written as text, so that no fen is lost."""


def cell_text(field: Field | None, value: object) -> object:
    """What a cell shows for a value: lists joined by ``;``, money in yuan, the rest as it is."""
    if isinstance(value, list):
        items = [str(v).replace(";", "\\;") for v in value]  # pyright: ignore[reportUnknownArgumentType]
        return items[0] + ";" if len(items) == 1 and _splits(items[0]) else ";".join(items)
    if field is not None and field.item == "money" and isinstance(value, int):
        return f"{value // 100}.{value % 100:02d}" if value % 100 else str(value // 100)
    return value


def _splits(text: str) -> bool:
    return any(mark in text for mark in "、,，\n")


def write_csv(kind: Kind, frame: pl.DataFrame, path: Path, lang: str, fictional: bool) -> None:
    """UTF-8 with a mark, headings in one language, money in yuan. Text is written as it is: csv is for programs."""
    columns = [
        pl.Series(
            _heading(kind, c, lang),
            [_as_str(cell_text(kind.fields.get(c), v)) for v in _values(kind, frame, c)],
            pl.String,
        )
        for c in _shown(kind, frame)
        if c in kind.fields or frame[c].null_count() < frame.height
    ]
    pl.DataFrame(columns).write_csv(path, include_bom=True)


def _as_str(value: object) -> str | None:
    return None if value is None else str(value)


def _heading(kind: Kind, column: str, lang: str) -> str:
    """A column's label; amounts say that they are in yuan, so that no reader has to guess."""
    field = kind.fields.get(column)
    if field is None:
        return column
    return f"{field.label(lang)}{YUAN[lang]}" if field.item == "money" else field.label(lang)


def _shown(kind: Kind, frame: pl.DataFrame) -> list[str]:
    """The columns that are written: the ends of ranges go into the cell of their field."""
    ends = {f"{name}{end}" for name in kind.fields for end in ("_low", "_high")}
    return [c for c in frame.columns if c not in TRACE and c not in ends]


def _values(kind: Kind, frame: pl.DataFrame, column: str) -> list[object]:
    """A column's values, with ranges and bounds as text."""
    values = frame[column].to_list()
    field = kind.fields.get(column)
    if field is None or f"{column}_low" not in frame.columns:
        return values
    lows, highs = (frame[f"{column}{end}"].to_list() for end in ("_low", "_high"))
    return [
        v if low is None and high is None else Spread(spread_text(field, v, low, high))
        for v, low, high in zip(values, lows, highs, strict=True)
    ]


class Spread(str):
    """A range as text, to be written as it is."""

    __slots__ = ()


def write_parquet(kind: Kind, frame: pl.DataFrame, path: Path, lang: str, fictional: bool) -> None:
    """The frame with its types, less where its rows were read."""
    frame.drop(TRACE, strict=False).write_parquet(path)


def write_xlsx(kind: Kind, frame: pl.DataFrame, path: Path, lang: str, fictional: bool) -> None:
    """One sheet named for the table: a note where the data are fictional, headings, then the rows."""
    with _book(path) as book:
        sheet, top = _start(book, kind, lang, fictional)
        shown = _shown(kind, frame)
        _headings(book, sheet, kind, shown, top, lang)
        for index, column in enumerate(shown):
            _fill(book, sheet, kind.fields.get(column), _values(kind, frame, column), top + 1, index)
        sheet.autofilter(top, 0, top + frame.height, len(shown) - 1)


def write_template(kind: Kind, path: Path, lang: str) -> None:
    """An empty sheet: headings of the official form, a row that explains each column, drop-downs for closed lists."""
    with _book(path) as book:
        sheet, top = _start(book, kind, lang, False)
        columns = list(kind.fields)
        _headings(book, sheet, kind, columns, top, lang)
        note = book.add_format({"italic": True, "font_color": "#666666", "text_wrap": True, "valign": "top"})
        for index, field in enumerate(kind.fields.values()):
            must = {"key": "必填，唯一；", "required": "必填；", "optional": ""}[field.need]
            if lang != "zh":
                must = {"key": "Required, unique. ", "required": "Required. ", "optional": ""}[field.need]
            example = f"（{field.example}）" if field.example and lang == "zh" else ""
            text = f"{NOTE if index == 0 else ''}{must}{field.about(lang)}{example}"
            sheet.write_string(top + 1, index, text, note)
            _drop_down(sheet, field, top + 2, index, lang)
            _as_text(book, sheet, field, index)
        sheet.set_row(top + 1, 64)
        sheet.freeze_panes(top + 2, 1)


def _book(path: Path) -> Any:  # noqa: ANN401 - xlsxwriter ships no types
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties({"created": _EPOCH, "author": "Sanwang"})
    return book


def _start(book: Any, kind: Kind, lang: str, fictional: bool) -> tuple[Any, int]:  # noqa: ANN401
    sheet = book.add_worksheet(kind.label(lang)[:31])
    if fictional:
        bold = book.add_format({"bold": True, "font_color": "#9a3412"})
        sheet.write_string(0, 0, FICTIONAL[lang], bold)
    return sheet, int(fictional)


def _headings(book: Any, sheet: Any, kind: Kind, columns: list[str], top: int, lang: str) -> None:  # noqa: ANN401
    plain = book.add_format({"bold": True, "bg_color": "#e8eef4", "border": 1, "text_wrap": True})
    must = book.add_format({"bold": True, "bg_color": "#cfe0ee", "border": 1, "text_wrap": True})
    for index, column in enumerate(columns):
        field = kind.fields.get(column)
        style = must if field and field.need != "optional" else plain
        sheet.write_string(top, index, _heading(kind, column, lang), style)
        sheet.set_column(index, index, _width(field))
    sheet.freeze_panes(top + 1, 1)


def _width(field: Field | None) -> int:
    if field is None:
        return 16
    wide = {
        "title": 36,
        "abstract": 70,
        "text": 70,
        "name": 26,
        "name_en": 30,
        "acceptance": 36,
        "conditions": 36,
    }
    return wide.get(field.name, 22 if field.is_list else max(12, 2 * len(field.zh) + 2))


def _fill(book: Any, sheet: Any, field: Field | None, values: list[object], top: int, index: int) -> None:  # noqa: ANN401
    date = book.add_format({"num_format": "yyyy-mm-dd"})
    money = book.add_format({"num_format": '#,##0.00"元"'})
    for row, value in enumerate(values, top):
        if value is None:
            continue
        if isinstance(value, Spread):
            sheet.write_string(row, index, value)
        elif isinstance(value, dt.date):
            sheet.write_datetime(row, index, dt.datetime(value.year, value.month, value.day), date)
        elif (
            field is not None and field.item == "money" and isinstance(value, int) and abs(value) < EXACT_FEN
        ):
            sheet.write_number(row, index, value / 100, money)
        elif isinstance(value, (int, float)) and not (field is not None and field.item == "money"):
            sheet.write_number(row, index, value)
        else:
            sheet.write_string(row, index, str(cell_text(field, value)))


def _drop_down(sheet: Any, field: Field, top: int, index: int, lang: str) -> None:  # noqa: ANN401
    words = words_of(field.vocabulary, lang) if field.vocabulary and not field.is_list else []
    if field.item == "trl":
        words = [str(level) for level in range(1, 10)]
    if words:
        sheet.data_validation(top, index, top + 5000, index, {"validate": "list", "source": words})


def _as_text(book: Any, sheet: Any, field: Field, index: int) -> None:  # noqa: ANN401
    if field.item in ("id", "place", "uscc", "industry", "ipc"):
        sheet.set_column(index, index, _width(field), book.add_format({"num_format": "@"}))

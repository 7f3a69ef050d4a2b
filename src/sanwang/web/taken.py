"""What a page shows, to take away: a workbook, or one of its tables as csv."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import polars as pl
from starlette.responses import Response

from sanwang.exchange.errors import NotFound
from sanwang.report.workbook import write_tables
from sanwang.study.cells import guarded
from sanwang.study.saving import NOTICE
from sanwang.study.table import Column, Style, Table
from sanwang.study.words import say
from sanwang.web.words import column

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def table_of(
    name: str, title: str, rows: Sequence[Mapping[str, Any]], lang: str, /, **styles: Style
) -> Table:
    """Rows as a table: a column a key, headed as pages head it. Money (fen) under ``real`` is in yuan."""
    frame = pl.DataFrame(
        [{k: _cell(r.get(k), s) for k, s in styles.items()} for r in rows],
        schema={k: pl.Float64 if s in ("real", "int") else pl.String for k, s in styles.items()},
    )
    return Table(name, title, frame, tuple(Column(k, column(k, lang) or k, s) for k, s in styles.items()))


def _cell(held: Any, style: Style) -> Any:  # noqa: ANN401 - any column's
    if style in ("real", "int"):
        return None if held is None else float(held)
    return None if held is None else str(held)


def file(tables: Sequence[Table], kind: str, wanted: str, title: str, lang: str, fictional: bool) -> Response:
    """The tables as one workbook (``xlsx``), or the wanted one as ``csv`` in the words of the page.

    Raises NotFound for another kind or a table that the page has not.
    """
    if kind == "xlsx":
        return _answer(
            _workbook(tables, title, say("fictional", lang) if fictional else ""), XLSX, title, kind
        )
    found = next((t for t in tables if t.name == wanted or not wanted), None)
    if kind != "csv" or found is None:
        raise NotFound
    frame = found.frame.select(
        pl.col(c.key).alias(c.label) for c in {c.label: c for c in found.columns}.values()
    )
    if fictional:
        frame = frame.with_columns(pl.lit(NOTICE).alias("notice"))
    out = io.BytesIO()
    guarded(frame).write_csv(out, include_bom=True)
    return _answer(out.getvalue(), "text/csv; charset=utf-8", found.title, kind)


def _workbook(tables: Sequence[Table], title: str, notice: str) -> bytes:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "table.xlsx"
        write_tables(tables, path, title, notice)
        return path.read_bytes()


def _answer(content: bytes, media: str, title: str, kind: str) -> Response:
    held = f"attachment; filename*=UTF-8''{quote(f'{title}.{kind}', safe='')}"
    return Response(
        content, media_type=media, headers={"Content-Disposition": held, "Cache-Control": "no-store"}
    )


def links(path: str, query: Mapping[str, str], tables: Sequence[Table]) -> list[tuple[str, str]]:
    """Addresses and words of the ways to take the page's tables away."""
    kept = {k: x for k, x in query.items() if k not in ("as", "table")}

    def at(**more: str) -> str:
        return f"{quote(path)}?{urlencode({**kept, **more})}"

    return [(at(**{"as": "xlsx"}), "Excel")] + [
        (at(**{"as": "csv", "table": t.name}), f"csv · {t.title}") for t in tables
    ]

"""Parquet tables: columns under a field's own name and type are taken whole and checked; others are read like
any sheet's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from sanwang.schema import KINDS, TRACE, VOCABULARIES, Field, Problem
from sanwang.sources.cells import PlaceParser
from sanwang.sources.raw import RawTable
from sanwang.sources.recognise.guess import TableGuess
from sanwang.sources.typed import UNREAD_AGAIN, Typed, read_guess

_FEW = 200
"""Bad values of one column that are told one by one."""


def parquet_table(path: Path) -> RawTable:
    """The cells of a Parquet file as a sheet with its headings in the first row."""
    try:
        frame = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = (("reason", str(error).splitlines()[0]),)
        return RawTable(
            path.name, "", [], problems=(Problem("error", "unreadable", file=path.name, terms=reason),)
        )
    shown = frame.drop(TRACE, strict=False)
    lists = [
        pl.col(c).list.eval(pl.element().cast(pl.String)).list.join(";").alias(c)
        for c, t in shown.schema.items()
        if isinstance(t, pl.List)
    ]
    body = [(n, list(row)) for n, row in enumerate(shown.with_columns(lists).iter_rows(), 2)]
    return RawTable(path.name, "", [(1, list(shown.columns)), *body])


def read_parquet(path: Path, raw: RawTable, guess: TableGuess, place: PlaceParser) -> Typed:
    """The frame of a recognised Parquet table; rows are numbered from 1, as the file has no heading row."""
    kind = KINDS[guess.kind or ""]
    frame = pl.read_parquet(path).drop(TRACE, strict=False)
    own = {
        c: kind.fields[c]
        for c in frame.columns
        if c in kind.fields and frame.schema[c] == kind.fields[c].dtype
    }
    ends = {
        c
        for c in frame.columns
        if c.removesuffix("_low").removesuffix("_high") in kind.fields and c not in kind.fields
    }
    rest = tuple(c for c in guess.columns if c.heading not in own and c.heading not in ends)
    read = read_guess(raw, replace(guess, columns=rest), place)
    kept = frame[[n - 2 for n in read.frame["_row"].to_list()]]
    problems: list[Problem] = []
    columns = [_checked(kind.name, path, field, kept[name], problems) for name, field in own.items()]
    columns += [kept[c] for c in ends]
    made = read.frame.drop([c for c in own if c in read.frame.columns])
    whole = made.with_columns(columns).with_columns((pl.col("_row") - 1).alias("_row"))
    told = [p for p in read.problems if not (p.code in ("required", "id_made") and p.column in own)]
    return Typed(whole, (*told, *problems), _texts(read.readings, whole, list(own)), read.asked)


def _texts(texts: pl.DataFrame, whole: pl.DataFrame, own: list[str]) -> pl.DataFrame:
    """Original texts beside typed columns, under a rule that says whether the value is known."""
    place = {row: i for i, row in enumerate(whole["_row"].to_list())}
    pairs = texts.select("field", "row").iter_rows()
    lost = [name in own and whole[name][place[row - 1]] is None for name, row in pairs]
    mine = pl.col("field").is_in(own)
    rule = pl.when(mine & pl.col("_lost")).then(pl.lit(UNREAD_AGAIN)).when(mine).then(pl.lit("original"))
    return (
        texts.with_columns(pl.col("row") - 1, pl.Series("_lost", lost, pl.Boolean))
        .filter(~mine | pl.col("rule").str.contains("original"))
        .with_columns(rule.otherwise(pl.col("rule")).alias("rule"))
        .drop("_lost")
    )


def _checked(kind: str, path: Path, field: Field, values: pl.Series, problems: list[Problem]) -> pl.Series:
    """The column with values outside its closed list or bounds made unknown, each told, as a sheet's would be."""
    items = values.explode() if field.is_list else values
    bad = _outside(field, items)
    if not bad.any():
        return values.alias(field.name)
    if field.is_list:
        lost = items.filter(bad).unique().to_list()
        _tell(kind, path, field, [(None, v) for v in lost], problems)
        return values.list.eval(pl.element().filter(~pl.element().is_in(lost))).alias(field.name)
    rows = [i for i, b in enumerate(bad.to_list()) if b]
    _tell(kind, path, field, [(i + 1, values[i]) for i in rows], problems)
    strict = "nda" if field.vocabulary == "openness" else None
    return pl.Series(
        field.name,
        [strict if b else v for v, b in zip(values.to_list(), bad.to_list(), strict=True)],
        field.dtype,
    )


def _outside(field: Field, items: pl.Series) -> pl.Series:
    if field.vocabulary:
        return (~items.is_in(list(VOCABULARIES[field.vocabulary]))).fill_null(False)
    bad = pl.Series([False] * len(items))
    if not items.dtype.is_numeric():
        return bad
    if field.item == "trl":
        return (~items.is_between(1, 9)).fill_null(False)
    if field.low is not None:
        bad = bad | (items < field.low).fill_null(False)
    return bad | (items > field.high).fill_null(False) if field.high is not None else bad


def _tell(
    kind: str, path: Path, field: Field, found: list[tuple[int | None, object]], problems: list[Problem]
) -> None:
    severity = "error" if field.need != "optional" else "warning"
    code, terms = (
        "choice",
        (("choices", " · ".join(VOCABULARIES[field.vocabulary])),) if field.vocabulary else (),
    )
    if not field.vocabulary:
        code = "range" if field.high is not None or field.item == "trl" else "at_least"
        low, high = (1, 9) if field.item == "trl" else (field.low, field.high)
        terms = tuple((k, format(v, "g")) for k, v in (("low", low), ("high", high)) if v is not None)
    problems += [
        Problem(severity, code, kind, path.name, "", row, field.name, str(v), terms)
        for row, v in found[:_FEW]
    ]

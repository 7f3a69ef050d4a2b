"""What tables of one workspace tell of each other once all are read: repeated ids, names that stand for ids,
one name in several spellings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from sanwang.schema import KINDS, TRACE, Kind, Problem
from sanwang.sources.recognise.names import fold


def unique_ids(kind: Kind, frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Problem]]:
    """The frame with repeated ids told apart (A-06, A-06-2), and what was renamed."""
    if kind.key != ("id",) or "id" not in frame.columns:
        return frame, []
    ids = frame["id"]
    if ids.drop_nulls().n_unique() == ids.len() - ids.null_count():
        return frame, []
    first: dict[str, int] = {}
    used = set(ids.drop_nulls().to_list())
    new: list[str | None] = []
    problems: list[Problem] = []
    for index, value in enumerate(ids.to_list()):
        if value is None or value not in first:
            new.append(value)
            if value is not None:
                first[value] = index
            continue
        name = _free(value, used)
        new.append(name)
        problems.append(_renamed(kind, frame, index, first[value], value, name))
    return frame.with_columns(pl.Series("id", new, pl.String())), problems


def _free(value: str, used: set[str]) -> str:
    number = 2
    while f"{value}-{number}" in used:
        number += 1
    used.add(f"{value}-{number}")
    return f"{value}-{number}"


def _renamed(kind: Kind, frame: pl.DataFrame, index: int, first: int, value: str, name: str) -> Problem:
    row = frame.row(index, named=True)
    terms = (("first", str(frame["_row"][first])), ("now", name))
    return Problem(
        "warning",
        "id_renamed",
        kind.name,
        str(row["_file"] or ""),
        str(row["_sheet"] or ""),
        row["_row"],
        "id",
        value,
        terms,
    )


def linked(frames: Mapping[str, pl.DataFrame]) -> tuple[dict[str, pl.DataFrame], list[Problem]]:
    """References to organisations by name become their ids where the table of actors has the name once; other names get
    one spelling. Each change is told."""
    actors = frames.get("actors")
    by_name, ids = _names(actors)
    done = dict(frames)
    problems: list[Problem] = []
    for name, frame in frames.items():
        for field in KINDS[name].fields.values():
            if field.ref == "actors" and field.dtype == pl.String() and field.name in frame.columns:
                done[name], told = _resolved(KINDS[name], done[name], field.name, by_name, ids)
                problems += told
    return done, problems


def _names(actors: pl.DataFrame | None) -> tuple[dict[str, str], set[str]]:
    if actors is None or actors.is_empty() or "id" not in actors.columns:
        return {}, set()
    found: dict[str, set[str]] = {}
    for column in ("name", "name_en"):
        if column in actors.columns:
            for key, name in actors.drop_nulls(["id", column]).select("id", column).iter_rows():
                found.setdefault(fold(name), set()).add(key)
    return {n: next(iter(keys)) for n, keys in found.items() if len(keys) == 1 and n}, set(
        actors["id"].drop_nulls().to_list()
    )


def _resolved(
    kind: Kind, frame: pl.DataFrame, column: str, by_name: Mapping[str, str], ids: set[str]
) -> tuple[pl.DataFrame, list[Problem]]:
    spelling: dict[str, str] = {}
    changes: dict[str, tuple[str, str]] = {}
    for value in frame[column].drop_nulls().unique(maintain_order=True).to_list():
        if value in ids:
            continue
        folded = fold(value)
        if folded in by_name:
            changes[value] = (by_name[folded], "actor_named")
        elif spelling.setdefault(folded, value) != value and folded:
            changes[value] = (spelling[folded], "same_looking")
    if not changes:
        return frame, []
    new = {old: now for old, (now, _) in changes.items()}
    rows = frame.filter(pl.col(column).is_in(list(changes))).select(column, *TRACE).to_dicts()
    problems = [_told(kind, row, column, *changes[row[column]]) for row in rows]
    return frame.with_columns(pl.col(column).replace(new)), problems


def _told(kind: Kind, row: Mapping[str, Any], column: str, now: str, code: str) -> Problem:
    terms = (("now", now), ("other", now))
    where = (kind.name, row["_file"] or "", row["_sheet"] or "", row["_row"], column, row[column], terms)
    return Problem("warning", code, *where)

"""Scenarios: what if a capacity, budget, barrier or rate were different, or a base or maker came or went.

A scenario is data (a TOML file or the dataclass), applied to a Region to give another Region; it says where it
comes from.
"""

from __future__ import annotations

import datetime as dt
import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

import polars as pl

from sanwang.errors import InputError, OptionError
from sanwang.region.region import Region
from sanwang.schema import KINDS

Market = Literal["today", "unified", "segmented"]
"""Which borders count: those of the barriers table, none, or no crossing at all."""

Policy = Mapping[str, Any]
"""What is asked of a plan beyond its worth: ``kind`` and what the kind takes."""

_KEYS = ("name", "source", "date", "market", "assumptions", "policy", "change", "add", "remove")


@dataclass(frozen=True)
class Scenario:
    """Changes to a Region and to how it is planned.

    ``change``: rows of a table (all, or those matching ``where``) whose ``column`` is set (``set``), multiplied
    (``times``) or added to (``plus``). ``add``: whole rows. ``remove``: ids. ``barriers`` multiplies every cost
    rate and delay.
    """

    name: str = "scenario"
    source: str = ""
    date: dt.date | None = None
    market: Market = "today"
    barriers: float = 1.0
    assumptions: Mapping[str, float] = field(default_factory=dict[str, float])
    policy: Sequence[Policy] = ()
    change: Sequence[Mapping[str, Any]] = ()
    add: Sequence[Mapping[str, Any]] = ()
    remove: Sequence[Mapping[str, Any]] = ()


def read_scenario(path: str | Path) -> Scenario:
    """A scenario from a TOML file. Raises InputError naming the file where it cannot be read or a key is unknown."""
    try:
        data = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: not a scenario file ({error}) / 无法读取情景文件") from error
    if unknown := set(data) - {*_KEYS, "barriers"}:
        raise InputError(
            f"{path}: unknown keys {sorted(unknown)}; known are {[*_KEYS, 'barriers']} / 未知的键"
        )
    for key, wanted, good in entries_of(data):
        if not good:
            raise InputError(f"{path}: {key} must be {wanted[0]}", f"{path}：{key} 应为{wanted[1]}")
    values: dict[str, Any] = {"name": Path(path).stem} | data
    return Scenario(**values)


def entries_of(data: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, str], bool]]:
    """Each entry of a scenario file with what it must be and whether it is."""
    for key in ("name", "source"):
        yield key, ("a text", "文字"), isinstance(data.get(key, ""), str)
    yield (
        "market",
        (f"one of {', '.join(get_args(Market))}", "、".join(get_args(Market)) + " 之一"),
        (data.get("market", "today") in get_args(Market)),
    )
    yield "barriers", ("a number of at least 0", "不小于 0 的数"), _number(data.get("barriers", 1.0), 0.0)
    yield (
        "date",
        ("a date, like 2026-11-23", "日期，如 2026-11-23"),
        isinstance(data.get("date", dt.date.min), dt.date),
    )
    assumed: Any = data.get("assumptions", {})
    whole = isinstance(assumed, dict) and all(_number(v) for v in assumed.values())
    yield "[assumptions]", ("names with numbers", "名称与数值"), whole
    for key in ("change", "add", "remove", "policy"):
        listed: Any = data.get(key, [])
        tables = isinstance(listed, list) and all(isinstance(x, dict) for x in listed)
        yield f"[[{key}]]", ("a list of tables", "表的列表"), tables
        for entry in listed if tables else []:
            where: Any = entry.get("where", {})
            plain = isinstance(where, dict) and all(_plain(v) for v in where.values())
            yield f"[[{key}]] where", ("columns with values", "列与取值"), plain
            rest = (v for k, v in entry.items() if k != "where")
            yield f"[[{key}]]", ("names with plain values", "名称与取值"), all(map(_plain, rest))


def _number(value: object, low: float = -math.inf) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and math.isfinite(value)
        and value >= low
    )


def _plain(value: Any) -> bool:  # noqa: ANN401 - what TOML gave
    one = isinstance(value, str | int | float | bool | dt.date)
    return one or (isinstance(value, list) and all(isinstance(x, str | int | float | bool) for x in value))


def apply(region: Region, scenario: Scenario) -> Region:
    """The Region as the scenario has it. Raises OptionError for tables, columns or ids it does not know."""
    tables = {kind: region[kind] for kind in KINDS}
    for entry in scenario.remove:
        kind = _table(entry, ("table", "id"))
        ids = entry["id"] if isinstance(entry["id"], list) else [entry["id"]]
        if missing := set(ids) - set(tables[kind]["id"].to_list()):
            raise OptionError(f"remove: {kind} has no {sorted(missing)} / 工作区中没有")
        tables[kind] = tables[kind].filter(~pl.col("id").is_in(ids))
    for entry in scenario.change:
        kind = _table(entry, ("table", "column", "where", "set", "times", "plus"))
        tables[kind] = _changed(tables[kind], kind, entry)
    for entry in scenario.add:
        kind = str(entry.get("table"))
        if kind not in KINDS:
            raise OptionError(f"add: no table is called {kind!r} / 没有此表")
        tables[kind] = _added(tables[kind], kind, {k: v for k, v in entry.items() if k != "table"})
    if scenario.barriers != 1.0:
        if scenario.barriers < 0:
            raise OptionError("barriers must not be negative / 壁垒倍数不能为负")
        tables["barriers"] = tables["barriers"].with_columns(
            (pl.col("cost_rate") * scenario.barriers),
            (pl.col("delay_days") * scenario.barriers).round().cast(pl.Int64),
        )
    return region.with_tables(**tables)


def _table(entry: Mapping[str, Any], known: tuple[str, ...]) -> str:
    if unknown := set(entry) - set(known):
        raise OptionError(f"unknown {sorted(unknown)}; known are {known} / 未知的键")
    kind = str(entry.get("table"))
    if kind not in KINDS:
        raise OptionError(f"no table is called {kind!r}; there are {', '.join(KINDS)} / 没有此表")
    if "id" in known and ("id" not in entry or "id" not in KINDS[kind].fields):
        raise OptionError(f"remove: {kind} rows are named by id / 需给出编号")
    return kind


def _changed(frame: pl.DataFrame, kind: str, entry: Mapping[str, Any]) -> pl.DataFrame:
    column = str(entry.get("column"))
    where: Mapping[str, Any] = entry.get("where", {})
    for name in (column, *where):
        if name not in KINDS[kind].fields:
            raise OptionError(f"{kind} has no column {name!r} / 没有此列")
    how = [k for k in ("set", "times", "plus") if k in entry]
    if len(how) != 1:
        raise OptionError(f"change {kind}.{column}: give one of set, times, plus / 须且只须给出一种变化方式")
    value, old, dtype = entry[how[0]], pl.col(column), frame.schema[column]
    if how[0] != "set" and (not dtype.is_numeric() or not isinstance(value, int | float)):
        raise OptionError(f"{kind}.{column} is not a number / 不是数值列")
    new = {"set": lambda: pl.lit(value), "times": lambda: old * value, "plus": lambda: old + value}[how[0]]()
    if dtype.is_integer() and how[0] != "set":
        new = new.round()
    matches = [pl.col(c).is_in(v) if isinstance(v, list) else pl.col(c) == v for c, v in where.items()]
    chosen = pl.all_horizontal(*matches).fill_null(value=False) if matches else pl.lit(value=True)
    if matches and frame.filter(chosen).is_empty():
        raise OptionError(f"change {kind}.{column}: no row matches {dict(where)} / 没有符合条件的行")
    try:
        changed = frame.with_columns(pl.when(chosen).then(new.cast(dtype)).otherwise(old).alias(column))
    except pl.exceptions.PolarsError as error:
        raise OptionError(f"change {kind}.{column}: {value!r} does not fit / 取值类型不符") from error
    field = KINDS[kind].fields[column]
    outside = pl.lit(value=False)
    if dtype.is_numeric() and field.low is not None:
        outside = outside | (pl.col(column) < field.low)
    if dtype.is_numeric() and field.high is not None:
        outside = outside | (pl.col(column) > field.high)
    if changed.filter(outside & chosen).height:
        low, high = ("…" if v is None else f"{v:g}" for v in (field.low, field.high))
        raise OptionError(
            f"change {kind}.{column}: leaves its range {low} to {high}",
            f"change {kind}.{column}：超出允许范围 {low} 至 {high}",
        )
    return changed


def _added(frame: pl.DataFrame, kind: str, row: Mapping[str, Any]) -> pl.DataFrame:
    if unknown := set(row) - set(KINDS[kind].fields):
        raise OptionError(f"add: {kind} has no column {sorted(unknown)} / 没有此列")
    missing = [
        f.name for f in KINDS[kind].fields.values() if f.need != "optional" and row.get(f.name) is None
    ]
    if missing:
        raise OptionError(f"add: {kind} needs {missing} / 缺少必填列")
    if "id" in row and row["id"] in frame["id"].to_list():
        raise OptionError(f"add: {kind} already has {row['id']} / 编号已存在")
    try:
        one = pl.DataFrame(
            {c: [row.get(c)] for c in KINDS[kind].fields},
            schema_overrides={c: t for c, t in frame.schema.items() if c in KINDS[kind].fields},
        )
    except (pl.exceptions.PolarsError, TypeError) as error:
        raise OptionError(
            f"add: a row of {kind} does not fit its columns ({error}) / 取值类型不符"
        ) from error
    return pl.concat([frame, one], how="diagonal")

"""Scenarios: what if a capacity, budget, barrier or rate were different, or a base or maker came or went.

A scenario is data (a TOML file or the dataclass), applied to a Region to give another Region; it says where it
comes from.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import polars as pl

from sanwang.errors import InputError, OptionError
from sanwang.planning.borders import Market
from sanwang.planning.policies import Policy, checked
from sanwang.region import Region
from sanwang.schema import KINDS

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
    if (market := data.get("market", "today")) not in get_args(Market):
        raise InputError(f"{path}: market {market!r} is not one of {get_args(Market)} / 市场类型有误")
    for key in ("change", "add", "remove", "policy"):
        listed: Any = data.get(key, [])
        if not isinstance(listed, list) or not all(isinstance(x, dict) for x in listed):  # pyright: ignore[reportUnknownVariableType]
            raise InputError(f"{path}: [[{key}]] must be a list of tables / 应为表的列表")
    if "date" in data and not isinstance(data["date"], dt.date):
        raise InputError(f"{path}: date must be a date, like 2026-11-23 / 日期格式有误")
    values: dict[str, Any] = {"name": Path(path).stem} | data
    scenario = Scenario(**values)
    checked(scenario.policy)
    return scenario


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
    low = KINDS[kind].fields[column].low
    if low is not None and dtype.is_numeric() and changed.filter(pl.col(column) < low).height:
        raise OptionError(f"change {kind}.{column}: falls below {low:g} / 低于允许的最小值")
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

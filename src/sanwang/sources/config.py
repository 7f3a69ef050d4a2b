"""``sanwang.toml``: a workspace's name, its own words for columns, and what was decided about sheets of a shape."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomli_w

from sanwang.errors import InputError
from sanwang.schema import KINDS, Problem
from sanwang.sources.atomic import atomic_path
from sanwang.sources.recognise import names
from sanwang.sources.recognise.guess import TableGuess
from sanwang.sources.recognise.sheet import Known, Shape

CONFIG = "sanwang.toml"


@dataclass(frozen=True)
class Config:
    """What the file says, and the problem where it cannot be read."""

    name: str = ""
    fictional: bool = False
    headers: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    shapes: tuple[Shape, ...] = ()
    problems: tuple[Problem, ...] = ()

    def known(self, kind: str | None) -> Known:
        """What a sheet's reader is told beforehand."""
        return Known(kind, self.headers, self.shapes)


def read_config(path: Path) -> Config:
    """The configuration, or an empty one with the problem; a missing file is an empty configuration."""
    if not path.exists():
        return Config()
    try:
        data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        return _config(data)
    except (
        OSError,
        tomllib.TOMLDecodeError,
        UnicodeDecodeError,
        AttributeError,
        KeyError,
        TypeError,
    ) as error:
        reason = str(error).strip("'\"") or type(error).__name__
        return Config(problems=(Problem("error", "config", file=path.name, terms=(("reason", reason),)),))


def _config(data: Mapping[str, Any]) -> Config:
    headers = {str(k): {str(h): str(f) for h, f in m.items()} for k, m in data.get("headers", {}).items()}
    for kind, mapping in headers.items():
        _check(kind, mapping.values(), f"[headers.{kind}]")
    shapes = tuple(_shape(entry) for entry in data.get("sheets", []))
    return Config(str(data.get("name", "")), bool(data.get("fictional", False)), headers, shapes)


def _check(kind: str, fields: Any, where: str) -> None:  # noqa: ANN401 - values of a TOML table
    if kind not in KINDS:
        raise KeyError(f"{where}: no such table; tables: {', '.join(KINDS)}")
    for name in fields:
        if name and name not in KINDS[kind].fields:
            raise KeyError(f"{where}: no field {name}; fields: {', '.join(KINDS[kind].fields)}")


def _shape(entry: Mapping[str, Any]) -> Shape:
    table = str(entry.get("table", "")) or None
    columns = {str(h): str(f) or None for h, f in entry.get("columns", {}).items()}
    if table is not None:
        _check(table, columns.values(), "[[sheets]]")
    headings = frozenset(map(str, entry.get("headings", columns)))
    return Shape(headings, table, columns, {str(h): str(u) for h, u in entry.get("units", {}).items()})


def read_mapping(path: Path) -> tuple[Shape, ...]:
    """The decisions in a file of ``[[sheets]]`` entries. Raises InputError where it cannot be read."""
    found = read_config(path)
    if not path.exists():
        raise InputError(f"{path}: no such file / 没有这个文件")
    if found.problems:
        raise InputError(f"{path}: {found.problems[0].message('zh')} / {found.problems[0].message('en')}")
    return found.shapes


def shape_of(guess: TableGuess) -> Shape:
    """What a guess decides, to be remembered for the next file of the same headings."""
    columns = {c.heading: c.field for c in guess.columns if not c.unnamed}
    units = {
        c.heading: _unit_word(c.unit.yuan)
        for c in guess.columns
        if _is_money(guess, c.field) and "unit" not in c.asks
    }
    return Shape(frozenset(columns), guess.kind, columns, {h: u for h, u in units.items() if u})


def _is_money(guess: TableGuess, name: str | None) -> bool:
    kind = KINDS.get(guess.kind or "")
    return bool(kind and name and kind.fields[name].item == "money")


WORDS = {1: "元", 10**3: "千元", 10**4: "万元", 10**6: "百万元", 10**7: "千万元", 10**8: "亿元"}
"""Yuan of a unit → its word."""


def _unit_word(yuan: int | None) -> str:
    return WORDS.get(yuan or 0, "")


def remember(folder: Path, shapes: Sequence[Shape], *, name: str = "", fictional: bool = False) -> Path:
    """Write decisions into a folder's ``sanwang.toml``, beside what it says already; a shape decided again is
    replaced."""
    path = folder / CONFIG
    had = _existing(path)
    data: dict[str, Any] = {
        "name": name or had.get("name", folder.resolve().name),
        "fictional": fictional or bool(had.get("fictional")),
    } | {k: v for k, v in had.items() if k not in ("name", "fictional")}
    if shapes:
        before: list[dict[str, Any]] = data.get("sheets", [])
        kept = [e for e in before if not any(_same(e, s) for s in shapes)]
        data["sheets"] = kept + [_entry(s) for s in shapes]
    with atomic_path(path) as temporary:
        temporary.write_text(tomli_w.dumps(data), encoding="utf-8")
    return path


def _existing(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig")) if path.is_file() else {}
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: {error}") from error


def _same(entry: Mapping[str, Any], shape: Shape) -> bool:
    return {names.fold(h) for h in entry.get("headings", [])} == {names.fold(h) for h in shape.headings}


def _entry(shape: Shape) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "table": shape.table or "",
        "headings": list(shape.columns),
        "columns": {h: f or "" for h, f in shape.columns.items()},
    }
    return entry | ({"units": dict(shape.units)} if shape.units else {})

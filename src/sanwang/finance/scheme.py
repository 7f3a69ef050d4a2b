"""A scheme of innovation points as data: indicators, how a value becomes a mark, and weights by stage.

The official weights are not public. The scheme that ships is an illustration and says so; a user's own has the same
shape.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from sanwang.errors import InputError, OptionError
from sanwang.finance.conditions import check_conditions

Floats = npt.NDArray[np.float64]
TRANSFORMS = ("linear", "log", "log1p", "piecewise")


@dataclass(frozen=True)
class Indicator:
    """One indicator; marks are interpolated between ``knots`` (value, mark) on the ``transform``'s scale."""

    name: str
    en: str
    group: str
    unit: str
    definition: str
    transform: str
    knots: tuple[tuple[float, float], ...]
    weights: Mapping[str, float]


@dataclass(frozen=True)
class Stage:
    """A stage of a firm's life and the CEL rule that puts a firm there (``age_years``, ``size``)."""

    id: str
    zh: str
    en: str
    rule: str


@dataclass(frozen=True)
class Scheme:
    """A whole scheme; ``weights(stage)`` adds up to one."""

    name: str
    notice: str
    source: str
    full_marks: float
    missing: str
    stage_indicator: str
    groups: Mapping[str, tuple[str, str]]
    stages: tuple[Stage, ...]
    indicators: tuple[Indicator, ...]

    def weights(self, stage: str) -> Floats:
        """The weight of every indicator at a stage, as shares."""
        raw = np.array([i.weights.get(stage, 0.0) for i in self.indicators])
        return raw / raw.sum()


def load_scheme(path: Path | None = None) -> Scheme:
    """The scheme of a TOML file, or the illustrative one. Raises InputError naming the entry that is wrong."""
    try:
        if path is None:
            text = (files("sanwang.finance") / "schemes" / "illustrative.toml").read_text(encoding="utf-8")
        else:
            text = path.read_text(encoding="utf-8-sig")
        data = tomllib.loads(text)
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: not a readable TOML file / 方案文件无法读取 ({error})") from error
    try:
        return read_scheme(data)
    except InputError as error:
        raise InputError(f"{path or 'illustrative.toml'}: {error}") from error


def read_scheme(data: Mapping[str, Any]) -> Scheme:
    """The scheme of parsed TOML. Raises InputError naming the entry that is wrong."""
    groups = {
        str(k): (str(v[0]), str(v[1]))
        for k, v in _table(data, "groups").items()
        if isinstance(v, list) and len(v) == 2  # pyright: ignore[reportUnknownArgumentType]  # TOML is untyped
    }
    stages = tuple(_stage(entry) for entry in _entries(data, "stages"))
    ids = [s.id for s in stages]
    indicators = tuple(_indicator(entry, groups, ids) for entry in _entries(data, "indicators"))
    for what, names in (("stages", ids), ("indicators", [i.name for i in indicators])):
        if twice := sorted({n for n in names if names.count(n) > 1}):
            raise InputError(f"{what}: {', '.join(twice)} occurs twice / 重复")
    for stage in ids:
        if sum(i.weights.get(stage, 0.0) for i in indicators) <= 0:
            raise InputError(f"stage {stage}: no indicator has weight / 该阶段没有权重")
    missing = str(data.get("missing", "worst"))
    if missing not in ("worst", "median"):
        raise InputError(f"missing = {missing!r}: wanted worst or median / 缺失处理须为 worst 或 median")
    full = _number(data.get("full_marks", 100), "full_marks")
    if full <= 0:
        raise InputError("full_marks must be positive / 满分须为正")
    name, notice, source = (str(data.get(k, "")) for k in ("name", "notice", "source"))
    own = str(data.get("stage_indicator", ""))
    return Scheme(name, notice, source, full, missing, own, groups, stages, indicators)


def marks(indicator: Indicator, values: Floats) -> Floats:
    """Marks between 0 and 1; a value beyond the last knot has that knot's mark, NaN stays NaN."""
    x = np.array([k[0] for k in indicator.knots])
    y = np.array([k[1] for k in indicator.knots])
    order = np.argsort(x)
    x, y = x[order], y[order]
    held = np.clip(values, x[0], x[-1])
    if indicator.transform == "log":
        held, x = np.log(held), np.log(x)
    elif indicator.transform == "log1p":
        held, x = np.log1p(held), np.log1p(x)
    return np.where(np.isnan(values), np.nan, np.interp(held, x, y))


def _stage(entry: Mapping[str, Any]) -> Stage:
    name, rule = str(entry.get("id", "")), str(entry.get("rule", ""))
    if not name:
        raise InputError("stages: an entry has no id / 阶段缺 id")
    try:
        check_conditions(f"cel: {rule}" if rule else None)
    except OptionError as error:
        raise InputError(f"stage {name}: {error}") from error
    return Stage(name, str(entry.get("zh", name)), str(entry.get("en", name)), rule)


def _indicator(
    entry: Mapping[str, Any], groups: Mapping[str, tuple[str, str]], stages: list[str]
) -> Indicator:
    name = str(entry.get("name", ""))
    if not name:
        raise InputError("indicators: an entry has no name / 指标缺 name")
    group = str(entry.get("group", ""))
    if group not in groups:
        raise InputError(f"{name}: group {group!r} is not among {', '.join(groups)} / 分组不存在")
    transform = str(entry.get("transform", ""))
    if transform not in TRANSFORMS:
        raise InputError(f"{name}: transform {transform!r}; wanted {', '.join(TRANSFORMS)} / 变换不认识")
    weights = {s: _number(w, f"{name}: weight of {s}") for s, w in _table(entry, "weights", name).items()}
    if unknown := sorted(set(weights) - set(stages)):
        raise InputError(f"{name}: weights name no stage: {', '.join(unknown)} / 权重中的阶段不存在")
    if min(weights.values()) < 0:
        raise InputError(f"{name}: a weight is negative / 权重为负")
    return Indicator(
        name,
        str(entry.get("en", name)),
        group,
        str(entry.get("unit", "")),
        str(entry.get("definition", "")),
        transform,
        _knots(entry, name, transform),
        weights,
    )


def _knots(entry: Mapping[str, Any], name: str, transform: str) -> tuple[tuple[float, float], ...]:
    if transform == "piecewise":
        given = entry.get("knots")
        pairs = cast("list[Any]", given) if isinstance(given, list) else []
        if len(pairs) < 2 or not all(isinstance(p, list) and len(cast("list[Any]", p)) == 2 for p in pairs):
            raise InputError(f"{name}: knots wants two or more [value, mark] / knots 须有两个以上 [值, 分]")
        knots = tuple((_number(p[0], name), _number(p[1], name)) for p in pairs)
    else:
        ends = [_number(entry.get(k), f"{name}: {k}") for k in ("zero_at", "full_at")]
        knots = ((ends[0], 0.0), (ends[1], 1.0))
    values = [k[0] for k in knots]
    if len(set(values)) < len(values):
        raise InputError(f"{name}: two knots have one value / 取值重复")
    if any(not 0 <= k[1] <= 1 for k in knots):
        raise InputError(f"{name}: a mark is outside 0–1 / 分值须在 0 到 1 之间")
    if (transform == "log" and min(values) <= 0) or (transform == "log1p" and min(values) <= -1):
        raise InputError(f"{name}: {transform} wants larger values / {transform} 的界须更大")
    return knots


def _number(value: object, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InputError(f"{what}: {value!r} is not a number / 不是数")
    return float(value)


def _table(data: Mapping[str, Any], key: str, where: str = "scheme") -> dict[str, Any]:
    found = data.get(key)
    if not isinstance(found, dict) or not found:
        raise InputError(f"{where}: no table {key} / 缺少 {key}")
    return cast("dict[str, Any]", found)


def _entries(data: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    found = data.get(key)
    if not isinstance(found, list) or not found:
        raise InputError(f"no entries [[{key}]] / 缺少 [[{key}]]")
    return [cast("dict[str, Any]", e) for e in cast("list[Any]", found) if isinstance(e, dict)]

"""The numbers behind a plan that stand in no table, each with its source."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib.resources import files
from typing import Any

from sanwang.errors import OptionError

_COUNTED = ("gap_limit", "gap_limit_pilot", "months_per_level", "default_months")
"""Levels and months; every other assumption is a share."""


@dataclass(frozen=True)
class Assumptions:
    """Values by name; ``assumptions.toml`` says what each means and where it comes from."""

    discount_rate: float
    prior_strong: float
    prior_fair: float
    prior_weak: float
    prior_accepted: float
    min_score: float
    technical_probability: float
    probability_per_level: float
    probability_cap: float
    gap_limit: float
    gap_limit_pilot: float
    months_per_level: float
    default_months: float
    credit_loss: float
    pilot_share: float


def described() -> dict[str, dict[str, Any]]:
    """Name → value, meaning in Chinese and English, source."""
    return tomllib.loads((files("sanwang.planning") / "assumptions.toml").read_text(encoding="utf-8"))


def assumptions(changes: Mapping[str, float] | None = None) -> Assumptions:
    """The shipped assumptions with some values changed. Raises OptionError for a name that is none of them."""
    values = {name: float(entry["value"]) for name, entry in described().items()}
    names = {f.name for f in fields(Assumptions)}
    if unknown := set(changes or {}) - names:
        raise OptionError(
            f"no assumption is called {', '.join(sorted(unknown))}; there are {', '.join(sorted(names))}",
            f"没有这项假设：{'、'.join(sorted(unknown))}；有 {'、'.join(sorted(names))}",
        )
    for name, value in (changes or {}).items():
        high = math.inf if name in _COUNTED else 1.0
        if not 0 <= value <= high:
            zh = described()[name]["zh"]
            raise OptionError(
                f"{name} = {value:g} is out of range 0 to {high:g}",
                f"{zh}（{name}）= {value:g}，应在 0 至 {high:g} 之间",
            )
    return Assumptions(**(values | dict(changes or {})))

"""Options that several planning studies share."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sanwang.errors import OptionError
from sanwang.planning.policies import checked
from sanwang.region.scenario import Scenario, read_scenario
from sanwang.study.option import OptionType, Unreadable

YEARS_AHEAD = range(2026, 2031)
"""The horizon where none is asked for."""


def _assumed(given: object) -> dict[str, float]:
    """Assumptions by name, from a mapping or from ``name=value,name=value``."""
    parts: Any = given if isinstance(given, Mapping) else _pairs(str(given))
    try:
        return {str(name): float(value) for name, value in parts.items()}
    except (TypeError, ValueError) as error:
        raise Unreadable(
            "names with numbers, as discount_rate=0.05, are wanted", "应为 名称=数值，如 discount_rate=0.05"
        ) from error


def _pairs(text: str) -> dict[str, str]:
    split = [p.partition("=") for p in text.replace("，", ",").split(",") if p.strip()]
    return {name.strip(): value.strip() for name, _, value in split}


def _policies(given: object) -> tuple[dict[str, Any], ...]:
    """Policies from a sequence of mappings, or from the ``[[policy]]`` entries of a TOML file."""
    listed: Any = given
    if isinstance(given, str | Path):
        try:
            listed = tomllib.loads(Path(given).read_text(encoding="utf-8")).get("policy", [])
        except (OSError, ValueError) as error:
            raise Unreadable(
                f"not a TOML file of policies ({error})", f"不是政策约束的 TOML 文件（{error}）"
            ) from error
    if not isinstance(listed, list | tuple) or not all(isinstance(x, Mapping) for x in listed):
        raise Unreadable("a list of policies is wanted", "应为政策约束的列表")
    try:
        return checked(listed)
    except OptionError as error:
        raise Unreadable(error.said("en"), error.said("zh")) from error


def _scenario(given: object) -> Scenario:
    """A scenario, or the path of a scenario file."""
    if isinstance(given, Scenario):
        return given
    if isinstance(given, str | Path):
        return read_scenario(given)
    if isinstance(given, Mapping):
        return Scenario(**given)  # pyright: ignore[reportUnknownArgumentType]  # as a saved result tells it
    raise Unreadable("a Scenario or the path of a scenario file is wanted", "应为 Scenario 或情景文件的路径")


SCENARIO = OptionType("scenario", "SCENARIO", _scenario)
ASSUMED = OptionType("assumptions", "NAME=X,…", _assumed)
POLICIES = OptionType("policies", "FILE", _policies)

"""Units of amounts: how they are written, what they measure, and one value in another's unit."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import pint

GIVEN: dict[str, Any] = tomllib.loads(
    (files("sanwang.collaboration.figures") / "units.toml").read_text(encoding="utf-8")
)
_POWERS = {"²": "2", "³": "3", "⁻¹": "-1"}


def _named() -> dict[str, str]:
    """Every spelling and the name that the registry knows it by."""
    known = {spelling: name for name, all_ in GIVEN["unit"].items() for spelling in all_}
    for group in ("scale", "count", "fold"):
        known |= {spelling: f"own_{group}_{place}" for place, spelling in enumerate(GIVEN["opaque"][group])}
    return known


SPELLINGS = _named()


def either(spellings: list[str]) -> str:
    """A pattern of any of the spellings, the longest first."""
    return "|".join(re.escape(s) for s in sorted(spellings, key=len, reverse=True))


_ATOM = rf"(?:{either(list(SPELLINGS))})(?:(?<=[a-zA-Zμ])(?:\^?-?[23]|-1)|[²³])?"
UNIT = rf"{_ATOM}(?:[ ]?(?:[/·*⋅]|每|\.(?=[a-zA-Zμ]))[ ]?\(?{_ATOM}\)?)*"
"""A pattern of a unit as it stands behind a number."""

_PART = re.compile(
    rf"(?P<join>[/·*⋅.]|每)?[ ]?\(?(?P<atom>{either(list(SPELLINGS))})(?P<power>\^?-?[23]|[²³]|-1)?\)?[ ]?"
)


@cache
def registry() -> pint.UnitRegistry[float]:
    """The unit registry: SI and common units, percent, money, and scales that compare with themselves only."""
    units: pint.UnitRegistry[float] = pint.UnitRegistry(autoconvert_offset_to_baseunit=True)
    lines = ["yuan = [money]", "dollar = [dollars]", "euro = [euros]", "mu_area = 666.6667 * meter ** 2"]
    lines += ["arc = [arc]", "minute_of_arc = arc / 60", "loudness = [loudness]"]
    lines += [
        "ppb = 1e-9",
        "reflectivity = [reflectivity]",
        "decibel_isotropic = [isotropic]",
        "decibel_milliwatt = [dbm]",
    ]
    own = {n for n in SPELLINGS.values() if n.startswith("own_")}
    for line in (*lines, *(f"{n} = [{n}]" for n in sorted(own))):
        units.define(line)
    return units


@cache
def measured(unit: str) -> str | None:
    """A written unit as an expression of the registry; None for what is no unit. ``""`` is dimensionless."""
    if unit == "":
        return ""
    if unit in SPELLINGS:
        return SPELLINGS[unit]
    said, at, inside = "", 0, False
    while at < len(unit):
        part = _PART.match(unit, at)
        if part is None or part.end() == at:
            return None
        power = (part["power"] or "").lstrip("^")
        power = _POWERS.get(power, power)
        sign = "/" if inside or part["join"] in ("/", "每") else "*"
        inside = (inside or "(" in part[0]) and ")" not in part[0]
        atom = f"({SPELLINGS[part['atom']]}){' ** ' + power if power else ''}"
        said = f"{said} {sign} {atom}" if said else atom
        at = part.end()
    return said


@lru_cache(maxsize=65_536)
def same_dimension(a: str, b: str) -> bool:
    """Whether an amount in one written unit may be written in the other."""
    left, right = measured(a), measured(b)
    if left is None or right is None:
        return a == b
    units = registry()
    return bool(units.Unit(left).is_compatible_with(units.Unit(right)))


def in_unit(value: float | None, unit: str, wanted: str) -> float | None:
    """A value of one written unit in another of the same dimension; None stays open."""
    if value is None or unit == wanted:
        return value
    left, right = measured(unit), measured(wanted)
    if left is None or right is None:
        raise ValueError(f"{unit} is not measured in {wanted}")
    return float(registry().Quantity(value, left).to(right).magnitude)

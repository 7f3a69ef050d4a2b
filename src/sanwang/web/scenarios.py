"""Scenarios put together by menus: market, borders, money, capacity and quotas, as the data that ``Scenario`` is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from sanwang.errors import OptionError
from sanwang.region import Region
from sanwang.region.names import place_names
from sanwang.region.scenario import Scenario, apply, entries_of

MARKETS = ("today", "unified", "segmented")

TIMES = ("0", "0.5", "0.8", "1.2", "1.5", "2", "3")
"""Factors that a menu offers; 1 is leaving things as they are."""

SHARES = ("0.1", "0.2", "0.3", "0.4", "0.5")

CHANGES = {
    "budgets": ("products", "budget"),
    "base_capacity": ("bases", "capacity"),
    "maker_capacity": ("makers", "capacity"),
    "asks": ("achievements", "ask"),
    "values": ("needs", "value"),
}
"""By menu, the table and column whose every value is multiplied."""


def scenario_of(form: Mapping[str, str], region: Region) -> dict[str, Any] | None:
    """The scenario that a form's menus make, as plain data; None where nothing was chosen and no name given.

    Raises OptionError for what is on no menu, or a scenario without a name.
    """
    told: dict[str, Any] = {}
    if (market := _chosen(form, "market", MARKETS)) not in (None, "today"):
        told["market"] = market
    if times := _chosen(form, "barriers", TIMES):
        told["barriers"] = float(times)
    changes = [
        {"table": table, "column": column, "times": float(x)}
        for menu, (table, column) in CHANGES.items()
        if (x := _chosen(form, menu, TIMES)) and region.has(table)
    ]
    if changes:
        told["change"] = changes
    if policies := list(_policies(form, region)):
        told["policy"] = policies
    name = form.get("name", "").strip()[:60]
    if not told and not name:
        return None
    if not name:
        raise OptionError("give the scenario a name", "请为情景命名")
    return {"name": name, **told}


def _policies(form: Mapping[str, str], region: Region) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    share = _chosen(form, "landing_share", SHARES)
    if share:
        place = _chosen(form, "landing_place", tuple(code for code, _ in provinces(region, "zh")))
        if not place:
            raise OptionError("say where they are to land", "请选择落地的地区")
        found.append({"kind": "least_share", "place": place, "share": float(share)})
    if small := _chosen(form, "small_share", SHARES):
        found.append({"kind": "least_small_share", "share": float(small)})
    if most := _chosen(form, "maker_share", SHARES):
        found.append({"kind": "most_maker_share", "share": float(most)})
    return found


def _chosen(form: Mapping[str, str], menu: str, offered: tuple[str, ...]) -> str | None:
    held = form.get(menu, "").strip()
    if held and held not in offered:
        raise OptionError(f"{menu}: {held!r} is not on the menu", f"{menu}：没有 {held!r} 这一项")
    return held or None


def provinces(region: Region, lang: str) -> list[tuple[str, str]]:
    """Provinces where something stands, by code, with their names."""
    rows = (
        place_names(region, lang).select("province", "province_name").unique().drop_nulls().sort("province")
    )
    return [(str(a), str(b)) for a, b in rows.iter_rows()]


def checked(given: Mapping[str, Any], region: Region) -> dict[str, Any]:
    """A scenario that a program gives, as plain data. Raises OptionError for what it cannot have or change here."""
    known = {f.name for f in fields(Scenario)} - {"date"}
    if strange := sorted(set(given) - known):
        raise OptionError(f"a scenario has no {', '.join(strange)}", f"情景没有 {'、'.join(strange)}")
    faults = [what for _, what, good in entries_of(given) if not good]
    if faults or len(str(given.get("name", "x"))) > 60:
        en, zh = faults[0] if faults else ("a name of at most 60 letters", "不超过 60 字的名称")
        raise OptionError(f"scenario: {en} is wanted", f"情景：应为{zh}")
    told: dict[str, Any] = {"name": "scenario", **given}
    apply(region, Scenario(**told))
    return told

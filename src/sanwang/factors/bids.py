"""Who asks for how much of which factor and pays at most what: from the needs, from a plan's routes, or from a file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl

from sanwang.errors import DataError, InputError, OptionError
from sanwang.region import Region
from sanwang.schema import KINDS, code_of, word_for
from sanwang.sources.csv_text import read_csv

BIDS: dict[str, Any] = {
    "bid": pl.String,
    "actor": pl.String,
    "factor": pl.String,
    "class": pl.String,
    "units": pl.Float64,
    "pays": pl.Float64,
}
LEFT: dict[str, Any] = {"who": pl.String, "what": pl.String, "zh": pl.String, "en": pl.String}


@dataclass(frozen=True)
class Bids:
    """``frame``: bid, actor, factor, class, units a year, the most paid a unit (fen); ``left`` out, with the reason;
    what was ``assumed``, in Chinese and English."""

    frame: pl.DataFrame
    left: pl.DataFrame
    assumed: tuple[tuple[str, str], ...]


def described() -> dict[str, dict[str, Any]]:
    """The assumptions behind bids: name → value, meaning in Chinese and English, source."""
    return tomllib.loads((files("sanwang.factors") / "market.toml").read_text(encoding="utf-8"))


def reference_prices(region: Region) -> dict[tuple[str, str], float]:
    """Mean ask of each class by capacity (simple mean where a capacity is not given or all are zero), fen."""
    by: dict[tuple[str, str], list[tuple[float | None, float]]] = {}
    for factor, name, capacity, price in (
        region["factors"].select("factor", "class", "capacity", "price").iter_rows()
    ):
        by.setdefault((factor, name), []).append((capacity, float(price or 0)))
    found: dict[tuple[str, str], float] = {}
    for key, offers in by.items():
        weights = [c if c is not None else 0.0 for c, _ in offers]
        if any(c is None for c, _ in offers) or sum(weights) <= 0:
            weights = [1.0] * len(offers)
        found[key] = sum(w * p for w, (_, p) in zip(weights, offers, strict=True)) / sum(weights)
    return found


def bids_of_needs(region: Region, share: float | None = None) -> Bids:
    """One bid a need and class that the table ``requirements`` asks of its industries.

    A need passes each stage once in the year; of rows that ask a stage for the same class the larger counts, as in the
    plan. The industries of the achievement, which the plan adds, are not known before a route is chosen. Raises
    DataError where no requirement meets a need's industries.
    """
    rows = [r for r in region["requirements"].to_dicts() if (r["units"] or 0) > 0]
    wanted: dict[str, dict[tuple[str, str], float]] = {}
    for need in region["needs"].drop_nulls("id").sort("id").to_dicts():
        stages: dict[tuple[str, str, str], float] = {}
        for r in rows:
            if r["industry"] == "*" or any(c.startswith(r["industry"]) for c in need["industries"] or []):
                key = (r["stage"], r["factor"], r["class"])
                stages[key] = max(stages.get(key, 0.0), r["units"])
        units: dict[tuple[str, str], float] = {}
        for (_, factor, name), amount in stages.items():
            units[factor, name] = units.get((factor, name), 0.0) + amount
        wanted[need["id"]] = units
    if not any(wanted.values()):
        raise DataError(
            "no requirement meets the industries of any need / 要素需求表与任何需求的行业都不相符"
        )
    said = (
        "单位数取自要素需求表：每项需求当年走完研发、中试、生产各一次，同阶段同细类取大者；全部需求同在一年",
        "Units from the table requirements: every need passes each stage once, all in one year; the larger row counts",
    )
    return _priced(region, wanted, share, said)


def bids_of_routes(
    region: Region, routes: pl.DataFrame, share: float | None = None, year: int | None = None
) -> Bids:
    """One bid a need and class that a plan's routes take in one year, by default the first year in which they take any.

    Raises InputError for a frame that is not a plan's routes or an offer the workspace lacks, OptionError for a year
    without any.
    """
    if missing := {"need", "offers"} - set(routes.columns):
        raise InputError(f"the plan's routes have no column {', '.join(sorted(missing))} / 方案缺列")
    classes = {i: (f, c) for i, f, c in region["factors"].select("id", "factor", "class").iter_rows()}
    taken: dict[int, dict[str, dict[tuple[str, str], float]]] = {}
    for need, offers in routes.select("need", "offers").iter_rows():
        for cell in filter(None, (offers or "").split(";")):
            offer, _, rest = cell.rpartition(":")
            units, _, when = rest.partition("@")
            if offer not in classes:
                raise InputError(
                    f"the plan uses offer {offer!r}, which the workspace lacks / 工作区没有该供给"
                )
            of = taken.setdefault(int(when), {}).setdefault(need, {})
            of[classes[offer]] = of.get(classes[offer], 0.0) + float(units)
    if not taken:
        raise DataError("the plan's routes take no factor / 方案的路线不用任何要素")
    chosen = min(taken) if year is None else year
    if chosen not in taken:
        raise OptionError(f"the plan takes no factor in {chosen}; years: {sorted(taken)} / 该年没有要素用量")
    said = (
        f"单位数取自方案的路线在 {chosen} 年的用量",
        f"Units are what the plan's routes take in {chosen}",
    )
    return _priced(region, taken[chosen], share, said)


def _priced(
    region: Region,
    wanted: Mapping[str, Mapping[tuple[str, str], float]],
    share: float | None,
    said: tuple[str, str],
) -> Bids:
    part = float(described()["factor_share"]["value"]) if share is None else share
    if not 0 < part <= 1:
        raise OptionError(f"the share is {part}; wanted above 0 and at most 1 / 份额须在 0 与 1 之间")
    needs = {r["id"]: r for r in region["needs"].drop_nulls("id").to_dicts()}
    ask = reference_prices(region)
    rows: list[tuple[str, str | None, str, str, float, float]] = []
    left: list[tuple[str, str, str, str]] = []
    unoffered: dict[tuple[str, str], float] = {}
    for need, units in wanted.items():
        if need not in needs:
            raise InputError(f"the plan serves need {need!r}, which the workspace lacks / 工作区没有该需求")
        row = needs[need]
        offered = {c: u for c, u in units.items() if c in ask}
        for c in units.keys() - offered.keys():
            unoffered[c] = unoffered.get(c, 0.0) + units[c]
        purse = row["budget"] if row["budget"] is not None else row["value"]
        if not units:
            left.append((need, "", "要素需求表没有与其行业相符的行", "no requirement meets its industries"))
        elif purse is None:
            left.append((need, "", "没有预算，也没有价值，不知最多付多少", "neither budget nor value"))
        elif offered:
            listed = sum(ask[c] * u for c, u in offered.items())
            times = part * purse / (listed or sum(offered.values()))
            rows += [
                (need, row["actor"], f, c, u, times * (ask[f, c] if listed else 1.0))
                for (f, c), u in sorted(offered.items())
            ]
    for (factor, name), amount in sorted(unoffered.items()):
        what = f"{word_for('factor', factor, 'zh')} {name} {amount:g}"
        left.append(
            ("", what, "无人供给，价格不知，如方案一样略去", "nobody offers it; left out, as in the plan")
        )
    pay = (
        f"付款意愿：一项需求用于要素的钱至多为预算（无预算则价值）的 {part:.0%}，"
        "按各细类参考价（供给量加权的要价）乘同一倍数分配",
        f"What is paid at most: {part:.0%} of the need's budget (else its value) over its classes, "
        "the same multiple of each class's mean ask",
    )
    return Bids(_frame(rows), pl.DataFrame(left, schema=LEFT, orient="row"), (said, pay))


def _frame(rows: list[tuple[str, str | None, str, str, float, float]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=BIDS, orient="row").sort("factor", "class", "bid", maintain_order=True)


_HEADINGS = {
    "need": ("need", "需求编号", "需求"),
    "actor": ("actor", "机构编号", "需求单位编号", "单位编号"),
    "factor": ("factor", KINDS["requirements"].fields["factor"].zh),
    "class": ("class", KINDS["requirements"].fields["class"].zh),
    "units": ("units", KINDS["requirements"].fields["units"].zh),
    "price": ("price", "出价（分）"),
    "yuan": ("price_yuan", "出价", "单价", "出价（元）"),
}


def read_bids(path: str | Path, region: Region) -> Bids:
    """Bids from csv: need or actor, factor, class, units, price (fen a unit) or price_yuan (出价, yuan).

    Raises InputError that lists every bad line.
    """
    file = Path(path)
    if not file.is_file():
        raise InputError(f"{file}: no such file / 没有这个文件")
    raw = read_csv(file)
    if raw.problems:
        raise InputError(f"{file}: {raw.problems[0].code}: the file cannot be read as csv / 无法按 csv 读取")
    lines = list(raw.rows)
    head = [str(c or "").strip() for c in lines[0][1]] if lines else []
    at = {k: next((head.index(w) for w in words if w in head), None) for k, words in _HEADINGS.items()}
    lost = [k for k in ("factor", "class", "units") if at[k] is None]
    if lost or (at["need"] is None and at["actor"] is None) or (at["price"] is None and at["yuan"] is None):
        raise InputError(
            f"{file}: wanted columns need or actor, factor, class, units, price or price_yuan; has {', '.join(head)} / "
            "须有 需求编号 或 机构编号、要素类型、细类、所需数量、出价"
        )
    owners: dict[str, str | None] = dict(region["needs"].drop_nulls("id").select("id", "actor").iter_rows())
    actors = set(region["actors"]["id"].drop_nulls().to_list())
    rows: list[tuple[str, str | None, str, str, float, float]] = []
    wrong: list[str] = []
    for number, cells in lines[1:]:
        got = {
            k: str(cells[i]).strip() if i is not None and i < len(cells) and cells[i] is not None else ""
            for k, i in at.items()
        }
        if not any(got.values()):
            continue
        name, owner = got["need"] or got["actor"], owners.get(got["need"]) if got["need"] else got["actor"]
        factor = code_of("factor", got["factor"])
        if got["need"] and got["need"] not in owners:
            wrong.append(f"{number}: need {got['need']!r} is not in the workspace / 没有该需求")
        elif not got["need"] and got["actor"] not in actors:
            wrong.append(f"{number}: actor {got['actor']!r} is not in the workspace / 没有该机构")
        if factor is None:
            wrong.append(f"{number}: factor {got['factor']!r} / 要素类型不识")
        if not got["class"]:
            wrong.append(f"{number}: no class / 缺细类")
        units, price = _number(got["units"]), _number(got["price"] or got["yuan"])
        if units is None or units <= 0:
            wrong.append(f"{number}: units {got['units']!r}, wanted above 0 / 数量须大于 0")
        if price is None or price < 0:
            wrong.append(
                f"{number}: price {got['price'] or got['yuan']!r}, wanted 0 or more / 出价须为非负数"
            )
        if factor and units and price is not None:
            rows.append((name, owner, factor, got["class"], units, price if got["price"] else price * 100))
    if wrong:
        raise InputError(
            f"{file.name}: " + "; ".join(wrong[:20]) + ("" if len(wrong) <= 20 else f" … {len(wrong)}")
        )
    if not rows:
        raise InputError(f"{file}: no bid / 没有出价")
    said = (f"出价取自 {file.name}", f"Bids from {file.name}")
    return Bids(_frame(rows), pl.DataFrame(schema=LEFT), (said,))


def _number(text: str) -> float | None:
    try:
        value = float(text.replace(",", "").replace("，", ""))
    except ValueError:
        return None
    return value if abs(value) < 1e15 else None

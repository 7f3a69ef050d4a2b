"""A Region, its matches and a horizon as arrays: what the pricing kernel and the program read.

Amounts are fen in float64 (exact below 2^53); places, achievements, needs and the rest are numbered from 0 in the order
of their ids; place 0 is "unknown".
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from sanwang.collaboration.verdicts import verdicts
from sanwang.planning.assumptions import Assumptions
from sanwang.planning.borders import Borders, Market, borders, closures
from sanwang.planning.capacity import able, yearly
from sanwang.planning.chances import with_chances
from sanwang.planning.eligibility import let_in
from sanwang.planning.stations import Fitted, fitted_of, lists, uplift_share
from sanwang.region import Region

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

STAGES = ("development", "pilot", "production")
POINTS = "创新积分"
"""The indicator of the points table that holds a firm's total."""

_OPEN = np.inf


class Pairs(NamedTuple):
    """Matched pairs, a row each; ``budget`` is infinite where none is given, ``left`` months to the deadline."""

    need: Ints
    achievement: Ints
    score: Floats
    gap: Ints
    stations: Ints
    marks: Ints
    profile: Ints
    origin: Ints
    target: Ints
    value: Floats
    budget: Floats
    ask: Floats
    left: Ints
    chance: Floats  # that the match holds


class Layers(NamedTuple):
    """What routes pass through. Lists of lists are kept as (start, members): ``members[start[i]:start[i+1]]``."""

    discount: Floats  # by month from January of the first year; 1 up to the plan's start
    opens: Ints  # by year: the month in which a route that starts in it begins
    rate: Floats  # technology, place x place
    days: Floats
    capital_rate: Floats
    capital_days: Floats
    station_start: Ints  # by (options, TRL) combination -> stations
    station_members: Ints
    station_share: Floats  # of the base's uplift, by member: what its fit lets through
    station_base: Ints
    base_price: Floats
    base_months: Ints
    base_uplift: Floats
    base_place: Ints
    maker_start: Ints  # by list of options -> makers
    maker_members: Ints
    maker_setup: Floats
    maker_months: Ints
    maker_place: Ints  # -1: where the need is
    item_start: Ints  # by profile * 3 + stage -> items
    item_members: Ints
    package_product: Ints
    package_guarantee: Ints  # -1: none
    package_lease: Bools
    package_low: Floats
    package_high: Floats
    package_interest: Floats  # share of the principal over the term
    package_place: Ints
    need_package: Bools  # need x package
    achievement_package: Bools
    either_package: Bools  # package x sector set: eligible by industry
    need_sector: Ints
    achievement_sector: Ints
    limits: Floats  # gap_limit, gap_limit_pilot, months_per_level, technical p, p per level, cap, transfers
    # transfers: 1 where what the firm pays to owner and lender counts as cost, 0 where only the region's surplus does


@dataclass(frozen=True)
class Offers:
    """Factor offers, and the items (class and units a stage takes) they can serve."""

    ids: tuple[str, ...]
    price: Floats
    capacity: Floats
    place: Ints
    rates: Floats  # offer x place of the need
    items: tuple[tuple[str, str, float], ...]
    serving: tuple[Ints, ...]  # by item -> offers


@dataclass(frozen=True)
class Instance:
    """The whole problem: arrays, ids, capacities (infinite where the table gives none)."""

    pairs: Pairs
    layers: Layers
    offers: Offers
    borders: Borders
    years: range
    needs: tuple[str, ...]
    achievements: tuple[str, ...]
    stations: tuple[tuple[str, str | None], ...]
    bases: tuple[str, ...]
    makers: tuple[str | None, ...]
    products: tuple[str, ...]
    licences: Floats
    station_capacity: Floats
    base_capacity: Floats  # by year, as makers' and offers'
    maker_capacity: Floats
    budgets: Floats
    matched: Mapping[str, bool]
    """Needs with at least one match above the least score → whether they can be valued."""
    reserved: Floats | None = None
    """What routes under way already take of each row, policies left out."""

    @property
    def places(self) -> tuple[str | None, ...]:
        """Place codes by number."""
        return tuple(self.borders.index)


def instance(
    region: Region,
    matches: pl.DataFrame,
    years: range,
    given: Assumptions,
    market: Market = "today",
    begin: int = 0,
    closed: Sequence[str] = (),
    objective: str = "firm",
) -> Instance:
    """The arrays of a Region over the pairs whose score reaches ``min_score``. Nothing starts before the month
    ``begin`` (0: January) of the first year."""
    walls = borders(region, market, closures(closed))
    homes: dict[str | None, str | None] = dict(region["actors"].select("id", "place").iter_rows())
    needs, achievements = region["needs"].sort("id"), region["achievements"].sort("id")
    trl = _numbers(achievements["trl"], 0).astype(np.int64)

    def at(place: str | None) -> int:
        return walls.index.get(place, 0)

    owner = np.array([at(homes.get(a)) for a in achievements["owner"].to_list()], np.int64)
    target = np.array([at(homes.get(a)) for a in needs["actor"].to_list()], np.int64)
    known, matched = _known(matches, needs, achievements, given)
    n, a = known["n"].to_numpy().astype(np.int64), known["a"].to_numpy().astype(np.int64)
    bases, makers = (region[k].drop_nulls("id").sort("id") for k in ("bases", "makers"))
    required = _numbers(needs["trl_required"], 0).astype(np.int64)
    gap = np.maximum(0, required[n] - np.where(trl[a] > 0, trl[a], required[n]))
    profile, profiles = _profiles(region, achievements, needs, a, n)
    offers, item_start, item_members = _offers(region, walls, homes, profiles, years)
    asked, offered = known["need"].to_list(), known["achievement"].to_list()
    fits = fitted_of(region)
    piloted = lists(fits.bases, asked, offered, able(bases))
    stations, station_capacity, combos, station_start, station_members, shares = _stations(
        bases, piloted, trl[a]
    )
    made, maker_start, maker_members, own = _makers(makers, fits, asked, offered)
    value = _numbers(needs["value"], np.nan)
    value = np.where(np.isnan(value), _numbers(needs["budget"], np.nan), value)
    rate, days = walls.matrices("technology")
    capital_rate, capital_days = walls.matrices("capital")
    packages = _packages(region, homes, walls, needs, achievements, trl, dt.date(years.start, begin + 1, 1))
    _obey(packages, region, needs["id"].to_list(), achievements["id"].to_list())
    default = int(given.default_months)
    layers = Layers(
        (1.0 + given.discount_rate) ** (-np.maximum(np.arange(12 * len(years) + 1) - begin, 0) / 12),
        np.maximum(12 * np.arange(len(years)), begin),
        rate,
        days,
        capital_rate,
        capital_days,
        station_start,
        station_members,
        shares,
        np.array([b for b, _, _ in stations], np.int64),
        _numbers(bases["price"], 0.0),
        _numbers(bases["months"], default).astype(np.int64),
        _numbers(bases["success_uplift"], 0.0),
        np.array([at(p or homes.get(x)) for p, x in bases.select("place", "actor").iter_rows()], np.int64),
        maker_start,
        maker_members,
        np.append(_numbers(makers["setup"], 0.0), np.zeros(own)),
        np.append(_numbers(makers["months"], default), np.full(own, default)).astype(np.int64),
        np.array(
            [*(at(p or homes.get(x)) for p, x in makers.select("place", "actor").iter_rows()), *[-1] * own],
            np.int64,
        ),
        item_start,
        item_members,
        **packages,
        limits=np.array(
            [
                given.gap_limit,
                given.gap_limit_pilot,
                given.months_per_level,
                given.technical_probability,
                given.probability_per_level,
                given.probability_cap,
                0.0 if objective == "region" else 1.0,
            ]
        ),
    )
    pairs = Pairs(
        n,
        a,
        known["score"].to_numpy().astype(np.float64),
        gap,
        combos,
        made,
        profile,
        owner[a],
        target[n],
        value[n],
        _numbers(needs["budget"], _OPEN)[n],
        _numbers(achievements["ask"], 0.0)[a],
        _months_left(needs, years)[n],
        known["chance"].to_numpy().astype(np.float64),
    )
    base_ids = tuple(bases["id"].to_list())
    return Instance(
        pairs,
        layers,
        offers,
        walls,
        years,
        tuple(needs["id"].to_list()),
        tuple(achievements["id"].to_list()),
        tuple((base_ids[b], s) for b, s, _ in stations),
        base_ids,
        (*makers["id"].to_list(), *[None] * own),
        tuple(region["products"].sort("id")["id"].to_list()),
        _numbers(achievements["licences"], _OPEN),
        station_capacity,
        yearly(bases, years, 0.0),
        np.vstack([yearly(makers, years, 0.0), np.full((own, len(years)), _OPEN)]),
        _numbers(region["products"].sort("id")["budget"], _OPEN),
        matched,
    )


def _numbers(column: pl.Series, missing: float) -> Floats:
    return column.cast(pl.Float64).fill_null(missing).to_numpy().astype(np.float64)


def _known(
    matches: pl.DataFrame, needs: pl.DataFrame, achievements: pl.DataFrame, given: Assumptions
) -> tuple[pl.DataFrame, dict[str, bool]]:
    """Pairs with both ends known and enough score, and needs matched → valued."""
    left = needs.select(
        need="id", n=pl.int_range(pl.len()), valued=pl.coalesce("value", "budget").is_not_null()
    )
    right = achievements.select(
        achievement="id", a=pl.int_range(pl.len()), closed=pl.col("licences").eq(0).fill_null(False)
    )
    pairs = (
        with_chances(matches, given)
        .select("need", "achievement", "score", "chance")
        .filter(pl.col("score") >= given.min_score)
        .join(left, on="need")
        .join(right, on="achievement")
        .sort("n", "a")
    )
    matched = dict(pairs.select("need", "valued").unique().iter_rows())
    return pairs.filter(pl.col("valued") & ~pl.col("closed")).unique(["n", "a"], maintain_order=True), matched


def _months_left(needs: pl.DataFrame, years: range) -> Ints:
    """Whole months from January of the first year to the deadline's evening, or to the end of the horizon."""
    horizon = len(years) * 12
    after = pl.col("deadline").dt.offset_by("1d")
    due = needs.select((after.dt.year().cast(pl.Int64) - years[0]) * 12 + after.dt.month().cast(pl.Int64) - 1)
    return np.minimum(due.to_series().fill_null(horizon).to_numpy(), horizon).astype(np.int64)


def _lists(members: Sequence[Sequence[int]]) -> tuple[Ints, Ints]:
    start = np.concatenate([[0], np.cumsum([len(m) for m in members])]).astype(np.int64)
    return start, np.array([x for m in members for x in m], np.int64)


def _stations(
    bases: pl.DataFrame, options: tuple[Ints, list[dict[int, float]]], pair_trl: Ints
) -> tuple[list[tuple[int, str | None, float]], Floats, Ints, Ints, Ints, Floats]:
    """Stations: a base, or one of its services where each has a capacity; those that take each (options, TRL), and
    the share of the base's uplift that the fit lets through."""
    stations, levels = _rungs(bases)
    of_base: dict[int, list[int]] = {}
    for number, (row, _, _) in enumerate(stations):
        of_base.setdefault(row, []).append(number)
    numbers, fits = options
    combos, inverse = np.unique(np.stack([numbers, pair_trl]), axis=1, return_inverse=True)
    members: list[list[int]] = []
    shares: list[float] = []
    for one, level in combos.T.tolist():
        taken = [(s, f) for row, f in fits[one].items() for s in of_base.get(row, []) if level in levels[s]]
        members.append([s for s, _ in taken])
        shares += [uplift_share(f) for _, f in taken]
    start, flat = _lists(members)
    capacity = np.array([c for _, _, c in stations])
    return stations, capacity, inverse.reshape(-1).astype(np.int64), start, flat, np.array(shares, np.float64)


def _rungs(bases: pl.DataFrame) -> tuple[list[tuple[int, str | None, float]], list[set[int]]]:
    """The stations of the bases that have capacity, and the TRLs each takes."""
    ranges: dict[str, list[int]] = tomllib.loads(
        (files("sanwang.planning") / "services.toml").read_text(encoding="utf-8")
    )
    stations: list[tuple[int, str | None, float]] = []
    levels: list[set[int]] = []
    open_ = able(bases)
    for row, (services, counts) in enumerate(bases.select("services", "service_capacity").iter_rows()):
        if not open_[row]:
            continue
        spans = {s: {0, *range(ranges[s][0], ranges[s][1] + 1)} for s in services or []}
        if counts and len(counts) == len(spans):
            for service, count in zip(services, counts, strict=True):
                stations.append((row, service, float(count)))
                levels.append(spans[service])
        else:
            stations.append((row, None, np.inf))
            levels.append(set[int]().union(*spans.values()) if spans else set(range(10)))
    return stations, levels


def _makers(
    makers: pl.DataFrame, fits: Fitted, needs: Sequence[str], results: Sequence[str]
) -> tuple[Ints, Ints, Ints, int]:
    """Number of each pair's list of makers, the lists, and how many makers stand for "the need's own firm": one where
    the table is empty, or where software finds nobody here to deploy it."""
    if makers.is_empty():
        return np.zeros(len(needs), np.int64), *_lists([[0]]), 1
    numbers, found = lists(fits.makers, needs, results, able(makers))
    members = [list(f) for f in found]
    alone = [not members[i] and r in fits.soft for i, r in zip(numbers.tolist(), results, strict=True)]
    if any(alone):
        numbers = np.where(alone, len(members), numbers)
        members.append([makers.height])
    return numbers, *_lists(members), int(any(alone))


def _obey(packages: Mapping[str, Any], region: Region, needs: Sequence[str], results: Sequence[str]) -> None:
    """Close the packages whose product a person rejected, as a whole or for a need or a result."""
    said = verdicts(region)
    if not said.words:
        return
    products = region["products"].sort("id")["id"].to_list()
    for side, rows in (("need_package", needs), ("achievement_package", results)):
        for package, product in enumerate(packages["package_product"].tolist()):
            shut = [said.rejected(row, products[product]) for row in rows]
            packages[side][np.array(shut, np.bool_), package] = False


def _profiles(
    region: Region, achievements: pl.DataFrame, needs: pl.DataFrame, a: Ints, n: Ints
) -> tuple[Ints, list[list[dict[tuple[str, str], float]]]]:
    """Number of each pair's requirement profile, and by profile and stage the units of each factor class."""
    rows = region["requirements"].to_dicts()

    def masks(frame: pl.DataFrame) -> tuple[Ints, list[int]]:
        numbers: dict[int, int] = {}
        found = [
            numbers.setdefault(
                sum(
                    1 << i
                    for i, r in enumerate(rows)
                    if r["industry"] == "*" or any(c.startswith(r["industry"]) for c in codes or [])
                ),
                len(numbers),
            )
            for codes in frame["industries"].to_list()
        ]
        return np.array(found, np.int64), list(numbers)

    left, left_masks = masks(achievements)
    right, right_masks = masks(needs)
    if a.size == 0:
        return np.zeros(0, np.int64), []
    combos, inverse = np.unique(np.stack([left[a], right[n]]), axis=1, return_inverse=True)
    profiles: list[list[dict[tuple[str, str], float]]] = []
    for i, j in combos.T.tolist():
        mask = left_masks[i] | right_masks[j]
        stages: list[dict[tuple[str, str], float]] = [{} for _ in STAGES]
        for position, r in enumerate(rows):
            if mask >> position & 1 and (r["units"] or 0) > 0:
                stage = stages[STAGES.index(r["stage"])]
                key = (r["factor"], r["class"])
                stage[key] = max(stage.get(key, 0.0), r["units"])
        profiles.append(stages)
    return inverse.reshape(-1).astype(np.int64), profiles


def _offers(
    region: Region,
    walls: Borders,
    homes: Mapping[str | None, str | None],
    profiles: Sequence[Sequence[Mapping[tuple[str, str], float]]],
    years: range,
) -> tuple[Offers, Ints, Ints]:
    """Offers and items. A class that nobody offers is an item that nothing serves: it stops the routes that take it.
    Where the factors table is empty nothing is known of what is offered, and requirements are not judged."""
    frame = region["factors"].sort("id")
    by_class: dict[tuple[str, str], list[int]] = {}
    for row, (factor, name) in enumerate(frame.select("factor", "class").iter_rows()):
        by_class.setdefault((factor, name), []).append(row)
    items: dict[tuple[str, str, float], int] = {}
    members: list[list[int]] = []
    for stages in profiles:
        for stage in stages:
            wanted = [(f, c, u) for (f, c), u in sorted(stage.items()) if by_class]
            members.append([items.setdefault(item, len(items)) for item in wanted])
    start, flat = _lists(members)
    place = np.array([walls.index.get(homes.get(x), 0) for x in frame["actor"].to_list()], np.int64)
    rates = np.zeros((frame.height, len(walls.index)))
    for factor in frame["factor"].unique().to_list():
        of = frame["factor"].eq(factor).to_numpy()
        rates[of] = walls.matrices(factor)[0][place[of]]
    offers = Offers(
        tuple(frame["id"].to_list()),
        _numbers(frame["price"], 0.0),
        yearly(frame, years, _OPEN),
        place,
        rates,
        tuple(items),
        tuple(np.array(by_class.get((f, c), []), np.int64) for f, c, _ in items),
    )
    return offers, start, flat


Package = tuple[int, int, Mapping[str, Any], Mapping[str, Any] | None]


def _packages(
    region: Region,
    homes: Mapping[str | None, str | None],
    walls: Borders,
    needs: pl.DataFrame,
    achievements: pl.DataFrame,
    trl: Ints,
    when: dt.date,
) -> dict[str, Any]:
    """Loans, funds and leases alone, and each loan with each guarantee; who is eligible for which."""
    rows = region["products"].sort("id").to_dicts()
    lenders = [
        (i, r) for i, r in enumerate(rows) if r["kind"] in ("loan", "fund", "lease") and r["budget"] != 0
    ]
    backers = [(i, r) for i, r in enumerate(rows) if r["kind"] == "guarantee" and r["budget"] != 0]
    found: list[Package] = [(i, -1, r, None) for i, r in lenders]
    # A guarantee stands in for the points a lender asks for; where none are asked for it would only cost.
    found += [
        (i, j, r, g)
        for i, r in lenders
        if r["kind"] == "loan" and r["points_min"] is not None
        for j, g in backers
    ]
    points = _points(region)
    actors = needs["actor"].to_list()
    lines = [set(walls.lineage.get(homes.get(x) or "", ())) for x in actors]
    score = np.array([points.get(x, -np.inf) for x in actors])
    open_to = let_in(region, actors, (r["conditions"] for r in rows), when)
    sectors, need_sector, achievement_sector = _sectors(needs, achievements)
    need_ok = np.ones((needs.height, len(found)), np.bool_)
    achievement_ok = np.ones((achievements.height, len(found)), np.bool_)
    sector_ok = np.ones((len(found), len(sectors)), np.bool_)
    for k, (_, _, lender, backer) in enumerate(found):
        for r in (lender, backer):
            if r is None:
                continue
            if r["points_min"] is not None and not (r is lender and backer):
                need_ok[:, k] &= score >= r["points_min"]
            if r["places"]:
                need_ok[:, k] &= np.array([bool(line & set(r["places"])) for line in lines], np.bool_)
            if r["conditions"] in open_to:
                need_ok[:, k] &= open_to[r["conditions"]]
            if r["trl_min"] is not None:
                achievement_ok[:, k] &= trl >= r["trl_min"]
            if r["industries"]:
                sector_ok[k] &= [any(c.startswith(w) for c in s for w in r["industries"]) for s in sectors]
    # The larger of the least and the smaller of the greatest of lender and guarantor; budgets cap a ticket too.
    low = [max(x["ticket_min"] or 0 for x in (r, g) if x) for _, _, r, g in found]
    high = [
        min(v for x in (r, g) if x for v in (x["ticket_max"], x["budget"], np.inf) if v is not None)
        for _, _, r, g in found
    ]
    term = [(r["months"] if r["months"] is not None else 12) / 12 for _, _, r, _ in found]
    share = [
        sum(x["rate"] or 0.0 for x in (r, g) if x) * t for (_, _, r, g), t in zip(found, term, strict=True)
    ]
    place = [walls.index.get(homes.get(r["actor"]), 0) for _, _, r, _ in found]
    return {
        "package_product": np.array([i for i, _, _, _ in found], np.int64),
        "package_guarantee": np.array([j for _, j, _, _ in found], np.int64),
        "package_lease": np.array([r["kind"] == "lease" for _, _, r, _ in found], np.bool_),
        "package_low": np.array(low, np.float64),
        "package_high": np.array(high, np.float64),
        "package_interest": np.array(share, np.float64),
        "package_place": np.array(place, np.int64),
        "need_package": need_ok,
        "achievement_package": achievement_ok,
        "either_package": sector_ok,
        "need_sector": need_sector,
        "achievement_sector": achievement_sector,
    }


def _sectors(needs: pl.DataFrame, achievements: pl.DataFrame) -> tuple[list[tuple[str, ...]], Ints, Ints]:
    numbers: dict[tuple[str, ...], int] = {}
    found = [
        np.array(
            [numbers.setdefault(tuple(sorted(c or [])), len(numbers)) for c in frame["industries"].to_list()],
            np.int64,
        )
        for frame in (needs, achievements)
    ]
    return list(numbers), found[0], found[1]


def _points(region: Region) -> dict[str | None, float]:
    """Each firm's latest total of innovation points."""
    frame = region["points"].filter(pl.col("indicator") == POINTS).sort("year")
    return dict(frame.group_by("actor", maintain_order=True).agg(pl.col("value").last()).iter_rows())

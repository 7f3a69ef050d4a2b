"""Candidate routes: every way from an achievement to a need that respects gates, dates and finance, priced in fen."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from sanwang.planning.assumptions import Assumptions
from sanwang.planning.network import Network, Row, factor_use, months_left, serves

Report = Callable[[int, int, str], None]

PRODUCTS = 3
"""Finance products tried for one physical route, the cheapest first."""

COSTS = ("ask_cost", "base_cost", "maker_cost", "factor_cost", "finance_cost", "barrier_cost")


@dataclass(frozen=True)
class Route:
    """One way to satisfy a need; amounts in fen, discounted to the first year of the horizon."""

    need: str
    achievement: str
    base: str | None
    maker: str | None
    product: str | None
    start: int
    end: int
    base_year: int | None
    maker_year: int
    months: int
    probability: float
    match_score: float
    value: int
    ask_cost: int
    base_cost: int
    maker_cost: int
    factor_cost: int
    finance_cost: int
    barrier_cost: int
    principal: int
    offers: tuple[tuple[str, float, int], ...]

    @property
    def cost(self) -> int:
        """The sum of the parts."""
        return sum(getattr(self, part) for part in COSTS)

    @property
    def worth(self) -> int:
        """Expected value less cost."""
        return self.value - self.cost


@dataclass
class Trace:
    """How far the best pair of a need came; what is left out is explained from it."""

    matched: bool = False
    valued: bool = False
    gated: bool = False
    timely: bool = False
    financed: bool = False
    best: int | None = None
    best_open: int | None = None


def candidates(
    net: Network,
    matches: pl.DataFrame,
    years: range,
    given: Assumptions,
    progress: Report | None = None,
) -> tuple[list[Route], dict[str, Trace]]:
    """All routes of positive worth over the matched pairs, and a trace a need."""
    traces = {need: Trace() for need in net.needs}
    routes: list[Route] = []
    pairs = matches.filter(pl.col("score") >= given.min_score).select("need", "achievement", "score").rows()
    for done, (need, achievement, score) in enumerate(pairs, 1):
        if need in net.needs and achievement in net.achievements:
            found = _pair(
                net, net.needs[need], net.achievements[achievement], score, years, given, traces[need]
            )
            routes += [r for r in found if r.worth > 0]
        if progress and (done % 200 == 0 or done == len(pairs)):
            progress(done, len(pairs), "routes 路线")
    return routes, traces


def _pair(
    net: Network, need: Row, achievement: Row, score: float, years: range, given: Assumptions, trace: Trace
) -> Iterator[Route]:
    trace.matched = True
    worth = need["value"] if need["value"] is not None else need["budget"]
    trace.valued |= worth is not None
    if worth is None or (achievement["licences"] == 0):
        return
    gap = max(0, (need["trl_required"] or 0) - (achievement["trl"] or need["trl_required"] or 0))
    bases: list[Row | None] = [None] if gap <= given.gap_limit else []
    if gap <= given.gap_limit_pilot:
        bases += [b for b in net.bases if (b["capacity"] or 0) > 0 and serves(b["fields"], achievement, need)]
    makers: list[Row | None] = [
        m for m in net.makers if (m["capacity"] or 0) > 0 and serves(m["fields"], achievement, need)
    ]
    trace.gated |= bool(bases)
    for base, maker in itertools.product(bases, makers if net.makers else [None]):
        yield from _physical(net, need, achievement, base, maker, gap, score, worth, years, given, trace)


def _physical(
    net: Network,
    need: Row,
    achievement: Row,
    base: Row | None,
    maker: Row | None,
    gap: int,
    score: float,
    worth: int,
    years: range,
    given: Assumptions,
    trace: Trace,
) -> Iterator[Route]:
    hops = _hops(net, need, achievement, base, maker)
    technology = [net.borders.crossing(a, b, "technology") for a, b, _ in hops]
    delay = sum(d for _, d in technology)
    spans = _spans(need, base, maker, gap, delay, given)
    probability = _probability(score, gap, base, given)
    use = _factors(net, need, achievement, base, gap)
    barrier = sum(rate * amount for (rate, _), (_, _, amount) in zip(technology, hops, strict=True))
    barrier += sum(_talent(net, offer, need) * units * (offer["price"] or 0) for offer, units, _ in use)
    outlay = (achievement["ask"] or 0) + _price(base, "price") + _price(maker, "setup")
    outlay += math.ceil(sum(units * (offer["price"] or 0) for offer, units, _ in use))
    packages = list(_packages(net, need, outlay, trace))
    left = months_left(need, years[0], years[-1])
    for year in years:
        shift = (year - years[0]) * 12
        if shift + spans[3] > left:
            break
        trace.timely = True
        for product, principal, interest in packages:
            route = _route(
                need, achievement, base, maker, product, year, years[0], spans, probability, score, worth, use,
                (barrier, interest[0], interest[1], principal), given,
            )  # fmt: skip
            _note(trace, route)
            yield route


def _hops(
    net: Network, need: Row, achievement: Row, base: Row | None, maker: Row | None
) -> list[tuple[str | None, str | None, int]]:
    """Legs of the technology's way and the amount that crosses on each: what the leg's destination is paid."""
    stops = [(net.place.get(achievement["owner"] or ""), achievement["ask"] or 0)]
    if base is not None:
        stops.append((net.place.get(base["id"]), _price(base, "price")))
    if maker is not None:
        stops.append((net.place.get(maker["id"]), _price(maker, "setup")))
    stops.append((net.place.get(need["actor"] or ""), 0))
    return [(a, b, amount) for (a, amount), (b, _) in itertools.pairwise(stops)]


def _price(row: Row | None, column: str) -> int:
    return 0 if row is None else int(row[column] or 0)


def _spans(
    need: Row, base: Row | None, maker: Row | None, gap: int, delay: int, given: Assumptions
) -> tuple[int, int, int, int]:
    """Months of development, pilot, making, and in all with the borders' delays."""
    default = int(given.default_months)
    develop = gap * int(given.months_per_level)
    pilot = 0 if base is None else (base["months"] if base["months"] is not None else default)
    make = default if maker is None else (maker["months"] if maker["months"] is not None else default)
    return develop, pilot, make, develop + pilot + make + math.ceil(delay / 30)


def _probability(score: float, gap: int, base: Row | None, given: Assumptions) -> float:
    technical = given.technical_probability - given.probability_per_level * gap
    technical += 0.0 if base is None else (base["success_uplift"] or 0.0)
    technical = min(max(technical, 0.0), given.probability_cap)
    return round(given.match_probability * score * technical, 6)


def _factors(
    net: Network, need: Row, achievement: Row, base: Row | None, gap: int
) -> list[tuple[Row, float, str]]:
    stages = [*(["development"] if gap else []), *(["pilot"] if base is not None else []), "production"]
    return [
        (offer, units, stage)
        for stage in stages
        for offer, units in factor_use(net, achievement, need, stage)
    ]


def _talent(net: Network, offer: Row, need: Row) -> float:
    origin, destination = net.place.get(offer["actor"] or ""), net.place.get(need["actor"] or "")
    return net.borders.crossing(origin, destination, offer["factor"])[0]


Package = tuple[Row | None, int, tuple[int, int]]


def _packages(net: Network, need: Row, outlay: int, trace: Trace) -> Iterator[Package]:
    """Ways to pay: own funds up to the need's budget, else a product whose ticket covers the rest, cheapest first."""
    budget = need["budget"]
    if budget is None or outlay <= budget:
        trace.financed = True
        yield None, 0, (0, 0)
        return
    fitting: list[Package] = []
    for product in net.products:
        principal = max(outlay - budget, product["ticket_min"] or 0)
        most = min(product["ticket_max"] or principal, product["budget"] or 0)
        if principal <= most:
            fitting.append((product, principal, _interest(net, need, product, principal)))
    trace.financed |= bool(fitting)
    yield from sorted(fitting, key=lambda p: (sum(p[2]), p[0]["id"] if p[0] else ""))[:PRODUCTS]


def _interest(net: Network, need: Row, product: Row, principal: int) -> tuple[int, int]:
    """Simple interest over the term, and what the border takes of the capital; fen, rounded up."""
    rate, months = product["rate"] or 0.0, product["months"] or 12
    origin, destination = net.place.get(product["actor"] or ""), net.place.get(need["actor"] or "")
    crossing = net.borders.crossing(origin, destination, "capital")[0]
    return math.ceil(principal * rate * months / 12), math.ceil(principal * crossing)


def _route(
    need: Row,
    achievement: Row,
    base: Row | None,
    maker: Row | None,
    product: Row | None,
    year: int,
    first: int,
    spans: tuple[int, int, int, int],
    probability: float,
    score: float,
    worth: int,
    use: Sequence[tuple[Row, float, str]],
    money: tuple[float, int, int, int],
    given: Assumptions,
) -> Route:
    begin = year - first
    base_year, maker_year = begin + spans[0] // 12, begin + (spans[0] + spans[1]) // 12
    done = begin + spans[3] / 12
    barrier, interest, capital, principal = money
    when = {"development": begin, "pilot": base_year, "production": maker_year}
    factors = sum(_now(units * (o["price"] or 0), when[stage], given) for o, units, stage in use)
    last = math.ceil(round(done, 9)) - 1
    return Route(
        need["id"],
        achievement["id"],
        base["id"] if base else None,
        maker["id"] if maker else None,
        product["id"] if product else None,
        year,
        first + max(begin, last),
        None if base is None else first + base_year,
        first + maker_year,
        spans[3],
        probability,
        score,
        _now(probability * worth, done, given),
        _now(achievement["ask"] or 0, begin, given),
        _now(_price(base, "price"), base_year, given),
        _now(_price(maker, "setup"), maker_year, given),
        factors,
        _now(interest, begin, given),
        _now(barrier + capital, begin, given),
        principal,
        tuple((o["id"], units, first + when[stage]) for o, units, stage in use),
    )


def _now(amount: float, years: float, given: Assumptions) -> int:
    """Present value in fen at the start of the horizon, rounded to the nearest fen."""
    return round(amount / (1 + given.discount_rate) ** years)


def _note(trace: Trace, route: Route) -> None:
    free = route.worth + route.barrier_cost
    trace.best = route.worth if trace.best is None else max(trace.best, route.worth)
    trace.best_open = free if trace.best_open is None else max(trace.best_open, free)


def route_table(routes: Sequence[Route], place: Mapping[str, str | None], net: Network) -> pl.DataFrame:
    """The chosen routes as a frame, ordered by worth, numbered L0001…; columns as the report and verifier read them."""
    ordered = sorted(routes, key=lambda r: (-r.worth, r.need))
    rows = [
        {
            "route": f"L{number:04d}",
            **{c: getattr(r, c) for c in _TYPES if c not in _DERIVED},
            "cost": r.cost,
            "worth": r.worth,
            "origin_place": place.get(net.achievements[r.achievement]["owner"] or ""),
            "base_place": place.get(r.base) if r.base else None,
            "maker_place": place.get(r.maker) if r.maker else place.get(net.needs[r.need]["actor"] or ""),
            "need_place": place.get(net.needs[r.need]["actor"] or ""),
        }
        for number, r in enumerate(ordered, 1)
    ]
    return pl.DataFrame(rows, schema=_TYPES)


_TYPES = {
    "route": pl.String,
    "need": pl.String,
    "achievement": pl.String,
    "base": pl.String,
    "maker": pl.String,
    "product": pl.String,
    "start": pl.Int64,
    "end": pl.Int64,
    "base_year": pl.Int64,
    "maker_year": pl.Int64,
    "months": pl.Int64,
    "probability": pl.Float64,
    "match_score": pl.Float64,
    "value": pl.Int64,
    "cost": pl.Int64,
    "worth": pl.Int64,
    **dict.fromkeys(COSTS, pl.Int64),
    "principal": pl.Int64,
    "origin_place": pl.String,
    "base_place": pl.String,
    "maker_place": pl.String,
    "need_place": pl.String,
}
_DERIVED = ("route", "cost", "worth", "origin_place", "base_place", "maker_place", "need_place")

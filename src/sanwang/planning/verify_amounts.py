"""Months, chances and amounts of a written route recomputed in plain arithmetic, stage by stage."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sanwang.planning.verify_borders import Crossings

Row = Mapping[str, Any]

PARTS = ("ask_cost", "base_cost", "maker_cost", "factor_cost", "finance_cost", "barrier_cost")
_TOLERANCE = 2
"""Fen by which one recomputed amount may differ: sums of products are added in another order here."""
CHANCES = ("probability", "match_chance", "development_chance", "pilot_chance", "production_chance")
LOST = ("lost_development", "lost_pilot", "lost_production")
_STAGES = ("development", "pilot", "production")
Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Job:
    """A route with the rows it names, its TRL gap, the uplift its base's fit lets through, the chance of the match."""

    row: Row
    need: Row
    result: Row
    base: Row | None
    maker: Row | None
    product: Row | None
    guarantee: Row | None
    gap: int
    uplift: float
    match: float

    @property
    def payments(self) -> tuple[int, int, int]:
        """Licence, pilot and setup, in fen."""
        price = (self.base["price"] or 0) if self.base else 0
        return self.result["ask"] or 0, price, (self.maker["setup"] or 0) if self.maker else 0

    @property
    def runs(self) -> tuple[bool, bool, bool]:
        """Which stages run."""
        return self.gap > 0, self.base is not None, True


@dataclass(frozen=True)
class Terms:
    """What amounts are computed with: assumptions, the years and the first month, crossings, offers, requirements."""

    given: Mapping[str, float]
    first: int
    last: int
    begin: int
    crossings: Crossings
    offers: Mapping[str, Row]
    requirements: Sequence[Row]

    def factor(self, month: float) -> float:
        """What a fen is worth at the plan's start that is paid in a month."""
        return (1 + self.given["discount_rate"]) ** (-max(month - self.begin, 0) / 12)

    def month(self, month: int) -> str:
        """A month counted from January of the first year, as 2026-12."""
        return f"{self.first + month // 12}-{month % 12 + 1:02d}"


@dataclass(frozen=True)
class Loan:
    """Principal in fen, the share of it that interest and fees take, the border's, and the days it waits."""

    principal: int = 0
    interest: float = 0.0
    crossing: float = 0.0
    days: int = 0


def uses(row: Row) -> list[tuple[str, float, int]]:
    """Offer, units and year of each thing a route takes of the factor offers."""
    found: list[tuple[str, float, int]] = []
    for cell in filter(None, (row["offers"] or "").split(";")):
        offer, _, rest = cell.rpartition(":")
        units, _, year = rest.partition("@")
        found.append((offer, float(units), int(year)))
    return found


def loan_of(job: Job, terms: Terms) -> Loan:
    """The loan that covers what the budget does not."""
    if job.product is None:
        return Loan()
    both = [x for x in (job.product, job.guarantee) if x]
    least = max(x["ticket_min"] or 0 for x in both)
    principal = max(sum(job.payments) - (job.need["budget"] or 0), least)
    rate = sum(x["rate"] or 0.0 for x in both)
    term = 12 if job.product["months"] is None else job.product["months"]
    walls = terms.crossings
    home, target = walls.homes.get(job.product["actor"] or ""), walls.homes.get(job.need["actor"] or "")
    crossing, days = walls.crossing(home, target, "capital")
    return Loan(principal, rate * term / 12, crossing, days)


def chances(job: Job, given: Mapping[str, float]) -> Triple:
    """The technical chances of the three stages; 1 for one that does not run."""
    cap = given["probability_cap"]
    ready = min(max(given["technical_probability"], 0.0), cap)
    whole = given["technical_probability"] - given["probability_per_level"] * job.gap + job.uplift
    whole = min(max(whole, 0.0), cap)
    # What missing levels put at risk, over what stands where none is missing; a pilot may more than make up for it.
    risk = whole / max(whole, ready) if max(whole, ready) > 0 else 1.0
    develop = risk ** (1 - given["pilot_share"]) if job.gap > 0 else 1.0
    pilot = risk ** given["pilot_share"] if job.base else 1.0
    return develop, pilot, whole / (develop * pilot) if develop * pilot > 0 else 0.0


def begun(job: Job, passed: Triple) -> Triple:
    """The chance that each stage begins: the first that runs shows whether the match holds."""
    develop, pilot, _ = passed
    to_pilot = job.match * develop if job.gap > 0 else 1.0
    to_production = job.match * develop * pilot if job.gap > 0 or job.base else 1.0
    return 1.0, to_pilot, to_production


@dataclass(frozen=True)
class Months:
    """Months of development, pilot, making and borders, and the month (from January of the first year) it opens."""

    opens: int
    develop: int
    pilot: int
    make: int
    wait: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.develop + self.pilot + self.make + self.wait

    @property
    def years(self) -> tuple[int, int, int]:
        """The year in which each stage is paid, from the first."""
        at_pilot = self.opens + self.develop
        return self.opens // 12, at_pilot // 12, (at_pilot + self.pilot) // 12


def months_of(job: Job, terms: Terms, loan: Loan) -> Months:
    """The months of a route's stages."""
    usual = int(terms.given["default_months"])

    def told(row: Row | None) -> int:
        return usual if row is None or row["months"] is None else int(row["months"])

    days = sum(d for _, d, _ in _legs(job, terms)) + loan.days
    return Months(
        max(12 * (job.row["start"] - terms.first), terms.begin),
        job.gap * int(terms.given["months_per_level"]),
        told(job.base) if job.base else 0,
        told(job.maker),
        math.ceil(days / 30),
    )


def _legs(job: Job, terms: Terms) -> list[tuple[float, int, int]]:
    """What the border takes (fen), its days, and the stage that crosses it, on the technology's way."""
    walls = terms.crossings
    ask, price, setup = job.payments
    stops = [(walls.homes.get(job.result["owner"] or ""), ask, 1 if job.base else 2)]
    if job.base:
        stops.append((walls.home(job.base), price, 2))
    if job.maker:
        stops.append((walls.home(job.maker), setup, 2))
    stops.append((walls.homes.get(job.need["actor"] or ""), 0, 2))
    found: list[tuple[float, int, int]] = []
    for (a, amount, stage), (b, _, _) in itertools.pairwise(stops):
        rate, days = walls.crossing(a, b, "technology")
        found.append((rate * amount if amount or math.isinf(rate) else 0.0, days, stage))
    return found


def wanted(job: Job, terms: Terms, years: Sequence[int]) -> list[tuple[int, str, str, float, int]]:
    """Stage, factor, class, units and year of what the stages take, in order; nothing where no factor is recorded."""
    codes = [*(job.result["industries"] or []), *(job.need["industries"] or [])]
    most: defaultdict[tuple[int, str, str], float] = defaultdict(float)
    for r in terms.requirements if terms.offers else ():
        stage = _STAGES.index(r["stage"])
        if job.runs[stage] and (r["industry"] == "*" or any(c.startswith(r["industry"]) for c in codes)):
            key = (stage, r["factor"], r["class"])
            most[key] = max(most[key], r["units"] or 0.0)
    return [(s, f, c, u, terms.first + years[s]) for (s, f, c), u in sorted(most.items()) if u > 0]


def draws(job: Job, loan: Loan) -> list[float]:
    """What of the principal each stage draws if it is begun: own money goes first."""
    ask, price, setup = job.payments
    own = max(0, ask + price + setup - loan.principal)
    if not loan.principal:
        return [0.0, 0.0, 0.0]
    first, both = max(0, ask - own), max(0, ask + price - own)
    return [first, both - first, loan.principal - both]


def stage_costs(job: Job, terms: Terms, loan: Loan, years: tuple[int, int, int]) -> dict[str, list[float]]:
    """By part, what each stage costs if it is begun, discounted; fen."""
    now = [terms.factor(12 * y) for y in years]
    ask, price, setup = job.payments
    drawn = draws(job, loan)
    factor, border = [0.0, 0.0, 0.0], [d * loan.crossing if d else 0.0 for d in drawn]
    for taken, _, stage in _legs(job, terms):
        border[stage] += taken
    target = terms.crossings.homes.get(job.need["actor"] or "")
    for (stage, *_), (name, units, _) in zip(wanted(job, terms, years), uses(job.row), strict=False):
        offer = terms.offers[name]
        home = terms.crossings.homes.get(offer["actor"] or "")
        paid = units * (offer["price"] or 0)
        factor[stage] += paid
        border[stage] += terms.crossings.crossing(home, target, offer["factor"])[0] * paid if paid else 0.0
    each = {
        "ask_cost": [ask, 0.0, 0.0], "base_cost": [0.0, price, 0.0], "maker_cost": [0.0, 0.0, setup],
        "factor_cost": factor, "finance_cost": [d * loan.interest for d in drawn], "barrier_cost": border,
    }  # fmt: skip
    return {part: [x * n for x, n in zip(each[part], now, strict=True)] for part in PARTS}


def amount_problems(job: Job, terms: Terms) -> Iterator[str]:
    """Each date, chance and amount of a route that is not what it should be."""
    row, name = job.row, job.row["route"]
    loan = loan_of(job, terms)
    if row["principal"] != loan.principal:
        yield f"{name}: principal {row['principal']}, should be {loan.principal} / 融资本金不符"
    months = months_of(job, terms, loan)
    yield from _month_problems(job, terms, months)
    asked = [(f, c, float(f"{u:g}"), y) for _, f, c, u, y in wanted(job, terms, months.years)]
    if [(terms.offers[o]["factor"], terms.offers[o]["class"], u, y) for o, u, y in uses(row)] != asked:
        yield f"{name}: factor offers {row['offers']!r} are not what the stages take / 要素不符"
        return
    passed = chances(job, terms.given)
    to = begun(job, passed)
    success = job.match * math.prod(passed)
    told = [p if runs else None for p, runs in zip(passed, job.runs, strict=True)]
    for column, chance in zip(CHANCES, (success, job.match, *told), strict=True):
        if (chance is None) != (row[column] is None) or abs((chance or 0.0) - (row[column] or 0.0)) > 1e-9:
            yield f"{name}: {column} {row[column]}, should be {chance} / 概率不符"
    costs = stage_costs(job, terms, loan, months.years)
    if not all(math.isfinite(x) for part in costs.values() for x in part):
        yield f"{name}: crosses a closed border / 跨越了关闭的边界"
        return
    worth = job.need["value"] if job.need["value"] is not None else (job.need["budget"] or 0)
    gained = worth * terms.factor(months.opens + months.total)
    amounts = {part: sum(c * x for c, x in zip(to, costs[part], strict=True)) for part in PARTS}
    amounts |= {"value": success * gained} | _at_risk(job, passed, to, costs, gained)
    amounts |= _lent(job, terms, loan, months.years, passed, to)
    amounts["pilot_gain"] = _pilot_gain(job, terms, to, sum(costs[p][2] for p in PARTS), gained, success)
    for part, amount in amounts.items():
        if (amount is None) != (row[part] is None) or abs((amount or 0) - (row[part] or 0)) > max(
            _TOLERANCE + len(asked), 1e-12 * abs(amount or 0)
        ):
            shown = None if amount is None else round(amount)
            yield f"{name}: {part} {row[part]}, should be {shown} / 金额不符"
    if row["cost"] != sum(row[p] for p in PARTS) or row["worth"] != row["value"] - row["cost"]:
        yield f"{name}: cost or worth does not add up / 分项与合计不符"


def _at_risk(
    job: Job, passed: Triple, to: Triple, costs: Mapping[str, Sequence[float]], gained: float
) -> dict[str, float | None]:
    """What is lost if the route stops in each stage, and the standard deviation of what it brings."""
    each = [sum(costs[part][s] for part in PARTS) for s in range(3)]
    lost = [sum(each[: s + 1]) for s in range(3)]
    stops = _stops(job, passed, to)
    ends = [(1 - sum(stops), gained - lost[2]), *((p, -x) for p, x in zip(stops, lost, strict=True))]
    mean = sum(p * x for p, x in ends)
    spread = math.sqrt(sum(p * (x - mean) ** 2 for p, x in ends))
    shown = [x if runs else None for x, runs in zip(lost, job.runs, strict=True)]
    return dict(zip(LOST, shown, strict=True)) | {"spread": spread}


def _stops(job: Job, passed: Triple, to: Triple) -> list[float]:
    """The chance that the route stops in each stage."""
    first = job.runs.index(True)
    return [
        to[s] * (1 - passed[s] * (job.match if s == first else 1.0)) if job.runs[s] else 0.0 for s in range(3)
    ]


def _lent(
    job: Job, terms: Terms, loan: Loan, years: tuple[int, int, int], passed: Triple, to: Triple
) -> dict[str, float | None]:
    """What is drawn of the loan, and what of that is out where the route stops, both expected."""
    now = [terms.factor(12 * y) for y in years]
    drawn = [d * n for d, n in zip(draws(job, loan), now, strict=True)]
    out = sum(s * sum(drawn[: i + 1]) for i, s in enumerate(_stops(job, passed, to)))
    return {"drawn": sum(d * c for d, c in zip(drawn, to, strict=True)), "exposed": out}


def _pilot_gain(
    job: Job, terms: Terms, to: Triple, production: float, gained: float, success: float
) -> float | None:
    """What the pilot adds to the same route without it, before it is paid for."""
    if job.base is None:
        return None
    bare = replace(job, base=None, uplift=0.0)
    passed = chances(bare, terms.given)
    more = success - job.match * math.prod(passed)
    return more * gained + (begun(bare, passed)[2] - to[2]) * production


def _month_problems(job: Job, terms: Terms, months: Months) -> Iterator[str]:
    row, name = job.row, job.row["route"]
    if months.total != row["months"]:
        yield f"{name}: {row['months']} months, should be {months.total} / 月数不符"
    left = (terms.last - terms.first + 1) * 12
    due = job.need["deadline"]
    if due is not None:
        evening = due + dt.timedelta(days=1)
        left = min(left, (evening.year - terms.first) * 12 + evening.month - 1)
    done = months.opens + months.total
    if row["start"] < terms.first or done > left:
        yield f"{name}: not done by the deadline or horizon / 超过截止日期或规划期"
    _, at_base, at_maker = months.years
    for column, wanted_ in (
        ("base_year", terms.first + at_base if job.base else None),
        ("maker_year", terms.first + at_maker),
        ("end", max(row["start"], terms.first + math.ceil(done / 12) - 1)),
        ("begins", terms.month(months.opens)),
        ("finished", terms.month(done - 1)),
    ):
        if row[column] != wanted_:
            yield f"{name}: {column} {row[column]}, should be {wanted_} / 时间不符"

"""Every product for one firm: the rules that let it in or keep it out, its cost, what is repaid and what to bring."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import polars as pl

from sanwang.errors import OptionError
from sanwang.finance.conditions import Fact, eligible, split
from sanwang.finance.facts import firm_facts
from sanwang.finance.products import Instalment, schedule, xirr
from sanwang.region import Region

Row = Mapping[str, Any]
YEAR = 365

_OFFERS = {
    "offer": pl.String, "product": pl.String, "with": pl.String, "kind": pl.String, "name": pl.String,
    "eligible": pl.Boolean, "why": pl.String, "to_read": pl.String, "fits_purpose": pl.Boolean, "debt": pl.Int64,
    "equity": pl.Int64, "months": pl.Int64, "effective_rate": pl.Float64, "interest": pl.Int64, "fees": pl.Int64,
    "return_asked": pl.Float64, "dilution": pl.Float64, "blended_rate": pl.Float64,
}  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """One rule of a product: whether it is met, what is asked, what the firm has and how far off it is."""

    product: str
    rule: str
    met: bool
    asked: str
    has: str
    gap: str


@dataclass(frozen=True)
class Offers:
    """``offers``: one row a product or combination, open and cheap first. ``rules``: one row a product's rule.

    ``schedules``: offer, date, principal, interest (fen). ``documents``: offer, document. Rates are per year:
    ``effective_rate`` of the debt with all fees (XIRR), ``return_asked`` what an investor is after (no debt of the
    firm), ``blended_rate`` both together if the investor gets what it asks. ``dilution`` is the share of the firm given
    away. ``to_read``: conditions in words only, which a person must read.
    """

    offers: pl.DataFrame
    rules: pl.DataFrame
    schedules: pl.DataFrame
    documents: pl.DataFrame
    facts: Mapping[str, Fact | None]
    notice: str
    firm: str = ""


def offers(
    region: Region,
    firm: str,
    amount: int,
    *,
    start: dt.date,
    months: int | None = None,
    purpose: str | None = None,
    trl: int | None = None,
    valuation: int | None = None,
    equity_share: float = 0.3,
    warrant: float = 0.0,
) -> Offers:
    """Compare all products of the workspace for ``amount`` (fen) over ``months`` (each product's own term if None).

    ``valuation`` is the firm's worth before the money (fen), for dilution; ``equity_share`` the part an investor
    gives where loan and equity go together (投贷联动); ``warrant`` the worth of the shares a lender may
    subscribe, as a share of the loan. Raises OptionError for options out of range.
    """
    if amount <= 0 or (months is not None and months <= 0) or (valuation is not None and valuation <= 0):
        raise OptionError("amount, months and valuation must be positive / 金额、期限、估值须为正")
    if not 0 < equity_share < 1 or not 0 <= warrant <= 1:
        raise OptionError("shares lie between 0 and 1 / 比例须在 0 与 1 之间")
    papers = _papers()
    if purpose is not None and purpose not in papers["purposes"]:
        raise OptionError(f"purpose {purpose!r}; wanted {', '.join(papers['purposes'])} / 用途不认识")
    facts = firm_facts(region, firm, start) | {"trl": trl, "purpose": purpose, "amount": amount / 100}
    asked = _Asked(amount, months, start, purpose, valuation, equity_share, warrant)
    rows: list[Row] = list(region["products"].sort("id").to_dicts())
    rules = {r["id"]: product_rules(r, facts, amount, months) for r in rows}
    lines, plans = list[dict[str, Any]](), dict[str, list[Instalment]]()
    for parts, sizes in _combinations(rows, asked):
        line, plan = _offer(parts, sizes, rules, facts, asked)
        lines.append(line)
        plans[line["offer"]] = plan
    frame = pl.DataFrame(lines, schema=_OFFERS).sort(
        [pl.col("eligible"), pl.coalesce("blended_rate", "effective_rate", "return_asked"), pl.col("offer")],
        descending=[True, False, False],
        nulls_last=True,
    )
    named = {r["id"]: r for r in rows}
    documents = [
        (o, d)
        for o, ids in zip(frame["offer"], frame["offer"].str.split("+"), strict=True)
        for d in dict.fromkeys(_documents(papers, [named[i]["kind"] for i in ids if i in named]))
    ]
    return Offers(
        frame,
        pl.DataFrame([vars(r) for rs in rules.values() for r in rs], schema=_RULES),
        pl.DataFrame(
            [(o, p.date, p.principal, p.interest) for o, plan in plans.items() for p in plan],
            schema={"offer": pl.String, "date": pl.Date, "principal": pl.Int64, "interest": pl.Int64},
            orient="row",
        ),
        pl.DataFrame(documents, schema={"offer": pl.String, "document": pl.String}, orient="row"),
        facts,
        papers["notice"],
        firm,
    )


_RULES = {
    "product": pl.String, "rule": pl.String, "met": pl.Boolean, "asked": pl.String, "has": pl.String, "gap": pl.String,
}  # fmt: skip


@dataclass(frozen=True)
class _Asked:
    amount: int
    months: int | None
    start: dt.date
    purpose: str | None
    valuation: int | None
    equity_share: float
    warrant: float


def product_rules(
    row: Row, facts: Mapping[str, Fact | None], amount: int, months: int | None = None
) -> list[Rule]:
    """Every rule the product states, met or not. What a firm does not state is not met."""
    found = list[Rule]()

    def limit(name: str, bound: object, has: object, least: bool, scale: float = 1.0, unit: str = "") -> None:
        if not isinstance(bound, int | float):
            return
        sign = "≥" if least else "≤"
        asked = f"{sign}{bound / scale:,.6g}{unit}"
        if not isinstance(has, int | float):
            found.append(Rule(row["id"], name, False, asked, "未知 / unknown", ""))
            return
        gap = (bound - has) if least else (has - bound)
        off = f"{gap / scale:,.6g}{unit}" if gap > 0 else ""
        found.append(Rule(row["id"], name, gap <= 0, asked, f"{has / scale:,.6g}{unit}", off))

    limit("单笔下限 / smallest ticket", row.get("ticket_min"), amount, True, 1e6, "万元")
    limit("单笔上限 / largest ticket", row.get("ticket_max"), amount, False, 1e6, "万元")
    limit("总额度 / budget", row.get("budget"), amount, False, 1e6, "万元")
    if months is not None:
        limit("期限 / term", row.get("months"), months, False, unit="月")
    limit("成熟度 / TRL", row.get("trl_min"), facts.get("trl"), True)
    limit("创新积分 / points", row.get("points_min"), facts.get("points"), True)
    for name, wanted, has in (
        ("地区 / places", row.get("places"), facts.get("places")),
        ("行业 / industries", row.get("industries"), facts.get("industries")),
    ):
        if wanted:
            own = has if isinstance(has, list) else []
            met = any(x == w if "places" in name else x.startswith(w) for x in own for w in wanted)
            found.append(
                Rule(row["id"], name, met, "、".join(wanted), "、".join(own) or "未知 / unknown", "")
            )
    words, expression = split(row.get("conditions"))
    if expression:
        good, why = eligible(row["conditions"], facts)
        found.append(Rule(row["id"], "条件 / conditions", good, words or expression, "", "" if good else why))
    return found


def _combinations(rows: list[Row], asked: _Asked) -> list[tuple[list[Row], list[int]]]:
    """Products alone, each loan with each guarantee, each loan with each fund; with the amounts they give."""
    equity = round(asked.amount * asked.equity_share)
    every = list[tuple[list[Row], list[int]]]()
    for row in rows:
        every.append(([row], [asked.amount]))
    loans = [r for r in rows if r["kind"] == "loan"]
    for loan in loans:
        every += [
            ([loan, r], [asked.amount, asked.amount]) for r in rows if r["kind"] in ("guarantee", "insurance")
        ]
        every += [([loan, r], [asked.amount - equity, equity]) for r in rows if r["kind"] == "fund"]
        if asked.warrant > 0:
            every.append(([loan, _WARRANT], [asked.amount, 0]))
    return every


_WARRANT: Row = {"id": "warrant", "name": "认股权", "kind": "warrant"}


def _offer(
    parts: list[Row],
    sizes: list[int],
    rules: Mapping[str, list[Rule]],
    facts: Mapping[str, Fact | None],
    asked: _Asked,
) -> tuple[dict[str, Any], list[Instalment]]:
    backed = any(p["kind"] == "guarantee" for p in parts)
    held = [
        rule
        for part, size in zip(parts, sizes, strict=True)
        if part is not _WARRANT
        for rule in _rules_of(part, size, parts[0], rules, facts, asked)
        # A guarantee stands in for the points a lender asks for, as in the plan.
        if not (backed and part["kind"] == "loan" and rule.rule.startswith("创新积分"))
    ]
    failed = [r for r in held if not r.met]
    told = "；".join(
        f"{r.product} {r.rule} {r.asked}" + (f"，差 {r.gap}" if r.gap else f"，现为 {r.has}") for r in failed
    )
    words = [w for p in parts if (w := split(p.get("conditions"))[0]) and not split(p.get("conditions"))[1]]
    fits = [asked.purpose in _papers()["kinds"][p["kind"]]["purposes"] for p in parts if p is not _WARRANT]
    money, plan = _money(parts, sizes, asked)
    line: dict[str, Any] = {
        "offer": "+".join(p["id"] for p in parts), "product": parts[0]["id"],
        "with": parts[1]["id"] if len(parts) > 1 else None, "kind": "+".join(p["kind"] for p in parts),
        "name": " + ".join(p["name"] for p in parts), "eligible": not failed,
        "why": told or "；".join(f"{r.rule} {r.asked}" for r in held) or "未列条件 / no conditions stated",
        "to_read": "；".join(words), "fits_purpose": None if asked.purpose is None else all(fits),
    }  # fmt: skip
    return line | money, plan


def _rules_of(
    part: Row,
    size: int,
    first: Row,
    rules: Mapping[str, list[Rule]],
    facts: Mapping[str, Fact | None],
    asked: _Asked,
) -> list[Rule]:
    """The rules of a part at its own amount; a guarantee or insurance must last as long as its loan."""
    lasts = part is not first and part["kind"] in ("guarantee", "insurance")
    if size == asked.amount and not lasts:
        return rules[part["id"]]
    return product_rules(part, facts, size, _term(first, asked) if lasts else asked.months)


def _money(parts: list[Row], sizes: list[int], asked: _Asked) -> tuple[dict[str, Any], list[Instalment]]:
    """Amounts, effective rates, fees and dilution of an offer, and the schedule of its debt."""
    debt = equity = fees = 0
    plan, flows, returned = list[Instalment](), list[tuple[dt.date, int]](), list[tuple[dt.date, int]]()
    asks: float | None = None
    term = _term(parts[0], asked)
    for part, size in zip(parts, sizes, strict=True):
        kind, rate = part["kind"], float(part.get("rate") or 0.0)
        if kind in ("loan", "lease"):
            debt, plan = size, schedule(size, rate, term, asked.start)
        elif kind == "factoring":
            debt, taken = size, round(size * rate * term / 12)
            fees += taken
            plan = [Instalment(schedule(size, 0.0, term, asked.start)[-1].date, size, 0)]
        elif kind == "fund":
            equity, asks = size, rate
            years = _term(part, asked, own=True) / 12
            back = asked.start + dt.timedelta(days=round(years * YEAR))
            returned = [(back, -round(size * (1 + rate) ** ((back - asked.start).days / YEAR)))]
        elif kind in ("guarantee", "insurance"):
            fees += round(size * rate * term / 12)
    flows = [(asked.start, debt - fees), *((p.date, -(p.principal + p.interest)) for p in plan)]
    priced = debt > 0 and parts[0].get("rate") is not None and fees < debt
    whole = [(asked.start, debt + equity - fees), *flows[1:], *returned]
    worth = asked.valuation
    given = round(debt * asked.warrant) if any(p is _WARRANT for p in parts) else equity
    return {
        "debt": debt, "equity": equity, "months": term, "fees": fees,
        "interest": sum(p.interest for p in plan), "effective_rate": xirr(flows) if priced else None,
        "return_asked": asks, "dilution": given / (worth + given) if worth and given else None,
        "blended_rate": xirr(whole) if priced and equity else None,
    }, plan  # fmt: skip


def _term(part: Row, asked: _Asked, own: bool = False) -> int:
    longest = part.get("months")
    if asked.months is None or own:
        return longest if isinstance(longest, int) and longest > 0 else 12
    return asked.months


def _documents(papers: Mapping[str, Any], kinds: list[str]) -> list[str]:
    return [*papers["every"], *(d for k in kinds for d in papers["kinds"][k]["documents"])]


@lru_cache(maxsize=1)
def _papers() -> dict[str, Any]:
    return tomllib.loads((files("sanwang.finance") / "papers.toml").read_text(encoding="utf-8"))

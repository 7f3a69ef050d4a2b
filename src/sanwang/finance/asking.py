"""Who asks how much, and which products may serve whom: an allocation's input from a workspace, or from a plan."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import polars as pl

from sanwang.errors import InputError
from sanwang.finance.allocation import ASKS, Allocation, allocate
from sanwang.finance.conditions import eligible
from sanwang.finance.facts import firm_facts
from sanwang.finance.offers import product_rules
from sanwang.region import Region
from sanwang.region.geography import gazetteer

PAYING = ("loan", "fund", "lease")
"""Kinds of product that give money for a project; factoring needs a receivable, guarantees and insurance give none."""

_BOUNDS = ("单笔", "总额度", "期限")


@dataclass(frozen=True)
class Asking:
    """``asks`` as an allocation takes them, ``products`` that pay, ``allowed`` pairs, and why others are not."""

    asks: pl.DataFrame
    products: pl.DataFrame
    allowed: pl.DataFrame
    refused: pl.DataFrame
    assumed: tuple[str, ...]


def asking(
    region: Region,
    *,
    start: dt.date,
    asks: pl.DataFrame | None = None,
    risks: Mapping[str, float] | None = None,
    trl: int | None = None,
) -> Asking:
    """Firms' asks from their needs' budgets, or from ``asks`` (firm, amount in fen), with who is eligible for what.

    ``risks`` gives the expected loss of a yuan by firm; others take the assumption for their size. A yuan is as
    useful as the share of it that is expected to come back. ``trl`` is taken for every firm where given; without it
    products that ask for a maturity look at the highest that the firm's needs ask for.
    """
    wanted = asks if asks is not None else _from_needs(region)
    actors = {r["id"]: r for r in region["actors"].to_dicts()}
    if unknown := sorted(set(wanted["firm"]) - set(actors)):
        raise InputError(f"not among the actors / 机构表中没有: {', '.join(unknown[:5])}")
    mature = dict(
        region["needs"].drop_nulls("actor").group_by("actor").agg(pl.col("trl_required").max()).iter_rows()
    )
    cities = dict(gazetteer(region).select("place", "city").iter_rows())
    by_size = size_risks()
    given = risks or {}
    rows, pairs, shut = list[dict[str, object]](), list[tuple[str, str]](), list[tuple[str, str, str]]()
    products = region["products"].filter(pl.col("kind").is_in(PAYING)).sort("id")
    for firm, amount in wanted.group_by("firm", maintain_order=True).agg(pl.col("amount").sum()).iter_rows():
        who = actors[firm]
        risk = given.get(firm, by_size.get(who["size"] or "unknown", by_size["unknown"]))
        rows.append(
            {
                "firm": firm, "city": cities.get(who["place"]) or "unknown", "amount": amount,
                "useful": 1.0 - risk, "risk": risk,
            }
        )  # fmt: skip
        facts = firm_facts(region, firm, start) | {
            "trl": trl if trl is not None else mature.get(firm), "amount": amount / 100,
        }  # fmt: skip
        for product in products.to_dicts():
            # Amounts are the allocation's to choose, so tickets and budgets are its limits, not rules of entry.
            broken = [
                r
                for r in product_rules(product, facts, amount)
                if not r.met and not r.rule.startswith(_BOUNDS)
            ]
            if broken:
                shut.append((firm, product["id"], "；".join(f"{r.rule} {r.asked}" for r in broken)))
            else:
                pairs.append((firm, product["id"]))
    assumed = () if set(wanted["firm"]) <= set(given) else (
        "预期损失率按企业规模取假设值 / expected losses are assumed by size",
    )  # fmt: skip
    return Asking(
        pl.DataFrame(rows, schema=ASKS),
        products.select("id", "budget", "ticket_min", "ticket_max"),
        pl.DataFrame(pairs, schema={"firm": pl.String, "product": pl.String}, orient="row"),
        pl.DataFrame(shut, schema={"firm": pl.String, "product": pl.String, "why": pl.String}, orient="row"),
        assumed,
    )


def size_risks() -> dict[str, float]:
    """The assumed expected loss of a yuan by size of firm."""
    return tomllib.loads((files("sanwang.finance") / "risks.toml").read_text(encoding="utf-8"))


def _from_needs(region: Region) -> pl.DataFrame:
    firms = region["actors"].filter(pl.col("kind") == "firm").select(pl.col("id").alias("actor"))
    return (
        region["needs"]
        .filter(pl.col("budget") > 0)
        .join(firms, on="actor", how="semi")
        .group_by("actor")
        .agg(pl.col("budget").sum())
        .sort("actor")
        .select(pl.col("actor").alias("firm"), pl.col("budget").alias("amount"))
    )


@dataclass(frozen=True)
class Agreement:
    """A plan's finance held against the rules and limits of the allocation.

    ``faults``: what the plan does that the allocation's rules forbid (need, product, why); conditions in words are left
    to a person. ``planned`` and ``allocated``: the money (fen) the plan places without
    guarantees, and what the allocation places when the same firms ask for just that; ``guaranteed`` the money placed
    with them. They agree when there is no fault and ``allocated`` is as much.
    """

    faults: pl.DataFrame
    planned: int
    allocated: int
    guaranteed: int

    @property
    def agrees(self) -> bool:
        """Whether the plan breaks no rule of the allocation and the allocation places as much."""
        return self.faults.is_empty() and self.allocated >= self.planned


def agreement(region: Region, routes: pl.DataFrame, *, start: dt.date) -> Agreement:
    """Compare ``routes`` of a plan (need, achievement, product, guarantee, principal) with the allocation.

    Every financed route must meet its product's rules, tickets and budget. Routes whose points a guarantee waives are
    counted in ``guaranteed`` and left out of the second comparison, since the allocation places money alone.
    """
    financed = routes.filter(pl.col("product").is_not_null() & (pl.col("principal") > 0))
    needs = {r["id"]: r for r in region["needs"].to_dicts()}
    levels = dict(region["achievements"].select("id", "trl").iter_rows())
    products = {r["id"]: r for r in region["products"].to_dicts()}
    faults, asks, pairs, guaranteed = (
        list[tuple[str, str, str]](),
        list[dict[str, object]](),
        list[tuple[str, str]](),
        0,
    )
    for route in financed.to_dicts():
        need, product = needs[route["need"]], products[route["product"]]
        own = firm_facts(region, need["actor"], start)
        let_in, why = eligible(product["conditions"], own)
        if not let_in:
            faults.append((route["need"], product["id"], why))
        facts = own | {"trl": levels.get(route["achievement"])}
        facts["industries"] = [*(need["industries"] or []), *_of(region, route["achievement"])] or None
        for rule in product_rules(product | {"conditions": None}, facts, route["principal"]):
            waived = bool(route["guarantee"]) and rule.rule.startswith("创新积分")
            if not rule.met and not waived:
                faults.append((route["need"], product["id"], f"{rule.rule} {rule.asked}: {rule.has}"))
        if route["guarantee"]:
            guaranteed += route["principal"]
            continue
        name = f"{need['actor']} {route['need']}"
        asks.append({"firm": name, "city": "", "amount": route["principal"], "useful": 1.0, "risk": 0.0})
        pairs.append((name, product["id"]))
    planned = sum(int(str(a["amount"])) for a in asks)
    backed = (
        financed.filter(pl.col("guarantee").is_not_null()).group_by("product").agg(pl.col("principal").sum())
    )
    taken = dict(backed.iter_rows())
    left = region["products"].select("id", "budget", "ticket_min", "ticket_max").with_columns(
        pl.col("budget") - pl.col("id").replace_strict(taken, default=0, return_dtype=pl.Int64)
    )  # fmt: skip
    placed = 0
    if asks:
        found: Allocation = allocate(
            pl.DataFrame(asks, schema=ASKS), left,
            pl.DataFrame(pairs, schema={"firm": pl.String, "product": pl.String}, orient="row"), loss_share=1.0,
        )  # fmt: skip
        placed = int(found.placed["amount"].sum())
    schema = {"need": pl.String, "product": pl.String, "why": pl.String}
    return Agreement(pl.DataFrame(faults, schema=schema, orient="row"), planned, placed, guaranteed)


def _of(region: Region, achievement: str) -> list[str]:
    found = region["achievements"].filter(pl.col("id") == achievement)["industries"].to_list()
    return list(found[0] or []) if found else []


def read_routes(folder: Path) -> pl.DataFrame:
    """The routes of a written plan. Raises InputError where there are none."""
    path = folder / "routes.parquet"
    try:
        return pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError(f"{path}: cannot be read; is this a plan's folder? / 不是方案目录") from error

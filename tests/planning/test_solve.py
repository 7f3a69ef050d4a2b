import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks" / "plan"))
from instances import instance as random_region
from regions import all_pairs, region

from sanwang.engine.local import Local
from sanwang.planning import solve as module
from sanwang.planning.assumptions import assumptions
from sanwang.planning.columns import no_policies, rows
from sanwang.planning.generate import best_by_need, chunked, columns_of, price, weighed
from sanwang.planning.instance import instance
from sanwang.planning.parts import parts
from sanwang.planning.plan import plan
from sanwang.planning.solve import solve

YEARS = range(2026, 2031)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_the_kernel_prices_what_the_columns_cost(seed):
    reg = region(seed, needs=5, achievements=5)
    given_ = instance(reg, all_pairs(reg, seed).frame, YEARS, assumptions())
    rules, engine = no_policies(given_), Local(1)
    held = rows(given_, rules.limit)
    found = price(
        given_, rules, held, np.zeros(held.capacity.size), chunked(given_.pairs, given_.layers, engine)
    )
    top, where = best_by_need(given_, found.best)
    columns = columns_of(given_, found, where[where >= 0])
    assert np.array_equal(parts(given_, columns).worth, top[where >= 0])


def test_blocks_come_close_to_the_whole(monkeypatch):
    reg, matches = random_region(300, seed=3)
    given_ = instance(reg, matches.frame, YEARS, assumptions())
    rules, engine = no_policies(given_), Local()
    whole = solve(given_, rules, engine, 60.0, 1e-4, 0)
    monkeypatch.setattr(module, "WHOLE", 0)
    monkeypatch.setattr("sanwang.planning.blocks.BLOCK", 60)
    apart = solve(given_, rules, engine, 60.0, 1e-4, 0)
    assert whole.objective >= apart.objective * (1 - 1e-9)
    assert apart.objective >= 0.98 * whole.objective
    assert apart.bound >= whole.bound * (1 - 1e-9) or apart.bound >= whole.objective
    gain, taken = weighed(given_, apart.columns, rules, rows(given_, rules.limit))
    assert gain.sum() == pytest.approx(apart.objective)
    held = rows(given_, rules.limit).capacity
    used = np.asarray(taken.sum(axis=1)).ravel()
    assert np.all(used <= held + 1e-6)


def test_out_of_time_gives_a_plan_its_bound_and_says_so(monkeypatch):
    reg, matches = random_region(300, seed=3)
    monkeypatch.setattr(module, "WHOLE", 0)
    found = plan(reg, matches, time_limit=0.01)
    assert found.status == "time limit"
    assert found.bound >= found.worth > 0


def test_an_enormous_budget_does_not_hide_the_rest():
    reg = region(1, needs=6, achievements=6)
    plain = plan(reg, all_pairs(reg, 1), YEARS)
    needs = reg["needs"].to_dicts()
    needs[0]["value"], needs[0]["budget"] = 2**53 - 1, 2**53 - 1
    rich = plan(
        reg.with_tables(needs=pl.DataFrame(needs, schema=reg["needs"].schema)), all_pairs(reg, 1), YEARS
    )
    assert rich.routes.height >= plain.routes.height - 1


def test_disconnected_regions_are_planned_side_by_side():
    first, second = (region(s, needs=3, achievements=3) for s in (1, 2))
    alone = [plan(r, all_pairs(r, 1), YEARS).worth for r in (first, second)]

    def renamed(frame, columns, kind):
        return frame.with_columns(
            pl.concat_str(pl.lit("x"), c).alias(c) for c in columns if c in frame.columns
        )

    tables = {}
    for kind in ("actors", "achievements", "needs", "bases", "makers", "products", "factors", "points"):
        keys = ("id", "owner", "actor")
        other = renamed(second[kind], keys, kind)
        if kind == "achievements":
            other = other.with_columns(chain=pl.lit("ZZ"), industries=pl.lit(None, pl.List(pl.String)))
        if kind in ("bases", "makers"):
            other = other.with_columns(fields=pl.lit(["ZZ"]))
        if kind == "factors":
            continue
        tables[kind] = pl.concat([first[kind], other])
    both = first.with_tables(**tables, requirements=first["requirements"].clear())
    bare = [r.with_tables(requirements=r["requirements"].clear()) for r in (first, second)]
    alone = [plan(r, all_pairs(r, 1), YEARS) for r in bare]
    shifted = all_pairs(second, 1).frame.with_columns(
        need=pl.concat_str(pl.lit("x"), "need"), achievement=pl.concat_str(pl.lit("x"), "achievement")
    )
    matches = all_pairs(first, 1)
    joined = plan(both, replace(matches, frame=pl.concat([matches.frame, shifted])), YEARS)
    # Loans can cross from one side to the other, so together they are worth at least as much.
    assert joined.worth >= sum(p.worth for p in alone) - 2

"""Every claim of a written plan is counted again: a forged one is seen."""

import json

import polars as pl
import pytest
from regions import all_pairs, region

from sanwang.planning.plan import plan
from sanwang.planning.studies.plan import data
from sanwang.planning.verify import verify_folder

YEARS = range(2026, 2029)


@pytest.fixture(scope="module")
def made():
    reg = region(3, needs=6, achievements=4)
    reg = reg.with_tables(needs=reg["needs"].with_columns(pl.col("budget") // 2))
    return reg, plan(reg, all_pairs(reg), YEARS, solved_again=2)


def written(folder, made, change):
    reg, found = made
    told = data(found, reg).items()
    claim = json.loads(json.dumps({k: v.to_dicts() if isinstance(v, pl.DataFrame) else v for k, v in told}))
    change(claim)
    found.routes.write_csv(folder / "routes.csv")
    (folder / "plan.json").write_text(json.dumps(claim), encoding="utf-8")
    return verify_folder(reg, folder)


def test_a_plan_as_it_was_made_holds(tmp_path, made):
    assert made[1].cash.height and made[1].bottlenecks.height and made[1].unmet.height
    assert written(tmp_path, made, lambda c: None).problems == ()


def put(table, row, column, value):
    return lambda claim: claim[table][row].__setitem__(column, value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: c.__setitem__("worth", 1), "worth"),
        (lambda c: c.__setitem__("bound", 1), "bound"),
        (lambda c: c.__setitem__("gap", 0.5), "gap"),
        (lambda c: c["unmet"].pop(), "unmet"),
        (put("unmet", 0, "need", "N99"), "unmet"),
        (put("usage", 0, "used", 99.0), "usage"),
        (put("usage", 0, "capacity", 99.0), "usage"),
        (lambda c: c["usage"].pop(), "usage"),
        (put("gains", 0, "net", 7), "gains"),
        (put("gains", 5, "loss", 10**9), "gains"),
        (put("cash", 0, "paid", 7), "cash"),
        (put("cash", 0, "month", "2031-01"), "cash"),
        (lambda c: c["cash"].pop(), "cash"),
        (put("cash", 0, "need", "N99"), "cash"),
        (lambda c: c["borders"].append({"fen": 1e9}), "borders"),
        (put("bottlenecks", 0, "rent", -5.0), "price"),
        (put("bottlenecks", 0, "price", -5.0), "price"),
        (lambda c: c["one_more"].append({"kind": "x", "id": "y", "low": 2, "high": 1}), "one more"),
    ],
)
def test_a_forged_claim_is_seen(tmp_path, made, change, said):
    problems = written(tmp_path, made, change).problems
    assert problems and any(p.startswith(said) for p in problems)

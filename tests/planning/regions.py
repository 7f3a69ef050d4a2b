"""Small random regions for the planning tests."""

import datetime as dt

import numpy as np
import polars as pl

from sanwang.collaboration.matches import COLUMNS, Matches
from sanwang.region import Region

PLACES = ["110108", "120116", "130100", "130200"]
WAN = 1_000_000


def region(seed, needs=4, achievements=4, bases=2, makers=2, products=2):
    rng = np.random.default_rng(seed)

    def money(low, high, n):
        return [int(x) * WAN for x in rng.integers(low, high, n)]

    firms = [f"A{i}" for i in range(8)]
    deadlines = [
        None if rng.random() < 0.5 else dt.date(int(rng.integers(2026, 2031)), 6, 28 + i % 3)
        for i in range(needs)
    ]
    frames = {
        "actors": pl.DataFrame({"id": firms, "name": firms, "place": [PLACES[i % 4] for i in range(8)]}),
        "achievements": pl.DataFrame(
            {
                "id": [f"R{i}" for i in range(achievements)],
                "title": ["t"] * achievements,
                "owner": list(rng.choice(firms, achievements)),
                "trl": rng.integers(3, 9, achievements),
                "licences": rng.integers(1, 3, achievements),
                "ask": money(5, 60, achievements),
                "industries": [["C34"]] * achievements,
                "chain": ["H2"] * achievements,
            }
        ),
        "needs": pl.DataFrame(
            {
                "id": [f"N{i}" for i in range(needs)],
                "title": ["t"] * needs,
                "text": ["说明文字说明文字"] * needs,
                "actor": list(rng.choice(firms, needs)),
                "trl_required": rng.integers(5, 9, needs),
                "budget": money(50, 200, needs),
                "value": money(700, 3000, needs),
                "deadline": deadlines,
            }
        ),
        "bases": pl.DataFrame(
            {
                "id": [f"B{i}" for i in range(bases)],
                "actor": list(rng.choice(firms, bases)),
                "fields": [["H2"]] * bases,
                "capacity": rng.integers(0, 3, bases),
                "price": money(5, 40, bases),
                "months": rng.integers(3, 12, bases),
                "success_uplift": rng.random(bases) * 0.3,
                "services": [
                    [None, ["process", "adaptation"], ["design", "production"]][i]
                    for i in rng.integers(0, 3, bases)
                ],
            }
        ),
        "makers": pl.DataFrame(
            {
                "id": [f"M{i}" for i in range(makers)],
                "actor": list(rng.choice(firms, makers)),
                "fields": [["C34"]] * makers,
                "capacity": rng.integers(0, 3, makers),
                "setup": money(5, 80, makers),
                "months": rng.integers(2, 9, makers),
            }
        ),
        "products": pl.DataFrame(
            {
                "id": [f"P{i}" for i in range(products)],
                "actor": list(rng.choice(firms, products)),
                "kind": list(rng.choice(["loan", "loan", "lease", "guarantee"], products)),
                "budget": money(20, 100, products),
                "ticket_min": money(1, 10, products),
                "ticket_max": money(40, 100, products),
                "rate": rng.random(products) * 0.06,
                "months": [24] * products,
                "trl_min": [(None, 5)[i] for i in rng.integers(0, 2, products)],
                "points_min": [(None, 60.0)[i] for i in rng.integers(0, 2, products)],
                "places": [(None, ["130000"])[int(i == 2)] for i in rng.integers(0, 3, products)],
            },
            schema_overrides={"trl_min": pl.Int64, "points_min": pl.Float64, "places": pl.List(pl.String)},
        ),
        "points": pl.DataFrame(
            {
                "actor": firms[:6],
                "indicator": ["创新积分"] * 6,
                "year": [2025] * 6,
                "value": rng.uniform(40, 90, 6),
            }
        ),
        "factors": pl.DataFrame(
            {
                "id": ["F0", "F1", "F2"],
                "factor": ["talent", "talent", "equipment"],
                "class": ["eng", "eng", "rig"],
                "actor": ["A1", "A2", "A3"],
                "capacity": [0.7, 1.5, 1.0],
                "price": [WAN, 2 * WAN, 3 * WAN],
            }
        ),
        "requirements": pl.DataFrame(
            {
                "industry": ["C", "*"],
                "stage": ["production", "pilot"],
                "factor": ["talent", "equipment"],
                "class": ["eng", "rig"],
                "units": [0.6, 0.5],
            }
        ),
        "barriers": pl.DataFrame(
            {
                "origin": ["110000", "120000", "110000", "110000", "120000"],
                "destination": ["130000", "130000", "120000", "130000", "130000"],
                "factor": ["technology", "technology", "technology", "capital", "talent"],
                "cost_rate": [0.05, 0.02, 0.03, 0.04, 0.1],
                "delay_days": [40, 10, 20, 15, 0],
            }
        ),
    }
    if rng.random() < 0.5:
        served = [
            None if s is None else [int(x) for x in rng.integers(0, 2, 2)]
            for s in frames["bases"]["services"]
        ]
        counts = pl.Series("service_capacity", served, pl.List(pl.Int64))
        frames["bases"] = frames["bases"].with_columns(counts)
    return Region.of("test", frames={k: f for k, f in frames.items() if f.height})


def all_pairs(region, seed=0):
    rng = np.random.default_rng(seed)
    rows = [
        (n, a, 1, round(float(rng.uniform(0.4, 1.0)), 6), "")
        for n in region["needs"]["id"]
        for a in region["achievements"]["id"]
    ]
    return Matches(pl.DataFrame(rows, schema=COLUMNS, orient="row"), "test", (), 0.0)

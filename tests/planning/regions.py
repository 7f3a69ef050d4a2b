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
        None if rng.random() < 0.5 else dt.date(int(rng.integers(2026, 2031)), 6, 30) for _ in range(needs)
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
                "value": money(200, 900, needs),
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
                "kind": ["loan"] * products,
                "budget": money(20, 100, products),
                "ticket_min": money(1, 10, products),
                "ticket_max": money(40, 100, products),
                "rate": rng.random(products) * 0.06,
                "months": [24] * products,
            }
        ),
        "factors": pl.DataFrame(
            {
                "id": ["F0"],
                "factor": ["talent"],
                "class": ["eng"],
                "actor": ["A1"],
                "capacity": [1.5],
                "price": [WAN],
            }
        ),
        "requirements": pl.DataFrame(
            {
                "industry": ["C"],
                "stage": ["production"],
                "factor": ["talent"],
                "class": ["eng"],
                "units": [0.6],
            }
        ),
        "barriers": pl.DataFrame(
            {
                "origin": ["110000", "120000", "110000"],
                "destination": ["130000", "130000", "120000"],
                "factor": ["technology"] * 3,
                "cost_rate": [0.05, 0.02, 0.03],
                "delay_days": [40, 10, 20],
            }
        ),
    }
    return Region.of("test", frames={k: f for k, f in frames.items() if f.height})


def all_pairs(region, seed=0):
    rng = np.random.default_rng(seed)
    rows = [
        (n, a, 1, round(float(rng.uniform(0.4, 1.0)), 6), "")
        for n in region["needs"]["id"]
        for a in region["achievements"]["id"]
    ]
    return Matches(pl.DataFrame(rows, schema=COLUMNS, orient="row"), "test", (), 0.0)

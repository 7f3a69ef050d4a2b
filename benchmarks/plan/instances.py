"""Seeded random regions of any size, shaped like the sample: places, fields, lognormal money, a few candidates."""

import datetime as dt

import numpy as np
import polars as pl

from sanwang.collaboration.matches import COLUMNS, Matches
from sanwang.region import Region

PLACES = ["110105", "110108", "110115", "110302", "120103", "120111", "120116", "130100", "130200", "130300",
          "130400", "130500", "130600", "130700", "130800", "130900", "131000", "131100"]  # fmt: skip
WAN = 1_000_000
FIELDS = 20


def instance(size, seed=0, candidates=10, bases=200, makers=1000, products=20):
    """A Region with ``size`` needs and achievements, and its matches."""
    rng = np.random.default_rng(seed)
    few = size < 1000
    bases, makers = (max(4, size // 8), max(6, size // 4)) if few else (bases, makers)
    fields = max(2, min(FIELDS, bases // 3))
    industries = [f"C{13 + i}" for i in range(fields)]

    def money(median, spread, n):
        return np.rint(np.exp(rng.normal(np.log(median), spread, n)) * WAN).astype(np.int64)

    count = 200
    place = rng.choice(PLACES, count, p=_shares())
    actors = pl.DataFrame(
        {"id": [f"A{i:04d}" for i in range(count)], "name": [f"A{i}" for i in range(count)], "place": place}
    )
    actor = actors["id"].to_list()
    of = rng.integers(0, fields, size)
    need_field = rng.integers(0, fields, size)
    achievements = pl.DataFrame(
        {
            "id": [f"R{i:06d}" for i in range(size)],
            "title": "成果",
            "owner": rng.choice(actor, size),
            "trl": rng.integers(3, 9, size),
            "licences": rng.choice([1, 1, 2, 3], size),
            "ask": money(60, 0.6, size),
            "industries": [[industries[f]] for f in of],
        }
    )
    value = money(500, 0.9, size)
    needs = pl.DataFrame(
        {
            "id": [f"N{i:06d}" for i in range(size)],
            "title": "需求",
            "text": "虚构需求",
            "actor": rng.choice(actor, size),
            "trl_required": rng.integers(5, 9, size),
            "value": value,
            "budget": (value * rng.uniform(0.1, 0.6, size)).astype(np.int64),
            "deadline": [
                dt.date(int(y), 6, 30) if y < 2031 else None for y in rng.integers(2027, 2034, size)
            ],
        }
    )
    scale = size / 10_000 if not few else 1.0
    base_field, maker_field = np.arange(bases) % fields, np.arange(makers) % fields
    jobs = max(1, round(5 * scale)) if not few else 2
    lines = max(1, round(3 * scale)) if not few else 2
    frames = {
        "actors": actors,
        "achievements": achievements,
        "needs": needs,
        "bases": pl.DataFrame(
            {
                "id": [f"B{i:04d}" for i in range(bases)],
                "actor": rng.choice(actor, bases),
                "fields": [[industries[f]] for f in base_field],
                "capacity": rng.integers(1, 2 * jobs + 1, bases),
                "price": money(30, 0.5, bases),
                "months": rng.integers(3, 12, bases),
                "success_uplift": rng.uniform(0.05, 0.25, bases),
            }
        ),
        "makers": pl.DataFrame(
            {
                "id": [f"M{i:05d}" for i in range(makers)],
                "actor": rng.choice(actor, makers),
                "fields": [[industries[f]] for f in maker_field],
                "capacity": rng.integers(1, 2 * lines + 1, makers),
                "setup": money(50, 0.6, makers),
                "months": rng.integers(2, 10, makers),
            }
        ),
        "products": pl.DataFrame(
            {
                "id": [f"P{i:02d}" for i in range(products)],
                "actor": rng.choice(actor, products),
                "kind": ["loan"] * (products - products // 4) + ["lease"] * (products // 4),
                "budget": money(3000 * max(scale, 0.02), 0.5, products),
                "ticket_min": money(10, 0.3, products),
                "ticket_max": money(200, 0.4, products),
                "rate": rng.uniform(0.025, 0.07, products),
                "months": rng.choice([12, 24, 36], products),
                "trl_min": [(None, 4, 5, 6)[i] for i in rng.integers(0, 4, products)],
            },
            schema_overrides={"trl_min": pl.Int64},
        ),
        "factors": pl.DataFrame(
            {
                "id": [f"F{i:02d}" for i in range(12)],
                "factor": ["talent"] * 6 + ["equipment"] * 6,
                "class": [f"k{i % 3}" for i in range(12)],
                "actor": rng.choice(actor, 12),
                "capacity": rng.uniform(0.02, 0.1, 12) * size,
                "price": money(3, 0.4, 12),
            }
        ),
        "requirements": pl.DataFrame(
            {
                "industry": ["*", "C13", "C14", "C15", "C2"],
                "stage": ["production", "pilot", "development", "production", "pilot"],
                "factor": ["talent", "equipment", "talent", "talent", "equipment"],
                "class": ["k0", "k1", "k2", "k1", "k0"],
                "units": [0.3, 1.0, 0.5, 0.4, 0.8],
            }
        ),
        "barriers": pl.DataFrame(
            [
                (a, b, f, round(float(rng.uniform(0.01, 0.08)), 3), int(rng.integers(5, 50)))
                for a in ("110000", "120000", "130000")
                for b in ("110000", "120000", "130000")
                for f in ("technology", "talent", "capital", "equipment")
                if a != b
            ],
            schema=["origin", "destination", "factor", "cost_rate", "delay_days"],
            orient="row",
        ),
    }
    by_field = [np.flatnonzero(of == f) for f in range(fields)]
    rows = []
    for n in range(size):
        near = by_field[need_field[n]]
        picked = rng.choice(near, min(candidates, near.size), replace=False)
        scores = np.sort(rng.beta(3, 2, picked.size))[::-1]
        rows += [
            (f"N{n:06d}", f"R{a:06d}", i + 1, round(float(s), 4), "")
            for i, (a, s) in enumerate(zip(picked, scores, strict=True))
        ]
    matches = Matches(pl.DataFrame(rows, schema=COLUMNS, orient="row"), "random", (), 0.0)
    return Region.of("random", fictional=True, frames=frames), matches


def _shares():
    weight = np.array([3, 6, 2, 4, 2, 2, 4, 3, 3, 1, 1, 1, 2, 1, 1, 1, 2, 1], float)
    return weight / weight.sum()

"""What is drawn rather than written: ties, obligations, flows and points of the sample, all from one seed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import polars as pl

OBLIGATIONS = 3000
TIES = 400
SOURCE = "虚构样例"

_CITIES = {
    "110000": 9.0, "120000": 5.0, "130100": 3.0, "130200": 2.6, "130300": 0.9, "130400": 1.4, "130500": 0.9,
    "130600": 2.0, "130700": 0.8, "130800": 0.6, "130900": 1.5, "131000": 1.9, "131100": 0.8,
}  # fmt: skip
_POINTS = {
    "研发费用占营业收入比例": (0.02, 0.18),
    "研发人员占比": (0.05, 0.45),
    "营业收入增长率": (-0.15, 0.6),
    "有效发明专利数": (0, 40),
    "技术合同成交额占比": (0.0, 0.3),
    "高新技术产品收入占比": (0.2, 0.95),
}


# The other indicators of the illustrative scheme: low, high and whether the draw is on a logarithmic scale.
_MORE_POINTS = {
    "研发费用增长率": (-0.2, 0.6, False),
    "PCT专利申请数": (0.6, 12, True),
    "净资产利润率": (-0.08, 0.22, False),
    "资产负债率": (0.2, 0.85, False),
    "硕士以上人员占比": (0.01, 0.3, False),
    "吸纳应届毕业生人数": (0.8, 60, True),
    "省级以上研发平台数": (0.5, 4, True),
    "省级以上科技奖励数": (0.3, 3, True),
    "承担省级以上项目数": (0.5, 6, True),
    "获得股权投资额": (1e4, 8e7, True),
}
_REVENUE = {"micro": (5e5, 5e6), "small": (4e6, 6e7), "medium": (4e7, 5e8), "large": (3e8, 8e9)}
_COUNTED = ("数", "人数")
_STEPS = (
    ("published", 1.0, 5), ("matched", 0.72, 6), ("planned", 0.6, 7), ("contracted", 0.62, 5), ("paid", 0.85, 16),
    ("production", 0.6, 0),
)  # fmt: skip
"""Step, the chance that it is reached after the one before, and the mean months to the next."""
_AWAY = ("440300", "320500", "310115", "330100", "370100")
_LAST = dt.date(2025, 12, 31)
_STATED = 0.88
"""The share of these indicators that a firm states, so that some are missing."""


def networks(frames: Mapping[str, pl.DataFrame], seed: int) -> dict[str, pl.DataFrame]:
    """Ties, obligations, flows and points among the actors of the frames."""
    rng = np.random.default_rng(seed)
    actors = frames["actors"]
    firms = actors.filter(pl.col("kind") == "firm")["id"].to_list()
    research = actors.filter(pl.col("kind").is_in(["university", "institute", "hospital"]))["id"].to_list()
    return {
        "ties": _ties(rng, research, firms),
        "obligations": _obligations(rng, firms),
        "flows": _flows(rng),
        "points": pl.concat([_points(rng, firms), _more_points(actors, seed)]),
        "progress": _progress(frames["achievements"]["id"].to_list(), seed),
    }


def _ties(rng: np.random.Generator, research: list[str], firms: list[str]) -> pl.DataFrame:
    kinds = ["research", "contract", "paper", "patent"]
    rows: dict[tuple[str, str, str, int], int] = {}
    while len(rows) < TIES:
        a = research[int(rng.integers(len(research)))]
        same = [f for f in firms if f.split("-")[0] == a.split("-")[0]]
        near = bool(same) and rng.random() < 0.8
        b = (same if near else firms)[int(rng.integers(len(same) if near else len(firms)))]
        rows[a, b, kinds[int(rng.integers(4))], int(rng.integers(2019, 2026))] = int(rng.integers(1, 5))
    data = [(*key, count) for key, count in sorted(rows.items())]
    return pl.DataFrame(data, schema=["a", "b", "kind", "year", "count"], orient="row")


def _obligations(rng: np.random.Generator, firms: list[str]) -> pl.DataFrame:
    """Heavy-tailed amounts among firms of uneven weight, so that cycles are many; amounts in fen."""
    weight = rng.pareto(1.2, len(firms)) + 0.2
    weight /= weight.sum()
    debtor = rng.choice(len(firms), OBLIGATIONS, p=weight)
    step = rng.integers(1, len(firms), OBLIGATIONS)
    creditor = np.where(
        rng.random(OBLIGATIONS) < 0.7,
        rng.choice(len(firms), OBLIGATIONS, p=weight),
        (debtor + step) % len(firms),
    )
    creditor = np.where(creditor == debtor, (debtor + step) % len(firms), creditor)
    amount = (np.exp(rng.normal(15.2, 1.5, OBLIGATIONS))).astype(np.int64)
    first = dt.date(2026, 1, 15)
    due = [first + dt.timedelta(days=int(d)) for d in rng.integers(0, 700, OBLIGATIONS)]
    status = np.where(rng.random(OBLIGATIONS) < 0.03, "disputed", "open")
    return pl.DataFrame(
        {
            "id": [f"O{n:05d}" for n in range(1, OBLIGATIONS + 1)],
            "debtor": [firms[i] for i in debtor],
            "creditor": [firms[i] for i in creditor],
            "amount": amount,
            "due": due,
            "status": status.tolist(),
        }
    )


def _flows(rng: np.random.Generator) -> pl.DataFrame:
    """Flows of technology, talent and capital between cities: size times size, growing by the year."""
    rows: list[tuple[str, str, str, int, int, int, str]] = []
    for factor, scale in (("technology", 12.0), ("talent", 30.0), ("capital", 6.0)):
        for year in range(2019, 2026):
            for a, left in _CITIES.items():
                for b, right in _CITIES.items():
                    home = 3.0 if a == b else 1.0
                    count = int(rng.poisson(scale * left * right * home / 20 * 1.08 ** (year - 2019)))
                    value = int(count * np.exp(rng.normal(18.0, 0.4)))
                    rows.append((a, b, factor, year, count, value, SOURCE))
    names = ["origin", "destination", "factor", "year", "count", "value", "source"]
    return pl.DataFrame(rows, schema=names, orient="row")


def _progress(achievements: list[str], seed: int) -> pl.DataFrame:
    """How far each achievement has come and where it went, some of it out of the region; from a seed of its own."""
    rng = np.random.default_rng([seed, 6])
    homes, sizes = list(_CITIES), np.asarray(list(_CITIES.values()), dtype=float)
    rows: list[tuple[str, str, str, dt.date, str | None, int | None, str]] = []
    for one in achievements:
        day = dt.date(2019, 1, 1) + dt.timedelta(days=int(rng.integers(0, 2300)))
        place = (
            str(rng.choice(homes, p=sizes / sizes.sum())) if rng.random() < 0.65 else str(rng.choice(_AWAY))
        )
        value = int(np.exp(rng.normal(18.4, 0.7)))
        for step, chance, months in _STEPS:
            if rng.random() > chance or day > _LAST:
                break
            where = place if step in ("contracted", "paid", "production") else None
            paid = value if step in ("contracted", "paid") else None
            rows.append((f"PR-{len(rows) + 1:04d}", one, step, day, where, paid, SOURCE))
            day += dt.timedelta(days=int(rng.gamma(2.0, 15.0 * months)))
    names = ["id", "achievement", "step", "date", "place", "value", "source"]
    return pl.DataFrame(rows, schema=names, orient="row")


def _points(rng: np.random.Generator, firms: list[str]) -> pl.DataFrame:
    rows = [
        (firm, name, 2025, round(float(rng.uniform(low, high)), 3), SOURCE)
        for firm in firms
        for name, (low, high) in _POINTS.items()
    ]
    return pl.DataFrame(rows, schema=["actor", "indicator", "year", "value", "source"], orient="row")


def _more_points(actors: pl.DataFrame, seed: int) -> pl.DataFrame:
    """The rest of the indicators, by the size of the firm, from a seed of their own; some are left out."""
    rng = np.random.default_rng([seed, 18])
    rows: list[tuple[str, str, int, float, str]] = []
    for firm, size in actors.filter(pl.col("kind") == "firm").select("id", "size").iter_rows():
        low, high = _REVENUE.get(size or "small", _REVENUE["small"])
        revenue = float(np.exp(rng.uniform(np.log(low), np.log(high))))
        values = {"营业收入": revenue, "研发费用金额": revenue * float(rng.uniform(0.02, 0.16))}
        for name, (least, most, logarithmic) in _MORE_POINTS.items():
            drawn = rng.uniform(np.log(least), np.log(most)) if logarithmic else rng.uniform(least, most)
            values[name] = float(np.exp(drawn) if logarithmic else drawn)
        for name, value in values.items():
            whole = name.endswith(_COUNTED) or value > 1000
            if rng.random() < _STATED:
                rows.append((firm, name, 2025, float(int(value)) if whole else round(value, 3), SOURCE))
    return pl.DataFrame(rows, schema=["actor", "indicator", "year", "value", "source"], orient="row")

"""The routes that were read line by line are of the sample, and what was judged wrong in kind stays out of the plan."""

import csv
from collections import Counter
from pathlib import Path

from sanwang.region.sample import sample_region

READ = Path(__file__).resolve().parents[2] / "benchmarks" / "plan" / "read_routes.csv"


def rows() -> list[dict[str, str]]:
    with READ.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_routes_of_the_sample_were_read_whole():
    region, read = sample_region(), rows()
    known = {k: set(region[f"{k}s"]["id"]) for k in ("need", "achievement", "base", "maker")}
    assert len(read) == len({r["need"] for r in read}) == 48
    for row in read:
        assert all(row[k] in known[k] for k in known if row[k])
        assert row["result_judged"] and bool(row["base"]) == bool(row["base_judged"])
        assert bool(row["maker"]) == bool(row["maker_judged"])


def test_the_counts_are_those_of_the_results_page():
    page = READ.with_name("RESULTS.md").read_text(encoding="utf-8")
    for name in ("result", "base", "maker"):
        found = Counter(r[f"{name}_judged"] for r in rows())
        assert f"| {name} | {found['right']} | {found['partly']} | {found['wrong']} |" in page

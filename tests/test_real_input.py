"""Real needs, papers and organisations, read through the same door; skipped where they are absent."""

import csv
from pathlib import Path

import polars as pl
import pytest

import sanwang as sw
from sanwang.sources.ror import read_ror

SHARED = Path(__file__).resolve().parents[1] / "../shared/data"
pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the real data sets are not here")


def test_organisations_become_actors():
    found = read_ror(SHARED / "ror_cn.jsonl")
    assert found.problems == ()
    assert found.frame.height > 2000
    assert found.frame["place"].null_count() < 0.2 * found.frame.height
    assert not sw.Region.of(actors=found.frame).check().errors


def test_real_needs_and_papers_are_checked_matched_and_planned(tmp_path):
    needs = pl.read_csv(SHARED / "needs_cn.csv").head(12)
    needs.write_csv(tmp_path / "needs.csv")
    with (SHARED / "papers_cn.csv").open(encoding="utf-8-sig") as file:
        papers = [{k: r[k] for k in ("id", "title", "abstract", "keywords")} for r in csv.DictReader(file)][
            :40
        ]
    pl.DataFrame(papers).write_csv(tmp_path / "achievements.csv")
    region = sw.Region.open(tmp_path)
    assert {p.code for p in region.check().errors} <= {"required"}
    matches = sw.match(region, k=5)
    usable = needs.height  # a title is enough where the text is missing
    assert matches.frame.height == 5 * usable
    plan = sw.plan(region, matches)
    assert plan.worth == 0 and plan.unmet.height == usable

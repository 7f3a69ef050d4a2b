"""What the software says of the sample's figures is what a reader judged, line by line."""

import csv
from pathlib import Path

import pytest

from sanwang.collaboration.conflicts import compared
from sanwang.region.sample import sample_region

JUDGED = Path(__file__).resolve().parents[2] / "benchmarks" / "figures" / "judged_sample.csv"
SAID = {"agree": "agree", "conflict": "conflict", "unsure": "to be checked"}


@pytest.fixture(scope="module")
def rows():
    with JUDGED.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_nine_in_ten_of_the_judged_comparisons_are_right(rows):
    assert sum(r["judged"] == "right" for r in rows) / len(rows) >= 0.9
    assert all(r["judged"] == "right" for r in rows if r["said"] in ("agree", "conflict"))


def test_the_comparisons_are_still_those_that_were_judged(rows):
    region = sample_region()
    needs, results = ({r["id"]: r for r in region[k].to_dicts()} for k in ("needs", "achievements"))
    for row in rows:
        found = compared(needs[row["need"]], results[row["result"]])
        said = {(c.wanted.clause, c.offered.clause): SAID[c.verdict] for c in found if c.offered}
        assert said[row["wanted"], row["offered"]] == row["said"]

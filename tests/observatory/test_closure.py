import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanwang.errors import DataError, OptionError
from sanwang.observatory.closure import STEPS, closure
from sanwang.region import Region
from sanwang.region.sample import sample_region
from sanwang.study.proportions import wilson

pytest.importorskip("lifelines")
START = dt.date(2020, 1, 1)


def region(*rows):
    """Rows of (achievement, step, days since the start, place), one owner in Beijing."""
    names = sorted({r[0] for r in rows})
    return Region.of(
        actors=pl.DataFrame({"id": ["u"], "name": ["大学"], "place": ["110108"]}),
        achievements=pl.DataFrame({"id": names, "title": names, "owner": ["u"] * len(names)}),
        progress=pl.DataFrame(
            {
                "id": [str(n) for n in range(len(rows))], "achievement": [r[0] for r in rows],
                "step": [r[1] for r in rows], "date": [START + dt.timedelta(days=r[2]) for r in rows],
                "place": [r[3] for r in rows],
            },
            schema_overrides={"place": pl.String},
        ),
    )  # fmt: skip


def walked(name, last, place, pace=100):
    """An achievement that made every step up to the last, one each ``pace`` days."""
    return [
        (name, s, n * pace, place if n >= 3 else None) for n, s in enumerate(STEPS[: STEPS.index(last) + 1])
    ]


def test_the_funnel_counts_who_reached_each_step_and_who_left():
    found = closure(
        region(*walked("a", "production", "130600"), *walked("b", "production", "440300"),
               *walked("c", "contracted", "110108"), *walked("d", "published", None)),
        ["110000", "130000"],
    )  # fmt: skip
    assert found.funnel["reached"].to_list() == [4, 3, 3, 3, 2, 2]
    assert found.closed == 1 and found.share[0] == 0.25
    assert found.leaks.to_dicts() == [{"place": "广东省", "contracted": 1, "share": pytest.approx(1 / 3)}]
    assert found.inside == ("北京市", "河北省")


def test_a_later_step_implies_the_earlier_ones():
    found = closure(region(("a", "published", 0, None), ("a", "contracted", 50, "110108")))
    assert found.funnel["reached"].to_list() == [1, 1, 1, 1, 0, 0]


def test_times_count_those_still_waiting_as_waiting():
    rows = [*walked("a", "matched", None), *walked("b", "matched", None), ("c", "published", 0, None)]
    row = closure(region(*rows)).times.filter(pl.col("step") == "matched").row(0, named=True)
    assert (row["reached"], row["done"], row["median"]) == (3, 2, 100)


def test_without_anyone_still_under_way_the_expected_share_is_the_plain_one():
    rows = [*walked("a", "production", "110108"), *walked("b", "production", "440300")]
    found = closure(region(*rows), ["110000"], years=5)
    assert found.expected[0] == pytest.approx(0.5)
    assert found.expected[1] <= 0.5 <= found.expected[2]


def test_a_step_dated_before_an_earlier_one_is_told_and_left_out():
    found = closure(
        region(("a", "published", 100, None), ("a", "matched", 50, None), ("b", "published", 0, None))
    )
    assert found.funnel["reached"].to_list()[:2] == [2, 0]
    assert "早于前一环节" in found.notices[0][0]


def test_groups_by_origin_year_and_chain_add_up():
    sample = sample_region()
    names = {a: "甲" if n % 2 else "乙" for n, a in enumerate(sample["achievements"]["id"].to_list())}
    found = closure(sample, chains=names)
    for _, part in found.groups.group_by("kind"):
        assert part["published"].sum() == found.published and part["inside"].sum() == found.closed
    assert found.curves.filter(pl.col("share") > 1).is_empty()
    assert closure(sample, chains=names).expected == found.expected


def test_bad_questions_are_refused():
    with pytest.raises(DataError, match="progress"):
        closure(Region.of(needs=pl.DataFrame({"id": ["n"], "title": ["t"], "text": ["x"]})))
    with pytest.raises(OptionError, match="no such province"):
        closure(sample_region(), ["火星"])
    with pytest.raises(OptionError, match="years"):
        closure(sample_region(), years=0)


@given(st.integers(0, 50), st.integers(1, 50))
def test_wilson_holds_the_share_and_stays_within_bounds(count, more):
    share, low, high = wilson(count, count + more)
    assert 0 <= low <= share <= high <= 1

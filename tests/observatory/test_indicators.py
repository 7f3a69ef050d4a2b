import polars as pl
import pytest

from sanwang.observatory.indicators import INDICATORS, workspace_indicators
from sanwang.region import Region
from sanwang.region.sample import sample_region

THREE = {
    "京津冀": ["北京市", "天津市", "河北省"],
    "北京": ["北京市"],
    "保定": ["保定市"],
    "长三角": ["上海市", "江苏省"],
}


def value(found, indicator, region):
    return found.filter((pl.col("indicator") == indicator) & (pl.col("region") == region))["value"][0]


def test_the_whole_is_at_least_its_parts_and_shares_are_shares():
    sample = sample_region()
    found = workspace_indicators(sample, THREE)
    assert found.height == len(INDICATORS) * len(THREE)
    assert value(found, "own_achievements", "京津冀") == sample["achievements"].height
    for name in INDICATORS:
        if name.startswith("own"):
            assert value(found, name, "保定") <= value(found, name, "京津冀")
    shares = found.filter(pl.col("indicator").str.starts_with("share"))["value"].drop_nulls()
    assert ((shares >= 0) & (shares <= 1)).all()
    assert value(found, "share_technology", "京津冀") == 1.0  # the sample's flows stay inside
    assert 0 < value(found, "share_technology", "北京") < 1


def test_a_region_the_workspace_knows_nothing_of_has_counts_of_nothing_and_unknown_shares():
    found = workspace_indicators(sample_region(), THREE)
    assert value(found, "own_firms", "长三角") == 0 and value(found, "share_ties", "长三角") is None


def test_ties_inside_are_counted_with_their_number():
    actors = {"id": ["a", "b", "c"], "name": ["甲", "乙", "丙"], "place": ["110108", "120101", "310115"]}
    ties = {"a": ["a", "a"], "b": ["b", "c"], "kind": ["paper"] * 2, "year": [2024] * 2, "count": [3, 1]}
    region = Region.of(actors=pl.DataFrame(actors), ties=pl.DataFrame(ties))
    found = workspace_indicators(region, {"京津": ["北京市", "天津市"]})
    assert value(found, "share_ties", "京津") == pytest.approx(0.75)

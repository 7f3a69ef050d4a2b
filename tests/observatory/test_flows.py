import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanwang.errors import DataError, OptionError
from sanwang.observatory.flows import Matrix, changes, gini, matrices, measures, theil_split
from sanwang.region import Region
from sanwang.region.sample import sample_region


def matrix(values):
    return Matrix(
        "technology", 2024, "value", ("甲", "乙", "丙")[: len(values)], np.asarray(values, dtype=float)
    )


def test_balance_internal_share_and_dependence():
    found = measures(matrix([[6, 3, 1], [1, 2, 0], [0, 4, 3]]))
    rows = {r["place"]: r for r in found.places.to_dicts()}
    assert found.total == 20 and found.internal_share == pytest.approx(11 / 20)
    assert rows["甲"]["balance"] == 10 - 7 and rows["甲"]["internal"] == pytest.approx(0.6)
    assert rows["乙"]["largest_partner"] == "丙" and rows["乙"]["partner_share"] == pytest.approx(4 / 9)
    assert sum(r["balance"] for r in rows.values()) == 0
    assert found.reciprocity == pytest.approx(2 / 9)  # 甲–乙 exchange one each way of nine that cross


def test_what_is_not_known_is_not_nothing():
    holes = matrix([[1, np.nan], [2, 3]])
    assert measures(holes).unknown == 1
    assert measures(holes, missing="zero").gini > measures(holes).gini


def test_nothing_and_less_than_nothing_are_refused():
    with pytest.raises(DataError, match="nothing flows"):
        measures(matrix([[0, 0], [0, 0]]))
    with pytest.raises(OptionError, match="negative"):
        measures(matrix([[1, -1], [0, 0]]))
    with pytest.raises(DataError, match="没有流动数据"):
        matrices(Region.of(needs=pl.DataFrame({"id": ["n"], "title": ["t"], "text": ["x"]})))


def test_the_samples_matrices_add_up_to_its_rows():
    region = sample_region()
    found = matrices(region)
    flows = region["flows"]
    assert {m.factor for m in found} == {"technology", "talent", "capital"}
    for one in found:
        rows = flows.filter((pl.col("factor") == one.factor) & (pl.col("year") == one.year))
        assert np.nansum(one.values) == rows["value"].sum()
    by_province = matrices(region, by="province")
    assert by_province[0].places == ("北京市", "天津市", "河北省")
    assert np.nansum(by_province[0].values) == np.nansum(found[0].values)


def test_changes_give_growth_from_the_second_year():
    years = [
        measures(Matrix("talent", y, "count", ("甲", "乙"), np.full((2, 2), v)))
        for y, v in ((2023, 1.0), (2024, 1.5))
    ]
    assert changes(years)["growth"].to_list() == [None, pytest.approx(0.5)]


@given(st.lists(st.tuples(st.floats(0, 1e6), st.sampled_from("abc")), min_size=1, max_size=20))
def test_theil_between_and_within_add_up_and_gini_lies_between_zero_and_one(rows):
    values = np.asarray([v for v, _ in rows])
    whole, between, within = theil_split(values, [g for _, g in rows])
    assert whole == pytest.approx(between + within, abs=1e-9) and whole >= -1e-9 and within >= -1e-9
    assert 0 <= gini(values) <= 1


def test_gini_of_known_values():
    assert gini(np.asarray([1.0, 1.0, 1.0])) == pytest.approx(0)
    assert gini(np.asarray([0.0, 0.0, 0.0, 1.0])) == pytest.approx(0.75)

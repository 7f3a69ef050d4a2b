import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanwang.errors import DataError
from sanwang.observatory.contracts import (
    ABROAD,
    BOUGHT,
    NATION,
    REST,
    SOLD,
    against_size_and_distance,
    balance,
    contracts,
    provinces_bought,
    total,
)
from sanwang.observatory.facts import shipped

BEIJING, NEIGHBOURS = "北京市", ["天津市", "河北省"]


def margins(name, indicator):
    rows = shipped().filter(
        (pl.col("year") == 2023) & (pl.col("indicator") == indicator) & (pl.col("region") == name)
    )
    return float(rows["value"][0])


def test_every_draw_fits_margins_and_published_cells():
    found = contracts(shipped(), 2023, draws=20)
    assert found.places[-2:] == (REST, ABROAD) and len(found.places) == 10 and found.error < 1e-8
    for place in found.places[:-2]:
        for value, one in (
            (total(found, [place], list(found.places)), SOLD),
            (total(found, list(found.places), [place]), BOUGHT),
        ):
            assert np.allclose(value, margins(place, one), rtol=1e-6)
    assert np.allclose(total(found, list(found.places), list(found.places)), margins(NATION, SOLD))
    assert np.allclose(total(found, [BEIJING], NEIGHBOURS), 748.7)
    assert (found.low <= found.middle).all() and (found.middle <= found.high).all()


def test_what_no_province_bought_is_a_column_of_its_own_and_sells_nothing():
    found = contracts(shipped(), 2023, draws=20)
    nation, bought = margins(NATION, SOLD), provinces_bought()[2023][0]
    assert np.allclose(total(found, list(found.places), [ABROAD]), nation - bought)
    assert not total(found, [ABROAD], list(found.places)).any()
    rest = nation - bought_by_shown(found.places[:-2]) - (nation - bought)
    assert np.allclose(total(found, list(found.places), [REST]), rest)
    home = found.middle[found.places.index(BEIJING), -1] / total(found, list(found.places), [ABROAD])[0]
    assert home > margins(BEIJING, SOLD) / nation


def bought_by_shown(places):
    return sum(margins(p, BOUGHT) for p in places)


def test_two_published_figures_that_were_not_used_lie_in_their_intervals():
    """Beijing's sales to other provinces (748.7 is 15.1 % of them) and the delta's own trade (744.32 is 35.58 %)."""
    found = contracts(shipped(), 2023)
    others = [p for p in found.places if p not in (BEIJING, ABROAD)]
    low, high = np.quantile(total(found, [BEIJING], others), (0.05, 0.95))
    assert low < 748.7 / 0.151 < high
    delta = ["上海市", "江苏省", "浙江省", "安徽省"]
    across = sum(total(found, [a], [b for b in delta if b != a]) for a in delta)
    low, high = np.quantile(across, (0.05, 0.95))
    assert low < 744.32 / 0.3558 < high


def test_what_size_and_distance_give_beijings_neighbours_is_told_with_its_interval():
    rows = {
        a.year: a for a in against_size_and_distance(shipped(), range(2012, 2025)) if a.cell.origin == BEIJING
    }
    assert set(rows) == {2013, 2023}  # 2024 has a cell but no margins
    assert rows[2013].cell.value < rows[2013].expected and rows[2023].cell.value > rows[2023].expected
    assert all(a.low < a.cell.value < a.high for a in rows.values())


def test_a_year_without_margins_and_provinces_beyond_the_nation_are_refused():
    with pytest.raises(DataError, match="lacks contracts"):
        contracts(shipped(), 2024)
    small = shipped().with_columns(
        pl.when(pl.col("region") == NATION).then(1.0).otherwise("value").alias("value")
    )
    with pytest.raises(DataError, match="exceed the nation"):
        contracts(small, 2023)


def test_cells_that_contradict_the_margins_are_told():
    little = shipped().with_columns(
        pl.when((pl.col("region") == BEIJING) & (pl.col("indicator") == SOLD))
        .then(100.0).otherwise("value").alias("value")
    )  # fmt: skip
    with pytest.raises(DataError, match="contradict"):
        contracts(little, 2023, draws=2)


@given(st.integers(2, 6), st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_balancing_gives_back_any_matrix_of_the_priors_kind(size, seed):
    rng = np.random.default_rng(seed)
    prior = rng.uniform(0.1, 2, (size, size))
    truth = rng.uniform(0.5, 2, size)[:, None] * prior * rng.uniform(0.5, 2, size)
    found, error = balance(
        prior, truth.sum(axis=1), truth.sum(axis=0), [(0, np.asarray([1]), float(truth[0, 1]))]
    )
    assert error < 1e-8 and np.allclose(found, truth, rtol=1e-5)

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanwang.errors import DataError, OptionError
from sanwang.factors.borders import ELASTICITY, barriers, cost_rates
from sanwang.factors.gravity import difference, gravity, placebo
from sanwang.factors.gravity_errors import shuffled
from sanwang.factors.panel import distances, panel
from sanwang.factors.simulated import simulated_panel
from sanwang.region import Region
from sanwang.region.sample import sample_region

pytest.importorskip("pyfixest")
TERMS = ("log_distance", "same_place")


def term(found, name):
    return found.terms.filter(pl.col("term") == name).row(0, named=True)


def test_a_known_border_is_found_and_lies_in_its_interval():
    found = gravity(simulated_panel(20, 4, spread=0.3, per_cell=200, seed=3), terms=TERMS)
    row = term(found, "border")
    assert row["low"] < -0.8 < row["high"] and abs(row["estimate"] + 0.8) < 0.15
    assert row["percent"] == pytest.approx(np.expm1(-row["estimate"]))
    assert row["percent_low"] < row["percent"] < row["percent_high"]
    assert term(found, "log_distance")["estimate"] == pytest.approx(-0.9, abs=0.15)


def test_estimates_and_clustered_errors_are_those_of_a_glm_with_dummies():
    sm = pytest.importorskip("statsmodels.api")
    frame = simulated_panel(8, 2, spread=0.3, per_cell=200, jurisdictions=3, seed=1)
    row = term(gravity(frame, terms=TERMS), "border")
    keys = [frame.select(pl.struct(c, "year").rank("dense"))[c].to_numpy() for c in ("origin", "destination")]
    dummies = [(k[:, None] == np.unique(k)[None, n:]).astype(float) for n, k in enumerate(keys)]
    terms = frame.select(pl.col("log_distance") - pl.col("log_distance").mean(), "same_place").to_numpy()
    border = (frame["border"] != "").to_numpy().astype(float)
    pair = frame.select(
        pl.struct(
            pl.min_horizontal("origin", "destination"), pl.max_horizontal("origin", "destination").alias("b")
        ).rank("dense")
    ).to_series().to_numpy()  # fmt: skip
    plain = np.column_stack([border, terms, *dummies])
    flow = frame["flow"].to_numpy()
    fit = sm.GLM(flow / flow.mean(), plain, family=sm.families.Poisson()).fit(
        cov_type="cluster", cov_kwds={"groups": pair}, tol=1e-12
    )
    assert row["estimate"] == pytest.approx(fit.params[0], abs=1e-5)
    assert row["error"] == pytest.approx(fit.bse[0], rel=0.05)


def test_intervals_cover_about_as_often_as_they_say():
    held = 0
    for seed in range(30):
        row = term(
            gravity(simulated_panel(13, 2, spread=0.5, jurisdictions=3, seed=seed), terms=TERMS), "border"
        )
        held += row["low"] <= -0.8 <= row["high"]
    assert held >= 23  # 30 draws at 90 % fall below 23 once in two hundred times


def test_two_regions_borders_are_compared_with_their_covariance():
    frame = simulated_panel(16, 3, spread=0.3, per_cell=200, jurisdictions=4)
    found = gravity(frame, {"甲": ["辖区1", "辖区2"], "乙": ["辖区3", "辖区4"]}, TERMS)
    assert {"border:甲", "border:乙", "border:other"} <= set(found.terms["term"])
    gap, error, p = difference(found, "border:甲", "border:乙")
    assert error > 0 and 0 <= p <= 1 and abs(gap) < 4 * error
    with pytest.raises(OptionError, match="estimated are"):
        difference(found, "border:甲", "border:丙")


def test_the_sample_was_drawn_without_borders_and_none_is_found():
    given_panel = panel(sample_region())
    found = gravity(given_panel.frame)
    row = term(found, "border")
    assert row["low"] < 0 < row["high"]
    assert given_panel.unknown == 0 and not given_panel.unplaced


def test_missing_pairs_are_left_out_or_taken_as_nothing_and_it_is_said():
    whole = sample_region()
    flows = whole["flows"].filter(~((pl.col("origin") == "110000") & (pl.col("destination") == "120000")))
    flows = flows.select("origin", "destination", "factor", "year", "count", "value")
    region = Region.of(flows=flows)
    left = panel(region, missing="unknown")
    zero = panel(region, missing="zero")
    assert left.unknown == zero.unknown == 7 and zero.frame.height - left.frame.height == 7
    assert "未知" in left.assumed[0] and "零" in zero.assumed[0]


def test_cost_rates_follow_the_tariff_equivalent_and_are_never_negative():
    frame = simulated_panel(12, 2, spread=0.3, per_cell=200, jurisdictions=3)
    found = gravity(frame, "pair", TERMS)
    rates = cost_rates(found)
    one = rates.row(0, named=True)
    beta = term(found, one["term"])["estimate"]
    assert one["cost_rate"] == pytest.approx(max(0.0, np.exp(-beta / ELASTICITY) - 1))
    assert (rates["cost_low"] >= 0).all() and (rates["cost_low"] <= rates["cost_rate"]).all()
    rows = barriers(found, frame, "technology")
    assert rows.height == 2 * 3 and (rows["source"].str.contains("95%")).all()
    with pytest.raises(OptionError, match="elasticity"):
        cost_rates(found, 0)


def test_barriers_are_rows_the_plans_table_takes():
    frame = panel(sample_region()).frame
    rows = barriers(gravity(frame, "pair"), frame, "technology")
    region = Region.of(barriers=rows.drop("cost_low", "cost_high"))
    assert set(region["barriers"]["origin"]) == {"110000", "120000", "130000"}
    region.check().raise_if_errors()


def test_nothing_flows_one_year_negative_and_unknown_terms():
    frame = simulated_panel(6, 1, jurisdictions=2, per_cell=200)
    assert gravity(frame, terms=TERMS).observations == 36
    with pytest.raises(DataError, match="nothing flows"):
        gravity(frame.with_columns(flow=pl.lit(0.0)), terms=TERMS)
    with pytest.raises(OptionError, match="negative"):
        gravity(frame.with_columns(flow=pl.lit(-1.0)), terms=TERMS)
    with pytest.raises(OptionError, match="unknown terms"):
        gravity(frame, terms=("weather",))
    with pytest.raises(DataError, match="no flow"):
        panel(sample_region(), "compute")


def test_a_place_that_sends_nothing_is_separated_and_counted():
    frame = simulated_panel(8, 2, jurisdictions=3, per_cell=200)
    silent = frame.with_columns(
        pl.when(pl.col("origin") == "地点1").then(0.0).otherwise("flow").alias("flow")
    )
    found = gravity(silent, terms=TERMS)
    assert found.separated >= 16 and found.observations + found.separated == frame.height


@given(st.lists(st.tuples(st.floats(20, 50), st.floats(80, 130)), min_size=2, max_size=8, unique=True))
@settings(max_examples=40, deadline=None)
def test_distances_are_symmetric_positive_and_smallest_at_home(spots):
    km = distances(np.asarray(spots))
    assert np.allclose(km, km.T) and (km >= 1).all()
    away = km + np.diag([np.inf] * len(spots))
    assert (np.diag(km) <= away.min(axis=1) + 1e-9).all()


def test_a_few_large_places_and_one_sided_flows_widen_the_interval():
    from unittest import mock

    frame = simulated_panel(13, 4, spread=1.0, jurisdictions=3, seed=5, heavy=True)
    with mock.patch("sanwang.factors.gravity.jackknifed", lambda *given: dict.fromkeys(given[-1], 0.0)):
        clustered = term(gravity(frame, terms=TERMS), "border")
    row = term(gravity(frame, terms=TERMS), "border")
    assert row["estimate"] == clustered["estimate"] and row["error"] > clustered["error"]


def test_jurisdictions_dealt_anew_keep_their_sizes():
    frame = simulated_panel(12, 2, jurisdictions=4, seed=2)
    dealt = shuffled(frame, np.random.default_rng(0))
    assert dealt.drop("border").equals(frame.drop("border"))

    def sizes(one):
        inside = one.filter((pl.col("border") == "") & (pl.col("year") == 2014))
        return sorted(inside.group_by("origin").len()["len"].to_list())

    assert sizes(dealt) == sizes(frame) == [3] * 12 and not dealt["border"].equals(frame["border"])


def test_a_border_that_is_there_stands_out_among_placebos():
    frame = simulated_panel(16, 3, spread=0.3, per_cell=200, jurisdictions=4, seed=4)
    none = placebo(frame, TERMS, draws=19)
    assert np.isfinite(none).all() and np.abs(none).max() < 0.8


def test_a_term_that_one_place_carries_is_unreliable():
    frame = simulated_panel(8, 3, spread=0.3, per_cell=200, jurisdictions=2, seed=4)
    alone = (
        pl.when((pl.col("origin") == "地点1") & (pl.col("border") != ""))
        .then(pl.lit("辖区1|辖区2"))
        .otherwise(pl.lit(""))
    )
    found = gravity(frame.with_columns(alone.alias("border")), terms=TERMS)
    rows = {r["term"]: r for r in found.terms.to_dicts()}
    assert "border" not in rows or rows["border"]["unreliable"]

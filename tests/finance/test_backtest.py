"""Features are what a hand count gives; the back-test finds signal where there is some and none where there is none."""

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sanwang.errors import InputError, OptionError
from sanwang.finance.backtest import auc, fit_logistic, folds, logistic_backtest, rank_backtest, rank_score
from sanwang.finance.invoices import FEATURES, invoice_features, read_invoices

REAL = Path(__file__).parents[3] / "shared" / "data" / "invoices"


def invoices(*rows):
    full = [("E", dt.date(2020, month, 1), party, float(amount), void) for month, party, amount, void in rows]
    return pl.DataFrame(full, schema=["firm", "date", "party", "amount", "cancelled"], orient="row")


def test_features_are_counted_by_hand():
    sold = invoices((1, "a", 100, False), (2, "b", 300, False), (4, "a", -100, False), (4, "a", 999, True))
    found = invoice_features(sold, invoices((1, "s", 150, False))).to_dicts()[0]
    assert found["margin"] == pytest.approx(0.5)
    assert found["buyer_concentration"] == pytest.approx(1.0)  # a nets to nothing
    assert found["seller_concentration"] == 1.0
    assert found["cancelled_out"] == 0.25
    assert found["negative_out"] == pytest.approx(100 / 500)
    assert found["idle"] == 0.25
    assert found["scale"] == pytest.approx(np.log1p(300 / 3))
    assert found["growth"] == pytest.approx(-3.0)  # from 200 a month to less than nothing, held at the bound


def test_a_firm_that_only_buys_has_no_margin_and_no_growth():
    found = invoice_features(
        invoices((1, "s", 150, False)).clear(), invoices((1, "s", 150, False))
    ).to_dicts()[0]
    assert (found["margin"], found["growth"], found["buyer_concentration"]) == (None, None, None)


def test_the_reader_takes_chinese_headings_and_drops_what_is_no_invoice(tmp_path):
    path = tmp_path / "i.csv"
    path.write_text(
        "企业代号,发票号码,开票日期,购方单位代号,金额,发票状态\nE1,1,2020/1/5,B,3.5,作废发票\nE1,2,?,B,1,有效发票\n"
    )
    assert read_invoices(path).rows() == [("E1", dt.date(2020, 1, 5), "B", 3.5, True)]
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InputError):
        read_invoices(path)


def test_the_fit_is_that_of_another_implementation():
    statsmodels = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(3)
    x = rng.normal(size=(200, 3))
    y = rng.random(200) < 1 / (1 + np.exp(-(x @ [1.0, -0.5, 0.0] - 0.3)))
    theirs = statsmodels.Logit(y, statsmodels.add_constant(x)).fit(disp=0).params
    assert fit_logistic(x, y, 0.0) == pytest.approx(theirs, abs=1e-6)
    assert np.abs(fit_logistic(x, y, 50.0)[1:]).sum() < np.abs(theirs[1:]).sum()


def test_auc_counts_pairs_and_ties_by_half():
    assert auc(np.array([0.9, 0.5, 0.5, 0.1]), np.array([True, True, False, False])) == 0.875
    assert np.isnan(auc(np.array([0.5]), np.array([True])))


def test_folds_share_out_the_failures():
    outcome = np.arange(50) < 10
    where = folds(outcome, 5, np.random.default_rng(0))
    assert [int(outcome[where == k].sum()) for k in range(5)] == [2] * 5


def test_signal_is_found_and_noise_is_not():
    rng = np.random.default_rng(5)
    x = rng.normal(size=(150, 4))
    y = rng.random(150) < 1 / (1 + np.exp(-(2 * x[:, 0] - 1)))
    x[rng.random(x.shape) < 0.1] = np.nan
    good = logistic_backtest(x, y, repeats=3, resamples=200)
    value = dict(good.figures.select("measure", "value").iter_rows())
    assert value["auc"] > 0.75 and value["brier"] < value["brier_of_the_base_rate"]
    noise = logistic_backtest(x, rng.permutation(y), repeats=3, resamples=200)
    assert noise.figures["low"][0] < 0.5 < noise.figures["high"][0] or noise.figures["value"][0] < 0.6
    signs = np.array([-1.0, 1.0, 1.0, 1.0])
    assert rank_backtest(x, signs, y, repeats=3, resamples=200).figures["value"][0] > 0.5
    assert ((rank_score(x, signs) >= 0) & (rank_score(x, signs) <= 1)).all()
    assert good.calibration["count"].sum() == 150
    with pytest.raises(OptionError):
        logistic_backtest(x, np.zeros(150, bool))


@pytest.mark.skipif(not REAL.exists(), reason="the invoices are not here")
def test_invoices_of_real_firms_tell_of_default_out_of_sample():
    sides = [read_invoices(REAL / f"att1_{side}_invoices.csv.gz") for side in ("output", "input")]
    firms = pl.read_csv(REAL / "att1_enterprises_with_rating_default.csv")
    table = invoice_features(*sides).join(
        firms.select(pl.col("企业代号").alias("firm"), pl.col("是否违约").alias("default")), on="firm"
    )
    found = logistic_backtest(
        table.select(*FEATURES).to_numpy(), (table["default"] == "是").to_numpy(), repeats=3, resamples=300
    )
    assert table.height == 123
    assert found.figures["low"][0] > 0.65

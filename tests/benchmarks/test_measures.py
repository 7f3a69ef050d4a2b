import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks" / "match"))

from labelled import read_set
from measures import auc, mrr, ndcg, paired_bootstrap, per_need, precision, recall


def test_ndcg_against_a_hand_computed_case():
    gained = 7 / np.log2(2) + 0 + 3 / np.log2(4)
    ideal = 7 / np.log2(2) + 3 / np.log2(3) + 1 / np.log2(4)
    assert ndcg([3, 0, 2], [3, 2, 1]) == pytest.approx(gained / ideal)
    assert ndcg([3, 2, 1], [1, 2, 3]) == 1 and ndcg([0], [0]) == 0


def test_first_right_place_and_share_found():
    assert mrr([0, 1, 2], 2) == pytest.approx(1 / 3) and mrr([0] * 10 + [3], 2) == 0
    assert recall([3, 0, 2], [3, 2, 2], 2, 2) == pytest.approx(1 / 3)


def test_precision_and_auc_against_their_definitions():
    assert precision([2, 0], 2) == pytest.approx(1 / 3) and precision([3, 2, 1, 3], 2) == pytest.approx(2 / 3)
    scores, positive = np.array([3.0, 1.0, 1.0, 0.0]), np.array([True, True, False, False])
    assert auc(scores, positive) == pytest.approx((1 + 1 + 0.5 + 1) / 4)
    assert np.isnan(auc(scores, np.zeros(4, bool)))


def test_what_nobody_judged_is_counted():
    found = per_need(["a", "x", "b"], {"a": 2, "b": 0}, 2)
    assert found["unjudged"] == 1 and found["perfect P@3"] == pytest.approx(1 / 3)


def test_a_slice_keeps_only_its_own():
    found = per_need(["a", "b", "c"], {"a": 3, "b": 2}, 2, frozenset({"b", "c"}))
    assert found["nDCG@10"] == 1 and found["MRR@10"] == 1


def test_the_interval_holds_the_difference():
    theirs = np.random.default_rng(0).uniform(0, 1, 200)
    mean, low, high = paired_bootstrap(theirs + 0.1, theirs)
    assert mean == pytest.approx(0.1) and low <= 0.1 + 1e-9 and high >= 0.1 - 1e-9


def test_a_set_in_the_plain_format_is_read(tmp_path):
    pl.DataFrame({"id": ["N"], "title": ["泵"], "text": ["漏"]}).write_csv(tmp_path / "needs.csv")
    pl.DataFrame({"id": ["R", "S"], "title": ["泵", "Pump"], "abstract": [None, "x"]}).write_csv(
        tmp_path / "achievements.csv"
    )
    pl.DataFrame({"need": ["N"], "achievement": ["S"], "grade": [3]}).write_csv(tmp_path / "qrels.csv")
    found = read_set(tmp_path)
    assert found.grades == {"N": {"S": 3}} and not found.within and found.languages["S"] == "en"

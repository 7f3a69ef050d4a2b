import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanwang.collaboration.calibration import (
    Calibration,
    Uncalibrated,
    answers,
    calibrate,
    expected_error,
    load_calibration,
    outcome_labels,
    reliability,
)
from sanwang.collaboration.matches import COLUMNS, Matches
from sanwang.errors import InputError, OptionError
from sanwang.region import Region
from sanwang.report.reliability import reliability_svg


def matched(needs=60, each=10, seed=1):
    """Matches whose pairs work with probability score², and what came of them."""
    rng = np.random.default_rng(seed)
    rows, labels = [], {}
    for n in range(needs):
        for rank, score in enumerate(sorted(rng.uniform(0, 1, each), reverse=True), 1):
            rows.append((f"N{n:03d}", f"R{rank}", rank, float(score), "共同词：泵"))
            labels[f"N{n:03d}", f"R{rank}"] = bool(rng.uniform() < score**2)
    frame = pl.DataFrame(rows, schema=COLUMNS, orient="row")
    return Matches(frame, "letters", (), 0.0), labels


def test_probabilities_hold_on_needs_that_were_not_fitted():
    found = calibrate(*matched())
    assert isinstance(found, Calibration)
    assert found.ece < 0.06 and found.pairs == 600 and found.needs == 60
    assert abs(found.probability([0.9])[0] - 0.81) < 0.12


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=2, max_size=20))
def test_a_higher_score_is_never_less_likely(scores):
    found = calibrate(*matched())
    assert isinstance(found, Calibration)
    told = found.probability(sorted(scores))
    assert (np.diff(told) >= -1e-12).all() and (told >= 0).all() and (told <= 1).all()


def test_too_little_data_is_no_probability():
    found = calibrate(*matched(needs=3))
    assert isinstance(found, Uncalibrated) and "未校准" in str(found) and "uncalibrated" in str(found)
    given, _ = matched(needs=3)
    table = answers(given, None)
    assert table["probability"].null_count() == table.height


def test_below_the_threshold_the_nearest_and_why_are_told():
    given, labels = matched()
    found = calibrate(given, labels)
    assert isinstance(found, Calibration)
    table = answers(given, found, least=0.9)
    kept, withheld = (
        table.filter(pl.col("answer") == w) for w in ("推荐", "库中没有能解决的成果，最接近的是")
    )
    assert kept.height + withheld.height == 60 and withheld.height > 0
    assert kept["probability"].min() >= 0.9 > withheld["probability"].max()
    assert withheld["reasons"].to_list()[0] == "共同词：泵"


def test_it_is_kept_and_told_from_another_encoder(tmp_path):
    given, labels = matched()
    found = calibrate(given, labels)
    assert isinstance(found, Calibration)
    found.save(tmp_path / "c.json")
    assert load_calibration(tmp_path / "c.json") == found
    with pytest.raises(OptionError, match="other"):
        answers(Matches(given.frame, "other", (), 0.0), found)
    (tmp_path / "d.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError):
        load_calibration(tmp_path / "d.json")


def test_expected_error_against_its_definition():
    told, worked = np.array([0.1] * 50 + [0.9] * 50), np.array([0.0] * 40 + [1.0] * 10 + [1.0] * 50)
    assert expected_error(reliability(told, worked)) == pytest.approx(0.5 * 0.1 + 0.5 * 0.1)


def test_outcomes_are_labels_and_the_diagram_is_a_picture():
    rows = pl.DataFrame({"need": ["N1", "N1"], "achievement": ["R1", "R2"], "result": ["deal", "none"]})
    assert outcome_labels(Region.of(outcomes=rows)) == {("N1", "R1"): True, ("N1", "R2"): False}
    found = calibrate(*matched())
    assert isinstance(found, Calibration)
    assert reliability_svg(found).count("<circle") == len(found.bins)


def test_first_results_and_needs_are_calibrated_apart_and_told_how_they_held():
    found = calibrate(*matched(needs=120))
    assert isinstance(found, Calibration) and found.first is not None
    assert found.first.rows == 120 and 0 <= found.first.ece < 0.25 and found.first.auc > 0.5
    low, middle, high = (found.first.at([0.9], level)[0] for level in ("low", "middle", "high"))
    assert low < middle < high and abs(middle - 0.81) < 0.15
    firsts = {n for n, _ in matched(needs=120)[1]}
    assert found.holds is None or found.holds.rows == len(firsts)


def test_too_few_needs_have_no_curve_of_their_own():
    found = calibrate(*matched(needs=16))
    assert isinstance(found, Calibration) and found.first is None
    assert (
        found.probability([0.9], "low")[0]
        <= found.probability([0.9])[0]
        <= found.probability([0.9], "high")[0]
    )


def test_decisions_are_labels_and_an_outcome_goes_before_them():
    region = Region.of(
        needs=pl.DataFrame({"id": ["N"], "title": ["t"], "text": ["t"]}),
        achievements=pl.DataFrame({"id": ["R", "S"], "title": ["a", "b"]}),
        outcomes=pl.DataFrame({"need": ["N"], "achievement": ["R"], "result": ["none"]}),
        decisions=pl.DataFrame({"subject": ["N", "N"], "other": ["R", "S"], "verdict": ["accept", "reject"],
                                "who": ["甲", "甲"]}),
    )  # fmt: skip
    assert outcome_labels(region) == {("N", "R"): False, ("N", "S"): False}

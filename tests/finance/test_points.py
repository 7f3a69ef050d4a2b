"""Points: contributions add up, bounds hold, ranks and shifts are what brute force says."""

import itertools
import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from sanwang.cli.app import app
from sanwang.errors import InputError, OptionError
from sanwang.finance.points import as_rows, score
from sanwang.finance.scheme import load_scheme, marks, read_scheme
from sanwang.finance.weights import least_shift, ranks
from sanwang.region.sample import sample_region


def table(rows):
    full = [(a, i, y, v, "test") for a, i, y, v in rows]
    return pl.DataFrame(full, schema=["actor", "indicator", "year", "value", "source"], orient="row")


def actors(**firms):
    return pl.DataFrame(
        [{"id": k, "founded": f, "size": s} for k, (f, s) in firms.items()],
        schema={"id": pl.String, "founded": pl.Int64, "size": pl.String},
    )


def scheme(**changes):
    one = {"group": "g", "transform": "linear", "zero_at": 0, "full_at": 1}
    data = {
        "groups": {"g": ["组", "group"]},
        "stages": [{"id": "s", "rule": "age_years >= 0"}],
        "stage_indicator": "阶段",
        "indicators": [
            one | {"name": "a", "weights": {"s": 3}},
            one | {"name": "b", "weights": {"s": 1}},
        ],
    }
    return data | changes


def test_the_illustrative_scheme_has_eighteen_indicators_in_three_groups_and_says_it_is_no_official_one():
    given = load_scheme()
    assert len(given.indicators) == 18
    assert {i.group for i in given.indicators} == set(given.groups) == {"innovation", "growth", "auxiliary"}
    assert "不是官方" in given.notice
    assert [round(float(given.weights(s.id).sum()), 12) for s in given.stages] == [1.0, 1.0, 1.0]
    assert all(i.definition and i.unit for i in given.indicators)


def test_contributions_add_up_and_missing_values_are_bounded():
    given = read_scheme(scheme())
    found = score(table([("x", "a", 2025, 0.5), ("y", "a", 2025, 0.2), ("y", "b", 2025, 1.0)]),
                  actors(x=(2020, "small"), y=(2020, "small")), given)  # fmt: skip
    x = found.firms.filter(pl.col("actor") == "x").to_dicts()[0]
    assert (x["score"], x["lower"], x["upper"], x["missing"]) == (37.5, 37.5, 62.5, 1)
    y = found.firms.filter(pl.col("actor") == "y").to_dicts()[0]
    assert y["score"] == pytest.approx(40.0)
    assert (y["rank"], x["rank"], x["rank_best"], x["rank_worst"]) == (1, 2, 1, 2)
    sums = found.parts.group_by("actor").agg(pl.col("contribution").sum())
    assert dict(sums.iter_rows()) == pytest.approx(dict(found.firms.select("actor", "score").iter_rows()))
    gain = found.parts.filter((pl.col("actor") == "x") & (pl.col("indicator") == "b"))["gain_full"][0]
    assert gain == pytest.approx(25.0)


def test_the_latest_sound_value_counts_and_what_does_not_is_listed():
    rows = [
        ("x", "a", 2023, 0.1),
        ("x", "a", 2025, 0.9),
        ("x", "a", 2026, float("nan")),
        ("x", "zzz", 2025, 1.0),
    ]
    found = score(table(rows), actors(x=(2020, "small")), read_scheme(scheme()), year=2026)
    assert found.firms["score"][0] == pytest.approx(67.5)
    assert found.unused.select("indicator", "year").rows() == [("a", 2026), ("zzz", 2025)]
    earlier = score(table(rows), actors(x=(2020, "small")), read_scheme(scheme()), year=2024)
    assert earlier.firms["score"][0] == pytest.approx(7.5)


def test_a_firm_without_a_stage_is_reported_and_not_scored():
    rows = table(
        [("x", "a", 2025, 0.1), ("y", "a", 2025, 0.1), ("z", "a", 2025, 0.1), ("z", "阶段", 2025, 7.0)]
    )
    found = score(rows, actors(x=(None, "small")), read_scheme(scheme()))
    assert found.firms.height == 0
    assert found.unstaged["actor"].to_list() == ["x", "y", "z"]
    assert "age_years" in found.unstaged["why"][0]
    stated = score(table([("x", "a", 2025, 0.1), ("x", "阶段", 2025, 1.0)]), actors(), read_scheme(scheme()))
    assert stated.firms["stage_from"].to_list() == ["stated"]


def test_missing_may_count_as_the_peers_median():
    rows = table([("x", "a", 2025, 0.5), ("y", "a", 2025, 0.5), ("y", "b", 2025, 0.8)])
    who = actors(x=(2020, "small"), y=(2020, "small"))
    found = score(rows, who, read_scheme(scheme(missing="median")))
    assert found.firms["score"].to_list() == pytest.approx([57.5, 57.5])
    assert found.firms["rank"].to_list() == [1, 1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"stages": []}, "stages"),
        ({"missing": "zero"}, "missing"),
        ({"full_marks": 0}, "full_marks"),
        ({"stages": [{"id": "s", "rule": "[1].all(x, true)"}]}, "stage s"),
        ({"indicators": [{"name": "a", "group": "?", "transform": "linear"}]}, "group"),
        ({"indicators": [{"name": "a", "group": "g", "transform": "exp"}]}, "transform"),
        ({"indicators": [{"name": "a", "group": "g", "transform": "log", "zero_at": 0, "full_at": 1,
                          "weights": {"s": 1}}]}, "log"),
        ({"indicators": [{"name": "a", "group": "g", "transform": "linear", "zero_at": 0, "full_at": 0,
                          "weights": {"s": 1}}]}, "two knots"),
        ({"indicators": [{"name": "a", "group": "g", "transform": "linear", "zero_at": 0, "full_at": 1,
                          "weights": {"s": -1}}]}, "negative"),
        ({"indicators": [{"name": "a", "group": "g", "transform": "linear", "zero_at": 0, "full_at": 1,
                          "weights": {"t": 1}}]}, "no stage"),
        ({"indicators": [{"name": "a", "group": "g", "transform": "piecewise", "knots": [[0, 2], [1, 1]],
                          "weights": {"s": 1}}]}, "outside"),
    ],
)  # fmt: skip
def test_a_broken_scheme_is_refused_by_the_entry_that_is_wrong(change, said):
    with pytest.raises(InputError, match=said):
        read_scheme(scheme(**change))


def test_a_scheme_file_that_is_not_toml_is_refused(tmp_path):
    (tmp_path / "s.toml").write_text("= =")
    with pytest.raises(InputError):
        load_scheme(tmp_path / "s.toml")
    with pytest.raises(InputError):
        load_scheme(tmp_path / "none.toml")
    with pytest.raises(OptionError):
        score(table([]), actors(), draws=0)


def test_marks_rise_with_what_is_good_and_stay_between_zero_and_one():
    for indicator in load_scheme().indicators:
        ends = [k[0] for k in indicator.knots]
        values = np.linspace(min(ends) - 1, max(ends) + 1, 50)
        found = marks(indicator, values)
        assert ((found >= 0) & (found <= 1)).all()
        assert (np.diff(found) >= 0).all() or (np.diff(found) <= 0).all()
    assert np.isnan(marks(load_scheme().indicators[0], np.array([np.nan]))).all()


@given(st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_the_least_shift_is_the_least_among_all_moves(seed):
    """Against a linear program: mass moved from k to m for every pair, the scores equal, as little as possible."""
    from scipy.optimize import linprog

    rng = np.random.default_rng(seed)
    held, weight = rng.uniform(0, 1, (4, 4)).round(2), rng.dirichlet(np.ones(4))
    pairs = list(itertools.permutations(range(4), 2))
    best = np.inf
    for j in range(1, 4):
        lead = held[0] - held[j]
        answer = linprog(
            np.ones(len(pairs)),
            A_eq=[[lead[k] - lead[m] for k, m in pairs]], b_eq=[lead @ weight],
            A_ub=[[float(k == i) - 0.0 for k, _ in pairs] for i in range(4)], b_ub=weight,
        )  # fmt: skip
        best = min(best, answer.fun) if answer.success else best
    assert least_shift(held, weight, 0)[0] == pytest.approx(best, abs=1e-7)


def test_who_is_better_at_everything_is_never_overtaken():
    assert least_shift(np.array([[0.9, 0.8], [0.1, 0.2]]), np.array([0.5, 0.5]), 0) == (np.inf, -1)
    assert ranks(np.array([0.5, 0.9, 0.5])).tolist() == [2, 1, 2]


def test_the_sample_is_scored_stage_by_stage_and_repeats():
    region = sample_region()
    found = score(region["points"], region["actors"], draws=300)
    assert set(found.firms["stage"]) == {"startup", "growth", "stable"}
    assert found.firms.height + found.unstaged.height == 109
    assert found.firms.filter(
        (pl.col("lower") > pl.col("score")) | (pl.col("score") > pl.col("upper"))
    ).is_empty()
    assert found.firms["missing"].sum() > 0
    again = score(region["points"], region["actors"], draws=300)
    assert found.firms.equals(again.firms)
    assert set(as_rows(found)["indicator"]) == {"创新积分"}


def test_the_command_says_it_for_a_firm_and_writes_a_workbook(tmp_path):
    sample_region().save(tmp_path / "w", "csv")
    run = CliRunner()
    answer = run.invoke(
        app, ["points", str(tmp_path / "w"), "--json", "--draws", "200", "-o", str(tmp_path / "p.xlsx")]
    )
    data = json.loads(answer.stdout)
    assert data["firms"] and "示意" in data["notice"] and (tmp_path / "p.xlsx").stat().st_size > 5000
    firm = data["firms"][0]["actor"]
    said = run.invoke(app, ["points", str(tmp_path / "w"), "--firm", firm, "--draws", "200"])
    for name, more in (("all.html", []), ("one.html", ["--firm", firm])):
        page = tmp_path / name
        run.invoke(app, ["points", str(tmp_path / "w"), "--draws", "50", "-o", str(page), *more])
        assert "不是官方口径" in page.read_text(encoding="utf-8")
    assert said.exit_code == 0 and "怎样提高" in said.stdout
    assert isinstance(
        run.invoke(app, ["points", str(tmp_path / "w"), "--firm", "nobody"]).exception, OptionError
    )

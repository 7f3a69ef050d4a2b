"""The chance that a match holds: a stated prior with a range that is solved, or a calibration, or a person's word."""

import json
from datetime import date

import numpy as np
import polars as pl
import pytest
from regions import all_pairs, region
from test_stations import decided

from sanwang.collaboration.matches import COLUMNS, Matches
from sanwang.planning.assumptions import assumptions, described
from sanwang.planning.chances import PRIORS, at_level, found_on, weighed
from sanwang.planning.plan import plan
from sanwang.planning.verify import verify
from sanwang.region import Region
from sanwang.report.page import page
from sanwang.study.registry import get

DAY = date(2026, 1, 5)


def matched(*scores: float) -> Matches:
    rows = [("N0", f"R{i}", i + 1, s, "") for i, s in enumerate(scores)]
    return Matches(pl.DataFrame(rows, schema=COLUMNS, orient="row"), "test", (), 0.0)


def test_each_band_has_its_prior_and_a_person_s_word_its_own():
    given, reg = assumptions(), decided(region(1), ("N0", "R3", "accept", "甲", DAY, ""))
    found = weighed(reg, matched(0.95, 0.9, 0.7, 0.51), given)
    assert found["chance"].to_list() == [0.36, 0.36, 0.13, 0.9]
    assert found["score"].to_list() == [0.95, 0.9, 0.7, 0.51]


def test_a_prior_that_was_changed_has_no_range():
    low = at_level({"prior_strong": 0.5}, "low")
    notes = described()
    assert low is not None and low["prior_strong"] == 0.5 and low["prior_fair"] == notes["prior_fair"]["low"]
    assert all(notes[p]["low"] < notes[p]["value"] < notes[p]["high"] <= 1 for p in PRIORS)
    assert at_level(None, "middle") is None


@pytest.mark.parametrize("seed", range(4))
def test_the_range_is_solved_and_not_scaled(seed: int):
    reg, pairs = region(seed), all_pairs(region(seed), seed)
    found = get("plan")(reg, pairs, gap=0.0).answer
    assert found.ends is not None
    low, high = found.ends
    notes = described()
    for end, level in ((low, "low"), (high, "high")):
        again = plan(reg, pairs, gap=0.0, changes={p: notes[p][level] for p in PRIORS})
        assert again.worth == end.worth and again.routes.equals(end.routes)
        assert verify(reg, end.routes, end.options).ok
    assert low.worth <= found.worth <= high.worth


def test_a_range_that_was_made_up_does_not_verify(tmp_path):
    reg = region(1)
    result = get("plan")(reg, all_pairs(reg, 1))
    result.save(tmp_path / "p")
    assert result.verify().ok
    claim = json.loads((tmp_path / "p" / "plan.json").read_text(encoding="utf-8"))
    claim["range"]["high"]["worth"] += 10**9
    claim["range"]["high"]["bound"] += 10**9
    (tmp_path / "p" / "plan.json").write_text(json.dumps(claim), encoding="utf-8")
    from sanwang.study.verification import verify_folder

    assert any("净价值范围" in said for said in verify_folder(reg, tmp_path / "p").said("zh"))


def judged(needs: int = 40, each: int = 4) -> tuple[Region, Matches]:
    """A Region in which pairs worked with probability score², half of it from outcomes, half from decisions."""
    rng = np.random.default_rng(3)
    rows, outcomes, said = [], [], []
    for n in range(needs):
        for rank, score in enumerate(sorted(rng.uniform(0.3, 1, each), reverse=True), 1):
            pair, worked = (f"N{n:02d}", f"R{n:02d}-{rank}"), bool(rng.uniform() < score**2)
            rows.append((*pair, rank, float(score), ""))
            if n % 2:
                outcomes.append((*pair, "deal" if worked else "none"))
            else:
                said.append((*pair, "accept" if worked else "reject", "甲", DAY, ""))
    ids = [f"N{n:02d}" for n in range(needs)]
    reg = Region.of(
        actors=pl.DataFrame({"id": ["A"], "name": ["甲厂"], "place": ["130100"]}),
        needs=pl.DataFrame({"id": ids, "title": ids, "text": ids, "actor": "A", "value": 10**10}),
        achievements=pl.DataFrame({"id": [r[1] for r in rows], "title": "t", "owner": "A", "ask": 10**8}),
        outcomes=pl.DataFrame(outcomes, schema=["need", "achievement", "result"], orient="row"),
    )
    frame = pl.DataFrame(rows, schema=COLUMNS, orient="row")
    return decided(reg, *said), Matches(frame, "test", (), 0.0)


def test_outcomes_and_decisions_calibrate_the_plan_with_an_interval():
    reg, pairs = judged()
    known = found_on(reg, pairs)
    assert known is not None and known.pairs == 160
    at = [known.probability([0.8], level)[0] for level in ("low", "middle", "high")]
    assert at[0] < at[1] < at[2] and at[0] < 0.64 < at[2] + 0.1
    result = get("plan")(reg, pairs)
    found = result.answer
    assert found.ends is not None and found.ends[0].worth < found.worth < found.ends[1].worth
    assert verify(reg, found.routes, found.options).ok and result.verify().ok
    open_ = found.routes.filter(pl.col("need").is_in([f"N{n:02d}" for n in range(1, 40, 2)]))
    wanted = np.clip(0.85 * known.probability(open_["match_score"].to_list()), 0, 0.95)
    assert open_["probability"].to_list() == pytest.approx(wanted.tolist())
    assert "校准" in result.headline[-1] and "成功概率" in page(result)


def test_without_outcomes_no_probability_is_shown_as_a_percentage():
    reg = region(1)
    result = get("plan")(reg, all_pairs(reg, 1))
    shown = result.shown
    assert "先验概率" in result.headline[-1]
    routes = shown.table("routes")
    assert routes is not None and "probability" not in [c.key for c in routes.columns]
    assert set(routes.frame["evidence"]) <= {"强", "中", "弱", "不足"}
    assert not any("概率" in label and "%" in words for label, words, _ in shown.figures)
    assumed = shown.table("assumptions")
    assert assumed is not None and "0.36（0.19–0.57）" in assumed.frame["amount"].to_list()


def test_the_verifier_recomputes_the_chance_from_the_band_itself():
    reg = region(1)
    found = plan(reg, all_pairs(reg, 1))
    raised = found.routes.with_columns(match_score=pl.lit(0.99))
    worse = verify(reg, raised, found.options)
    if found.routes["match_score"].max() < 0.9:  # pyright: ignore[reportOptionalOperand]
        assert any("概率不符" in p for p in worse.problems)
    changed = {**found.options, "assumptions": {**found.options["assumptions"]}}  # pyright: ignore[reportGeneralTypeIssues]
    changed["assumptions"]["prior_strong"] = {"value": 0.99}
    changed["assumptions"]["prior_fair"] = {"value": 0.99}
    changed["assumptions"]["prior_weak"] = {"value": 0.99}
    assert any("概率不符" in p for p in verify(reg, found.routes, changed).problems)

import sys
from pathlib import Path

import polars as pl
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks" / "match" / "judge"))

from agree import agreement, grades_of, happened, joined
from ask import judge
from pairs import pooled, read_ranking, read_sheet, resumed, sheet, write_sheet

from sanwang.region import Region


def region(**extra):
    return Region.of(
        needs=pl.DataFrame({"id": ["N1", "N2"], "title": ["泵漏", "=1+1"], "text": ["高温", None]}),
        achievements=pl.DataFrame({"id": ["R1", "R2", "R3"], "title": ["密封", "葡萄", "电机"]}),
        **extra,
    )


def test_a_pool_holds_the_first_of_every_ranking_once():
    first, second = {"N1": ["R1", "R2", "R3"]}, {"N1": ["R3", "R1"], "N2": ["R2"]}
    assert pooled([first, second], 1) == {"N1": ["R1", "R3"], "N2": ["R2"]}
    assert pooled([first, second], 2) == {"N1": ["R1", "R2", "R3"], "N2": ["R2"]}


def test_a_sheet_is_blind_shuffled_and_the_same_for_a_seed(tmp_path):
    pool = {"N1": ["R1", "R2", "R3"], "N2": ["R1", "R2", "R3"]}
    orders = {tuple(sheet(region(), pool, s)["achievement"].to_list()) for s in range(8)}
    assert len(orders) > 1 and sheet(region(), pool, 3).equals(sheet(region(), pool, 3))
    made = sheet(region(), pool, 3)
    assert not {"rank", "score", "system"} & set(made.columns) and set(made["grade"]) == {""}
    write_sheet(made, tmp_path / "a.csv")
    assert "'=1+1" in (tmp_path / "a.csv").read_text(encoding="utf-8-sig")
    assert read_sheet(tmp_path / "a.csv").equals(made)


def test_judging_goes_on_where_it_ended_and_keeps_what_was_said(tmp_path):
    path, told = tmp_path / "a.csv", []
    write_sheet(sheet(region(), {"N1": ["R1", "R2"]}, 1), path)
    answers = iter(["9", "3", "q"])
    assert judge(path, lambda _: next(answers), told.append) == 1
    assert judge(path, lambda _: "0", told.append) == 1
    assert sorted(read_sheet(path)["grade"]) == ["0", "3"]
    wider = resumed(sheet(region(), {"N1": ["R1", "R2", "R3"]}, 2), read_sheet(path))
    assert wider["grade"].to_list()[:2] == read_sheet(path)["grade"].to_list()
    assert wider["achievement"].to_list()[2] == "R3" and wider["grade"][2] == ""


def test_agreement_against_hand_computed_values():
    first = {("N", str(i)): g for i, g in enumerate([0, 0, 1, 3])}
    second = {("N", str(i)): g for i, g in enumerate([0, 1, 1, 3])} | {("N", "x"): 2}
    told = agreement(first, second)
    assert told.pairs == 4 and told.same == 0.75
    chance = sum((a - b) ** 2 for a in (0, 0, 1, 3) for b in (0, 1, 1, 3)) / 16
    assert told.kappa == pytest.approx(1 - 0.25 / chance)
    assert joined(first, second) == {("N", "0"): 0, ("N", "1"): 0, ("N", "2"): 1, ("N", "3"): 3}
    assert agreement({}, second).pairs == 0


def test_a_grade_that_is_none_stops(tmp_path):
    frame = sheet(region(), {"N1": ["R1"]}, 1).with_columns(pl.lit("好").alias("grade"))
    with pytest.raises(SystemExit, match="N1"):
        grades_of(frame)


def test_outcomes_become_grades_and_contradictions_are_left_out():
    rows = pl.DataFrame(
        {
            "need": ["N1", "N1", "N2", "N2", "N1"],
            "achievement": ["R1", "R2", "R1", "R1", "R3"],
            "result": ["deal", "none", "deal", "none", "talks"],
        }
    )
    found, torn = happened(region(outcomes=rows))
    assert found == {("N1", "R1"): 3, ("N1", "R2"): 0} and torn == 1


def test_a_ranking_made_elsewhere_is_read_in_order(tmp_path):
    rows = {"need": ["N", "N"], "achievement": ["b", "a"], "rank": [2, 1]}
    pl.DataFrame(rows).write_csv(tmp_path / "r.csv")
    assert read_ranking(tmp_path / "r.csv") == {"N": ["a", "b"]}

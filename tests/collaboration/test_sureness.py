import json
from importlib.resources import files

import numpy as np
import polars as pl
import pytest
from hashed_words import Referred
from hypothesis import given
from hypothesis import strategies as st

from sanwang.collaboration import sureness
from sanwang.collaboration.calibration import answers
from sanwang.collaboration.match import match
from sanwang.collaboration.rank import Evidence
from sanwang.collaboration.sureness import (
    band,
    doubtful,
    in_words,
    judged_by,
    need_signs,
    pair_signs,
    sure_rows,
    verdicts,
)
from sanwang.collaboration.tiers import for_viewer
from sanwang.encoding.own import OwnEncoder
from sanwang.region import Region


def region():
    return Region.of(
        needs=pl.DataFrame(
            {
                "id": ["N1", "N2"],
                "title": ["密封圈漏油", "哈密瓜采摘后保鲜期太短"],
                "text": ["高温下漏", None],
            }
        ),
        achievements=pl.DataFrame(
            {
                "id": ["R1", "R2", "R3"],
                "title": ["一种耐高温密封圈", "齿轮降噪", "桥梁监测"],
                "abstract": ["解决密封圈高温下漏油", "降低电机啸叫", "拉索振动"],
            }
        ),
    )


def test_the_shipped_curves_are_of_the_encoder_that_ships_and_say_how_they_were_fitted():
    read = json.loads((files("sanwang.collaboration") / "sureness.json").read_text(encoding="utf-8"))
    assert read["encoder"] == OwnEncoder().name and "judged" in read["fitted"]
    assert judged_by([OwnEncoder().name]).known and not judged_by(["other"]).known
    for name in ("relates", "right", "holds"):
        assert min(read[name]["weights"]) >= 0 and read[name]["left_out"]["auc"] > 0.5


@given(st.lists(st.floats(-20, 40), min_size=2, max_size=10))
def test_more_evidence_is_never_a_lower_score(totals):
    scores = judged_by([]).related(np.array(sorted(totals)))
    assert (np.diff(scores) >= 0).all() and (scores >= 0).all() and (scores <= 1).all()


def test_a_pair_is_never_surer_than_that_there_is_anything():
    rng = np.random.default_rng(1)
    found = Evidence(*(rng.uniform(0, s, (2, 9)).astype(np.float32) for s in (12, 1, 1)))
    known = judged_by([OwnEncoder().name])
    pairs = pair_signs(found, 1, np.arange(9))
    rows = sure_rows(known, "N", [f"R{i}" for i in range(9)], need_signs(found, 1), pairs)
    assert (rows["right"] <= rows["holds"]).all() and rows["holds"].n_unique() == 1
    ordered = sorted(found.total[1].tolist(), reverse=True)
    first = np.mean(ordered[:3])
    nearest = [found.named[1].max(), found.sentence[1].max()]
    assert need_signs(found, 1) == pytest.approx([first, first - ordered[-1], *nearest], rel=1e-5)
    assert sure_rows(judged_by(["other"]), "N", ["R"], need_signs(found, 0), pairs[:1]).is_empty()


def test_matches_say_in_words_where_there_is_probably_nothing(tmp_path):
    found = match(region(), k=1, cache=tmp_path)
    said = {r["need"]: r for r in verdicts(found.sure).to_dicts()}
    assert said["N1"]["holds"] > said["N2"]["holds"] and said["N2"]["band"] == "unlikely"
    assert any("N2" in n and "未按本库结果校准" in n and "%" not in n for n in found.notices)
    table = answers(found, None)
    assert dict(table.select("need", "answer").iter_rows())["N2"] == in_words(said["N2"]["holds"])
    assert table["probability"].null_count() == 2
    assert for_viewer(found, region(), "public").sure.is_empty()


def test_of_another_encoder_nothing_is_claimed(tmp_path):
    found = match(region(), encoder=Referred(), cache=tmp_path)
    assert found.sure.is_empty() and verdicts(found.sure).is_empty() and doubtful(found.sure) == []


def test_every_chance_has_its_word():
    assert [band(c) for c in (0.0, 0.3, 0.9)] == ["unlikely", "possible", "likely"]
    words = {
        in_words(c, of, lang) for c in (0.0, 0.3, 0.9) for of in ("holds", "right") for lang in ("zh", "en")
    }
    assert len(words) == 12 and all(least <= 1 for least, _ in sureness.BANDS)

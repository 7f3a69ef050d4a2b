"""Money tried out: a slider and a pick change the answer, what is left out is stated, what moved is told."""

import polars as pl
import pytest
from test_pages import ok

from sanwang.errors import OptionError
from sanwang.region.sample import sample_region
from sanwang.study.registry import get
from sanwang.web.picked import firms, tried

REGION = sample_region()


def test_a_set_off_of_picked_firms_is_that_of_their_debts_alone():
    ids = [i for i, _ in firms(REGION, "settle", "zh")][:12]
    inside = pl.col("debtor").is_in(ids) & pl.col("creditor").is_in(ids)
    debts = REGION["obligations"]
    alone = get("settle")(REGION.with_tables(obligations=debts.filter(inside)), lang="zh")
    found = tried(REGION, "settle", ids, {}, "zh")
    assert list(found.told) == list(alone.shown.headline)
    assert str(debts.filter(~inside).height) in found.left_out
    cleared = {r["firm"]: r["cleared"] for r in alone.shown.table("firms").frame.to_dicts()}
    everybody = {
        r["firm"]: r["cleared"]
        for r in get("settle")(REGION, lang="zh").shown.table("firms").frame.to_dicts()
    }
    moved = set(found.tables[0].frame["firm"])
    assert moved == {f for f in everybody if everybody[f] != cleared.get(f, 0)}


def test_a_slider_moves_the_allocation_and_the_same_place_moves_nothing():
    same = tried(REGION, "allocate", [], {"loss_share": 0.03, "per_firm": 3}, "zh")
    assert same.tables[0].frame.is_empty()
    assert same.left_out == ""
    less = tried(REGION, "allocate", [], {"loss_share": 0.01, "per_firm": 3}, "zh")
    assert less.tables[0].frame.height > 0
    assert less.told != same.told


@pytest.mark.parametrize(("study", "picked", "given"), [
    ("settle", ["H2-A13"], {}), ("settle", ["nobody", "H2-A13"], {}),
    ("stress", ["H2-A13", "H2-A14"], {"fails": ["MT-A11"]}),
])  # fmt: skip
def test_what_cannot_be_picked_is_said(study, picked, given):
    with pytest.raises(OptionError):
        tried(REGION, study, picked, given, "zh")


def test_the_forms_work_without_a_script_and_lead_to_an_address(bench):
    browser = bench.browser("buyer")
    at = "/workspaces/sample/finance"
    text = browser.get(f"{at}/allocate").text
    assert '<input type="range" name="loss"' in text
    assert "<script" not in text
    place = ok(browser.post(f"{at}/allocate", {"loss": "1", "per_firm": "1"})).headers["location"]
    assert "各企业得款的变动" in browser.get(place).text
    assert 'value="1.0"' in browser.get(place).text
    picks = [i for i, _ in firms(REGION, "stress", "zh")][:40]
    place = ok(browser.post(f"{at}/stress", {"firms": picks, "fails": picks[:1]})).headers["location"]
    text = browser.get(place).text
    assert "未计入" in text
    assert text.count(" checked") == 41
    for bad in ("allocate?loss=99", "allocate?loss=x", "allocate?per_firm=0", "settle?firms=nobody;x"):
        assert browser.get(f"{at}/{bad}").status_code == 400, bad
    assert browser.get(f"{at}/nothing").status_code == 404

import re

import polars as pl
from hashed_words import Letters

from sanwang.collaboration.match import match
from sanwang.collaboration.reasons import explain, grounds
from sanwang.region import Region
from sanwang.region.sample import sample_region

QUOTED = re.compile(r"“([^”]*)”")


def records(need, achievement):
    return {"title": "", "text": need}, {"title": "", "abstract": achievement}


def kinds(need, achievement):
    left, right = records(need, achievement)
    return {r.kind: r.said for r in explain(grounds(Region.of()), left, right, "zh") if r.need_quote}


def test_figures_of_both_records_stand_side_by_side():
    assert "≥ 67 % ↔ 72 %" in kinds("效率≥67%", "实测效率72%")["agree"]
    assert "“破损率5%”" in kinds("破损率3%以下", "破损率5%")["conflict"]
    assert "缺少指标" in kinds("破损率3%以下", "很结实")["missing"]


def test_every_quoted_span_is_in_one_of_the_two_records(tmp_path):
    region = sample_region()
    needs = {r["id"]: f"{r['title']}\n{r['text']}\n{r['acceptance']}" for r in region["needs"].to_dicts()}
    results = {r["id"]: f"{r['title']}\n{r['abstract']}" for r in region["achievements"].to_dicts()}
    found = match(region, k=5, encoder=Letters(), cache=tmp_path).frame
    quotes = 0
    for need, achievement, said in found.select("need", "achievement", "reasons").iter_rows():
        for quote in QUOTED.findall(said):
            quotes += 1
            assert quote in needs[need] or quote in results[achievement]
    assert quotes > 100


def test_a_record_under_agreement_is_not_quoted():
    left, right = records("效率≥67%", "实测效率72%")
    (only,) = explain(
        grounds(Region.of(achievements=pl.DataFrame({"id": ["A"]}))), left, right | {"openness": "nda"}, "zh"
    )
    assert "效率" not in only.said


def test_the_sample_s_heart_test_gets_the_result_that_reaches_its_limit_and_not_the_one_that_says_it_does_not():
    region = sample_region()
    need = region["needs"].row(by_predicate=pl.col("id") == "BIO-N12", named=True)
    result = region["achievements"].row(by_predicate=pl.col("id") == "BIO-R29", named=True)
    said = [r for r in explain(grounds(region), need, result, "zh") if r.kind == "conflict"]
    assert any("达不到高敏口径" in r.said and "✗ 冲突" in r.said for r in said)


def test_the_sample_s_harbour_does_not_get_again_what_it_has_and_what_looks_at_no_dents():
    region = sample_region()
    need = region["needs"].row(by_predicate=pl.col("id") == "AI-N20", named=True)
    result = region["achievements"].row(by_predicate=pl.col("id") == "AI-R19", named=True)
    said = "".join(r.said for r in explain(grounds(region), need, result, "zh") if r.kind == "conflict")
    assert "箱号识别我们已有" in said and "不评估箱体的凹陷或裂口" in said

import polars as pl
from hashed_words import Letters

from sanwang.collaboration.decisions import read_decisions, write_pairs
from sanwang.collaboration.duplicates import duplicates
from sanwang.region import Region

OTHERS = [
    "葡萄栽培与采后保鲜",
    "电机啸叫的主动降噪",
    "桥梁斜拉索振动监测",
    "猪胴体自动劈半",
    "铜箔表面粗化",
    "海藻肠衣挤出",
    "隧道裂缝识别",
    "幕墙清洗机器人",
    "风电叶片除冰",
]


def region():
    titles = ["耐高温氟橡胶密封圈配方", "一种氟橡胶密封圈的耐高温配方", *OTHERS]
    bodies = ["二百度下不漏油，寿命两年", "在二百度下不漏油，寿命达两年", *OTHERS]
    ids = [f"R{i:02d}" for i in range(len(titles))]
    return Region.of(achievements=pl.DataFrame({"id": ids, "title": titles, "abstract": bodies}))


def test_a_reworded_achievement_is_found_and_nothing_else(tmp_path):
    found = duplicates(region(), encoders=[Letters()], cache=tmp_path)
    assert found.select("kind", "a", "b").rows() == [("achievements", "R00", "R01")]
    assert found["reason"][0] and found["decision"][0] == ""


def test_the_bundled_encoders_find_the_same_result_in_english(tmp_path):
    english = pl.DataFrame(
        {"id": ["E1", "E2"], "title": ["Heat-resistant fluororubber seal ring formula", "Grape growing"],
         "abstract": ["No oil leak at 200 degrees, life of two years", "Vines"]}
    )  # fmt: skip
    reg = region()
    both = pl.concat([reg["achievements"].select("id", "title", "abstract"), english])
    found = duplicates(Region.of(achievements=both), cache=tmp_path)
    assert ("E1", "R00") in found.select("a", "b").rows()


def test_a_persons_decision_is_kept(tmp_path):
    path = tmp_path / "pairs.csv"
    found = duplicates(region(), encoders=[Letters()], cache=tmp_path)
    assert write_pairs(found, path) == 1
    decided = pl.read_csv(path).with_columns(pl.lit("不同").alias("decision"))
    decided.write_csv(path)
    assert write_pairs(found, path) == 0
    assert read_decisions(path) == {("achievements", "R00", "R01"): "不同"}
    assert write_pairs(found.clear(), path) == 0
    assert read_decisions(path) == {("achievements", "R00", "R01"): "不同"}


def test_an_empty_region_has_none(tmp_path):
    assert duplicates(Region.of(), encoders=[Letters()], cache=tmp_path).is_empty()

from pathlib import Path

import polars as pl
import pytest

from sanwang.collaboration.identify import identify, initials, is_short_for, plain
from sanwang.region import Region
from sanwang.sources.ror import read_ror

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def actors(*rows):
    data = [{"id": f"A{i}", "name": r[0], "name_en": r[1] if len(r) > 1 else None, "uscc": r[2] if len(r) > 2 else None}
            for i, r in enumerate(rows)]  # fmt: skip
    return Region.of(
        actors=pl.DataFrame(data, schema=dict.fromkeys(("id", "name", "name_en", "uscc"), pl.String))
    )


def pairs(region, registry=None):
    return {(a, b) for a, b in identify(region, registry).select("a", "b").iter_rows()}


@pytest.mark.parametrize(
    ("short", "full", "is_one"),
    [
        ("北航", "北京航空航天大学", True),
        ("天大", "天津大学", False),
        ("华科", "华中科技大学", True),
        ("北航", "北京大学第三医院", False),
        ("京航", "北京航空航天大学", False),
    ],
)
def test_short_names(short, full, is_one):
    assert is_short_for(short, full) is is_one


def test_full_short_and_english_names_are_proposed():
    found = actors(
        ("北京航空航天大学", "Beihang University"), ("北航",), ("Beihang University",), ("河北农业大学",)
    )
    assert pairs(found) == {("A0", "A1"), ("A0", "A2")}
    assert plain("示例（天津）科技有限公司") == plain("示例(天津)科技")
    assert initials("University of Science and Technology of China") == "USTC"


def test_two_real_ones_are_never_proposed():
    assert pairs(actors(("东北大学",), ("西北大学",), ("东北林业大学",), ("东北农业大学",))) == set()
    same_name = actors(
        ("示例科技有限公司", None, "91110108MA00000001"), ("示例科技有限公司", None, "91110108MA00000002")
    )
    assert pairs(same_name) == set()
    assert pairs(actors(("第一人民医院",), ("第二人民医院",))) == set()


def test_nothing_is_merged_and_each_pair_says_why():
    found = identify(actors(("北京航空航天大学",), ("北航",)))
    assert found["decision"].to_list() == [""] and "北航" in found["reason"][0] and found["score"][0] < 0.9


@pytest.mark.skipif(not DATA.exists(), reason="the real registries are not beside this checkout")
def test_real_universities_are_linked_by_their_names_and_kept_apart():
    registry = read_ror(DATA / "ror_cn.jsonl")
    rows = registry.frame.drop_nulls("name").head(60)
    region = actors(*((n,) for n in rows["name"]))
    found = identify(region, registry)
    right = dict(zip((f"A{i}" for i in range(rows.height)), rows["id"], strict=True))
    sure = found.filter((pl.col("kind") == "registry") & (pl.col("score") >= 0.95))
    hits = sum(right[a] == b for a, b in sure.select("a", "b").iter_rows())
    assert hits == rows.height and sure.height - hits <= 3

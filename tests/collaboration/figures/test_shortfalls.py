import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanwang.collaboration.conflicts import contradicted
from sanwang.collaboration.figures.shortfalls import asked_for, shortfalls


@pytest.mark.parametrize(
    ("said", "thing"),
    [
        ("检测限 9 ng/mL，尚达不到痕量筛查口径。", "痕量筛查口径"),
        ("本装置不适用于含硫烟气。", "含硫烟气"),
        ("暂不支持离线部署（后续版本支持）", "离线部署"),
        ("The sensor is not suitable for acidic slurry, but cheap.", "acidic slurry"),
        ("It does not reach automotive grade.", "automotive grade"),
    ],
)
def test_what_a_result_says_it_does_not_reach_is_read(said: str, thing: str):
    (found,) = shortfalls(said)
    assert found.thing == thing and found.clause in said


@pytest.mark.parametrize(
    "said",
    [
        "传统方法不适用于含硫烟气，本装置可用。",
        "解决了膜材料不适用于含硫烟气的问题。",
        "针对现有仪器达不到痕量筛查口径，提出新结构。",
        "Conventional probes cannot be used in acidic slurry.",
        "完全满足痕量筛查要求。",
    ],
)
def test_what_it_says_of_others_and_what_it_solved_is_not(said: str):
    assert shortfalls(said) == ()


def test_it_counts_only_where_the_need_speaks_of_it():
    (one,) = shortfalls("该胶不适用于含硫烟气。")
    assert asked_for(one, "炉子老，要求耐含硫烟气两年。不漏。") == "要求耐含硫烟气两年"
    assert asked_for(one, "要求耐低温") == "" and asked_for(one, "不要求耐含硫烟气") == ""
    (plain,) = shortfalls("达不到要求的性能指标。")
    assert asked_for(plain, "要求性能指标全部达到") == ""


def test_a_result_that_admits_it_conflicts_with_the_need():
    need = {"title": "快检卡", "text": "要做到痕量筛查。"}
    assert contradicted(need, {"title": "试纸", "abstract": "检测限 9 ng/mL，达不到痕量筛查口径"})
    assert not contradicted(need, {"title": "试纸", "abstract": "检测限 9 ng/mL，达到痕量筛查口径"})


def test_one_of_several_things_that_are_left_out_is_enough():
    (one,) = shortfalls("该相机只读条码，不评估包装的破损和受潮。")
    assert asked_for(one, "要把破损 ≥5 mm 的挑出来") == "要把破损 ≥5 mm 的挑出来"
    assert asked_for(one, "包装要好看") == "" and asked_for(one, "不得有破损") == ""


@given(st.text("不适用于达到含硫烟气传统，。；痕量a ", max_size=40))
def test_every_clause_is_verbatim(text: str):
    assert all(one.clause in text and one.thing in one.clause for one in shortfalls(text))

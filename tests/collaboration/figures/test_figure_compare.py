import pytest

from sanwang.collaboration.figures.compare import comparisons, judge, shown
from sanwang.collaboration.figures.reading import Figure, figures


def verdict(need, result, need_title="", result_title=""):
    return [
        c.verdict
        for c in comparisons(figures(need, "need"), figures(result, "result"), need_title, result_title)
    ]


@pytest.mark.parametrize(
    ("wanted", "offered", "said"),
    [
        ("要求：检出限不超过3 ng/L", "检出限达到12 ng/L", "conflict"),
        ("要求：检出限不超过3 ng/L", "检出限为2 ng/L", "agree"),
        ("要求：破损率3%以下", "破损率为千分之二", "agree"),
        ("要求：厚度不超过2毫米", "厚度为0.3 cm", "conflict"),
        ("要求：阀门寿命不少于2年", "电机寿命为8年", "missing"),
        ("要求：在180℃下密封圈寿命2年以上", "密封圈在150℃下寿命为3年", "unsure"),
        ("要求：能耗降低30%以上", "能耗为30%", "missing"),
        ("要求：除尘效率≥99%", "电机效率为72%", "missing"),
        ("要求：压力不低于3 MPa", "压力为3毫米", "missing"),
    ],
)
def test_figures_are_compared_only_where_they_speak_of_one_thing(wanted, offered, said):
    assert verdict(wanted, offered) == [said]


def test_an_offer_of_another_condition_or_a_figure_that_is_no_offer_is_to_be_checked():
    assert verdict("要求：涂层附着力不低于8 MPa", "将附着力为5 MPa的涂层在80℃条件下固化") in (
        ["unsure"],
        ["missing"],
    )
    assert verdict("要求：阀门检出限不超过3 ng/L", "肌钙蛋白检测限为12 ng/L") == ["missing"]
    assert verdict("要求：缺陷检出≥0.1 mm", "缺陷检出0.08 mm") == ["unsure"]
    assert verdict("要求：LoD≤3 ng/L", "肌钙蛋白检测限为12 ng/L") == ["unsure"]


def test_a_figure_of_the_thing_under_another_name_is_to_be_checked_and_a_shared_unit_is_not_called_missing():
    told = comparisons(
        figures("要求：单包≤15 min", "need"),
        figures("单包拆解11 min", "result"),
        "退役包拆解",
        "电池包拆解线",
    )
    assert [(c.verdict, c.offered.clause) for c in told] == [("unsure", "单包拆解11 min")]
    assert verdict("要求：单包≤15 min", "升温时间达到11 min", "退役包拆解", "电池包拆解线") == []
    assert verdict("要求：单包≤15 min", "破损率为2%", "退役包拆解", "电池包拆解线") == ["missing"]
    assert verdict("要求：单包≤15 min", "升温时间达到11 min", "退役包拆解", "玻璃窑炉") == ["missing"]


def test_a_starting_value_and_a_present_state_are_no_wish_and_no_offer():
    assert verdict("要求：报废率由3.4%降至1.2%以下，现在报废率7%", "报废率由6%降至1.0%") == ["agree"]


def figure(low, high, side="", unit="%"):
    return Figure("效率", "", low, high, unit, "wish", "", 0, 0, "", side)


@pytest.mark.parametrize(
    ("wanted", "offered", "said"),
    [
        (figure(67, None), figure(72, 72), "agree"),
        (figure(67, None), figure(60, 60), "conflict"),
        (figure(67, None), figure(None, 80), "missing"),
        (figure(80, 120), figure(100, 100), "agree"),
        (figure(80, 120), figure(150, 150), "conflict"),
        (figure(80, 120), figure(100, None), "missing"),
        (figure(60, 60), figure(70, 70), "missing"),
        (figure(60, 60, "up"), figure(70, 70), "agree"),
        (figure(60, 60, "down"), figure(70, 70), "conflict"),
    ],
)
def test_bounds_are_compared_as_bounds(wanted, offered, said):
    assert judge(wanted, offered) == said


def test_bounds_are_shown_as_people_write_them():
    assert [shown(figure(*b)) for b in ((67, None), (None, 3), (8, 15), (5, 5), (1_200_000, None))] == [
        "≥ 67 %",
        "≤ 3 %",
        "8–15 %",
        "5 %",
        "≥ 1200000 %",
    ]

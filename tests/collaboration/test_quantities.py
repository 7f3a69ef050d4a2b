import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanwang.collaboration.quantities import (
    compare,
    in_unit,
    likeness,
    number,
    quantities,
    same_dimension,
    shown,
)


@pytest.mark.parametrize(
    ("text", "name", "bounds"),
    [
        ("重复使用破损率3%以下", "重复使用破损率", "≤ 3 %"),
        ("耐高温1700度以上", "耐高温", "≥ 1700 °C"),
        ("试制样车为1～3吨", "试制样车", "1–3 t"),
        ("杯突值九点五毫米", "杯突值", "9.5 mm"),
        ("泄漏率低于千分之一", "泄漏率", "≤ 1 ‰"),
        ("精度±0.01mm", "精度", "-0.01–0.01 mm"),
        ("流量为1,200 m3/h", "流量", "1200 m³/h"),
        ("投入120万元", "投入", "1.2e+06 元"),
        ("efficiency above 72 %", "efficiency", "≥ 72 %"),
    ],
)
def test_reads_what_is_measured_and_within_which_bounds(text, name, bounds):
    (found,) = quantities(text)
    assert (found.name, shown(found)) == (name, bounds)
    assert text[found.start : found.end] == found.said


def test_a_second_figure_of_the_same_clause_is_of_the_same_thing():
    before, after = quantities("周期由四十分钟缩至九分钟")
    assert before.name == after.name == "周期"
    assert (before.low, before.high) == (40, 40) and (after.low, after.high) == (None, 9)


@pytest.mark.parametrize("text", ["二三十个人", "2019年完成", "一套设备", "第3章", "5G网络", "等了两三天"])
def test_what_is_no_figure_is_left_alone(text):
    assert quantities(text) == []


@pytest.mark.parametrize(
    ("wanted", "offered", "verdict"),
    [
        ("效率≥67%", "效率72%", "agree"),
        ("效率≥67%", "效率60%", "conflict"),
        ("效率≥67%", "效率低于80%", "missing"),
        ("破损率3%以下", "破损率千分之二", "agree"),
        ("厚度不超过2毫米", "厚度0.3 cm", "conflict"),
        ("温度80～120℃", "温度100℃", "agree"),
        ("温度80～120℃", "温度150℃", "conflict"),
        ("寿命5000小时", "寿命8000小时", "missing"),
    ],
)
def test_quantities_are_compared_as_quantities(wanted, offered, verdict):
    (a,), (b,) = quantities(wanted), quantities(offered)
    assert same_dimension(a, b) and likeness(a.name, b.name) == 1
    assert compare(a, b) == verdict


def test_units_of_other_dimensions_are_not_compared():
    (a,), (b,) = quantities("压力3 MPa"), quantities("压力3毫米")
    assert not same_dimension(a, b)


@given(st.integers(0, 9999))
def test_chinese_numerals_are_read(value):
    assert number(_said(value)) == value


def _said(value):
    digits, said, pending = "零一二三四五六七八九", "", False
    for unit, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        if digit:
            said += ("零" if pending and said else "") + digits[digit] + sign
            pending = False
        else:
            pending = True
    return said or "零"


@given(st.text(alphabet="温度压力约≥≤<>0123456789.~%℃mMPa毫米一二十百千万亿点至以上下，。\n ", max_size=40))
def test_any_text_is_read_and_quoted_as_it_stands(text):
    for one in quantities(text):
        assert text[one.start : one.end] == one.said
        assert one.low is not None or one.high is not None
        assert one.low is None or one.high is None or one.low <= one.high


@given(st.floats(-1e6, 1e6))
def test_a_value_survives_the_way_to_another_unit_and_back(value):
    there = in_unit(value, "millimeter", "meter")
    assert there is not None and in_unit(there, "meter", "millimeter") == pytest.approx(value)

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanwang.collaboration.figures.amounts import amounts, number, plain


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("破损率3%以下", None, 3, "%"),
        ("噪声不大于62分贝", None, 62, "分贝"),
        ("耐高温1700度以上", 1700, None, "℃"),
        ("每台耗电600度", 600, 600, "kWh"),
        ("试制样车为1～3吨", 1, 3, "吨"),
        ("杯突值九点五毫米", 9.5, 9.5, "毫米"),
        ("泄漏率低于千分之一", None, 1, "‰"),
        ("损失约三成，", 30, 30, "%"),
        ("精度±0.01mm", -0.01, 0.01, "mm"),
        ("流量为1,200 m3/h", 1200, 1200, "m3/h"),
        ("投入120万元", 1_200_000, 1_200_000, "元"),
        ("预计投入经费30-50万", 300_000, 500_000, "元"),
        ("已建成70余座", 70, None, "座"),
        ("在零下18度冷库", -18, -18, "℃"),
        ("工作温度-20～60℃", -20, 60, "℃"),
        ("硬度≥HRC52", 52, None, "HRC"),
        ("剂量3×10^5个", 3e5, 3e5, "个"),
        ("强度为(31.2±0.6)MPa", 30.6, 31.8, "MPa"),
        ("摩擦系数为0.12，", 0.12, 0.12, ""),
        ("延伸率不小于１２％", 12, None, "%"),
        ("efficiency above 72 %", 72, None, "%"),
        ("1小时内完成", None, 1, "小时"),
    ],
)
def test_bounds_and_unit(text, low, high, unit):
    (found,) = amounts(text)
    assert (found.low, found.high, found.unit) == (
        None if low is None else pytest.approx(low),
        None if high is None else pytest.approx(high),
        unit,
    )


def test_a_list_gives_its_unit_once():
    assert [(a.low, a.unit) for a in amounts("在20、40和60℃下测试")] == [(20, "℃"), (40, "℃"), (60, "℃")]


def test_two_amounts_with_a_sign_between_are_no_range():
    assert [(a.low, a.unit) for a in amounts("0℃/35℃-1800W")] == [(0, "℃"), (35, "℃"), (1800, "W")]


def test_the_way_that_is_wanted_and_the_change_are_kept():
    down, cut = amounts("报废率降至1.2%，能耗降低30%")
    assert (down.side, down.change) == ("down", "to") and (cut.side, cut.change) == ("", "down by")


@pytest.mark.parametrize(
    "text",
    [
        "二三十个人",
        "2019年完成",
        "一套设备",
        "第3章",
        "5G网络",
        "等了两三天",
        "尼龙PA66",
        "2-甲基吡啶",
        "GB/T 4754",
        "一体化",
        "零件",
        "三个方面",
        "2023年5月8日",
    ],
)
def test_what_is_no_amount_is_left_alone(text):
    assert amounts(text) == []


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


@given(
    st.text(
        alphabet="温度压力约≥≤<>0123456789.~%℃mMPa毫米一二十百千万亿点至到以上下，。（）±-\n ", max_size=40
    )
)
def test_any_text_is_read_within_its_bounds(text):
    last = 0
    assert len(plain(text)) == len(text)
    for one in amounts(text):
        assert 0 <= one.start <= one.at < one.end <= len(text) and one.at >= last
        assert one.low is not None or one.high is not None
        assert one.low is None or one.high is None or one.low <= one.high
        last = one.at

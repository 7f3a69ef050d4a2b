import pytest

from sanwang.collaboration.figures.exclusions import exclusions, offers


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("车牌识别我们已有，不要再给我推", "车牌识别"),
        ("现场不想装摄像头，靠电流判断", "摄像头"),
        ("不拍照片也能判断缺陷", "照片"),
        ("除硅胶外均可", "硅胶"),
        ("找一条不用溶剂的路", "溶剂"),
        ("能不能不用冰袋？", "冰袋"),
        ("不得添加防腐剂", "防腐剂"),
        ("请勿推荐指纹识别类产品", "指纹识别"),
    ],
)
def test_what_a_need_does_not_want(text, thing):
    (found,) = exclusions(text)
    assert found.thing == thing and found.quote in text


@pytest.mark.parametrize(
    "text", ["除氟外，还需要除砷", "不能满足要求", "不想再亏损", "设备已有十年", "排除故障"]
)
def test_what_is_no_exclusion(text):
    assert exclusions(text) == []


def test_a_result_that_does_without_is_no_offer_of_it():
    (found,) = exclusions("现场不想装传感器")
    assert offers("基于振动传感器的诊断", "", found) == "基于振动传感器的诊断"
    assert offers("电机诊断", "由传感器采集数据，再行判断", found) == "由传感器采集数据"
    assert offers("电机诊断", "无需传感器，由电流判断", found) == ""


def test_what_is_done_without_may_be_named_by_a_result_that_does_without_too():
    (found,) = exclusions("求不用热处理的料")
    assert not offers("免热处理铝合金", "", found) and offers("铝合金热处理工艺", "", found)


def test_what_a_firm_has_counts_only_where_the_result_is_about_it():
    (found,) = exclusions("车牌识别我们已有，不要再推荐")
    assert offers("停车场车牌与残损识别", "", found)
    assert offers("一种车牌识别系统", "", found) and not offers("堆场调度", "可与车牌识别联动", found)


def test_a_title_that_spells_a_short_name_out_is_about_it():
    (one,) = exclusions("车牌识别我们已有，不要再给我推这个。")
    assert offers("夜间车辆号牌快速识别引擎", "", one) == "夜间车辆号牌快速识别引擎"
    assert offers("车间铭牌打印与工件识别", "", one) == ""
    assert offers("低照度车身牌照识别引擎", "", one) == "低照度车身牌照识别引擎"
    assert offers("车库照明", "可与车牌识别联动", one) == ""

"""Names that sound alike: by spelling, order, pinyin; and what stays apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanwang.exchange.names_alike import folded, likeness, sounds


@pytest.mark.parametrize(("one", "other", "by"), [
    ("张伟", "Zhang Wei", "pinyin"), ("张伟", "WEI ZHANG", "pinyin"), ("欧阳修", "Xiu Ouyang", "pinyin"),
    ("华为技术有限公司", "Huawei Jishu Co., Ltd.", "pinyin"), ("单雄信", "Shan Xiongxin", "pinyin"),
    ("北京某某科技股份有限公司", "北京某某科技有限责任公司", "same"), ("Müller GmbH", "MULLER", "same"),
    ("Smith, John A.", "John A Smith", "order"), ("Northern Trading", "Northen Trading", "spelling"),
    ("ＡＢＣＤ　ＥＦＧＨ", "abcd efgh", "same"), ("曾国藩", "Zeng Guofan", "pinyin"),
])  # fmt: skip
def test_alike(one, other, by):
    for found in (likeness(one, other), likeness(other, one)):
        assert found.score >= 85 and found.by == by, found


@pytest.mark.parametrize(("one", "other"), [
    ("张伟", "王芳"), ("北京大学", "南京大学"), ("AB", "AC"), ("", "张伟"), ("Sample Bakery", "Example Tools"),
    ("有限公司", "Limited"), ("李明", "Li"),
])  # fmt: skip
def test_apart(one, other):
    assert likeness(one, other).score < 85


NAMES = st.text(st.sampled_from("张伟李明重庆虚构abcdeé Ｘ-,."), min_size=0, max_size=12)


@given(NAMES, NAMES)
def test_likeness_is_the_same_both_ways_and_between_0_and_100(a, b):
    one, other = likeness(a, b), likeness(b, a)
    assert one.score == pytest.approx(other.score) and 0 <= one.score <= 100


@given(NAMES)
def test_a_name_is_like_itself_however_it_is_written(name):
    if folded(name):
        assert likeness(name, f"  {name.upper()} ").score == 100


@given(
    st.lists(st.sampled_from(["alpha", "beta", "gamma", "delta"]), min_size=2, max_size=4, unique=True),
    st.randoms(),
)
def test_the_order_of_words_does_not_matter(words, draw):
    turned = draw.sample(words, len(words))
    assert likeness(" ".join(words), ", ".join(turned)).score == 100


def test_readings_of_a_family_name():
    assert "shan xiong xin" in sounds("单雄信") and sounds("abc") == ("abc",)

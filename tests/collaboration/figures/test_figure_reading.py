from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanwang.collaboration.figures.reading import figures

ROOT = Path(__file__).resolve().parents[3]
ANNOTATED = ROOT.parent / "shared" / "data" / "figures_dev"


def roles(text, record="need"):
    return {f.quote: f.role for f in figures(text, record)}


@pytest.mark.parametrize(
    ("text", "value", "role"),
    [
        ("技术指标：涂层厚度不小于0.2mm", 0.2, "wish"),
        ("希望把漏检率由5%降至0.5%以下", 5, "before"),
        ("现在报废率7%，希望解决", 7, "present"),
        ("技术指标：在180℃条件下，密封件寿命不低于2年", 180, "condition"),
        ("项目计划投入研发经费300万元", 3_000_000, "budget"),
        ("公司现有员工200人，厂房面积12000平方米，年产能5万吨", 12000, "capacity"),
        ("据统计，我国每年损失粮食350亿公斤", 35e9, "background"),
    ],
)
def test_the_role_of_an_amount_in_a_need(text, value, role):
    assert [f.role for f in figures(text) if value in (f.low, f.high)] == [role]


def test_a_setting_of_a_step_is_no_offer():
    found = figures(
        "本发明公开了一种涂料的制备方法，将混合物升温至80℃，保温2小时，涂层附着力达到12MPa。", "result"
    )
    assert [f.role for f in found] == ["condition", "condition", "offer"]


def test_a_need_pasted_from_a_patent_wishes_nothing():
    assert not [
        f for f in figures("本发明公开了一种方法，所述温度为80℃，收率达到95%以上。") if f.role == "wish"
    ]


def test_property_object_and_bounds_are_named():
    (found,) = figures("要求：阀体泄漏量不超过3 mL/min")
    assert (found.property, found.low, found.high, found.unit) == ("阀体泄漏量", None, 3, "mL/min")
    assert found.clause == "阀体泄漏量不超过3 mL/min"


def test_markup_is_nobodys_words():
    text = "<p>要求：密封圈在<b>180度</b>下寿命不少于2年</p>&nbsp;<br/>"
    found = figures(text)
    assert [(f.low, f.high) for f in found] == [(180, 180), (2, None)]
    assert all("<" not in f.clause and ">" not in f.quote and text[f.start : f.end] == f.quote for f in found)


@given(st.text(alphabet="温度压力寿命的要求由降至达到≥≤0123456789.%℃年个元（），。；：\n", max_size=60))
def test_every_quote_stands_in_the_text(text):
    for one in figures(text):
        assert text[one.start : one.end] == one.quote and one.clause in text


@pytest.mark.skipif(not ANNOTATED.exists(), reason="the annotated texts are not beside this checkout")
def test_wishes_of_annotated_needs_are_told(monkeypatch):
    """The weights were fitted on these texts: this guards the reading, the measure on others is in benchmarks."""
    monkeypatch.setenv("SANWANG_FIGURES", str(ANNOTATED))
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks" / "figures"))
    from annotated import paired, rows

    named = right = stated = 0
    for row in rows():
        given = row["figures"]
        stated += sum(g["role"] == "wish" for g in given)
        read = [f for f in figures(row["text"], "need") if f.role == "wish"]
        pairs = paired(row["text"], given, read)
        named += len(read)
        right += sum(given[i]["role"] == "wish" for i in pairs.values())
    assert right / named > 0.85 and right / stated > 0.75

import tomllib
from pathlib import Path

import polars as pl
import pytest

from sanwang.collaboration.specification import (
    from_toml,
    specifications,
    specify,
    write_specifications,
)
from sanwang.errors import InputError, OptionError
from sanwang.region import Region

NEEDS = Path(__file__).resolve().parents[3] / "shared" / "data" / "needs_cn.csv"
TEXT = (
    "1、目前密封圈在180℃下半年就漏油，停机损失大。2、寿命要达到2年以上，成本不能明显增加，必须兼容现有设备。"
)


def test_a_need_in_words_becomes_a_specification():
    found = specify(TEXT, "如何解决密封圈高温漏油难题")
    assert found.object == "密封圈高温漏油"
    assert "漏油" in found.problem[0]
    assert [(m.property, m.low, m.high, m.unit) for m in found.metrics] == [("寿命", 2, None, "年")]
    assert [(f.role, f.low) for f in found.others if f.unit == "℃"] == [("condition", 180)]
    assert any("兼容现有设备" in c for c in found.constraints)
    assert any("预算" in q for q in found.questions)


def test_vague_wishes_become_questions():
    found = specify("希望大幅提高效率，价格合理")
    assert found.metrics == () and len(found.unclear) == 2
    assert any("大幅提高效率" in q for q in found.questions)
    assert any("Which measurable" in q for q in specify("make it better", lang="en").questions)


def test_a_person_may_edit_it(tmp_path):
    reg = Region.of(
        needs=pl.DataFrame(
            {"id": ["N/1", "N2"], "title": ["密封圈", "电机"], "text": [TEXT, "噪声低于60 dB"]}
        )
    )
    found = specifications(reg)
    files = write_specifications(found, tmp_path)
    assert [f.name for f in files] == ["N_1.toml", "N2.toml", "specifications.csv"]
    back = from_toml(files[1])
    assert [(m.property, m.high, m.unit) for m in back.metrics] == [("噪声", 60, "dB")]
    files[1].write_text(files[1].read_text(encoding="utf-8").replace("60.0", "55.0"), encoding="utf-8")
    assert files[1] not in write_specifications(found, tmp_path)
    assert from_toml(files[1]).metrics[0].high == 55


def test_what_is_no_specification_is_told(tmp_path):
    with pytest.raises(OptionError):
        specify("  ")
    bad = tmp_path / "bad.toml"
    bad.write_text("need = 3", encoding="utf-8")
    with pytest.raises(InputError, match=r"bad\.toml"):
        from_toml(bad)


@pytest.mark.skipif(not NEEDS.exists(), reason="the real needs are not beside this checkout")
def test_every_quoted_span_of_real_needs_is_really_there():
    rows = pl.read_csv(NEEDS).with_columns(pl.all().fill_null("")).select("title", "text").rows()
    figures = 0
    for title, text in rows:
        if not (title + text).strip():
            continue
        found = specify(text, title)
        figures += len(found.metrics)
        assert all(found.text[m.start : m.end] == m.quote for m in found.metrics)
        assert all(q in found.text for q in (*found.problem, *found.constraints, *found.unclear))
        assert tomllib.loads(found.to_toml())["object"] == found.object
    assert figures > 150


def test_what_a_column_states_is_not_asked_again():
    text = "密封圈在 180 度下半年就漏油，要用两年以上"
    assert any("预算" in q for q in specify(text).questions)
    assert not any("预算" in q for q in specify(text, known=("budget",)).questions)

from concurrent.futures import ProcessPoolExecutor
from datetime import date

import polars as pl
import pytest
from hashed_words import Letters

from sanwang.collaboration.match import match
from sanwang.collaboration.verdicts import decide, labels, obeyed, verdicts
from sanwang.errors import InputError, OptionError
from sanwang.region import Region

DAY = date(2026, 3, 1)
NEED = {"id": ["N1"], "title": ["阀门泄漏"], "text": ["要求：阀门泄漏量不超过3 mL/min，不想装传感器"]}
RESULTS = {
    "id": ["R1", "R2", "R3"],
    "title": ["阀门密封副", "阀门泄漏监测传感器", "阀门研磨工艺"],
    "abstract": ["阀门泄漏量为2 mL/min", "以传感器监测阀门泄漏", "阀门泄漏量达到12 mL/min"],
}


UNKNOWN = ("N1", "X9", "reject", "乙", DAY, "")


def region(*rows):
    columns = ("subject", "other", "verdict", "who", "when", "why")
    table = pl.DataFrame(rows, schema=list(columns), orient="row") if rows else pl.DataFrame()
    return Region.of(
        needs=pl.DataFrame(NEED), achievements=pl.DataFrame(RESULTS), **({"decisions": table} if rows else {})
    )


def order(reg, tmp_path, k=3):
    return match(reg, k=k, encoder=Letters(), cache=tmp_path).frame["achievement"].to_list()


def pairs():
    rows = [("N1", r, i + 1, 0.9, "") for i, r in enumerate(RESULTS["id"])]
    return pl.DataFrame(rows, schema=["need", "achievement", "rank", "score", "reasons"], orient="row")


def test_what_contradicts_a_hard_wish_comes_last(tmp_path):
    assert order(region(), tmp_path)[0] == "R1"
    assert order(region(), tmp_path, k=1) == ["R1"]
    assert obeyed(region(), pairs())["achievement"].to_list() == ["R1"]


def test_a_person_may_let_a_contradiction_pass_or_strike_a_result(tmp_path):
    said = (("N1", "R3", "accept", "张三", DAY, "另行研磨"), ("R1", "N1", "reject", "张三", DAY, "已试过"))
    reg = region(*said)
    assert order(reg, tmp_path)[0] == "R3" and order(reg, tmp_path)[-1] == "R1"
    assert obeyed(reg, pairs())["achievement"].to_list() == ["R3"]
    assert labels(reg) == {("N1", "R3"): True, ("N1", "R1"): False}


def test_a_pinned_result_is_the_needs_only_one_even_if_it_was_not_matched():
    reg = region(("N1", "R2", "pin", "李四", DAY, "领导定"))
    left = obeyed(reg, pairs().filter(pl.col("achievement") == "R1"), least=0.5)
    assert left.select("need", "achievement", "score").rows() == [("N1", "R2", 0.5)]


def test_the_later_word_holds_and_a_word_on_the_pair_goes_before_one_on_a_row():
    later = date(2026, 3, 2)
    said = verdicts(
        region(
            ("R1", "*", "reject", "甲", DAY, ""),
            ("N1", "R1", "accept", "乙", later, ""),
            ("N1", "X9", "reject", "乙", DAY, ""),
        )
    )
    assert not said.rejected("N1", "R1") and said.rejected("N2", "R1") and said.unknown == ("X9",)
    assert said.of("R1", "N1").said() == "人工采纳（乙，2026-03-02）"


def _say(folder, number):
    decide(folder, "N1", f"R{number}", "reject", f"p{number}", DAY, "=1+1")


def test_words_said_at_once_all_stay(tmp_path):
    region().save(tmp_path / "w", format="csv")
    with ProcessPoolExecutor(8) as workers:
        list(workers.map(_say, [tmp_path / "w"] * 16, range(16)))
    table = Region.open(tmp_path / "w")["decisions"]
    assert sorted(table["who"].to_list()) == sorted(f"p{i}" for i in range(16))
    assert set(table["verdict"].to_list()) == {"reject"} and "'=1+1" in (
        tmp_path / "w" / "decisions.csv"
    ).read_text("utf-8")


def test_a_table_with_chinese_headings_is_written_on(tmp_path):
    region().save(tmp_path, format="csv")
    (tmp_path / "decisions.csv").write_text(
        "对象编号,相对编号,决定,决定人,日期,理由\nN1,R2,否决,张三,2026-01-05,旧\n", "utf-8"
    )
    decide(tmp_path, "N1", "R1", "pin", "李四", DAY, "新")
    assert Region.open(tmp_path)["decisions"].select("other", "verdict", "why").rows() == [
        ("R2", "reject", "旧"),
        ("R1", "pin", "新"),
    ]
    with pytest.raises(OptionError, match="same"):
        decide(tmp_path, "N1", "R1", "pin", "李四", DAY)


def test_what_cannot_be_kept_is_told(tmp_path):
    with pytest.raises(OptionError, match="--by"):
        decide(tmp_path, "N1", "R1", "reject", " ", DAY)
    with pytest.raises(OptionError, match="verdict"):
        decide(tmp_path, "N1", "R1", "veto", "张三", DAY)
    (tmp_path / "decisions.xlsx").write_bytes(b"")
    with pytest.raises(InputError, match="by hand"):
        decide(tmp_path, "N1", "R1", "reject", "张三", DAY)

import sys

import numpy as np
import polars as pl
import pytest
from hashed_words import Letters, Referred

from sanwang.collaboration.index import MATCHED, Changed, Index
from sanwang.collaboration.match import match
from sanwang.collaboration.prepare import Record
from sanwang.collaboration.terms import commonness
from sanwang.errors import OptionError
from sanwang.region import Region


class Counting(Letters):
    def __init__(self):
        self.passed = 0

    def passages(self, texts):
        self.passed += len(texts)
        return super().passages(texts)


SUBJECTS = ["密封圈", "电机", "桥梁", "葡萄", "铜箔", "肠衣", "隧道", "幕墙", "叶片", "齿轮", "番茄", "轴承"]


def table(subjects=SUBJECTS):
    return pl.DataFrame(
        {
            "id": [f"R{s}" for s in subjects],
            "title": [f"{s}检测" for s in subjects],
            "abstract": [f"{s}的寿命" for s in subjects],
        }
    )


def records(subjects):
    return [Record(title, text) for _, title, text in table(subjects).iter_rows()]


def test_one_changed_row_is_one_row_encoded(tmp_path):
    quick = Counting()
    index = Index(tmp_path, quick)
    assert index.update(table()) == Changed(12, 0, 0, 0)
    assert index.update(table()) == Changed(0, 0, 0, 12) and quick.passed == 24
    other = table().with_columns(
        pl.when(pl.col("id") == "R电机").then(pl.lit("水泵")).otherwise("title").alias("title")
    )
    assert index.update(other.filter(pl.col("id") != "R葡萄")) == Changed(0, 1, 1, 10)
    assert quick.passed == 26 and len(index) == 11


def test_a_table_in_parts_is_the_table(tmp_path):
    """Added, changed and withdrawn are counted over all parts, and what no part names is withdrawn."""
    quick = Counting()
    index = Index(tmp_path / "parts", quick)
    assert index.update_streamed([table().head(5), table().tail(7)]) == Changed(12, 0, 0, 0)
    other = (
        table()
        .with_columns(pl.when(pl.col("id") == "R电机").then(pl.lit("水泵")).otherwise("title").alias("title"))
        .filter(pl.col("id") != "R葡萄")
    )
    assert index.update_streamed([other.tail(4), other.head(7)]) == Changed(0, 1, 1, 10)
    assert quick.passed == 26
    whole = Index(tmp_path / "whole", Letters())
    whole.update(other)
    for text in ("电机过热", "葡萄烂得快"):
        found, same = (
            index.search(text, 3),
            whole.search(text, 3),
        )  # of equals the earlier in the index stands first
        assert found["score"].to_list() == same["score"].to_list()
        assert found["achievement"][0] == same["achievement"][0]


def test_searches_find_what_was_added_and_not_what_was_withdrawn(tmp_path):
    index = Index(tmp_path, Letters())
    index.update(table())
    assert index.search("葡萄烂得快", 1)["achievement"].to_list() == ["R葡萄"]
    assert index.withdraw(["R葡萄", "nothing"]) == 1
    assert "R葡萄" not in index.search("葡萄烂得快", 50)["achievement"].to_list()
    index.update(pl.DataFrame({"id": ["R新"], "title": ["葡萄保鲜"]}), complete=False)
    found = index.search("葡萄烂得快", 99)
    assert found["achievement"][0] == "R新" and found.height == len(index) == 12
    assert (np.diff(found["score"].to_numpy()) <= 0).all()


def test_it_is_the_same_after_closing_and_as_built_at_once(tmp_path):
    first = Index(tmp_path / "a", Letters())
    first.update(table(SUBJECTS[:6]))
    first.update(table(SUBJECTS[6:]), complete=False)
    first.close()
    at_once = Index(tmp_path / "b", Letters())
    at_once.update(table())
    again = Index(tmp_path / "a", Letters())
    assert again.search("轴承坏了", 12).equals(at_once.search("轴承坏了", 12))


def test_it_ranks_as_match_does(tmp_path):
    index = Index(tmp_path / "i", Referred())
    index.update(table())
    index.withdraw(["R电机"])
    index.update(table(SUBJECTS[:3]), complete=False)
    asked = "葡萄的寿命检测太慢。轴承坏了"
    found = index.search(asked, 12)
    reg = Region.of(achievements=table())
    ranked = match(reg, k=12, text=asked, encoder=Referred(), cache=tmp_path, explain=False).frame
    scores = dict(found.select("achievement", "score").iter_rows())
    assert scores == pytest.approx(dict(ranked.select("achievement", "score").iter_rows()), abs=1e-3)
    assert found["achievement"][0] == ranked["achievement"][0]


def test_many_needs_get_in_shards_what_match_gives_them(tmp_path, monkeypatch):
    """Withdrawn achievements are gone, and shards that do not divide the pool are merged exactly."""
    index = Index(tmp_path / "i", Referred())
    index.update(table())
    index.withdraw(["R电机"])
    monkeypatch.setattr("sanwang.collaboration.index.SHARD", 4)
    needs = pl.DataFrame(
        {
            "id": ["N1", "N2", "N3"],
            "title": ["轴承", "", "cracks"],
            "text": ["葡萄的寿命检测太慢。轴承坏了", "隧道渗水。桥梁裂了。幕墙松了。叶片断了", None],
        }
    )
    found = index.match(needs, 6)
    reg = Region.of(achievements=table().filter(pl.col("id") != "R电机"), needs=needs)
    ranked = match(reg, k=6, encoder=Referred(), cache=tmp_path, explain=False).frame
    assert found.schema == MATCHED and found["need"].to_list() == ranked["need"].to_list()
    assert found["score"].to_numpy() == pytest.approx(ranked["score"].to_numpy(), abs=1e-3)
    first = found.filter(pl.col("rank") == 1)["achievement"].to_list()
    assert first[:2] == ranked.filter(pl.col("rank") == 1)["achievement"].to_list()[:2]
    assert index.match(needs.head(0)).is_empty() and index.match(needs, 50).height == 33
    with pytest.raises(OptionError, match="at least 1"):
        index.match(needs, 0)


def test_an_index_asked_while_empty_takes_its_first_achievements(tmp_path):
    index = Index(tmp_path, Referred())
    assert index.search("轴承", 3).is_empty()
    assert index.match(pl.DataFrame({"id": ["N1"], "text": ["轴承"]})).is_empty()
    index.update(table())
    assert index.search("轴承坏了", 1)["achievement"].to_list() == ["R轴承"]


def test_a_change_broken_off_is_counted_afresh(tmp_path):
    index = Index(tmp_path / "i", Letters())
    index.update(table(SUBJECTS[:6]))
    index._append_all([[("Rx", b"", Record("葡萄", "葡萄"))]], None)
    index.close()
    again = Index(tmp_path / "i", Letters())
    tally = again._counted()
    assert (tally.common == commonness([again._terms_of(s) for s in range(1, 8)])).all()
    assert tally.number.tolist() == [7, 0]
    whole = np.concatenate(
        [Letters().passages([r.whole]) for r in [*records(SUBJECTS[:6]), Record("葡萄", "葡萄")]]
    )
    assert tally.sums[0, 0] == pytest.approx(whole.sum(axis=0), abs=1e-5)


def test_a_change_in_an_open_index_is_what_a_fresh_one_reads(tmp_path):
    index = Index(tmp_path / "a", Referred())
    index.update(table())
    index.search("轴承坏了", 3)
    index.withdraw(["R桥梁"])
    index.update(pl.DataFrame({"id": ["R新", "R铜箔"], "title": ["bearing wear", "铜箔二"]}), complete=False)
    found = index.search("轴承坏了", 12)
    index.close()
    assert Index(tmp_path / "a", Referred()).search("轴承坏了", 12).equals(found)


def test_without_an_encoder_words_find(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    index = Index(tmp_path / "i")
    index.update(table())
    assert index.search("葡萄烂得快", 1)["achievement"].to_list() == ["R葡萄"]


def test_an_index_of_another_encoder_and_empty_needs_are_told(tmp_path):
    index = Index(tmp_path, Letters())
    assert index.search("轴承", 3).is_empty()
    assert index.match(pl.DataFrame({"id": ["N1"], "text": ["轴承"]})).is_empty()
    index.close()
    other = Letters()
    other.name = "other"
    with pytest.raises(OptionError, match="letters"):
        Index(tmp_path, other)
    with pytest.raises(OptionError):
        Index(tmp_path, Letters()).search(" ")

import csv
import hashlib
import sys

import numpy as np
import polars as pl
import pytest
from hashed_words import Referred

from sanwang.collaboration.match import match
from sanwang.collaboration.tokenise import language, words
from sanwang.errors import DataError, OptionError
from sanwang.region import Region


class Letters:
    """An encoder for tests: the hashed words of a text, so that texts with the same words are close."""

    name = "letters"

    def __init__(self):
        self.calls = 0

    def passages(self, texts):
        self.calls += len(texts)
        rows = np.zeros((len(texts), 64), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in words(text) or ["empty"]:
                row[int(hashlib.sha256(word.encode()).hexdigest(), 16) % 64] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    queries = passages


def region(**extra):
    return Region.of(
        actors=pl.DataFrame({"id": ["u", "f"], "name": ["大学", "企业"], "place": ["110108", "130100"]}),
        needs=pl.DataFrame(
            {
                "id": ["N1", "N2"],
                "title": ["密封圈高温漏油", "电机啸叫"],
                "text": ["180度半年就漏", "中速时有口哨声"],
                "actor": ["f", "f"],
                "trl_required": [7, 7],
                "budget": [50_000_000, 50_000_000],
            }
        ),
        achievements=pl.DataFrame(
            {
                "id": ["R2", "R1", "R3"],
                "title": ["齿轮降噪", "耐高温密封圈配方", "无关的葡萄栽培"],
                "abstract": ["降低电机啸叫", "200度不漏油", "葡萄"],
                "owner": ["u", "u", "u"],
                "trl": [5, 8, 8],
                "ask": [60_000_000, 10_000_000, None],
                "openness": ["public", "public", "nda"],
            }
        ),
        ties=pl.DataFrame({"a": ["u"], "b": ["f"], "kind": ["contract"], "year": [2024], "count": [2]}),
        **extra,
    )


def test_ranks_and_says_why(tmp_path):
    found = match(region(), encoder=Letters(), cache=tmp_path).frame
    first = found.filter(pl.col("rank") == 1)
    assert dict(first.select("need", "achievement").iter_rows()) == {"N1": "R1", "N2": "R2"}
    seal, gear = first["reasons"]
    for words_said in ("密封圈", "成熟度 8 达到要求 7", "在预算 50 万元内", "公里", "曾合作 2 次"):
        assert words_said in seal
    assert "差 2 级" in gear and "超出预算" in gear
    secret = found.filter(pl.col("achievement") == "R3")["reasons"][0]
    assert "葡萄" not in secret and "保密" in secret


def test_shared_words_are_in_both_texts(tmp_path):
    reg = region()
    texts = {r["id"]: r["title"] + (r.get("text") or r.get("abstract") or "") for k in ("needs", "achievements")
             for r in reg[k].to_dicts()}  # fmt: skip
    for need, achievement, _, _, reasons in match(reg, encoder=Letters(), cache=tmp_path).frame.iter_rows():
        head = reasons.split("；")[0]
        if head.startswith("共同词："):
            for word in head.removeprefix("共同词：").split("、"):
                assert word in texts[need] and word in texts[achievement]


def test_k_beyond_the_pool_ranks_the_whole_pool(tmp_path):
    frame = match(region(), k=99, encoder=Letters(), cache=tmp_path).frame
    assert frame["rank"].to_list() == [1, 2, 3, 1, 2, 3]
    scores = frame["score"].to_numpy().reshape(2, 3)
    assert (np.diff(scores, axis=1) <= 0).all() and (scores >= 0).all() and (scores <= 1).all()


def test_a_typed_need(tmp_path):
    found = match(region(), k=1, text="密封圈老是漏油", encoder=Letters(), cache=tmp_path).frame
    assert found.row(0)[:3] == ("?", "R1", 1)


def test_the_cache_changes_nothing_but_the_time(tmp_path):
    first, second, third = Letters(), Letters(), Letters()
    fresh = match(region(), encoder=first, cache=tmp_path).frame
    again = match(region(), encoder=second, cache=tmp_path).frame
    assert second.calls == 0 and fresh.equals(again)
    (tmp_path / "letters.sqlite3").write_bytes(b"broken" * 100)
    assert match(region(), encoder=third, cache=tmp_path).frame.equals(fresh)
    assert third.calls >= first.calls


def test_empty_tables_and_bad_options_are_told(tmp_path):
    with pytest.raises(DataError):
        match(Region.of(), encoder=Letters(), cache=tmp_path)
    with pytest.raises(OptionError):
        match(region(), k=0, encoder=Letters(), cache=tmp_path)
    with pytest.raises(OptionError):
        match(region(), text="  ", encoder=Letters(), cache=tmp_path)


def test_without_onnxruntime_words_alone_rank_and_it_is_told(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    found = match(region(), cache=tmp_path)
    assert found.encoder == "words" and "onnxruntime" in found.notices[0]
    first = found.frame.filter(pl.col("rank") == 1)
    assert dict(first.select("need", "achievement").iter_rows()) == {"N1": "R1", "N2": "R2"}
    assert found.sure.is_empty()


def test_a_needs_scores_do_not_hang_on_other_needs(tmp_path):
    reg = region()
    alone = Region.of(**{n: reg[n] for n in ("actors", "achievements")}, needs=reg["needs"].head(1))
    both, one = (match(r, encoder=Referred(), cache=tmp_path).frame for r in (reg, alone))
    assert both.filter(pl.col("need") == "N1")["score"].to_list() == one["score"].to_list()


def test_the_end_of_a_long_need_counts(tmp_path):
    """Nothing is cut in silence: what a need says after ten thousand characters is told to be unread."""
    text = "。".join(f"第{i}台设备运行情况良好无需改造" for i in range(150)) + "。密封圈在高温下漏油"
    found = match(region(), k=1, text=text, encoder=Letters(), cache=tmp_path)
    assert found.frame["achievement"].to_list() == ["R1"] and found.notices == ()
    long = match(region(), k=1, text=text * 10, encoder=Letters(), cache=tmp_path)
    assert "?" in long.notices[0] and "8,000" in long.notices[0]


def test_the_encoder_that_ships_finds_the_english_answer(tmp_path):
    chinese = [
        "番茄采摘机器人",
        "密封圈配方",
        "齿轮磨削烧伤检测",
        "道路病害识别",
        "猪劈半机器",
        "电子皮肤",
        "机床基础沉降",
        "铜箔电镀",
    ]
    english = [
        "Alkaline electrolyser control under fluctuating wind power",
        "Tomato harvesting with two arms",
        "Gear whine reduction",
        "Sausage casing from seaweed",
        "Facade cleaning robot",
        "Road crack detection from drones",
        "Pallet changeover with air gauges",
        "Platinum recovery from spent membranes",
    ]
    reg = Region.of(
        needs=pl.DataFrame({"id": ["N"], "title": ["碱性电解槽"], "text": ["风电一波动电解槽就得停机"]}),
        achievements=pl.DataFrame({"id": [f"R{i:02d}" for i in range(16)], "title": chinese + english}),
    )
    assert match(reg, k=1, cache=tmp_path).frame["achievement"].to_list() == ["R08"]


def test_the_file_has_the_named_columns_and_no_formula(tmp_path):
    found = match(region(), encoder=Letters(), cache=tmp_path)
    found.to_csv(tmp_path / "m.csv")
    with (tmp_path / "m.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["need", "achievement", "rank", "score", "reasons"]
    assert len(rows) == 7
    assert not any(row[4].startswith(("=", "+", "-", "@")) for row in rows)


def test_words_and_languages():
    assert "密封圈" in words("我们的密封圈漏油") and "5g" in words("５Ｇ网络")
    assert language("密封 seal") == "zh" and language("a seal for pumps") == "en"

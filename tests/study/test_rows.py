"""Rows with errors, places in lists, tiers nobody knows: what a study may rely on."""

import polars as pl
import pytest

import sanwang as sw
from sanwang.collaboration.tiers import may_see
from sanwang.errors import DataError, InputError
from sanwang.region import Region
from sanwang.study.rows import usable


def workspace(tmp_path, **files):
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return Region.open(tmp_path)


def test_a_row_without_its_text_is_left_out_and_told_in_both_languages(tmp_path):
    region = workspace(tmp_path, needs="id,title,text\nN1,a,长长的一句话在这里\nN2,,\n")
    sound, left = usable(region, ("needs",))
    assert sound["needs"]["id"].to_list() == ["N1"]
    assert "略去 1 行" in left.notes("zh")[0] and "1 rows" in left.notes("en")[0]
    assert "needs.csv" in left.notes("zh")[1]


def test_errors_in_tables_a_study_does_not_read_are_not_its_business(tmp_path):
    region = workspace(tmp_path, needs="id,title,text\nN1,a,长长的一句话在这里\n", flows="origin\n？？\n")
    assert usable(region, ("needs",))[1].notes("zh") == []


def test_strict_stops_and_says_where(tmp_path):
    region = workspace(tmp_path, needs="id,title,text\nN1,a,b\nN2,,\n")
    with pytest.raises(DataError, match=r"needs\.csv"):
        usable(region, ("needs",), strict=True)


def test_a_table_that_cannot_be_read_stops_every_study(tmp_path):
    (tmp_path / "needs.xlsx").write_bytes(b"no workbook")
    (tmp_path / "achievements.csv").write_text("id,title\nR1,a\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"needs\.xlsx"):
        sw.match(Region.open(tmp_path))


def test_places_in_a_list_are_places():
    """A product for several places must not stop whoever asks where things are."""
    region = Region.of(
        products=pl.DataFrame({"id": ["P"], "name": ["贷"], "kind": ["loan"], "places": [["130000", "120000"]]}),
        actors=pl.DataFrame({"id": ["A"], "name": ["甲"], "place": ["130100"], "kind": ["firm"]}),
        needs=pl.DataFrame(
            {"id": ["N"], "title": ["密封圈"], "text": ["密封圈在高温下漏油"], "actor": ["A"], "budget": [10**8]}
        ),
        achievements=pl.DataFrame({"id": ["R"], "title": ["密封圈"], "abstract": ["耐高温密封圈"], "owner": ["A"]}),
    )  # fmt: skip
    assert sw.plan(region).headline and sw.allocate(region).headline and sw.match(region).headline


def test_a_limit_that_cannot_be_read_is_no_lack_of_a_limit(tmp_path):
    region = workspace(
        tmp_path,
        actors="id,name,kind,place\nE1,甲,firm,130100\nB1,银行,finance,110108\n",
        products="id,actor,name,kind,budget,rate,months\nP1,B1,贷一,loan,约很多,0.04,12\nP2,B1,贷二,loan,1000万,0.04,12\n",
    )
    found = sw.products(region, firm="E1", amount="900万")
    assert set(found["offers"]["offer"]) == {"P2"} and any("约很多" in n for n in found.notes)


def test_a_tier_that_cannot_be_read_hides_the_record(tmp_path):
    region = workspace(
        tmp_path,
        needs="id,title,text\nN1,密封圈,密封圈在高温下漏油\n",
        achievements="id,title,abstract,openness\nR1,密封圈,耐高温密封圈,public\nR2,密封圈料,耐高温密封圈料,机密\n",
    )
    assert "R2" not in sw.match(region, viewer="public")["matches"]["achievement"].to_list()


@pytest.mark.parametrize("tier", ["机密", "秘密", "绝密", "内部", "secret"])
def test_a_tier_nobody_knows_is_the_most_closed(tier):
    assert not may_see(tier, "public") and not may_see(tier, "members") and may_see(tier, "nda")
    assert may_see(None, "public")

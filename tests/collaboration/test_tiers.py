import polars as pl
import pytest
from hashed_words import Letters

from sanwang.collaboration.match import match
from sanwang.collaboration.tiers import for_viewer, may_see
from sanwang.errors import OptionError
from sanwang.region import Region

SECRETS = (
    "绝密配方",
    "十七号合金",
    "某某研究所",
    "owner-x",
    "R-secret",
    "R-members",
    "N-secret",
    "内部需求",
    "公里",
    "曾合作",
)


def region():
    return Region.of(
        actors=pl.DataFrame({"id": ["owner-x", "f"], "name": ["某某研究所", "企业"], "place": ["110108", "130100"]}),
        needs=pl.DataFrame(
            {"id": ["N1", "N-secret"], "title": ["十七号合金 绝密配方", "内部需求"], "text": ["寿命≥2年", "寿命≥3年"],
             "actor": ["f", "f"], "trl_required": [7, 7], "openness": ["public", "nda"]}
        ),
        achievements=pl.DataFrame(
            {"id": ["R-secret", "R-members", "R-open"], "title": ["十七号合金", "绝密配方", "葡萄"],
             "abstract": ["绝密配方，寿命5年", "十七号合金", "葡萄栽培"], "owner": ["owner-x"] * 3, "trl": [8, 8, 8],
             "openness": ["nda", "members", "public"]}
        ),
        ties=pl.DataFrame({"a": ["owner-x"], "b": ["f"], "kind": ["contract"], "year": [2024], "count": [2]}),
    )  # fmt: skip


def shown(viewer, tmp_path, lang="zh"):
    reg = region()
    return for_viewer(match(reg, encoder=Letters(), cache=tmp_path, lang=lang), reg, viewer, lang=lang)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_of_a_hidden_record_leaks(tmp_path, lang):
    found = shown("public", tmp_path, lang)
    closed = found.frame.filter(
        pl.col("achievement").str.starts_with("保密-") | pl.col("need").str.starts_with("保密-")
    )
    assert closed.height == 5
    told = str(closed.to_dicts()) + str(found.notices) + found._repr_html_()
    assert not [s for s in SECRETS[2:8] if s in told]
    assert not [s for s in SECRETS if s in " ".join(closed["reasons"])]
    assert closed["reasons"].n_unique() <= 2
    assert all(round(s * 10, 6) == int(round(s * 10, 6)) for s in closed["score"])


def test_rank_and_a_number_to_ask_with_remain(tmp_path):
    found = shown("public", tmp_path).frame
    again = shown("public", tmp_path).frame
    assert found.equals(again) and found["rank"].to_list() == [1, 2, 3] * 2
    assert found["achievement"].n_unique() == 3


def test_each_tier_sees_its_own(tmp_path):
    names = {v: set(shown(v, tmp_path).frame["achievement"]) for v in ("public", "members", "nda")}
    assert "R-open" in names["public"] and "R-members" not in names["public"]
    assert "R-members" in names["members"] and "R-secret" not in names["members"]
    assert names["nda"] == {"R-secret", "R-members", "R-open"}
    assert may_see(None, "public") and not may_see("nda", "members")


def test_the_numbers_cannot_be_guessed_without_the_key(tmp_path):
    reg = region()
    found = match(reg, encoder=Letters(), cache=tmp_path)
    one, other = (set(for_viewer(found, reg, "public", secret=s).frame["achievement"]) for s in ("a", "b"))
    assert one & other == {"R-open"}


def test_an_unknown_viewer_is_told(tmp_path):
    with pytest.raises(OptionError):
        shown("boss", tmp_path)

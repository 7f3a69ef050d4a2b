import polars as pl
import pytest
from region_cases import small_region

from sanwang.collaboration.chains.chain import chains_of, find_chain, shipped
from sanwang.collaboration.chains.diagnosis import diagnose, home_of
from sanwang.collaboration.chains.lists import lists
from sanwang.collaboration.chains.placing import place
from sanwang.errors import OptionError
from sanwang.region import Region

HOME = ("110000", "120000", "130000")


def diagnosed(**tables):
    region = small_region(**tables)
    (chain,) = chains_of(region)
    return region, diagnose(region, chain, place(region, (chain,)), HOME)


def by_link(**tables):
    return {d.link: d for d in diagnosed(**tables)[1].links}


def test_verdicts_and_the_rules_that_made_them():
    links = by_link()
    assert {k: d.verdict for k, d in links.items()} == {
        "H1": "weak",
        "H2": "weak",
        "H3": "weak",
        "H4": "missing",
    }
    assert links["H1"].reasons[0] == "产能 40 低于所需 100"
    assert any("外部依赖 88%" in r for r in links["H1"].reasons) and links["H1"].outside == {
        "320000": 300 / 340
    }
    assert links["H2"].single == "堆厂" and links["H2"].cover == pytest.approx(0.8)
    assert links["H4"].reasons == ("区内没有承制单位（有 1 项成果、0 家研发单位）",)


def test_a_link_with_spare_capacity_two_makers_and_research_is_strong():
    members = pl.DataFrame({"link": ["H2", "H2"], "actor": ["F2", "F3"], "capacity": [80.0, 60.0]})
    assert by_link(members=members)["H2"].verdict == "strong"


def test_a_link_of_which_nothing_is_recorded_is_unknown_and_not_missing():
    """Nobody wrote anything down: that is to be asked, not a gap."""
    nothing = small_region()["members"].clear()
    assert {d.verdict for d in by_link(members=nothing).values()} == {"unknown"}
    assert "没有登记任何成员" in by_link(members=nothing)["H1"].reasons[0]
    bare = by_link(achievements=small_region()["achievements"].clear())
    assert bare["H4"].verdict == "unknown" and "须核实" in bare["H4"].reasons[0]
    members = pl.DataFrame(
        {"link": ["H2", "H2"], "actor": ["F2", "F3"], "capacity": pl.Series([None, None], dtype=pl.Float64)}
    )
    assert by_link(members=members)["H2"].verdict == "unknown"


def test_what_is_delivered_and_what_a_firm_costs():
    _, found = diagnosed()
    assert (found.failures.demand, found.failures.delivered, found.failures.delivered_with_gaps) == (
        100,
        80,
        0,
    )
    assert found.failures.singles["firm"][0].names[0] in ("堆厂", "车厂")


def test_the_home_provinces_are_said_or_measured():
    region = small_region()
    assert home_of(region, ["11", "130000"]) == ("110000", "130000")
    assert home_of(region) == ("110000", "120000", "130000", "320000")
    with pytest.raises(OptionError, match="省份"):
        home_of(Region.of(actors=pl.DataFrame({"id": ["a"]})))


def test_the_three_lists():
    region, found = diagnosed()
    made = lists(region, [found])
    bottleneck = made.bottlenecks.row(0, named=True)
    assert (bottleneck["link"], bottleneck["achievement"], bottleneck["trl"]) == ("H4", "R1", 5)
    assert bottleneck["lacks"] == "成熟度差 2 级；没有对口的中试基地；没有承制单位"
    gaps = {r["link"]: r for r in made.gaps.to_dicts()}
    assert set(gaps) == {"H1", "H2"} and gaps["H1"]["short"] == 60
    assert (gaps["H1"]["candidate"], gaps["H1"]["in_region"]) == ("F4", False)
    firms = made.firms.to_dicts()
    assert firms[0]["unmet_share"] == 1 and "需求落空" in firms[0]["why"]
    assert all(r["evidence"] for frame in (made.bottlenecks, made.gaps, made.firms) for r in frame.to_dicts())


def test_a_link_without_any_achievement_asks_for_one():
    region, found = diagnosed(achievements=pl.DataFrame({"id": ["R9"], "title": ["别的"]}))
    row = lists(region, [found]).bottlenecks.row(0, named=True)
    assert row["achievement"] is None and "征集" in row["lacks"]


def test_a_chain_is_found_by_id_name_or_part_of_a_name():
    chains = shipped(Region.of())
    assert find_chain(chains, "H2").name == find_chain(chains, "氢能").name == "氢能"
    assert find_chain(chains, "母机").id == "MT"
    with pytest.raises(OptionError, match="现有"):
        find_chain(chains, "光伏")


def test_the_chains_that_ship_name_their_source_and_hang_together():
    region = Region.of()
    chains = shipped(region)
    assert [c.id for c in chains] == ["H2", "BIO", "CYB", "MT", "NEV", "ROB", "AI"]
    for chain in chains:
        assert not chain.strays and len(chain.links) >= 11
        assert all(k.keywords and k.ipc and k.industries for k in chain.links)
    assert chains[4].cycles == (("NEV-L11", "NEV-L01"),)

"""Three markets side by side: what integration adds, to whom, and what is left out."""

import polars as pl
import pytest

from sanwang.errors import DataError, InputError, OptionError
from sanwang.factors.bids import bids_of_needs, bids_of_routes, read_bids
from sanwang.factors.market import unify
from sanwang.region import Region
from sanwang.region.sample import sample_region


def small(**changed: pl.DataFrame) -> Region:
    """Two firms in Beijing and Hebei, one laboratory in Beijing with two units of machine time."""
    tables = {
        "actors": pl.DataFrame(
            {
                "id": ["B", "H", "L"],
                "name": ["京企", "冀企", "实验室"],
                "place": ["110108", "130100", "110105"],
            }
        ),
        "needs": pl.DataFrame(
            {
                "id": ["N1", "N2"],
                "title": ["甲", "乙"],
                "text": ["甲", "乙"],
                "actor": ["B", "H"],
                "industries": [["C27"], ["C276"]],
                "budget": [100_000, 300_000],
            }
        ),
        "factors": pl.DataFrame(
            {
                "id": ["F1"],
                "factor": ["equipment"],
                "actor": ["L"],
                "class": ["机时"],
                "capacity": [2.0],
                "price": [1_000],
            }
        ),
        "requirements": pl.DataFrame(
            {
                "industry": ["C27", "C276", "*"],
                "stage": ["pilot"] * 2 + ["production"],
                "factor": ["equipment"] * 3,
                "class": ["机时", "机时", "缺的"],
                "units": [2.0, 1.0, 1.0],
            }
        ),
        "barriers": pl.DataFrame(
            {
                "origin": ["110000"],
                "destination": ["130000"],
                "factor": ["equipment"],
                "cost_rate": [0.5],
                "delay_days": [9],
            }
        ),
    }
    return Region.of(frames=tables | changed)


def test_bids_take_the_larger_requirement_and_a_share_of_the_budget():
    found = bids_of_needs(small())
    assert found.frame["units"].to_list() == [2.0, 2.0]
    assert found.frame["pays"].to_list() == [5_000, 15_000]
    assert found.left.select("what", "en").rows() == [
        ("设备 缺的 2", "nobody offers it; left out, as in the plan")
    ]
    assert "10%" in found.assumed[1][0]


def test_bids_never_exceed_the_share_of_the_budget():
    region = sample_region()
    found = bids_of_needs(region, share=0.2).frame
    spent = found.group_by("bid").agg(most=(pl.col("units") * pl.col("pays")).sum())
    both = spent.join(region["needs"].select(pl.col("id").alias("bid"), "budget"), on="bid")
    assert (both["most"] <= 0.2 * both["budget"] + 1).all()


def test_integration_moves_the_machine_time_to_the_higher_bid_and_the_local_buyer_loses():
    region = small()
    found = unify(region, bids_of_needs(region))
    totals = {r["market"]: r for r in found.totals().to_dicts()}
    assert totals["segmented"]["surplus"] == 2 * (5_000 - 1_000)
    assert totals["today"]["surplus"] == 2 * (15_000 - 1_500)
    assert totals["unified"]["surplus"] == 2 * (15_000 - 1_000)
    assert totals["today"]["border"] == 1_000
    lost = found.pays_more("today").row(0, named=True)
    assert (lost["bid"], lost["served"], lost["served_after"], lost["change"]) == ("N1", 2.0, 0.0, -8_000)
    shares = {r["node"]: r for r in found.distribution("today").to_dicts()}
    assert shares["110000"]["buyers"] == -8_000
    assert sum(r["total"] for r in shares.values()) == found.gain("today")


def test_the_sample_gains_and_its_distribution_adds_up():
    region = sample_region()
    found = unify(region, bids_of_needs(region))
    surplus = found.totals()["surplus"].to_list()
    assert surplus == sorted(surplus)
    for after in ("today", "unified"):
        assert found.distribution(after)["total"].sum() == pytest.approx(found.gain(after))
    used = found.utilisation().drop_nulls("used")
    assert (used["used"] <= 1 + 1e-9).all()
    totals = found.totals()
    paid = found.buyers.group_by("market").agg(value=(pl.col("served") * pl.col("pays_most")).sum())
    cost = found.sellers.group_by("market").agg(
        cost=(pl.col("sold") * pl.col("ask") + pl.col("border")).sum()
    )
    whole = totals.join(paid, on="market", maintain_order="left").join(
        cost, on="market", maintain_order="left"
    )
    assert (whole["value"] - whole["cost"]).to_list() == pytest.approx(surplus)


def test_the_finest_barrier_wins_and_makes_its_place_a_node():
    barriers = pl.DataFrame({
        "origin": ["110000", "110000"], "destination": ["130000", "130100"], "factor": ["equipment"] * 2,
        "cost_rate": [0.5, 0.1], "delay_days": [9, 1],
    })  # fmt: skip
    region = small(barriers=barriers)
    found = unify(region, bids_of_needs(region))
    assert found.nodes == ("110000", "130100")
    assert found.totals().filter(pl.col("market") == "today")["border"][0] == 200


def test_bids_of_a_plan_take_its_units_in_a_year():
    region = small()
    routes = pl.DataFrame({"need": ["N1", "N2"], "offers": ["F1:1.5@2026", "F1:2@2027"]})
    assert bids_of_routes(region, routes).frame.select("bid", "units").rows() == [("N1", 1.5)]
    assert bids_of_routes(region, routes, year=2027).frame["bid"].to_list() == ["N2"]
    with pytest.raises(OptionError, match="2030"):
        bids_of_routes(region, routes, year=2030)
    with pytest.raises(InputError, match="F9"):
        bids_of_routes(region, routes.with_columns(offers=pl.lit("F9:1@2026")))


def test_bids_from_a_file_in_yuan_or_fen(tmp_path):
    file = tmp_path / "bids.csv"
    file.write_text("需求编号,要素类型,细类,所需数量,出价\nN1,设备,机时,1,20\n", encoding="gb18030")
    assert read_bids(file, small()).frame.row(0) == ("N1", "B", "equipment", "机时", 1.0, 2000.0)
    file.write_text("actor,factor,class,units,price\nH,equipment,机时,1,20\n", encoding="utf-8")
    assert read_bids(file, small()).frame.row(0) == ("H", "H", "equipment", "机时", 1.0, 20.0)


def test_every_bad_line_of_a_file_is_named(tmp_path):
    file = tmp_path / "bids.csv"
    file.write_text("need,factor,class,units,price\nN9,设备,机时,1,2\nN1,魔法,,0,-3\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_bids(file, small())
    for said in ("2: need 'N9'", "3: factor '魔法'", "3: no class", "3: units '0'", "3: price '-3'"):
        assert said in str(caught.value)
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="wanted columns"):
        read_bids(file, small())


def test_an_unknown_place_is_left_out_and_said():
    region = small()
    lost = region["actors"].with_columns(
        pl.when(pl.col("id") == "H").then(pl.lit("??")).otherwise("place").alias("place")
    )
    region = region.with_tables(actors=lost)
    found = unify(region, bids_of_needs(region))
    assert "N2" in found.left["who"].to_list()
    assert found.buyers["bid"].unique().to_list() == ["N1"]


def test_what_cannot_be_cleared_says_why():
    empty = small()
    with pytest.raises(DataError, match="offers no factor"):
        unify(small(factors=empty["factors"].clear()), bids_of_needs(empty))
    with pytest.raises(DataError, match="any capacity"):
        unify(small(factors=empty["factors"].with_columns(capacity=pl.lit(0.0))), bids_of_needs(empty))
    with pytest.raises(DataError, match="no requirement meets"):
        bids_of_needs(small(requirements=empty["requirements"].clear()))
    with pytest.raises(OptionError, match="share"):
        bids_of_needs(empty, share=1.5)

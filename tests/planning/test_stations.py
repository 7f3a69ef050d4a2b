from datetime import date

import numpy as np
import polars as pl
import pytest
from regions import all_pairs, region

from sanwang.collaboration.fit.codes import Mark, field_marks, row_marks, serves
from sanwang.collaboration.verdicts import VERDICTS
from sanwang.errors import OptionError
from sanwang.planning.choices import choices
from sanwang.planning.plan import plan
from sanwang.planning.replan import replan
from sanwang.planning.stations import FLOOR, SHARE, fitted_of, uplift_share
from sanwang.planning.verify import verify
from sanwang.planning.vetoes import without
from sanwang.region import Region

DAY = date(2026, 1, 5)


def decided(reg, *rows):
    table = pl.DataFrame(rows, schema=["subject", "other", "verdict", "who", "when", "why"], orient="row")
    return reg.with_tables(decisions=table)


def told(reg, **texts):
    """The Region with what its bases and makers can do."""
    tables = {
        kind: reg[kind].with_columns(pl.Series("capabilities", texts[kind], pl.String)) for kind in texts
    }
    return reg.with_tables(**tables)


WATER = ["污水处理、反渗透、MBR试验场", "压片、制粒、包衣，GMP"]


def about_water(seed):
    reg = told(region(seed), bases=WATER, makers=WATER)
    texts = {"title": ["一种污水反渗透处理装置"] * 4, "abstract": ["废水经沉淀与反渗透处理"] * 4}
    return reg.with_tables(
        achievements=reg["achievements"].with_columns(**{c: pl.Series(v) for c, v in texts.items()})
    )


def test_a_code_belongs_to_its_system():
    assert field_marks(["C25B", "C25", "H2", "266", "B60", "C"]) == [
        Mark("ipc", "C25B"),
        Mark("industry", "25"),
        Mark("chain", "H2"),
        Mark("industry", "266"),
        Mark("ipc", "B60"),
        Mark("chain", "C"),
    ]
    coking, electrolysis = {"industries": ["C25"]}, {"ipc": ["C25B 13/08"], "chain": "H2"}
    assert serves(field_marks(["C25"]), row_marks(coking)) and not serves(
        field_marks(["C25"]), row_marks(electrolysis)
    )
    assert serves(field_marks(["C25B"]), row_marks(electrolysis)) and serves(
        field_marks(["H2"]), row_marks(electrolysis)
    )


def test_a_needs_own_marks_count_beside_the_results():
    reg = region(3)
    bare = reg["achievements"].with_columns(chain=pl.lit(None, pl.String))
    stations = fitted_of(reg.with_tables(achievements=bare)).bases
    assert stations.fit("N0", "R0").tolist() == [0.0, 0.0]
    marked = reg.with_tables(
        achievements=bare,
        needs=reg["needs"].with_columns(chain=pl.lit("H2")),
    )
    assert fitted_of(marked).bases.fit("N0", "R0").tolist() == [0.5, 0.5]


def test_only_those_that_could_do_the_job_are_options():
    found = fitted_of(about_water(0)).bases
    fit = found.fit("N0", "R0")
    assert fit[0] > 3 * fit[1]
    assert list(found.options("N0", "R0", [True, True])) == [0]
    assert all(f >= max(FLOOR, SHARE * fit.max()) for f in found.options("N0", "R0", [True, True]).values())


@pytest.mark.parametrize("seed", range(6))
def test_plans_use_options_only_and_verify(seed):
    reg = about_water(seed)
    made = plan(reg, all_pairs(reg, seed), gap=0.0)
    assert verify(reg, made.routes, made.options).ok
    assert set(made.routes["base"].drop_nulls()) <= {"B0"} and set(made.routes["maker"].drop_nulls()) <= {
        "M0"
    }


def test_the_verifier_refuses_a_base_that_does_not_fit():
    cases = ((r := about_water(s), plan(r, all_pairs(r, s), gap=0.0)) for s in range(30))
    reg, made = next(c for c in cases if c[1].routes["base"].drop_nulls().len())
    wrong = made.routes.with_columns(
        base=pl.when(pl.col("base") == "B0").then(pl.lit("B1")).otherwise("base")
    )
    assert any("does not fit" in p for p in verify(reg, wrong, made.options).problems)


def test_an_uplift_counts_as_far_as_the_base_fits():
    shares = [uplift_share(f) for f in (0.0, FLOOR, 0.3, 0.5, 0.9)]
    assert shares == sorted(shares) and shares[0] == 0 and shares[-2:] == [1.0, 1.0]


@pytest.mark.parametrize("seed", range(4))
def test_what_a_person_rejects_is_not_in_the_plan(seed):
    reg = region(seed)
    before = plan(reg, all_pairs(reg, seed), gap=0.0)
    if before.routes.is_empty():
        return
    first = before.routes.row(0, named=True)
    shut = decided(
        reg,
        (first["need"], first["achievement"], "reject", "甲", DAY, "不合"),
        ("B0", "*", "reject", "甲", DAY, "停"),
        ("M0", "*", "reject", "甲", DAY, "停"),
        ("P0", "*", "reject", "甲", DAY, "停"),
    )
    after = plan(shut, all_pairs(shut, seed), gap=0.0)
    assert (first["need"], first["achievement"]) not in set(after.routes.select("need", "achievement").rows())
    used = {x for c in ("base", "maker", "product", "guarantee") for x in after.routes[c].drop_nulls()}
    assert not used & {"B0", "M0", "P0"}
    assert after.worth <= before.worth and verify(shut, after.routes, after.options).ok
    assert not verify(shut, before.routes, before.options).ok


def test_a_pinned_base_is_the_only_one():
    reg = decided(region(2), ("N0", "B1", "pin", "甲", DAY, "已签"))
    options = fitted_of(reg).bases.options("N0", "R0", [True, True])
    assert list(options) == [1] and "pin" in VERDICTS


def test_replanning_obeys_a_veto():
    reg = region(0)
    pairs = all_pairs(reg, 0)
    before = plan(reg, pairs, gap=0.0)
    first = before.routes.row(0, named=True)
    shut = without(reg, before.routes, "L0001", "只识别箱号", "甲", DAY)
    with pytest.raises(OptionError, match="L9"):
        without(reg, before.routes, "L9", "", "甲", DAY)
    after = replan(shut, pairs, before.routes)
    assert (first["need"], first["achievement"]) not in set(
        after.plan.routes.select("need", "achievement").rows()
    )


def test_software_without_anybody_to_deploy_it_is_deployed_by_the_firm():
    reg = told(region(0), bases=WATER, makers=WATER)
    soft = pl.Series(["区块链数据加密方法、存储介质及计算机设备"] * 4)
    reg = reg.with_tables(achievements=reg["achievements"].with_columns(title=soft, abstract=soft))
    made = plan(reg, all_pairs(reg, 0), gap=0.0)
    assert made.routes.height and made.routes["maker"].null_count() == made.routes.height
    assert verify(reg, made.routes, made.options).ok and np.all(made.routes["maker_cost"].to_numpy() == 0)


def test_in_a_segmented_market_the_reason_is_that_crossing_is_not_allowed():
    found = set()
    for seed in range(12):
        reg = region(seed)
        open_, shut = (plan(reg, all_pairs(reg, seed), gap=0.0, market=m) for m in ("unified", "segmented"))
        met = set(open_.routes["need"])
        found |= set(shut.unmet.filter(pl.col("need").is_in(list(met)))["reason"])
    assert "crossing" in found and "border" not in found


def test_a_region_without_texts_asks_no_encoder(monkeypatch):
    monkeypatch.setattr("sanwang.planning.stations.fit_table", None)
    assert isinstance(region(7), Region) and fitted_of(region(7)).bases.table is None


def test_each_route_says_why_and_who_else():
    reg = about_water(2)
    made = plan(reg, all_pairs(reg, 2), gap=0.0)
    found = choices(reg, made.routes)
    assert set(found["station"]) <= {"B0", "M0"} and found["alternative"].null_count() == found.height
    assert found.filter(pl.col("side") == "maker").height == made.routes.height
    assert all(w.startswith("水处理：任务“") for w in found["why"])
    coded = choices(region(0), plan(region(0), all_pairs(region(0), 0), gap=0.0).routes, "en")
    assert set(coded["why"]) <= {"by code H2 only; no abilities given", "by code 34 only; no abilities given"}
    assert set(coded["alternative"].drop_nulls()) <= {"B0", "B1", "M0", "M1"}


def test_software_is_deployed_by_those_who_work_with_software_and_by_nobody_else():
    able = [
        "氢电堆总装、活化台架、空压机集成，软件标定",
        "工业软件实施、容量优化算法、电解槽与储能模型部署与运维、系统集成",
    ]
    reg = told(region(3), makers=able)
    texts = {
        "title": ["风光制氢容量配置软件"] * 4,
        "abstract": ["电堆、储能与电解槽的容量优化算法，离线软件"] * 4,
    }
    reg = reg.with_tables(
        achievements=reg["achievements"].with_columns(**{c: pl.Series(v) for c, v in texts.items()})
    )
    fits = fitted_of(reg)
    assert fits.makers.deploys.tolist() == [False, True] and "R0" in fits.soft
    assert list(fits.makers.options("N0", "R0", [True, True])) == [1]

"""Commands on the sample: what only one study writes or says."""

import json
import xml.etree.ElementTree as ET

import polars as pl
import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from sanwang.cli.app import app
from sanwang.errors import DataError, OptionError
from sanwang.factors.simulated import simulated_panel
from sanwang.finance.payments import check_payments
from sanwang.region import Region
from sanwang.region.sample import sample_region

_SPOTS = ("110000", "120000", "130100", "130200", "130600", "130900", "310000", "320100", "320500", "330100", "330200",
          "340100")  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("sample") / "w"
    sample_region().save(path, "csv")
    return path


def run(*words):
    return CliRunner().invoke(app, [str(w) for w in words])


def sheets(path):
    with CalamineWorkbook.from_path(path) as book:
        return book.sheet_names


def test_a_chain_is_diagnosed_drawn_and_listed(folder, tmp_path):
    done = run("chain", folder, "--chain", "氢能", "--words-only", "-o", tmp_path / "o")
    assert done.exit_code == 0 and "11 个环节" in done.stdout
    page = (tmp_path / "o" / "chain.html").read_text(encoding="utf-8")
    assert "虚构" in page and "卡点清单" in page and "创新铁三角" in page and "碳纤维与树脂" in page
    assert (tmp_path / "o" / "chain-H2.svg").read_text(encoding="utf-8").count("<rect") > 11
    assert sheets(tmp_path / "o" / "chain.xlsx")[1:4] == ["卡点清单", "堵点清单", "企业清单"]
    told = json.loads((tmp_path / "o" / "chain.json").read_text(encoding="utf-8"))
    assert {r["verdict"] for r in told["chains"][0]["links"]} <= {"strong", "weak", "missing"}


def test_an_unknown_chain_is_refused_with_those_there_are(folder):
    assert "H2 氢能" in str(run("chain", folder, "--chain", "光伏", "--words-only").exception)


def test_without_chains_the_shipped_ones_are_used_and_told(tmp_path):
    Region.of(
        actors=pl.DataFrame({"id": ["a"], "name": ["大学"], "place": ["110108"]}),
        achievements=pl.DataFrame({"id": ["R"], "title": ["双极板"], "owner": ["a"]}),
    ).save(tmp_path / "w", "csv")
    told = json.loads(run("chain", tmp_path / "w", "--words-only", "--json").stdout)
    assert len(told["chains"]) == 7 and any("随附的七条链" in n for n in told["notes"])
    shown = run("chain", tmp_path / "w", "--words-only").stdout
    assert shown.count("没有数据，无从判断") == 7 and "缺的环节靠外购" not in shown


def test_a_consortium_is_put_together_and_written(folder, tmp_path):
    done = run("consortium", folder, "--target", "H2-L08", "--words-only", "-o", tmp_path / "o")
    assert done.exit_code == 0 and "牵头" in done.stdout and "已证明最少" in done.stdout
    told = json.loads((tmp_path / "o" / "consortium.json").read_text(encoding="utf-8"))
    assert told["teams"][0]["proven"] and told["teams"][0]["members"]
    assert "任务分工（草稿）" in (tmp_path / "o" / "consortium.html").read_text(encoding="utf-8")


def test_a_correction_is_kept_and_used(tmp_path):
    sample_region().save(tmp_path / "w", "csv")
    assert run("place", tmp_path / "w", "H2-R05", "H2-L03", "--by", "张三").exit_code == 0
    assert run("place", tmp_path / "w", "H2-R05", "H2-L03", "--by", "张三", "--not").exit_code == 0
    rows = Region.open(tmp_path / "w")["placements"]
    assert rows.select("link", "item", "by", "verdict").rows() == [
        ("H2-L03", "H2-R05", "张三", verdict)
        for verdict in ("yes", "no")  # what was said is kept
    ]
    assert not Region.open(tmp_path / "w").check().errors
    assert "没有环节" in str(run("place", tmp_path / "w", "H2-R05", "X9", "--by", "张三").exception)


def test_eight_clerks_at_once_lose_no_correction(tmp_path):
    from concurrent.futures import ThreadPoolExecutor
    from datetime import date

    from sanwang.collaboration.chains.corrections import correct

    with ThreadPoolExecutor(8) as clerks:
        list(
            clerks.map(
                lambda n: correct(tmp_path, "R1", "L1", f"=p{n}", "yes", date(2026, 1, n + 1)), range(8)
            )
        )
    rows = pl.read_csv(tmp_path / "placements.csv")
    assert sorted(rows["by"].to_list()) == [f"'=p{n}" for n in range(8)]


def test_a_long_chain_is_drawn_with_every_link_legible():
    from sanwang.collaboration.chains.chain import Link, build
    from sanwang.collaboration.chains.diagnosis import diagnose
    from sanwang.collaboration.chains.placing import place
    from sanwang.report.chainmap import chain_map

    links = [Link(f"L{n}", f"环节{n}", inputs=(f"L{n - 7}",) if n >= 7 else ()) for n in range(120)]
    chain = build("x", "长链", links)
    region = Region.of(actors=pl.DataFrame({"id": ["a"], "place": ["110108"]}))
    drawn = chain_map(diagnose(region, chain, place(region, (chain,)), ("11",)), {})
    assert all(f">环节{n}<" in drawn for n in range(120)) and 'font-size="14"' in drawn


def test_a_settlement_is_reported_with_notices_and_payments(folder, tmp_path):
    done = run("settle", folder, "-o", tmp_path / "o", "--notices", "--pay-on", "2026-12-01", "--json")
    told = json.loads(done.stdout)
    text = (tmp_path / "o" / "pain.001.xml").read_text(encoding="utf-8")
    assert done.exit_code == 0 and check_payments(text) == []
    paid = ET.fromstring(text).findtext(".//{*}GrpHdr/{*}CtrlSum")
    assert paid is not None and 0 < int(paid.replace(".", "")) <= told["remaining"]
    assert len(list((tmp_path / "o" / "notices").iterdir())) > 50
    page = (tmp_path / "o" / "settle.html").read_text(encoding="utf-8")
    assert "虚构" in page and "冲抵" in page
    assert run("verify", tmp_path / "o", folder).exit_code == 0
    assert run("settle-check", folder, tmp_path / "o").exit_code == 0


def test_an_english_settlement_read_back_is_the_same_to_the_fen(folder, tmp_path):
    region = Region.open(folder)
    region.save(tmp_path / "en", "csv", "en")
    both = [json.loads(run("settle", where, "--json").stdout)["total"] for where in (folder, tmp_path / "en")]
    assert both[0] == both[1]


def test_contagion_is_drawn_and_what_is_assumed_is_told(folder, tmp_path):
    done = run("stress", folder, "--fails", "H2-A08", "--buffer", "0.01", "-o", tmp_path / "o")
    page = (tmp_path / "o" / "stress.html").read_text(encoding="utf-8")
    assert done.exit_code == 0 and "第 2 轮波及" in page and "现金为推定" in page and "<path" in page


def test_a_firm_nobody_knows_and_a_bad_day_are_refused(folder, tmp_path):
    assert "不在债务清单中" in str(run("stress", folder, "--fails", "谁").exception)
    wrong = run("settle", folder, "-o", tmp_path / "o", "--pay-on", "明天")
    assert isinstance(wrong.exception, OptionError) and "2026-03-01" in str(wrong.exception)


def test_what_borders_cost_comes_as_barriers_for_the_plan(folder, tmp_path):
    pytest.importorskip("pyfixest", reason="the extra observatory is not installed")
    done = run("borders", folder, "-o", tmp_path / "o")
    assert done.exit_code == 0 and "北京市–天津市" in done.stdout and "区间不可靠" in done.stdout
    page = (tmp_path / "o" / "borders.html").read_text(encoding="utf-8")
    assert "虚构" in page and "弹性 5.03 为假设" in page and "<svg" in page
    types = {"origin": pl.String, "destination": pl.String}
    names = ("barriers-low", "barriers", "barriers-high")
    tables = [pl.read_csv(tmp_path / "o" / f"{n}.csv", schema_overrides=types) for n in names]
    low, middle, high = (t["cost_rate"] for t in tables)
    assert (low <= middle).all() and (middle <= high).all()
    Region.of(barriers=tables[1]).check().raise_if_errors()


def test_too_little_data_give_no_barriers(tmp_path):
    pytest.importorskip("pyfixest", reason="the extra observatory is not installed")
    spots = ("110000", "120000", "130100")
    rows = [
        (a, b, "technology", 2023, None, 100 + 10 * n)
        for n, (a, b) in enumerate((a, b) for a in spots for b in spots)
    ]
    names = ["origin", "destination", "factor", "year", "count", "value"]
    Region.of(flows=pl.DataFrame(rows, schema=names, orient="row")).save(tmp_path / "w", "csv")
    assert isinstance(run("borders", tmp_path / "w").exception, DataError)
    told = run("borders", tmp_path / "w", "--measure", "count").exception
    assert isinstance(told, DataError) and "项数" in told.said("zh")
    within = pl.DataFrame([(a, a, "technology", 2023, 1, 5) for a in spots], schema=names, orient="row")
    Region.of(flows=within).save(tmp_path / "v", "csv")
    assert isinstance(run("borders", tmp_path / "v").exception, DataError)


def test_two_regions_borders_are_compared_in_one_model(tmp_path):
    pytest.importorskip("pyfixest", reason="the extra observatory is not installed")
    frame = simulated_panel(12, 3, jurisdictions=4, per_cell=200)
    code = {f"地点{n + 1}": c for n, c in enumerate(_SPOTS)}
    flows = frame.select(
        pl.col("origin").replace(code), pl.col("destination").replace(code), pl.lit("technology").alias("factor"),
        "year", pl.col("flow").cast(pl.Int64).alias("count"), (pl.col("flow") * 100).cast(pl.Int64).alias("value"),
    )  # fmt: skip
    Region.of(flows=flows).save(tmp_path / "w", "csv")
    told = json.loads(run("borders", tmp_path / "w", "--split", "region", "--json").stdout)
    assert {"border:京津冀", "border:长三角", "border:other"} <= {t["term"] for t in told["terms"]}
    pairs = {(b["origin"], b["destination"]) for b in told["barriers"]}
    assert pairs >= {("310000", "320000"), ("130000", "110000")}
    assert any("相差" in sentence for sentence in told["headline"])


def test_regions_with_marks_sources_map_and_each_figures_data(folder, tmp_path):
    done = run("observe", folder, "--regions", "京津冀", "长三角", "粤港澳大湾区", "-o", tmp_path / "o")
    assert done.exit_code == 0, done.exception
    assert "高于长三角" in done.stdout and "2023 年 北京市 → 天津市+河北省 公布 748.7" in done.stdout
    page = (tmp_path / "o" / "observe.html").read_text(encoding="utf-8")
    assert "以广东省代替" in page and "虚构" in page and "≈" in page and "国家统计局" in page
    assert "技术流向图" in page and 'id="specialisation"' in page and "工作区自己的数据" in page
    names = {p.name for p in (tmp_path / "o").glob("*.csv")}
    assert {"comparison.csv", "trends.csv", "contracts.csv", "flows-technology-2025.csv"} <= names
    assert "notice" not in pl.read_csv(tmp_path / "o" / "comparison.csv").columns
    assert "notice" in pl.read_csv(tmp_path / "o" / "flows-technology-2025.csv").columns


def test_without_a_workspace_the_shipped_figures_are_compared_and_cells_marked():
    told = json.loads(run("observe", "--regions", "京津冀,长三角", "--json").stdout)
    assert told["regions"] == ["京津冀", "长三角"] and not told["flows_fictional"]
    assert {c["how"] for c in told["contracts"]} == {"published", "estimated"}
    assert all(c["source"] for c in told["contracts"])
    assert isinstance(run("observe", "--regions", "京津冀", "北京市").exception, OptionError)


def test_chains_are_groups_of_the_closure(folder):
    told = json.loads(run("closure", folder, "--by", "chain", "--json").stdout)
    assert told["fictional"] and told["published"] == 240
    assert {"氢能", "机器人"} <= {g["group"] for g in told["groups"] if g["kind"] == "chain"}


def test_market_options_that_exclude_each_other(folder, tmp_path):
    for extra in (["--bids", "x.csv", "--share", "0.1"], ["--year", "2026"], ["--plan", tmp_path]):
        assert run("market", folder, *extra).exit_code != 0


def test_products_are_open_or_say_how_far_off(folder):
    told = json.loads(run("products", folder, "--firm", "H2-A07", "--amount", "300万", "--json").stdout)
    assert told["firm"] == "H2-A07" and told["offers"] and all("eligible" in o for o in told["offers"])

import json

import polars as pl
import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from sanwang.cli.app import app
from sanwang.region import Region
from sanwang.region.sample import sample_region


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("chains") / "w"
    sample_region().save(path, "csv")
    return path


def run(*words):
    return CliRunner().invoke(app, [str(w) for w in words], catch_exceptions=False)


def test_a_chain_is_diagnosed_drawn_and_listed(folder, tmp_path):
    done = run("chain", folder, "--chain", "氢能", "--words-only", "-o", tmp_path / "o")
    assert done.exit_code == 0 and "11 个环节" in done.stdout and "碳纤维与树脂" in done.stdout
    page = (tmp_path / "o" / "chain.html").read_text(encoding="utf-8")
    assert "虚构" in page and "卡点清单" in page and "创新铁三角" in page
    assert (tmp_path / "o" / "chain-H2.svg").read_text(encoding="utf-8").count("<rect") > 11
    with CalamineWorkbook.from_path(tmp_path / "o" / "chain.xlsx") as book:
        names = book.sheet_names
    assert names[1:4] == ["卡点清单", "堵点清单", "企业清单"]


def test_json_is_one_object(folder):
    told = json.loads(run("chain", folder, "--chain", "ROB", "--words-only", "--json").stdout)
    assert told["fictional"] and len(told["chains"][0]["links"]) == 11
    assert {r["verdict"] for r in told["chains"][0]["links"]} <= {"strong", "weak", "missing"}


def test_an_unknown_chain_is_refused_with_those_there_are(folder):
    done = CliRunner().invoke(app, ["chain", str(folder), "--chain", "光伏", "--words-only"])
    assert "H2 氢能" in str(done.exception)


def test_without_chains_the_shipped_ones_are_used(tmp_path):
    Region.of(
        actors=pl.DataFrame({"id": ["a"], "name": ["大学"], "place": ["110108"]}),
        achievements=pl.DataFrame({"id": ["R"], "title": ["双极板"], "owner": ["a"]}),
    ).save(tmp_path / "w", "csv")
    told = json.loads(run("chain", tmp_path / "w", "--words-only", "--json").stdout)
    assert len(told["chains"]) == 7


def test_a_consortium_is_put_together_and_written(folder, tmp_path):
    done = run("consortium", folder, "--target", "H2-L08", "--words-only", "-o", tmp_path / "o")
    assert done.exit_code == 0 and "牵头" in done.stdout and "已证明最少" in done.stdout
    told = json.loads((tmp_path / "o" / "consortium.json").read_text(encoding="utf-8"))
    assert told["teams"][0]["proven"] and told["teams"][0]["members"]
    assert "任务分工（草稿）" in (tmp_path / "o" / "consortium.html").read_text(encoding="utf-8")


def test_a_correction_is_kept_and_used(folder, tmp_path):
    sample_region().save(tmp_path / "w", "csv")
    assert run("place", tmp_path / "w", "H2-R05", "H2-L03", "--by", "张三").exit_code == 0
    assert run("place", tmp_path / "w", "H2-R05", "H2-L03", "--by", "张三", "--not").exit_code == 0
    rows = Region.open(tmp_path / "w")["placements"]
    assert rows.select("link", "item", "by", "verdict").rows() == [("H2-L03", "H2-R05", "张三", "no")]
    assert not Region.open(tmp_path / "w").check().errors
    wrong = CliRunner().invoke(app, ["place", str(tmp_path / "w"), "H2-R05", "X9", "--by", "张三"])
    assert "没有环节" in str(wrong.exception)


def test_a_long_chain_is_drawn_with_every_link_legible(tmp_path):
    from sanwang.collaboration.chains.chain import Link, build
    from sanwang.collaboration.chains.diagnosis import diagnose
    from sanwang.collaboration.chains.placing import place
    from sanwang.report.chainmap import chain_map

    links = [Link(f"L{n}", f"环节{n}", inputs=(f"L{n - 7}",) if n >= 7 else ()) for n in range(120)]
    chain = build("x", "长链", links)
    region = Region.of(actors=pl.DataFrame({"id": ["a"], "place": ["110108"]}))
    drawn = chain_map(diagnose(region, chain, place(region, (chain,)), ("11",)), {})
    assert all(f">环节{n}<" in drawn for n in range(120)) and 'font-size="14"' in drawn

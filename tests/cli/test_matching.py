import json

import polars as pl
import pytest
from typer.testing import CliRunner

from sanwang.cli.app import app
from sanwang.collaboration.verdicts import verdicts
from sanwang.errors import OptionError
from sanwang.region import Region


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SANWANG_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("SANWANG_ENCODER", raising=False)
    region = Region.of(
        actors=pl.DataFrame({"id": ["u", "v"], "name": ["北京航空航天大学", "北航"], "place": ["110108", "110108"]}),
        needs=pl.DataFrame(
            {"id": ["N1", "N2"], "title": ["密封圈漏油", "葡萄保鲜"], "text": ["寿命要达到2年以上", "尽量久"]}
        ),
        achievements=pl.DataFrame(
            {"id": ["R1", "R2", "R3"], "title": ["密封圈配方", "一种密封圈配方", "葡萄采后保鲜"],
             "abstract": ["寿命3年", "寿命3年", "两周不烂"], "openness": ["public", "public", "nda"]}
        ),
        outcomes=pl.DataFrame({"need": ["N1"], "achievement": ["R1"], "result": ["deal"]}),
    )  # fmt: skip
    region.save(tmp_path / "w", "csv")
    return tmp_path / "w"


def run(*words):
    return CliRunner().invoke(app, [str(w) for w in words], catch_exceptions=False)


def test_specifications_are_written_and_told(folder, tmp_path):
    assert run("specify", folder, "-o", tmp_path / "s").exit_code == 0
    assert (tmp_path / "s" / "N1.toml").exists()
    (one,) = json.loads(run("specify", "--text", "密封圈寿命要达到2年以上", "--json").stdout)["needs"]
    assert any("2年以上" in m["quote"] for m in one["metrics"])


def test_duplicates_and_identities_are_left_to_a_person_whose_decisions_stay(folder, tmp_path):
    file = tmp_path / "d.csv"
    assert run("duplicates", folder, "-o", file).exit_code == 0
    found = pl.read_csv(file)
    assert found.select("a", "b").rows() == [("R1", "R2")]
    found.with_columns(pl.lit("yes").alias("decision")).write_csv(file)
    assert run("duplicates", folder, "-o", file).exit_code == 0
    assert pl.read_csv(file)["decision"].to_list() == ["yes"]
    assert run("identify", folder, "-o", tmp_path / "i.csv").exit_code == 0
    assert pl.read_csv(tmp_path / "i.csv").select("a", "b").rows() == [("u", "v")]


def test_without_data_the_answer_is_a_score_and_never_a_percentage(folder, tmp_path):
    told = run("calibrate", folder, "-o", tmp_path / "c")
    assert (
        told.exit_code == 1 and "未校准" in told.stdout and not (tmp_path / "c" / "calibration.json").exists()
    )
    given = run("answer", folder, "--least", "1")
    assert "%" not in given.stdout and "未校准" in given.stdout


def test_a_viewer_without_the_right_gets_a_number_to_ask_with(folder, tmp_path):
    told = run("match", folder, "--viewer", "public", "--json", "-o", tmp_path / "o").stdout
    rows = json.loads(told)["matches"]
    whole = told + "".join(
        p.read_text(encoding="utf-8")
        for p in (tmp_path / "o").iterdir()
        if p.suffix in (".html", ".csv", ".json")
    )
    assert "R3" not in whole and "葡萄采后" not in whole and any("保密" in r["achievement"] for r in rows)


def test_an_index_is_made_changed_and_searched(folder, tmp_path):
    told = ["".join(run("index", folder, "-o", tmp_path / "i").stdout.split()) for _ in range(2)]
    assert "新增3" in told[0]
    assert "不变3" in told[1]
    assert "R3" in run("search", tmp_path / "i", "--text", "葡萄采后保鲜", "-k", "1").stdout
    Region.open(folder)["achievements"].write_parquet(tmp_path / "all.parquet")
    assert "不变 3" in run("index", tmp_path / "all.parquet", "-o", tmp_path / "i").stdout


def test_all_needs_of_a_workspace_are_searched_at_once(folder, tmp_path):
    run("index", folder, "-o", tmp_path / "i")
    index = ("search", tmp_path / "i")
    told = json.loads(run(*index, "--needs", folder, "-k", "2", "--json").stdout)["matches"]
    needs = Region.open(folder)["needs"]
    assert [r["need"] for r in told] == [i for i in needs["id"] for _ in range(2)]
    needs.write_parquet(tmp_path / "needs.parquet")
    assert (
        "各取前 2 项"
        in run(*index, "--needs", tmp_path / "needs.parquet", "-k", "2", "-o", tmp_path / "m.csv").stdout
    )
    assert pl.read_csv(tmp_path / "m.csv")["achievement"].to_list() == [r["achievement"] for r in told]
    assert told[0]["achievement"] in run(*index, "--needs", folder).stdout
    needs.head(0).write_parquet(tmp_path / "none.parquet")
    assert json.loads(run(*index, "--needs", tmp_path / "none.parquet", "--json").stdout) == {"matches": []}
    for wrong in (
        (),
        ("--text", "x", "-o", tmp_path / "m.csv"),
        ("--text", "x", "--needs", folder),
        ("--needs", folder, "-o", tmp_path / "m.xls"),
    ):
        fault = CliRunner().invoke(app, [str(w) for w in (*index, *wrong)])
        assert isinstance(fault.exception, OptionError)


def test_a_veto_is_kept_by_the_route_s_number_and_planned_again_at_once(tmp_path):
    from sanwang.region.sample import sample_region

    whole = sample_region()
    part = {k: whole[k].filter(pl.col("id").str.starts_with("H2-")) for k in ("needs", "achievements")}
    whole.with_tables(**part).save(tmp_path / "w", "csv")
    assert run("plan", tmp_path / "w", "-k", "5", "-o", tmp_path / "p").exit_code == 0
    first = pl.read_csv(tmp_path / "p" / "routes.csv").row(0, named=True)
    line = (
        "decide",
        tmp_path / "w",
        "L0001",
        "--reject",
        "只识别箱号",
        "--by",
        "张三",
        "--plan",
        tmp_path / "p",
    )
    done = run(*line, "-o", tmp_path / "q")
    assert done.exit_code == 0 and "变更清单" in done.stdout
    said = Region.open(tmp_path / "w")["decisions"].row(0, named=True)
    assert (said["subject"], said["other"], said["verdict"]) == (
        first["need"],
        first["achievement"],
        "reject",
    )
    moved = json.loads((tmp_path / "q" / "replan.json").read_text(encoding="utf-8"))["changes"]
    (change,) = [c for c in moved if c["need"] == first["need"]]
    assert "人工否决（张三" in change["reason_zh"] and "只识别箱号" in change["reason_zh"]
    pairs = pl.read_csv(tmp_path / "q" / "routes.csv").select("need", "achievement").rows()
    assert (first["need"], first["achievement"]) not in pairs


def test_a_veto_may_be_of_the_route_s_base_and_planning_again_needs_a_plan(folder, tmp_path):
    fault = CliRunner().invoke(
        app, ["decide", str(folder), "N1", "R1", "--reject", "x", "-o", str(tmp_path / "q")]
    )
    assert isinstance(fault.exception, OptionError)


def test_a_word_is_taken_back_and_the_one_before_holds_again(folder):
    pair = ("decide", folder, "N1", "R1", "--by", "张三")
    assert isinstance(CliRunner().invoke(app, [*map(str, pair), "--withdraw", "无"]).exception, OptionError)
    run(*pair, "--accept", "指标相符")
    run(*pair, "--reject", "只识别箱号")
    told = run(*pair, "--withdraw", "弄错了").stdout
    assert "撤回" in told and "人工否决（张三" in told  # which word was taken back
    region = Region.open(folder)
    assert verdicts(region).verdict("N1", "R1") == "accept"
    assert region["decisions"]["why"].to_list() == ["指标相符", "只识别箱号", "弄错了"]

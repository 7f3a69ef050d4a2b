import json

import polars as pl
import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from sanwang.cli.app import app
from sanwang.errors import DataError, OptionError
from sanwang.factors.simulated import simulated_panel
from sanwang.region import Region
from sanwang.region.sample import sample_region

pytest.importorskip("pyfixest")
_SPOTS = ("110000", "120000", "130100", "130200", "130600", "130900", "310000", "320100", "320500", "330100", "330200",
          "340100")  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("borders") / "w"
    sample_region().save(path, "csv")
    return path


def run(*words):
    return CliRunner().invoke(app, [str(w) for w in words])


def test_page_workbook_and_barriers_for_the_plan(folder, tmp_path):
    done = run("borders", folder, "-o", tmp_path / "o")
    assert done.exit_code == 0 and "北京市–天津市" in done.stdout and "区间不可靠" in done.stdout
    page = (tmp_path / "o" / "borders.html").read_text(encoding="utf-8")
    assert "虚构" in page and "弹性 5.03 为假设" in page and "<svg" in page
    with CalamineWorkbook.from_path(tmp_path / "o" / "borders.xlsx") as book:
        assert "折成壁垒表" in book.sheet_names
    tables = [
        pl.read_csv(
            tmp_path / "o" / f"{n}.csv", schema_overrides={"origin": pl.String, "destination": pl.String}
        )
        for n in ("barriers-low", "barriers", "barriers-high")
    ]
    low, middle, high = (t["cost_rate"] for t in tables)
    assert (low <= middle).all() and (middle <= high).all()
    Region.of(barriers=tables[1]).check().raise_if_errors()


def test_json_is_one_object_that_says_it_is_fictional(folder):
    told = json.loads(run("borders", folder, "--split", "one", "--json").stdout)
    assert told["fictional"] and told["unknown_pairs"] == 0
    assert [t["term"] for t in told["terms"]][-1] == "border"


def test_wrong_words_and_a_factor_nobody_moved_are_refused(folder):
    assert isinstance(run("borders", folder, "--by", "village").exception, OptionError)
    assert isinstance(run("borders", folder, "--factor", "compute").exception, DataError)
    assert isinstance(run("borders", folder, "--elasticity", "-1").exception, OptionError)


def test_two_regions_borders_are_compared_in_one_model(tmp_path):
    frame = simulated_panel(12, 3, jurisdictions=4, per_cell=200)
    code = {f"地点{n + 1}": c for n, c in enumerate(_SPOTS)}
    flows = frame.select(
        pl.col("origin").replace(code), pl.col("destination").replace(code), pl.lit("technology").alias("factor"),
        "year", pl.col("flow").cast(pl.Int64).alias("count"), (pl.col("flow") * 100).cast(pl.Int64).alias("value"),
    )  # fmt: skip
    Region.of(flows=flows).save(tmp_path / "w", "csv")
    done = run("borders", tmp_path / "w", "--split", "region", "--json")
    told = json.loads(done.stdout)
    terms = {t["term"] for t in told["terms"]}
    assert {"border:京津冀", "border:长三角", "border:other"} <= terms
    assert {(b["origin"], b["destination"]) for b in told["barriers"]} >= {
        ("310000", "320000"),
        ("130000", "110000"),
    }
    assert "相差" in run("borders", tmp_path / "w", "--split", "region").stdout

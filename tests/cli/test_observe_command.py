import json

import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from sanwang.cli.app import app
from sanwang.errors import OptionError
from sanwang.region.sample import sample_region


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("observe") / "w"
    sample_region().save(path, "csv")
    return path


def run(*words):
    return CliRunner().invoke(app, [str(w) for w in words])


def test_three_regions_with_marks_sources_map_and_each_figures_data(folder, tmp_path):
    done = run("observe", folder, "--regions", "京津冀", "长三角", "粤港澳大湾区", "-o", tmp_path / "o")
    assert done.exit_code == 0, done.exception
    assert "高于长三角" in done.stdout and "2023 年 北京市 → 天津市+河北省 公布 748.7" in done.stdout
    page = (tmp_path / "o" / "observe.html").read_text(encoding="utf-8")
    assert "以广东省代替" in page and "虚构" in page and "≈" in page and "国家统计局" in page
    assert "技术流向图" in page and 'id="specialisation"' in page and "工作区自己的数据" in page
    data = {p.name for p in (tmp_path / "o").glob("*.csv")}
    assert {"comparison.csv", "trends.csv", "contracts.csv", "flows-technology-2025.csv"} <= data
    with CalamineWorkbook.from_path(tmp_path / "o" / "observe.xlsx") as book:
        assert "区域比较" in book.sheet_names


def test_without_a_workspace_the_shipped_figures_are_compared_and_cells_marked():
    told = json.loads(run("observe", "--regions", "京津冀,长三角", "--json").stdout)
    assert told["regions"] == ["京津冀", "长三角"] and not told["flows_fictional"]
    hows = {c["how"] for c in told["contracts"]}
    assert hows == {"published", "estimated"}
    assert all(c["source"] for c in told["contracts"])


def test_overlapping_regions_are_refused():
    assert isinstance(run("observe", "--regions", "京津冀", "北京市").exception, OptionError)

import json

import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from sanwang.cli.app import app
from sanwang.region.sample import sample_region

pytest.importorskip("lifelines")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("closure") / "w"
    sample_region().save(path, "csv")
    return path


def run(*words):
    return CliRunner().invoke(app, [str(w) for w in words], catch_exceptions=False)


def test_funnel_leaks_and_times_on_a_page_and_in_a_workbook(folder, tmp_path):
    done = run("closure", folder, "-o", tmp_path / "o")
    assert done.exit_code == 0 and "区内闭环率" in done.stdout and "流向区外" in done.stdout
    page = (tmp_path / "o" / "closure.html").read_text(encoding="utf-8")
    assert "虚构" in page and page.count("<svg") == 2
    with CalamineWorkbook.from_path(tmp_path / "o" / "closure.xlsx") as book:
        assert len(book.sheet_names) >= 5


def test_chains_are_groups_and_json_is_one_object(folder):
    told = json.loads(run("closure", folder, "--by-chain", "--json").stdout)
    assert told["fictional"] and told["published"] == 240
    assert {"氢能", "机器人"} <= {g["group"] for g in told["groups"] if g["kind"] == "chain"}

"""``sanwang market`` from tables to a page."""

import json

from typer.testing import CliRunner

from sanwang.cli.app import app
from sanwang.region.sample import sample_region

run = CliRunner().invoke


def test_the_command_writes_a_page_a_workbook_and_json(tmp_path):
    sample_region().save(tmp_path / "r", "csv")
    got = run(app, ["market", str(tmp_path / "r"), "-o", str(tmp_path / "out"), "--json"])
    assert got.exit_code == 0, got.output
    data = json.loads(got.stdout)
    assert data["fictional"] and data["gain"]["unified"] >= data["gain"]["today"] > 0
    page = (tmp_path / "out" / "market.html").read_text(encoding="utf-8")
    assert "虚构" in page and "<svg" in page
    assert (
        json.loads((tmp_path / "out" / "market.json").read_text(encoding="utf-8"))["prices"] == data["prices"]
    )
    assert (tmp_path / "out" / "market.xlsx").stat().st_size > 5000
    got = run(app, ["market", str(tmp_path / "r"), "--lang", "en", "-o", str(tmp_path / "en")])
    assert got.exit_code == 0 and "Cleared province by province" in got.stdout


def test_options_that_exclude_each_other(tmp_path):
    sample_region().save(tmp_path / "r", "csv")
    for extra in (["--bids", "x.csv", "--share", "0.1"], ["--year", "2026"], ["--plan", str(tmp_path)]):
        assert run(app, ["market", str(tmp_path / "r"), *extra]).exit_code != 0

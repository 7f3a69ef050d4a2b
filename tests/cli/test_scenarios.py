"""Plans that might be: compared, swept, drawn at random, made again."""

import json

import pytest
from typer.testing import CliRunner

from sanwang.cli.app import app
from sanwang.errors import SanwangError

run = CliRunner().invoke

NEEDS = (
    "id,title,text,actor,budget,value,trl_required\n"
    "N1,密封圈漏油,高温下半年就漏想换材料,A2,50万,300万,6\n"
    "N2,葡萄裂果,采前遇雨裂果严重,A2,40万,200万,6\n"
)
RESULTS = (
    "id,title,abstract,owner,trl,ask\n"
    "R1,耐高温密封圈,200度不漏油的密封圈材料,A1,7,10万\n"
    "R2,葡萄避雨栽培,葡萄避雨栽培防裂果,A1,7,10万\n"
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("region")
    (folder / "needs.csv").write_text(NEEDS, encoding="utf-8")
    (folder / "achievements.csv").write_text(RESULTS, encoding="utf-8")
    (folder / "actors.csv").write_text(
        "id,name,kind,place\nA1,甲,university,110108\nA2,乙,firm,130200\n", encoding="utf-8"
    )
    walls = "origin,destination,factor,cost_rate,delay_days\n110000,130000,technology,0.1,30\n"
    (folder / "barriers.csv").write_text(walls, encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("SANWANG_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


def test_three_markets_side_by_side(workspace, tmp_path):
    done = run(app, ["compare", str(workspace), "--what", "markets", "-o", str(tmp_path / "o"), "--json"])
    assert done.exit_code == 0
    worth = {p["plan"]: p["worth"] for p in json.loads(done.stdout)["plans"]}
    assert worth["segmented"] == 0 < worth["today"] < worth["unified"]
    page = (tmp_path / "o" / "compare.html").read_text(encoding="utf-8")
    assert "统一市场" in page and "http://" not in page.replace("http://www.w3.org", "")


def test_each_border_has_a_bill_and_a_gain(workspace):
    done = run(app, ["compare", str(workspace), "--what", "borders", "--json"])
    (border,) = json.loads(done.stdout)["borders"]
    assert (border["origin"], border["destination"], border["factor"]) == ("110000", "130000", "technology")
    assert border["gain"] >= border["bill"] > 0


def test_scenario_files_are_compared_and_planned_under_and_proven(workspace, tmp_path):
    path = tmp_path / "free.toml"
    path.write_text("name = '免税'\nbarriers = 0\n", encoding="utf-8")
    done = run(app, ["compare", str(workspace), str(path), "--json"])
    assert done.exit_code == 0 and "免税" in done.stdout
    out = tmp_path / "plan"
    assert run(app, ["plan", str(workspace), "--scenario", str(path), "-o", str(out)]).exit_code == 0
    assert run(app, ["verify", str(workspace), str(out)]).exit_code == 0
    said = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    said["asked"].pop("scenario")
    (out / "plan.json").write_text(json.dumps(said), encoding="utf-8")
    assert run(app, ["verify", str(workspace), str(out)]).exit_code == 1


def test_sweep_robust_and_replan(workspace, tmp_path):
    line = ["sweep", str(workspace), "--table", "needs", "--column", "value"]
    points = json.loads(run(app, [*line, "--factors", "1,0,2", "--json"]).stdout)["points"]
    assert [p["factor"] for p in points] == [0, 1, 2] and points[0]["worth"] == 0
    assert run(app, [*line, "-o", str(tmp_path / "s")]).exit_code == 0
    assert "<svg" in (tmp_path / "s" / "sweep.html").read_text(encoding="utf-8")
    drawn = run(app, ["robust", str(workspace), "--draws", "3", "--lang", "en"])
    assert drawn.exit_code == 0 and "median expected worth" in drawn.stdout
    before = tmp_path / "before"
    run(app, ["plan", str(workspace), "-o", str(before)])
    again = [
        "replan",
        str(workspace),
        str(before),
        "--under-way",
        "L0001",
        "-o",
        str(tmp_path / "after"),
        "--json",
    ]
    done = run(app, again)
    assert done.exit_code == 0 and json.loads(done.stdout)["changes"] == []
    assert (tmp_path / "after" / "changes.csv").exists()


@pytest.mark.parametrize(
    "arguments",
    [["compare"], ["sweep", "--factors", "one"], ["sweep", "--column", "towers"], ["replan", "nowhere"],
     ["compare", "missing.toml"], ["plan", "--scenario", "missing.toml"], ["plan", "--market", "Segmented"]],
)  # fmt: skip
def test_a_wrong_request_is_refused(workspace, arguments):
    command, *rest = arguments
    assert isinstance(run(app, [command, str(workspace), *rest]).exception, SanwangError)


@pytest.mark.parametrize(
    "text",
    ["barriers = 'x'", "barriers = nan", "name = 5", "source = ['a']", "assumptions = 5", "barriers = true",
     "[[remove]]\ntable = 'needs'\nid = {a = 1}", "[[change]]\ntable = 'needs'\ncolumn = 'value'\nset = {a = 1}",
     "[[change]]\ntable = 'needs'\ncolumn = 'trl_required'\nset = 12", "[assumptions]\ndiscount_rate = 5"],
)  # fmt: skip
def test_a_scenario_that_cannot_be_meant_is_a_sentence(workspace, tmp_path, text):
    path = tmp_path / "s.toml"
    path.write_text(text, encoding="utf-8")
    assert isinstance(run(app, ["plan", str(workspace), "--scenario", str(path)]).exception, SanwangError)

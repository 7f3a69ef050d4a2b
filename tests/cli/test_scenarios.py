import json

import pytest
from typer.testing import CliRunner

from sanwang.cli.app import app, main

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
    done = run(app, ["compare", str(workspace), "--markets", "-o", str(tmp_path), "--json"])
    assert done.exit_code == 0
    worth = {p["plan"]: p["worth"] for p in json.loads(done.stdout)["plans"]}
    assert worth["segmented"] == 0 < worth["today"] < worth["unified"]
    assert {p.name for p in tmp_path.iterdir()} == {"compare.xlsx", "compare.html", "compare.json"}
    page = (tmp_path / "compare.html").read_text(encoding="utf-8")
    assert "统一市场" in page and "http://" not in page.replace("http://www.w3.org", "")


def test_each_border_has_a_bill_and_a_gain(workspace):
    done = run(app, ["compare", str(workspace), "--borders", "--json"])
    (border,) = json.loads(done.stdout)["borders"]
    assert (border["origin"], border["destination"], border["factor"]) == ("110000", "130000", "technology")
    assert border["gain"] >= border["bill"] > 0
    assert "北京市 → 河北省" in run(app, ["compare", str(workspace), "--borders"]).stdout


def test_scenario_files_are_compared_and_planned_under(workspace, tmp_path):
    path = tmp_path / "free.toml"
    path.write_text("name = '免税'\nbarriers = 0\n", encoding="utf-8")
    done = run(app, ["compare", str(workspace), str(path)])
    assert done.exit_code == 0 and "免税" in done.stdout and "唐山" in done.stdout
    out = tmp_path / "plan"
    assert run(app, ["plan", str(workspace), "--scenario", str(path), "-o", str(out)]).exit_code == 0
    assert run(app, ["verify", str(workspace), str(out), "--scenario", str(path)]).exit_code == 0
    assert run(app, ["verify", str(workspace), str(out)]).exit_code == 1


def test_sweep_robust_and_replan(workspace, tmp_path):
    swept = run(
        app,
        ["sweep", str(workspace), "--table", "needs", "--column", "value", "--factors", "1,0,2", "--json"],
    )
    points = json.loads(swept.stdout)["points"]
    assert [p["factor"] for p in points] == [0, 1, 2] and points[0]["worth"] == 0
    assert (
        run(
            app, ["sweep", str(workspace), "--table", "needs", "--column", "value", "-o", str(tmp_path)]
        ).exit_code
        == 0
    )
    assert "<svg" in (tmp_path / "sweep.html").read_text(encoding="utf-8")
    drawn = run(app, ["robust", str(workspace), "--draws", "3", "-o", str(tmp_path), "--lang", "en"])
    assert drawn.exit_code == 0 and "median expected worth" in drawn.stdout
    before = tmp_path / "before"
    run(app, ["plan", str(workspace), "-o", str(before)])
    again = run(
        app,
        [
            "replan",
            str(workspace),
            str(before),
            "--under-way",
            "L0001",
            "-o",
            str(tmp_path / "after"),
            "--json",
        ],
    )
    assert again.exit_code == 0 and json.loads(again.stdout)["changes"] == []
    assert (tmp_path / "after" / "changes.xlsx").exists()


@pytest.mark.parametrize(
    "arguments",
    [["compare"], ["sweep", "--factors", "one"], ["sweep", "--column", "towers"], ["replan", "nowhere"],
     ["compare", "missing.toml"], ["plan", "--scenario", "missing.toml"]],
)  # fmt: skip
def test_a_wrong_request_is_one_sentence(workspace, monkeypatch, capsys, arguments):
    command, *rest = arguments
    monkeypatch.setattr("sys.argv", ["sanwang", command, str(workspace), *rest])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    shown = capsys.readouterr().err
    assert "错误 / error" in shown and "Traceback" not in shown

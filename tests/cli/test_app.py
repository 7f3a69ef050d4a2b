import json

import pytest
from typer.testing import CliRunner

from sanwang.cli.app import app, main

run = CliRunner().invoke

NEEDS = "id,title,text,budget,value,trl_required\nN1,密封圈漏油,高温下半年就漏想换材料,50万,300万,6\n"
RESULTS = (
    "id,title,abstract,trl,ask\nR1,耐高温密封圈,200度不漏油的密封圈材料,7,10万\nR2,葡萄栽培,避雨栽培,7,10万\n"
)


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("SANWANG_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "region"
    folder.mkdir()
    (folder / "needs.csv").write_text(NEEDS, encoding="utf-8")
    (folder / "achievements.csv").write_text(RESULTS, encoding="utf-8")
    return folder


def test_the_whole_way(workspace, tmp_path):
    assert run(app, ["check", str(workspace)]).exit_code == 0
    out = tmp_path / "m.csv"
    assert run(app, ["match", str(workspace), "-k", "9", "-o", str(out)]).exit_code == 0
    assert out.read_text(encoding="utf-8").startswith("need,achievement,rank,score,reasons\nN1,R1,1,")
    done = run(app, ["plan", str(workspace), "-o", str(tmp_path / "plan"), "--json"])
    assert done.exit_code == 0
    result = json.loads(done.stdout)
    assert result["worth"] <= result["bound"] and result["gap"] >= 0 and result["seconds"] > 0
    assert len(result["routes"]) + len(result["unmet"]) == 1
    assert {p.name for p in (tmp_path / "plan").iterdir()} == {
        "plan.xlsx", "plan.html", "plan.json", "routes.csv", "routes.parquet"
    }  # fmt: skip
    assert run(app, ["verify", str(workspace), str(tmp_path / "plan")]).exit_code == 0


def test_check_reports_as_table_and_as_json_in_both_languages(workspace):
    (workspace / "needs.csv").write_text("id,title,text,trl_required,budget\nN1,,,12,-5\n", encoding="utf-8")
    table = run(app, ["check", str(workspace)])
    assert table.exit_code == 1 and "错误" in table.stdout
    found = json.loads(run(app, ["check", str(workspace), "--json", "--lang", "en"]).stdout)
    assert found["errors"] == 2
    assert {(p["row"], p["column"]) for p in found["problems"]} == {
        (2, "title"),
        (2, "text"),
        (2, "trl_required"),
        (2, "budget"),
    }
    assert all(p["expected"].isascii() for p in found["problems"])


def test_a_plan_stops_at_errors_unless_told_otherwise(workspace, tmp_path, monkeypatch, capsys):
    text = NEEDS + "N2,,,很多,,6\n"
    (workspace / "needs.csv").write_text(text, encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["sanwang", "plan", str(workspace)])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    assert "Traceback" not in capsys.readouterr().err
    done = run(app, ["plan", str(workspace), "--despite-errors", "--json"])
    assert done.exit_code == 0
    assert "N2" not in done.stdout


def test_templates_are_empty_sound_workspaces(tmp_path):
    folder = tmp_path / "mine"
    assert run(app, ["new", str(folder)]).exit_code == 0
    found = json.loads(run(app, ["check", str(folder), "--json"]).stdout)
    assert found["errors"] == 0
    assert (folder / "needs.xlsx").exists()


def test_missing_folders_and_full_ones_are_told(tmp_path, monkeypatch):
    for args in (["check", str(tmp_path / "none")], ["new", str(tmp_path)]):
        (tmp_path / "file").touch()
        monkeypatch.setattr("sys.argv", ["sanwang", *args])
        with pytest.raises(SystemExit) as stopped:
            main()
        assert stopped.value.code == 2

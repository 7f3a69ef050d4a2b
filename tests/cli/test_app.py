"""The line itself: help, languages, one meaning of -o, errors in one language."""

import json
import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from sanwang.cli.app import app, commands, main
from sanwang.cli.asking import example
from sanwang.region.sample import sample_region
from sanwang.study.registry import entries, get

run = CliRunner().invoke
CHINESE = re.compile("[\u4e00-\u9fff]")

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


def ended(monkeypatch, capsys, *line):
    """Status and standard error of a line that an error ends."""
    monkeypatch.setattr("sys.argv", ["sanwang", *map(str, line)])
    with pytest.raises(SystemExit) as stopped:
        main()
    return stopped.value.code, capsys.readouterr().err


def test_the_whole_way(workspace, tmp_path):
    assert run(app, ["check", str(workspace)]).exit_code == 0
    out = tmp_path / "m.csv"
    assert run(app, ["match", str(workspace), "-k", "9", "-o", str(out)]).exit_code == 0
    assert out.read_text(encoding="utf-8-sig").startswith("need,achievement,rank,score,reasons")
    done = run(app, ["plan", str(workspace), "-o", str(tmp_path / "plan"), "--json"])
    assert done.exit_code == 0
    result = json.loads(done.stdout)
    assert result["worth"] <= result["bound"] and result["gap"] >= 0 and result["seconds"] > 0
    assert len(result["routes"]) + len(result["unmet"]) == 1
    assert {"plan.xlsx", "plan.html", "plan.json", "routes.csv"} <= {
        p.name for p in (tmp_path / "plan").iterdir()
    }
    assert run(app, ["verify", str(tmp_path / "plan"), str(workspace)]).exit_code == 0
    assert run(app, ["verify", str(workspace), str(tmp_path / "plan")]).exit_code == 0
    (tmp_path / "plan" / "routes.csv").write_text("route\n", encoding="utf-8")
    assert run(app, ["verify", str(tmp_path / "plan"), str(workspace)]).exit_code == 1


def test_formats_and_the_one_file_a_name_asks_for(workspace, tmp_path):
    assert (
        run(app, ["match", str(workspace), "-o", str(tmp_path / "o"), "--format", "html,csv"]).exit_code == 0
    )
    assert {p.name for p in (tmp_path / "o").iterdir()} == {"match.html", "matches.csv", "verdicts.csv"}
    for name, start in (("a.xlsx", b"PK"), ("a.html", b"<!doctype html>"), ("a.json", b"{")):
        assert run(app, ["match", str(workspace), "-o", str(tmp_path / name)]).exit_code == 0
        assert (tmp_path / name).read_bytes().startswith(start)


def test_check_reports_as_table_and_as_json_in_both_languages(workspace):
    (workspace / "needs.csv").write_text("id,title,text,trl_required,budget\nN1,,,12,-5\n", encoding="utf-8")
    table = run(app, ["check", str(workspace)])
    assert table.exit_code == 1 and "错误" in table.stdout
    found = json.loads(run(app, ["check", str(workspace), "--json", "--lang", "en"]).stdout)
    assert {(p["row"], p["column"]) for p in found["problems"]} >= {(2, "text")}
    assert all(p["expected"].isascii() for p in found["problems"])


def test_a_row_without_a_text_is_left_out_and_told_and_refused_when_strict(workspace, monkeypatch, capsys):
    (workspace / "needs.csv").write_text(NEEDS + "N2,,,60万,,6\n", encoding="utf-8")
    done = run(app, ["plan", str(workspace), "--json"])
    assert done.exit_code == 0 and any("略去 1 行" in n for n in json.loads(done.stdout)["notes"])
    status, said = ended(monkeypatch, capsys, "plan", workspace, "--strict")
    assert status == 2 and "needs.csv" in said and "Traceback" not in said


def test_results_are_never_written_into_the_workspace(workspace, monkeypatch, capsys):
    before = {p.name for p in workspace.iterdir()}
    status, said = ended(monkeypatch, capsys, "plan", workspace, "-o", workspace)
    assert status == 2 and "工作区" in said and {p.name for p in workspace.iterdir()} == before


def test_templates_are_empty_sound_workspaces(tmp_path):
    folder = tmp_path / "mine"
    assert run(app, ["new", str(folder)]).exit_code == 0
    assert json.loads(run(app, ["check", str(folder), "--json"]).stdout)["errors"] == 0
    assert (folder / "needs.xlsx").exists()


@pytest.mark.parametrize(
    "line",
    [["check", "none[/b]"], ["new", "."], ["match"], ["match", ".", "--bar"], ["fly"], ["plan", ".", "--gap", "x"],
     ["plan", ".", "--scenario", "missing.toml"], ["verify", "none"],
     ["products", ".", "--firm", "a", "--amount", "3"]],
)  # fmt: skip
def test_a_wrong_line_is_one_sentence_in_one_language(workspace, monkeypatch, capsys, line):
    monkeypatch.chdir(workspace)
    status, said = ended(monkeypatch, capsys, *line)
    assert status == 2 and said.startswith("错误") and "Traceback" not in said and CHINESE.search(said)
    status, said = ended(monkeypatch, capsys, "--lang", "en", *line)
    assert (
        status == 2
        and said.startswith("error")
        and not CHINESE.search(said.replace("万", "").replace("元", ""))
    )


def test_brackets_in_a_name_survive(tmp_path, monkeypatch, capsys):
    _, said = ended(monkeypatch, capsys, "check", tmp_path / "没有[bold]的[/b]")
    assert "没有[bold]的[/b]" in said.replace("\n", "")


@pytest.mark.parametrize("name", [*entries(), *commands()])
def test_help_is_whole_in_each_language(name, monkeypatch):
    for lang in ("zh", "en"):
        monkeypatch.setenv("SANWANG_LANG", lang)
        monkeypatch.setattr("sys.argv", ["sanwang", name, "--help"])
        said = run(app, [name, "--help"])
        assert said.exit_code == 0
        words = (
            said.stdout.replace("万", "").replace("元", "").replace("上游于", "")
        )  # a relation of the data
        if lang == "en":
            assert not CHINESE.search(words), words
        else:
            assert "Usage" not in words and "Options" not in words and "Show this" not in words


def test_help_lists_every_command_in_its_group_quickly(monkeypatch):
    code = "import sys; sys.argv=['sanwang','--help']\nfrom sanwang.cli import main\n"
    code += "try: main()\nexcept SystemExit: pass\n"
    code += "assert not {'polars', 'numba', 'ortools', 'numpy'} & set(sys.modules), 'help loads mathematics'"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert all(name in done.stdout for name in (*entries(), *commands()))


def test_examples_name_options_that_there_are():
    for name in entries():
        line = example(get(name)).split()
        assert line[:2] == ["sanwang", name]
        known = {"--" + o.replace("_", "-") for o in get(name).declared}
        assert {w for w in line if w.startswith("--")} <= known


@pytest.mark.parametrize("name", ["consortium", "products", "observe", "settle", "chain", "points"])
def test_examples_run_as_written_on_the_sample(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    sample_region().save(tmp_path / "my-region", "csv")
    done = run(app, example(get(name)).split()[1:])
    assert done.exit_code == 0, done.output
    assert (tmp_path / name / f"{name}.html").exists()
